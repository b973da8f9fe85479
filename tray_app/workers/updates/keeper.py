"""LedgerKeeper: the ledger in memory, read once and written now and then, off the GUI thread."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from tray_app.core.file_failures import FileFailed
from tray_app.core.updates.ledger import Ledger, Record
from tray_app.workers.updates.jobs import LoadLedgerJob, LookLedgerJob, SaveLedgerJob

if TYPE_CHECKING:
    from tray_app.update_ledger import LedgerFile
    from tray_app.workers.runner import JobRunner

_log = logging.getLogger(__name__)

LANE = "update ledger"
SAVE_S = 2.0
"""Many verdicts come in a second: they are written together."""


class LedgerKeeper(QObject):
    """The ledger, and its file.

    Signals: `loaded` once it was read, `changed` when somebody else has written it, `failed` when
    a write failed: it is tried again with the next change.
    Thread: GUI thread; the file is read and written in the lane "update ledger".
    """

    loaded = Signal()
    changed = Signal()
    failed = Signal(object)  # FileFailed

    def __init__(
        self,
        runner: JobRunner,
        file: LedgerFile | None,
        parent: QObject | None = None,
        *,
        save_s: float = SAVE_S,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._file = file
        self.ledger = Ledger()
        self.is_loaded = file is None
        self._is_writing = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(round(save_s * 1000))
        self._timer.timeout.connect(self._write)

    @property
    def broken_path(self) -> str:
        """Where a file is that could not be used; "" where all was well."""
        broken = self._file.broken_path if self._file is not None else None
        return str(broken or "")

    def load(self) -> None:
        """Read the file; `loaded` follows."""
        if self._file is None:
            self.loaded.emit()
            return
        job = LoadLedgerJob(self._file)
        job.succeeded.connect(self._on_load_succeeded)
        self._runner.submit(job, LANE)

    def save(self) -> None:
        """Have what changed written soon."""
        can_write = self._file is not None and self.is_loaded and not self._is_writing
        if can_write and self.ledger.has_changed and not self._timer.isActive():
            self._timer.start()

    def look(self) -> None:
        """See whether a verb in a terminal has written it."""
        if self._file is not None and self.is_loaded and not self._is_writing:
            job = LookLedgerJob(self._file)
            job.succeeded.connect(self._on_look_succeeded)
            self._runner.submit(job, LANE)

    def close(self) -> None:
        """Write down what is not on disk yet, in this thread; for the end of the program."""
        self._timer.stop()
        if self._file is None or not self.is_loaded or not self.ledger.has_changed:
            return
        try:
            self._file.write(self.ledger.take_changes(), tuple(self.ledger))
        except FileFailed as error:
            _log.info("the ledger could not be saved: %s", error.context)

    @Slot(object)
    def _on_load_succeeded(self, ledger: Ledger) -> None:
        if self.ledger.has_changed:  # what was learned while it was read is newer
            self.ledger.merge(ledger)
        else:
            self.ledger = ledger
        self.is_loaded = True
        self.loaded.emit()
        self.save()

    @Slot(object)
    def _on_look_succeeded(self, ledger: Ledger | None) -> None:
        if ledger is not None:
            self.ledger.merge(ledger)
            self.changed.emit()

    @Slot()
    def _write(self) -> None:
        if self._file is None or self._is_writing or not self.ledger.has_changed:
            return
        self._is_writing = True
        job = SaveLedgerJob(self._file, self.ledger.take_changes(), tuple(self.ledger))
        job.succeeded.connect(self._on_save_succeeded)
        job.failed.connect(self._on_save_failed)
        job.cancelled.connect(self._on_save_cancelled)
        self._runner.submit(job, LANE)

    @Slot(object)
    def _on_save_succeeded(self, records: tuple[Record, ...] | None) -> None:
        self._is_writing = False
        if records is not None:
            self.ledger.merge(records)
            self.changed.emit()
        self.save()

    @Slot(object)
    def _on_save_failed(self, error: object) -> None:
        self._give_back()
        self.failed.emit(error)

    @Slot()
    def _on_save_cancelled(self) -> None:
        self._give_back()

    def _give_back(self) -> None:
        self._is_writing = False
        job = self.sender()
        if isinstance(job, SaveLedgerJob):
            self.ledger.give_back(job.changes)
