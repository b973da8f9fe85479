"""Which library of the system a file needs and lacks. Loads no Qt, which may be what lacks it."""

from __future__ import annotations

from pathlib import Path

from tray_app.core.libraries import missing_library


def missing_for(file: Path) -> str:
    """What a library or plugin needs and the system does not have; "" when it can be loaded."""
    import ctypes  # 4 ms, for a start that fails

    try:
        ctypes.CDLL(str(file))
    except OSError as error:
        return missing_library(str(error))
    return ""
