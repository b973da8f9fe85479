"""The speed of two minutes: sampled once a second, with gaps where nothing was known."""

from __future__ import annotations

import pytest

from tray_app.core.speed_trail import SPAN_S, SpeedTrail


def filled(seconds: int, speed: float = 5.0) -> SpeedTrail:
    trail = SpeedTrail()
    for tenth in range(seconds * 10 + 1):
        trail.add(1000.0 + tenth / 10, speed)
    return trail


def test_one_sample_a_second_is_kept_and_two_minutes_of_them() -> None:
    trail = filled(500)
    (run,) = trail.runs(1500.0)
    assert len(run) == SPAN_S + 1
    assert run[0] == (SPAN_S, 5.0)
    assert run[-1] == (0.0, 5.0)
    assert trail.version == 501
    assert trail.newest_s == 1500.0


def test_an_unknown_speed_is_a_gap_and_a_stall_is_none() -> None:
    trail = SpeedTrail()
    speeds = {0: 8.0, 1: 8.0, 2: None, 3: None, 4: None, 5: None, 6: 2.0, 7: 0.0, 8: 0.0}
    for second, speed in speeds.items():
        trail.add(float(second), speed)
    assert trail.runs(8.0) == [[(8.0, 8.0), (7.0, 8.0)], [(2.0, 2.0), (1.0, 0.0), (0.0, 0.0)]]
    assert trail.peak(8.0) == 8.0
    assert trail.mean(8.0) == pytest.approx(18 / 5)


def test_what_is_older_than_two_minutes_is_out_of_sight() -> None:
    trail = filled(10)
    assert trail.runs(1010.0 + SPAN_S - 3) == [[(SPAN_S - n, 5.0) for n in range(4)]]
    assert trail.runs(2000.0) == []
    assert (trail.peak(2000.0), trail.mean(2000.0)) == (0.0, 0.0)


def test_nothing_known_is_no_run() -> None:
    trail = SpeedTrail()
    trail.add(1.0, None)
    assert (trail.runs(1.0), trail.version, trail.newest_s) == ([], 0, 0.0)
