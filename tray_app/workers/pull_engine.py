"""PullEngine: how downloads get from one state to the next: attempts and their faults.

The table of states is `core.pull_states`, what is done about a fault is `core.pull_policy`, whose
turn it is is decided in `pull_line`, stalls are the business of `pull_watchdog`.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from tray_app.core.errors import BadName, OllamaError, PullFailed, PullFailure
from tray_app.core.names import ModelName, SameName
from tray_app.core.pulls.policy import QueueLimits, Remedy
from tray_app.core.pulls.states import (
    ACTIVE,
    IN_TRANSFER,
    PHASE_EVENT,
    PullEvent,
    PullItem,
    PullState,
    step,
)
from tray_app.core.records import ModelRecord
from tray_app.workers.jobs import Target
from tray_app.workers.poller import ClientFactory, open_client
from tray_app.workers.pulls.entry import PullEntry
from tray_app.workers.pulls.job import PullJob, PullReport
from tray_app.workers.pulls.schedule import PullLine
from tray_app.workers.pulls.store import PullStore
from tray_app.workers.runner import JobRunner

log = logging.getLogger(__name__)

TICK_S = 0.5
MAX_RESTARTS = 30
MAX_HOLDS = 3
S, E = PullState, PullEvent


class PullEngine(PullLine):
    """Runs the attempts of all downloads.

    Signals: those of PullRows; `started` when an attempt begins, so that its manifest may be
    looked up; `faulted` (server id) when one failed, so that the server may be looked at;
    `item_ended` when a download is done, failed or canceled.
    Thread: GUI thread. Attempts run in lanes of the runner.
    """

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
        super().__init__(runner, store, target_of, limits or QueueLimits(), parent)
        self._runner = runner
        self._client_factory = client_factory
        self._clock = clock
        self._jitter = jitter
        self._insecure_hosts: frozenset[str] = frozenset()
        self._is_closed = False
        self._models: dict[str, tuple[ModelRecord, ...]] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timer_timeout)

    def _step(self, entry: PullEntry, event: PullEvent, error: OllamaError | None = None) -> None:
        """Let `event` happen to a download, with all that follows from its new state."""
        old, now_s = entry.item, self._clock()
        state = step(old.state, event)
        if state is old.state:
            return
        item = replace(old.with_state(state, now_s), error=error)
        if state in ACTIVE and old.state not in ACTIVE:
            entry.active_since_s = now_s
        elif old.state in ACTIVE and state not in ACTIVE:
            item = replace(item, active_s=item.active_s + now_s - entry.active_since_s)
            entry.restart_at_s = None
            entry.is_restarted = False
            if entry.job is not None:
                entry.job.cancel()
        if item.is_ended:
            item = replace(item, finished_at=datetime.now(UTC))
        if state is not S.WAITING:
            entry.is_next = False
        if state is S.PAUSED or item.is_ended:
            entry.is_forced = False
        self._set(entry, item)
        if item.is_ended:
            self._note(self.item_ended, entry.item)

    def _after(self) -> None:
        """What follows from any change: start what may start, write down, tell."""
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
            pause_s = min(TICK_S, (self._limits.stall_s or 60.0) / 10)
            self._timer.start(int(pause_s * 1000))
        self._tell()

    # Attempts.

    def _start_attempt(self, entry: PullEntry) -> None:
        item = entry.item
        target = self._target_of(item.server_id)
        if target is None:
            self._step(entry, E.REFUSED, OllamaError(item.server_id, "no such server"))
            return
        entry.restart_at_s = None
        entry.is_restarted = False
        entry.last_byte_s = self._clock()
        job = PullJob(
            target,
            item.id,
            item.name,
            entry.tracker,
            is_insecure=self.is_insecure(item.name),
            client_factory=self._client_factory,
            clock=self._clock,
        )
        job.progressed.connect(self._on_job_progressed)
        job.succeeded.connect(self._on_job_succeeded)
        job.failed.connect(self._on_job_failed)
        job.finished.connect(self._on_job_finished)
        entry.job = job
        if item.started_at is None:
            self._set(entry, replace(entry.item, started_at=datetime.now(UTC)))
        if entry.known_digest is None:
            entry.known_digest = self._listed_digest(item)
        others = (*self._entries.values(), *self._leaving)
        taken = {e.lane for e in others if e.job is not None and e is not entry}
        entry.lane = next(number for number in range(len(taken) + 1) if number not in taken)
        self._runner.submit(job, f"pull {entry.lane + 1}")
        self._note(self.started, entry.item)

    def _listed_digest(self, item: PullItem) -> str | None:
        """The digest that the server's list has for this name: "" = none, None = no list yet."""
        models = self._models.get(item.server_id)
        if models is None:
            return None
        is_same = SameName(item.name)
        return next((model.digest for model in models if is_same(model.name)), "")

    def is_insecure(self, name: str) -> bool:
        """Whether a person marked the registry of this name for plain HTTP."""
        try:
            return ModelName.parse(name).host.casefold() in self._insecure_hosts
        except BadName:
            return False

    def _entry_of_sender(self) -> PullEntry | None:
        """The download whose current attempt has emitted; None for a dead attempt's signal."""
        job = self.sender()
        if not isinstance(job, PullJob):
            return None
        entry = self._entries.get(job.item_id)
        return entry if entry is not None and entry.job is job else None

    @Slot(object)
    def _on_job_progressed(self, report: object) -> None:
        entry = self._entry_of_sender()
        if entry is None or not isinstance(report, PullReport) or self._is_closed:
            return
        entry.last_byte_s = max(entry.last_byte_s, report.last_byte_s)
        is_moving = report.new_bytes > entry.item.fetched_bytes - entry.base_bytes
        if is_moving:
            entry.restarts = entry.holds = 0
        item = replace(
            entry.item,
            progress=report.progress,
            fetched_bytes=entry.base_bytes + report.new_bytes,
            attempt=0 if is_moving else entry.item.attempt,
        )
        if entry.item.state in ACTIVE:
            self._set(entry, item)
        event = PHASE_EVENT[report.progress.phase]
        # Lines keep coming during a stall: only a byte ends it.
        is_stalled = entry.item.state is S.STALLED and event is E.BYTES and not is_moving
        if event is not E.SUCCESS and not is_stalled and entry.item.state in ACTIVE:
            self._step(entry, event)
        self._after()

    @Slot(object)
    def _on_job_succeeded(self, report: object) -> None:
        entry = self._entry_of_sender()
        if entry is not None and isinstance(report, PullReport):
            if entry.item.state in ACTIVE or entry.item.state in (S.PAUSED, S.CANCELED):
                self._set(entry, replace(entry.item, progress=report.progress))
            self._step(entry, E.SUCCESS)
            self._after()

    @Slot(object)
    def _on_job_failed(self, error: object) -> None:
        entry = self._entry_of_sender()
        if entry is None or not isinstance(error, OllamaError) or entry.item.state not in ACTIVE:
            return
        if isinstance(error, PullFailed) and error.kind is PullFailure.DIGEST_MISMATCH:
            entry.mismatches += 1
        attempt = entry.item.attempt + 1
        remedy = self._limits.policy.remedy(error, attempt, entry.mismatches)
        log.info("pull of %s: %s → %s", entry.item.name, error, remedy)
        if remedy is Remedy.RESTART and entry.restarts < MAX_RESTARTS:
            entry.restarts += 1
            self._step(entry, E.MANIFEST)  # from the check, too, it begins anew
            entry.restart_at_s = self._clock() + self._limits.policy.restart_at_s
        elif remedy is Remedy.HOLD and entry.holds >= MAX_HOLDS:
            # Polls get through and this does not: a pause, or we would ask at every poll.
            self._retry_later(entry, error, max(1, entry.item.attempt))
        elif remedy is Remedy.HOLD:
            entry.holds += 1
            self._online[entry.item.server_id] = False
            self._step(entry, E.HELD)
        elif remedy is Remedy.GIVE_UP:
            self._step(entry, E.REFUSED, error)
        else:
            self._retry_later(entry, error, attempt)
        self._note(self.faulted, entry.item.server_id)
        self._after()

    def _retry_later(self, entry: PullEntry, error: OllamaError, attempt: int) -> None:
        pause_s = self._limits.policy.pause_s(attempt, self._jitter())
        self._step(entry, E.FAULT, error)
        self._set(entry, replace(entry.item, attempt=attempt, retry_s=self._clock() + pause_s))

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

    def _needs_tick(self) -> bool:
        return any(
            entry.item.state in ACTIVE or entry.item.state in (S.RETRYING, S.CANCELED)
            for entry in self._entries.values()
        )

    def _on_timer_timeout(self) -> None:
        raise NotImplementedError

    @Slot()
    def _on_saver_saved(self) -> None:
        self._after()
