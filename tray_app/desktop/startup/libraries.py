"""Which library of the system is missing, as its loader tells it. Loads no Qt, which may be what
lacks it."""

from __future__ import annotations

import re
from pathlib import Path

_LIBRARY = re.compile(r"(lib[\w.+-]+?\.so[.\d]*): ")


def missing_library(error: str) -> str:
    """The library that could not be loaded, by what the loader said; "" when it said no such."""
    found = _LIBRARY.search(error)
    return found[1] if found else ""


def missing_for(file: Path) -> str:
    """What a library or plugin needs and the system does not have; "" when it can be loaded."""
    import ctypes  # 4 ms, for a start that fails

    try:
        ctypes.CDLL(str(file))
    except OSError as error:
        return missing_library(str(error))
    return ""
