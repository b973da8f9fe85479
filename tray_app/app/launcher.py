"""Launcher: everything behind the tray icon, built once the icon is out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from tray_app.desktop.os_signals import OsSignals
from tray_app.private_files import take_back

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from tray_app.app.application import Application
    from tray_app.app.garbage import GarbageCollector
    from tray_app.cli import Invocation
    from tray_app.desktop.instance.single_instance import SingleInstance
    from tray_app.desktop.tray.tray import Tray


START_MS = 2_000
"""Until then a search for garbage would take time from the first window, and find little."""
_log = logging.getLogger(__name__)


class Launcher(QObject):
    """Builds Application and ends it; until then it answers who asks for the end.

    Thread: GUI thread.
    """

    def __init__(
        self,
        app: QApplication,
        tray: Tray,
        invocation: Invocation,
        data_dir: Path | None,
        instance: SingleInstance,
        notes: Sequence[str] = (),
    ) -> None:
        super().__init__(app)
        self._app = app
        self._tray = tray
        self._invocation = invocation
        self._data_dir = data_dir
        self._instance = instance
        self._notes = tuple(notes)  # of the start, for the log
        self._application: Application | None = None
        self._garbage: GarbageCollector | None = None
        self._os_signals = OsSignals(self)
        self._os_signals.quit_requested.connect(self._on_quit_requested)
        tray.quit_requested.connect(self._on_quit_requested)

    @Slot()
    def build(self) -> None:
        """Import and build all that the icon did not need."""
        from tray_app import log
        from tray_app.app.application import Application
        from tray_app.paths import paths

        where = paths(self._data_dir)
        for folder in (where.config, where.state, where.log):
            take_back(folder)
        is_verbose = self._invocation.verbose
        log.set_up(where.log_file, is_verbose=is_verbose, to_stderr=is_verbose)
        for note in self._notes:
            _log.warning("%s", note)
        demo = None
        if self._invocation.demo:
            from tray_app.app.demo import Demo

            demo = Demo()
        self._application = Application(
            self._app, self._tray, self._invocation, where, self._instance, demo
        )
        self._application.start()
        QTimer.singleShot(START_MS, self, self._collect_garbage)

    @Slot()
    def _collect_garbage(self) -> None:
        from tray_app.app.garbage import GarbageCollector

        self._garbage = GarbageCollector(self._app, self)

    def end(self) -> None:
        """Behind the event loop."""
        if self._garbage is not None:
            self._garbage.end()
        if self._application is None:
            self._tray.stop()
        else:
            from tray_app import log

            self._application.after_loop()
            log.take_down()
        self._os_signals.close()

    @Slot()
    def _on_quit_requested(self) -> None:
        if self._application is None:
            self._app.quit()
        else:
            self._application.shutdown.quit_now()
