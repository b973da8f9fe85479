"""What a download row shows in each state: icon, bar, buttons. One table.

That of models that are made is create_states.py.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.payloads import ServerStart, StartPhase
from tray_app.core.pulls.states import AWAY, Hold, PullItem, PullState
from tray_app.core.pulls.updates import UpdateStep
from tray_app.text import one_line, tr
from tray_app.text.downloads import is_changed_meanwhile
from tray_app.views.components.glyphs import ACCENT, SECONDARY
from tray_app.views.theme import Tone


class BarMode(StrEnum):
    """How the bar of a row looks."""

    NONE = "none"
    ACCENT = "accent"
    IDLE = "idle"
    MOVING = "moving"


class RowAction(StrEnum):
    """What the buttons and the menu of a row ask for."""

    PAUSE = "pause"
    RESUME = "resume"
    START = "start"  # out of turn
    RETRY = "retry"  # a person's: now
    CANCEL = "cancel"
    REMOVE = "remove"
    SHOW = "show"
    LOOK = "look"  # at what has stopped it
    FREE_UP = "free_up"  # the disk space that it waits for
    KEEP = "keep"  # what is made, although it was canceled
    DELETE_WHEN_READY = "delete_when_ready"
    START_AGAIN = "start_again"
    CHANGE = "change"  # what was asked for
    CHOOSE = "choose"  # another file


@dataclass(frozen=True, slots=True)
class RowLook:
    """The look of one state. `first` and `second` are the two buttons."""

    glyph: str
    color: Tone | str
    bar: BarMode
    first: RowAction | None = None
    second: RowAction | None = None
    are_enabled: bool = True


S, A, B = PullState, RowAction, BarMode

LOOKS: dict[PullState, RowLook] = {
    S.WAITING: RowLook("clock", SECONDARY, B.IDLE, A.START, A.CANCEL),
    S.PREPARING: RowLook("download", SECONDARY, B.MOVING, A.PAUSE, A.CANCEL),
    S.RUNNING: RowLook("download", ACCENT, B.ACCENT, A.PAUSE, A.CANCEL),
    S.STALLED: RowLook("warning", Tone.WARN, B.ACCENT, A.RETRY, A.CANCEL),
    S.RETRYING: RowLook("clock", SECONDARY, B.IDLE, A.RETRY, A.CANCEL),
    S.VERIFYING: RowLook("verify", ACCENT, B.MOVING, A.PAUSE, A.CANCEL, are_enabled=False),
    S.FINISHING: RowLook("verify", SECONDARY, B.MOVING),
    S.PAUSED: RowLook("pause", SECONDARY, B.IDLE, A.RESUME, A.CANCEL),
    S.FAILED: RowLook("error", Tone.DANGER, B.NONE, A.RETRY, A.REMOVE),
    S.DONE: RowLook("check-circle", Tone.OK, B.NONE, A.SHOW, A.REMOVE),
    S.CANCELED: RowLook("close", SECONDARY, B.NONE, A.RESUME, None),
}

ACTION_GLYPHS: dict[RowAction, str] = {
    A.PAUSE: "pause",
    A.RESUME: "play",
    A.START: "play",
    A.RETRY: "refresh",
    A.CANCEL: "close",
    A.REMOVE: "close",
    A.SHOW: "search",
    A.LOOK: "search",
    A.FREE_UP: "disk",
    A.START_AGAIN: "play",
}

_UPDATING = frozenset({S.PREPARING, S.RUNNING})
_STOPPED = RowLook("warning", Tone.WARN, B.NONE, A.LOOK, A.REMOVE)
_NO_ROOM = RowLook("clock", Tone.WARN, B.IDLE, A.FREE_UP, A.CANCEL)


def look_of(item: PullItem) -> RowLook:
    """How a row looks: one that waits for disk space says what helps, that of an update has its own
    glyphs, and one that stopped as its model has changed meanwhile asks to be looked at."""
    look = LOOKS[item.state]
    if item.state is S.WAITING and item.hold is Hold.DISK:
        return _NO_ROOM
    if item.update is None:
        return look
    if is_changed_meanwhile(item):
        return _STOPPED
    if item.state is S.PREPARING and item.update.step is UpdateStep.UNLOADING:
        return replace(look, glyph="eject", color=ACCENT)
    is_in_line = item.state is S.WAITING and item.hold in (None, Hold.LINE)
    if item.state in _UPDATING or is_in_line:
        return replace(look, glyph="update")
    return look


_TICKING = frozenset(
    {S.PREPARING, S.RUNNING, S.STALLED, S.RETRYING, S.VERIFYING, S.FINISHING, S.CANCELED}
)


def is_ticking(item: PullItem, start: ServerStart | None = None) -> bool:
    """Whether the words of this row change with the clock alone. `start`: how its server is being
    brought back."""
    is_awaited = start is not None and start.phase is StartPhase.WAITING
    return item.state in _TICKING or (is_awaited and item.hold is Hold.SERVER)


def can_start(item: PullItem) -> bool:
    """Whether "Start now" would do something: not while the server itself is away."""
    return item.state is PullState.WAITING and item.hold not in AWAY


def action_name(action: RowAction, item: PullItem) -> str:
    """What a button does to which model, for its tooltip and for screen readers."""
    text = {
        A.PAUSE: tr("Pause {name}"),
        A.RESUME: tr("Resume {name}"),
        A.START: tr("Start {name} now"),
        A.RETRY: tr("Retry {name}"),
        A.CANCEL: tr("Cancel {name}"),
        A.REMOVE: tr("Remove {name} from this list"),
        A.SHOW: tr("Show {name} in the table"),
        A.LOOK: tr("Look what has changed of {name}"),
        A.FREE_UP: tr("Free up space for {name}"),
    }[action]
    if action is A.RETRY and item.state is S.STALLED:
        text = tr("Restart {name} now")
    elif action is A.RETRY and item.state is S.RETRYING:
        text = tr("Try {name} again now")
    return text.format(name=one_line(item.name, 120))


def why_disabled(action: RowAction, item: PullItem, server: str) -> str:
    """The tooltip of a button that can do nothing now."""
    if action is A.START and item.hold is Hold.OFF:
        return tr("“{server}” is switched off").format(server=server)
    if action is A.START and item.hold is Hold.NO_SERVER:
        return tr("Its server is not set up any more")
    if action is A.START:
        return tr("It starts by itself when the server answers")
    return tr("Almost done. Ollama can’t stop while it checks the files")
