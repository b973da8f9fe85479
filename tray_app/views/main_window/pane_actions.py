"""PaneActions: what the buttons of banner and page do, by their keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from tray_app.core.names import LIBRARY_URL, clean
from tray_app.text import start_command
from tray_app.views.components.buttons import copy_text
from tray_app.views.main_window.actions import Actions, Command
from tray_app.views.main_window.screens import USE_ADDRESS
from tray_app.views.main_window.start_pages import COPY, EDIT, START, STOP, WAIT_LONGER, WAKE

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.state.app_state import AppState
    from tray_app.views.main_window.models_pane import ModelsPane
    from tray_app.views.main_window.top_bar import TopBar

PULL = "pull:"
"""What the key of a button begins with that opens the pull dialog for a name."""
_DOWNLOAD = "https://ollama.com/download"


class PaneActions(QObject):
    """`show_all` lifts filter and comparison, `more` are what further buttons do. Thread: GUI."""

    def __init__(
        self,
        actions: Actions,
        commands: Commands,
        state: AppState,
        top_bar: TopBar,
        pane: ModelsPane,
        show_all: Callable[[], object],
        more: Mapping[str, Callable[[], object]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._commands = commands
        self._state = state
        self._top_bar = top_bar
        self._pane = pane
        self._plain: dict[str, Callable[[], object]] = {
            "pull": actions[Command.PULL].trigger,
            "create": actions[Command.CREATE].trigger,
            "pull_search": self._pull_search,
            "clear_search": self._clear_search,
            "show_all": show_all,
            "library": lambda: QDesktopServices.openUrl(QUrl(LIBRARY_URL)),
            "get_ollama": lambda: QDesktopServices.openUrl(QUrl(_DOWNLOAD)),
            "retry": actions[Command.REFRESH].trigger,
            "change_server": actions[Command.MANAGE_SERVERS].trigger,
            "show_servers": actions[Command.MANAGE_SERVERS].trigger,
            "doctor": actions[Command.DOCTOR].trigger,
            "unlock": commands.keyring_unlock_requested.emit,
            **more,
        }
        # With the rest of the key.
        self._about: dict[str, Callable[[str], object]] = {
            PULL: commands.pull_dialog_requested.emit,
            USE_ADDRESS: commands.server_dialog_requested.emit,
            EDIT: commands.server_form_requested.emit,
            WAKE: commands.wake_requested.emit,
            START: commands.start_requested.emit,
            WAIT_LONGER: commands.start_requested.emit,
            STOP: commands.start_stop_requested.emit,
            COPY: self._copy_command,
        }

    @Slot(str)
    def trigger(self, key: str) -> None:
        """Do what the button with this key is for."""
        for start, act in self._about.items():
            if key.startswith(start):
                act(key.removeprefix(start))
                return
        self._plain[key]()

    def _copy_command(self, server_id: str) -> None:
        """What starts it, to be run by the person."""
        start = self._state.start_of(server_id)
        button = self._pane.page.button(key := f"{COPY}{server_id}") or self._pane.banner.button(
            key
        )
        if start is not None and button is not None:
            copy_text(button, start_command(start))

    def _pull_search(self) -> None:
        self._commands.pull_dialog_requested.emit(clean(self._top_bar.search.text()))

    def _clear_search(self) -> None:
        self._top_bar.search.clear()
        self._top_bar.focus_search()
