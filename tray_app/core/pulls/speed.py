"""SpeedMeter: bytes per second over a sliding window, never a wild number."""

from __future__ import annotations

from collections import deque

SPEED_WINDOW_S = 5.0
ETA_WINDOW_S = 20.0
_STEP_S = 0.05  # lines that come faster than this are one increment, else a flood fills memory


class SpeedMeter:
    """Mean speed over a sliding window.

    Counted are increments, each spread over the time since the one before: neither a resumed
    offset nor a line that comes late (a sleeping machine, a held-up connection) makes a peak.
    """

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float, int]] = deque()  # from, to, bytes
        self._since_s: float | None = None
        self._last_s = 0.0

    def add(self, now_s: float, count_bytes: int) -> None:
        """`count_bytes` arrived between the last call and now. The first call only starts."""
        if self._since_s is None:
            self._since_s = self._last_s = now_s
            return
        start, end, before = self._samples[-1] if self._samples else (0.0, 0.0, 0)
        if self._samples and (now_s <= end or now_s - start < _STEP_S):
            self._samples[-1] = (start, max(end, now_s), before + count_bytes)
        else:
            self._samples.append((self._last_s, now_s, count_bytes))
        self._last_s = max(self._last_s, now_s)
        while self._samples and self._samples[0][1] <= self._last_s - ETA_WINDOW_S:
            self._samples.popleft()

    def restart(self) -> None:
        """Forget everything: the link was idle on purpose."""
        self._samples.clear()
        self._since_s = None

    def age_s(self, now_s: float) -> float:
        """Seconds since the first call."""
        return 0.0 if self._since_s is None else now_s - self._since_s

    def mean(self, now_s: float, window_s: float) -> float | None:
        """Bytes per second over the last `window_s`; None in the first second."""
        span = min(window_s, self.age_s(now_s))
        if span < 1.0:
            return None
        begin = now_s - span
        total = 0.0
        for start, end, count in self._samples:
            if end > begin:
                total += count * (1.0 if start >= begin else (end - begin) / (end - start))
        return total / span
