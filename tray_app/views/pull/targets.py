"""What the row of a server says of the name in the pull dialog, and whether its box can be ticked.

Plain functions over records, so that every case can be tested without a window.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.errors import ModelNotFound, TooOld
from tray_app.core.estimate import DiskFit, PullCheck, PullEstimate, disk_fit
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.records import ModelRecord, Server, ServerState, ServerStatus
from tray_app.core.versions import is_too_old
from tray_app.text import (
    LineTone,
    add_on_button,
    cloud_is_off,
    download_figure,
    here_line,
    percent,
    pull_on_button,
    replaced_version,
    server_name,
    server_state,
    spoken_target,
    target_download,
    target_free,
    target_is_off,
    target_is_switched_off,
    target_room,
    target_too_old,
    tr,
)
from tray_app.views.components.glyphs import SECONDARY
from tray_app.views.components.server_glyphs import STATE_GLYPHS
from tray_app.views.components.server_line import LineLook, LineNote
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from tray_app.core.pulls.rules import Room
    from tray_app.core.pulls.states import PullItem

_MAX_NOTES = 2


class TargetKind(StrEnum):
    """What pulling would mean on a server."""

    LOOKING = "looking"
    READY = "ready"
    UNKNOWN = "unknown"  # the registry did not tell
    CLOUD = "cloud"  # nothing is stored there
    SAME = "same"  # it has this version
    DOWNLOADING = "downloading"
    TOO_OLD = "too_old"
    CONNECTING = "connecting"
    OFF = "off"
    REFUSED = "refused"  # or nothing may be asked of it
    NOT_USED = "not_used"  # switched off while the dialog is open


IMPOSSIBLE = frozenset(
    {TargetKind.SAME, TargetKind.DOWNLOADING, TargetKind.REFUSED, TargetKind.NOT_USED}
)
UNTICKED = IMPOSSIBLE | {TargetKind.TOO_OLD, TargetKind.OFF}
"""Not ticked unless a person does."""

_CONNECTING = (ServerState.CONNECTING, ServerState.STARTING)


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What is known of a server and of the name there. `here` is the installed model of that name,
    `download` an unfinished one; `answer` None = not looked up (yet)."""

    server: Server
    is_used: bool = True
    status: ServerStatus | None = None
    version: str = ""
    here: ModelRecord | None = None
    download: PullItem | None = None
    answer: PullEstimate | None = None
    room: Room | None = None
    keep_free_bytes: int = 0
    is_cloud: bool = False
    is_cloud_off: bool = False

    @property
    def label(self) -> str:
        return server_name(self.server.label, self.server.address)

    @property
    def needs(self) -> str:
        """The version of Ollama that it is too old for; "" = none."""
        answer = self.answer
        if answer is None:
            return ""
        refused = answer.failure.needs if isinstance(answer.failure, TooOld) else ""
        wanted = answer.requires or refused
        return wanted if is_too_old(self.version, wanted) else ""

    @property
    def kind(self) -> TargetKind:
        if not self.is_used:
            return TargetKind.NOT_USED
        if self.download is not None:
            return TargetKind.DOWNLOADING
        state = self.status.state if self.status is not None else ServerState.CONNECTING
        if state is ServerState.OFFLINE:
            return TargetKind.OFF
        if state in _CONNECTING:
            return TargetKind.CONNECTING
        if state is not ServerState.ONLINE:
            return TargetKind.REFUSED
        return self._kind_online(self.answer)

    def _kind_online(self, answer: PullEstimate | None) -> TargetKind:
        if self.is_cloud or (answer is not None and answer.is_cloud):
            return TargetKind.CLOUD
        if self.needs:
            return TargetKind.TOO_OLD
        if answer is None or (answer.failure is None and not answer.is_found):
            return TargetKind.LOOKING
        if answer.failure is not None:
            return TargetKind.UNKNOWN
        return TargetKind.SAME if answer.standing is PullCheck.CURRENT else TargetKind.READY

    @property
    def is_wrong(self) -> bool:
        """Whether a pull would probably fail."""
        is_short = self.room is not None and disk_fit(self.room) is DiskFit.SHORT
        return self.kind is TargetKind.TOO_OLD or (is_short and self.kind is not TargetKind.OFF)


def is_ticked(facts: TargetFacts, choice: bool | None, *, is_wanted: bool) -> bool:
    """Whether the box is ticked: as a person chose; else if the server `is_wanted` and offered."""
    return choice if choice is not None else is_wanted and facts.kind not in UNTICKED


def target_look(facts: TargetFacts, *, is_on: bool) -> LineLook:
    """The row of a server; `is_on`: its box is ticked."""
    kind, status = facts.kind, facts.status
    state = status.state if status is not None else ServerState.CONNECTING
    glyph, color = STATE_GLYPHS[state]
    if kind is TargetKind.NOT_USED:
        glyph, color = "dot-offline", SECONDARY
    notes = _notes(facts, kind, is_on)
    figure, rest = _figure(facts, kind)
    return LineLook(
        facts.label,
        spoken_target(facts.label, facts.answer, facts.room),
        glyph,
        color,
        figure,
        rest,
        notes[:_MAX_NOTES],
        is_on,
        notes[0].text if kind in IMPOSSIBLE else "",
    )


def _figure(facts: TargetFacts, kind: TargetKind) -> tuple[str, str]:
    answer = facts.answer
    if kind is TargetKind.DOWNLOADING:
        progress = facts.download.progress if facts.download is not None else None
        return percent(progress.permille) if progress is not None else "", ""
    if kind in IMPOSSIBLE or kind is TargetKind.CLOUD or answer is None:
        return "", ""
    if answer.is_found:
        return download_figure(answer)
    return (tr("Size not known"), "") if answer.failure is not None else ("", "")


def _notes(facts: TargetFacts, kind: TargetKind, is_on: bool) -> tuple[LineNote, ...]:
    status = facts.status
    if kind is TargetKind.NOT_USED:
        return (LineNote(target_is_switched_off(facts.label), "clock"),)
    if kind is TargetKind.DOWNLOADING and facts.download is not None:
        return (LineNote(target_download(facts.download), "download"),)
    if kind is TargetKind.OFF and status is not None:
        can_wake = facts.server.can_wake
        text = target_is_off(facts.label, status.since, is_ticked=is_on, can_wake=can_wake)
        return (LineNote(text, "clock"),)
    if kind is TargetKind.CONNECTING:
        return (LineNote(server_state(status), "clock"),)
    if kind is TargetKind.REFUSED and status is not None:
        return (_why_refused(status),)
    if kind is TargetKind.LOOKING:
        return (LineNote(tr("Looking up what is there…")),)
    if kind is TargetKind.SAME:
        return (LineNote(tr("Has this version"), "check-circle", Tone.OK),)
    if kind is TargetKind.TOO_OLD:
        text = target_too_old(facts.label, facts.version, facts.needs)
        return (LineNote(text, "error", Tone.DANGER),)
    if kind is TargetKind.CLOUD:
        return _cloud_notes(facts)
    return _unknown_notes(facts) if kind is TargetKind.UNKNOWN else _ready_notes(facts)


def _why_refused(status: ServerStatus) -> LineNote:
    words = server_state(status)
    if status.state is ServerState.REFUSED:
        return LineNote(words, "error", Tone.DANGER)
    glyph = "key" if status.state is ServerState.WAITING else "warning"
    return LineNote(words, glyph, Tone.WARN)


def _cloud_notes(facts: TargetFacts) -> tuple[LineNote, ...]:
    if facts.is_cloud_off:
        return (LineNote(cloud_is_off(facts.label), "warning", Tone.WARN),)
    if facts.here is not None:
        return (LineNote(tr("Already here"), "check-circle", Tone.OK),)
    return ()


def _unknown_notes(facts: TargetFacts) -> tuple[LineNote, ...]:
    free = LineNote(target_free(facts.answer), "info") if facts.answer is not None else None
    here = None
    if facts.here is not None:
        here = LineNote(tr("Already here. Whether there is a newer version isn’t known."), "info")
    return tuple(note for note in (here, free) if note is not None)


_TONES = {
    LineTone.GOOD: (Tone.OK, "check-circle"),
    LineTone.CAUTION: (Tone.WARN, "warning"),
    LineTone.BAD: (Tone.DANGER, "error"),
    LineTone.NONE: (None, "info"),
}


def _ready_notes(facts: TargetFacts) -> tuple[LineNote, ...]:
    """What is wrong first, then what is good or of use, then what is not known."""
    answer = facts.answer
    if answer is None:
        return ()
    lines = target_room(answer, facts.room, facts.keep_free_bytes)
    by_tone: dict[LineTone, list[LineNote]] = {tone: [] for tone in LineTone}
    for line in lines:
        tone, glyph = _TONES[line.tone]
        by_tone[line.tone].append(LineNote(line.title, glyph, tone))
    warnings = [*by_tone[LineTone.BAD], *by_tone[LineTone.CAUTION]]
    good, unknown = by_tone[LineTone.GOOD], by_tone[LineTone.NONE]
    if answer.standing is PullCheck.UPDATE:
        modified_at = facts.here.modified_at if facts.here is not None else None
        return (LineNote(replaced_version(modified_at), "update", Tone.INFO), *warnings)
    shared = [LineNote(here_line(answer), "layers")] if answer.is_partly_here else []
    # The line about what is here comes behind the one about the disk, known or not.
    if good or warnings:
        return (*warnings, *good, *shared, *unknown)
    return (*unknown, *shared)


@dataclass(frozen=True, slots=True)
class Targets:
    """All servers for the name in the field, by id in their order; `boxes`: which are ticked."""

    facts: Mapping[str, TargetFacts] = field(default_factory=dict)
    boxes: Mapping[str, bool] = field(default_factory=dict)

    @property
    def ticked(self) -> tuple[str, ...]:
        """Those that are ticked and can be pulled to."""
        return tuple(
            server_id
            for server_id, is_on in self.boxes.items()
            if is_on and self.facts[server_id].kind not in IMPOSSIBLE
        )

    @property
    def looks(self) -> dict[str, LineLook]:
        return {
            server_id: target_look(facts, is_on=self.boxes[server_id])
            for server_id, facts in self.facts.items()
        }

    @property
    def answers(self) -> tuple[PullEstimate, ...]:
        """What is known, for as many servers as it is."""
        return tuple(each.answer for each in self.facts.values() if each.answer is not None)

    @property
    def found(self) -> PullEstimate | None:
        """What the registry has told of the model, which is the same for all servers."""
        return next((answer for answer in self.answers if answer.is_found), None)

    @property
    def failed(self) -> PullEstimate | None:
        """That the registry did not tell, which it does for all servers."""
        return next((answer for answer in self.answers if answer.failure is not None), None)

    @property
    def here(self) -> ModelRecord | None:
        """The installed model of that name on any of them."""
        return next((each.here for each in self.facts.values() if each.here is not None), None)

    @property
    def has_it(self) -> tuple[str, ...]:
        """The labels of the servers that have a model of that name."""
        return tuple(each.label for each in self.facts.values() if each.here is not None)

    @property
    def fetch_bytes(self) -> int | None:
        """What would be fetched on all that are ticked; None = not known of each."""
        answers = [self.facts[server_id].answer for server_id in self.ticked]
        sizes = [answer.fetch_bytes for answer in answers if answer is not None]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(answers) else None

    @property
    def is_wrong(self) -> bool:
        """Whether a pull would probably fail on one that is ticked."""
        ticked = [self.facts[server_id] for server_id in self.ticked]
        if any(each.kind is TargetKind.CLOUD for each in ticked):
            return any(each.is_cloud_off for each in ticked)
        failure = self.failed.failure if self.failed is not None else None
        return any(each.is_wrong for each in ticked) or (
            bool(ticked) and isinstance(failure, ModelNotFound | TooOld)
        )

    @property
    def button_text(self) -> str:
        """The primary button."""
        ticked = self.ticked
        if any(self.facts[server_id].kind is TargetKind.CLOUD for server_id in ticked):
            return add_on_button(len(ticked))
        return pull_on_button(len(ticked), self.fetch_bytes, is_wrong=self.is_wrong)
