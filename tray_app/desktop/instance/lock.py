"""A lock that one running program of a person holds, and the private folder it lies in.

The kernel frees it when its holder dies, however it dies: there is no stale lock to judge.
Standard library only, so that the first start need not load QtNetwork before its tray icon.
"""

import os
import stat
import sys
from pathlib import Path
from typing import IO

from tray_app import APP_ID, filelock
from tray_app.environment import sandbox

# The path of a socket may have 107 bytes, with the name Qt makes beside it while it binds.
_FOLDER_LIMIT = 60
_SESSIONS = "/run/user"


def private_folder() -> Path:
    """A folder that only this person can look into. OSError when there is none to be had."""
    if sys.platform == "win32":
        return _temporary_folder()
    # A terminal may not know what its person's session calls its folder: after ssh, su, in cron.
    runtime = os.environ.get("XDG_RUNTIME_DIR", f"{_SESSIONS}/{os.getuid()}")
    if sandbox() == "Flatpak":
        # Each start has a sandbox of its own; of the session's folder they share only this.
        runtime = f"{runtime}/app/{os.environ.get('FLATPAK_ID', '') or APP_ID}"
    if _can_hold_socket(runtime, _FOLDER_LIMIT) and _is_private(Path(runtime)):
        return Path(runtime)
    folder = _temporary_folder()
    if not _can_hold_socket(str(folder), _FOLDER_LIMIT - 20):
        folder = Path("/tmp")  # noqa: S108
    # What is made there is ours alone, or not used.
    folder /= f"ollama-tray-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if not _is_private(folder):
        raise PermissionError(f"{folder} is not ours alone")
    return folder


def _can_hold_socket(folder: str, limit: int) -> bool:
    """Whether a socket's path fits in there, and means the same to Qt and to every start."""
    try:
        return os.path.isabs(folder) and len(folder.encode()) <= limit  # noqa: PTH117
    except UnicodeEncodeError:
        return False


def _temporary_folder() -> Path:
    import tempfile  # 4 ms that most starts need not wait for

    return Path(tempfile.gettempdir())


def _is_private(folder: Path) -> bool:
    if sys.platform == "win32":
        return True
    try:
        found = folder.lstat()
    except OSError:
        return False
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return is_ours and not found.st_mode & 0o077


class InstanceLock:
    """Held from `acquire` until `release` or the end of the process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    @property
    def is_held(self) -> bool:
        return self._file is not None

    def acquire(self) -> bool:
        """True when nobody else holds it. OSError when the file cannot be made."""
        if self._file is not None:
            return True
        file = self._path.open("ab")
        try:
            filelock.take(file.fileno())
        except BlockingIOError:
            file.close()
            return False
        except OSError:
            file.close()
            raise
        self._file = file
        return True

    def release(self) -> None:
        """Let the next one in. The file stays: removing it would let two hold "the" lock."""
        if self._file is not None:
            self._file.close()
            self._file = None
