"""PullEntry: what the queue knows about one download beyond what is shown, and its id."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import datetime

from tray_app.core.payloads import PullRequest
from tray_app.core.pulls.states import ACTIVE, PullItem, PullState
from tray_app.core.pulls.tracker import PullTracker
from tray_app.workers.pulls.job import PullJob


@dataclass(slots=True, eq=False)
class PullEntry:
    """`item` is the frozen row that is shown; the rest belongs to the queue alone.

    `save_number`: the first state of the queue file that knows this download; bytes move only
    once that is on disk. `restart_at_s`: when an attempt that we ended is asked for again;
    `restarts` and `holds` count, since the last byte, how often that was and how often the server
    was found away.
    `is_next`: asked for by a person, needs no place of the limit; `is_forced`: nor do the rules
    count, until it is paused or ends. `known_digest`: the digest that the list had for this name
    when the pull began ("" = none).
    """

    item: PullItem
    tracker: PullTracker
    job: PullJob | None = None
    save_number: int | None = None
    lane: int = 0
    is_restarted: bool = False
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

    @classmethod
    def of_wish(cls, request: PullRequest, added_at: datetime) -> PullEntry:
        item = PullItem(
            id=os.urandom(16).hex(),
            server_id=request.server_id,
            name=request.name,
            state=PullState.WAITING,
            added_at=added_at,
            old_digest=request.old_digest,
        )
        return cls(item, PullTracker(request.name))

    @classmethod
    def of_item(cls, item: PullItem) -> PullEntry:
        """An entry for an item of an earlier run of the program."""
        return cls(
            item,
            PullTracker(item.name, reached=item.progress),
            save_number=0,
            base_bytes=item.fetched_bytes,
        )

    def start_over(self, added_at: datetime) -> None:
        """A person asks again for what had ended: the figures begin anew, the place does too."""
        self.mismatches = 0
        self.item = replace(
            self.item, attempt=0, added_at=added_at, finished_at=None, error=None, hold=None
        )

    @property
    def is_busy(self) -> bool:
        """Takes one of the places: it is active, or its attempt has not ended yet."""
        return self.item.state in ACTIVE or self.job is not None
