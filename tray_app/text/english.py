"""Numbers, times, dates and lists as English-speaking countries write them, without Qt.

For the terminal, which would wait longer for Qt than for its answer. What stands here is what Qt
makes of the same locale; a test compares the two. Whoever wants anything else gets Qt
(`qt_formats`), and so does a system that has another way to be asked than its environment.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date

_HOME = "GB"
"""Where the nameless locale is at home: it has no grouping and shows seconds."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# The countries for which the C library has English, each with what is not as in Britain.
_COUNTRIES = frozenset(
    ("AG", "AU", "BW", "CA", "DK", "GB", "HK", "IE", "IL", "IN", "NG", "NZ", "PH", "SC", "SG",
     "US", "ZA", "ZM", "ZW")
)  # fmt: skip
_MARKS = {"DK": (".", ","), "ZA": ("\u00a0", ",")}  # between groups, before decimals
_NOON = {
    "AG": ("am", "pm"), "AU": ("am", "pm"), "CA": ("a.m.", "p.m."), "HK": ("am", "pm"),
    "IN": ("am", "pm"), "NZ": ("am", "pm"), "PH": ("AM", "PM"), "SG": ("am", "pm"),
    "US": ("AM", "PM"), "ZM": ("am", "pm"),
}  # fmt: skip
_TIME = {"DK": "{hour:02}.{minute:02}", "IL": "{hour}:{minute:02}"}
_SHORT_DATE = {
    "AU": "{day}/{month}/{short:02}", "BW": "{day:02}/{month:02}/{short:02}",
    "CA": "{year:04}-{month:02}-{day:02}", "HK": "{day}/{month}/{year:04}",
    "IN": "{day:02}/{month:02}/{short:02}", "PH": "{month}/{day}/{short:02}",
    "SG": "{day}/{month}/{short:02}", "US": "{month}/{day}/{short:02}",
    "ZA": "{year:04}/{month:02}/{day:02}", "ZW": "{day}/{month}/{year:04}",
}  # fmt: skip
_LONG_DATE = {
    "BW": "{weekday}, {day:02} {name} {year:04}", "CA": "{weekday}, {name} {day}, {year:04}",
    "IE": "{weekday} {day} {name} {year:04}", "PH": "{weekday}, {name} {day}, {year:04}",
    "US": "{weekday}, {name} {day}, {year:04}", "ZA": "{weekday}, {day:02} {name} {year:04}",
    "ZW": "{weekday}, {day:02} {name} {year:04}",
}  # fmt: skip
_OXFORD = frozenset({"PH", "US"})  # "a, b, and c"


class EnglishFormats:
    """How things are written in English; each of the countries for its own kind of thing."""

    is_right_to_left = False

    def __init__(self, numbers: str = _HOME, times: str = _HOME, lists: str = _HOME) -> None:
        self._group, self.decimal_point = _MARKS.get(numbers, (",", "."))
        self._is_indian = numbers == "IN"
        self._times = times
        self._and = ", and " if lists in _OXFORD else " and "

    def translate(self, source: str, comment: str = "", n: int = -1) -> str:
        """`source`, with the number in it."""
        if n < 0 or "%" not in source:
            return source
        return source.replace("%Ln", self.number(n)).replace("%n", str(n))

    def number(self, value: int) -> str:
        """With grouping: "151,936"."""
        if self._is_indian and abs(value) >= 100_000:
            head, tail = divmod(abs(value), 1000)
            groups = [f"{tail:03}"]
            while head:
                head, pair = divmod(head, 100)
                groups.insert(0, f"{pair:02}")
            return ("-" if value < 0 else "") + ",".join(groups).lstrip("0")
        grouped = f"{value:,}"
        return grouped if self._group == "," else grouped.replace(",", self._group)

    def time(self, hour: int, minute: int) -> str:
        """A time of day: "14:02", "2:02 PM"."""
        halves = _NOON.get(self._times)
        if halves is not None:
            return f"{hour % 12 or 12}:{minute:02}\u202f{halves[hour >= 12]}"
        return _TIME.get(self._times, "{hour:02}:{minute:02}").format(hour=hour, minute=minute)

    def short_date(self, year: int, month: int, day: int) -> str:
        """ "28/04/2026"."""
        pattern = _SHORT_DATE.get(self._times, "{day:02}/{month:02}/{year:04}")
        return pattern.format(year=year, month=month, day=day, short=year % 100)

    def long_date(self, year: int, month: int, day: int) -> str:
        """ "Tuesday, 28 April 2026"."""
        pattern = _LONG_DATE.get(self._times, "{weekday}, {day} {name} {year:04}")
        weekday = _DAYS[date(year, month, day).weekday()]
        return pattern.format(year=year, day=day, weekday=weekday, name=_MONTHS[month - 1])

    def day(
        self, year: int, month: int, day: int, *, with_year: bool, is_short: bool = False
    ) -> str:
        """ "28 April 2026", "28 April", "28 Apr": the long date without its weekday."""
        pattern = _LONG_DATE.get(self._times, "{weekday}, {day} {name} {year:04}")
        pattern = re.sub(r"^\{weekday\},? ", "", pattern)
        if not with_year:
            pattern = re.sub(r",? \{year:04\}$", "", pattern)
        name = _MONTHS[month - 1]
        return pattern.format(year=year, day=day, name=name[:3] if is_short else name)

    def joined(self, names: Sequence[str], language: str = "en") -> str:
        """ "a, b and c"."""
        if len(names) < 3:
            return " and ".join(names)
        return self._and.join((", ".join(names[:-1]), names[-1]))


def english_formats(
    wanted: str, environ: Mapping[str, str], platform: str = sys.platform
) -> EnglishFormats | None:
    """The formats for the setting `wanted` where both words and formats are English beyond doubt;
    None where Qt has to find out."""
    if wanted not in ("system", "en") or platform in ("win32", "darwin"):
        return None
    if any(not _is_english(name) for name in environ.get("LANGUAGE", "").split(":") if name):
        return None
    kinds = ("LC_NUMERIC", "LC_TIME", "LC_MESSAGES")
    base, over = environ.get("LANG", ""), environ.get("LC_ALL", "")
    names = [over or environ.get(kind, "") or base for kind in kinds]
    if all(name.partition(".")[0] in ("", "C", "POSIX") for name in names):
        return EnglishFormats()
    if not all(_is_english(name) for name in names):
        return None
    countries = [_country(name) for name in names]
    return EnglishFormats(*countries) if _COUNTRIES.issuperset(countries) else None


def _is_english(name: str) -> bool:
    return name == "en" or name.startswith("en_")


def _country(name: str) -> str:
    """ "GB" of "en_GB.UTF-8"; "" for what is written in another way."""
    return name[3:].partition(".")[0]
