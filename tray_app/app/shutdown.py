"""Shutdown: the order in which the program ends, whatever the network does."""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, QObject, Slot

if TYPE_CHECKING:
    from tray_app.app.application import Application

DEADLINE_MS = 3000
_log = logging.getLogger(__name__)


class Shutdown(QObject):
    """Ends the program once, however often it is asked to.

    Order: ask (if downloads run and a person asked) → menu off, window hidden → queue on disk →
    every request ended → every thread ended, within one shared deadline → tray gone → exit.
    Thread: GUI thread.
    """

    def __init__(self, application: Application) -> None:
        super().__init__(application)
        self._app = application
        self._is_quitting = False

    @Slot()
    def ask(self) -> None:
        """A person wants to quit: asked back when downloads run, as they will pause."""
        running = self._app.queue.summary.active
        if running and not self._is_quitting:
            self._app.window.ask_quit(running)
        else:
            self.quit_now()

    @Slot()
    def quit_now(self) -> None:
        """End without a question."""
        if self._is_quitting:
            return
        self._is_quitting = True
        app = self._app
        app.tray.disable_menu()
        app.window.hide_for_good()
        app.downloads.close()
        app.queue.close()
        app.history.close()
        app.runner.close()
        app.pollers.close()
        app.qt.quit()

    def finish(self) -> None:
        """Behind the event loop: join every thread. Leaving while one runs would abort."""
        self.quit_now()  # the loop may have been ended by the system
        app = self._app
        deadline = QDeadlineTimer(DEADLINE_MS)
        is_clean = all([app.pollers.wait(deadline), app.runner.wait(deadline)])
        app.notifier.close()
        app.session_end.close()
        app.tray.stop()
        app.crashes.uninstall()
        if app.demo is not None:
            app.demo.close()
        if is_clean:
            app.window.close()
            # While there is an application: widgets that outlive it complain.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            return
        _log.error("a thread did not end in time")
        if sys.stderr is not None:
            faulthandler.dump_traceback(all_threads=True)
        logging.shutdown()
        app.instance.close()
        os._exit(1)
