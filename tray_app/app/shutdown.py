"""Shutdown: the order in which the program ends, and what the end of a person's session asks of it.

X11's session manager, WM_QUERYENDSESSION of Windows and the log-out of macOS arrive by the same
signals of Qt.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QSessionManager

from tray_app.core.lazy_dataclasses import dataclass

DEADLINE_MS = 3000
CALLED_OFF_MS = 60_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Steps:
    """What happens at the end, in this order.

    `stop`: nothing can be asked for any more, what is to be kept is on disk, every request has
    been told to end. `wait`: every thread, until one shared deadline; True = it has ended. Leaving
    while one runs would abort. `after`: what may only go once no thread runs, or is no more
    waited for. `clean`: only when all threads ended.
    """

    stop: Sequence[Callable[[], object]]
    wait: Sequence[Callable[[QDeadlineTimer], bool]]
    after: Sequence[Callable[[], object]]
    clean: Sequence[Callable[[], object]]
    by_force: Callable[[], object]


class Shutdown(QObject):
    """Ends the program once, however often it is asked to. Thread: GUI thread."""

    def __init__(
        self,
        qt: QCoreApplication,
        running: Callable[[], int],
        ask: Callable[[int], object],
        steps: Steps,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._qt = qt
        self._running = running
        self._ask = ask
        self._steps = steps
        self._is_quitting = False

    @property
    def is_quitting(self) -> bool:
        """Whether the end has begun: nothing is to be built any more."""
        return self._is_quitting

    @Slot()
    def ask(self) -> None:
        """A person wants to quit: asked back when downloads run, as they will pause."""
        running = self._running()
        if running and not self._is_quitting:
            self._ask(running)
        else:
            self.quit_now()

    @Slot()
    def quit_now(self) -> None:
        """End without a question."""
        if self._is_quitting:
            return
        self._is_quitting = True
        for step in self._steps.stop:
            step()
        self._qt.quit()

    def finish(self) -> None:
        """Behind the event loop: join every thread, or leave by force."""
        self.quit_now()  # the loop may have been ended by the system
        deadline = QDeadlineTimer(DEADLINE_MS)
        ended = [wait(deadline) for wait in self._steps.wait]  # each, even after a late one
        for step in self._steps.after:
            step()
        if all(ended):
            for step in self._steps.clean:
                step()
            # While there is an application: widgets that outlive it complain.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            return
        _log.error("a thread did not end in time")
        if sys.stderr is not None:
            faulthandler.dump_traceback(all_threads=True)
        logging.shutdown()
        self._steps.by_force()
        os._exit(1)


class SessionEnd(QObject):
    """Saves when a session is about to end, and lets nothing of ours hold it up.

    Signals: `ending_changed` while it ends nothing is asked.
    Thread: GUI thread.
    """

    ending_changed = Signal(bool)

    def __init__(
        self, qt: QGuiApplication, save: Callable[[], object], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._save = save
        # Another program may call the end off, which nobody is told: then all is as before.
        self._called_off = QTimer(self, singleShot=True, interval=CALLED_OFF_MS)
        self._called_off.setObjectName("session end")
        self._called_off.timeout.connect(self._on_called_off_timeout)
        qt.commitDataRequest.connect(self._on_qt_commit_data_request)
        qt.saveStateRequest.connect(self._on_qt_save_state_request)

    def close(self) -> None:
        self._called_off.stop()

    def _on_qt_commit_data_request(self, manager: QSessionManager) -> None:
        """Whatever happens next, the queue is on disk and no question is asked."""
        self._save()
        self.ending_changed.emit(True)
        self._called_off.start()
        self._on_qt_save_state_request(manager)

    def _on_qt_save_state_request(self, manager: QSessionManager) -> None:
        # Starting at login is a setting of its own; a remembered session must not do it as well.
        manager.setRestartHint(QSessionManager.RestartHint.RestartNever)

    @Slot()
    def _on_called_off_timeout(self) -> None:
        self.ending_changed.emit(False)
