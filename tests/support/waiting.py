"""Waiting for a condition: the one place where tests let time pass."""

import select
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 30.0
"""How long a test waits for what must come: a bound for machines that are slow or busy, never a
measure of how quick something is."""
PATIENCE_MS = int(PATIENCE_S * 1000)


def wait_for(
    condition: Callable[[], T | bool | None],
    *,
    timeout_s: float = PATIENCE_S,
    interval_s: float = 0.01,
    message: str | Callable[[], str] = "the condition never became true",
) -> T:
    """Ask until the answer is true and return it; AssertionError after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = condition()
        if answer:
            return answer  # type: ignore[return-value]
        if time.monotonic() > deadline:
            text = message() if callable(message) else message
            raise AssertionError(f"{text} (waited {timeout_s:g} s)")
        time.sleep(interval_s)


def is_readable(descriptor: int, timeout_s: float = 0.0) -> bool:
    """Whether there is something to read, or the other end has gone. Not for Windows.

    select() takes none above 1023.
    """
    poll = select.poll()
    poll.register(descriptor, select.POLLIN | select.POLLHUP)
    return bool(poll.poll(timeout_s * 1000))
