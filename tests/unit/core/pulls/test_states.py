"""The table of a download's states, walked with random events."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tray_app.core.errors import ModelNotFound, Unreachable
from tray_app.core.pulls.progress import LayerProgress, LayerState, PullPhase, PullProgress
from tray_app.core.pulls.states import (
    ACTIVE,
    ENDED,
    IN_TRANSFER,
    PHASE_EVENT,
    TRANSITIONS,
    UNFINISHED,
    Hold,
    PullEvent,
    PullItem,
    PullState,
    PullSummary,
    display_order,
    line_positions,
    step,
    summarize,
)
from tray_app.core.pulls.tracker import AGGREGATE_DIGEST
from tray_app.core.records import LayerKind

S, E = PullState, PullEvent
PERSONS = {E.PAUSE, E.RESUME, E.CANCEL, E.RETRY}
ITEM = PullItem("1", "local", "m:latest", S.WAITING, datetime(2026, 1, 1, tzinfo=UTC))


def test_every_state_has_a_row() -> None:
    assert set(TRANSITIONS) == set(PullState)
    assert set(PHASE_EVENT) == set(PullPhase)


def test_states_fall_into_groups() -> None:
    assert set(PullState) == UNFINISHED | ENDED
    assert not UNFINISHED & ENDED
    assert ACTIVE < UNFINISHED
    assert IN_TRANSFER < ACTIVE
    assert set(PullState) - ACTIVE - ENDED == {S.WAITING, S.RETRYING, S.PAUSED}


def test_every_state_is_reached_from_the_line() -> None:
    reached, fresh = {S.WAITING}, {S.WAITING}
    while fresh:
        fresh = {after for s in fresh for after in TRANSITIONS[s].values()} - reached
        reached |= fresh
    assert reached == set(PullState)


def test_every_unfinished_state_can_end() -> None:
    for start in UNFINISHED:
        reached = {start}
        while not reached & ENDED:
            wider = reached | {after for s in reached for after in TRANSITIONS[s].values()}
            assert wider != reached, start
            reached = wider


@pytest.mark.parametrize("event", list(PullEvent))
def test_done_is_the_end(event: PullEvent) -> None:
    assert step(S.DONE, event) is S.DONE


@pytest.mark.parametrize("state", sorted(ENDED))
def test_only_a_person_restarts_what_has_ended(state: PullState) -> None:
    restarts = {event for event in PullEvent if step(state, event) not in ENDED}
    assert restarts <= {E.RETRY, E.RESUME}
    assert {step(state, event) for event in restarts} <= {S.WAITING}


def test_what_is_paused_stays_until_a_person_says_otherwise() -> None:
    moves = {event: step(S.PAUSED, event) for event in PullEvent}
    assert {event for event, state in moves.items() if state is not S.PAUSED} == {
        E.RESUME,
        E.CANCEL,
        E.SUCCESS,  # a pause that came after the last byte
    }


@pytest.mark.parametrize("state", sorted(set(PullState) - ACTIVE))
def test_a_request_begins_only_from_the_line(state: PullState) -> None:
    begun = {event for event in PullEvent if step(state, event) in ACTIVE}
    assert begun == ({E.START} if state is S.WAITING else set())


@pytest.mark.parametrize("state", sorted(ACTIVE))
def test_every_end_of_a_stream_is_understood(state: PullState) -> None:
    assert step(state, E.SUCCESS) is S.DONE
    assert step(state, E.FAULT) is S.RETRYING
    assert step(state, E.REFUSED) is S.FAILED
    assert step(state, E.HELD) is S.WAITING


@pytest.mark.parametrize("state", sorted(UNFINISHED))
def test_pause_and_cancel(state: PullState) -> None:
    can = state not in (S.VERIFYING, S.FINISHING)
    assert (step(state, E.PAUSE) is S.PAUSED) is can
    assert (step(state, E.CANCEL) is S.CANCELED) is can


@pytest.mark.parametrize("state", sorted({S.PREPARING, S.RUNNING, S.STALLED}))
def test_a_stall_ends_with_the_next_byte(state: PullState) -> None:
    assert step(state, E.STALL) is S.STALLED
    assert step(S.STALLED, E.BYTES) is S.RUNNING


@settings(max_examples=100)
@given(st.lists(st.sampled_from(PullEvent), max_size=60))
def test_random_events_lose_nothing(events: list[PullEvent]) -> None:
    state = S.WAITING
    is_paused = was_done = False
    for event in events:
        before, state = state, step(state, event)
        was_done = was_done or state is S.DONE
        assert not was_done or state is S.DONE
        if state is not before:
            is_paused = state is S.PAUSED
        assert not (is_paused and state in ACTIVE)
        if before in ENDED and state not in ENDED:
            assert event in PERSONS
        if before not in ACTIVE and state in ACTIVE:
            assert (before, event) == (S.WAITING, E.START)


@pytest.mark.parametrize("state", list(PullState))
def test_a_new_state_drops_what_only_the_old_one_meant(state: PullState) -> None:
    old = replace(
        ITEM,
        state=S.FINISHING if state is S.WAITING else S.WAITING,
        hold=Hold.DISK,
        retry_s=5.0,
        restart_s=6.0,
        position=3,
        error=Unreachable("nas"),
        attempt=4,
        fetched_bytes=7,
    )
    new = old.with_state(state, 9.0)
    assert (new.state, new.state_since_s) == (state, 9.0)
    assert (new.hold, new.retry_s, new.restart_s) == (None, None, None)
    assert new.error == (Unreachable("nas") if state in (S.FAILED, S.RETRYING) else None)
    again = replace(old, state=S.RETRYING).with_state(state, 9.0)
    told_in = (S.FAILED, S.RETRYING, S.WAITING)
    assert again.error == (Unreachable("nas") if state in told_in else None)
    assert new.position == (3 if state is S.WAITING else 0)
    assert (new.id, new.attempt, new.fetched_bytes, new.key) == ("1", 4, 7, ("local", "m:latest"))
    assert (new.is_active, new.is_ended) == (state in ACTIVE, state in ENDED)


def test_the_same_state_keeps_everything() -> None:
    item = replace(ITEM, hold=Hold.SERVER)
    assert item.with_state(S.WAITING, 9.0) is item


def item(
    state: PullState,
    completed: int | None = None,
    total: int | None = None,
    speed: float | None = None,
    eta: float | None = None,
    hold: Hold | None = None,
) -> PullItem:
    progress = None
    if completed is not None:
        progress = PullProgress(
            PullPhase.DOWNLOAD,
            completed_bytes=completed,
            total_bytes=total,
            speed_bytes_s=speed,
            eta_s=eta,
        )
    error = ModelNotFound("m") if state is S.FAILED else None
    return replace(ITEM, state=state, progress=progress, hold=hold, error=error)


def test_places_in_line() -> None:
    assert ITEM.at_place(0) is ITEM
    assert ITEM.at_place(2).position == 2


def test_summary_of_nothing() -> None:
    assert summarize(()) == PullSummary()
    assert summarize(()).unfinished == 0


def test_summary_counts_states() -> None:
    items = [item(state) for state in PullState]
    summary = summarize((*items, item(S.WAITING, hold=Hold.SERVER)))
    assert summary == PullSummary(
        active=5, waiting=3, paused=1, failed=1, done=1, waits_for_server=1
    )
    assert summary.unfinished == 9


def test_summary_adds_up_the_unfinished() -> None:
    summary = summarize(
        (
            item(S.RUNNING, 30, 100, 5.0, 14.0),
            item(S.RUNNING, 10, 100, 15.0, 6.0),
            item(S.PREPARING, 0, None),
            item(S.DONE, 1000, 1000),
            item(S.FAILED, 5, 1000),
        )
    )
    assert (summary.completed_bytes, summary.total_bytes, summary.permille) == (40, 200, 200)
    assert summary.speed_bytes_s == 20.0
    assert summary.eta_s == 14.0  # the slowest one
    assert not summary.is_verifying


def pulled(
    name: str, server_id: str = "s", *, done: int = 500, speed: float = 40.0, digest: str = "w"
) -> PullItem:
    """A model of 100 bytes of its own, which are there, and 1000 of weights, on their way."""
    layers = (
        LayerProgress(f"sha256:{name}", LayerKind.TEMPLATE, 100, 100, LayerState.DONE),
        LayerProgress(f"sha256:{digest}", LayerKind.MODEL, 1000, done, LayerState.RUNNING),
    )
    progress = PullProgress(
        PullPhase.DOWNLOAD, 100 + done, 1100, True, 0, speed, None, layers=layers
    )
    return replace(
        ITEM, id=name, server_id=server_id, name=name, state=S.RUNNING, progress=progress
    )


def test_a_layer_that_two_downloads_wait_for_counts_once() -> None:
    both = summarize((pulled("a"), pulled("b", speed=42.0)))
    assert (both.completed_bytes, both.total_bytes) == (700, 1200)
    assert both.speed_bytes_s == 42.0, "the same bytes, seen twice"
    apart = summarize((pulled("a"), pulled("b", "other server")))
    assert (apart.completed_bytes, apart.total_bytes, apart.speed_bytes_s) == (1200, 2200, 80.0)
    others = summarize((pulled("a"), pulled("b", digest="v")))
    assert (others.total_bytes, others.speed_bytes_s) == (2200, 80.0)
    # A model of tensors has one line for all of them, which is no layer.
    tensors = summarize((pulled("a", digest="model"), pulled("b", digest="model")))
    assert (tensors.total_bytes, tensors.speed_bytes_s) == (2200, 80.0)


@pytest.mark.parametrize(
    ("fetched", "state", "net"),
    [
        (79_600_000, S.DONE, 80_000_000),
        (80_000_000, S.DONE, 80_000_000),
        (200_000_000, S.DONE, 100_000_000),
        (40_000_000, S.DONE, 40_000_000),  # the other half was there before
        (79_600_000, S.RUNNING, 79_600_000),
        (0, S.DONE, 0),
    ],
)
def test_what_was_fetched_of_a_model(fetched: int, state: PullState, net: int) -> None:
    layers = (
        LayerProgress("sha256:a", LayerKind.MODEL, 80_000_000, 80_000_000, LayerState.DONE),
        LayerProgress("sha256:b", LayerKind.LICENSE, 20_000_000, 20_000_000, LayerState.HERE),
    )
    progress = PullProgress(PullPhase.DONE, 10**8, 10**8, True, layers=layers)
    assert replace(ITEM, state=state, progress=progress, fetched_bytes=fetched).net_bytes == net


def fetching(name: str, *layers: LayerProgress, speed: float, server_id: str = "local") -> PullItem:
    progress = PullProgress(
        PullPhase.DOWNLOAD,
        completed_bytes=sum(layer.completed_bytes for layer in layers),
        total_bytes=sum(layer.total_bytes for layer in layers),
        speed_bytes_s=speed,
        layers=layers,
    )
    return replace(ITEM, id=name, server_id=server_id, state=S.RUNNING, progress=progress)


def test_a_layer_that_two_downloads_fetch_counts_once() -> None:
    weights = LayerProgress("sha256:a", LayerKind.MODEL, 9000, 3000, LayerState.RUNNING)
    waiting = LayerProgress("sha256:a", LayerKind.MODEL, 9000, 0, LayerState.WAITING)
    other = LayerProgress("sha256:b", LayerKind.PROJECTOR, 1000, 500, LayerState.RUNNING)
    one, two = fetching("1", weights, speed=40.0), fetching("2", weights, speed=41.0)
    summary = summarize((one, two))
    assert (summary.completed_bytes, summary.total_bytes) == (3000, 9000)
    assert (summary.permille, summary.speed_bytes_s) == (333, 41.0)
    summary = summarize((one, fetching("2", other, waiting, speed=10.0)))
    assert (summary.completed_bytes, summary.total_bytes) == (3500, 10_000)
    assert summary.speed_bytes_s == 50.0
    elsewhere = fetching("2", weights, speed=40.0, server_id="studio")
    summary = summarize((one, elsewhere))
    assert (summary.total_bytes, summary.speed_bytes_s) == (18_000, 80.0)


def test_the_one_line_of_many_layers_is_its_own_models() -> None:
    every = LayerProgress(AGGREGATE_DIGEST, LayerKind.MODEL, 900, 300, LayerState.RUNNING)
    summary = summarize((fetching("1", every, speed=4.0), fetching("2", every, speed=4.0)))
    assert (summary.completed_bytes, summary.total_bytes) == (600, 1800)
    assert summary.speed_bytes_s == 8.0


def test_summary_time_left_waits_for_the_line() -> None:
    running = item(S.RUNNING, 30, 100, 5.0, 14.0)
    assert summarize((running, item(S.WAITING))).eta_s is None
    assert summarize((item(S.RUNNING, 30, 100, 0.0),)).eta_s is None
    with_paused = summarize((running, item(S.PAUSED, 0, 10**9)))
    assert with_paused.eta_s == 14.0  # what is paused is not waited for


def test_summary_of_a_verification() -> None:
    verifying = item(S.VERIFYING, 100, 100)
    assert summarize((verifying,)).is_verifying
    assert summarize((verifying,)).permille == 999
    assert not summarize((verifying, item(S.RUNNING, 1, 100))).is_verifying
    assert not summarize((verifying, item(S.PREPARING))).is_verifying


def test_summary_percent_is_that_of_what_moves() -> None:
    items = (item(S.PAUSED, 0, 900), item(S.WAITING, 10, 100))
    assert summarize(items).permille == 100
    assert summarize((*items, item(S.RUNNING, 80, 100))).permille == 800
    assert summarize((item(S.PAUSED, 0, 900),)).permille is None


def test_what_a_cancel_would_leave_lying_on_the_server() -> None:
    layers = (
        LayerProgress("sha256:a", LayerKind.MODEL, 5000, 2000, LayerState.RUNNING),
        LayerProgress("sha256:b", LayerKind.TEMPLATE, 700, 700, LayerState.HERE),
        LayerProgress("sha256:c", LayerKind.PARAMS, 10, 10, LayerState.DONE),
    )
    progress = PullProgress(PullPhase.DOWNLOAD, completed_bytes=2710, layers=layers)
    assert ITEM.partial_bytes == 0
    assert replace(ITEM, progress=progress).partial_bytes == 2010
    assert replace(ITEM, progress=progress, state=S.DONE).partial_bytes == 0


def test_why_it_was_held_ends_with_the_wait() -> None:
    held = replace(ITEM, hold=Hold.DISK, missing_bytes=5, hold_until=time(23))
    started = held.with_state(S.PREPARING, 1.0)
    assert (started.hold, started.missing_bytes, started.hold_until) == (None, 0, None)


def row(name: str, state: PullState, ended_h: int = 0) -> PullItem:
    ended_at = ITEM.added_at + timedelta(hours=ended_h) if ended_h else None
    return replace(ITEM, id=name, state=state, finished_at=ended_at)


def test_rows_are_shown_by_what_becomes_of_them() -> None:
    rows = [
        row("done early", S.DONE, 1),
        row("waiting", S.WAITING),
        row("canceled late", S.CANCELED, 9),
        row("paused", S.PAUSED, 7),  # it had ended once
        row("failed early", S.FAILED, 2),
        row("verifying", S.VERIFYING),
        row("done late", S.DONE, 8),
        row("second waiting", S.WAITING),
        row("retrying", S.RETRYING),
        row("second paused", S.PAUSED),
        row("canceled early", S.CANCELED, 3),
        row("failed late", S.FAILED, 4),
        row("running", S.RUNNING),
    ]
    assert [item.id for item in display_order(rows, 1000.0)] == [
        *("verifying", "retrying", "running"),
        *("waiting", "second waiting"),
        *("paused", "second paused"),
        *("failed late", "failed early"),
        *("canceled late", "canceled early"),
        *("done late", "done early"),
    ]
    assert line_positions(rows) == {"waiting": 1, "second waiting": 2}


def test_nobody_waits_behind_a_server_that_is_away_but_its_own() -> None:
    def waiting(item_id: str, server_id: str, hold: Hold | None) -> PullItem:
        return replace(row(item_id, S.WAITING), server_id=server_id, hold=hold)

    rows = [
        waiting("dead", "nas", Hold.SERVER),
        waiting("off", "lab", Hold.OFF),
        waiting("gone", "old", Hold.NO_SERVER),
        waiting("quiet", "local", Hold.QUIET_HOURS),
        waiting("dead too", "nas", Hold.SERVER),
        waiting("next", "studio", Hold.LINE),
        waiting("new", "studio", None),
    ]
    assert line_positions(rows) == {
        "dead": 1,
        "off": 1,
        "gone": 1,
        "quiet": 1,
        "dead too": 3,
        "next": 2,
        "new": 3,
    }


def test_what_has_just_ended_stands_above_all_that_ended_before() -> None:
    old = [row("old failure", S.FAILED, 1), row("old done", S.DONE, 2)]
    new = [
        replace(row("failed now", S.FAILED, 3), state_since_s=100.0),
        replace(row("canceled now", S.CANCELED, 4), state_since_s=101.0),
        replace(row("done now", S.DONE, 5), state_since_s=102.0),
    ]
    rows = [*old, *new, row("paused", S.PAUSED), row("waiting", S.WAITING)]

    def order(now_s: float) -> list[str]:
        return [item.id for item in display_order(rows, now_s)]

    just = ["done now", "canceled now", "failed now"]
    assert order(105.0) == ["waiting", "paused", *just, "old failure", "old done"]
    assert order(111.5) == [
        *("waiting", "paused", "done now"),
        *("failed now", "old failure", "canceled now", "old done"),
    ]
    # A row of an earlier run of the program ended on another clock.
    assert order(50.0)[2:4] == ["failed now", "old failure"]


def test_every_state_has_its_place_in_the_order() -> None:
    assert len(display_order((row(state, state) for state in PullState), 0.0)) == len(PullState)
