"""The sign that a server stops, seen also by whoever waits for a socket."""

from __future__ import annotations

import math
import select
import socket
import threading


class StopSign:
    """Set once, by the server; its threads look.

    Shutting a socket down, or closing it, does not wake those who wait for it on every system. So
    nobody waits for a socket alone.
    """

    def __init__(self) -> None:
        self._is_set = threading.Event()
        self._seen, self._held = socket.socketpair()

    def is_set(self) -> bool:
        return self._is_set.is_set()

    def set(self) -> None:
        """Wake everybody who waits."""
        self._is_set.set()
        self._held.close()

    def close(self) -> None:
        """For the end, when nobody waits any more."""
        self._held.close()
        self._seen.close()

    def wait(self, seconds: float) -> bool:
        """Let time pass; True as soon as the sign is set."""
        return self._is_set.wait(seconds)

    def waits_for(
        self, other: socket.socket, timeout_s: float | None = None, *, to_write: bool = False
    ) -> bool:
        """True as soon as `other` can be read or written, False when the time is over or the sign
        is set. Raises OSError or ValueError for a closed socket."""
        if self.is_set():
            return False
        found = _first_of(self._seen, other, timeout_s, to_write=to_write)
        return found and not self.is_set()


def _first_of(
    seen: socket.socket, other: socket.socket, timeout_s: float | None, *, to_write: bool
) -> bool:
    """Whether one of them has something to say."""
    if not hasattr(select, "poll"):
        readers, writers = ([seen], [other]) if to_write else ([seen, other], [])
        return any(select.select(readers, writers, [], timeout_s))
    # select() fails for descriptors from 1024 on.
    poll = select.poll()
    poll.register(seen, select.POLLIN)
    poll.register(other, select.POLLOUT if to_write else select.POLLIN)
    return bool(poll.poll(None if timeout_s is None else math.ceil(timeout_s * 1000)))
