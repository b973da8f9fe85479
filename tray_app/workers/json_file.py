"""Files of ours that must survive a crash: written whole to a neighbour and renamed over the old
one, so that there is either the old state or the new one. One that cannot be read is kept as
`.bad`, never written over.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


def write_json(path: Path, data: Any) -> None:
    """Raises OSError when the disk does not take it; the old file is then still whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".new")
    with partial.open("w", encoding="utf-8") as file:
        file.write(json.dumps(data))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def put_aside(path: Path, error: Exception) -> Path | None:
    """Rename a file that could not be used; where it is now, None when even that failed."""
    number = 0
    broken = path.with_name(path.name + ".bad")
    while broken.exists():
        number += 1
        broken = path.with_name(f"{path.name}.bad-{number}")
    try:
        path.replace(broken)
    except OSError:
        log.exception("cannot keep the broken %s", path)
        return None
    # Not a warning: whoever loads tells the person.
    log.info("%s was not usable (%s), kept as %s", path.name, error, broken.name)
    return broken
