"""CreateEntry: what the queue knows of one create beyond what is shown."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tray_app.core.creates.costs import cost_of
from tray_app.core.creates.records import CreateItem, CreateRequest, CreateState
from tray_app.core.creates.states import ACTIVE, CreateEvent, step
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import canonical
from tray_app.core.pulls.speed import ETA_WINDOW_S, SPEED_WINDOW_S, SpeedMeter
from tray_app.ollama.creating import Begun, CreateReport, Pace
from tray_app.workers.creates.store import StoredCreate

if TYPE_CHECKING:
    from tray_app.core.creates.uploads import KnownFile
    from tray_app.core.records import ModelRecord
    from tray_app.workers.creates.job import CreateJob, DeleteMadeJob

_MAKING = frozenset({CreateState.MAKING, CreateState.ASKED, CreateState.TO_BE_DELETED})


@dataclass(slots=True, eq=False)
class CreateEntry:
    """`item` is the frozen row that is shown; the rest belongs to the queue alone. `began_at`:
    since then the server may be at it, or have made it. `made` is what is to be deleted.
    """

    item: CreateItem
    known: tuple[KnownFile, ...] = ()
    began_at: datetime | None = None
    began_s: float = 0.0
    job: CreateJob | None = None
    deletion: DeleteMadeJob | None = None
    made: ModelRecord | None = None
    save_number: int | None = None
    leave_number: int | None = None
    active_since_s: float = 0.0
    holds: int = 0
    best_bytes: int = 0
    is_next: bool = False
    is_watching: bool = False
    is_moving_on: bool = False
    """The server ended what it was asked for, or nobody waits for that any more."""
    meter: SpeedMeter = field(default_factory=SpeedMeter)

    @classmethod
    def of_request(cls, request: CreateRequest, now: datetime) -> CreateEntry:
        return cls(CreateItem(os.urandom(6).hex(), request, CreateState.WAITING, now))

    @classmethod
    def of_stored(cls, record: StoredCreate) -> CreateEntry:
        """What was under way begins anew; what is to be deleted still is."""
        item = record.item
        is_unwanted = item.state is CreateState.TO_BE_DELETED and record.began_at is not None
        if not item.is_ended and not is_unwanted:
            item = replace(item, state=CreateState.WAITING)
        return cls(item, record.known, record.began_at)

    @property
    def stored(self) -> StoredCreate:
        return StoredCreate(self.item, self.known, self.began_at)

    @property
    def is_busy(self) -> bool:
        """Whether it takes its server's one place."""
        return self.job is not None or self.deletion is not None

    @property
    def wants_place(self) -> bool:
        """Whether there is something to do for it."""
        if self.item.state is CreateState.TO_BE_DELETED:
            return True
        return self.item.state is CreateState.WAITING

    def begun(self, now: datetime, pace: Pace) -> Begun | None:
        """What an attempt has to know of an earlier one."""
        is_unwanted = self.item.state is CreateState.TO_BE_DELETED
        if self.began_at is None:
            return Begun(0.0, is_unwanted=True) if is_unwanted else None
        left_s = 0.0
        if not self.is_moving_on:
            patience = pace.patience_s(self.item.request)
            left_s = patience - abs((now - self.began_at).total_seconds())
        return Begun(max(0.0, left_s), is_unwanted)

    def step(self, event: CreateEvent, now_s: float, now: datetime) -> bool:
        """Let `event` happen; False when it means nothing here."""
        old, state = self.item, step(self.item.state, event)
        if state is old.state:
            return False
        # Whether a person wants it or not, the server goes on with the same.
        is_same_work = old.state in _MAKING and state in _MAKING
        item = replace(
            old,
            state=state,
            state_since_s=old.state_since_s if is_same_work else now_s,
            completed_bytes=0,
            total_bytes=0,
            speed_bytes_s=None,
            eta_s=None,
            is_server_away=False,
            position=0,
        )
        self.meter.restart()
        self.best_bytes = 0
        if state in ACTIVE and old.state not in ACTIVE:
            self.active_since_s = now_s
            self.is_next = False
            item = replace(item, started_at=old.started_at or now)
        elif old.state in ACTIVE and state not in ACTIVE:
            item = replace(item, active_s=old.active_s + now_s - self.active_since_s)
        if state.is_ended:
            item = replace(item, finished_at=now)
        self.item = item
        return True

    def start_over(self) -> None:
        """A person wants it again."""
        self.item = replace(
            self.item,
            finished_at=None,
            started_at=None,
            active_s=0.0,
            fault=None,
            error=None,
            needed_bytes=0,
            free_bytes=None,
        )
        self.holds = 0
        self.made = None

    def take(self, report: CreateReport, now_s: float) -> None:
        """Know what an attempt has reached, within its state."""
        self.known = report.known
        moved = report.completed_bytes - self.best_bytes
        if moved > 0:
            self.best_bytes = report.completed_bytes
        if len(report.uploaded) > len(self.item.uploaded):
            self.holds = 0
        self.meter.add(now_s, max(0, moved))
        mean = self.meter.mean(now_s, ETA_WINDOW_S)
        left = report.total_bytes - report.completed_bytes
        self.item = replace(
            self.item,
            request=self._measured(),
            completed_bytes=report.completed_bytes,
            total_bytes=report.total_bytes,
            speed_bytes_s=self.meter.mean(now_s, SPEED_WINDOW_S) if report.total_bytes else None,
            eta_s=left / mean if mean and report.total_bytes else None,
            uploaded=report.uploaded or self.item.uploaded,
            was_on_server=self.item.was_on_server or report.was_on_server,
        )

    def _measured(self) -> CreateRequest:
        """The request with the sizes that the files have now."""
        request = self.item.request
        sizes = {file.path: file.identity.size_bytes for file in self.known}
        if any(path not in sizes for path in request.files):
            return request
        size = sum(sizes[path] for path in request.files)
        projector = sizes.get(request.projector, request.projector_bytes)
        return replace(request, size_bytes=size, projector_bytes=projector)

    @property
    def needed_bytes(self) -> int:
        return cost_of(self.item.request).needed_bytes


def find_entry(entries: Iterable[CreateEntry], server_id: str, name: str) -> CreateEntry | None:
    """The create of this model, if there is one."""
    wanted = canonical(name)
    for entry in entries:
        if entry.item.server_id == server_id and canonical(entry.item.name) == wanted:
            return entry
    return None
