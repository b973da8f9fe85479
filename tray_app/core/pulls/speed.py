"""How fast a download is and was: SpeedMeter over a sliding window, SpeedTrail over two minutes;
and what no download can be."""

from __future__ import annotations

from collections import deque

SPEED_WINDOW_S = 5.0
ETA_WINDOW_S = 20.0
_INCREMENT_S = 0.05  # lines that come faster than this are one increment, else a flood fills memory

MAX_BYTES_S = 5e9
"""No server writes and checks more in a second: who tells of more does not tell what happened."""
_AT_ONCE_BYTES = 1_000_000_000  # may be told in one breath after a pause

TRAIL_S = 120.0
_SAMPLE_S = 1.0
_GAP_S = 3.0


def is_credible(count_bytes: int, seconds: float) -> bool:
    """Whether so many bytes can have moved in that time; 0 seconds = the time is not known."""
    return not seconds or count_bytes <= _AT_ONCE_BYTES + seconds * MAX_BYTES_S


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
        if self._samples and (now_s <= end or now_s - start < _INCREMENT_S):
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
        """Bytes per second over the last `window_s`; None in the first second, and when it is more
        than there can be."""
        span = min(window_s, self.age_s(now_s))
        if span < 1.0:
            return None
        begin = now_s - span
        total = 0.0
        for start, end, count in self._samples:
            if end > begin:
                total += count * (1.0 if start >= begin else (end - begin) / (end - start))
        return total / span if is_credible(round(total), span) else None


class SpeedTrail:
    """The speed of the last two minutes, one sample a second.

    Cheap to feed ten times a second, small however long it lives.
    `version` grows with each sample, so that whoever draws knows when there is something new.
    """

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque()
        self.version = 0

    def add(self, now_s: float, speed_bytes_s: float | None) -> None:
        """The speed at `now_s`; at most one sample a second is kept. None is not known: a gap."""
        if speed_bytes_s is None:
            return
        if self._samples and now_s - self._samples[-1][0] < _SAMPLE_S:
            return
        self._samples.append((now_s, max(0.0, speed_bytes_s)))
        while self._samples[0][0] < now_s - TRAIL_S:
            self._samples.popleft()
        self.version += 1

    @property
    def newest_s(self) -> float:
        """When the last sample was taken, 0.0 = never."""
        return self._samples[-1][0] if self._samples else 0.0

    def runs(self, now_s: float) -> list[list[tuple[float, float]]]:
        """The samples of the last two minutes as (seconds ago, speed), the oldest first; a run
        ends where nothing was known for a while: a pause, a fault."""
        found: list[list[tuple[float, float]]] = []
        last_s: float | None = None
        for taken_s, speed in self._samples:
            if taken_s < now_s - TRAIL_S:
                continue
            if last_s is None or taken_s - last_s > _GAP_S:
                found.append([])
            found[-1].append((now_s - taken_s, speed))
            last_s = taken_s
        return found

    def peak(self, now_s: float) -> float:
        """The highest speed in sight."""
        return max((speed for run in self.runs(now_s) for _, speed in run), default=0.0)

    def mean(self, now_s: float) -> float:
        """The mean of what is in sight."""
        speeds = [speed for run in self.runs(now_s) for _, speed in run]
        return sum(speeds) / len(speeds) if speeds else 0.0
