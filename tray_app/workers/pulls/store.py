"""PullStore and PullSaver: the download queue on disk. What survives a restart stands here.

A JSON file that a crash leaves whole, and that is kept when it cannot be read: see `jsonfile`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from tray_app import jsonfile
from tray_app.core import errors
from tray_app.core.errors import OllamaError
from tray_app.core.pulls.progress import LayerProgress, LayerState, PullPhase, PullProgress
from tray_app.core.pulls.states import ACTIVE, PullItem, PullState
from tray_app.core.records import LayerKind
from tray_app.workers.runner import Job, JobRunner

_log = logging.getLogger(__name__)

VERSION = 1
UNUSABLE = (jsonfile.BrokenFile, ValueError, TypeError, KeyError, AttributeError)
"""What reading raises when a file is not what we wrote."""
_TIMES = ("added_at", "started_at", "finished_at")


class PullStore:
    """Reads and writes the queue file. Thread: any; writers take turns, the newest wins."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.broken_path: Path | None = None
        self._lock = threading.Lock()
        self._written = 0

    def load(self) -> tuple[PullItem, ...]:
        """The stored items in order; running ones come back as waiting.

        A broken file is renamed, noted in `broken_path`, and counts as empty.
        """
        try:
            data = jsonfile.read(self.path, max_bytes=None)
            if not data:
                return ()
            if data["version"] > VERSION:
                raise ValueError(f"version {data['version']} is newer than this program")
            return tuple(item_from_json(entry) for entry in data["items"])
        except NotADirectoryError:
            return ()
        except (OSError, *UNUSABLE) as error:
            self.broken_path = put_aside(self.path, error)
            return ()

    def save(self, items: Iterable[PullItem], number: int) -> None:
        """Write `items`; a call with a lower `number` than one already written does nothing.

        Raises OSError when the disk does not take it; the old file is then still whole.
        """
        data = {"version": VERSION, "items": [item_to_json(item) for item in items]}
        with self._lock:
            if number > self._written:
                jsonfile.write(self.path, data)
                self._written = number


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


def put_aside(path: Path, error: Exception) -> Path | None:
    """Keep a file that could not be used; where it is now, None when even that failed."""
    try:
        kept = jsonfile.put_aside(path, second=1)
    except OSError:
        _log.exception("cannot keep the broken %s", path)
        return None
    # Not a warning: whoever loads tells the person.
    _log.info("%s was not usable (%s), kept as %s", path.name, error, kept.name)
    return kept


def item_to_json(item: PullItem) -> dict[str, Any]:
    """Everything of an item that outlives the process; monotonic times do not."""
    entry: dict[str, Any] = {
        "id": item.id,
        "server_id": item.server_id,
        "name": item.name,
        "state": item.state.value,
        "old_digest": item.old_digest,
        "fetched_bytes": item.fetched_bytes,
        "active_s": item.active_s,
    }
    for field in _TIMES:
        moment = getattr(item, field)
        entry[field] = moment.isoformat() if moment else None
    if item.progress is not None:
        entry["progress"] = _progress_to_json(item.progress)
    if item.error is not None:
        entry["error"] = error_to_json(item.error)
    return entry


def item_from_json(entry: Mapping[str, Any]) -> PullItem:
    """Raises ValueError, TypeError or KeyError for what is no stored item."""
    times = {
        field: datetime.fromisoformat(entry[field]) if entry.get(field) else None
        for field in _TIMES
    }
    added_at = times["added_at"]
    if added_at is None or not entry["name"] or not entry["id"]:
        raise ValueError("an item without name, id or time")
    state = PullState(entry["state"])
    progress = entry.get("progress")
    error = entry.get("error")
    item = PullItem(
        id=str(entry["id"]),
        server_id=str(entry["server_id"]),
        name=str(entry["name"]),
        state=state,
        added_at=added_at,
        started_at=times["started_at"],
        finished_at=times["finished_at"],
        progress=_progress_from_json(progress) if progress else None,
        error=error_from_json(error) if error else None,
        old_digest=str(entry.get("old_digest", "")),
        fetched_bytes=int(entry.get("fetched_bytes", 0)),
        active_s=float(entry.get("active_s", 0.0)),
    )
    if state in ACTIVE or state is PullState.RETRYING:
        return replace(item, state=PullState.WAITING, error=None)
    return item


def _progress_to_json(progress: PullProgress) -> dict[str, Any]:
    return {
        "completed_bytes": progress.completed_bytes,
        "total_bytes": progress.total_bytes,
        "is_total_known": progress.is_total_known,
        "permille": progress.permille,
        "layers": [
            [la.digest, la.kind.value, la.total_bytes, la.completed_bytes, la.state.value]
            for la in progress.layers
        ],
    }


def _progress_from_json(entry: Mapping[str, Any]) -> PullProgress:
    total, permille = entry.get("total_bytes"), entry.get("permille")
    return PullProgress(
        phase=PullPhase.MANIFEST,
        completed_bytes=int(entry["completed_bytes"]),
        total_bytes=None if total is None else int(total),
        is_total_known=bool(entry.get("is_total_known")),
        permille=None if permille is None else int(permille),
        layers=tuple(
            LayerProgress(str(digest), LayerKind(kind), int(whole), int(done), LayerState(state))
            for digest, kind, whole, done, state in entry.get("layers", ())
        ),
    )


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value


def error_to_json(error: OllamaError) -> dict[str, Any]:
    """An error with all it knows."""
    fields = {k: _plain(v) for k, v in vars(error).items()}
    return {"class": type(error).__name__, **fields}


def error_from_json(entry: Mapping[str, Any]) -> OllamaError:
    """The stored error; a class this version does not know comes back as the base."""
    kind = getattr(errors, str(entry.get("class")), OllamaError)
    if not (isinstance(kind, type) and issubclass(kind, OllamaError)):
        kind = OllamaError
    error = kind(str(entry.get("reference", "")), str(entry.get("context", "")))
    for field, value in entry.items():
        old = getattr(error, field, None)
        if field in ("class", "reference", "context") or field not in vars(error):
            continue
        setattr(error, field, type(old)(value) if isinstance(old, Enum) else value)
    return error
