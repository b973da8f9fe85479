"""PullStore: the download queue on disk. What survives a restart stands here.

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

from tray_app import jsonfile
from tray_app.core import errors
from tray_app.core.errors import OllamaError
from tray_app.core.pulls.progress import LayerProgress, LayerState, PullPhase, PullProgress
from tray_app.core.pulls.states import ACTIVE, PullItem, PullState
from tray_app.core.records import LayerKind

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
