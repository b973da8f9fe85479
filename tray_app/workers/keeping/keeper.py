"""MemoryKeeper: what is remembered of kept models and of memory, read once and written now and
then, off the GUI thread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from tray_app.core.file_failures import FileFailed
from tray_app.core.keeping.measuring import Measurements
from tray_app.core.keeping.records import MAX_KEPT, KeptModel
from tray_app.memory_file import MemoryFile, Remembered
from tray_app.workers.keeping.jobs import LoadMemoryJob, SaveMemoryJob
from tray_app.workers.late_writer import LateWriter

if TYPE_CHECKING:
    from tray_app.workers.runner import JobRunner

_log = logging.getLogger(__name__)

LANE = "memory file"
SAVE_S = 2.0
"""What changes within is written together."""


class MemoryKeeper(QObject):
    """The kept models in their order, and the measurements.

    Signals: `loaded` once the file was read, `failed` when a write failed: it is tried again with
    the next change.
    Thread: GUI thread; the file is read and written in the lane "memory file".
    """

    loaded = Signal()
    failed = Signal(object)  # FileFailed

    def __init__(
        self,
        runner: JobRunner,
        file: MemoryFile | None,
        parent: QObject | None = None,
        *,
        save_s: float = SAVE_S,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._file = file
        self.kept: tuple[KeptModel, ...] = ()
        self.measurements = Measurements()
        self.is_loaded = file is None
        self._has_changed = False
        # What was said before the file was read is said again then.
        self._early: list[Callable[[tuple[KeptModel, ...]], tuple[KeptModel, ...]]] = []
        self._writer = LateWriter(runner, LANE, self._save_job, save_s, self)
        self._writer.written.connect(self.save)
        self._writer.given_up.connect(self._on_writer_given_up)
        self._writer.failed.connect(self.failed)

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
        job = LoadMemoryJob(self._file)
        job.succeeded.connect(self._on_load_succeeded)
        self._runner.submit(job, LANE)

    def change_kept(self, change: Callable[[tuple[KeptModel, ...]], Iterable[KeptModel]]) -> bool:
        """Change the list of kept models; whether it is another one now."""

        def changed(kept: tuple[KeptModel, ...]) -> tuple[KeptModel, ...]:
            found = {model.key: model for model in change(kept)}
            return tuple(found.values())[:MAX_KEPT]

        if not self.is_loaded:
            self._early.append(changed)
        before, self.kept = self.kept, changed(self.kept)
        if self.kept == before:
            return False
        self._has_changed = True
        self.save()
        return True

    @Slot()
    def save(self) -> None:
        """Have what changed written soon."""
        if self._must_write:
            self._writer.soon()

    def close(self) -> None:
        """Write down what is not on disk yet, in this thread; for the end of the program."""
        self._writer.stop()
        if self._file is None or not self._must_write:
            return
        try:
            self._file.write(self._take())
        except FileFailed as error:
            _log.info("what is kept loaded could not be saved: %s", error.context)

    @property
    def _must_write(self) -> bool:
        has_changed = self._has_changed or self.measurements.has_changed
        return self._file is not None and self.is_loaded and has_changed

    def _take(self) -> Remembered:
        self._has_changed = self.measurements.has_changed = False
        return Remembered(self.kept, tuple(self.measurements))

    @Slot(object)
    def _on_load_succeeded(self, found: Remembered) -> None:
        self.kept = found.kept
        was_measured = self.measurements.has_changed
        self.measurements.take_all(found.measured)
        self.measurements.has_changed = was_measured
        self.is_loaded = True
        for change in self._early:
            kept = change(self.kept)
            self._has_changed = self._has_changed or kept != self.kept
            self.kept = kept
        self._early.clear()
        self.loaded.emit()
        self.save()

    def _save_job(self) -> SaveMemoryJob | None:
        return SaveMemoryJob(self._file, self._take()) if self._file is not None else None

    @Slot()
    def _on_writer_given_up(self) -> None:
        self._has_changed = True
