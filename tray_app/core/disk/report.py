"""DiskReport: what one look at a server's models folder and its disk has told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass

if TYPE_CHECKING:
    from tray_app.core.disk.contents import StoreContents


@dataclass(frozen=True, slots=True)
class DiskReport:
    """`folder` "" = it is not on this computer, or not found. `contents` None = what lies there is
    not readable for us, `reason` in the system's own words. `free_bytes` and `size_bytes` are those
    of its disk, None = not known. `no_prune`: where it is said that Ollama keeps what nothing
    needs, "" = nowhere. `taken_s`: seconds since 1970, on the clock of the files."""

    server_id: str
    folder: str = ""
    contents: StoreContents | None = None
    free_bytes: int | None = None
    size_bytes: int | None = None
    reason: str = ""
    no_prune: str = ""
    taken_s: float = 0.0
