"""Registrations: when programs hand their tray icon over to the desktop."""

from __future__ import annotations

import time
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self

from jeepney import MatchRule, message_bus

from tests.bench.proof import NotMeasured
from tests.desktop.harness.bus import Bus
from tests.desktop.harness.services import WATCHER_NAME


class Registrations:
    """Hears every RegisterStatusNotifierItem that the tray of a session was sent."""

    def __init__(self, address: str) -> None:
        self._bus = Bus(address)
        self._messages: SimpleQueue[Any] = SimpleQueue()
        rule = MatchRule(
            type="signal", interface=WATCHER_NAME, member="StatusNotifierItemRegistered"
        )
        self._filter = self._bus.router.filter(rule, queue=self._messages)
        self._bus.send(message_bus.AddMatch(rule))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._filter.close()
        self._bus.close()

    def next_ns(self, pid: int, *, timeout_s: float = 20.0) -> int:
        """Wait for the next one of a process; when it came (monotonic clock). Those of others,
        such as one that was just ended, do not count."""
        deadline_s = time.monotonic() + timeout_s
        while True:
            try:
                message = self._messages.get(timeout=max(0.0, deadline_s - time.monotonic()))
            except Empty:
                raise NotMeasured(f"no tray icon came in {timeout_s:g} s") from None
            came_ns = time.monotonic_ns()
            owner = message.body[0].partition("/")[0]
            if self._bus.pid_of(owner) == pid:
                return came_ns

    def forget(self) -> None:
        """Forget those that came meanwhile."""
        while not self._messages.empty():
            self._messages.get()
