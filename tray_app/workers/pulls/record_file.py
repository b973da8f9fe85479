"""RecordFile: a file of ours with a list of records; the queue and the history are two of them.

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

from tray_app import jsonfile
from tray_app.core.file_failures import FileFailed, file_failed
from tray_app.workers.runner import Job

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
        """Keep the file; while that fails it stays where it is and is not written over."""
        try:
            self.broken_path = jsonfile.put_aside(self.path, second=1)
        except OSError as error:
            self.broken_path = self.path
            self.unreadable = file_failed(error, self.path)
            _log.exception("cannot keep the broken %s (%s)", self.path, reason)
            return False
        # Not a warning: whoever loads tells the person.
        _log.info(
            "%s was not usable (%s), kept as %s", self.path.name, reason, self.broken_path.name
        )
        return True

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
