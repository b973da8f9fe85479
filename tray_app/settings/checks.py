"""What values of a file may be: each check gives the value as a field holds it, or refuses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tray_app.core.lazy_patterns import lazy_pattern

Check = Callable[[Any], Any]
"""JSON value → field value. Raises BadValue."""

_LANGUAGE = lazy_pattern(r"[a-z]{2,3}(_[A-Z][a-z]{3})?(_([A-Z]{2}|\d{3}))?")
_TEXT_LIMIT = 4096
_LIST_LIMIT = 256
_QUIET = lazy_pattern(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")


class BadValue(ValueError):
    """A value that a field may not hold; says what would have been right."""


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadValue("true or false")
    return value


def text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _TEXT_LIMIT:
        raise BadValue("a text")
    if not value.isprintable() and any("\ud800" <= c <= "\udfff" for c in value):
        raise BadValue("a text that is Unicode")
    return value


def choice(*allowed: str | int) -> Check:
    def check(value: Any) -> Any:
        # True == 1, but is no number here.
        if isinstance(value, bool) or value not in allowed:
            raise BadValue("one of " + ", ".join(map(str, allowed)))
        return allowed[allowed.index(value)]

    return check


def language(value: Any) -> str:
    """ "system", or a code as "de" and "zh_CN". There need be no translation: that may come, or
    go, with another version of the program."""
    if value != "system" and not (isinstance(value, str) and _LANGUAGE.fullmatch(value)):
        raise BadValue("system, or the code of a language")
    return str(value)


def whole(low: int, high: int) -> Check:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise BadValue(f"a whole number from {low} to {high}")
        return value

    return check


def quiet_hours(value: Any) -> str:
    if not _QUIET.fullmatch(text(value)):
        raise BadValue("a span like 08:00-22:30")
    return str(value)


def texts(value: Any) -> tuple[str, ...]:
    return tuple(map(text, listed(value)))


def sizes(value: Any) -> tuple[int, ...]:
    return tuple(map(whole(0, 100_000), listed(value)))


def widths(value: Any) -> tuple[tuple[str, int], ...]:
    pairs = value.items() if isinstance(value, Mapping) else map(listed, listed(value))
    try:
        return tuple((text(key), whole(0, 100_000)(width)) for key, width in pairs)
    except (TypeError, ValueError):
        raise BadValue("widths by column") from None


def listed(value: Any) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple) or len(value) > _LIST_LIMIT:
        raise BadValue("a list")
    return value
