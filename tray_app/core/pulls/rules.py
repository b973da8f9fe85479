"""When downloads may run: quiet hours, battery power, a metered network, room on the disk.

Pure: the time of day, what the system tells and how much is free are arguments. The queue asks here
for what it holds, the pull dialog for what it would hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field, replace
from datetime import datetime, time, timedelta

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.pulls.progress import LayerState
from tray_app.core.pulls.states import AWAY, UNFINISHED, Hold, PullItem, PullState

GB = 1000**3
ROOM_MARGIN_BYTES = 256 * 1000**2
"""So much more must be free before a held download goes on: else it would start and stop."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SystemConditions:
    """What the system tells about this computer; None = it does not tell."""

    on_battery: bool | None = None
    is_metered: bool | None = None
    battery_percent: int | None = None
    is_online: bool | None = None


AWAKE_PERCENT = 20
"""With less in its battery this computer may sleep, whatever is downloaded."""


def may_stay_awake(conditions: SystemConditions) -> bool:
    """Whether the battery has enough for keeping the computer awake; mains always has."""
    percent = conditions.battery_percent
    return not conditions.on_battery or percent is None or percent >= AWAKE_PERCENT


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
class HoldReason:
    """Why a download waits, and until when, for how much space, or in which place of the line."""

    hold: Hold
    until: time | None = None
    missing_bytes: int = 0
    position: int = 0

    def held(self, item: PullItem) -> PullItem:
        """The item as it waits for this; itself where it does already, as most of hundreds do."""
        told = (item.hold, item.hold_until, item.missing_bytes)
        if told == (self.hold, self.until, self.missing_bytes):
            return item
        return replace(
            item, hold=self.hold, hold_until=self.until, missing_bytes=self.missing_bytes
        )


def ruled_out(rules: RuleState, *, is_here: bool) -> HoldReason | None:
    """What the rules say of a server's downloads; `is_here`: it is on this computer."""
    hold = rules.here if is_here else rules.elsewhere
    if hold is None:
        return None
    return HoldReason(hold, rules.until if hold is Hold.QUIET_HOURS else None)


Layers = Mapping[str, int]
"""Bytes by layer digest."""


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """The disk of a server's models at one moment: free bytes, and for downloads by id what each
    would still write there of which layer. None = not to be known."""

    server_id: str
    free_bytes: int | None = None
    to_fetch: Mapping[str, Layers] = field(default_factory=dict)

    def layers_of(self, item: PullItem) -> Layers:
        """What a download would still write; as far as it is known by itself if the disk was not
        looked at for it."""
        found = self.to_fetch.get(item.id)
        return absent_layers(item) if found is None else found


def absent_layers(item: PullItem) -> Layers:
    """What a download has still to fetch, as far as its server has told."""
    layers = item.progress.layers if item.progress is not None else ()
    ends = (LayerState.DONE, LayerState.HERE)
    return {
        item.layer_key(layer): layer.total_bytes - layer.completed_bytes
        for layer in layers
        if layer.state not in ends
    }


class Claims:
    """What downloads are going to write to a disk. A layer that several of them need is written
    once."""

    def __init__(self) -> None:
        self._digests: set[str] = set()
        self.total_bytes = 0

    def missing_of(self, layers: Layers) -> int:
        """Bytes of `layers` that nobody has claimed."""
        return sum(size for digest, size in layers.items() if digest not in self._digests)

    def add(self, layers: Layers) -> None:
        self.total_bytes += self.missing_of(layers)
        self._digests.update(layers)


def missing_bytes(to_fetch: int, free: int, kept: int, *, is_held: bool = False) -> int:
    """How much more must be free before a download of `to_fetch` bytes goes on and leaves `kept`;
    0 = it fits.

    `kept` 0 = the rule is off. `is_held`: it waits for room already. What does not fit needs a
    little more than would have been enough, from the first moment on: one number.
    """
    if not kept or not to_fetch:
        return 0
    enough = to_fetch + kept
    wanted = enough + ROOM_MARGIN_BYTES
    return 0 if free >= (wanted if is_held else enough) else wanted - free


@dataclass(frozen=True, slots=True)
class Room:
    """The disk as a download of now would find it: free bytes, what others in the queue will still
    take of them, and what it needs beside that."""

    free_bytes: int
    others_bytes: int
    fetch_bytes: int

    @property
    def left_bytes(self) -> int:
        """What stays free when all is fetched; less than nothing = it does not fit."""
        return self.free_bytes - self.others_bytes - self.fetch_bytes

    def missing_bytes(self, kept: int) -> int:
        """See the function of that name."""
        return missing_bytes(self.fetch_bytes, self.free_bytes - self.others_bytes, kept)


def room_for(
    layers: Layers, free: int, items: Iterable[PullItem], disk: DiskSpace | None = None
) -> Room:
    """The room for a download of `layers` beside the downloads of the same server, of which those
    that are paused go nowhere. `free` is what a look for it found; the disk is looked at again and
    again while others run, and then that counts."""
    queued = [i for i in items if i.state in UNFINISHED and i.state is not PullState.PAUSED]
    is_watched = disk is not None and any(item.id in disk.to_fetch for item in queued)
    if disk is not None and is_watched and disk.free_bytes is not None:
        free = disk.free_bytes
    claims = Claims()
    for item in queued:
        claims.add(disk.layers_of(item) if disk is not None else absent_layers(item))
    return Room(free, claims.total_bytes, claims.missing_of(layers))


def outlook(
    items: Collection[PullItem],
    rules: RuleState,
    max_pulls: int,
    kept: int,
    *,
    is_online: bool,
    is_here: bool,
    room: Room | None,
) -> HoldReason | None:
    """What a download that is asked for now will wait for; None = it starts at once.

    `items` are all downloads of all servers, `kept` the bytes that stay free; the rest is about its
    own server. `room` None: what it needs, or what is free, is not known.
    """
    if not is_online:
        return HoldReason(Hold.SERVER)
    reason = ruled_out(rules, is_here=is_here)
    if reason is not None:
        return reason
    missing = room.missing_bytes(kept) if room is not None else 0
    if missing:
        return HoldReason(Hold.DISK, missing_bytes=missing)
    if sum(item.is_active for item in items) < max_pulls:
        return None
    waiting = sum(i.state is PullState.WAITING and i.hold not in AWAY for i in items)
    return HoldReason(Hold.LINE, position=waiting + 1)
