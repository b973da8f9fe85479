"""UseLedger: which models were used, and on which days anybody looked.

By server and by what a model weighs with: its weights, so that copies are one and an update is the
same model still. Where the weights are not known yet, its own digest stands for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.use.days import NO_DAYS, DaySet

MAX_MODELS = 20_000

UseKey = tuple[str, str]
"""Server id and digest of the weights."""

_MOMENTS = timedelta(minutes=1)
"""A later use within it is not written down: the ledger is written after each change."""


@dataclass(frozen=True, slots=True)
class ModelUse:
    """A model that was seen in memory. `seen_at`: first, by whomever it was loaded; `used_at`: the
    last time that somebody used it, None = nobody was seen to."""

    server_id: str
    weights: str
    seen_at: datetime
    used_at: datetime | None = None
    days: DaySet = NO_DAYS

    @property
    def key(self) -> UseKey:
        return (self.server_id, self.weights)


@dataclass(frozen=True, slots=True)
class ServerWatch:
    """How much of a server was watched. `since`: when that began."""

    server_id: str
    since: datetime
    watched_s: float = 0.0
    days: DaySet = NO_DAYS


class Known(StrEnum):
    """What can be said of a model's last use."""

    NOW = "now"  # it is in memory
    USED = "used"
    NOT_YET = "not_yet"  # it came while we watched, and was never seen in memory
    BEFORE = "before"  # it was there before, and was never seen in memory since
    UNKNOWN = "unknown"  # nobody watches


@dataclass(frozen=True, slots=True)
class LastUse:
    """`at` with USED: when; with BEFORE: since when it is watched. `used_days` of `watched_days`
    are those on which it was used, of those on which it was there and anybody looked."""

    known: Known
    at: datetime | None = None
    used_days: int = 0
    watched_days: int = 0


UNWATCHED = LastUse(Known.UNKNOWN)


class UseLedger:
    """What is known of all servers. Not locked: one thread has it.

    `take_changes` gives what is to be written since it was last asked.
    """

    def __init__(
        self, models: Iterable[ModelUse] = (), watches: Iterable[ServerWatch] = ()
    ) -> None:
        self._models = {use.key: use for use in models}
        self._watches = {watch.server_id: watch for watch in watches}
        self._changed: dict[UseKey, ModelUse | None] = {}
        self._changed_watches: dict[str, ServerWatch | None] = {}

    def __len__(self) -> int:
        """How many models were ever seen in memory."""
        return len(self._models)

    @property
    def models(self) -> tuple[ModelUse, ...]:
        return tuple(self._models.values())

    @property
    def watches(self) -> tuple[ServerWatch, ...]:
        return tuple(self._watches.values())

    def use(self, server_id: str, weights: str) -> ModelUse | None:
        return self._models.get((server_id, weights))

    def take_changes(
        self,
    ) -> tuple[dict[UseKey, ModelUse | None], dict[str, ServerWatch | None]]:
        """What was written (None = removed) since this was last asked."""
        found = (self._changed, self._changed_watches)
        self._changed, self._changed_watches = {}, {}
        return found

    def give_back(
        self,
        models: Mapping[UseKey, ModelUse | None],
        watches: Mapping[str, ServerWatch | None],
    ) -> None:
        """These could not be written: they are still to be, where they have not changed since."""
        self._changed = {**models, **self._changed}
        self._changed_watches = {**watches, **self._changed_watches}

    # What is seen.

    def note_watched(self, server_id: str, seconds: float, now: datetime) -> None:
        """A server was watched for so long until `now`."""
        watch = self._watches.get(server_id) or ServerWatch(server_id, now)
        since = min(watch.since, now)  # a clock that was set back
        days = watch.days.with_day(_day(now)).kept(_day(now))
        watch = replace(watch, since=since, watched_s=watch.watched_s + seconds, days=days)
        self._watches[server_id] = self._changed_watches[server_id] = watch

    def note_seen(self, server_id: str, weights: str, now: datetime) -> None:
        """It is in memory."""
        if weights and (server_id, weights) not in self._models:
            self._put(ModelUse(server_id, weights, now))

    def note_used(self, server_id: str, weights: str, now: datetime) -> None:
        """Somebody has used it."""
        if not weights:
            return
        use = self._models.get((server_id, weights)) or ModelUse(server_id, weights, now)
        last = use.used_at
        if last is not None and last <= now < last + _MOMENTS and _day(now) in use.days:
            return
        days = use.days.with_day(_day(now)).kept(_day(now))
        self._put(replace(use, used_at=now, days=days, seen_at=min(use.seen_at, now)))

    def join(self, server_id: str, digest: str, weights: str, *, keeps: bool = False) -> None:
        """What was known under `digest` holds for these weights now: they are those of that model,
        or of its newer version. `keeps`: it holds for the old ones, too, as a copy has them."""
        old = self._models.get((server_id, digest))
        if old is None or digest == weights or not weights:
            return
        new = self._models.get((server_id, weights))
        moments = [use.used_at for use in (old, new) if use is not None and use.used_at is not None]
        seen_at = min(old.seen_at, new.seen_at) if new is not None else old.seen_at
        days = old.days | new.days if new is not None else old.days
        if not keeps:
            self._drop(old.key)
        self._put(ModelUse(server_id, weights, seen_at, max(moments, default=None), days))

    def forget_server(self, server_id: str) -> None:
        """It is another server now, or none."""
        for key in [key for key in self._models if key[0] == server_id]:
            self._drop(key)
        if self._watches.pop(server_id, None) is not None:
            self._changed_watches[server_id] = None

    # What can be said.

    def last_use(
        self,
        server_id: str,
        weights: str,
        now: datetime,
        *,
        came_at: datetime | None,
        is_loaded: bool,
    ) -> LastUse:
        """Of a model that came at `came_at` (None = nobody knows), and is in memory now or not.
        A moment that is yet to come was written by a clock that was wrong: its day is not told."""
        watch, use = self._watches.get(server_id), self._models.get((server_id, weights))
        if watch is None:
            return LastUse(Known.NOW) if is_loaded else UNWATCHED
        is_new = use is None and came_at is not None and watch.since < came_at <= now
        first, today = _day(came_at if is_new and came_at else watch.since), _day(now)
        watched = watch.days.between(first, today)
        used = use.days.between(first, today) if use is not None else NO_DAYS
        counts = (len(used & watched), len(watched))
        if is_loaded:
            return LastUse(Known.NOW, None, *counts)
        used_at = use.used_at if use is not None else None
        if used_at is not None and used_at > now:
            used_at = _end_of(used.last, now)
        if used_at is not None:
            return LastUse(Known.USED, used_at, *counts)
        return LastUse(Known.NOT_YET if is_new else Known.BEFORE, watch.since, *counts)

    def _put(self, use: ModelUse) -> None:
        self._models[use.key] = self._changed[use.key] = use
        if len(self._models) > MAX_MODELS:
            oldest = min(self._models.values(), key=lambda each: each.used_at or each.seen_at)
            self._drop(oldest.key)

    def _drop(self, key: UseKey) -> None:
        if self._models.pop(key, None) is not None:
            self._changed[key] = None


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _end_of(day: date | None, now: datetime) -> datetime | None:
    if day is None:
        return None
    return min(now, datetime.combine(day, time.max, tzinfo=UTC))
