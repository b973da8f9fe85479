"""RemarkFacts: which models a person has starred, and what they have noted of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tray_app.core.names import canonical
from tray_app.core.remarks import NO_REMARK, Remark, StoredRemark

if TYPE_CHECKING:
    from tray_app.core.records import ModelKey


class RemarkFacts(QObject):
    """By server and name, so that they survive an update. Signals: `changed` with the key of a
    model, `loaded` when those of earlier runs are there."""

    changed = Signal(object)  # ModelKey
    loaded = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._remarks: dict[ModelKey, Remark] = {}

    def remark(self, key: ModelKey) -> Remark:
        """What was said of a model."""
        if not self._remarks:
            return NO_REMARK
        return self._remarks.get((key[0], canonical(key[1])), NO_REMARK)

    def is_starred(self, key: ModelKey) -> bool:
        return self.remark(key).is_starred

    def starred_of(self, server_id: str) -> frozenset[str]:
        """The canonical names of the starred models of a server, also of those that are gone."""
        found = self._remarks.items()
        return frozenset(
            name for (server, name), each in found if server == server_id and each.is_starred
        )

    @property
    def all(self) -> tuple[StoredRemark, ...]:
        """Every one, in the order in which they were made."""
        return tuple(StoredRemark(key, remark) for key, remark in self._remarks.items())

    def put(self, key: ModelKey, remark: Remark) -> None:
        if remark == self.remark(key):
            return
        known = (key[0], canonical(key[1]))
        self._remarks.pop(known, None)
        if remark != NO_REMARK:
            self._remarks[known] = remark
        self.changed.emit(key)

    def load(self, found: Iterable[StoredRemark]) -> None:
        """Those of earlier runs; what was said since counts more."""
        earlier = {stored.key: stored.remark for stored in found}
        self._remarks = {**earlier, **self._remarks}
        self.loaded.emit()
