"""Looks through a models folder: every file, what it takes on the disk, and whose it is.

Read only, and only manifests are opened. What vanishes meanwhile is left out.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app.core.disk.contents import FileId, StoredFile, StoredFolder, StoreFiles
from tray_app.ollama.manifest_files import read_manifest_files

if TYPE_CHECKING:
    from tray_app.ollama.cancel import CancelScope

_BLOCK_BYTES = 512  # what st_blocks counts in, whatever the disk's own blocks are
_MAX_FILES = 1_000_000
_MAX_DEPTH = 8
_MAX_UNREADABLE = 20


def look_through(folder: Path, scope: CancelScope) -> StoreFiles:
    """All that lies in the models folder `folder`. Raises OSError where not even that can be read,
    Cancelled."""
    return _Look(scope).run(folder)


class _Look:
    def __init__(self, scope: CancelScope) -> None:
        self._scope = scope
        self._unreadable: list[str] = []
        self._other_bytes = 0
        self._seen: set[FileId] = set()  # of what is neither blob nor in a folder of leftovers
        self._count = 0

    def run(self, folder: Path) -> StoreFiles:
        blobs: list[StoredFile] = []
        folders: list[StoredFolder] = []
        self._count_itself(folder)
        for entry in self._entries(folder, must=True):
            if entry.name == "blobs" and entry.is_dir():
                if not entry.is_symlink():
                    self._count_itself(Path(entry.path))
                for inner in self._entries(Path(entry.path)):
                    if inner.is_dir(follow_symlinks=False):
                        folders.append(self._folder(Path(inner.path)))
                    elif (file := self._file(inner)) is not None:
                        blobs.append(file)
            elif entry.name != "manifests" and entry.is_dir(follow_symlinks=False):
                folders.append(self._folder(Path(entry.path)))
            elif entry.is_dir(follow_symlinks=False):
                self._count_all(Path(entry.path))
            elif (file := self._file(entry)) is not None:
                self._count_file(file)
        try:
            read = read_manifest_files(folder / "manifests", self._scope)
        except FileNotFoundError:
            return self._found(folder, blobs, folders)
        except OSError as error:
            self._miss(error.filename or str(folder / "manifests"))
            return self._found(folder, blobs, folders)
        layers = {digest: tuple(names) for digest, names in read.layers.items()}
        return self._found(folder, blobs, folders, layers, read.strays, read.damaged)

    def _found(
        self,
        folder: Path,
        blobs: list[StoredFile],
        folders: list[StoredFolder],
        layers: Mapping[str, tuple[str, ...]] | None = None,
        strays: tuple[str, ...] = (),
        damaged: tuple[str, ...] = (),
    ) -> StoreFiles:
        return StoreFiles(
            str(folder),
            tuple(blobs),
            tuple(folders),
            layers or {},
            strays,
            damaged,
            tuple(self._unreadable),
            self._other_bytes,
        )

    def _entries(self, folder: Path, *, must: bool = False) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except FileNotFoundError:
            if must:
                raise
            return  # deleted meanwhile
        except OSError:
            if must:
                raise
            self._miss(str(folder))
            return
        for entry in entries:
            self._scope.raise_if_cancelled()
            self._count += 1
            if self._count > _MAX_FILES:
                self._miss(str(folder))
                return
            yield entry

    def _folder(self, folder: Path) -> StoredFolder:
        files: list[StoredFile] = []
        own = 0
        modified_s = 0.0

        def walk(place: Path, depth: int) -> None:
            nonlocal own, modified_s
            itself = _described(place)
            if itself is None:
                return
            own += itself.disk_bytes
            modified_s = max(modified_s, itself.modified_s)
            if depth > _MAX_DEPTH:
                self._miss(str(place))
                return
            for entry in self._entries(place):
                if entry.is_dir(follow_symlinks=False):
                    walk(Path(entry.path), depth + 1)
                elif (file := self._file(entry)) is not None:
                    files.append(file)

        walk(folder, 1)
        return StoredFolder(str(folder), folder.name, tuple(files), own, modified_s)

    def _count_all(self, folder: Path, depth: int = 1) -> None:
        """Manifests and their folders: small, but there."""
        self._count_itself(folder)
        if depth > _MAX_DEPTH:
            self._miss(str(folder))
            return
        for entry in self._entries(folder):
            if entry.is_dir(follow_symlinks=False):
                self._count_all(Path(entry.path), depth + 1)
            elif (file := self._file(entry)) is not None:
                self._count_file(file)

    def _count_itself(self, folder: Path) -> None:
        found = _described(folder, follows=True)
        if found is not None:
            self._other_bytes += found.disk_bytes

    def _count_file(self, file: StoredFile) -> None:
        if file.id not in self._seen:
            self._seen.add(file.id)
            self._other_bytes += file.disk_bytes

    def _file(self, entry: os.DirEntry[str]) -> StoredFile | None:
        return _described(Path(entry.path))

    def _miss(self, path: str) -> None:
        if len(self._unreadable) < _MAX_UNREADABLE and path not in self._unreadable:
            self._unreadable.append(path)


def _described(path: Path, *, follows: bool = False) -> StoredFile | None:
    """What it takes itself: of a link the link. None = it is not there any more."""
    try:
        found = path.stat() if follows else path.lstat()
    except OSError:
        return None
    return StoredFile(
        path.name, found.st_size, _taken(found), (found.st_dev, found.st_ino), found.st_mtime
    )


def _blocks(found: os.stat_result) -> int:
    return int(found.st_blocks) * _BLOCK_BYTES


def _length(found: os.stat_result) -> int:
    """Windows does not tell what a file takes; of folders nothing."""
    return 0 if stat.S_ISDIR(found.st_mode) else found.st_size


_taken: Callable[[os.stat_result], int] = (
    _blocks if hasattr(os.stat_result, "st_blocks") else _length
)
