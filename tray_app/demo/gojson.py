"""The habits of a Go program that a client can see: JSON, times, durations and quoting."""

from __future__ import annotations

import json
import re
import time
from typing import Any

NANOSECONDS = 1_000_000_000
MAX_INT64 = 2**63 - 1

_UNITS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
}
_DURATION_PART = re.compile(r"(\d+\.?\d*|\.\d+)([a-zµμ]*)")
_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


class DurationError(ValueError):
    """The text is no Go duration; str() of it is what Go says."""


def encode(value: Any) -> bytes:
    """JSON as encoding/json writes it: compact, UTF-8, with the characters of HTML escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character, escaped in _ESCAPES.items():
        text = text.replace(character, escaped)
    return text.encode("utf-8", "replace")


def rfc3339(ns: int) -> str:
    """A time in nanoseconds since the epoch, in UTC, without trailing zeros in the fraction."""
    seconds, fraction = divmod(ns, NANOSECONDS)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    digits = f"{fraction:09d}".rstrip("0")
    return f"{text}.{digits}Z" if digits else f"{text}Z"


def quoted(text: str) -> str:
    """What %q prints."""
    return json.dumps(text, ensure_ascii=False)


def parse_duration(text: str) -> float:
    """Seconds of a Go duration such as ``1h30m``; the errors are Go's own."""
    rest = text
    sign = 1.0
    if rest[:1] in ("+", "-"):
        sign = -1.0 if rest[0] == "-" else 1.0
        rest = rest[1:]
    if rest == "0":
        return 0.0
    if not rest:
        raise DurationError(f"time: invalid duration {quoted(text)}")
    total = 0.0
    while rest:
        match = _DURATION_PART.match(rest)
        if match is None:
            raise DurationError(f"time: invalid duration {quoted(text)}")
        number, unit = match.groups()
        if not unit:
            raise DurationError(f"time: missing unit in duration {quoted(text)}")
        if unit not in _UNITS:
            raise DurationError(f"time: unknown unit {quoted(unit)} in duration {quoted(text)}")
        total += float(number) * _UNITS[unit]
        rest = rest[match.end() :]
    return sign * total


def human_number(count: int) -> str:
    """A parameter count as Ollama shortens it: 8.0B, 494.03M, 1K."""
    for unit, letter, digits in ((1_000_000_000, "B", 1), (1_000_000, "M", 2)):
        if count >= unit:
            whole = count % unit == 0
            return f"{count // unit}{letter}" if whole else f"{count / unit:.{digits}f}{letter}"
    return f"{count / 1_000:.0f}K" if count >= 1_000 else str(count)


def printed(value: Any) -> str:
    """What %#v prints of a value that came from JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "<nil>"
    if isinstance(value, str):
        return quoted(value)
    if not isinstance(value, (int, float)):
        return str(value)
    number = float(value)
    if number == 0 or 1e-4 <= abs(number) < 1e6:
        return repr(number).removesuffix(".0")
    exact = (f"{number:.{digits}e}" for digits in range(17))
    return next(text for text in exact if float(text) == number)
