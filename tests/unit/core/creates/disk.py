"""A disk of files in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tray_app.core.creates.files import FileStamp
from tray_app.core.file_failures import FileFailed
from tray_app.core.gguf.cursor import ReadAt
from tray_app.core.gguf.names import folder_of, is_gguf


class MemoryDisk:
    """`files` by path; those in `locked` cannot be opened. `opened` are those that were."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.locked: set[str] = set()
        self.changes: dict[str, int] = {}
        self.origins: dict[str, str] = {}
        self.opened: list[str] = []

    def stamp(self, path: str) -> FileStamp | None:
        data = self.files.get(path)
        return None if data is None else FileStamp(path, len(data), self.changes.get(path, 0))

    @contextmanager
    def open(self, path: str) -> Iterator[ReadAt]:
        if path in self.locked:
            raise FileFailed(path, "Permission denied")
        self.opened.append(path)
        data = self.files[path]
        yield lambda offset, size: data[offset : offset + size]

    def beside(self, path: str) -> tuple[str, ...]:
        return tuple(
            each
            for each in sorted(self.files)
            if folder_of(each) == folder_of(path) and is_gguf(each)
        )

    def downloaded_from(self, path: str) -> str:
        return self.origins.get(path, "")
