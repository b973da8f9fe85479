"""Speed, time left, the signs of progress, and the speed of two minutes with its gaps."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.core.pulls.streams import (
    MANIFEST,
    PARAMS,
    STALLED,
    START,
    VERIFY,
    WEIGHTS,
    layer,
    play,
    steady,
    watch,
)
from tray_app.core.pulls.speed import TRAIL_S, SpeedMeter, SpeedTrail
from tray_app.core.pulls.tracker import PullTracker

MB = 1_000_000


def downloading(rate: int, seconds: float) -> PullTracker:
    t = PullTracker("m", MANIFEST)
    t.new_attempt(0.0)
    lines = int(seconds * 10)
    play(t, [(0.0, START), *[(i / 10, layer(WEIGHTS, i * rate // 10)) for i in range(lines + 1)]])
    return t


def test_speed_and_time_left() -> None:
    progress = downloading(10 * MB, 10.0).progress(10.0)
    assert progress.speed_bytes_s == pytest.approx(10 * MB, rel=0.02)
    assert progress.eta_s == pytest.approx(16.0, rel=0.02)


def test_nothing_is_said_in_the_first_seconds() -> None:
    t = downloading(10 * MB, 0.9)
    assert t.progress(0.9).speed_bytes_s is None
    t = downloading(10 * MB, 4.9)
    assert t.progress(4.9).speed_bytes_s == pytest.approx(10 * MB, rel=0.02)
    assert t.progress(4.9).eta_s is None


def test_speed_falls_while_nothing_arrives() -> None:
    t = downloading(10 * MB, 10.0)
    assert t.progress(12.5).speed_bytes_s == pytest.approx(5 * MB, rel=0.05)
    assert t.progress(15.0).speed_bytes_s == 0
    assert t.progress(12.5).eta_s is not None
    assert t.progress(40.0).eta_s is None


def test_a_resumed_offset_is_no_speed() -> None:
    t = downloading(10 * MB, 5.0)
    t.new_attempt(100.0)
    play(t, [(100.1 + i / 10, layer(WEIGHTS, 200 * MB + i * MB // 10)) for i in range(30)])
    assert t.progress(103.0).speed_bytes_s == pytest.approx(1 * MB, rel=0.05)


def test_hours_of_sleep_are_no_peak() -> None:
    t = downloading(1 * MB, 5.0)
    # The server went on; its next line comes after an hour.
    play(t, [(3605.0, layer(WEIGHTS, 250 * MB))])
    speed = t.progress(3605.0).speed_bytes_s
    assert speed is not None
    assert speed < 0.1 * MB


def test_a_fallback_is_fetched_again_at_true_speed() -> None:
    t = downloading(10 * MB, 5.0)
    play(t, [(5.0 + i / 10, layer(WEIGHTS, 20 * MB + i * MB)) for i in range(1, 60)])
    assert t.progress(10.9).speed_bytes_s == pytest.approx(10 * MB, rel=0.05)
    play(t, [(11.0, layer(WEIGHTS, 30 * MB))])
    progress = t.progress(11.0)
    assert progress.eta_s is not None
    assert progress.eta_s > 230 / 10 * 0.9


def test_recorded_stall() -> None:
    t = PullTracker("m")
    t.new_attempt(0.0)
    seen = watch(t, STALLED)
    speeds = [p.speed_bytes_s for p in seen if p.speed_bytes_s is not None]
    assert max(speeds) == pytest.approx(5 * MB / 0.06, rel=0.1)
    assert min(speeds) < 40 * MB
    assert all(p.speed_bytes_s is None for p in seen if p.phase != "download")


def test_last_byte_stands_still_during_a_stall() -> None:
    t = PullTracker("m")
    t.new_attempt(0.0)
    for seconds, line in STALLED:
        t.feed(line, seconds)
        if 2.1 < seconds < 6.0:
            assert t.last_byte_s == 2.0
    assert t.last_byte_s == 6.96


@pytest.mark.parametrize(
    ("line", "is_sign"),
    [
        (layer(WEIGHTS, 5 * MB), False),
        (layer(WEIGHTS, 4 * MB), False),
        (layer(WEIGHTS, 6 * MB), True),
        (layer(PARAMS, None), True),  # the next layer: the one before has ended
        (VERIFY, True),
        (START, False),
    ],
)
def test_signs_of_progress(line: dict[str, object], is_sign: bool) -> None:
    t = PullTracker("m")
    t.new_attempt(0.0)
    play(t, [(0.0, START), *steady(1.0, 5 * MB)])
    t.feed(line, 50.0)
    assert t.last_byte_s == (50.0 if is_sign else 1.0)


def test_bytes_after_a_fallback_are_a_sign_of_progress() -> None:
    t = PullTracker("m")
    play(t, [(1.0, layer(WEIGHTS, 5 * MB)), (2.0, layer(WEIGHTS, 1 * MB))])
    assert t.last_byte_s == 1.0
    play(t, [(3.0, layer(WEIGHTS, 2 * MB))])
    assert t.last_byte_s == 3.0


def test_memory_is_flat() -> None:
    t = PullTracker("m", MANIFEST)
    for i in range(4_000):
        t.feed(layer(WEIGHTS, i * 1000), i * 0.06)
    assert len(t._meter._samples) < 400


def test_memory_is_flat_in_a_flood() -> None:
    meter = SpeedMeter()
    for i in range(50_000):
        meter.add(i / 10_000, 100)
    assert len(meter._samples) < 120
    assert meter.mean(5.0, 5.0) == pytest.approx(1_000_000, rel=0.001)
    assert meter.mean(5.0, 2.0) == pytest.approx(1_000_000, rel=0.001)


def test_meter_before_and_after() -> None:
    meter = SpeedMeter()
    assert meter.mean(5.0, 5.0) is None
    assert meter.age_s(5.0) == 0.0
    meter.add(10.0, 1000)  # only starts
    meter.add(12.0, 200)
    assert meter.mean(12.0, 5.0) == 100.0
    assert meter.mean(12.0, 1.0) == 100.0
    meter.restart()
    assert meter.mean(12.0, 5.0) is None


def test_several_lines_at_one_moment() -> None:
    meter = SpeedMeter()
    for now_s, count in ((0.0, 0), (2.0, 100), (2.0, 100), (1.0, 100)):
        meter.add(now_s, count)
    assert meter.mean(2.0, 5.0) == 150.0


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0.01, 30.0), st.integers(0, 10**9)), min_size=1, max_size=40),
    st.floats(0, 30),
)
def test_the_mean_is_never_above_the_fastest_interval(
    steps: list[tuple[float, int]], wait_s: float
) -> None:
    meter = SpeedMeter()
    meter.add(0.0, 0)
    now_s = 0.0
    for gap_s, count in steps:
        now_s += gap_s
        meter.add(now_s, count)
    fastest = max(count / gap_s for gap_s, count in steps)
    for window_s in (5.0, 20.0):
        mean = meter.mean(now_s + wait_s, window_s)
        assert mean is None or 0 <= mean <= fastest * 1.001


def filled(seconds: int, speed: float = 5.0) -> SpeedTrail:
    trail = SpeedTrail()
    for tenth in range(seconds * 10 + 1):
        trail.add(1000.0 + tenth / 10, speed)
    return trail


def test_one_sample_a_second_is_kept_and_two_minutes_of_them() -> None:
    trail = filled(500)
    (run,) = trail.runs(1500.0)
    assert len(run) == TRAIL_S + 1
    assert run[0] == (TRAIL_S, 5.0)
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
    assert trail.runs(1010.0 + TRAIL_S - 3) == [[(TRAIL_S - n, 5.0) for n in range(4)]]
    assert trail.runs(2000.0) == []
    assert (trail.peak(2000.0), trail.mean(2000.0)) == (0.0, 0.0)


def test_nothing_known_is_no_run() -> None:
    trail = SpeedTrail()
    trail.add(1.0, None)
    assert (trail.runs(1.0), trail.version, trail.newest_s) == ([], 0, 0.0)
