"""PullQueue: the download manager, as everything above it sees it.

It belongs to no window. It owns the rows, the attempts and the clock: what a person asks for, what
the world tells, what comes of an attempt, and what happens by the clock alone. The table of states
is `core.pulls.states`, what is done about a fault `core.pulls.policy`, whose turn it is `schedule`,
one attempt `job`, the file that survives a restart `store`. **Nothing here ever deletes a model.**
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from tray_app.core.errors import OllamaError, PullFailed, PullFailure
from tray_app.core.names import is_at_one_of
from tray_app.core.payloads import PullOrder, PullRequest
from tray_app.core.pulls.policy import QueueLimits, Remedy, has_named_time
from tray_app.core.pulls.rules import DiskSpace, RuleState
from tray_app.core.pulls.states import (
    ACTIVE,
    ENDED,
    IN_TRANSFER,
    JUST_ENDED_S,
    PHASE_EVENT,
    UNFINISHED,
    Hold,
    PullEvent,
    PullItem,
    PullState,
    PullSummary,
    display_order,
    line_positions,
    step,
    summarize,
)
from tray_app.core.pulls.updates import UpdatePlan
from tray_app.ollama.client import ClientFactory, open_client
from tray_app.workers.pulls.entry import PullEntry, find_entry
from tray_app.workers.pulls.listings import Listings
from tray_app.workers.pulls.record_file import RecordSaver
from tray_app.workers.pulls.schedule import Schedule
from tray_app.workers.signal_queue import SignalQueue

if TYPE_CHECKING:
    from tray_app.core.records import Manifest, Snapshot
    from tray_app.workers.jobs import Target
    from tray_app.workers.pulls.job import PullReport
    from tray_app.workers.pulls.store import PullStore
    from tray_app.workers.runner import JobRunner

_log = logging.getLogger(__name__)

MAX_ENDED = 50
MAX_RESTARTS, MAX_HOLDS = 30, 3
TICK_S = 0.5
TELL_MS = 200  # bytes alone are told this often, of all downloads at once
SAVE_PROGRESS_S = 5.0
CANCELED_ROW_S = JUST_ENDED_S
SLEPT_S = 30.0
AWAY_S = 10.0
"""A server that answers no poll and sends no byte for so long is away, however its line is."""
S, E = PullState, PullEvent


class PullQueue(QObject):
    """All downloads of all servers, by id, in the order of the queue.

    Signals: a row's life is `item_added`, `item_changed`…, `item_removed`; `order_changed` when
    rows change places on screen, `summary_changed` when the one-line sum does; `save_failed` when
    the queue could not be written down. `started` when an attempt begins, so that its manifest may
    be looked up; `faulted` (server id) when one failed, so that the server may be looked at;
    `item_ended` when a download is done, failed or canceled. Listeners read the whole queue:
    nothing is emitted before rows, order and sum are renewed, and all listeners hear of one thing
    before the next.
    Thread: GUI thread. Attempts run in lanes of the runner.
    """

    item_added = Signal(object)  # PullItem
    item_changed = Signal(object)  # PullItem
    item_removed = Signal(str)  # id
    order_changed = Signal(object)  # PullOrder
    summary_changed = Signal(object)  # PullSummary
    save_failed = Signal(object)  # FileFailed
    started = Signal(object)  # PullItem
    faulted = Signal(str)
    item_ended = Signal(object)  # PullItem

    def __init__(
        self,
        runner: JobRunner,
        target_of: Callable[[str], Target | None],
        store: PullStore | None = None,
        *,
        limits: QueueLimits | None = None,
        client_factory: ClientFactory = open_client,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._target_of = target_of
        self._client_factory = client_factory
        self._clock = clock
        self._jitter = jitter
        self._schedule = Schedule(
            limits or QueueLimits(), lambda server_id: _is_here(target_of(server_id))
        )
        self._insecure_hosts: frozenset[str] = frozenset()
        self._listings = Listings()
        self._entries: dict[str, PullEntry] = {}
        self._leaving: list[PullEntry] = []  # rows are gone, their attempts not yet
        self._summary = PullSummary()
        self._order = PullOrder(())
        self._news = SignalQueue()  # happened, not yet told
        self._is_closed = False
        self._saved_rows: tuple[tuple[str, PullState], ...] = ()
        self._saver: RecordSaver[PullItem] = RecordSaver(runner, store, self)
        self._saver.saved.connect(self._on_saver_saved)
        self._saver.loaded.connect(self._on_saver_loaded)
        self._is_resuming = True
        # Forwarded: that somebody else does the writing is nobody's business.
        self._saver.failed.connect(self.save_failed)
        self._ticked_s: float | None = None
        self._progress_saved_s = self._clock()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._telling = QTimer(self, singleShot=True, interval=TELL_MS)
        self._telling.timeout.connect(self._after)

    def items(self) -> tuple[PullItem, ...]:
        """All rows in the order in which they are shown."""
        return tuple(self._entries[item_id].item for item_id in self._order.ids)

    def item(self, item_id: str) -> PullItem | None:
        entry = self._entries.get(item_id)
        return entry.item if entry else None

    @property
    def summary(self) -> PullSummary:
        return self._summary

    def is_insecure(self, name: str) -> bool:
        """Whether a person marked the registry of this name for plain HTTP."""
        return is_at_one_of(name, self._insecure_hosts)

    # What a person can ask for.

    def load(self, *, is_resuming: bool = True) -> Path | None:
        """Bring back the stored queue; waiting ones go on unless `is_resuming` is False.

        Gives the path of a broken queue file that was put aside, None when all is well. Of a file
        that somebody holds, the downloads come a little later.
        """
        self._is_resuming = is_resuming
        items, broken_path = self._saver.load()
        self._bring_back(items)
        return broken_path

    @Slot(object)
    def _on_saver_loaded(self, items: tuple[PullItem, ...]) -> None:
        if not self._is_closed:
            self._bring_back(items)

    def _bring_back(self, items: tuple[PullItem, ...]) -> None:
        early, self._entries = self._entries, {}
        for item in items:
            entry = PullEntry.of_item(item, self._clock(), datetime.now(UTC))
            if entry.item.state in (S.WAITING, S.RETRYING) and not self._is_resuming:
                entry.item = entry.item.with_state(S.PAUSED, self._clock())
            self._insert(entry)
        for entry in early.values():
            self._join(entry)
        self._saved_rows = ()
        self._after()

    def add(self, request: PullRequest, manifest: Manifest | None = None) -> str:
        """Queue a download and give its id. The same name on the same server is one row: an
        unfinished one is left as it is (a paused one goes on), an ended one starts over.
        `manifest`: what it consists of, if somebody has looked that up already."""
        return self.add_all([(request, manifest)])[0]

    def add_all(self, wanted: Iterable[tuple[PullRequest, Manifest | None]]) -> list[str]:
        """As `add`, told of as one thing."""
        ids = [self._add(request, manifest) for request, manifest in wanted]
        self._after()
        return ids

    def _add(self, request: PullRequest, manifest: Manifest | None) -> str:
        twin = self._find(request.server_id, request.name)
        if twin is not None and twin.item.state in UNFINISHED:
            self.resume(twin.item.id)
            return twin.item.id
        if twin is not None:
            self._drop(twin)
        entry = PullEntry.of_request(request, datetime.now(UTC))
        if manifest is not None:
            entry.tracker.set_manifest(manifest)
            entry.item = replace(entry.item, progress=entry.tracker.progress(self._clock()))
        self._insert(entry)
        return entry.item.id

    def _join(self, early: PullEntry) -> None:
        """A download that was asked for before the stored ones were back, behind them."""
        stored = self._find(early.item.server_id, early.item.name)
        if stored is not None and stored.item.state in UNFINISHED:
            self._step(stored, E.RESUME)
            self._news.add(self.item_removed, early.item.id)
            return
        if stored is not None:
            self._drop(stored)
        self._entries[early.item.id] = early

    def pause(self, item_id: str) -> None:
        """The server keeps what was fetched; `resume` goes on from there."""
        self._ask(item_id, E.PAUSE)

    def resume(self, item_id: str) -> None:
        self._ask(item_id, E.RESUME)

    def cancel(self, item_id: str) -> None:
        """Stop the download and, soon after, drop its row. Ends the server's work too."""
        self._ask(item_id, E.CANCEL)

    def retry(self, item_id: str) -> None:
        """Try a failed or canceled one again, or one that waits for its next try at once."""
        entry = self._entries.get(item_id)
        if entry is not None:
            if entry.item.state in (S.FAILED, S.CANCELED):
                entry.start_over(datetime.now(UTC))
            if entry.item.state is S.STALLED:
                self._restart_stalled(entry)
            entry.is_next = True
            self._ask(item_id, E.RETRY)

    def start_now(self, item_id: str) -> None:
        """Start a waiting one whatever the limit and the rules say."""
        entry = self._entries.get(item_id)
        if entry is not None and entry.item.state is S.WAITING:
            entry.is_forced = True
            self._after()

    def remove(self, item_id: str) -> None:
        """Drop the row of an ended download. Never touches a model."""
        entry = self._entries.get(item_id)
        if entry is not None and entry.item.is_ended:
            self._drop(entry)
            self._after()

    def move(self, item_id: str, index: int) -> None:
        """Put a waiting download at `index` (0-based) of the rows as shown; the order among the
        waiting ones is what counts."""
        entry = self._entries.get(item_id)
        if entry is None or entry.item.state is not S.WAITING:
            return
        shown = [row.id for row in self.items() if row.id != item_id]
        shown.insert(max(0, index), item_id)
        line = {i: e for i in shown if (e := self._entries[i]).item.state is S.WAITING}
        others = {i: e for i, e in self._entries.items() if i not in line}
        self._entries = {**others, **line}
        self._after()

    def pause_all(self) -> None:
        for entry in list(self._entries.values()):
            self._step(entry, E.PAUSE)
        self._after()

    def resume_all(self) -> None:
        for entry in [e for e in self._entries.values() if e.item.state is S.PAUSED]:
            self._step(entry, E.RESUME)
        self._after()

    def clear_finished(self) -> None:
        """Drop the rows of what is done or canceled; failures stay until they are looked at."""
        self._drop_all(S.DONE, S.CANCELED)

    def clear_failed(self) -> None:
        """Drop the rows of what failed."""
        self._drop_all(S.FAILED)

    def retry_failed(self) -> None:
        """Put all that failed into the line again: each waits for its turn."""
        for entry in [e for e in self._entries.values() if e.item.state is S.FAILED]:
            entry.start_over(datetime.now(UTC))
            self._step(entry, E.RETRY)
        self._after()

    def _drop_all(self, *states: PullState) -> None:
        for entry in [e for e in self._entries.values() if e.item.state in states]:
            self._drop(entry)
        self._after()

    def _ask(self, item_id: str, event: PullEvent) -> None:
        entry = self._entries.get(item_id)
        if entry is not None:
            self._step(entry, event)
            self._after()

    # What the world tells.

    def set_limits(self, limits: QueueLimits) -> None:
        self._schedule.limits = limits
        self._after()

    def set_insecure_hosts(self, hosts: frozenset[str]) -> None:
        """Registry hosts (with port) that a person marked for plain HTTP."""
        self._insecure_hosts = hosts

    def set_rule(
        self, hold: Hold | None, elsewhere: Hold | None = None, until: time_of_day | None = None
    ) -> None:
        """A rule that keeps everything on this computer from running now, or None; `elsewhere`
        counts for all other servers. Running ones go back to the line, and go on by themselves
        when the rule ends. `until`: the time of day when the quiet hours do."""
        rule_state = RuleState(hold, elsewhere, until)
        if rule_state != self._schedule.rule_state:
            self._schedule.rule_state = rule_state
            self._after()

    @Slot(object)
    def set_disk_space(self, space: DiskSpace) -> None:
        """What is free on a server's disk, and what its downloads will still write there."""
        self._schedule.set_disk_space(space)
        self._after()

    def set_servers(self, used: Mapping[str, bool]) -> None:
        """All servers there are, and whether each is switched on: downloads of others wait."""
        if self._schedule.set_servers(used):
            self._after()

    def set_server_online(self, server_id: str, is_online: bool) -> None:
        """Whether the server answers. Downloads of one that does not wait for it."""
        if not self._schedule.set_online(server_id, is_online):
            return
        for entry in list(self._entries.values()):
            item = entry.item
            is_trying = item.server_id == server_id and item.state is S.RETRYING
            if is_trying and not has_named_time(item):
                self._step(entry, E.RETRY_DUE if is_online else E.HELD)
        self._after()

    def note_snapshot(self, snapshot: Snapshot) -> None:
        """A good poll: the server is there, and its list decides what became of a pull whose end
        we did not see. A cancel during the check usually ends installed all the same."""
        self._listings.note(snapshot)
        unseen = [e for e in self._entries.values() if e.may_have_ended_at(snapshot.server_id)]
        for entry in unseen:
            found = self._listings.digest_of(entry.item.server_id, entry.item.name)
            if found and found != entry.known_digest:
                self._step(entry, E.SUCCESS)
        self.set_server_online(snapshot.server_id, True)
        if unseen:
            self._after()

    def offer_manifest(self, item_id: str, manifest: Manifest) -> None:
        """Sizes of all layers for a running attempt."""
        entry = self._entries.get(item_id)
        if entry is not None and entry.job is not None:
            entry.job.offer_manifest(manifest)

    @Slot()
    def on_woke(self) -> None:
        """The computer slept: connections are dead, which is nobody's fault."""
        for entry in list(self._entries.values()):
            if entry.item.state in IN_TRANSFER:
                # Asked for again at once; not a fault, not counted.
                entry.last_byte_s = self._clock()
                if entry.job is not None:
                    entry.job.cancel()

    def save_now(self) -> None:
        """Write the queue down at once, in this thread."""
        for entry in self._entries.values():
            self._take_report(entry)
        self._saver.save_now(tuple(entry.item for entry in self._entries.values()))

    def close(self) -> None:
        """Write the queue down for the next start, then end all attempts; for good."""
        self._is_closed = True
        self._news.clear()
        self._timer.stop()
        self._telling.stop()
        self.save_now()
        for entry in self._entries.values():
            if entry.job is not None:
                entry.job.cancel()

    # What follows.

    @Slot()
    def _after(self) -> None:
        """What follows from any change: start what may start, write down, tell."""
        self._telling.stop()
        for entry in self._entries.values():
            self._take_report(entry)
        if self._is_closed:
            self._renew()
            self._news.clear()
            return
        self._trim()
        self._save()
        self._hold_back()
        self._fill()
        self._save()
        if self._needs_tick() and not self._timer.isActive():
            pause_s = min(TICK_S, (self._schedule.limits.stall_s or 60.0) / 10)
            self._timer.start(int(pause_s * 1000))
        self._renew()
        self._news.emit_all()

    def _step(self, entry: PullEntry, event: PullEvent, error: OllamaError | None = None) -> None:
        """Let `event` happen to a download, after what its attempt has told before."""
        self._take_report(entry)
        if entry.step(event, self._clock(), datetime.now(UTC), error):
            self._news.add(self.item_changed, entry.item)
            if entry.item.is_ended:
                self._news.add(self.item_ended, entry.item)

    def _hold_back(self) -> None:
        """Send running downloads that a rule does not allow any more back to the line."""
        for entry, reason in self._schedule.overruled(self._entries.values()):
            self._step(entry, E.HELD)
            self._set(entry, reason.held(entry.item))

    def _fill(self) -> None:
        """Start waiting downloads, in order, as far as places, rules and servers allow."""
        decisions = self._schedule.decide(
            self._entries.values(), self._leaving, self._saver.saved_number
        )
        for entry, reason in decisions:
            if reason is None:
                self._step(entry, E.START)
                self._start_attempt(entry)
            else:
                self._set(entry, reason.held(entry.item))

    # Attempts and their faults.

    def _start_attempt(self, entry: PullEntry) -> None:
        item = entry.item
        target = self._target_of(item.server_id)
        if target is None:
            self._step(entry, E.REFUSED, OllamaError(item.server_id, "no such server"))
            return
        entry.restart_at_s = None
        entry.last_byte_s = self._clock()
        from tray_app.workers.pulls.job import PullJob

        job = PullJob(
            target,
            item,
            entry.tracker,
            is_insecure=self.is_insecure(item.name),
            client_factory=self._client_factory,
            clock=self._clock,
        )
        job.prepared.connect(self._on_job_prepared)
        job.progressed.connect(self._on_job_progressed)
        job.succeeded.connect(self._on_job_succeeded)
        job.failed.connect(self._on_job_failed)
        job.finished.connect(self._on_job_finished)
        entry.job = job
        if item.started_at is None:
            self._set(entry, replace(entry.item, started_at=datetime.now(UTC)))
        if entry.known_digest is None:
            entry.known_digest = self._listings.digest_of(item.server_id, item.name)
        others = (*self._entries.values(), *self._leaving)
        taken = {e.lane for e in others if e.job is not None and e is not entry}
        entry.lane = next(number for number in range(len(taken) + 1) if number not in taken)
        self._runner.submit(job, f"pull {entry.lane + 1}")
        self._news.add(self.started, entry.item)

    def _entry_of_sender(self) -> PullEntry | None:
        """The download whose current attempt has emitted; None for a dead attempt's signal."""
        entry = self._entries.get(getattr(self.sender(), "item_id", ""))
        return entry if entry is not None and entry.job is self.sender() else None

    @Slot(object)
    def _on_job_progressed(self, report: PullReport) -> None:
        entry = self._entry_of_sender()
        if entry is None or self._is_closed:
            return
        event, state = PHASE_EVENT[report.progress.phase], entry.item.state
        entry.report = report
        if state in ACTIVE and state is not S.STALLED and step(state, event) is state:
            if not self._telling.isActive():
                self._telling.start()
            return
        # Lines keep coming during a stall: only a byte ends it.
        is_stalled = state is S.STALLED and event is E.BYTES and not entry.is_moved_by(report)
        self._take_report(entry)
        if event is not E.SUCCESS and not is_stalled and state in ACTIVE:
            self._step(entry, event)
        self._after()

    def _take_report(self, entry: PullEntry) -> None:
        """Take over what an attempt has told since the last telling."""
        if entry.take_report():
            self._news.add(self.item_changed, entry.item)

    @Slot(object)
    def _on_job_prepared(self, plan: object) -> None:
        entry = self._entry_of_sender()
        if entry is None or not isinstance(plan, UpdatePlan) or self._is_closed:
            return
        self._set(entry, replace(entry.item, update=plan))
        self._save(is_progress=True)  # a version that is kept must not be kept twice
        self._after()

    @Slot(object)
    def _on_job_succeeded(self, report: PullReport) -> None:
        entry = self._entry_of_sender()
        if entry is not None:
            self._take_report(entry)
            if entry.item.state in ACTIVE or entry.item.state in (S.PAUSED, S.CANCELED):
                self._set(entry, replace(entry.item, progress=report.progress))
            self._step(entry, E.SUCCESS)
            self._after()

    @Slot(object)
    def _on_job_failed(self, error: object) -> None:
        entry = self._entry_of_sender()
        if entry is None or not isinstance(error, OllamaError) or entry.item.state not in ACTIVE:
            return
        self._take_report(entry)  # a byte starts the count of tries anew
        if isinstance(error, PullFailed) and error.kind is PullFailure.DIGEST_MISMATCH:
            entry.mismatches += 1
        attempt = entry.item.attempt + 1
        remedy = self._schedule.limits.policy.remedy(error, attempt, entry.mismatches)
        _log.info("pull of %s: %s → %s", entry.item.name, error, remedy)
        if remedy is Remedy.RESTART and entry.restarts < MAX_RESTARTS:
            entry.restarts += 1
            self._step(entry, E.MANIFEST)  # from the check, too, it begins anew
            entry.restart_at_s = self._clock() + self._schedule.limits.policy.restart_at_s
        elif remedy is Remedy.HOLD and entry.holds >= MAX_HOLDS:
            # Polls get through and this does not: a pause, or we would ask at every poll.
            self._retry_later(entry, error, max(1, entry.item.attempt))
        elif remedy is Remedy.HOLD:
            entry.holds += 1
            self._schedule.set_online(entry.item.server_id, False)
            self._step(entry, E.HELD)
        elif remedy is Remedy.GIVE_UP:
            self._step(entry, E.REFUSED, error)
        else:
            self._retry_later(entry, error, attempt)
        self._news.add(self.faulted, entry.item.server_id)
        self._after()

    def _retry_later(self, entry: PullEntry, error: OllamaError, attempt: int) -> None:
        pause_s = self._schedule.limits.policy.pause_s(attempt, self._jitter(), error)
        self._step(entry, E.FAULT, error)
        retry_at = datetime.now(UTC) + timedelta(seconds=pause_s)
        retry_s = self._clock() + pause_s
        self._set(entry, replace(entry.item, attempt=attempt, retry_s=retry_s, retry_at=retry_at))

    def _restart_stalled(self, entry: PullEntry) -> None:
        """End an attempt that gets nowhere; it is asked for again after a pause."""
        attempt = entry.item.attempt + 1
        stalled = PullFailed(entry.item.name, "", PullFailure.STALLED)
        if self._schedule.limits.policy.remedy(stalled, attempt, 0) is Remedy.GIVE_UP:
            self._step(entry, E.REFUSED, stalled)
        else:
            self._retry_later(entry, stalled, attempt)

    @Slot()
    def _on_job_finished(self) -> None:
        entry = self._entry_of_sender()
        if entry is None:
            self._leaving = [e for e in self._leaving if e.job is not self.sender()]
            self._after()
            return
        entry.job = None
        if entry.item.state in IN_TRANSFER and entry.restart_at_s is None:
            entry.restart_at_s = self._clock()  # ended by us to be asked for again
        self._after()

    # The clock. The server sends identical lines during a stall, so bytes are watched, not lines.

    def _needs_tick(self) -> bool:
        now_s = self._clock()
        return any(
            entry.item.state in ACTIVE
            or entry.item.state in (S.RETRYING, S.CANCELED)
            or entry.item.is_just_ended(now_s)
            for entry in self._entries.values()
        )

    @Slot()
    def _on_timer_timeout(self) -> None:
        now_s = self._clock()
        if self._ticked_s is not None and now_s - self._ticked_s >= SLEPT_S:
            self.on_woke()
        self._ticked_s = now_s
        for entry in list(self._entries.values()):
            self._watch(entry, now_s)
        if now_s - self._progress_saved_s >= SAVE_PROGRESS_S:
            self._progress_saved_s = now_s
            self._save(is_progress=True)
        self._after()
        if not self._timer.isActive():
            self._ticked_s = None  # idle: a late next tick is no sleep

    def _watch(self, entry: PullEntry, now_s: float) -> None:
        self._take_report(entry)
        item = entry.item
        if item.state is S.RETRYING and item.retry_s is not None and now_s >= item.retry_s:
            self._step(entry, E.RETRY_DUE)
        elif item.state is S.CANCELED and now_s - item.state_since_s >= CANCELED_ROW_S:
            self._drop(entry)
        elif item.state in IN_TRANSFER and entry.job is None:
            if entry.restart_at_s is not None and now_s >= entry.restart_at_s:
                self._start_attempt(entry)
        elif item.state in IN_TRANSFER:
            self._watch_bytes(entry, now_s)

    def _watch_bytes(self, entry: PullEntry, now_s: float) -> None:
        stall_s = self._schedule.limits.stall_s
        silent_s = now_s - entry.last_byte_s
        if silent_s >= AWAY_S and not self._schedule.is_online(entry.item.server_id):
            self._step(entry, E.HELD)  # others need its place
            return
        if not stall_s or silent_s < stall_s / 2:
            return
        self._step(entry, E.STALL)
        self._set(entry, replace(entry.item, restart_s=entry.last_byte_s + stall_s))
        if silent_s >= stall_s:
            _log.info("pull of %s: no data for %.0f s, asking again", entry.item.name, silent_s)
            self._restart_stalled(entry)

    # Rows: their life, their order, their sum, and keeping them on disk.

    def _insert(self, entry: PullEntry) -> None:
        self._entries[entry.item.id] = entry
        self._news.add(self.item_added, entry.item)

    def _drop(self, entry: PullEntry) -> None:
        del self._entries[entry.item.id]
        if entry.job is not None:
            entry.job.cancel()
            self._leaving.append(entry)
        self._news.add(self.item_removed, entry.item.id)

    def _find(self, server_id: str, name: str) -> PullEntry | None:
        return find_entry(self._entries.values(), server_id, name)

    def _set(self, entry: PullEntry, item: PullItem) -> None:
        if item is not entry.item and item != entry.item:
            entry.item = item
            self._news.add(self.item_changed, item)

    def _trim(self) -> None:
        """Keep at most MAX_ENDED rows of what has ended; the oldest go."""
        ended = [e for e in self._entries.values() if e.item.state in ENDED]
        ended.sort(key=lambda e: e.item.finished_at or e.item.added_at)
        for entry in ended[: max(0, len(ended) - MAX_ENDED)]:
            self._drop(entry)

    def _save(self, *, is_progress: bool = False) -> None:
        """Write the queue down when a row came, went, moved or changed its state; or, with
        `is_progress`, for the sake of the bytes alone."""
        rows = tuple((e.item.id, e.item.state) for e in self._entries.values())
        if rows == self._saved_rows and not is_progress:
            return
        self._saved_rows = rows
        number = self._saver.save(tuple(e.item for e in self._entries.values()))
        for entry in self._entries.values():
            if entry.save_number is None:
                entry.save_number = number

    @Slot()
    def _on_saver_saved(self) -> None:
        self._after()

    def _renew(self) -> None:
        """Bring places, order and sum up to the rows."""
        places = line_positions(e.item for e in self._entries.values())
        for entry in self._entries.values():
            self._set(entry, entry.item.at_place(places.get(entry.item.id, 0)))
        items = tuple(entry.item for entry in self._entries.values())
        order = PullOrder(tuple(item.id for item in display_order(items, self._clock())))
        if order != self._order:
            self._order = order
            self._news.add(self.order_changed, order)
        summary = summarize(items)
        if summary != self._summary:
            self._summary = summary
            self._news.add(self.summary_changed, summary)


def _is_here(target: Target | None) -> bool:
    return target is None or target.endpoint.is_loopback
