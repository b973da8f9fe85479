"""SessionEnd: what the end of a person's session (log-out, shutdown) asks of the program.

X11's session manager, WM_QUERYENDSESSION of Windows and the log-out of macOS arrive by the same
signals of Qt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QSessionManager

if TYPE_CHECKING:
    from tray_app.app.application import Application

CALLED_OFF_MS = 60_000


class SessionEnd(QObject):
    """Saves when a session is about to end, and lets nothing of ours hold it up.

    Thread: GUI thread.
    """

    def __init__(self, application: Application) -> None:
        super().__init__(application)
        self._app = application
        # Another program may call the end off, which nobody is told: then all is as before.
        self._called_off = QTimer(self, singleShot=True, interval=CALLED_OFF_MS)
        self._called_off.setObjectName("session end")
        self._called_off.timeout.connect(self._on_called_off_timeout)
        qt = application.qt
        qt.commitDataRequest.connect(self._on_qt_commit_data_request)
        qt.saveStateRequest.connect(self._on_qt_save_state_request)
        # Windows ends the process right behind this signal: what is to be saved is saved in it.
        qt.aboutToQuit.connect(application.shutdown.quit_now)

    def close(self) -> None:
        self._called_off.stop()

    def _on_qt_commit_data_request(self, manager: QSessionManager) -> None:
        """Whatever happens next, the queue is on disk and no question is asked."""
        self._app.queue.save_now()
        self._app.window.set_session_ending(True)
        self._called_off.start()
        self._on_qt_save_state_request(manager)

    def _on_qt_save_state_request(self, manager: QSessionManager) -> None:
        # Starting at login is a setting of its own; a remembered session must not do it as well.
        manager.setRestartHint(QSessionManager.RestartHint.RestartNever)

    @Slot()
    def _on_called_off_timeout(self) -> None:
        self._app.window.set_session_ending(False)
