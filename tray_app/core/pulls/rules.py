"""When downloads may run: quiet hours, battery power, a metered network, room on the disk.

Pure: the time of day, what the system tells and how much is free are arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from tray_app.core.pulls.states import Hold

GB = 1000**3
ROOM_MARGIN_BYTES = 256 * 1000**2
"""So much more must be free before a held download goes on: else it would start and stop."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SystemConditions:
    """What the system tells about this computer; None = it does not tell."""

    on_battery: bool | None = None
    is_metered: bool | None = None


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The part of every day in which nothing is downloaded; `start` belongs to it, `end` does not.

    It may go over midnight. The same time twice = no part of the day.
    """

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> QuietHours:
        """Of "HH:MM-HH:MM". Raises ValueError."""
        start, dash, end = text.partition("-")
        if not dash:
            raise ValueError(text)
        return cls(time.fromisoformat(start), time.fromisoformat(end))

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def covers(self, moment: time) -> bool:
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end

    def next_change(self, now: datetime) -> datetime | None:
        """When they begin or end next; None = never. Local times without a zone."""
        if self.start == self.end:
            return None
        moment = self.end if self.covers(now.time()) else self.start
        change = datetime.combine(now.date(), moment)
        return change if change > now else change + _DAY


@dataclass(frozen=True, slots=True)
class RuleChoices:
    """What a person wants; `quiet_hours` None = downloads at any time."""

    pause_on_battery: bool = False
    pause_on_metered: bool = True
    quiet_hours: QuietHours | None = None


@dataclass(frozen=True, slots=True)
class RuleState:
    """What holds downloads now, None = nothing.

    `here` is for servers on this computer. Others have a power supply and a network of their own:
    `elsewhere`. `until` is the time of day when the quiet hours end, while they are what holds;
    `next_s` the seconds after which the clock alone may change the verdict, None = never.
    """

    here: Hold | None = None
    elsewhere: Hold | None = None
    until: time | None = None
    next_s: float | None = None


def evaluate(choices: RuleChoices, conditions: SystemConditions, now: datetime) -> RuleState:
    """The rules at `now`, a local time without a zone."""
    quiet = choices.quiet_hours
    is_quiet = quiet is not None and quiet.covers(now.time())
    by_clock = Hold.QUIET_HOURS if is_quiet else None
    # No time is promised while something else holds that no clock ends.
    by_system = None
    if choices.pause_on_metered and conditions.is_metered:
        by_system = Hold.METERED
    elif choices.pause_on_battery and conditions.on_battery:
        by_system = Hold.BATTERY
    change = quiet.next_change(now) if quiet is not None else None
    return RuleState(
        here=by_system or by_clock,
        elsewhere=by_clock,
        until=quiet.end if quiet is not None and is_quiet else None,
        next_s=(change - now).total_seconds() if change is not None else None,
    )


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """The disk of a server's models at one moment: free bytes, and for downloads by id what each
    would still write there. None = not to be known."""

    server_id: str
    free_bytes: int | None = None
    to_fetch: Mapping[str, int] = field(default_factory=dict)


def missing_bytes(to_fetch: int, free: int, kept: int, *, is_held: bool) -> int:
    """How much more must be free before `to_fetch` bytes may be fetched and `kept` are left; 0 =
    they may. It is the same number when a wait begins and while it lasts.

    `kept` 0 = the rule is off. `is_held`: it waits for room already.
    """
    if not kept or not to_fetch:
        return 0
    missing = to_fetch + kept + ROOM_MARGIN_BYTES - free
    least = 0 if is_held else ROOM_MARGIN_BYTES
    return missing if missing > least else 0
