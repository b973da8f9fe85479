"""Valid files with one thing wrong, and files that another program holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def paths_in(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where every value of a file stands, the file itself first."""
    found = [here]
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        found += [path for key, each in items for path in paths_in(each, (*here, key))]
    return found


def with_value(content: Any, place: tuple[Any, ...], text: str) -> str:
    """`content` as JSON with the JSON `text` at `place`."""
    if not place:
        return text
    copy = json.loads(json.dumps(content))
    holder = copy
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = "@@here@@"
    return json.dumps(copy).replace('"@@here@@"', text)


def held(monkeypatch: pytest.MonkeyPatch, times: int, method: str) -> list[Path]:
    """The next `times` calls of a method of Path fail as when somebody holds the file."""
    real, calls = getattr(Path, method), []

    def fail(self: Path, *args: Any) -> Any:
        calls.append(self)
        if len(calls) <= times:
            raise PermissionError(13, "held by another program", str(self))
        return real(self, *args)

    monkeypatch.setattr(Path, method, fail)
    return calls
