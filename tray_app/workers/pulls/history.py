"""PullHistory: remembers what became of downloads, on disk next to the queue.

Read and written off the GUI thread, in the lane of the queue file. Nothing depends on it: a file
that cannot be written costs the past, not a download.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from tray_app import jsonfile
from tray_app.core.errors import OllamaError
from tray_app.core.pulls.history import History, PullRecord, kept
from tray_app.core.pulls.states import PullItem
from tray_app.workers.pulls.store import UNUSABLE, error_from_json, error_to_json, put_aside
from tray_app.workers.runner import Job, JobRunner

_log = logging.getLogger(__name__)

VERSION = 1
LANE = "queue file"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class HistoryStore:
    """Reads and writes the history file. Thread: any; writers take turns, the newest wins."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._written = 0

    def load(self) -> History:
        """What is stored; a file that cannot be read is put aside and counts as empty."""
        try:
            data = jsonfile.read(self.path, max_bytes=None)
            if not data:
                return History()
            if data["version"] > VERSION:
                raise ValueError(f"version {data['version']} is newer than this program")
            return History(tuple(_from_json(entry) for entry in data["records"]))
        except NotADirectoryError:
            return History()
        except (OSError, *UNUSABLE) as error:
            return History((), str(put_aside(self.path, error) or self.path))

    def save(self, records: Iterable[PullRecord], number: int) -> None:
        """A call with a lower `number` than one already written does nothing. Raises OSError."""
        data = {"version": VERSION, "records": [_to_json(record) for record in records]}
        with self._lock:
            if number > self._written:
                jsonfile.write(self.path, data)
                self._written = number


class PullHistory(QObject):
    """What became of downloads.

    Signals: `changed` with the whole history whenever it is another one.
    Thread: GUI thread.
    """

    changed = Signal(object)  # History

    def __init__(
        self,
        runner: JobRunner,
        store: HistoryStore | None = None,
        parent: QObject | None = None,
        *,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._store = store
        self._now = now
        self._history = History()
        self._is_read = store is None
        self._number = self._saved_number = 0

    @property
    def history(self) -> History:
        """What is known by now, without what has grown too old meanwhile."""
        records = kept(self._history.records, self._now())
        return History(records, self._history.broken_path)

    def load(self) -> None:
        """Read the file; what ends before that is done is not lost."""
        if self._store is not None:
            job = _LoadJob(self._store)
            job.succeeded.connect(self._on_load_job_succeeded)
            self._runner.submit(job, LANE)

    @Slot(object)
    def note(self, item: PullItem) -> None:
        """A download has ended."""
        record = PullRecord.of_item(item)
        if record is not None:
            self._set(History((record, *self._history.records), self._history.broken_path))

    @Slot()
    def clear(self) -> None:
        """Forget everything, as a person wishes."""
        self._set(History())

    def close(self) -> None:
        """Write down what is not on disk yet, in this thread; for the end of the program."""
        if self._store is None or not self._is_read or self._saved_number == self._number:
            return
        try:
            self._store.save(self.history.records, self._number)
        except OSError as error:
            _log.info("the history could not be saved: %s", error)

    def _set(self, history: History) -> None:
        self._history = history
        self._history = self.history
        self._number += 1
        self._save()
        self.changed.emit(self._history)

    def _save(self) -> None:
        if self._store is not None and self._is_read:
            job = _SaveJob(self._store, self._history.records, self._number)
            job.succeeded.connect(self._on_save_job_succeeded)
            self._runner.submit(job, LANE)

    @Slot(object)
    def _on_load_job_succeeded(self, stored: History) -> None:
        self._is_read = True
        early = self._history.records
        self._history = History((*early, *stored.records), stored.broken_path)
        self._history = self.history
        if early:
            self._save()
        self.changed.emit(self._history)

    @Slot(object)
    def _on_save_job_succeeded(self, number: int) -> None:
        self._saved_number = max(self._saved_number, number)


class _LoadJob(Job):
    """Outcome: History."""

    def __init__(self, store: HistoryStore) -> None:
        super().__init__()
        self._store = store

    def perform(self) -> History:
        return self._store.load()


class _SaveJob(Job):
    """Outcome: the number of the state that is on disk now."""

    def __init__(self, store: HistoryStore, records: tuple[PullRecord, ...], number: int) -> None:
        super().__init__()
        self._store = store
        self._records = records
        self._number = number

    def perform(self) -> int:
        try:
            self._store.save(self._records, self._number)
        except OSError as error:
            _log.info("the history could not be saved: %s", error)
            raise OllamaError(str(self._store.path), str(error)) from error
        return self._number


def _to_json(record: PullRecord) -> dict[str, Any]:
    return {
        "server_id": record.server_id,
        "name": record.name,
        "finished_at": record.finished_at.isoformat(),
        "fetched_bytes": record.fetched_bytes,
        "active_s": record.active_s,
        "error": error_to_json(record.error) if record.error is not None else None,
        "is_update": record.is_update,
        "was_here": record.was_here,
    }


def _from_json(entry: Mapping[str, Any]) -> PullRecord:
    finished_at = datetime.fromisoformat(entry["finished_at"])
    if finished_at.tzinfo is None or not entry["name"]:
        raise ValueError("a record without name or time zone")
    error = entry.get("error")
    return PullRecord(
        server_id=str(entry["server_id"]),
        name=str(entry["name"]),
        finished_at=finished_at,
        fetched_bytes=int(entry.get("fetched_bytes", 0)),
        active_s=float(entry.get("active_s", 0.0)),
        error=error_from_json(error) if error else None,
        is_update=bool(entry.get("is_update", False)),
        was_here=bool(entry.get("was_here", False)),
    )
