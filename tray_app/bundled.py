"""Where the files are that come with the program. Standard library only.

Three homes: `resources/` of a checkout, `tray_app/_resources/` of a wheel, the bundle of a frozen
program.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


@cache
def _root() -> Path:
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle is not None:
        return Path(bundle) / "resources"
    package = Path(__file__).parent
    installed = package / "_resources"
    return installed if installed.is_dir() else package.parent / "resources"


def resource_path(*parts: str) -> Path:
    """The file or folder `parts` below the resources, whether it exists or not."""
    return _root().joinpath(*parts)
