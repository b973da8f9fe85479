"""ServerMenu: the menu of the server switcher: which are shown, and what to do about them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget

from tray_app.core.payloads import StartPhase, seen_state
from tray_app.core.records import Server, ServerState
from tray_app.text import server_entry, servers_online, spoken_entry, tr
from tray_app.views.components.glyphs import glyph, glyph_color
from tray_app.views.components.server_glyphs import STATE_GLYPHS
from tray_app.views.main_window.actions import Actions, Command
from tray_app.views.main_window.menus import set_default
from tray_app.views.main_window.shown_servers import label_of
from tray_app.views.theme import Theme

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.state.app_state import AppState


class ServerMenu(QMenu):
    """Filled when it is about to show, and anew while it is open, whenever it would say something
    else. A letter goes to the next entry that begins with it."""

    def __init__(
        self, state: AppState, actions: Actions, commands: Commands, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._window_actions = actions
        self._commands = commands
        self._shown: QAction | None = None
        self._told: list[object] = []
        self.aboutToShow.connect(self.fill)
        for changed in (state.server_changed, state.status_changed, state.start_changed):
            changed.connect(self._on_state_changed)

    def fill(self) -> None:
        """Put in what is so now."""
        self.clear()
        self._told = self._what_is_told()
        state, actions = self._state, self._window_actions
        self._shown = self._add_servers()
        self.addSeparator()
        for server in filter(self._can_wake, state.servers):
            words = tr("Wake “{server}”").format(server=_escaped(label_of(server)))
            wake = partial(self._commands.wake_requested.emit, server.id)
            self._add(words, wake, "power")
        if not all(state.is_online(server.id) for server in state.servers):
            self._add(tr("Retry now"), actions[Command.REFRESH].trigger, "refresh")
        self.addSeparator()
        for command in (Command.DOCTOR, Command.ADD_SERVER, Command.MANAGE_SERVERS):
            self.addAction(actions[command])
        if self._shown is not None:
            set_default(self, self._shown)

    def _what_is_told(self) -> list[object]:
        """What the entries depend on."""
        state = self._state
        return [
            (state.shown_id, server, seen_state(status, start), server_entry(status, start))
            for server in state.servers
            for status, start in ((state.status(server.id), state.start_of(server.id)),)
        ]

    @Slot()
    def _on_state_changed(self) -> None:
        if not self.isVisible() or self._told == self._what_is_told():
            return
        active = self.activeAction()
        name = _name_of(active) if active is not None else ""
        self.fill()
        found = (action for action in self.actions() if name and _name_of(action) == name)
        if (again := next(found, self._shown)) is not None:
            self.setActiveAction(again)

    def _add_servers(self) -> QAction | None:
        """The entries of the servers; the one for what is shown now."""
        state = self._state
        entries: dict[str, QAction] = {}
        is_several = len(state.servers) > 1
        if is_several:
            entries[""] = self._add_all()
            self.addSeparator()
        for server in state.servers:
            entries[server.id] = self._add_server(server, is_several=is_several)
        return entries.get(state.shown_id)

    def _add_all(self) -> QAction:
        servers = [each for each in self._state.servers if each.is_in_all] or self._state.servers
        online = sum(self._state.is_online(server.id) for server in servers)
        words = f"{tr('All servers')}\t{servers_online(online, len(servers))}"
        return self._add(words, partial(self._commands.server_show_requested.emit, ""), "server")

    def _add_server(self, server: Server, *, is_several: bool) -> QAction:
        status, start = self._state.status(server.id), self._state.start_of(server.id)
        name = _escaped(label_of(server))
        show = partial(self._commands.server_show_requested.emit, server.id)
        what = show if is_several else self._window_actions[Command.REFRESH].trigger
        action = self._add(f"{name}\t{server_entry(status, start)}", what)
        icon, color = STATE_GLYPHS[seen_state(status, start)]
        action.setIcon(glyph(icon, glyph_color(Theme.of(self), color)))
        action.setToolTip(spoken_entry(label_of(server), status, start))
        return action

    def _can_wake(self, server: Server) -> bool:
        status, start = self._state.status(server.id), self._state.start_of(server.id)
        is_asleep = status is not None and status.state is ServerState.OFFLINE
        is_waited_for = start is not None and start.phase is StartPhase.WAITING
        return server.can_wake and is_asleep and not is_waited_for

    def _add(self, words: str, slot: Callable[[], object], icon: str = "") -> QAction:
        action = QAction(words, self)
        action.triggered.connect(lambda _checked: slot())
        if icon:
            action.setIcon(glyph(icon, Theme.of(self).text))
        self.addAction(action)
        return action

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._shown is not None:
            self.setActiveAction(self._shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not (event.text().isprintable() and event.text().strip() and self._jump(event.text())):
            super().keyPressEvent(event)

    def _jump(self, letter: str) -> bool:
        """To the next entry that begins with `letter`, round and round."""
        entries = [action for action in self.actions() if not action.isSeparator()]
        active = self.activeAction()
        here = entries.index(active) + 1 if active in entries else 0
        for action in (*entries[here:], *entries[:here]):
            if action.text().casefold().startswith(letter.casefold()) and action.isEnabled():
                self.setActiveAction(action)
                return True
        return False


def _name_of(action: QAction) -> str:
    """Without what follows behind a tab, which changes."""
    return action.text().partition("\t")[0]


def _escaped(name: str) -> str:
    """A menu takes "&" for a mnemonic, and a tab for the end of the words."""
    return name.replace("&", "&&").replace("\t", " ")
