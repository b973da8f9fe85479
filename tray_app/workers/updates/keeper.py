"""LedgerKeeper: the ledger in memory, read once and written now and then, off the GUI thread."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from tray_app.core.file_failures import FileFailed
from tray_app.core.updates.ledger import Ledger, Record
from tray_app.workers.late_writer import LateWriter
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
        self._writer = LateWriter(runner, LANE, self._save_job, save_s, self)
        self._writer.written.connect(self._on_writer_written)
        self._writer.given_up.connect(self._on_writer_given_up)
        self._writer.failed.connect(self.failed)

    @property
    def broken_path(self) -> str:
        """Where a file is that could not be used; "" where all was well."""
        broken = self._file.broken_path if self._file is not None else None
        return str(broken or "")

    @property
    def is_writing(self) -> bool:
        return self._writer.is_writing

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
        if self._file is not None and self.is_loaded and self.ledger.has_changed:
            self._writer.soon()

    def look(self) -> None:
        """See whether a verb in a terminal has written it."""
        if self._file is not None and self.is_loaded and not self.is_writing:
            job = LookLedgerJob(self._file)
            job.succeeded.connect(self._on_look_succeeded)
            self._runner.submit(job, LANE)

    def close(self) -> None:
        """Write down what is not on disk yet, in this thread; for the end of the program."""
        self._writer.stop()
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

    def _save_job(self) -> SaveLedgerJob | None:
        if self._file is None or not self.ledger.has_changed:
            return None
        return SaveLedgerJob(self._file, self.ledger.take_changes(), tuple(self.ledger))

    @Slot(object)
    def _on_writer_written(self, records: tuple[Record, ...] | None) -> None:
        if records is not None:
            self.ledger.merge(records)
            self.changed.emit()
        self.save()

    @Slot(object)
    def _on_writer_given_up(self, job: SaveLedgerJob) -> None:
        self.ledger.give_back(job.changes)
