"""Which library of the system is missing, as its loader says it."""

from __future__ import annotations

from tray_app.core.lazy_patterns import lazy_pattern

_MISSING = lazy_pattern(
    r"(lib[\w.+-]+?\.so[.\d]*): "
    r"(?:cannot open shared object file|file too short|invalid ELF header|wrong ELF class)"
)


def missing_library(error: str) -> str:
    """The library that is not there or of no use; "" when `error` speaks of something else, such
    as one that is too old."""
    found = _MISSING.search(error)
    return found[1] if found else ""
