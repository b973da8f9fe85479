"""PullEntry: what the queue knows about one download beyond what is shown, and what happens to it
that concerns no other one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from tray_app.core.decode import MAX_INT
from tray_app.core.errors import Changed, OllamaError
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import canonical
from tray_app.core.pulls.progress import PullPhase
from tray_app.core.pulls.states import ACTIVE, PullEvent, PullItem, PullState, step
from tray_app.core.pulls.tracker import PullTracker
from tray_app.core.waits import MAX_WAIT_S

if TYPE_CHECKING:
    from tray_app.core.payloads import PullRequest
    from tray_app.workers.pulls.job import PullJob, PullReport

_UNSEEN = frozenset(
    {PullState.PAUSED, PullState.CANCELED, PullState.VERIFYING, PullState.FINISHING}
)


@dataclass(slots=True, eq=False)
class PullEntry:
    """`item` is the frozen row that is shown; the rest belongs to the queue alone.

    `save_number`: the first state of the queue file that knows this download; bytes move only
    once that is on disk. `restart_at_s`: when an attempt that we ended is asked for again;
    `restarts` and `holds` count, since the last byte, how often that was and how often the server
    was found away.
    `is_next`: asked for by a person, needs no place of the limit; `is_forced`: nor do the rules
    count, until it is paused or ends. `known_digest`: the digest that the list had for this name
    when the pull began ("" = none). `report`: the last word of its attempt, where that is not yet
    in `item`.
    """

    item: PullItem
    tracker: PullTracker
    job: PullJob | None = None
    save_number: int | None = None
    lane: int = 0
    is_next: bool = False
    is_forced: bool = False
    restart_at_s: float | None = None
    restarts: int = 0
    holds: int = 0
    active_since_s: float = 0.0
    last_byte_s: float = 0.0
    base_bytes: int = 0
    mismatches: int = 0
    known_digest: str | None = None
    report: PullReport | None = None

    @classmethod
    def of_request(cls, request: PullRequest, added_at: datetime) -> PullEntry:
        item = PullItem(
            id=os.urandom(16).hex(),
            server_id=request.server_id,
            name=request.name,
            state=PullState.WAITING,
            added_at=added_at,
            old_digest=request.old_digest,
            update=request.update,
        )
        return cls(item, PullTracker(request.name))

    @classmethod
    def of_item(cls, item: PullItem, now_s: float, now: datetime) -> PullEntry:
        """An entry for an item of an earlier run of the program, with the time of its next try on
        this run's clock."""
        if item.retry_at is not None:
            left_s = (item.retry_at - now).total_seconds()
            item = replace(item, retry_s=now_s + min(max(left_s, 0.0), MAX_WAIT_S))
        return cls(
            item,
            PullTracker(item.name, reached=item.progress),
            save_number=0,
            base_bytes=item.fetched_bytes,
        )

    def start_over(self, added_at: datetime) -> None:
        """A person asks again for what had ended: the figures begin anew, the place does too."""
        self.mismatches = 0
        if self.tracker.phase is PullPhase.DONE:  # so it was said, and it was not so
            self.tracker = PullTracker(self.item.name)
        error, old_digest = self.item.error, self.item.old_digest
        if self.item.update is not None and isinstance(error, Changed):
            old_digest = error.context  # a person has seen what is there now
        self.item = replace(
            self.item,
            attempt=0,
            added_at=added_at,
            finished_at=None,
            error=None,
            hold=None,
            old_digest=old_digest,
        )

    def step(
        self, event: PullEvent, now_s: float, now: datetime, error: OllamaError | None = None
    ) -> bool:
        """Let `event` happen, with all that follows for this download from its new state; gives
        whether it has a new one. What ends its activity ends its attempt."""
        old = self.item
        state = step(old.state, event)
        if state is old.state:
            return False
        item = old.with_state(state, now_s)
        if error is not None:
            item = replace(item, error=error)
        if state in ACTIVE and old.state not in ACTIVE:
            self.active_since_s = now_s
        elif old.state in ACTIVE and state not in ACTIVE:
            item = replace(item, active_s=item.active_s + now_s - self.active_since_s)
            self.restart_at_s = None
            if self.job is not None:
                self.job.cancel()
        if item.is_ended:
            item = replace(item, finished_at=now)
        if state is not PullState.WAITING:
            self.is_next = False
        if state is PullState.PAUSED or item.is_ended:
            self.is_forced = False
        self.item = item
        return True

    def may_have_ended_at(self, server_id: str) -> bool:
        """Whether the next list of a server may tell of an end that nobody has seen."""
        is_there = self.item.server_id == server_id and self.known_digest is not None
        return is_there and self.item.state in _UNSEEN

    def is_moved_by(self, report: PullReport) -> bool:
        """Whether `report` tells of bytes that no earlier one did."""
        return report.new_bytes > self.item.fetched_bytes - self.base_bytes

    def take_report(self) -> bool:
        """Bring the item up to what its attempt has told last; gives whether that is news."""
        report, self.report = self.report, None
        if report is None:
            return False
        item = self.reached(report)
        if self.item.state not in ACTIVE or item == self.item:
            return False
        self.item = item
        return True

    def reached(self, report: PullReport) -> PullItem:
        """The item with what its attempt has reached; a new byte starts the counts anew."""
        is_moving = self.is_moved_by(report)
        self.last_byte_s = max(self.last_byte_s, report.last_byte_s)
        if is_moving:
            self.restarts = self.holds = 0
        return replace(
            self.item,
            progress=report.progress,
            fetched_bytes=min(MAX_INT, self.base_bytes + report.new_bytes),
            attempt=0 if is_moving else self.item.attempt,
        )

    @property
    def is_busy(self) -> bool:
        """Takes one of the places: it is active, or its attempt has not ended yet."""
        return self.item.state in ACTIVE or self.job is not None


def find_entry(entries: Iterable[PullEntry], server_id: str, name: str) -> PullEntry | None:
    """The download of this model, if there is one."""
    wanted = canonical(name)
    for entry in entries:
        if entry.item.server_id == server_id and canonical(entry.item.name) == wanted:
            return entry
    return None
