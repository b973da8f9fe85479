"""What is done about a failed attempt of a download: ask again, wait, or give up.

Pure: the caller passes the random number for the jitter and keeps the counts.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from tray_app.core.errors import (
    Cancelled,
    Forbidden,
    Moved,
    NotOllama,
    OllamaError,
    PullFailed,
    PullFailure,
    Starting,
    TlsFailed,
    Unauthorized,
    Unreachable,
    UnreachableKind,
)
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.pulls.states import TRANSITIONS, PullEvent, PullItem


class Remedy(StrEnum):
    """What to do about a fault."""

    RETRY = "retry"  # a passing fault: again after a growing pause, counted
    RESTART = "again"  # not a fault: again in a moment, neither counted nor shown
    HOLD = "hold"  # the server is away: wait until it answers
    GIVE_UP = "give_up"


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`pauses_s` grow with each attempt without progress and then stay; every pause is changed by
    up to ± `jitter`. After `max_attempts` attempts without a new byte a download has failed; with
    `is_retrying` off the first fault is the last, except a stall, which has a limit of its own."""

    pauses_s: tuple[float, ...] = (2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
    restart_at_s: float = 1.0
    jitter: float = 0.2
    max_attempts: int = 10
    is_retrying: bool = True

    def pause_s(self, attempt: int, random: float, error: OllamaError | None = None) -> float:
        """Seconds before attempt number `attempt` + 1; `random` is in 0…1. Never less than what
        the kind of `error` takes or a registry asked for."""
        pause = self.pauses_s[min(max(attempt, 1), len(self.pauses_s)) - 1]
        pause *= 1 + self.jitter * (2 * random - 1)
        least = float(error.wait_s) if error is not None else 0.0
        return pause if pause >= least else least * (1 + self.jitter * random)

    def remedy(self, error: OllamaError, attempt: int, mismatches: int) -> Remedy:
        """`attempt` counts this failed one, so do `mismatches` (damaged files so far)."""
        if isinstance(error, PullFailed):
            return self._pull_remedy(error, attempt, mismatches)
        if isinstance(error, Cancelled):
            return Remedy.RESTART
        if isinstance(error, Starting):
            return Remedy.HOLD
        if isinstance(error, Unreachable):
            is_away = error.kind is not UnreachableKind.LOST
            return Remedy.HOLD if is_away else self._counted(attempt)
        if isinstance(error, (Unauthorized, Forbidden, TlsFailed)) or error.is_permanent:
            # A page of a proxy or a captive portal passes; all else asks for a person.
            wants_https = isinstance(error, Moved) and error.wants_https
            is_page = isinstance(error, NotOllama) and not wants_https
            return self._counted(attempt) if is_page else Remedy.GIVE_UP
        status = getattr(error, "status", None)
        if isinstance(status, int) and 400 <= status < 500 and status not in (408, 425, 429):
            return Remedy.GIVE_UP
        return self._counted(attempt)

    def _pull_remedy(self, error: PullFailed, attempt: int, mismatches: int) -> Remedy:
        if error.kind is PullFailure.CANCELED_BY_SERVER:
            return Remedy.RESTART
        if error.kind is PullFailure.DIGEST_MISMATCH:
            return Remedy.RETRY if mismatches < 2 else Remedy.GIVE_UP
        if error.is_permanent:
            return Remedy.GIVE_UP
        if error.kind is PullFailure.STALLED and attempt < self.max_attempts:
            return Remedy.RETRY
        return self._counted(attempt)

    def _counted(self, attempt: int) -> Remedy:
        is_worth_it = self.is_retrying and attempt < self.max_attempts
        return Remedy.RETRY if is_worth_it else Remedy.GIVE_UP


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """How the queue treats its downloads. `stall_s`: seconds without a new byte until an attempt
    is ended and asked for again (0 = never); a stall is shown from half of it on. A download that
    would leave less than `keep_free_bytes` on the server's disk waits (0 = it never does)."""

    max_pulls: int = 1
    stall_s: float = 60.0
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    keep_free_bytes: int = 0


ASK_CANCEL_FROM_BYTES = 1000**3


def is_cancel_asked(item: PullItem) -> bool:
    """Whether a cancel may cost so much that a person is asked first."""
    can_cancel = PullEvent.CANCEL in TRANSITIONS[item.state]
    return can_cancel and item.partial_bytes > ASK_CANCEL_FROM_BYTES


def has_named_time(item: PullItem) -> bool:
    """Whether a download waits for a time that somebody asked it to wait: it is not asked
    before, whatever else happens, unless a person wants it."""
    return item.error is not None and item.error.wait_s > 0
