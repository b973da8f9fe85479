"""Locks of files, which the kernel frees when their holder dies, however it dies."""

from __future__ import annotations

import errno
import os
import sys

if sys.platform == "win32":
    import msvcrt

    def take(descriptor: int) -> None:
        """Lock it until it is closed. BlockingIOError when somebody else holds it."""
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            # Nothing else can be wrong with it, and not every C library says which error it is.
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from error

else:
    import fcntl

    def take(descriptor: int) -> None:
        """Lock it until it is closed. BlockingIOError when somebody else holds it; OSError where
        there are no locks."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
