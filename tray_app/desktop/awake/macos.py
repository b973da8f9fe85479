"""Awake on macOS: its own `caffeinate`, which ends with us, however we end."""

from __future__ import annotations

import logging
import os

from PySide6.QtCore import QObject, QProcess, Slot

from tray_app.desktop.awake.base import Awake

_log = logging.getLogger(__name__)

_PROGRAM = "/usr/bin/caffeinate"
_END_MS = 1000


class MacAwake(Awake):
    """Signals and thread are those of Awake."""

    def __init__(self, parent: QObject | None = None, *, program: str = _PROGRAM) -> None:
        super().__init__(parent)
        self._program = program
        self._process: QProcess | None = None

    def hold(self) -> None:
        if self._process is not None:
            return
        self._process = process = QProcess(self)
        process.setStandardInputFile(QProcess.nullDevice())
        process.setStandardOutputFile(QProcess.nullDevice())
        process.setStandardErrorFile(QProcess.nullDevice())
        process.started.connect(self._on_process_started)
        process.finished.connect(self._on_process_ended)
        process.errorOccurred.connect(self._on_process_ended)
        # -i: not by itself, although nobody types; -w: only as long as this process is there.
        process.start(self._program, ["-i", "-w", str(os.getpid())])

    def release(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.finished.disconnect(self._on_process_ended)
            process.errorOccurred.disconnect(self._on_process_ended)
            process.finished.connect(process.deleteLater)
            process.kill()
            if process.state() is QProcess.ProcessState.NotRunning:
                process.deleteLater()
        self._take(False)

    def close(self) -> None:
        process = self._process
        self.release()
        if process is not None:
            process.waitForFinished(_END_MS)  # killed: it is a matter of moments

    @Slot()
    def _on_process_started(self) -> None:
        self._take(self._process is not None)

    @Slot()
    def _on_process_ended(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            _log.info("caffeinate: %s", process.errorString())
            process.deleteLater()
        self._take(False)
