"""PullSaver: writes the queue file off the GUI thread, the newest state only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from tray_app.core.errors import OllamaError
from tray_app.core.pulls.states import PullItem
from tray_app.workers.pulls.store import PullStore
from tray_app.workers.runner import Job, JobRunner


class _SaveJob(Job):
    """Outcome: the number of the state that is now on disk."""

    def __init__(self, store: PullStore, items: tuple[PullItem, ...], number: int) -> None:
        super().__init__()
        self._store = store
        self._items = items
        self._number = number

    def perform(self) -> int:
        try:
            self._store.save(self._items, self._number)
        except OSError as error:
            raise OllamaError(str(self._store.path), str(error)) from error
        return self._number


class PullSaver(QObject):
    """Numbers every state of the queue and tells which of them is safe on disk.

    Signals: `saved` when `saved_number` has grown, `failed` with the reason when a write failed.
    Thread: GUI thread; writing happens in the lane "queue file". At most one write is under way
    and one waits, however often `save` is called.
    """

    saved = Signal()
    failed = Signal(str)

    def __init__(self, runner: JobRunner, store: PullStore | None, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._store = store
        self._number = 0
        self.saved_number = 0
        self._waiting: tuple[PullItem, ...] | None = None
        self._is_writing = False
        # What is on disk and was not read yet must not be written over.
        self._is_unread = store is not None and store.path.exists()

    def load(self) -> tuple[tuple[PullItem, ...], Path | None]:
        """The stored items, and where a broken file was put."""
        self._is_unread = False
        if self._store is None:
            return (), None
        items = self._store.load()
        return items, self._store.broken_path

    def save(self, items: tuple[PullItem, ...]) -> int:
        """Have this state written soon, but not before `load`; gives its number."""
        self._number += 1
        self._waiting = items
        if self._store is None:
            self._waiting = None
            self.saved_number = self._number
        elif not self._is_writing and not self._is_unread:
            self._write()
        return self._number

    def save_now(self, items: tuple[PullItem, ...]) -> None:
        """Write at once, in this thread; for the end of the program. Never raises."""
        self._number += 1
        self._waiting = None
        if self._store is not None and not self._is_unread:
            try:
                self._store.save(items, self._number)
            except OSError as error:
                self.failed.emit(str(error))

    def _write(self) -> None:
        items, self._waiting = self._waiting, None
        if self._store is None or items is None:
            return
        self._is_writing = True
        job = _SaveJob(self._store, items, self._number)
        job.succeeded.connect(self._on_job_succeeded)
        job.failed.connect(self._on_job_failed)
        self._runner.submit(job, "queue file")

    @Slot(object)
    def _on_job_succeeded(self, number: object) -> None:
        if isinstance(number, int):
            self._done(number)

    @Slot(object)
    def _on_job_failed(self, error: object) -> None:
        # A full disk here must not keep the server, maybe elsewhere, from pulling.
        self._done(self._number)
        self.failed.emit(getattr(error, "context", ""))

    def _done(self, number: int) -> None:
        self._is_writing = False
        self.saved_number = max(self.saved_number, number)
        self._write()
        self.saved.emit()
