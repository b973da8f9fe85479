"""CancelScope: ends blocked network work at once, from any thread.

No HTTP here: a scope knows sockets and wakers only. Closing a response from another thread blocks
for seconds and closing a session does nothing to a blocked reader; shutting the socket down frees
the reader in under a millisecond, before or after the headers.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import weakref
from collections.abc import Callable, Iterator

from tray_app.core.errors import Cancelled


class ScopeCancelled(OSError):
    """Raised inside connection code after `cancel()`; leaves `tray_app.ollama` as Cancelled."""


class CancelScope:
    """Everything one job has open on the network.

    `cancel` may be called from any thread and any number of times; a cancelled scope stays so.
    """

    def __init__(self, *, closes_handles: bool = sys.platform == "win32") -> None:
        # A reader on Windows may not notice a local shutdown; losing its handle it does.
        self._closes_handles = closes_handles
        self._lock = threading.RLock()  # a signal handler may cancel what its own thread does
        self._event = threading.Event()
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._wakers: list[Callable[[], None]] = []

    @property
    def is_cancelled(self) -> bool:
        return self._event.is_set()

    def cancel(self) -> None:
        """End everything under way and refuse everything new."""
        with self._lock:
            self._event.set()
            sockets = list(self._sockets)
            wakers = list(self._wakers)
        for waker in wakers:
            waker()
        for sock in sockets:
            self._release(sock)

    def wait(self, seconds: float) -> bool:
        """Sleep that `cancel` ends early; True when cancelled."""
        return self._event.wait(seconds)

    def raise_if_cancelled(self, reference: str = "") -> None:
        """Raise Cancelled once `cancel` was called."""
        if self.is_cancelled:
            raise Cancelled(reference)

    def attach(self, sock: socket.socket) -> None:
        """Put a socket under the scope, best before it connects. Raises ScopeCancelled."""
        with self._lock:
            if self.is_cancelled:
                raise ScopeCancelled("cancelled")
            self._sockets.add(sock)

    @contextlib.contextmanager
    def waking(self, waker: Callable[[], None]) -> Iterator[None]:
        """While the block runs, `cancel` also calls `waker` (at once if it already happened)."""
        with self._lock:
            self._wakers.append(waker)
            is_late = self.is_cancelled
        try:
            if is_late:
                waker()
            yield
        finally:
            with self._lock:
                self._wakers.remove(waker)

    def _release(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            # Not SSLSocket's own shutdown: it would turn a reader's next bytes into plain text.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
        if self._closes_handles:
            with contextlib.suppress(OSError):
                handle = sock.detach()
                if handle >= 0:
                    socket.close(handle)
