"""One JSON file that is either whole or not there: read with suspicion, written by replacement,
and put aside when it cannot be used, never written over.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import shutil
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from tray_app import filelock
from tray_app.core.file_failures import FileFailed, file_failed
from tray_app.private_files import make_folder, make_private, opener

_log = logging.getLogger(__name__)

MAX_BYTES = 8_000_000
MAX_DEPTH = 100
QUICK_S = (0.02, 0.05, 0.1)
"""Pauses between tries where somebody waits."""
PATIENT_S = (*QUICK_S, 0.2, 0.4, 0.8, 1.6)
"""The same in a thread of its own: a virus scanner lets go of a file within seconds."""
# A program that holds a file open, a network drive or a disk that stutters.
_PASSING = frozenset(
    getattr(errno, name)
    for name in ("EACCES", "EPERM", "EBUSY", "EIO", "EAGAIN", "EINTR", "EMFILE", "ENFILE",
                 "ESTALE", "ETIMEDOUT")
    if hasattr(errno, name)
)  # fmt: skip
_LOCK_PAUSES_S = (0.01,) * 100
_MAX_DIGITS = 400

_Signature = tuple[int, int, int, int]
_T = TypeVar("_T")
Wait = Callable[[float], object]
"""Waits so many seconds; True = give up."""


class BrokenFile(Exception):
    """The file holds no JSON object; says why."""


def _wait(seconds: float) -> bool:
    return threading.Event().wait(seconds)


def _tried(
    act: Callable[[], _T], pauses_s: tuple[float, ...] = QUICK_S, wait: Wait | None = None
) -> _T:
    """What `act` gives; a fault that may pass is waited for."""
    for pause_s in pauses_s:
        try:
            return act()
        except OSError as error:
            if error.errno not in _PASSING or (wait or _wait)(pause_s):
                raise
    return act()


def read(
    path: Path,
    *,
    max_bytes: int = MAX_BYTES,
    max_depth: int | None = MAX_DEPTH,
    pauses_s: tuple[float, ...] = QUICK_S,
    wait: Wait | None = None,
) -> dict[str, Any]:
    """The object in `path`, {} when there is no file. Raises BrokenFile or OSError.

    Nothing in it is nested deeper than `max_depth`, and so can be written again as it is.
    """
    try:
        data = _tried(lambda: _bytes(path, max_bytes), pauses_s, wait)
    except FileNotFoundError:
        return {}
    try:
        found = json.loads(
            data.decode("utf-8-sig"),
            parse_int=_whole,
            parse_float=_finite,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError, MemoryError) as error:
        raise BrokenFile(f"it isn’t valid JSON ({str(error) or type(error).__name__})") from error
    if not isinstance(found, dict):
        raise BrokenFile(f"it holds a {type(found).__name__}, not an object")
    if max_depth is not None and not _is_flat(found, max_depth):
        raise BrokenFile("it is nested too deep")
    return found


def listed(data: Mapping[str, Any], key: str, version: int) -> list[Any]:
    """The list under `key` of a file that `version` of us writes. Raises BrokenFile for a file
    that is none of ours, or of a later version."""
    found, rows = data.get("version"), data.get(key)
    if isinstance(found, bool) or not isinstance(found, int) or not isinstance(rows, list):
        raise BrokenFile("it is no file of ours")
    if found > version:
        raise BrokenFile(f"version {found} is newer than this program")
    return rows


def _bytes(path: Path, max_bytes: int) -> bytes:
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(found.st_mode):  # reading a pipe would wait for ever
        raise OSError(errno.EINVAL, "no regular file", str(path))
    if found.st_size > max_bytes:
        raise BrokenFile(f"it is too large ({found.st_size} bytes)")
    return path.read_bytes()


def _whole(digits: str) -> int | float:
    """Python refuses the whole text for one number of thousands of digits."""
    return int(digits) if len(digits) <= _MAX_DIGITS else _finite(digits)


def _finite(digits: str) -> float:
    """What is kept for others is written again, and JSON has no infinity."""
    return max(-sys.float_info.max, min(float(digits), sys.float_info.max))


def _no_number(name: str) -> float:
    """`NaN` and `Infinity`, which some programs write, are no JSON. Nothing of ours is so large."""
    return -sys.float_info.max if name.startswith("-") else sys.float_info.max


def _is_flat(found: dict[str, Any], max_depth: int) -> bool:
    level: list[Any] = [found]
    for _ in range(max_depth):
        level = [
            value
            for holder in level
            for value in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(value, dict | list)
        ]
        if not level:
            return True
    return False


def write(
    path: Path,
    content: dict[str, Any],
    *,
    is_for_people: bool = False,
    pauses_s: tuple[float, ...] = QUICK_S,
    wait: Wait | None = None,
) -> None:
    """Replace `path`; after a crash at any point it is the old one or the new one. It and the
    folders made for it are for their owner alone.

    `is_for_people`: a file that people read and edit, and that two programs may write at once.
    The others are compact and have one writer; one that is killed leaves no more than one partial
    file. Raises OSError.
    """
    if is_for_people:
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    else:
        text = json.dumps(content)
    write_text(path, text, is_for_people=is_for_people, pauses_s=pauses_s, wait=wait)


def write_text(
    path: Path,
    text: str,
    *,
    is_for_people: bool = False,
    pauses_s: tuple[float, ...] = QUICK_S,
    wait: Wait | None = None,
) -> None:
    """The same of JSON that is written already: what is large may be in pieces, as encoding all of
    it keeps every thread waiting."""
    # Through a link, so that somebody's dotfiles stay links.
    target = Path(os.path.realpath(path))
    make_folder(target.parent)
    if target.exists() and not target.is_file():  # /dev/null is not ours to replace
        raise OSError(errno.EINVAL, "no regular file", str(target))
    if is_for_people:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        partial, opened = Path(name), os.fdopen(handle, "wb")
        make_private(partial)
    else:
        partial = target.with_suffix(".new")
        partial.unlink(missing_ok=True)
        opened = open(partial, "xb", opener=opener)  # noqa: SIM115 - Path has no opener
    try:
        with opened as file:
            file.write(text.encode("utf-8", "backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
        _tried(lambda: _replace(partial, target), pauses_s, wait)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


def _replace(partial: Path, target: Path) -> None:
    try:
        partial.replace(target)
    except PermissionError as error:
        # Windows says so, too, when another program has it open; beside it we may write.
        if sys.platform == "win32" and os.access(target, os.W_OK):
            raise OSError(errno.EBUSY, error.strerror, str(target)) from error
        raise


def put_aside(path: Path, *, second: int = 2) -> Path:
    """Rename a broken file to `….bad`, the next ones to `….bad-2` …, never over an earlier one.

    `second` is the number that the second one gets. A link stays, and leads nowhere until the file
    is written anew. Raises OSError; then nothing has changed.
    """
    real = Path(os.path.realpath(path))
    suffix, number = ".bad", second
    while True:
        target = path.with_name(path.name + suffix)
        try:
            _tried(lambda: _move(real, target))  # noqa: B023 - called at once
        except FileExistsError:
            suffix, number = f".bad-{number}", number + 1
        else:
            make_private(target)
            return target


def keep_broken(path: Path, reason: str) -> tuple[Path, FileFailed | None]:
    """Put a file aside that could not be used: where it is then, and why it could not be moved
    (None = it was). While that fails it stays where it is, and is not to be written over."""
    try:
        kept = put_aside(path, second=1)
    except OSError as error:
        _log.exception("cannot keep the broken %s (%s)", path, reason)
        return path, file_failed(error, path)
    # Not a warning: whoever loads tells the person.
    _log.info("%s was not usable (%s), kept as %s", path.name, reason, kept.name)
    return kept, None


def _move(source: Path, target: Path) -> None:
    """Raises FileExistsError when there is a `target`."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno == errno.ENOENT:
            raise
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from error
        # A file system without links, or another one than that of the link.
        try:
            source.rename(target)
        except OSError as fault:
            if fault.errno != errno.EXDEV:
                raise
            _copy(source, target)
            source.unlink()
    else:
        try:
            source.unlink()
        except OSError:
            target.unlink()
            raise


def _copy(source: Path, target: Path) -> None:
    try:
        with source.open("rb") as old, open(target, "xb", opener=opener) as new:
            shutil.copyfileobj(old, new)
            os.fsync(new.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            target.unlink()
        raise


def is_there(path: Path) -> bool:
    """Whether there is a file, or something in its place that cannot be looked at."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        return True
    return True


def signature(path: Path) -> _Signature | None:
    """Tells whether somebody else wrote the file; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    # Times can be set by anyone, that of the last change of the entry itself by nobody.
    return (found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keeps other programs from changing `path` between our reading and writing it.

    Only as far as that goes: who holds it for a second, or a file system without locks, keeps
    nobody from going on.
    """
    target = Path(os.path.realpath(path))
    handle = None
    with contextlib.suppress(OSError):
        make_folder(target.parent)
        handle = _open_lock(target)
        _tried(lambda: filelock.take(handle), _LOCK_PAUSES_S)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _open_lock(target: Path) -> int:
    if sys.platform == "win32":  # a folder cannot be locked there
        return os.open(target.with_name(f".{target.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    return os.open(target.parent, os.O_RDONLY)
