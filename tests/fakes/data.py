"""Answers that are JSON but not what a client hopes for, as functions for `faults.rewrite`."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

MAX_SIZE = 2**63 - 1
# Every kind of text that a careless window would interpret instead of showing.
NASTY = (
    "<b>bold</b> & <img src=x onerror=alert(1)> \u202egnp.exe\u202c \x1b[31mred\x1b[0m \x00\x07 "
    "a\u0301\u0302 \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")
)

Change = Callable[[Any], Any]


def no_models_list(value: Any) -> Any:
    """`"models": null`, as very old servers say for none."""
    return {**value, "models": None}


def row(**changes: Any) -> Change:
    """Change keys of the first row of /api/tags or /api/ps; REMOVED takes one out."""

    def change(value: Any) -> Any:
        value = copy.deepcopy(value)
        first = value["models"][0]
        for key, new in changes.items():
            if new is REMOVED:
                first.pop(key, None)
            else:
                first[key] = new
        return value

    return change


REMOVED = object()

null_details = row(details=None)
missing_digest = row(digest=REMOVED)
bad_modified_at = row(modified_at="the day before yesterday")
huge_size = row(size=MAX_SIZE)
negative_size = row(size=-1)
text_size = row(size="big")
number_name = row(name=17, model=17)
list_details = row(details=["gguf"])
missing_name = row(name=REMOVED, model=REMOVED)


def models_is_text(value: Any) -> Any:
    """`models` of a wrong type."""
    return {**value, "models": "none"}


def rows_are_text(value: Any) -> Any:
    """Rows of a wrong type."""
    return {**value, "models": ["qwen3:8b", None, 3]}


def whole_is_list(value: Any) -> Any:
    """A list where an object belongs."""
    return [value]


def nasty_texts(value: Any) -> Any:
    """Every text of an answer becomes a nasty one; digests, dates and names stay readable."""
    kept = ("digest", "modified_at", "expires_at", "created_at", "name", "model", "status")
    if isinstance(value, dict):
        return {k: (v if k in kept else nasty_texts(v)) for k, v in value.items()}
    if isinstance(value, list):
        return [nasty_texts(item) for item in value]
    return f"{value} {NASTY}" if isinstance(value, str) else value


def nasty_names(value: Any) -> Any:
    """The first row's name is nasty."""
    return row(name=f"evil{NASTY}:latest", model=f"evil{NASTY}:latest")(value)


TAGS_CHANGES: dict[str, Change] = {
    "models null": no_models_list,
    "details null": null_details,
    "digest missing": missing_digest,
    "modified_at no date": bad_modified_at,
    "size 2**63-1": huge_size,
    "size negative": negative_size,
    "size text": text_size,
    "name a number": number_name,
    "name missing": missing_name,
    "details a list": list_details,
    "models a text": models_is_text,
    "rows texts": rows_are_text,
    "a list": whole_is_list,
    "nasty texts": nasty_texts,
    "nasty names": nasty_names,
}
"""Changes of /api/tags by name, to parametrise over."""
