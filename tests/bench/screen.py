"""Screen: a program in a terminal of its own, what it has written there, and keys for it.

It gets the answers that every terminal gives; there are programs that wait for them.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bench.children import ROOT, memory_mib
from tests.bench.proof import NotMeasured

# As high as what is to be seen at once, and no larger than a person's.
ROWS, COLUMNS = 64, 120
_CELL = (9, 18)
_ANSWERS = {
    b"\x1b[c": b"\x1b[?62;22c",  # what kind of terminal is this?
    b"\x1b[6n": b"\x1b[1;1R",  # where is the cursor?
    b"\x1b[16t": b"\x1b[6;18;9t",  # how large is a letter?
}
# A word that comes in two pieces is found in the second one with so much of the first.
_KEPT = 200


class Screen:
    """Ended on leaving `with`, with all that it has started."""

    def __init__(self, variables: Mapping[str, str], *command: str) -> None:
        self._terminal, inside = pty.openpty()
        width, height = _CELL
        size = struct.pack("HHHH", ROWS, COLUMNS, COLUMNS * width, ROWS * height)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, size)
        self._tail = b""
        self.spawned_ns = time.monotonic_ns()
        try:
            self._child = subprocess.Popen(
                command,
                env=dict(variables),
                cwd=ROOT,
                stdin=inside,
                stdout=inside,
                stderr=inside,
                start_new_session=True,
            )
        except OSError:
            os.close(self._terminal)
            raise
        finally:
            os.close(inside)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        os.close(self._terminal)

    @property
    def pid(self) -> int:
        return self._child.pid

    def wait_words(self, words: Collection[str], timeout_s: float = 60.0) -> int:
        """Wait until all of them were written; when the last one was (monotonic clock)."""
        missing = {word.encode() for word in words}
        deadline_s = time.monotonic() + timeout_s
        while missing:
            left_s = deadline_s - time.monotonic()
            new = self._read(left_s) if left_s > 0 else None
            if new is None:
                names = ", ".join(sorted(word.decode() for word in missing))
                raise NotMeasured(f"never seen in the terminal: {names}")
            text = self._tail + new
            missing = {word for word in missing if word not in text}
            self._tail = text[-_KEPT:]
        return time.monotonic_ns()

    def press(self, keys: str) -> None:
        """As a person would."""
        os.write(self._terminal, keys.encode())

    def rest(self, seconds: float) -> None:
        """Let it go on, and take what it writes."""
        until_s = time.monotonic() + seconds
        while (left_s := until_s - time.monotonic()) > 0:
            if self._read(left_s) is None and self._child.poll() is not None:
                raise NotMeasured(f"it ended with {self._child.returncode}")

    def wait_largest_mib(self) -> tuple[float, float]:
        """Let it end by itself, well; the largest RSS and PSS that were seen until then."""
        largest = (0.0, 0.0)
        while self._read(0.0) is not None or self._child.poll() is None:
            with contextlib.suppress(OSError, KeyError):  # it may end in the middle of the look
                rss, pss = memory_mib(self._child.pid)
                largest = (max(largest[0], rss), max(largest[1], pss))
        if self._child.returncode:
            raise NotMeasured(f"it ended with {self._child.returncode}")
        return largest

    def cpu_ms(self) -> float:
        """CPU time that it has taken so far, with what it has started; of one that has ended, as
        long as nobody has asked for its end."""
        return total_cpu_ms(self._child.pid)

    def wait_end(self) -> None:
        """Wait until it has ended by itself, without asking how."""
        while os.waitid(os.P_PID, self._child.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            self._read(0.01)

    def memory_mib(self) -> tuple[float, float]:
        """RSS and PSS of it and all that it has started."""
        return total_mib(self._child.pid)

    def _read(self, timeout_s: float) -> bytes | None:
        """What it has written meanwhile; None when that is nothing, or it has gone."""
        if not select.select([self._terminal], [], [], timeout_s)[0]:
            return None
        try:
            new = os.read(self._terminal, 1 << 16)
        except OSError:  # so a terminal says that nobody is at its other end
            return None
        for question, answer in _ANSWERS.items():
            if question in new:
                os.write(self._terminal, answer)
        return new or None


def session_mib(leader: int) -> dict[int, tuple[float, float]]:
    """RSS and PSS of every process of a session, which those that are started stay in; nothing of
    those that have ended."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, KeyError):  # it may go at any moment
                if os.getsid(int(folder.name)) == leader:
                    found[int(folder.name)] = memory_mib(folder.name)
    return found


def total_cpu_ms(leader: int) -> float:
    """CPU time of a session's processes so far, to ten milliseconds."""
    ticks = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                if os.getsid(int(folder.name)) == leader:
                    fields = (folder / "stat").read_text().rpartition(")")[2].split()
                    ticks += int(fields[11]) + int(fields[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def total_mib(leader: int) -> tuple[float, float]:
    """RSS and PSS of all of them together."""
    sizes = session_mib(leader)
    if leader not in sizes:
        raise NotMeasured("it had ended before it was weighed")
    return sum(rss for rss, _ in sizes.values()), sum(pss for _, pss in sizes.values())
