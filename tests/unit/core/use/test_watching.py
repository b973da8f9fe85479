"""UseWatch: which looks at memory tell of a use, and which do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tray_app.core.records import RunningModel
from tray_app.core.use.watching import MAX_GAP_S, UseWatch

AT = datetime(2026, 3, 3, 12, tzinfo=UTC)
FIVE = AT + timedelta(minutes=5)


def row(
    name: str = "qwen3:8b", expires_at: datetime | None = FIVE, digest: str = "a"
) -> RunningModel:
    return RunningModel("local", name, digest, expires_at=expires_at)


MOVED = row(expires_at=FIVE + timedelta(milliseconds=200))


@pytest.mark.parametrize(
    ("before", "after", "used"),
    [
        pytest.param([row()], [row()], [], id="nobody asked"),
        pytest.param([row()], [MOVED], ["qwen3:8b"], id="a request of 200 ms"),
        pytest.param([row()], [row(expires_at=AT)], ["qwen3:8b"], id="another client's keep_alive"),
        pytest.param([row()], [row(expires_at=None)], ["qwen3:8b"], id="another client keeps it"),
        pytest.param([row(expires_at=None)], [row(expires_at=None)], [], id="kept, and not used"),
        pytest.param(
            [replace(row(expires_at=None), forever_at=FIVE)],
            [replace(row(expires_at=None), forever_at=FIVE + timedelta(seconds=1))],
            ["qwen3:8b"],
            id="kept, and used",
        ),
        pytest.param([], [row()], ["qwen3:8b"], id="another client's load"),
        pytest.param([row()], [], [], id="it has left memory"),
        pytest.param([row(expires_at=AT)], [row(expires_at=AT)], [], id="its clock is behind ours"),
        pytest.param(
            [row()], [row(), row(digest="b")], ["qwen3:8b"], id="the newer version beside the old"
        ),
        pytest.param(
            [row()], [row("copy:latest", MOVED.expires_at)], ["copy:latest"], id="by its other name"
        ),
    ],
)
def test_what_two_looks_tell(
    before: list[RunningModel], after: list[RunningModel], used: list[str]
) -> None:
    watch = UseWatch()
    assert watch.take(before, 100.0).used == ()
    watched = watch.take(after, 115.0)
    assert [each.name for each in watched.used] == used
    assert watched.watched_s == 15.0
    assert watch.take(after, 130.0).used == ()


def test_the_first_look_says_nothing_of_use() -> None:
    assert UseWatch().take([row()], 5.0).used == ()


def test_what_we_do_ourselves_is_no_use() -> None:
    watch = UseWatch()
    watch.take([], 0.0)
    assert watch.take([row()], 2.0, own={"qwen3:8b"}).used == ()
    assert watch.take([MOVED], 4.0, own={"qwen3:8b"}).used == ()
    later = row(expires_at=FIVE + timedelta(minutes=1))
    assert watch.take([later], 6.0).used == (later,)


def test_a_server_that_was_away_is_not_watched_meanwhile() -> None:
    watch = UseWatch()
    watch.take([], 0.0)
    watch.lose()
    found = watch.take([row()], 2.0)
    assert (found.used, found.watched_s) == ((), 0.0)
    assert watch.take(None, 4.0).watched_s == 0.0
    assert watch.take([row("other:1b")], 6.0).used == ()


def test_a_long_silence_tells_of_requests_but_of_no_loads() -> None:
    """The computer slept: a moment that moved is the end of a request, whoever came may have come
    at any time."""
    watch = UseWatch()
    watch.take([row()], 0.0)
    found = watch.take([MOVED, row("other:1b")], MAX_GAP_S + 1)
    assert found.used == (MOVED,)
    assert found.watched_s == 0.0


def test_a_clock_that_runs_backwards_is_no_use() -> None:
    watch = UseWatch()
    watch.take([row()], 100.0)
    assert watch.take([MOVED], 50.0).used == ()
