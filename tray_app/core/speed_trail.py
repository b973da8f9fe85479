"""SpeedTrail: how fast a download was during the last two minutes, one sample a second."""

from __future__ import annotations

from collections import deque

SPAN_S = 120.0
STEP_S = 1.0
_GAP_S = 3.0


class SpeedTrail:
    """Samples of a speed. Cheap to feed ten times a second, small however long it lives.

    `version` grows with each sample, so that whoever draws knows when there is something new.
    """

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque()
        self.version = 0

    def add(self, now_s: float, speed_bytes_s: float | None) -> None:
        """The speed at `now_s`; at most one sample a second is kept. None is not known: a gap."""
        if speed_bytes_s is None:
            return
        if self._samples and now_s - self._samples[-1][0] < STEP_S:
            return
        self._samples.append((now_s, max(0.0, speed_bytes_s)))
        while self._samples[0][0] < now_s - SPAN_S:
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
            if taken_s < now_s - SPAN_S:
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
