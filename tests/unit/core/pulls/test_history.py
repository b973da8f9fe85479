"""What of a download is remembered, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tray_app.core.errors import DiskFull, OllamaError
from tray_app.core.pulls.history import MAX_RECORDS, PullRecord, kept
from tray_app.core.pulls.progress import LayerProgress, LayerState, PullPhase, PullProgress
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.records import LayerKind

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def item(state: PullState, **more: object) -> PullItem:
    values = {"finished_at": NOW, **more}
    return PullItem("1", "local", "a:latest", state, NOW, **values)  # type: ignore[arg-type]


def progress(total: int, *, known: bool = True, phase: PullPhase = PullPhase.DONE) -> PullProgress:
    return PullProgress(phase, total, total, known)


@pytest.mark.parametrize(
    "state", [state for state in PullState if state not in (PullState.DONE, PullState.FAILED)]
)
def test_what_has_not_ended_or_was_canceled_is_no_history(state: PullState) -> None:
    assert PullRecord.of_item(item(state)) is None


def test_a_finished_one_has_bytes_time_and_mean_speed() -> None:
    done = item(PullState.DONE, fetched_bytes=60, active_s=5.0, progress=progress(60))
    record = PullRecord.of_item(done)
    assert record == PullRecord("local", "a:latest", NOW, 60, 5.0)
    assert record.mean_speed_bytes_s == 12.0


@pytest.mark.parametrize(
    ("fetched", "active_s", "told"),
    [
        (900 * 10**9, 1.0, 0),  # a server that lies
        (900 * 10**9, 3600.0, 900 * 10**9),
        (40_000_000, 0.01, 40_000_000),  # over loopback
        (60, 0.0, 60),  # of an earlier run, whose time is not known
    ],
)
def test_what_cannot_have_moved_is_no_fact(fetched: int, active_s: float, told: int) -> None:
    done = item(PullState.DONE, fetched_bytes=fetched, active_s=active_s)
    record = PullRecord.of_item(done)
    assert record is not None
    assert record.fetched_bytes == done.net_bytes == told
    assert (record.mean_speed_bytes_s is None) is (not told or active_s < 1)


def test_a_failed_one_has_its_reason() -> None:
    record = PullRecord.of_item(item(PullState.FAILED, error=DiskFull("a"), old_digest="ab"))
    assert record == PullRecord("local", "a:latest", NOW, 0, 0.0, DiskFull("a"), True)
    assert record.mean_speed_bytes_s is None
    unknown = PullRecord.of_item(item(PullState.FAILED))
    assert unknown is not None
    assert unknown.error == OllamaError("a:latest")


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((LayerState.HERE, LayerState.HERE), True),
        ((LayerState.HERE, LayerState.DONE), False),
        ((), False),  # all of it may have come between two lines
    ],
)
def test_up_to_date_is_said_only_when_it_was_heard(
    states: tuple[LayerState, ...], expected: bool
) -> None:
    layers = tuple(LayerProgress("sha256:aa", LayerKind.MODEL, 5, 5, state) for state in states)
    done = item(PullState.DONE, progress=PullProgress(PullPhase.DONE, 5, 5, layers=layers))
    record = PullRecord.of_item(done)
    assert record is not None
    assert record.was_here is expected


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (progress(60), 60),
        (progress(60, known=False), 60),  # at the end, what was heard of is all
        (progress(60, known=False, phase=PullPhase.DOWNLOAD), 80),
        (progress(90), 80),
        (None, 80),
    ],
)
def test_bytes_that_were_fetched_twice_count_once(
    shown: PullProgress | None, expected: int
) -> None:
    assert item(PullState.DONE, fetched_bytes=80, progress=shown).net_bytes == expected


def test_thirty_days_are_kept_the_newest_first() -> None:
    ages = (31, 3, 30, 29, 0)
    records = [PullRecord("local", str(age), NOW - timedelta(days=age)) for age in ages]
    assert [record.name for record in kept(records, NOW)] == ["0", "3", "29"]
    many = [PullRecord("local", str(n), NOW - timedelta(seconds=n)) for n in range(1200)]
    assert len(kept(many, NOW)) == MAX_RECORDS
