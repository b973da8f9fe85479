"""The entry of a menu that tells of a newer Ollama."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from tray_app.core.versions import is_older
from tray_app.text import tr
from tray_app.views.components.glyphs import glyph
from tray_app.views.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from tray_app.commands import Commands
    from tray_app.state.app_state import AppState


def newer_ollama(state: AppState, server_id: str = "") -> str:
    """The version that this server ("" = any that is on) could have; "" = none is newer."""
    newest = state.newest_ollama
    ids = [server_id] if server_id else [server.id for server in state.servers]
    statuses = [status for each in ids if (status := state.status(each)) is not None]
    is_out = any(is_older(status.version, newest) for status in statuses)
    return newest if is_out else ""


class NewerOllamaEntry(QObject):
    """Stands second in `menu`, which is filled anew each time before this is asked."""

    def __init__(self, menu: QMenu, state: AppState, commands: Commands) -> None:
        super().__init__(menu)
        self._menu = menu
        self._state = state
        self._commands = commands
        menu.aboutToShow.connect(self._add)

    def _add(self) -> None:
        newest = newer_ollama(self._state)
        if not newest:
            return
        action = QAction(tr("Ollama {newest} is out…").format(newest=newest), self._menu)
        action.setIcon(glyph("info", Theme.of(self._menu).text))
        action.triggered.connect(self._commands.newer_ollama_dialog_requested)
        entries = self._menu.actions()
        if len(entries) > 1:
            self._menu.insertAction(entries[1], action)
        else:
            self._menu.addAction(action)
