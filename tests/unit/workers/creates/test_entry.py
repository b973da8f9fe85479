"""CreateEntry: what stays of a row when it goes from state to state."""

from __future__ import annotations

from datetime import UTC, datetime

from tray_app.core.creates.records import CreateRequest, CreateState
from tray_app.core.creates.states import CreateEvent
from tray_app.workers.creates.entry import CreateEntry

NOW = datetime(2026, 5, 4, tzinfo=UTC)


def test_how_long_it_is_made_goes_on_while_a_person_thinks() -> None:
    entry = CreateEntry.of_request(CreateRequest("local", "x:1", ("/x.gguf",)), NOW)
    steps = (
        (CreateEvent.CHECK, 1.0, CreateState.CHECKING, 1.0),
        (CreateEvent.MAKE, 5.0, CreateState.MAKING, 5.0),
        (CreateEvent.CANCEL, 50.0, CreateState.ASKED, 5.0),
        (CreateEvent.DELETE, 60.0, CreateState.TO_BE_DELETED, 5.0),
        (CreateEvent.KEEP, 70.0, CreateState.MAKING, 5.0),
        (CreateEvent.LOST, 80.0, CreateState.WATCHING, 80.0),
    )
    for event, now_s, state, since_s in steps:
        assert entry.step(event, now_s, NOW)
        assert (entry.item.state, entry.item.state_since_s) == (state, since_s)
