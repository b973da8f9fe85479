"""CreateQueue: all that is being made of files, as everything above it sees it.

Beside the downloads, one at a time on each server, its upload included. The table of states is
`core.creates.states`, one attempt `job`, the file that survives a restart `store`. A model is
deleted here in one case: a person wanted that while it was made, no such model was there before,
and it is still the one that was made.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from tray_app.core.creates.faults import CreateFailed, fault_of
from tray_app.core.creates.records import CreateItem, CreateRequest, CreateState
from tray_app.core.creates.states import (
    BEFORE,
    RETRIED,
    STATE_EVENT,
    CreateEvent,
    line_positions,
)
from tray_app.core.creates.uploads import KnownFile, paths_of
from tray_app.core.errors import OllamaError, Unreachable, UnreachableKind
from tray_app.core.names import SameName
from tray_app.core.records import ModelRecord, Snapshot
from tray_app.ollama.client import ClientFactory, open_client
from tray_app.ollama.creating import CreateReport, Pace, is_away
from tray_app.workers.creates.entry import CreateEntry, find_entry
from tray_app.workers.creates.job import CreateJob, DeleteMadeJob
from tray_app.workers.pulls.record_file import RecordSaver
from tray_app.workers.signal_queue import SignalQueue

if TYPE_CHECKING:
    from tray_app.workers.creates.store import CreateStore, StoredCreate
    from tray_app.workers.jobs import Target
    from tray_app.workers.runner import JobRunner

_log = logging.getLogger(__name__)

MAX_ENDED = 50
MAX_HOLDS = 3
"""So often an attempt may find its server away although that answers polls."""
SHORT_ROW_S = 10.0
"""So long what left nothing behind is still shown."""
CLOCKS_DIFFER = timedelta(hours=1)
"""No more than that, mostly, those of a server and of this computer."""
S, E = CreateState, CreateEvent
_SHORT = frozenset({S.CANCELED, S.DELETED})


class CreateQueue(QObject):
    """All creates of all servers, by id, in the order in which they were asked for.

    Signals: `changed` with an item, a new one too; `removed` with its id; `made` with the item of
    a model that is there now; `list_stale` (server id) when a server's list may have changed or an
    attempt failed; `save_failed` when they could not be written down. `changed` may tell of what is
    older than `item` gives.
    Thread: GUI thread. Attempts run in a lane for each server.
    """

    changed = Signal(object)  # CreateItem
    removed = Signal(str)
    made = Signal(object)  # CreateItem
    list_stale = Signal(str)
    save_failed = Signal(object)  # FileFailed

    def __init__(
        self,
        runner: JobRunner,
        target_of: Callable[[str], Target | None],
        store: CreateStore | None = None,
        *,
        pace: Pace | None = None,
        client_factory: ClientFactory = open_client,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._target_of = target_of
        self._pace = pace or Pace()
        self._client_factory = client_factory
        self._clock = clock
        self._entries: dict[str, CreateEntry] = {}
        self._leaving: list[CreateEntry] = []  # rows are gone, their attempts not yet
        self._online: dict[str, bool] = {}
        self._news = SignalQueue()
        self._is_closed = False
        self._saved_rows: tuple[object, ...] = ()
        self._saver: RecordSaver[StoredCreate] = RecordSaver(runner, store, self)
        self._saver.saved.connect(self._after)
        self._saver.loaded.connect(self._on_saver_loaded)
        # Forwarded: that somebody else does the writing is nobody's business.
        self._saver.failed.connect(self.save_failed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setObjectName("creates")
        self._timer.timeout.connect(self._on_timer_timeout)

    def items(self) -> tuple[CreateItem, ...]:
        return tuple(entry.item for entry in self._entries.values())

    def item(self, item_id: str) -> CreateItem | None:
        entry = self._entries.get(item_id)
        return entry.item if entry is not None else None

    # What a person can ask for.

    def load(self) -> Path | None:
        """Bring back what was not done. Gives the path of a broken file that was put aside."""
        records, broken_path = self._saver.load()
        self._bring_back(records)
        return broken_path

    @Slot(object)
    def _on_saver_loaded(self, records: tuple[StoredCreate, ...]) -> None:
        if not self._is_closed:
            self._bring_back(records)

    def _bring_back(self, records: tuple[StoredCreate, ...]) -> None:
        early, self._entries = self._entries, {}
        for record in records:
            if record.item.state not in _SHORT:
                self._insert(CreateEntry.of_stored(record))
        for entry in early.values():
            twin = find_entry(self._entries.values(), entry.item.server_id, entry.item.name)
            if twin is None or twin.item.is_ended:
                if twin is not None:
                    self._drop(twin)
                self._entries[entry.item.id] = entry
            else:
                self._news.add(self.removed, entry.item.id)
        self._saved_rows = ()
        self._after()

    def add(self, request: CreateRequest) -> str:
        """Have a model made, and give the id. The same name on the same server is one row: an
        unfinished one is left as it is, an ended one makes room."""
        twin = find_entry(self._entries.values(), request.server_id, request.name)
        if twin is not None and not twin.item.is_ended:
            return twin.item.id
        entry = CreateEntry.of_request(request, datetime.now(UTC))
        entry.known = self._known_of(request)
        if twin is not None:
            self._drop(twin)
        self._insert(entry)
        self._after()
        return entry.item.id

    @Slot(str)
    def start_now(self, item_id: str) -> None:
        """Let it be the next one on its server."""
        entry = self._entries.get(item_id)
        if entry is not None and entry.item.state is S.WAITING:
            rest = {i: e for i, e in self._entries.items() if i != item_id}
            self._entries = {item_id: entry, **rest}
            self._after()

    @Slot(str)
    def cancel(self, item_id: str) -> None:
        """Ends at once what the server does not work on yet; else its row asks."""
        entry = self._entries.get(item_id)
        if entry is None:
            return
        self._step(entry, E.CANCEL)
        if entry.item.state is S.CANCELED:
            if entry.leave_number is not None:  # it was about to be asked for, and is not now
                entry.leave_number = entry.began_at = None
            self._end_job(entry)
        self._after()

    @Slot(str)
    def keep(self, item_id: str) -> None:
        """It is not canceled after all."""
        entry = self._entries.get(item_id)
        if entry is not None and entry.deletion is None:
            self._keep(entry)
            self._after()

    def _keep(self, entry: CreateEntry) -> None:
        if not self._step(entry, E.KEEP):
            return
        entry.made = None
        if entry.job is None:
            self._step(entry, E.HELD)  # nobody waits for it now: the list tells
        elif entry.is_watching:
            self._step(entry, E.LOST)

    @Slot(str)
    def delete_when_ready(self, item_id: str) -> None:
        entry = self._entries.get(item_id)
        if entry is not None:
            self._step(entry, E.DELETE)
            self._after()

    @Slot(str)
    def retry(self, item_id: str) -> None:
        """Try a failed or canceled one again; what is uploaded already is not again."""
        entry = self._entries.get(item_id)
        if entry is not None and entry.item.state in RETRIED:
            entry.start_over()
            self._step(entry, E.RETRY)
            self._after()

    @Slot(str)
    def remove(self, item_id: str) -> None:
        """Drop the row of an ended one. Never touches a model."""
        entry = self._entries.get(item_id)
        if entry is not None and entry.item.is_ended:
            self._drop(entry)
            self._after()

    # What the world tells.

    def set_server_online(self, server_id: str, is_online: bool) -> None:
        """Whether the server answers. What is to be made there waits for it."""
        if self._online.get(server_id) is not is_online:
            self._online[server_id] = is_online
            self._after()

    def note_snapshot(self, snapshot: Snapshot) -> None:
        """A good poll: the server is there, and its list decides what became of a create whose end
        we did not see."""
        for entry in list(self._entries.values()):
            if entry.item.server_id == snapshot.server_id and self._is_open(entry, snapshot):
                is_same = SameName(entry.item.name)
                found = next((row for row in snapshot.models if is_same(row.name)), None)
                if found is not None:
                    self._end_job(entry)
                    self._take_made(entry, found)
        self._online[snapshot.server_id] = True
        self._after()

    def _is_open(self, entry: CreateEntry, snapshot: Snapshot) -> bool:
        """Whether the list may tell of it: it was asked for, and the answer is newer than that."""
        if entry.began_at is None or snapshot.taken_s <= entry.began_s:
            return False
        is_waited_for = entry.item.state in (S.WAITING, S.FAILED) or entry.item.state.is_at_server
        return is_waited_for and entry.deletion is None

    @Slot()
    def on_woke(self) -> None:
        """The computer slept: connections are dead, which is nobody's fault."""
        for entry in self._entries.values():
            if entry.item.state in (S.LOOKING, S.UPLOADING) and entry.job is not None:
                entry.job.cancel()

    def save_now(self) -> None:
        """Write all down at once, in this thread."""
        self._saver.save_now(self._stored())

    def close(self) -> None:
        """Write all down for the next start, then end all attempts; for good. What a server works
        on, it goes on with."""
        self._is_closed = True
        self._news.clear()
        self._timer.stop()
        self.save_now()
        for entry in (*self._entries.values(), *self._leaving):
            if entry.job is not None:
                entry.job.cancel()
            if entry.deletion is not None:
                entry.deletion.cancel()

    # What follows.

    @Slot()
    def _after(self) -> None:
        """What follows from any change: write down, start what may start, tell."""
        if self._is_closed:
            self._news.clear()
            return
        self._trim()
        self._save()
        self._fill()
        self._allow()
        self._save()
        self._place()
        self._plan()
        self._news.emit_all()

    def _step(self, entry: CreateEntry, event: CreateEvent) -> bool:
        """Let `event` happen; whether anything did."""
        has_changed = entry.step(event, self._clock(), datetime.now(UTC))
        if has_changed:
            self._news.add(self.changed, entry.item)
        return has_changed

    def _set(self, entry: CreateEntry, item: CreateItem) -> None:
        if item != entry.item:
            entry.item = item
            self._news.add(self.changed, item)

    def _fill(self) -> None:
        """Start the first in each line whose server is there and has nothing else to do."""
        busy = {
            entry.item.server_id
            for entry in (*self._entries.values(), *self._leaving)
            if entry.is_busy
        }
        for entry in list(self._entries.values()):
            server_id = entry.item.server_id
            if not entry.wants_place or server_id in busy:
                continue
            if entry.save_number is None or entry.save_number > self._saver.saved_number:
                continue
            target = self._target_of(server_id)
            if target is None or not self._online.get(server_id):
                continue
            busy.add(server_id)
            if entry.made is not None:
                self._delete(entry, target, entry.made)
            else:
                self._start(entry, target)

    def _start(self, entry: CreateEntry, target: Target) -> None:
        begun = entry.begun(datetime.now(UTC), self._pace)
        self._step(entry, E.CHECK if begun is None else E.LOOK)
        entry.is_watching = False
        entry.leave_number = None
        job = CreateJob(
            target,
            entry.item,
            entry.known,
            begun,
            pace=self._pace,
            client_factory=self._client_factory,
        )
        job.reported.connect(self._on_job_reported)
        job.ready.connect(self._on_job_ready)
        job.succeeded.connect(self._on_job_succeeded)
        job.failed.connect(self._on_job_failed)
        job.finished.connect(self._on_job_finished)
        entry.job = job
        self._runner.submit(job, f"create {entry.item.server_id}")

    def _allow(self) -> None:
        """Let attempts ask their servers once it is on disk that they do: a program that is killed
        in between must know that a model of that name may be its own."""
        for entry in self._entries.values():
            number = entry.leave_number
            if number is not None and number <= self._saver.saved_number:
                entry.leave_number = None
                self._step(entry, E.MAKE)
                if entry.job is not None:
                    entry.job.allow()

    def _end_job(self, entry: CreateEntry) -> None:
        """Nobody waits for this attempt any more; it keeps its place until it has ended."""
        if entry.job is not None:
            entry.job.cancel()

    # Attempts.

    def _entry_of_sender(self) -> CreateEntry | None:
        """The create whose present attempt has emitted; None for a dead attempt's signal."""
        job = self.sender()
        if not isinstance(job, CreateJob):
            return None
        entry = self._entries.get(job.item_id)
        return entry if entry is not None and entry.job is job else None

    @Slot(object)
    def _on_job_reported(self, report: object) -> None:
        entry = self._entry_of_sender()
        if entry is None or not isinstance(report, CreateReport) or self._is_closed:
            return
        state = entry.item.state
        if state.is_ended or state is S.WAITING or entry.job is None or entry.made is not None:
            return
        entry.is_watching = report.state is S.WATCHING
        self._step(entry, STATE_EVENT[report.state])
        if entry.item.state is S.CANCELED:  # it would begin anew, and nobody wants that
            self._end_job(entry)
        elif entry.item.state is report.state:
            before = entry.item
            entry.take(report, self._clock())
            if entry.item != before:
                self._news.add(self.changed, entry.item)
        self._after()

    @Slot()
    def _on_job_ready(self) -> None:
        entry = self._entry_of_sender()
        if entry is None or self._is_closed:
            return
        if entry.item.state not in BEFORE and entry.item.state not in (S.MAKING, S.WATCHING):
            self._step(entry, E.CHECK)  # nobody wants it any more
            self._end_job(entry)
            self._after()
            return
        entry.began_at, entry.began_s = datetime.now(UTC), self._clock()
        entry.is_moving_on = False
        entry.leave_number = self._saver.save(self._stored())
        self._after()

    @Slot(object)
    def _on_job_succeeded(self, record: object) -> None:
        entry = self._entry_of_sender()
        if entry is None or entry.made is not None or entry.item.is_ended:
            return
        if isinstance(record, ModelRecord):
            self._take_made(entry, record)
        else:
            entry.began_at = None
            self._step(entry, E.HELD)  # it was to be deleted, and never came
        self._after()

    def _take_made(self, entry: CreateEntry, record: ModelRecord) -> None:
        """It is there."""
        if entry.item.state is S.TO_BE_DELETED and self._is_ours(entry, record):
            entry.made = record
        else:
            entry.began_at = None
            self._step(entry, E.MADE)
            item = replace(entry.item, digest=record.digest, fault=None, error=None)
            self._set(entry, item)
            self._news.add(self.made, item)
        self._news.add(self.list_stale, entry.item.server_id)

    def _is_ours(self, entry: CreateEntry, record: ModelRecord) -> bool:
        """Whether this can be what was asked for, when there was none of that name."""
        if entry.began_at is None:
            return False
        if record.modified_at is not None and record.modified_at < entry.began_at - CLOCKS_DIFFER:
            return False
        request, found = entry.item.request, record.details.family
        is_like = not request.architecture or not found or request.architecture == found
        return is_like or request.adapter

    @Slot(object)
    def _on_job_failed(self, error: object) -> None:
        entry, job = self._entry_of_sender(), self.sender()
        if entry is None or not isinstance(error, OllamaError) or not isinstance(job, CreateJob):
            return
        if entry.item.is_ended or entry.made is not None:
            return
        _log.info("create of %s: %s", entry.item.name, error)
        entry.is_moving_on = not job.may_go_on
        if self._is_held(entry, error):
            self._step(entry, E.HELD)
        else:
            if not job.may_go_on:
                entry.began_at = None
            self._step(entry, E.REFUSED)
            cause = error.cause or error if isinstance(error, CreateFailed) else error
            if entry.item.state is S.FAILED:
                item = replace(
                    entry.item,
                    fault=fault_of(error),
                    error=cause,
                    needed_bytes=entry.needed_bytes,
                    free_bytes=job.free_bytes,
                )
                self._set(entry, item)
        self._news.add(self.list_stale, entry.item.server_id)
        self._after()

    def _is_held(self, entry: CreateEntry, error: OllamaError) -> bool:
        """Whether it waits until its server answers a poll; not again and again for one that does
        and still breaks off."""
        is_off = isinstance(error, Unreachable) and error.kind is not UnreachableKind.LOST
        if not is_away(error) or (entry.holds >= MAX_HOLDS and not is_off):
            return False
        entry.holds += not is_off
        self._online[entry.item.server_id] = False
        return True

    @Slot()
    def _on_job_finished(self) -> None:
        entry = self._entry_of_sender()
        if entry is None:
            self._leaving = [e for e in self._leaving if e.job is not self.sender()]
        else:
            entry.job = None
            entry.leave_number = None
            if entry.item.state in BEFORE:
                self._step(entry, E.HELD)  # ended by us to begin again
        self._after()

    # What is deleted as a person wanted.

    def _delete(self, entry: CreateEntry, target: Target, record: ModelRecord) -> None:
        job = DeleteMadeJob(target, entry.item.id, record)
        job.succeeded.connect(self._on_deletion_succeeded)
        job.failed.connect(self._on_deletion_failed)
        job.finished.connect(self._on_deletion_finished)
        entry.deletion = job
        self._runner.submit(job, f"create {entry.item.server_id}")

    def _entry_of_deletion(self) -> CreateEntry | None:
        job = self.sender()
        if not isinstance(job, DeleteMadeJob):
            return None
        entry = self._entries.get(job.item_id)
        return entry if entry is not None and entry.deletion is job else None

    @Slot(object)
    def _on_deletion_succeeded(self, is_gone: object) -> None:
        entry = self._entry_of_deletion()
        if entry is None:
            return
        entry.made = entry.began_at = None
        self._step(entry, E.DELETED if is_gone else E.MADE)
        self._news.add(self.list_stale, entry.item.server_id)

    @Slot(object)
    def _on_deletion_failed(self, error: object) -> None:
        entry = self._entry_of_deletion()
        if entry is None or not isinstance(error, OllamaError):
            return
        _log.info("what was made could not be deleted: %s", error)
        if not self._is_held(entry, error):
            record, entry.made, entry.began_at = entry.made, None, None
            self._step(entry, E.MADE)
            self._set(
                entry, replace(entry.item, error=error, digest=record.digest if record else "")
            )
        self._news.add(self.list_stale, entry.item.server_id)

    @Slot()
    def _on_deletion_finished(self) -> None:
        entry = self._entry_of_deletion()
        if entry is not None:
            entry.deletion = None
        else:
            self._leaving = [e for e in self._leaving if e.deletion is not self.sender()]
        self._after()

    # Rows.

    def _known_of(self, request: CreateRequest) -> tuple[KnownFile, ...]:
        """What another create has learned of the same files."""
        known = {file.path: file for entry in self._entries.values() for file in entry.known}
        return tuple(known[path] for path in paths_of(request) if path in known)

    def _insert(self, entry: CreateEntry) -> None:
        self._entries[entry.item.id] = entry
        self._news.add(self.changed, entry.item)

    def _drop(self, entry: CreateEntry) -> None:
        del self._entries[entry.item.id]
        self._end_job(entry)
        if entry.is_busy:
            self._leaving.append(entry)
        self._news.add(self.removed, entry.item.id)

    def _trim(self) -> None:
        """Keep at most MAX_ENDED rows of what has ended; the oldest go, and soon those of which
        nothing is left."""
        now_s = self._clock()
        for entry in list(self._entries.values()):
            if entry.item.state in _SHORT and now_s - entry.item.state_since_s >= SHORT_ROW_S:
                self._drop(entry)
        ended = [entry for entry in self._entries.values() if entry.item.is_ended]
        ended.sort(key=lambda entry: entry.item.finished_at or entry.item.added_at)
        for entry in ended[: max(0, len(ended) - MAX_ENDED)]:
            self._drop(entry)

    def _plan(self) -> None:
        """Wake up when the next row is to go."""
        ends = [
            entry.item.state_since_s + SHORT_ROW_S
            for entry in self._entries.values()
            if entry.item.state in _SHORT
        ]
        if not ends:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start(max(0, round((min(ends) - self._clock()) * 1000)) + 1)

    @Slot()
    def _on_timer_timeout(self) -> None:
        self._after()

    def _place(self) -> None:
        """Bring places in line up to the rows, and whom the waiting ones wait for."""
        places = line_positions(self.items())
        for entry in self._entries.values():
            item = entry.item
            is_waiting = item.state is S.WAITING
            is_server_away = is_waiting and self._online.get(item.server_id) is False
            position = places.get(item.id, 0)
            if (position, is_server_away) != (item.position, item.is_server_away):
                self._set(entry, replace(item, position=position, is_server_away=is_server_away))

    def _stored(self) -> tuple[StoredCreate, ...]:
        return tuple(entry.stored for entry in self._entries.values())

    def _save(self) -> None:
        """Write all down when a row came, went, moved or changed its state."""
        rows = tuple(
            (entry.item.id, entry.item.state, entry.began_at, entry.known, entry.item.request)
            for entry in self._entries.values()
        )
        if rows == self._saved_rows:
            return
        self._saved_rows = rows
        number = self._saver.save(self._stored())
        for entry in self._entries.values():
            if entry.save_number is None:
                entry.save_number = number
