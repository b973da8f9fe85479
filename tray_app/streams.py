"""What is printed when nobody reads any more, or nobody can: a windowed program on Windows has no
console, so that it shows a box."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterator
from typing import TextIO

from tray_app import APP_NAME

_MB_ICON_INFORMATION = 0x40
_MB_SET_FOREGROUND = 0x10000
_MOST_LINES = 24  # a box has no scroll bar, and its button is below the text


def is_closed_pipe(error: BaseException | None, platform: str = sys.platform) -> bool:
    """Whether a write failed because its reader has left. Windows calls it a wrong argument."""
    if isinstance(error, BrokenPipeError):
        return True
    return platform == "win32" and isinstance(error, OSError) and error.errno == errno.EINVAL


def tell(sentence: str) -> None:
    """Say it on stderr, or in a box where there is none; some stderr have no reader."""
    stream = sys.stderr
    if stream is None:
        _show(sentence)
        return
    try:
        stream.write(sentence + "\n")
        stream.flush()
    except OSError:
        silence(stream)


@contextlib.contextmanager
def shown() -> Iterator[None]:
    """What is printed inside is shown in a box at the end, where there is no console for it."""
    if not _is_without_console():
        yield
        return
    out, said = sys.stdout, io.StringIO()
    sys.stdout = sys.stderr = said
    try:
        yield
    finally:
        sys.stdout, sys.stderr = out, None
        if text := said.getvalue().strip():
            _show(text)


def _is_without_console() -> bool:
    return sys.platform == "win32" and sys.stderr is None


def _show(text: str) -> None:
    """Not by Qt: it may be what is missing."""
    if sys.platform == "win32":
        import ctypes

        kind = _MB_ICON_INFORMATION | _MB_SET_FOREGROUND
        ctypes.windll.user32.MessageBoxW(None, fitting(text), APP_NAME, kind)


def fitting(text: str) -> str:
    """As much of it as a box can show on a small screen."""
    lines = text.splitlines()
    if len(lines) <= _MOST_LINES:
        return text
    return "\n".join([*lines[:_MOST_LINES], "…", "", "A terminal shows all of it."])


def silence(stream: TextIO) -> None:
    """Let what a stream still holds vanish, or the interpreter complains once more at its end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
    with contextlib.suppress(OSError, ValueError):
        stream.flush()
