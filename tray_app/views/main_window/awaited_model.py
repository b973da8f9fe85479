"""AwaitedModel: what was just made is selected as soon as it is in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import canonical
from tray_app.core.payloads import ModelRef

if TYPE_CHECKING:
    from tray_app.core.records import ModelKey, Snapshot
    from tray_app.state.app_state import AppState
    from tray_app.views.models.view import ModelView


@dataclass(frozen=True, slots=True)
class _Wait:
    """`ref` is not in the list yet. `selected` was selected when it was made of `source`."""

    ref: ModelRef
    source: ModelRef
    selected: frozenset[ModelKey]


class AwaitedModel(QObject):
    """One at a time; whoever has gone on to another model is left there.

    Signals: `found` (ModelRef, as the list has it). Thread: GUI.
    """

    found = Signal(object)  # ModelRef

    def __init__(self, state: AppState, view: ModelView, parent: QObject) -> None:
        super().__init__(parent)
        self._state = state
        self._view = view
        self._wait: _Wait | None = None
        state.snapshot_changed.connect(self._on_state_snapshot_changed)
        view.selection_changed.connect(self._on_view_selection_changed)

    @property
    def is_waiting(self) -> bool:
        return self._wait is not None

    def wait_for(self, ref: ModelRef, source: ModelRef) -> None:
        """Now or with a later list; in a turn of its own, as the table may not have this one. Of a
        `ref` with a digest, only that version is meant."""
        self._wait = _Wait(ref, source, self._selected)
        QTimer.singleShot(0, self, self._look)

    @Slot(object)
    def _on_state_snapshot_changed(self, snapshot: Snapshot) -> None:
        if self._wait is not None and self._wait.ref.server_id == snapshot.server_id:
            self._look()

    @Slot()
    def _on_view_selection_changed(self) -> None:
        """Once the old name has gone from the list, its neighbor is selected by itself."""
        wait = self._wait
        if wait is None or self._selected <= wait.selected:
            return
        if self._state.record(wait.source.key) is not None:
            self._wait = None

    @Slot()
    def _look(self) -> None:
        if self._wait is None:
            return
        ref = self._wait.ref
        record = self._state.installed(ref.server_id).by_key.get(canonical(ref.name))
        if record is not None and ref.digest in ("", record.digest):
            self._wait = None
            self.found.emit(ModelRef(record.server_id, record.name, record.digest))

    @property
    def _selected(self) -> frozenset[ModelKey]:
        return frozenset(ref.key for ref in self._view.selected_refs())
