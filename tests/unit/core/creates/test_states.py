"""The table of states of a create."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tray_app.core.creates.records import CreateItem, CreateRequest, CreateState
from tray_app.core.creates.states import (
    ACTIVE,
    BEFORE,
    STATE_EVENT,
    TRANSITIONS,
    CreateEvent,
    line_positions,
    step,
)

S, E = CreateState, CreateEvent


def test_every_state_has_a_row() -> None:
    assert set(TRANSITIONS) == set(S)


@pytest.mark.parametrize("state", list(S))
def test_an_event_that_means_nothing_changes_nothing(state: CreateState) -> None:
    for event in set(E) - set(TRANSITIONS[state]):
        assert step(state, event) is state


@pytest.mark.parametrize(
    ("state", "event", "after"),
    [
        (S.WAITING, E.CANCEL, S.CANCELED),
        (S.CHECKING, E.CANCEL, S.CANCELED),
        (S.LOOKING, E.CANCEL, S.CANCELED),
        (S.UPLOADING, E.CANCEL, S.CANCELED),
        (S.MAKING, E.CANCEL, S.ASKED),
        (S.WATCHING, E.CANCEL, S.ASKED),
        (S.ASKED, E.KEEP, S.MAKING),
        (S.ASKED, E.DELETE, S.TO_BE_DELETED),
        (S.ASKED, E.MADE, S.DONE),
        (S.ASKED, E.REFUSED, S.FAILED),
        (S.ASKED, E.HELD, S.CANCELED),
        (S.TO_BE_DELETED, E.KEEP, S.MAKING),
        (S.TO_BE_DELETED, E.DELETED, S.DELETED),
        (S.TO_BE_DELETED, E.REFUSED, S.CANCELED),
        (S.MAKING, E.LOST, S.WATCHING),
        (S.MAKING, E.HELD, S.WAITING),
        (S.WATCHING, E.MADE, S.DONE),
        (S.FAILED, E.MADE, S.DONE),
        (S.FAILED, E.RETRY, S.WAITING),
        (S.CANCELED, E.RETRY, S.WAITING),
    ],
)
def test_what_leads_where(state: CreateState, event: CreateEvent, after: CreateState) -> None:
    assert step(state, event) is after


@pytest.mark.parametrize("state", [S.DONE, S.DELETED])
def test_the_end_is_the_end(state: CreateState) -> None:
    assert {step(state, event) for event in E} == {state}


def test_a_canceled_one_never_comes_back_by_itself() -> None:
    assert {step(S.CANCELED, event) for event in set(E) - {E.RETRY}} == {S.CANCELED}


def test_the_kinds_of_states_fit_those_of_the_records() -> None:
    assert {state for state in S if state.is_at_server} | BEFORE == ACTIVE
    assert not any(state.is_ended for state in ACTIVE | {S.WAITING})
    assert {step(S.WAITING, event) for event in STATE_EVENT.values()} == set(STATE_EVENT)


def test_each_server_has_a_line_of_its_own() -> None:
    def item(number: int, server_id: str, state: CreateState) -> CreateItem:
        request = CreateRequest(server_id, f"m{number}", (f"/{number}.gguf",))
        return CreateItem(str(number), request, state, datetime(2026, 1, 1, tzinfo=UTC))

    items = [
        item(1, "a", S.MAKING),
        item(2, "a", S.WAITING),
        item(3, "b", S.WAITING),
        item(4, "a", S.WAITING),
        item(5, "b", S.DONE),
    ]
    assert line_positions(items) == {"2": 1, "3": 1, "4": 2}
