"""One JSON file that is either whole or not there: read with suspicion, written by replacement."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import tempfile
from pathlib import Path
from typing import Any

_MAX_BYTES = 8_000_000
_Signature = tuple[int, int, int]


class BrokenFile(Exception):
    """The file holds no JSON object; says why."""


def read(path: Path) -> dict[str, Any]:
    """The object in `path`, {} when there is no file. Raises BrokenFile or OSError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    if len(data) > _MAX_BYTES:
        raise BrokenFile(f"{len(data)} bytes are too many")
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BrokenFile(str(error)) from error
    if not isinstance(found, dict):
        raise BrokenFile(f"a {type(found).__name__} is no object")
    return found


def write(path: Path, content: dict[str, Any]) -> None:
    """Replace `path`; after a crash at any point it is the old one or the new one."""
    # Through a link, so that somebody's dotfiles stay links.
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def put_aside(path: Path) -> Path:
    """Rename a broken file to `….bad`, `….bad-2` …, never over an earlier one."""
    number = 1
    while True:
        suffix = ".bad" if number == 1 else f".bad-{number}"
        target = path.with_name(path.name + suffix)
        try:
            os.link(path, target, follow_symlinks=False)
        except FileExistsError:
            number += 1
            continue
        except OSError as error:
            if error.errno == errno.ENOENT:
                raise
            if target.exists():  # a file system without links
                number += 1
                continue
            return path.rename(target)
        path.unlink()
        return target


def signature(path: Path) -> _Signature | None:
    """Tells whether somebody else wrote the file; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)
