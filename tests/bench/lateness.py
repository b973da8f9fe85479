"""Lateness: how long events wait in a GUI thread, told by a timer that is due every millisecond."""

from __future__ import annotations

import gc
import resource
import statistics
import time
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal


class Lateness(QObject):
    """Watches the thread it lives in. `ended` brings what was seen, for `tell`."""

    ended = Signal(object)  # dict

    def __init__(self, seconds: float, parent: QObject) -> None:
        super().__init__(parent)
        self._seconds = seconds
        self._late_ms: list[float] = []
        self._collected_ms: list[float] = []
        self._timer = QTimer(self, interval=1, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timer_timeout)

    def begin(self) -> None:
        """Watch from now on."""
        gc.callbacks.append(self._on_collection)
        self._began_s = self._last_s = time.monotonic()
        self._cpu_s = _cpu_s()
        self._timer.start()

    def _on_collection(self, phase: str, facts: dict[str, int]) -> None:
        now_s = time.monotonic()
        if phase == "start":
            self._collecting_s = now_s
        else:
            self._collected_ms.append((now_s - self._collecting_s) * 1000)

    def _on_timer_timeout(self) -> None:
        now_s = time.monotonic()
        self._late_ms.append(max(0.0, (now_s - self._last_s) * 1000 - 1))
        self._last_s = now_s
        if now_s - self._began_s >= self._seconds:
            self._end(now_s - self._began_s)

    def end(self) -> None:
        """Before its time is over."""
        self._end(time.monotonic() - self._began_s)

    def _end(self, seconds: float) -> None:
        self._timer.stop()
        gc.callbacks.remove(self._on_collection)
        parts = statistics.quantiles(self._late_ms, n=100, method="inclusive")
        result: dict[str, Any] = {
            "p50": parts[49],
            "p99": parts[98],
            "max": max(self._late_ms),
            "cpu": (_cpu_s() - self._cpu_s) / seconds * 100,
            "collection": max(self._collected_ms, default=0.0),
            "ticks": len(self._late_ms),
        }
        self.ended.emit(result)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
