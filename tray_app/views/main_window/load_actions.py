"""LoadActions: loading the selected model with a time or a context, and keeping it loaded; why not.

The menu of contexts tells what each took in memory here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QWidget

from tray_app.core.keeping.records import KeepRequest, KeptModel
from tray_app.core.payloads import LoadRequest, Verb
from tray_app.text import tooltip, tr
from tray_app.text.keeping import context_entry, context_label, no_room_reason, took
from tray_app.text.several import cannot_reach
from tray_app.views.components.glyphs import glyph
from tray_app.views.main_window.actions import Actions, Command, ref_of
from tray_app.views.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from tray_app.commands import Commands
    from tray_app.itemmodels.rows import ModelRow
    from tray_app.state.app_state import AppState

SHORT_S, LONG_S = 30 * 60, 4 * 60 * 60


class LoadActions(QObject):
    """Reads the state when the selection is another, or when a menu is made. Thread: GUI."""

    def __init__(
        self, actions: Actions, commands: Commands, state: AppState, table: QWidget
    ) -> None:
        super().__init__(table)
        self._keep = actions[Command.KEEP_LOADED]
        self._commands = commands
        self._state = state
        self._rows: tuple[ModelRow, ...] = ()
        self._keep.setCheckable(True)
        actions.on_triggered(Command.KEEP_LOADED, self.keep_loaded)
        self.update_state(())

    def update_state(self, rows: Sequence[ModelRow]) -> None:
        """The selection is this one."""
        self._rows = tuple(rows)
        self._keep.set_reason(self._keep_reason())
        self._keep.setChecked(len(self._rows) == 1 and self._rows[0].kept is not None)

    def keep_loaded(self) -> None:
        """Keep the selected model loaded, or no more."""
        if self._keep_reason():
            return
        row = self._rows[0]
        if row.kept is not None:
            self._commands.keep_stop_requested.emit(ref_of(row))
            return
        loading = self._state.keeping.loading(row.key)
        context = loading.context_length if loading is not None else None
        self._commands.keep_requested.emit(KeepRequest(ref_of(row), context))

    def menu(self, parent: QWidget) -> QMenu:
        """*Load with*; disabled with a reason where nothing can be loaded."""
        menu = QMenu(tr("Load with"), parent)
        menu.setToolTipsVisible(True)
        reason = self._load_with_reason()
        if reason:
            menu.menuAction().setEnabled(False)
            menu.menuAction().setToolTip(tooltip(reason))
            return menu
        theme = Theme.of(parent)
        row = self._rows[0]
        times = ((SHORT_S, tr("In memory for 30 minutes")), (LONG_S, tr("In memory for 4 hours")))
        for seconds, words in times:
            action = self._add(menu, words, LoadRequest(ref_of(row), seconds))
            if seconds == SHORT_S:
                action.setIcon(glyph("clock", theme.text))
        menu.addSeparator()
        heading = menu.addAction(tr("With context") + "\t" + tr("took here", "memory, a column"))
        heading.setIcon(glyph("chip", theme.text))
        heading.setEnabled(False)
        self._add_contexts(menu, row)
        return menu

    def _add_contexts(self, menu: QMenu, row: ModelRow) -> None:
        facts, record = self._state.keeping, row.record
        capacity = facts.capacity(record.server_id)
        default = facts.default_context(record)
        taken = facts.best(record, None)
        words = context_label(None) if default is None else context_entry(default, is_default=True)
        self._add(menu, f"{words}\t{took(taken, capacity)}", LoadRequest(ref_of(row)))
        for context in facts.contexts(record, self._state.details(record.digest)):
            words = f"{context_entry(context)}\t{took(facts.best(record, context), capacity)}"
            request = LoadRequest(ref_of(row), context_length=context)
            self._add(menu, words, request)

    def _add(self, menu: QMenu, words: str, request: LoadRequest) -> QAction:
        action = menu.addAction(words)
        action.triggered.connect(lambda _=False: self._commands.load_requested.emit(request))
        return action

    # Why not.

    def _load_with_reason(self) -> str:
        reason = self._one_reason() or self._reach_reason()
        if reason:
            return reason
        row = self._rows[0]
        if row.busy is not None:
            return tr("Wait until the current action has finished")
        if row.is_loaded:
            return tr("It’s loaded. Unload it first to change the context")
        return ""

    def _keep_reason(self) -> str:
        reason = self._one_reason()
        if reason:
            return reason
        row = self._rows[0]
        if row.kept is not None:
            return ""
        if row.busy is not None and row.busy.verb is not Verb.LOAD:
            return tr("Wait until the current action has finished")
        return self._reach_reason() or self._room_reason(row)

    def _room_reason(self, row: ModelRow) -> str:
        running = row.running
        context = running.context_length if running is not None else None
        wanted = KeptModel(*row.key, context)
        found = self._state.keeping.no_room(wanted)
        return no_room_reason(found) if found is not None else ""

    def _one_reason(self) -> str:
        if not self._rows:
            return tr("Select a model first")
        if len(self._rows) > 1:
            return tr("Select one model only")
        return tr("Cloud models aren’t loaded here") if self._rows[0].is_cloud else ""

    def _reach_reason(self) -> str:
        row = self._rows[0]
        return cannot_reach((row.server.label,)) if row.is_stale else ""
