"""Bytes → JSON values, with errors of our own taxonomy."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from tray_app.core.errors import BadAnswer
from tray_app.core.lazy_patterns import lazy_pattern

MAX_INT = 2**63 - 1  # what Go's int64 can hold
MAX_WORD = 1000  # characters of what names something; texts that are read may be longer
MAX_WORDS = 200
_short = reprlib.Repr()
_short.maxlevel, _short.maxstring, _short.maxother = 3, 120, 120
_SURROGATE = lazy_pattern(r"\\u[dD][89a-fA-F]")


def parse_json(raw: bytes, reference: str = "") -> Any:
    """Decode a body. Bad UTF-8 inside strings is replaced; no JSON at all is a BadAnswer."""
    text = raw.decode("utf-8", "replace")
    try:
        value = json.loads(text)
        return mended(value) if has_surrogate(text) else value
    except (ValueError, RecursionError) as error:
        raise BadAnswer(reference, f"{error}: {raw[:120]!r}", "body") from error


def excerpt(value: Any) -> str:
    """The beginning of a decoded value, however large and deep it is, for `context`."""
    return _short.repr(value)[:120]


def has_surrogate(text: str) -> bool:
    """Whether the JSON `text` may hold halves of surrogate pairs."""
    # Most bodies hold no escape of that kind, and megabytes are searched for it.
    return "\\u" in text and _SURROGATE.search(text) is not None


def mended(value: Any) -> Any:
    """A decoded value with "?" for each half of a surrogate pair: legal JSON, but no text that can
    be printed or stored."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def as_object(value: Any, field: str) -> Mapping[str, Any]:
    """`value` itself if it is an object, else a BadAnswer for `field`."""
    if not isinstance(value, dict):
        raise BadAnswer("", excerpt(value), field)
    return value


def texts_of(value: Any) -> Iterator[str]:
    """The texts in a list; none in anything else."""
    items = value if isinstance(value, list) else ()
    return (item for item in items if isinstance(item, str))


def words_of(value: Any) -> tuple[str, ...]:
    """The words in a list, so many and so long as words are."""
    return tuple(word[:MAX_WORD] for word in islice(texts_of(value), MAX_WORDS))


def text_field(obj: Mapping[str, Any], key: str, reference: str = "") -> str:
    """A text that may be absent or null; a wrong type is a BadAnswer for `key`."""
    value = obj.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadAnswer(reference, excerpt(value), key)
    return value


def size_field(obj: Mapping[str, Any], key: str, reference: str = "") -> int:
    """A byte count of which 0 is left out; a wrong type is a BadAnswer for `key`."""
    value = obj.get(key)
    if value is None:
        return 0
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadAnswer(reference, excerpt(value), key)
    return min(max(0, value), MAX_INT)
