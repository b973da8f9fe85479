"""Bytes on their way: downloads shared by their clients, partial files, and the speed of the line.

No thread moves anything: whoever looks, moves all downloads on by the time that passed.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass


class DownloadCancelled(Exception):
    """Joined a download that is just being cancelled: the server says `context canceled`."""


@dataclass
class Download:
    """One blob on its way; `waiters` clients look at it."""

    digest: str
    size: int
    completed: int
    ready_at: float
    waiters: int = 0
    carry: float = 0.0

    @property
    def is_done(self) -> bool:
        """Whether the last byte is here."""
        return self.completed >= self.size


class Line:
    """The one line to the registry that all downloads share.

    Thread: every method may be called from any thread.
    """

    def __init__(self, speed_bytes_s: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._speed = speed_bytes_s
        self._active: dict[str, Download] = {}
        self._partials: dict[str, int] = {}
        self._dying: dict[str, float] = {}
        self._moved_at = clock()
        self.cancel_race_s = 0.0
        """For so long after a cancel a new pull of the same blob ends in `context canceled`."""

    @property
    def speed_bytes_s(self) -> float:
        """Bytes a second for all downloads together; 0 is a stall."""
        return self._speed

    @speed_bytes_s.setter
    def speed_bytes_s(self, value: float) -> None:
        with self._lock:
            self._move()
            self._speed = max(0.0, value)

    def partial(self, digest: str) -> int:
        """The offset at which a pull of this blob would go on."""
        with self._lock:
            return self._partials.get(digest, 0)

    def active(self) -> dict[str, int]:
        """The blobs on their way and how far they are."""
        with self._lock:
            self._move()
            return {digest: item.completed for digest, item in self._active.items()}

    def join(self, digest: str, size: int, latency_s: float) -> Download:
        """Start a download, go on with a partial one, or look at one that runs already."""
        with self._lock:
            self._move()
            if self._clock() < self._dying.pop(digest, 0.0):
                raise DownloadCancelled(digest)
            item = self._active.get(digest)
            if item is None:
                start = self._partials.get(digest, 0)
                item = Download(digest, size, start, self._clock() + latency_s)
                self._active[digest] = item
            item.waiters += 1
            return item

    def look(self, item: Download) -> int:
        """How far it is now."""
        with self._lock:
            self._move()
            return item.completed

    def remaining_s(self, item: Download) -> float:
        """How long it still takes at the present speed."""
        with self._lock:
            self._move()
            if item.is_done:
                return 0.0
            moving = sum(not other.is_done for other in self._active.values())
            share = self._speed / max(1, moving)
            delay = max(0.0, item.ready_at - self._clock())
            return delay + (item.size - item.completed) / share if share else math.inf

    def leave(self, item: Download) -> bool:
        """A client goes; when the last one does, the download ends and keeps what it has.

        Returns whether that was the last one.
        """
        with self._lock:
            self._move()
            item.waiters -= 1
            if item.waiters > 0 or self._active.get(item.digest) is not item:
                return False
            del self._active[item.digest]
            if item.is_done:
                self._partials.pop(item.digest, None)
            else:
                self._partials[item.digest] = item.completed
                if self.cancel_race_s > 0:
                    self._dying[item.digest] = self._clock() + self.cancel_race_s
            return True

    def abandon(self) -> None:
        """Forget what runs, as a killed server does: offsets were not written yet."""
        with self._lock:
            self._active.clear()
            self._dying.clear()

    def forget_partials(self) -> None:
        """Throw partial files away."""
        with self._lock:
            self._partials.clear()

    def roll_back(self, digest: str, size: int) -> None:
        """Lose the last bytes of a running download, as a failed part does."""
        with self._lock:
            self._move()
            item = self._active.get(digest)
            if item is not None:
                item.completed = max(0, item.completed - size)

    def _move(self) -> None:
        now = self._clock()
        elapsed, self._moved_at = now - self._moved_at, now
        moving = [item for item in self._active.values() if not item.is_done]
        for item in moving:
            share = self._speed / len(moving)
            moved = item.carry + share * max(0.0, min(elapsed, now - item.ready_at))
            item.completed = min(item.size, item.completed + int(moved))
            item.carry = moved - int(moved)
