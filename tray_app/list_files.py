"""Lists of models on disk: read with their recipes, and written as a whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from tray_app.core.errors import OllamaError
from tray_app.core.file_failures import file_failed
from tray_app.core.lists.reading import MAX_JSON_BYTES, read_list
from tray_app.core.lists.records import BadList, ListFault, ModelList


def read_list_file(path: Path) -> ModelList:
    """The list in a file; a text takes the recipes of the .json beside it. Raises BadList and
    FileFailed."""
    raw = _bytes(path)
    recipes: bytes | None = None
    if path.suffix.casefold() != ".json":
        with suppress(OllamaError):
            recipes = _bytes(path.with_suffix(".json"))
    return read_list(raw, path.name, recipes)


def _bytes(path: Path) -> bytes:
    try:
        with open(path, "rb", opener=_open_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise BadList(path.name, "", ListFault.NOT_TEXT)
            return file.read(MAX_JSON_BYTES + 1)
    except OSError as error:
        raise file_failed(error, path) from error


def _open_without_waiting(path: str, flags: int) -> int:
    """A pipe that nobody writes to would be waited for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def write_list_file(path: Path, text: str) -> None:
    """Replace `path`; where that fails it is as it was. Raises FileFailed."""
    # Through a link, so that it stays one.
    target = Path(os.path.realpath(path))
    partial: Path | None = None
    try:
        if target.exists() and not target.is_file():  # /dev/stdout, for example
            target.write_text(text, encoding="utf-8")
            return
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        partial = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "replace"))
        # As any file that a person saves: what it had, else what new ones get here.
        partial.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        partial.replace(target)
    except OSError as error:
        if partial is not None:
            with suppress(OSError):
                partial.unlink()
        raise file_failed(error, path) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
