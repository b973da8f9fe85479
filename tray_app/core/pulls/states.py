"""The states of a download, the one table of what leads from each to which, and their one order.

Pure: no timers, no network. `workers.pulls` feeds events; a state that the table does not
list for an event stays as it is, so that a late event of a dead attempt can do no harm.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.decode import MAX_INT
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.pulls.progress import LayerProgress, LayerState
from tray_app.core.pulls.speed import is_credible
from tray_app.core.pulls.tracker import AGGREGATE_DIGEST, PullPhase, PullProgress

if TYPE_CHECKING:
    from tray_app.core.errors import OllamaError
    from tray_app.core.pulls.updates import UpdatePlan
    from tray_app.core.records import ModelKey


class PullState(StrEnum):
    """Where a download stands; one row look each."""

    WAITING = "waiting"  # in line, or held by a rule: PullItem.hold says why
    PREPARING = "preparing"  # asked, no byte seen yet
    RUNNING = "running"
    STALLED = "stalled"  # bytes stopped; will be kicked
    RETRYING = "retrying"  # a passing fault; PullItem.retry_s says when
    VERIFYING = "verifying"
    FINISHING = "finishing"
    PAUSED = "paused"
    FAILED = "failed"
    DONE = "done"
    CANCELED = "canceled"


class PullEvent(StrEnum):
    """What can happen to a download."""

    START = "start"  # a place is free
    MANIFEST = "manifest"
    BYTES = "bytes"
    STALL = "stall"
    VERIFY = "verify"
    WRITE = "write"
    SUCCESS = "success"
    FAULT = "fault"  # may be retried
    REFUSED = "refused"  # permanent
    RETRY_DUE = "retry_due"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry"  # a person's
    HELD = "held"  # a rule or the server's absence sends it back to the line


class Hold(StrEnum):
    """Why a waiting download does not start."""

    LINE = "line"
    SERVER = "server"
    QUIET_HOURS = "quiet_hours"
    METERED = "metered"
    BATTERY = "battery"
    DISK = "disk"
    OFF = "off"  # its server is switched off
    NO_SERVER = "no_server"  # its server is not set up any more


AWAY = frozenset({Hold.SERVER, Hold.OFF, Hold.NO_SERVER})
"""Its server cannot be asked: nobody waits behind it but downloads of the same server."""

S, E = PullState, PullEvent

ACTIVE = frozenset({S.PREPARING, S.RUNNING, S.STALLED, S.VERIFYING, S.FINISHING})
"""States with a request under way: each takes one place of the limit."""
UNFINISHED = ACTIVE | {S.WAITING, S.RETRYING, S.PAUSED}
ENDED = frozenset({S.FAILED, S.DONE, S.CANCELED})
IN_TRANSFER = frozenset({S.PREPARING, S.RUNNING, S.STALLED})

JUST_ENDED_S = 10.0
"""So long what ended stands above all that ended before, and a canceled one can be taken back."""

_STREAM = {
    E.MANIFEST: S.PREPARING,
    E.BYTES: S.RUNNING,
    E.VERIFY: S.VERIFYING,
    E.WRITE: S.FINISHING,
    E.SUCCESS: S.DONE,
    E.FAULT: S.RETRYING,
    E.REFUSED: S.FAILED,
    E.HELD: S.WAITING,
}
_ASKED = {E.PAUSE: S.PAUSED, E.CANCEL: S.CANCELED}

TRANSITIONS: dict[PullState, dict[PullEvent, PullState]] = {
    S.WAITING: {E.START: S.PREPARING, E.REFUSED: S.FAILED, **_ASKED},
    S.PREPARING: {**_STREAM, **_ASKED, E.STALL: S.STALLED},
    S.RUNNING: {**_STREAM, **_ASKED, E.STALL: S.STALLED},
    S.STALLED: {**_STREAM, **_ASKED},
    # The server cannot be stopped while it checks; pause and cancel are refused here.
    S.VERIFYING: {**_STREAM},
    S.FINISHING: {**_STREAM},
    S.RETRYING: {
        **_ASKED,
        E.RETRY_DUE: S.WAITING,
        E.RETRY: S.WAITING,
        E.HELD: S.WAITING,
        E.REFUSED: S.FAILED,
    },
    S.PAUSED: {E.RESUME: S.WAITING, E.CANCEL: S.CANCELED, E.SUCCESS: S.DONE},
    S.FAILED: {E.RETRY: S.WAITING},
    S.CANCELED: {E.RETRY: S.WAITING, E.RESUME: S.WAITING, E.SUCCESS: S.DONE},
    S.DONE: {},
}


def step(state: PullState, event: PullEvent) -> PullState:
    """The state after `event`; the same state when the event means nothing there."""
    return TRANSITIONS[state].get(event, state)


PHASE_EVENT = {
    PullPhase.MANIFEST: E.MANIFEST,
    PullPhase.DOWNLOAD: E.BYTES,
    PullPhase.VERIFY: E.VERIFY,
    PullPhase.WRITE: E.WRITE,
    PullPhase.DONE: E.SUCCESS,
}


@dataclass(frozen=True, slots=True)
class PullItem:
    """One download as shown. `*_s` fields are monotonic seconds and do not survive a restart.

    `position` is the 1-based place in the waiting line (0 = not in it); `attempt` counts tries
    since the last byte of progress; `fetched_bytes` and `active_s` are sums over all attempts.
    `old_digest` (bare hex) is the installed version this pull updates, "" = a new model.
    `retry_at` is `retry_s` on the calendar, for the next start.
    `update` is what is done around an update, None for a mere pull.
    Beside `hold`: `hold_until` is the time of day when it ends, `missing_bytes` the disk space that
    has to become free.
    """

    id: str
    server_id: str
    name: str
    state: PullState
    added_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    progress: PullProgress | None = None
    error: OllamaError | None = None
    hold: Hold | None = None
    position: int = 0
    attempt: int = 0
    retry_s: float | None = None
    retry_at: datetime | None = None
    restart_s: float | None = None
    state_since_s: float = 0.0
    old_digest: str = ""
    fetched_bytes: int = 0
    active_s: float = 0.0
    hold_until: time | None = None
    missing_bytes: int = 0
    update: UpdatePlan | None = None

    @property
    def key(self) -> ModelKey:
        return (self.server_id, self.name)

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    @property
    def partial_bytes(self) -> int:
        """Bytes that the server has of it and no installed model: of no use without the rest."""
        if self.progress is None or self.state is S.DONE:
            return 0
        layers = self.progress.layers
        here = sum(layer.total_bytes for layer in layers if layer.state is LayerState.HERE)
        return max(0, self.progress.completed_bytes - here)

    @property
    def net_bytes(self) -> int:
        """What was fetched, without what was fetched again: at most the whole model, and nothing
        where the server tells of more than can have moved.

        The first line of a stream tells what is there by then; the little that came before it is
        seen by nobody, so a model that was done all but for that was fetched whole.
        """
        progress = self.progress
        if not is_credible(self.fetched_bytes, self.active_s):
            return 0
        is_whole = progress is not None and (
            progress.is_total_known or progress.phase is PullPhase.DONE
        )
        if progress is None or progress.total_bytes is None or not is_whole:
            return self.fetched_bytes
        here = sum(la.total_bytes for la in progress.layers if la.state is LayerState.HERE)
        wanted = max(0, progress.total_bytes - here)
        if self.state is S.DONE and 0 <= (wanted - self.fetched_bytes) * 20 <= wanted:
            return wanted
        return min(self.fetched_bytes, progress.total_bytes)

    def _is_error_told_in(self, state: PullState) -> bool:
        """A fault that cost a download its place is told until it runs again."""
        is_back_in_line = self.state is S.RETRYING and state is S.WAITING
        return is_back_in_line or state in (S.FAILED, S.RETRYING)

    def is_just_ended(self, now_s: float) -> bool:
        """Whether it ended so short a time ago that it is still looked for where it was."""
        return self.is_ended and 0 <= now_s - self.state_since_s < JUST_ENDED_S

    def layer_key(self, layer: LayerProgress) -> str:
        """Equal for layers that downloads of the same server share."""
        # A line that stands for all layers of a model is that model's own.
        return layer.digest if layer.digest != AGGREGATE_DIGEST else f"{self.id} {layer.digest}"

    def at_place(self, position: int) -> PullItem:
        """This item at `position` of the waiting line."""
        return self if position == self.position else replace(self, position=position)

    def with_state(self, state: PullState, now_s: float) -> PullItem:
        """This item in `state`; what only the old state meant is dropped."""
        if state is self.state:
            return self
        return replace(
            self,
            state=state,
            state_since_s=now_s,
            hold=None,
            hold_until=None,
            missing_bytes=0,
            retry_s=None,
            retry_at=None,
            restart_s=None,
            error=self.error if self._is_error_told_in(state) else None,
            position=self.position if state is S.WAITING else 0,
        )


_SHOWN = {
    **dict.fromkeys(ACTIVE, 0),
    S.RETRYING: 0,  # it keeps its place among the active ones
    S.WAITING: 1,
    S.PAUSED: 2,
    S.FAILED: 4,
    S.CANCELED: 5,
    S.DONE: 6,
}
_JUST_ENDED = 3


def display_order(items: Iterable[PullItem], now_s: float) -> tuple[PullItem, ...]:
    """The downloads as a person sees them everywhere: active, waiting, paused, just ended, failed,
    canceled, done; ended ones newest first, the rest as in the queue. `now_s` is of the clock of
    the items."""

    def place(item: PullItem) -> tuple[int, float]:
        ended_at = item.finished_at if item.is_ended else None
        group = _JUST_ENDED if item.is_just_ended(now_s) else _SHOWN[item.state]
        return (group, -ended_at.timestamp() if ended_at else 0.0)

    return tuple(sorted(items, key=place))


def line_positions(items: Iterable[PullItem]) -> dict[str, int]:
    """1-based places of the waiting ones, by id."""
    places: dict[str, int] = {}
    in_line = 0
    away: dict[str, int] = {}
    for item in items:
        if item.state is not S.WAITING:
            continue
        places[item.id] = 1 + in_line + away.get(item.server_id, 0)
        if item.hold in AWAY:
            away[item.server_id] = away.get(item.server_id, 0) + 1
        else:
            in_line += 1
    return places


@dataclass(frozen=True, slots=True)
class PullSummary:
    """All downloads in one line, for tray, tooltip and panel header.

    `permille` and `total_bytes` cover the unfinished ones that know their size (None = none does).
    """

    active: int = 0
    waiting: int = 0
    paused: int = 0
    failed: int = 0
    done: int = 0
    permille: int | None = None
    completed_bytes: int = 0
    total_bytes: int | None = None
    speed_bytes_s: float | None = None
    eta_s: float | None = None
    is_verifying: bool = False
    waits_for_server: int = 0
    waits_for_disk: int = 0

    @property
    def unfinished(self) -> int:
        return self.active + self.waiting + self.paused


def summarize(items: tuple[PullItem, ...]) -> PullSummary:
    """All downloads in one line. Bytes and percent are those of the active ones, else of the
    waiting ones; paused ones do not count, they go nowhere. A layer that several of them fetch
    arrives once, and counts once."""
    counts = dict.fromkeys(PullState, 0)
    for item in items:
        counts[item.state] += 1
    in_line = counts[S.WAITING] + counts[S.RETRYING]
    counted = [i for i in items if i.state in ACTIVE and i.progress] or [
        i for i in items if i.state in UNFINISHED - {S.PAUSED} and i.progress
    ]
    completed, total = _bytes(counted)
    moving = [i for i in items if i.state in IN_TRANSFER and i.progress]
    etas = [i.progress.eta_s for i in moving if i.progress and i.progress.eta_s is not None]
    return PullSummary(
        active=sum(counts[state] for state in ACTIVE),
        waiting=in_line,
        paused=counts[S.PAUSED],
        failed=counts[S.FAILED],
        done=counts[S.DONE],
        permille=min(999, completed * 1000 // total) if total else None,
        completed_bytes=completed,
        total_bytes=total,
        speed_bytes_s=_speed(moving),
        eta_s=max(etas) if etas and not in_line else None,
        is_verifying=bool(counts[S.VERIFYING]) and not any(counts[s] for s in IN_TRANSFER),
        waits_for_server=sum(1 for item in items if item.hold is Hold.SERVER),
        waits_for_disk=sum(1 for item in items if item.hold is Hold.DISK),
    )


def _bytes(items: Iterable[PullItem]) -> tuple[int, int | None]:
    """Completed and all bytes of those that know their size; None = none does."""
    completed = total = 0
    seen: set[tuple[str, str]] = set()
    for item in items:
        progress = item.progress
        if progress is None or not progress.total_bytes:
            continue
        completed += progress.completed_bytes
        total += progress.total_bytes
        for layer in progress.layers:
            key = (item.server_id, item.layer_key(layer))
            if key in seen:
                completed -= layer.completed_bytes
                total -= layer.total_bytes
            seen.add(key)
    return min(MAX_INT, max(0, completed)), min(MAX_INT, total) if total > 0 else None


def _speed(items: Iterable[PullItem]) -> float | None:
    """Bytes a second of all together; None = none knows its speed."""
    speeds: dict[tuple[str, str], float] = {}
    for number, item in enumerate(items):
        progress = item.progress
        if progress is None or progress.speed_bytes_s is None:
            continue
        running = (x for x in progress.layers if x.state is LayerState.RUNNING)
        layer = next(running, None)
        key = (item.server_id, item.layer_key(layer) if layer is not None else str(number))
        speeds[key] = max(speeds.get(key, 0.0), progress.speed_bytes_s)
    return sum(speeds.values()) if speeds else None
