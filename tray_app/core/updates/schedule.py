"""When everything is asked about by itself: a decision made of facts and a clock, nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass

if TYPE_CHECKING:
    from tray_app.core.updates.ledger import Rounds

FIRST = timedelta(minutes=2)
LAST = timedelta(minutes=10)
"""After a start or a wake the first chance comes somewhere between these."""
DAILY = timedelta(hours=20)
WEEKLY = timedelta(days=6, hours=20)
RETRIES = (timedelta(hours=1), timedelta(hours=3), timedelta(hours=9))
"""How long after a failed round the next one comes."""
LOW_BATTERY = 20


class Every(StrEnum):
    """How often a person wants it."""

    NEVER = "never"
    DAY = "daily"
    WEEK = "weekly"


class Wait(StrEnum):
    """What keeps a round from beginning that is due."""

    METERED = "metered"
    OFFLINE = "offline"
    BATTERY = "battery"


@dataclass(frozen=True, slots=True)
class Conditions:
    """How this computer stands. `battery_percent` None = on mains, or not known."""

    is_online: bool = True
    is_metered: bool = False
    minds_metered: bool = True
    battery_percent: int | None = None

    @property
    def wait(self) -> Wait | None:
        if not self.is_online:
            return Wait.OFFLINE
        if self.is_metered and self.minds_metered:
            return Wait.METERED
        if self.battery_percent is not None and self.battery_percent < LOW_BATTERY:
            return Wait.BATTERY
        return None


@dataclass(frozen=True, slots=True)
class Plan:
    """`at` is when the next round begins by itself, None = never; `wait` what would keep it from
    that now."""

    at: datetime | None = None
    wait: Wait | None = None

    def is_due(self, now: datetime) -> bool:
        return self.at is not None and self.at <= now and self.wait is None


def plan(
    every: Every,
    rounds: Rounds,
    awake_at: datetime,
    jitter: float,
    now: datetime,
    conditions: Conditions,
) -> Plan:
    """The next round. `awake_at` is the later one of the program's start and the computer's last
    wake; `jitter` (0 to 1) spreads the first chance, so that not everybody asks at once."""
    if every is Every.NEVER:
        return Plan()
    first = awake_at + FIRST + (LAST - FIRST) * min(1.0, max(0.0, jitter))
    # A clock that was set back leaves times in the future: they say nothing.
    full_at = rounds.full_at if rounds.full_at is not None and rounds.full_at <= now else None
    failed_at = rounds.failed_at if rounds.failed_at and rounds.failed_at <= now else None
    wanted = first
    if rounds.failures and failed_at is not None and (full_at is None or full_at <= failed_at):
        pause = RETRIES[min(rounds.failures, len(RETRIES)) - 1]
        wanted = max(first, failed_at + pause)
    elif full_at is not None:
        wanted = max(first, full_at + (WEEKLY if every is Every.WEEK else DAILY))
    return Plan(wanted, conditions.wait)


def after_round(rounds: Rounds, now: datetime, *, has_failed: bool) -> Rounds:
    """What is remembered of a round that asked about everything."""
    if has_failed:
        return replace(rounds, failed_at=now, failures=min(rounds.failures + 1, len(RETRIES)))
    return replace(rounds, full_at=now, failed_at=None, failures=0)
