"""What is printed when nobody reads any more."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import TextIO


def is_closed_pipe(error: BaseException | None, platform: str = sys.platform) -> bool:
    """Whether a write failed because its reader has left. Windows calls it a wrong argument."""
    if isinstance(error, BrokenPipeError):
        return True
    return platform == "win32" and isinstance(error, OSError) and error.errno == errno.EINVAL


def tell(sentence: str) -> None:
    """Say it on stderr, if there is one: a windowed start has none, and some have no reader."""
    stream = sys.stderr
    if stream is None:
        return
    try:
        stream.write(sentence + "\n")
        stream.flush()
    except OSError:
        silence(stream)


def silence(stream: TextIO) -> None:
    """Let what a stream still holds vanish, or the interpreter complains once more at its end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
    with contextlib.suppress(OSError, ValueError):
        stream.flush()
