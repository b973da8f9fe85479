"""How two answers are compared: what must be equal, and what only of the same kind."""

from __future__ import annotations

import re
from typing import Any

# Times, sizes and digests of made-up files; everything else in an answer must be the same.
_OF_A_KIND = {
    "created_at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
    "modified_at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
    "expires_at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
    "digest": r"(sha256:)?[0-9a-f]{64}",
}
_NUMBERS_OF_A_KIND = {"size", "size_vram"}


def differences(recorded: Any, ours: Any, where: str = "$") -> list[str]:
    """What is unlike, one sentence each; [] if the two answers are alike."""
    if type(recorded) is not type(ours):
        return [f"{where}: {recorded!r} was recorded, we say {ours!r}"]
    key = where.rpartition(".")[2]
    if isinstance(recorded, dict):
        if list(recorded) != list(ours):
            return [f"{where}: keys {list(recorded)} were recorded, ours are {list(ours)}"]
        found = [differences(recorded[name], ours[name], f"{where}.{name}") for name in recorded]
        return [text for part in found for text in part]
    if isinstance(recorded, list):
        if len(recorded) != len(ours):
            return [f"{where}: {len(recorded)} items were recorded, ours are {len(ours)}"]
        pairs = enumerate(zip(recorded, ours, strict=True))
        found = [differences(one, other, f"{where}[{index}]") for index, (one, other) in pairs]
        return [text for part in found for text in part]
    if key in _NUMBERS_OF_A_KIND:
        return []
    pattern = _OF_A_KIND.get(key)
    if pattern is not None and isinstance(ours, str):
        both = re.fullmatch(pattern, ours) and re.fullmatch(pattern, recorded)
        return [] if both else [f"{where}: {ours!r} is not like {recorded!r}"]
    return [] if recorded == ours else [f"{where}: {recorded!r} was recorded, we say {ours!r}"]


def phases(lines: list[dict[str, Any]]) -> list[str]:
    """The steps of a stream: errors and layers' digests by what they are, repeats left out."""
    steps: list[str] = []
    for line in lines:
        if "error" in line:
            step = "error: " + normalised(line["error"])
        elif "digest" in line:
            step = "pulling layer"
        else:
            step = re.sub(r"sha256:[0-9a-f]{64}", "sha256:…", line["status"])
        if not steps or steps[-1] != step or step.endswith("…"):
            steps.append(step)
    return steps


def normalised(text: str) -> str:
    """An error text without what belongs to one machine or one file."""
    text = re.sub(r"got sha256:[0-9a-f]{64}", "got sha256:…", text)
    return re.sub(r" on [0-9.:]+: no such host", ": no such host", text)


def odd_lines(lines: list[dict[str, Any]]) -> list[str]:
    """Lines that are not formed as progress lines are."""
    found = []
    for line in lines:
        keys = list(line)
        order = [key for key in ("status", "digest", "total", "completed", "error") if key in line]
        if keys != order:
            found.append(f"keys {keys}")
        if "digest" in line and line["status"] != f"pulling {line['digest'][7:19]}":
            found.append(f"status {line['status']!r}")
        found += [
            f"{key} is {line[key]!r}"
            for key in ("total", "completed")
            if key in line and type(line[key]) is not int
        ]
    return found
