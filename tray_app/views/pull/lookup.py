"""When the pull dialog asks about the name in its field, and what has been answered."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from tray_app.commands import Commands
from tray_app.core.estimate import PullEstimate
from tray_app.core.payloads import ModelRef
from tray_app.state import AppState

PAUSE_MS = 400
"""Asked this long after the last keystroke."""


class PullLookup(QObject):
    """Signals: changed() (it now asks)."""

    changed = Signal()

    def __init__(
        self, server_id: str, state: AppState, commands: Commands, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._server_id = server_id
        self._state = state
        self._commands = commands
        self._name = ""
        self._is_asked = False
        self._outdated = state.estimate
        """What somebody was told before: since then it may have been pulled."""
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

    def ask_now(self) -> None:
        """Do not wait for another keystroke."""
        if self._timer.isActive():
            self._timer.stop()
            self._on_timer_timeout()

    def answer(self) -> PullEstimate | None:
        """What is known of the name in the field."""
        found = self._state.estimate
        if found is None or found is self._outdated:
            return None
        is_wanted = (found.server_id, found.name) == (self._server_id, self._name)
        return found if is_wanted else None

    def _on_timer_timeout(self) -> None:
        self._is_asked = True
        self._commands.estimate_requested.emit(ModelRef(self._server_id, self._name))
        self.changed.emit()
