"""Renames: from what became of a copy or a rename to who hears of it.

One that broke off is told once its server answers again: only its list knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from tray_app.core.payloads import CopyRequest, ModelRef
from tray_app.core.renaming import CleanUp, Ending, RenameOutcome, settled

if TYPE_CHECKING:
    from tray_app.core.records import Snapshot
    from tray_app.state.app_state import AppState
    from tray_app.workers.operations import Operations


class Renames(QObject):
    """Thread: GUI thread."""

    def __init__(
        self, state: AppState, operations: Operations, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._open: list[RenameOutcome] = []  # broken off
        operations.rename_ended.connect(self._on_operations_rename_ended)
        operations.cleaned_up.connect(self._on_operations_cleaned_up)
        state.snapshot_changed.connect(self._on_state_snapshot_changed)

    @Slot(object)
    def _on_operations_rename_ended(self, outcome: RenameOutcome) -> None:
        if outcome.ending is Ending.BROKEN_OFF:
            self._open.append(outcome)
        else:
            self._tell(outcome)

    @Slot(object)
    def _on_operations_cleaned_up(self, found: CleanUp) -> None:
        self._state.renames.tell_cleaned_up(found)

    @Slot(object)
    def _on_state_snapshot_changed(self, snapshot: Snapshot) -> None:
        if not self._open or snapshot.is_old:
            return
        here = [each for each in self._open if each.source.server_id == snapshot.server_id]
        self._open = [each for each in self._open if each not in here]
        for outcome in here:
            self._tell(settled(outcome, snapshot.models))

    def _tell(self, outcome: RenameOutcome) -> None:
        renames = self._state.renames
        if outcome.ending is Ending.COPIED:
            source = ModelRef(*outcome.source.key, outcome.digest)
            self._state.tell_copied(CopyRequest(source, outcome.name))
        elif outcome.ending is Ending.RENAMED:
            renames.tell_renamed(outcome)
        else:
            renames.tell_failed(outcome)
