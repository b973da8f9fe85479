"""Values of a file → values that the program may hold. A file is input, whoever wrote it: what has
another type or is out of range raises ValueError."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from tray_app.core import errors
from tray_app.core.decode import MAX_INT
from tray_app.core.errors import OllamaError

MAX_NAME = 1000
MAX_TEXT = 10_000
MAX_SECONDS = 1e10
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)
_ENDS_CUT = "…"


class Unfit(ValueError):
    """A value that may not stand where it does; says what was expected."""


def whole(value: Any, high: int = MAX_INT) -> int:
    """A whole number from 0 to `high`."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= high:
        raise Unfit("expected a whole number that is not negative and fits")
    return value


def seconds(value: Any) -> float:
    """A length of time."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= MAX_SECONDS or not math.isfinite(value):
        raise Unfit("expected seconds")
    return float(value)


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit("expected true or false")
    return value


def text(value: Any, limit: int = MAX_NAME) -> str:
    """A text that can be shown, sent and written."""
    if not isinstance(value, str) or len(value) > limit or not _is_unicode(value):
        raise Unfit("expected a text")
    return value


def name(value: Any) -> str:
    """A text that is not empty."""
    if not text(value):
        raise Unfit("expected a text that is not empty")
    return str(value)


def moment(value: Any) -> datetime:
    """A time with its zone, in years that every system can show."""
    found = datetime.fromisoformat(text(value))
    if found.tzinfo is None:
        raise Unfit("a time without a zone")
    if not _FIRST <= found <= _LAST:
        raise Unfit("a time out of range")
    return found.astimezone(UTC)


def listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Unfit("expected a list")
    return value


def fields_of(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Unfit("expected an object")
    return value


def shortened(value: Any) -> str:
    """The words of a server: cut and mended, as they only tell."""
    if not isinstance(value, str):
        raise Unfit("expected a text")
    cut = value if len(value) <= MAX_TEXT else value[: MAX_TEXT - 1] + _ENDS_CUT
    return cut if _is_unicode(cut) else cut.encode("utf-8", "replace").decode()


def error_to_json(error: OllamaError) -> dict[str, Any]:
    """An error with all it knows."""
    fields = {k: _plain(v) for k, v in vars(error).items()}
    for key in ("reference", "context"):
        fields[key] = shortened(fields[key])
    return {"class": type(error).__name__, **fields}


def error_from_json(value: Any) -> OllamaError:
    """The stored error; a class this version does not know comes back as the base."""
    entry = fields_of(value)
    kind = getattr(errors, text(entry.get("class", "")), OllamaError)
    if not (isinstance(kind, type) and issubclass(kind, OllamaError)):
        kind = OllamaError
    error = kind(shortened(entry.get("reference", "")), shortened(entry.get("context", "")))
    for field, known in vars(error).items():
        if field in entry and field not in ("reference", "context"):
            setattr(error, field, _like(known, entry[field]))
    return error


def _like(known: object, value: Any) -> object:
    """`value` as what an error holds in place of `known`."""
    if isinstance(known, Enum):
        return type(known)(value)
    if isinstance(known, bool):
        return flag(value)
    if isinstance(known, str):
        return shortened(value)
    if known is None:  # a number of bytes that nobody may have said
        return None if value is None else whole(value)
    return whole(value)


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value


def _is_unicode(value: str) -> bool:
    return value.isprintable() or not any("\ud800" <= c <= "\udfff" for c in value)
