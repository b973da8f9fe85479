"""What leads from each state of a create to which, and the places in its line.

Pure: no timers, no network. `workers.creates` feeds events; a state that the table does not list
for an event stays as it is, so that a late event of a dead attempt can do no harm.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from tray_app.core.creates.records import CreateItem, CreateState


class CreateEvent(StrEnum):
    """What can happen to a create."""

    CHECK = "check"  # its turn: the files are read
    LOOK = "look"
    UPLOAD = "upload"
    MAKE = "make"  # the server is asked to make it
    LOST = "lost"  # nobody answers that any more, and the server goes on
    MADE = "made"  # it is in the list
    DELETED = "deleted"
    REFUSED = "refused"
    HELD = "held"  # back into the line: its server is away
    CANCEL = "cancel"  # a person's, as those below
    KEEP = "keep"
    DELETE = "delete"
    RETRY = "retry"


S, E = CreateState, CreateEvent

BEFORE = frozenset({S.CHECKING, S.LOOKING, S.UPLOADING})
"""States with work of ours under way of which the server keeps nothing by itself."""
ACTIVE = BEFORE | {S.MAKING, S.ASKED, S.TO_BE_DELETED, S.WATCHING}
RETRIED = frozenset({S.FAILED, S.CANCELED})

_COURSE = {
    E.CHECK: S.CHECKING,
    E.LOOK: S.LOOKING,
    E.UPLOAD: S.UPLOADING,
    E.MAKE: S.MAKING,
    E.LOST: S.WATCHING,
    E.MADE: S.DONE,
    E.REFUSED: S.FAILED,
    E.HELD: S.WAITING,
    E.CANCEL: S.CANCELED,
}

TRANSITIONS: dict[CreateState, dict[CreateEvent, CreateState]] = {
    S.WAITING: {**_COURSE},
    S.CHECKING: {**_COURSE},
    S.LOOKING: {**_COURSE},
    S.UPLOADING: {**_COURSE},
    # From here on the server cannot be interrupted.
    S.MAKING: {**_COURSE, E.CANCEL: S.ASKED},
    S.WATCHING: {**_COURSE, E.CANCEL: S.ASKED},
    # The question lapses with the create. Where all would begin anew, there is nothing to delete.
    S.ASKED: {
        E.KEEP: S.MAKING,
        E.DELETE: S.TO_BE_DELETED,
        E.MADE: S.DONE,
        E.REFUSED: S.FAILED,
        E.CHECK: S.CANCELED,
        E.UPLOAD: S.CANCELED,
        E.HELD: S.CANCELED,
    },
    S.TO_BE_DELETED: {
        E.KEEP: S.MAKING,
        E.DELETED: S.DELETED,
        E.MADE: S.DONE,  # it is not what was made: it stays
        E.REFUSED: S.CANCELED,
        E.CHECK: S.CANCELED,
        E.UPLOAD: S.CANCELED,
        E.HELD: S.CANCELED,
    },
    S.FAILED: {E.RETRY: S.WAITING, E.MADE: S.DONE},
    S.CANCELED: {E.RETRY: S.WAITING},
    S.DELETED: {},
    S.DONE: {},
}

STATE_EVENT = {
    S.CHECKING: E.CHECK,
    S.LOOKING: E.LOOK,
    S.UPLOADING: E.UPLOAD,
    S.MAKING: E.MAKE,
    S.WATCHING: E.LOST,
}
"""By which event the course of an attempt is told."""


def step(state: CreateState, event: CreateEvent) -> CreateState:
    """The state after `event`; the same state when the event means nothing there."""
    return TRANSITIONS[state].get(event, state)


def line_positions(items: Iterable[CreateItem]) -> dict[str, int]:
    """1-based places of the waiting ones, by id: each server has a line of its own."""
    places: dict[str, int] = {}
    in_line: dict[str, int] = {}
    for item in items:
        if item.state is S.WAITING:
            in_line[item.server_id] = places[item.id] = in_line.get(item.server_id, 0) + 1
    return places
