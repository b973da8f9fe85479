"""The line to the registry, with a clock that the test moves."""

from __future__ import annotations

import math

import pytest

from tray_app.demo.store.downloads import DownloadCancelled, Line


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(clock: Clock) -> Line:
    return Line(1000.0, clock)


def test_bytes_arrive_with_time(line: Line, clock: Clock) -> None:
    item = line.join("a", 5000, 0.0)
    clock.now += 2
    assert line.look(item) == 2000
    assert line.remaining_s(item) == pytest.approx(3)
    clock.now += 10
    assert line.look(item) == 5000
    assert item.is_done


def test_nothing_arrives_before_the_registry_answered(line: Line, clock: Clock) -> None:
    item = line.join("a", 5000, 1.0)
    clock.now += 1
    assert line.look(item) == 0
    clock.now += 1
    assert line.look(item) == 1000


def test_two_downloads_share_the_line(line: Line, clock: Clock) -> None:
    first, second = line.join("a", 5000, 0.0), line.join("b", 5000, 0.0)
    clock.now += 2
    assert (line.look(first), line.look(second)) == (1000, 1000)


def test_the_last_one_who_leaves_ends_the_download(line: Line, clock: Clock) -> None:
    first = line.join("a", 5000, 0.0)
    assert line.join("a", 5000, 0.0) is first
    line.leave(first)
    clock.now += 1
    assert line.active() == {"a": 1000}
    line.leave(first)
    assert line.active() == {}
    assert line.partial("a") == 1000


def test_a_cancelled_download_goes_on_where_it_was(line: Line, clock: Clock) -> None:
    item = line.join("a", 5000, 0.0)
    clock.now += 2
    line.leave(item)
    clock.now += 100
    assert line.look(line.join("a", 5000, 0.0)) == 2000


def test_a_killed_server_forgets_only_what_it_had_not_written(line: Line, clock: Clock) -> None:
    item = line.join("a", 5000, 0.0)
    clock.now += 1
    line.leave(item)
    again = line.join("a", 5000, 0.0)
    clock.now += 2
    line.abandon()
    line.leave(again)
    assert line.partial("a") == 1000


def test_a_finished_download_leaves_no_partial(line: Line, clock: Clock) -> None:
    item = line.join("a", 500, 0.0)
    clock.now += 1
    line.look(item)
    assert line.leave(item)
    assert line.partial("a") == 0


def test_speed_zero_is_a_stall(line: Line, clock: Clock) -> None:
    item = line.join("a", 5000, 0.0)
    line.speed_bytes_s = 0
    clock.now += 60
    assert line.look(item) == 0
    assert line.remaining_s(item) == math.inf
    line.speed_bytes_s = 100
    clock.now += 1
    assert line.look(item) == 100


def test_asking_again_at_once_may_meet_the_dying_download(line: Line, clock: Clock) -> None:
    line.cancel_race_s = 0.5
    line.leave(line.join("a", 5000, 0.0))
    with pytest.raises(DownloadCancelled):
        line.join("a", 5000, 0.0)
    assert line.join("a", 5000, 0.0).waiters == 1


def test_a_failed_part_rolls_back(line: Line, clock: Clock) -> None:
    item = line.join("a", 5000, 0.0)
    clock.now += 3
    line.roll_back("a", 1000)
    assert line.look(item) == 2000
