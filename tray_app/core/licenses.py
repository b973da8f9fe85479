"""Names of licences from their texts: the usual one, else the first line."""

from __future__ import annotations

import re

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern

_SEARCHED = 4_000
_KNOWN = tuple(
    (lazy_pattern(pattern, re.IGNORECASE | re.DOTALL), name)
    for pattern, name in (
        (r"apache license.{0,60}version 2\.0", "Apache License 2.0"),
        (r"gnu affero general public license.{0,40}version 3", "AGPL 3.0"),
        (r"gnu lesser general public license.{0,40}version 3", "LGPL 3.0"),
        (r"gnu general public license.{0,40}version 3", "GPL 3.0"),
        (r"permission is hereby granted, free of charge", "MIT License"),
    )
)
_AGREEMENT = lazy_pattern(r"\s+agreement\W*$", re.IGNORECASE)
_WORD = lazy_pattern(r"[A-Z]{4,}")
_SMALL_WORDS = lazy_pattern(r" (?:OF|AND|THE|FOR|TO)(?= )")


@dataclass(frozen=True, slots=True)
class License:
    """A licence as it came. `name` and `text` are a stranger's words: plain text only."""

    name: str
    text: str


def license_name(text: str) -> str:
    """A licence by its usual name, else by its first line; "" for a blank text."""
    head = text[:_SEARCHED]
    for pattern, name in _KNOWN:
        if pattern.search(head):
            return name
    first = next((line.strip() for line in head.splitlines() if line.strip()), "")
    if first.isupper():
        # "LLAMA 2 COMMUNITY LICENSE AGREEMENT" is a headline, not a name.
        calm = _WORD.sub(lambda match: match[0].capitalize(), first)
        return _AGREEMENT.sub("", _SMALL_WORDS.sub(lambda match: match[0].lower(), calm))
    return first
