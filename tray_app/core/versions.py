"""Versions of Ollama: which one comes before another."""

from __future__ import annotations

LEAST_VERSION = "0.1.38"
"""The oldest Ollama whose answers have all that is shown."""


def is_version(text: str) -> bool:
    """Whether it says how old a server is; a build from the sources calls itself 0.0.0."""
    return bool(_numbers(text))


def is_older(version: str, than: str) -> bool:
    """Whether one version comes before another; of one that is none, nothing is known. What is on
    the way to a version (0.34.0-rc1) comes before it."""
    one, other = _numbers(version), _numbers(than)
    if not one or not other:
        return False
    if one == other:
        return "-rc" in version and "-rc" not in than
    return one < other


def is_too_old(version: str, needed: str = LEAST_VERSION) -> bool:
    """Whether a server of this version cannot do what takes `needed`. What is on the way to a
    version can."""
    return is_older(version.partition("-")[0], needed)


def _numbers(version: str) -> tuple[int, ...]:
    """(0, 34, 1, 0) of "v0.34.1-rc2"; () for what is no version."""
    head = version.strip().removeprefix("v").partition("-")[0].partition("+")[0]
    parts = head.split(".")
    if not 2 <= len(parts) <= 4 or not all(part.isdecimal() and len(part) < 9 for part in parts):
        return ()
    found = tuple(int(part) for part in (*parts, "0", "0")[:4])
    return found if any(found) else ()
