"""One JSON file that is either whole or not there: read with suspicion, written by replacement,
and put aside when it cannot be used, never written over.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import tempfile
from pathlib import Path
from typing import Any

MAX_BYTES = 8_000_000
_Signature = tuple[int, int, int]


class BrokenFile(Exception):
    """The file holds no JSON object; says why."""


def read(path: Path, *, max_bytes: int | None = MAX_BYTES) -> dict[str, Any]:
    """The object in `path`, {} when there is no file. Raises BrokenFile or OSError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    if max_bytes is not None and len(data) > max_bytes:
        raise BrokenFile(f"{len(data)} bytes are too many")
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BrokenFile(str(error)) from error
    if not isinstance(found, dict):
        raise BrokenFile(f"a {type(found).__name__} is no object")
    return found


def write(path: Path, content: dict[str, Any], *, is_for_people: bool = False) -> None:
    """Replace `path`; after a crash at any point it is the old one or the new one.

    `is_for_people`: a file that people read and edit, that two programs may write at once and
    that may hold a secret, so it is for its owner alone. The others are compact and have one
    writer; one that is killed leaves no more than one partial file. Raises OSError.
    """
    # Through a link, so that somebody's dotfiles stay links.
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if is_for_people else 0o777)
    if is_for_people:
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        partial, opened = Path(name), os.fdopen(handle, "wb")
    else:
        text = json.dumps(content)
        partial = target.with_suffix(".new")
        opened = partial.open("wb")
    try:
        with opened as file:
            file.write(text.encode("utf-8", "backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


def put_aside(path: Path, *, second: int = 2) -> Path:
    """Rename a broken file to `….bad`, the next ones to `….bad-2` …, never over an earlier one.

    `second` is the number that the second one gets. Raises OSError.
    """
    suffix, number = ".bad", second
    while True:
        target = path.with_name(path.name + suffix)
        try:
            os.link(path, target, follow_symlinks=False)
        except FileExistsError:
            pass
        except OSError as error:
            if error.errno == errno.ENOENT:
                raise
            if not target.exists():  # a file system without links
                return path.rename(target)
        else:
            path.unlink()
            return target
        suffix, number = f".bad-{number}", number + 1


def signature(path: Path) -> _Signature | None:
    """Tells whether somebody else wrote the file; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)
