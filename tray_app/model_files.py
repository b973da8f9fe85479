"""LocalDisk: the files of this computer that models are made of, read as `core.creates.looking`
asks. Read only."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tray_app.core.creates.files import FileStamp
from tray_app.core.errors import Cancelled
from tray_app.core.file_failures import file_failed
from tray_app.core.gguf.names import folder_of, is_gguf

if TYPE_CHECKING:
    from tray_app.core.gguf.cursor import ReadAt

_MAX_ENTRIES = 20_000  # of a folder that is listed
_MAX_NOTE_BYTES = 8192


def _never() -> bool:
    return False


class LocalDisk:
    """Thread: any. When `is_cancelled` says so, what is being read ends with Cancelled."""

    def __init__(self, is_cancelled: Callable[[], bool] = _never) -> None:
        self._is_cancelled = is_cancelled

    def stamp(self, path: str) -> FileStamp | None:
        try:
            found = Path(path).stat()
        except (OSError, ValueError):
            return None
        if not stat.S_ISREG(found.st_mode):  # reading a pipe would wait for somebody to write
            return None
        return FileStamp(path, found.st_size, found.st_mtime_ns)

    @contextmanager
    def open(self, path: str) -> Iterator[ReadAt]:
        try:
            file = Path(path).open("rb", buffering=0)  # noqa: SIM115 - closed below
        except OSError as error:
            raise file_failed(error, path) from error
        with file:
            yield self._reader(file, path)

    def _reader(self, file: BinaryIO, path: str) -> ReadAt:
        def read(offset: int, size: int) -> bytes:
            if self._is_cancelled():
                raise Cancelled
            try:
                file.seek(offset)
                found = file.read(size)
                while found and len(found) < size:
                    more = file.read(size - len(found))
                    if not more:
                        break
                    found += more
            except OSError as error:
                raise file_failed(error, path) from error
            return found

        return read

    def beside(self, path: str) -> tuple[str, ...]:
        folder = Path(path).parent
        try:
            with os.scandir(folder) as entries:
                names = [entry.name for entry in islice(entries, _MAX_ENTRIES)]
        except (OSError, ValueError):
            return ()
        # Written as `path` is, so that they can be compared: Qt has its own way on Windows.
        written = folder_of(path)
        return tuple(sorted(written + name for name in names if is_gguf(name)))

    def downloaded_from(self, path: str) -> str:
        """Browsers keep the address on Windows and Linux where a plain read finds it."""
        try:
            if hasattr(os, "getxattr"):
                return str(os.getxattr(path, "user.xdg.origin.url"), "utf-8", "replace")
            with Path(f"{path}:Zone.Identifier").open("rb") as file:
                return host_url(file.read(_MAX_NOTE_BYTES))
        except (OSError, ValueError):
            return ""


def host_url(note: bytes) -> str:
    """The address in what Windows keeps beside a file from the network."""
    for line in note.decode("utf-8", "replace").splitlines():
        key, _, value = line.partition("=")
        if key.strip().casefold() == "hosturl":
            return value.strip()
    return ""
