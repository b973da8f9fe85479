"""Files and folders that are for their owner alone, whatever the umask. Standard library only."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from pathlib import Path

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600


def make_folder(folder: Path) -> None:
    """Make `folder` and what is missing above it, for their owner alone. Raises OSError.

    One that is there already is left as it is: it may be somebody else's.
    """
    missing = []
    place = folder
    while not os.path.lexists(place):
        missing.append(place)
        place = place.parent
    for place in reversed(missing):
        with contextlib.suppress(FileExistsError):  # another program of ours made it meanwhile
            place.mkdir(_FOLDER_MODE)
            place.chmod(_FOLDER_MODE)  # a umask may have taken too much
    if not folder.is_dir():
        raise NotADirectoryError(20, "a file is in the way", str(folder))


def take_back(folder: Path) -> None:
    """Let nobody else into a folder of ours that an earlier run, or a copy, left open."""
    with contextlib.suppress(OSError):
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_mode & 0o077 and _is_ours(found):
            folder.chmod(stat.S_IMODE(found.st_mode) & 0o700)


def opener(path: str, flags: int) -> int:
    """For `open(…, opener=…)`: the file is for its owner alone, also one that was there."""
    handle = os.open(path, flags, _FILE_MODE)
    make_private(handle)
    return handle


def make_private(file: int | Path) -> None:
    """Take other people's rights to a file (a handle or a path). Devices keep theirs.

    On Windows rights come from the folder, and not every Python changes them through a handle.
    """
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError, NotImplementedError):
        found = os.stat(file)  # noqa: PTH116 - a handle has no Path
        if stat.S_ISREG(found.st_mode) and stat.S_IMODE(found.st_mode) != _FILE_MODE:
            os.chmod(file, _FILE_MODE)  # noqa: PTH101


def _is_ours(found: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or found.st_uid == os.getuid()
