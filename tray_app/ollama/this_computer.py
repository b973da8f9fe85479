"""What this computer can tell of a server that runs on it: layers on its disk, room, memory.

Which folder the server uses is `local_store`'s business. Read only.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from tray_app.core.records import Layer

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def free_bytes_in(folder: Path) -> int | None:
    """Free bytes on the disk where a models folder keeps its layers; None when not known."""
    for place in (folder / "blobs", folder):  # the first may be a link to another disk
        try:
            return shutil.disk_usage(place).free
        except OSError:
            continue
    return None


def held_layers(folder: Path, layers: Iterable[Layer]) -> frozenset[str]:
    """The digests of those layers whose files lie whole in a models folder."""
    found = set()
    for layer in layers:
        # Digests come from a registry; only a real one makes a file name.
        if not _DIGEST.fullmatch(layer.digest):
            continue
        try:
            size_bytes = (folder / "blobs" / layer.digest.replace(":", "-")).stat().st_size
        except OSError:
            continue
        if size_bytes == layer.size_bytes:
            found.add(layer.digest)
    return frozenset(found)


def main_memory_bytes() -> int | None:
    """The memory of this computer; None where the system does not say it in a simple way."""
    try:
        pages, page_bytes = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return None
    return pages * page_bytes if pages > 0 and page_bytes > 0 else None
