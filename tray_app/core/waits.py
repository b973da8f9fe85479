"""How long somebody asks to wait: in a header, or in the words of an error."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from tray_app.core.lazy_patterns import lazy_pattern

MAX_WAIT_S = 24 * 3600
"""Who names a longer time is asked after this one."""

_MAX_SEARCHED = 4096
_NUMBER = r"[\"']?\s*[:=]?\s*[\"']?(\d{1,10}(?:\.\d+)?)(?![\d/-]|:\d)"
# "Retry-After: 120", "retry_after_ms": 900. A bare number is seconds; a huge one is a moment.
_RETRY_AFTER = lazy_pattern(
    r"(?:retry[-_ ]?after|rate-?limit-?reset(?:-(?:requests|tokens))?)"
    rf"(?:[-_ ]?(ms|millis\w*|s|secs?|seconds))?{_NUMBER}\s*([a-zµ]*)",
    re.IGNORECASE,
)
_FIRST_EPOCH_S = 1_000_000_000
_UNIT = r"(?:milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)(?![a-z])"
_COUNT = r"\d{1,9}(?:\.\d+)?|(?<![a-z])(?:an?|one)(?=\s)"
_ASKS = r"\b(?:try|retry\w*|wait|again|available|reset\w*|allowed|come back|blocked)\b"
# "try again in 5 minutes", "reset after 1h30m", "in an hour": only what has a unit is a time.
_TRY_AGAIN = lazy_pattern(
    rf"{_ASKS}\D{{0,40}}?((?:(?:{_COUNT})\s*{_UNIT}[\s,]*(?:and\s+)?)+)(?![\d/-])", re.IGNORECASE
)
_TIME_PART = lazy_pattern(rf"({_COUNT})\s*({_UNIT})", re.IGNORECASE)
_UNITS = {"m": 60, "s": 1, "h": 3600, "d": 86400}
_ZONE = r"(?:\s*(Z|UTC|GMT|[+-]\d\d:?\d\d))?"
_MOMENT = lazy_pattern(
    rf"{_ASKS}[^\d\n]{{0,40}}?"
    r"(?:(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?" + _ZONE +
    r"|(\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT)"
    r"|(\d{1,2}:\d\d(?::\d\d)?)\s*(?:UTC|GMT)\b)",
    re.IGNORECASE,
)  # fmt: skip


def named_wait_s(text: str, now: datetime | None = None) -> int:
    """How many seconds a text asks to wait, 0 = it names no time; never more than a day. Moments
    are understood if `now` (aware) is given."""
    text = text[:_MAX_SEARCHED]
    found = _RETRY_AFTER.search(text)
    if found is not None:
        return _of_number(float(found[2]), found[1] or found[3] or "s", now)
    found = _TRY_AGAIN.search(text)
    if found is not None:
        parts = _TIME_PART.findall(found[1])
        return _bounded(sum(_count(number) * _factor(unit) for number, unit in parts))
    moment = _moment_in(text, now) if now is not None else None
    return _until(moment, now) if moment is not None and now is not None else 0


def header_wait_s(value: str, now: datetime) -> int:
    """The seconds of a Retry-After header: a number or a date; 0 = none that can be read."""
    value = value.strip()
    if value.isascii() and value.isdecimal():
        return _of_number(float(value[:12]), "s", now)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return 0
    return _until(moment if moment.tzinfo else moment.replace(tzinfo=UTC), now)


def _of_number(number: float, unit: str, now: datetime | None) -> int:
    if number < _FIRST_EPOCH_S or unit.casefold()[:1] == "m":
        return _bounded(number * _factor(unit))
    return _bounded(number - now.timestamp()) if now is not None else 0


def _moment_in(text: str, now: datetime) -> datetime | None:
    found = _MOMENT.search(text)
    if found is None:
        return None
    day, hour, zone, mail_date, time_of_day = found.groups()
    try:
        if mail_date:
            return parsedate_to_datetime(mail_date)
        if day:
            zone = "+00:00" if zone is None or zone.isalpha() else zone
            return datetime.fromisoformat(f"{day}T{hour}{zone}")
        today = now.astimezone(UTC).date().isoformat()
        moment = datetime.fromisoformat(f"{today}T{time_of_day.zfill(5)}+00:00")
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment > now else moment + timedelta(days=1)


def _until(moment: datetime, now: datetime) -> int:
    try:
        return _bounded((moment - now).total_seconds())
    except (TypeError, OverflowError):
        return 0


def _bounded(seconds: float) -> int:
    return min(MAX_WAIT_S, max(1, int(-(-seconds // 1)))) if seconds > 0 else 0


def _count(number: str) -> float:
    return float(number) if number[0].isdigit() else 1.0


def _factor(unit: str) -> float:
    unit = unit.casefold()
    if unit == "ms" or unit.startswith("milli"):
        return 0.001
    return _UNITS.get(unit[:1], 1)
