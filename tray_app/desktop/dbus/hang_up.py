"""HangUp: ends, from any thread, what another one waits for on a blocking connection to a bus."""

from __future__ import annotations

import contextlib
import socket


class HangUp:
    """Remembers that it was wanted: who connects too late is told at once. Thread: any."""

    def __init__(self) -> None:
        self._link: socket.socket | None = None
        self.is_done = False

    def watch(self, link: socket.socket | None) -> bool:
        """Say on which connection is waited from now on, None = on none; whether that makes sense
        yet. Each side writes first and then reads, so one of them sees the other."""
        self._link = link
        return not self.is_done

    def now(self) -> None:
        """Who waits hears that the connection is gone, which a `close` would not tell it."""
        self.is_done = True
        link = self._link
        if link is not None:
            with contextlib.suppress(OSError):  # it may be over just now
                link.shutdown(socket.SHUT_RDWR)
