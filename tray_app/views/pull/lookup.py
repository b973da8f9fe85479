"""When the pull dialog asks about the name in its field, and what has been answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from tray_app.core.payloads import ModelRef

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.core.estimate import PullEstimate
    from tray_app.state.app_state import AppState

PAUSE_MS = 400
"""Asked this long after the last keystroke."""


class PullLookup(QObject):
    """Asks for each of `servers`, in one question.

    Signals: changed() (it now asks).
    """

    changed = Signal()

    def __init__(
        self,
        servers: tuple[str, ...],
        state: AppState,
        commands: Commands,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._servers = servers
        self._state = state
        self._commands = commands
        self._name = ""
        self._is_asked = False
        # What somebody was told before: since then it may have been pulled.
        self._outdated = {server_id: state.estimate(server_id) for server_id in servers}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    @property
    def is_asked(self) -> bool:
        """Whether the name in the field has been asked about."""
        return self._is_asked

    def set_name(self, name: str) -> None:
        """The name in the field now, "" = none that is worth asking about."""
        if name == self._name:
            return
        self._name = name
        was_asked, self._is_asked = self._is_asked, False
        if name:
            self._timer.start()
        else:
            self._timer.stop()
        if was_asked:
            self._commands.estimate_cancel_requested.emit()

    def add_server(self, server_id: str) -> None:
        """Ask for this one, too; what is asked about already is answered for it as well."""
        if server_id in self._servers:
            return
        self._servers = (*self._servers, server_id)
        self._outdated[server_id] = self._state.estimate(server_id)
        if self._is_asked:
            self._ask(server_id)

    def ask_now(self) -> None:
        """Do not wait for another keystroke."""
        if self._timer.isActive():
            self._timer.stop()
            self._on_timer_timeout()

    def answer(self, server_id: str) -> PullEstimate | None:
        """What is known of the name in the field for a server."""
        found = self._state.estimate(server_id)
        if found is None or found is self._outdated.get(server_id):
            return None
        return found if found.name == self._name else None

    def _on_timer_timeout(self) -> None:
        self._is_asked = True
        for server_id in self._servers:
            self._ask(server_id)
        self.changed.emit()

    def _ask(self, server_id: str) -> None:
        self._commands.estimate_requested.emit(ModelRef(server_id, self._name))
