"""DeriveActions: making a model of the selected one, and editing it if it was made here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from tray_app import text
from tray_app.text import tr
from tray_app.text.several import cannot_reach
from tray_app.views.main_window.actions import Actions, Command, ref_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tray_app.commands import Commands
    from tray_app.itemmodels.rows import ModelRow
    from tray_app.state.app_state import AppState


class DeriveActions(QObject):
    """Thread: GUI."""

    def __init__(
        self, actions: Actions, commands: Commands, state: AppState, table: QWidget
    ) -> None:
        super().__init__(table)
        self._actions = actions
        self._commands = commands
        self._state = state
        self._rows: tuple[ModelRow, ...] = ()
        actions.on_triggered(Command.DERIVE, self.derive)
        actions.on_triggered(Command.EDIT, self.edit)
        self.update_state(())

    def update_state(self, rows: Sequence[ModelRow]) -> None:
        """The selection is this one. *Edit* is there for models that were made here."""
        self._rows = tuple(rows)
        is_old = bool(rows) and all(row.is_backup for row in rows)
        derive, edit = self._actions[Command.DERIVE], self._actions[Command.EDIT]
        derive.setVisible(not is_old)
        derive.set_reason(self._reason(is_edit=False))
        edit.setVisible(len(self._rows) == 1 and self._is_own(self._rows[0]))
        edit.set_reason(self._reason(is_edit=True))

    def derive(self) -> None:
        if not self._reason(is_edit=False):
            self._commands.derive_dialog_requested.emit(ref_of(self._rows[0]))

    def edit(self) -> None:
        if not self._reason(is_edit=True):
            self._commands.edit_dialog_requested.emit(ref_of(self._rows[0]))

    def _is_own(self, row: ModelRow) -> bool:
        state, record = self._state, row.record
        from tray_app.core.creates.deriving import can_be_edited

        installed = state.installed(record.server_id)
        made = state.model_verdict(row.key).made
        return can_be_edited(record, made, installed, state.layer_index)

    def _reason(self, *, is_edit: bool) -> str:
        if len(self._rows) != 1:
            return tr("Select one model only") if self._rows else tr("Select a model first")
        row = self._rows[0]
        if row.is_stale:
            return cannot_reach((row.server.label,))
        from tray_app.core.creates.deriving import can_be_base

        is_own = is_edit and self._is_own(row)
        is_cloud = not can_be_base(row.record)
        if reason := text.why_no_derive(is_cloud=is_cloud, is_own=is_own, is_edit=is_edit):
            return reason
        return text.is_busy() if row.busy is not None else ""
