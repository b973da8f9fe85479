"""PullHistory: remembers what became of downloads, on disk next to the queue.

Read and written off the GUI thread, in the lane of the queue file. Nothing depends on it: a file
that cannot be written costs the past, not a download.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from tray_app.core.file_failures import FileFailed
from tray_app.core.pulls.history import History, PullRecord, kept
from tray_app.core.pulls.speed import is_credible
from tray_app.workers.pulls import stored_values as stored
from tray_app.workers.pulls.record_file import LANE, LoadJob, RecordFile, SaveJob

if TYPE_CHECKING:
    from tray_app.core.pulls.states import PullItem
    from tray_app.workers.runner import JobRunner

_log = logging.getLogger(__name__)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class HistoryStore(RecordFile[PullRecord]):
    """The history file."""

    def load(self) -> History:
        """What is stored, and where a file is that could not be used."""
        return self.history_of(self.load_records())

    def history_of(self, records: tuple[PullRecord, ...]) -> History:
        """`records` as just loaded."""
        broken = self.path if self.unreadable else self.broken_path
        return History(records, str(broken or ""))

    def _to_json(self, record: PullRecord) -> dict[str, Any]:
        return _to_json(record)

    def _from_json(self, entry: Any) -> PullRecord:
        return _from_json(entry)


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
            job = LoadJob(self._store)
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
        except FileFailed as error:
            _log.info("the history could not be saved: %s", error.context)

    def _set(self, history: History) -> None:
        self._history = history
        self._history = self.history
        self._number += 1
        self._save()
        self.changed.emit(self._history)

    def _save(self) -> None:
        if self._store is not None and self._is_read:
            job = SaveJob(self._store, self._history.records, self._number)
            job.succeeded.connect(self._on_save_job_succeeded)
            self._runner.submit(job, LANE)

    @Slot(object)
    def _on_load_job_succeeded(self, records: tuple[PullRecord, ...]) -> None:
        if self._store is None:
            return
        self._is_read = self._store.unreadable is None
        loaded = self._store.history_of(records)
        early = self._history.records
        self._history = History((*early, *loaded.records), loaded.broken_path)
        self._history = self.history
        if early:
            self._save()
        self.changed.emit(self._history)

    @Slot(object)
    def _on_save_job_succeeded(self, number: int) -> None:
        self._saved_number = max(self._saved_number, number)


def _to_json(record: PullRecord) -> dict[str, Any]:
    return {
        "server_id": record.server_id,
        "name": record.name,
        "finished_at": record.finished_at.isoformat(),
        "fetched_bytes": record.fetched_bytes,
        "active_s": record.active_s,
        "error": stored.error_to_json(record.error) if record.error is not None else None,
        "is_update": record.is_update,
        "was_here": record.was_here,
    }


def _from_json(value: Any) -> PullRecord:
    entry = stored.fields_of(value)
    error = entry.get("error")
    fetched = stored.whole(entry.get("fetched_bytes", 0))
    active_s = stored.seconds(entry.get("active_s", 0.0))
    return PullRecord(
        server_id=stored.text(entry["server_id"]),
        name=stored.name(entry["name"]),
        finished_at=stored.moment(entry["finished_at"]),
        fetched_bytes=fetched if is_credible(fetched, active_s) else 0,
        active_s=active_s,
        error=None if error is None else stored.error_from_json(error),
        is_update=stored.flag(entry.get("is_update", False)),
        was_here=stored.flag(entry.get("was_here", False)),
    )
