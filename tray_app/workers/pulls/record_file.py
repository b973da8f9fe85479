"""RecordFile: a file of ours with a list of records, and RecordSaver, which writes it for a queue.

What is in the file is checked record by record. Nothing is ever lost to a fault of it: a file that
holds anything we cannot use is kept as `….bad` before we write, and one that cannot be read now is
not written over.
"""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from tray_app import jsonfile
from tray_app.core.file_failures import FileFailed, file_failed
from tray_app.workers.runner import Job, JobRunner

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

VERSION = 1
LANE = "queue file"
MAX_BYTES = 64_000_000
MAX_RECORDS = 2000
_UNUSABLE = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError)
_REASONS_LOGGED = 3


class RecordFile(ABC, Generic[_T]):
    """Reads and writes one file. Thread: any; writers take turns, the newest wins.

    `broken_path`: where the file is kept that held what we could not use. `dropped`: how many of
    its records that were, 0 = the whole file. `unreadable`: why the file could not be read, None
    when it could; until then nothing is written.
    """

    _key = "records"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.broken_path: Path | None = None
        self.dropped = 0
        self.unreadable: FileFailed | None = None
        self._lock = threading.Lock()
        self._written = 0

    @abstractmethod
    def _to_json(self, record: _T) -> dict[str, Any]: ...

    @abstractmethod
    def _from_json(self, entry: Any) -> _T:
        """Raises one of `_UNUSABLE` for what is no stored record."""

    def _identity(self, record: _T) -> object:
        """What no two records share; None when they may."""
        return None

    def load_records(
        self,
        *,
        pauses_s: tuple[float, ...] = jsonfile.QUICK_S,
        wait: Callable[[float], object] | None = None,
    ) -> tuple[_T, ...]:
        """The stored records in order. Never raises: see the attributes."""
        with self._lock:
            self.unreadable = None
            try:
                data = jsonfile.read(
                    self.path, max_bytes=MAX_BYTES, max_depth=None, pauses_s=pauses_s, wait=wait
                )
                return self._checked(jsonfile.listed(data, self._key, VERSION)) if data else ()
            except NotADirectoryError:
                return ()
            except jsonfile.BrokenFile as error:
                self._put_aside(str(error))
                return ()
            except OSError as error:
                # Not readable is not broken: it may be so again in a moment.
                self.unreadable = file_failed(error, self.path)
                _log.info("%s is not readable: %s", self.path.name, error)
                return ()

    def save(self, records: Iterable[_T], number: int) -> None:
        """Write `records`; a call with a lower `number` than one already written does nothing.

        Raises FileFailed when the disk does not take it; the old file is then still whole.
        """
        with self._lock:
            if self.unreadable is not None:
                raise self.unreadable
            if number > self._written:
                try:
                    self._write(tuple(records))
                except OSError as error:
                    raise file_failed(error, self.path) from error
                self._written = number

    def _write(self, records: tuple[_T, ...]) -> None:
        content = {"version": VERSION, self._key: [self._to_json(record) for record in records]}
        jsonfile.write(self.path, content)

    def _checked(self, entries: list[Any]) -> tuple[_T, ...]:
        kept: list[_T] = []
        seen: set[object] = set()
        reasons = []
        for entry in entries[:MAX_RECORDS]:
            try:
                record = self._from_json(entry)
            except _UNUSABLE as error:
                reasons.append(repr(error)[:100])
                continue
            identity = self._identity(record)
            if identity is not None and identity in seen:
                reasons.append("twice the same")
                continue
            seen.add(identity)
            kept.append(record)
        dropped = len(entries) - len(kept)
        if dropped:
            why = "; ".join(reasons[:_REASONS_LOGGED]) or "too many"
            self.dropped = dropped
            if self._put_aside(f"{dropped} of {len(entries)} records: {why}"):
                self._write_kept(tuple(kept))
        return tuple(kept)

    def _put_aside(self, reason: str) -> bool:
        self.broken_path, self.unreadable = jsonfile.keep_broken(self.path, reason)
        return self.unreadable is None

    def _write_kept(self, kept: tuple[_T, ...]) -> None:
        try:
            self._write(kept)
        except OSError as error:
            _log.info("%s not written: %s", self.path.name, error)


class SaveJob(Job, Generic[_T]):
    """Outcome: the number of the state that is now on disk."""

    def __init__(self, file: RecordFile[_T], records: tuple[_T, ...], number: int) -> None:
        super().__init__()
        self._file = file
        self._records = records
        self._number = number

    def perform(self) -> int:
        try:
            self._file.save(self._records, self._number)
        except FileFailed as error:
            _log.info("%s could not be saved: %s", self._file.path.name, error.context)
            raise
        return self._number


class LoadJob(Job, Generic[_T]):
    """Outcome: the records. A file that somebody holds is waited for."""

    def __init__(self, file: RecordFile[_T]) -> None:
        super().__init__()
        self._file = file

    def perform(self) -> tuple[_T, ...]:
        return self._file.load_records(pauses_s=jsonfile.PATIENT_S, wait=self.scope.wait)


class RecordSaver(QObject, Generic[_T]):
    """Numbers every state of a queue and tells which of them is safe on disk.

    Signals: `saved` when `saved_number` has grown, `failed` when a write failed,
    `loaded` with the records of a file that somebody held when `load` was called.
    Thread: GUI thread; writing happens in the lane "queue file". At most one write is under way
    and one waits, however often `save` is called.
    """

    saved = Signal()
    failed = Signal(object)  # FileFailed
    loaded = Signal(object)  # tuple[_T, ...]

    def __init__(self, runner: JobRunner, store: RecordFile[_T] | None, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._store = store
        self._number = 0
        self.saved_number = 0
        self._waiting: tuple[_T, ...] | None = None
        self._is_writing = False
        # What is on disk and was not read yet must not be written over.
        self._is_unread = store is not None and jsonfile.is_there(store.path)

    def load(self) -> tuple[tuple[_T, ...], Path | None]:
        """The stored items, and where a broken file was put."""
        if self._store is None:
            return (), None
        items, broken_path = self._store.load_records(), self._store.broken_path
        self._is_unread = self._store.unreadable is not None
        if self._is_unread and broken_path is None:
            job = LoadJob(self._store)
            job.succeeded.connect(self._on_load_job_succeeded)
            self._runner.submit(job, LANE)
        elif self._is_unread:
            self._give_up()
        return items, broken_path

    def save(self, items: tuple[_T, ...]) -> int:
        """Have this state written soon, but not before `load`; gives its number."""
        self._number += 1
        self._waiting = items
        if self._store is None:
            self._waiting = None
            self.saved_number = self._number
        elif not self._is_writing and not self._is_unread:
            self._write()
        return self._number

    def save_now(self, items: tuple[_T, ...]) -> None:
        """Write at once, in this thread; for the end of the program. Never raises."""
        self._number += 1
        self._waiting = None
        if self._store is not None and not self._is_unread:
            try:
                self._store.save(items, self._number)
            except FileFailed as error:
                self.failed.emit(error)

    def _write(self) -> None:
        items, self._waiting = self._waiting, None
        if self._store is None or items is None:
            return
        self._is_writing = True
        job = SaveJob(self._store, items, self._number)
        job.succeeded.connect(self._on_job_succeeded)
        job.failed.connect(self._on_job_failed)
        self._runner.submit(job, LANE)

    def _give_up(self) -> None:
        """What is on disk stays as it is; downloads go on without being written down."""
        self._waiting = None
        self._store = None

    @Slot(object)
    def _on_load_job_succeeded(self, items: tuple[_T, ...]) -> None:
        if self._store is None:
            return
        failure = self._store.unreadable
        if failure is not None:
            self._give_up()
        self._is_unread = False
        # Before: they are to be among what is written.
        self.loaded.emit(items)
        if failure is not None:
            self.failed.emit(failure)
            self._done(self._number)
        elif not self._is_writing:
            self._write()

    @Slot(object)
    def _on_job_succeeded(self, number: object) -> None:
        if isinstance(number, int):
            self._done(number)

    @Slot(object)
    def _on_job_failed(self, error: object) -> None:
        # A full disk here must not keep the server, maybe elsewhere, from pulling.
        self._done(self._number)
        self.failed.emit(error)

    def _done(self, number: int) -> None:
        self._is_writing = False
        self.saved_number = max(self.saved_number, number)
        self._write()
        self.saved.emit()
