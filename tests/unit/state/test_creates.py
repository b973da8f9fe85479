"""CreateFacts: each change is told once, and what is told is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tray_app.core.creates.records import (
    CreateItem,
    CreateRequest,
    CreateState,
    Derived,
    DeriveRequest,
    ModelChanges,
    Undone,
)
from tray_app.core.payloads import ModelRef
from tray_app.core.pulls.states import PullSummary
from tray_app.state.creates import CreateFacts

ITEM = CreateItem(
    id="c1",
    request=CreateRequest("local", "phi:q4", ("/models/phi.gguf",)),
    state=CreateState.WAITING,
    added_at=datetime(2026, 11, 24, tzinfo=UTC),
)


@pytest.fixture
def told() -> list[object]:
    return []


def test_each_change_is_told_once_and_kept(told: list[object]) -> None:
    facts = CreateFacts()
    facts.changed.connect(told.append)
    facts.removed.connect(told.append)
    moving = replace(ITEM, state=CreateState.UPLOADING)
    for item in (ITEM, ITEM, moving):
        facts.put(item)
    assert facts.items == (moving,)
    assert facts.item("c1") is moving
    facts.drop("c1")
    facts.drop("c1")
    assert told == [ITEM, moving, "c1"]
    assert not facts.items


def test_what_is_made_of_other_models_is_told_and_not_kept(told: list[object]) -> None:
    facts = CreateFacts()
    facts.derived.connect(told.append)
    facts.undone.connect(told.append)
    base = ModelRef("local", "base:7b")
    derived = Derived(DeriveRequest(base, "mine", ModelChanges()), ModelRef("local", "mine:latest"))
    undone = Undone(derived.ref)
    facts.tell_derived(derived)
    facts.tell_undone(undone)
    assert told == [derived, undone]


def test_a_state_is_ended_or_at_the_server_or_neither() -> None:
    ended = {state for state in CreateState if state.is_ended}
    at_server = {state for state in CreateState if state.is_at_server}
    assert not ended & at_server
    assert CreateState.UPLOADING not in ended | at_server


def test_an_end_is_told_once_of_what_was_seen_before(told: list[object]) -> None:
    facts = CreateFacts()
    facts.ended.connect(told.append)
    done = replace(ITEM, state=CreateState.DONE)
    facts.put(replace(done, id="old"))  # it had ended when the program started
    facts.put(ITEM)
    facts.put(done)
    facts.put(replace(done, digest="d" * 64))
    assert told == [done]


def test_how_many_stop_and_how_many_go_on() -> None:
    facts = CreateFacts()
    states = (CreateState.WAITING, CreateState.UPLOADING, CreateState.MAKING, CreateState.DONE)
    for state in states:
        facts.put(replace(ITEM, id=state, state=state))
    assert (facts.active, facts.at_server) == (1, 1)
    summary = facts.counted(PullSummary(active=2))
    assert (summary.active, summary.waiting, summary.done) == (4, 1, 1)
