"""LastLists: keeps the newest list of each server on disk, to be shown at the next start until the
server answers.

One file per server, read and written in a lane of its own; nothing depends on any of them. What is
read counts for the address only that answered so then, and holds nothing that signs in.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from tray_app import jsonfile
from tray_app.core.errors import OllamaError
from tray_app.core.file_failures import file_failed
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.parse import parse_tags
from tray_app.core.records import ModelDetails, ModelRecord, Poll, Snapshot
from tray_app.workers.pulls import stored_values as stored
from tray_app.workers.runner import Job, JobRunner

_log = logging.getLogger(__name__)

LANE = "last lists"
VERSION = 1
MAX_BYTES = 16_000_000
MAX_MODELS = 5_000
"""So many of a server's models are kept; the rest is counted."""
FIRST_S = 5.0
"""A long list comes in parts, and who has just started has other things to do."""
CHANGED_S = 60.0
SAME_S = 600.0
"""An equal list is written so often: that it was reached later is all that is new."""
AT_ONCE = 100
"""So many models are written down before others have their turn, for TURN_S."""
TURN_S = 0.01
LEAVING_S = 0.5
"""So long the end of the program may be held up by what is not on disk yet."""

_UNUSABLE = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError)


class ListFiles:
    """The files. Thread: any; writers take turns, the newest list wins."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._written: dict[str, float] = {}

    def path(self, server_id: str) -> Path:
        """Where a server's list is: ids may be anything, file names may not."""
        digest = hashlib.sha256(server_id.encode("utf-8", "replace")).hexdigest()
        return self._folder / f"{digest[:20]}.json"

    def read(
        self, server_id: str, origin: str, wait: Callable[[float], object] | None = None
    ) -> Snapshot | None:
        """The list that `origin` gave then; None = there is none that can be used. Never raises.

        A file that cannot be used is kept as `….bad`.
        """
        path = self.path(server_id)
        try:
            data = jsonfile.read(
                path, max_bytes=MAX_BYTES, max_depth=None, pauses_s=jsonfile.PATIENT_S, wait=wait
            )
            if not data:
                return None
            found, problems = _from_json(server_id, data)
            if problems:
                _log.info("%s: %s", path.name, "; ".join(problems[:3]))
                self._put_aside(path, f"{len(problems)} unusable values")
            return found if data["origin"] == origin else None
        except (jsonfile.BrokenFile, OllamaError, *_UNUSABLE) as error:
            self._put_aside(path, repr(error)[:100])
        except OSError as error:
            _log.info("%s is not readable: %s", path.name, error)
        return None

    def write(
        self,
        snapshot: Snapshot,
        origin: str,
        wait: Callable[[float], object] = lambda _seconds: None,
    ) -> None:
        """Keep a list; a later one that is there already stays. With `wait`, others have their turn
        meanwhile: thousands of models are a tenth of a second of work. Raises OSError."""
        server_id = snapshot.server_id
        text = _to_json(snapshot, origin, wait)
        with self._lock:
            if snapshot.taken_s >= self._written.get(server_id, snapshot.taken_s):
                jsonfile.write_text(self.path(server_id), text)
                self._written[server_id] = snapshot.taken_s

    def keep(self, server_ids: Iterable[str]) -> None:
        """Remove the lists of all other servers. Never raises."""
        kept = {self.path(server_id).stem for server_id in server_ids}
        with self._lock:
            try:
                found = list(self._folder.iterdir()) if self._folder.is_dir() else []
                for path in found:
                    if path.name.partition(".")[0] not in kept:
                        path.unlink(missing_ok=True)
            except OSError as error:
                _log.info("lists of removed servers are still there: %s", error)

    def _put_aside(self, path: Path, reason: str) -> None:
        try:
            kept = jsonfile.put_aside(path)
        except OSError as error:
            _log.info("%s is not usable (%s) and stays: %s", path.name, reason, error)
        else:
            _log.info("%s was not usable (%s), kept as %s", path.name, reason, kept.name)


@dataclass(slots=True)
class _Kept:
    """What is known of a server's list: the newest, and which one is on disk."""

    snapshot: Snapshot
    origin: str
    since_s: float  # of the first that is not on disk
    models: tuple[ModelRecord, ...] | None = None
    saved_s: float | None = None
    saved_origin: str = ""

    @property
    def is_changed(self) -> bool:
        # An equal answer is the very same tuple: nobody looks at thousands of models for that.
        return self.snapshot.models is not self.models or self.origin != self.saved_origin

    @property
    def due_s(self) -> float:
        """When it is to be written."""
        if self.saved_s is None:
            return self.since_s + FIRST_S
        return self.saved_s + (CHANGED_S if self.is_changed else SAME_S)


class LastLists(QObject):
    """Signals: `loaded` what a server answered in an earlier run of the program.

    Its clock are the polls: no timer runs. Thread: GUI thread.
    """

    loaded = Signal(object)  # Snapshot

    def __init__(
        self,
        runner: JobRunner,
        folder: Path | None,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`folder` None = nothing is kept."""
        super().__init__(parent)
        self._runner = runner
        self._files = ListFiles(folder) if folder is not None else None
        self._clock = clock
        self._origins: dict[str, str] = {}
        self._kept: dict[str, _Kept] = {}
        self._known: frozenset[str] | None = None

    def is_any_kept(self, server_ids: Iterable[str]) -> bool:
        """Whether one of these servers has a list on disk."""
        files = self._files
        return files is not None and any(jsonfile.is_there(files.path(each)) for each in server_ids)

    def load(self, origins: Mapping[str, str]) -> None:
        """Give the lists of these servers (id → origin), which are all that are on: each once, and
        again when it is switched on again."""
        before, self._origins = self._origins, dict(origins)
        if self._files is None:
            return
        for server_id, origin in origins.items():
            if before.get(server_id) == origin:
                continue
            kept = self._kept.get(server_id)
            if kept is not None and kept.origin == origin:
                self.loaded.emit(_as_old(kept.snapshot))
                continue
            job = _LoadJob(self._files, server_id, origin)
            job.succeeded.connect(self._on_load_job_succeeded)
            self._runner.submit(job, LANE)

    def keep(self, server_ids: Iterable[str]) -> None:
        """Forget all other servers: they are set up no more."""
        known = frozenset(server_ids)
        if self._files is None or known == self._known:
            return
        self._known = known
        for server_id in self._kept.keys() - known:
            del self._kept[server_id]
        self._runner.submit(_TidyJob(self._files, known), LANE)

    @Slot(object)
    def note(self, poll: Poll) -> None:
        """A server was asked."""
        if self._files is None:
            return
        server_id, now_s = poll.status.server_id, self._clock()
        kept = self._kept.get(server_id)
        if poll.snapshot is not None and poll.asked is not None:
            if kept is None:
                kept = self._kept[server_id] = _Kept(poll.snapshot, str(poll.asked), now_s)
            kept.snapshot, kept.origin = poll.snapshot, str(poll.asked)
        if kept is not None and now_s >= kept.due_s and self._is_newer(kept):
            self._save(kept, now_s)

    def close(self) -> None:
        """Write down what is not on disk yet, in this thread; for the end of the program."""
        if self._files is None:
            return
        end_s = self._clock() + LEAVING_S
        for kept in self._kept.values():
            now_s = self._clock()
            if now_s > end_s:
                return
            is_late = kept.saved_s is None or now_s - kept.saved_s >= CHANGED_S
            if kept.is_changed or (is_late and self._is_newer(kept)):
                try:
                    self._files.write(kept.snapshot, kept.origin)
                except OSError as error:
                    _log.info("a list could not be saved: %s", error)

    def _is_newer(self, kept: _Kept) -> bool:
        """Whether there has been an answer since it was written."""
        return kept.saved_s is None or kept.is_changed or kept.snapshot.taken_s > kept.saved_s

    def _save(self, kept: _Kept, now_s: float) -> None:
        if self._files is None:
            return
        kept.models, kept.saved_s, kept.saved_origin = kept.snapshot.models, now_s, kept.origin
        job = _SaveJob(self._files, kept.snapshot, kept.origin)
        job.failed.connect(self._on_save_job_failed)
        self._runner.submit(job, LANE)

    @Slot(object)
    def _on_load_job_succeeded(self, snapshot: Snapshot | None) -> None:
        job = self.sender()
        if snapshot is None or not isinstance(job, _LoadJob):
            return
        if self._origins.get(job.server_id) == job.origin:
            self.loaded.emit(snapshot)

    @Slot(object)
    def _on_save_job_failed(self, error: OllamaError) -> None:
        job = self.sender()
        if isinstance(job, _SaveJob):
            _log.info("a list could not be saved: %s", error.context)
            kept = self._kept.get(job.server_id)
            if kept is not None:
                kept.models = None  # tried again, but not at once


class _LoadJob(Job):
    """Outcome: the Snapshot, or None."""

    def __init__(self, files: ListFiles, server_id: str, origin: str) -> None:
        super().__init__()
        self._files = files
        self.server_id = server_id
        self.origin = origin

    def perform(self) -> Snapshot | None:
        return self._files.read(self.server_id, self.origin, self.scope.wait)


class _SaveJob(Job):
    """Outcome: nothing. Fails with FileFailed."""

    def __init__(self, files: ListFiles, snapshot: Snapshot, origin: str) -> None:
        super().__init__()
        self._files = files
        self._snapshot = snapshot
        self._origin = origin
        self.server_id = snapshot.server_id

    def perform(self) -> None:
        try:
            self._files.write(self._snapshot, self._origin, self.scope.wait)
        except OSError as error:
            raise file_failed(error, self._files.path(self.server_id)) from error


class _TidyJob(Job):
    """Outcome: nothing."""

    def __init__(self, files: ListFiles, server_ids: frozenset[str]) -> None:
        super().__init__()
        self._files = files
        self._server_ids = server_ids

    def perform(self) -> None:
        self._files.keep(self._server_ids)


def _as_old(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, running=None, version="", problems=(), is_old=True)


def _to_json(snapshot: Snapshot, origin: str, wait: Callable[[float], object]) -> str:
    models = snapshot.models[:MAX_MODELS]
    head = {
        "version": VERSION,
        "server_id": snapshot.server_id,
        "origin": origin,
        "taken_at": snapshot.taken_at.isoformat(),
        "left_out": snapshot.left_out + len(snapshot.models) - len(models),
    }
    rows = []
    for number, model in enumerate(models, start=1):
        rows.append(json.dumps(_row(model)))
        if number % AT_ONCE == 0:
            wait(TURN_S)
    return f'{json.dumps(head)[:-1]}, "models": [{", ".join(rows)}]}}'


def _row(model: ModelRecord) -> dict[str, Any]:
    """A row as /api/tags has it, without what was not told."""
    details = model.details
    row = {
        "name": model.name,
        "digest": model.digest,
        "size": model.size_bytes,
        "modified_at": model.modified_at.isoformat() if model.modified_at else None,
        "capabilities": model.capabilities,
        "remote_model": model.remote_model,
        "remote_host": model.remote_host,
        "details": {name: getattr(details, name) for name in _DETAILS if getattr(details, name)},
    }
    return {key: value for key, value in row.items() if value not in ("", None, (), {})}


_DETAILS = tuple(ModelDetails.__dataclass_fields__)


def _from_json(server_id: str, data: Mapping[str, Any]) -> tuple[Snapshot, tuple[str, ...]]:
    """The list, and what of it was unusable. Raises what `_UNUSABLE` has, or OllamaError."""
    if stored.whole(data["version"]) != VERSION or data["server_id"] != server_id:
        raise stored.Unfit("it is no file of ours, or newer than this program")
    stored.text(data["origin"])
    models, problems = parse_tags(server_id, {"models": data["models"][:MAX_MODELS]})
    return (
        Snapshot(
            server_id,
            models,
            None,
            "",
            min(stored.moment(data["taken_at"]), datetime.now(UTC)),
            float("-inf"),
            left_out=stored.whole(data["left_out"]),
            is_old=True,
        ),
        problems,
    )
