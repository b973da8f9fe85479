"""UseFacts: when models were last used, as far as this program has seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tray_app.core.use.ledger import UNWATCHED

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord
    from tray_app.core.use.ledger import LastUse

    Reader = Callable[[ModelRecord, bool], LastUse]


class UseFacts(QObject):
    """Signals: `changed` with the id of a server on which models were used, "" = read all anew.

    What is known of thousands of models is worked out for those that are asked about.
    """

    changed = Signal(str)  # server id

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader: Reader | None = None

    def set_reader(self, reader: Reader) -> None:
        """Who knows it."""
        self._reader = reader
        self.changed.emit("")

    def tell(self, server_id: str) -> None:
        self.changed.emit(server_id)

    def last_use(self, record: ModelRecord, *, is_loaded: bool) -> LastUse:
        return self._reader(record, is_loaded) if self._reader is not None else UNWATCHED
