"""Moments and durations: ages, clock times, elapsed and remaining time.

`age` is asked for every row of a long table; what it says about old things depends on a few
numbers only and is cached.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from tray_app.text.wording import MISSING, NBSP, english_singular, fill, formats, on_configure, tr

_DAY_S = 86_400
_LONGEST_YESTERDAY_S = 49 * 3600  # where summer time ends
_YEAR_H = 365 * 24
_NEVER = timedelta(days=3650)


def age(moment: datetime | None, now: datetime) -> str:
    """How long ago a model changed: "Today, 09:14", "Yesterday", and from there on what
    `ollama list` says: "5 days ago", "6 weeks ago", "23 months ago"."""
    if moment is None or moment.year <= 1970:
        return MISSING
    if now is not _Now.moment:
        _Now.remember(now)
    elapsed_s = _Now.seconds - moment.timestamp()
    if elapsed_s < _LONGEST_YESTERDAY_S:
        local = _local(moment)
        days = (_local(now).date() - local.date()).days
        if days == 0:
            return fill(tr("Today, {time}"), time=_clock(local))
        if days < 2:
            return tr("Yesterday") if days == 1 else _short_date(local)
    hours = int(elapsed_s / 3600 + 0.5)
    if hours >= 2 * _YEAR_H:
        return _years_ago(int(elapsed_s / 3600) // _YEAR_H)
    return _days_ago(max(2, hours // 24))


class _Now:
    """`now` as a number, which is the same for all rows of a refresh."""

    moment: datetime | None = None
    seconds = 0.0

    @classmethod
    def remember(cls, now: datetime) -> None:
        cls.moment = now
        cls.seconds = now.timestamp()


@lru_cache(maxsize=1024)
def _days_ago(days: int) -> str:
    if days < 14:
        return tr("%Ln days ago", "", days)
    if days < 60:
        return tr("%Ln weeks ago", "", days // 7)
    return tr("%Ln months ago", "", days // 30)


@lru_cache(maxsize=128)
def _years_ago(years: int) -> str:
    return english_singular(years, "1 year ago") or tr("%Ln years ago", "", years)


on_configure(_years_ago.cache_clear)
on_configure(_days_ago.cache_clear)


def clock_time(moment: datetime | None) -> str:
    """The local time of day: "14:32"."""
    if moment is None:
        return MISSING
    return _clock(_local(moment))


def time_of_day(moment: time) -> str:
    """A time that a person set: "23:00"."""
    return formats().time(moment.hour, moment.minute)


def day_and_time(moment: datetime | None, now: datetime) -> str:
    """For the middle of a sentence: "today, 14:02", "yesterday, 14:02", "28 April, 14:02"."""
    if moment is None:
        return MISSING
    local = _local(moment)
    days = (_local(now).date() - local.date()).days
    if days == 0:
        return fill(tr("today, {time}"), time=_clock(local))
    if days == 1:
        return fill(tr("yesterday, {time}"), time=_clock(local))
    return fill(tr("{date}, {time}"), date=_short_date(local), time=_clock(local))


def recent_time(moment: datetime | None, now: datetime | None = None) -> str:
    """The local time of day, and of another day than that of `now` its name too: "14:32",
    "yesterday, 14:32"."""
    if moment is None:
        return MISSING
    now = now or utc_now()
    is_today = _local(moment).date() == _local(now).date()
    return clock_time(moment) if is_today else day_and_time(moment, now)


def day(moment: datetime | None, *, with_year: bool = True, is_short: bool = False) -> str:
    """A day in words: "28 April 2026", "28 April", "28 Apr"."""
    if moment is None:
        return MISSING
    local = _local(moment)
    date = (local.year, local.month, local.day)
    return formats().day(*date, with_year=with_year, is_short=is_short)


def full_time(moment: datetime | None) -> str:
    """For a tooltip: the full local date and time."""
    if moment is None:
        return MISSING
    local = _local(moment)
    return fill(
        tr("{date}, {time}"),
        date=formats().long_date(local.year, local.month, local.day),
        time=_clock(local),
    )


def _local(moment: datetime) -> datetime:
    """`moment` on the clocks of this place, for any moment that there is.

    Windows knows its zones from 1970 to 3000 only. Beyond that the offset is taken from the same
    day in a year that it knows: the calendar repeats after 400 years.
    """
    with suppress(OverflowError, OSError, ValueError):
        return moment.astimezone()
    with suppress(OverflowError, OSError, ValueError):
        known = moment.replace(year=2000 + moment.year % 400, tzinfo=UTC)
        return moment.astimezone(known.astimezone().tzinfo)
    return moment  # the first and the last day of all, which have no other zone


def _clock(local: datetime) -> str:
    return formats().time(local.hour, local.minute)


def _short_date(local: datetime) -> str:
    return formats().short_date(local.year, local.month, local.day)


def elapsed(seconds: float) -> str:
    """A duration: "48 s", "3 min 48 s", "1 h 5 min", "2 d 3 h"."""
    whole = max(0, int(seconds))
    minutes, s = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    if not minutes:
        return _second(s)
    if not hours:
        return f"{_minute(minute)} {_second(s)}" if s else _minute(minute)
    if hours < 24:
        return f"{_hour(hours)} {_minute(minute)}" if minute else _hour(hours)
    days, hour = divmod(hours, 24)
    return f"{_day(days)} {_hour(hour)}" if hour else _day(days)


def roughly(seconds: float) -> str:
    """A duration without what nobody needs: "48 s", "4 min", "1 h 5 min"."""
    whole = max(0, int(seconds))
    return elapsed(whole if whole < 60 else round(whole / 60) * 60)


def time_left(seconds: float | None) -> str:
    """ "1 min 16 s left" by the rules for time left; "" when nothing honest can be said."""
    if seconds is None:
        return ""
    if seconds < 10:
        return tr("a few seconds left")
    if seconds > _DAY_S:
        return tr("more than a day left")
    span = elapsed(seconds) if seconds < 600 else roughly(seconds)
    return fill(tr("{time} left"), time=span)


def about_time_left(seconds: float | None) -> str:
    """Time left of everything together: "about 1 min left"."""
    if seconds is None or seconds < 10 or seconds > _DAY_S:
        return time_left(seconds)
    return fill(tr("about {time} left"), time=roughly(seconds))


def seconds_ago(seconds: float) -> str:
    """ "12 s ago", for the age of what is on screen."""
    return fill(tr("{time} ago"), time=roughly(seconds))


def spoken_time(seconds: float) -> str:
    """For a screen reader: "1 minute 16 seconds"."""
    whole = max(0, int(seconds))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(english_singular(hours, "1 hour") or tr("%Ln hours", "", hours))
    if minute:
        parts.append(english_singular(minute, "1 minute") or tr("%Ln minutes", "", minute))
    if not hours and (second or not minute):
        parts.append(english_singular(second, "1 second") or tr("%Ln seconds", "", second))
    return " ".join(parts)


def is_forever(expires_at: datetime | None, now: datetime) -> bool:
    """Whether a model stays in memory until somebody unloads it."""
    return expires_at is None or expires_at - now > _NEVER


def seconds_until(moment: datetime, now: datetime) -> float:
    """Seconds from `now`, 0 when past."""
    return max(0.0, (moment - now).total_seconds())


def utc_now() -> datetime:
    """The wall clock, for callers that were given none."""
    return datetime.now(UTC)


def _second(n: int) -> str:
    return fill(tr("{n} s", "seconds").replace(" ", NBSP), n=n)


def _minute(n: int) -> str:
    return fill(tr("{n} min", "minutes").replace(" ", NBSP), n=n)


def _hour(n: int) -> str:
    return fill(tr("{n} h", "hours").replace(" ", NBSP), n=n)


def _day(n: int) -> str:
    return fill(tr("{n} d", "days").replace(" ", NBSP), n=n)
