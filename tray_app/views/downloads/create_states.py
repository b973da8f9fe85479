"""What the row of a model that is made shows in each state: icon, bar, buttons. One table."""

from __future__ import annotations

from dataclasses import replace

from tray_app.core.creates.records import CreateFault, CreateItem, CreateState
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text import one_line, tr
from tray_app.views.components.glyphs import ACCENT, SECONDARY
from tray_app.views.downloads.row_states import BarMode, RowAction
from tray_app.views.theme import Tone


@dataclass(frozen=True, slots=True)
class CreateLook:
    """The look of one state. `words` are the buttons with a caption, `first` and `second` those
    with an icon."""

    glyph: str
    color: Tone | str
    bar: BarMode
    words: tuple[RowAction, ...] = ()
    first: RowAction | None = None
    second: RowAction | None = None


S, A, B = CreateState, RowAction, BarMode

LOOKS: dict[CreateState, CreateLook] = {
    S.WAITING: CreateLook("clock", SECONDARY, B.IDLE, first=A.START, second=A.CANCEL),
    S.CHECKING: CreateLook("verify", ACCENT, B.ACCENT, second=A.CANCEL),
    S.LOOKING: CreateLook("search", SECONDARY, B.MOVING, second=A.CANCEL),
    S.UPLOADING: CreateLook("upload", ACCENT, B.ACCENT, second=A.CANCEL),
    S.MAKING: CreateLook("verify", ACCENT, B.MOVING, second=A.CANCEL),
    S.ASKED: CreateLook("warning", Tone.WARN, B.NONE, (A.DELETE_WHEN_READY, A.KEEP)),
    S.TO_BE_DELETED: CreateLook("verify", SECONDARY, B.MOVING, (A.KEEP,)),
    S.WATCHING: CreateLook("clock", SECONDARY, B.MOVING, second=A.CANCEL),
    S.FAILED: CreateLook("error", Tone.DANGER, B.NONE, (A.RETRY,), second=A.REMOVE),
    S.CANCELED: CreateLook("close", SECONDARY, B.NONE, (A.START_AGAIN,)),
    S.DELETED: CreateLook("close", SECONDARY, B.NONE, second=A.REMOVE),
    S.DONE: CreateLook("check-circle", Tone.OK, B.NONE, first=A.SHOW, second=A.REMOVE),
}

_WAYS_OUT: dict[CreateFault, RowAction] = {
    CreateFault.NO_QUANTIZER: A.CHANGE,
    CreateFault.CANNOT_QUANTIZE: A.CHANGE,
    CreateFault.NAME_TAKEN: A.CHANGE,
    CreateFault.FILE_GONE: A.CHOOSE,
    CreateFault.FILE_CHANGED: A.START_AGAIN,
}
"""What mends a failure; others are tried again."""

_TICKING = frozenset(
    {S.CHECKING, S.UPLOADING, S.MAKING, S.ASKED, S.TO_BE_DELETED, S.WATCHING, S.FAILED}
)


def create_look(item: CreateItem) -> CreateLook:
    """How its row looks."""
    look = LOOKS[item.state]
    if item.state is S.FAILED and item.fault is CreateFault.NO_SPACE and is_disk_known(item):
        return replace(look, words=(A.FREE_UP, A.RETRY))
    if item.state is S.FAILED and item.fault in _WAYS_OUT:
        return replace(look, words=(_WAYS_OUT[item.fault],))
    if look.bar is B.MOVING and item.state is S.MAKING and item.total_bytes:
        return replace(look, bar=B.ACCENT)
    return look


def is_create_ticking(item: CreateItem) -> bool:
    """Whether the words of its row change with the clock alone."""
    return item.state in _TICKING


def can_start_create(item: CreateItem) -> bool:
    """Whether "Start now" would do something: not while the server itself is away."""
    return item.state is S.WAITING and not item.is_server_away


def is_disk_known(item: CreateItem) -> bool:
    """Whether the disk that it failed on is one of this computer, which can be looked at."""
    return item.free_bytes is not None


def create_action_caption(action: RowAction) -> str:
    """A button in words."""
    return {
        A.RETRY: tr("Retry"),
        A.DELETE_WHEN_READY: tr("Delete when ready"),
        A.KEEP: tr("Keep it"),
        A.START_AGAIN: tr("Start again"),
        A.CHANGE: tr("Change…"),
        A.CHOOSE: tr("Choose…"),
        A.FREE_UP: tr("Free up space…"),
    }[action]


def create_action_name(action: RowAction, item: CreateItem) -> str:
    """What a button does to which model, for its tooltip and for screen readers."""
    text = {
        A.START: tr("Start {name} now"),
        A.CANCEL: tr("Cancel {name}"),
        A.REMOVE: tr("Remove {name} from this list"),
        A.SHOW: tr("Show {name} in the table"),
        A.RETRY: tr("Retry {name}"),
        A.DELETE_WHEN_READY: tr("Delete {name} when it’s ready"),
        A.KEEP: tr("Keep {name}"),
        A.START_AGAIN: tr("Start {name} again"),
        A.CHANGE: tr("Change what {name} is made of"),
        A.CHOOSE: tr("Choose another file for {name}"),
        A.FREE_UP: tr("Free up space for {name}"),
    }[action]
    return text.format(name=one_line(item.name, 120))
