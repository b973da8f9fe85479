"""What the update sheet lists: which models, whether each can be updated, and what that needs.

Data only; the widgets are in sheet.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.payloads import ModelRef
from tray_app.core.records import ModelRecord, RunningModel, ServerState
from tray_app.core.updates.room import comes_back
from tray_app.core.updates.verdicts import Standing
from tray_app.text import server_name, server_words, size
from tray_app.text.names import registry_name
from tray_app.text.update_sheet import (
    asleep_note,
    changed_note,
    current_note,
    gone_note,
    loaded_note,
    needs_note,
    off_since,
    spoken_row,
)
from tray_app.text.updates import changed_line, update_badge
from tray_app.text.updating import part_of
from tray_app.views.components.server_line import LineLook, LineNote
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from tray_app.core.updates.facts import ModelVerdict
    from tray_app.state.app_state import AppState


class Kind(IntEnum):
    """How a row stands, in the order in which they are listed."""

    READY = 0
    PINNED = 1
    NEEDS_SERVER = 2
    CHANGED = 3
    CURRENT = 4
    GONE = 5


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A model of the sheet as it is now."""

    ref: ModelRef
    kind: Kind
    found: ModelVerdict
    server: str
    version: str = ""
    record: ModelRecord | None = None
    running: RunningModel | None = None
    is_away: bool = False
    can_wake: bool = False
    old_bytes: int = 0

    @property
    def fetch_bytes(self) -> int:
        return self.found.download_bytes

    @property
    def is_ready(self) -> bool:
        """Whether its box can be ticked."""
        return self.kind is Kind.READY

    def look(self, *, is_ticked: bool) -> LineLook:
        """How its line looks."""
        notes = tuple(self._notes())
        words = notes[0].text if notes else ""
        verdict, here = self.found.verdict, self.record.size_bytes if self.record else None
        figure = size(here)
        spoken = f"{self.ref.name}, {words}"
        if self.is_ready:
            figure = part_of(self.fetch_bytes, verdict.total_bytes)
            spoken = spoken_row(self.ref.name, self.fetch_bytes, verdict.total_bytes, words)
        return LineLook(
            self.ref.name,
            spoken,
            figure=figure if self.is_ready else "",
            rest="" if self.is_ready else figure,
            notes=notes,
            is_ticked=is_ticked,
            why_disabled="" if self.is_ready else words,
        )

    def _notes(self) -> Iterable[LineNote]:
        verdict = self.found.verdict
        if self.kind is Kind.GONE:
            yield LineNote(gone_note(), "info")
        elif self.kind is Kind.CURRENT:
            yield LineNote(current_note(), "check-circle")
        elif self.kind is Kind.PINNED:
            yield LineNote(update_badge(verdict, self.found.marks), "pin")
        elif self.kind is Kind.NEEDS_SERVER:
            yield LineNote(needs_note(verdict, self.server, self.version), "update")
        elif self.kind is Kind.CHANGED:
            yield LineNote(changed_note(registry_name(self.ref.name)), "info")
        else:
            if verdict.standing is Standing.SMALL:
                yield LineNote(changed_line(verdict.parts), "info")
            if self.is_away:
                yield LineNote(asleep_note(self.server, can_wake=self.can_wake), "clock")
            elif self.running is not None:
                yield LineNote(loaded_note(), "chip", Tone.OK)


def listed_refs(refs: Collection[ModelRef], state: AppState) -> tuple[ModelRef, ...]:
    """What the sheet lists, in its order: of `refs`, or of all models where there are none, what
    has another version at its registry."""
    wanted = list(refs)
    if not wanted:
        for server in state.servers:
            snapshot = state.snapshot(server.id)
            records = snapshot.models if snapshot is not None else ()
            wanted += [
                ModelRef(record.server_id, record.name, record.digest)
                for record in records
                if _is_told(state.model_verdict(record.key))
            ]
    rows = [sheet_row(ref, state) for ref in wanted]
    places = {server.id: place for place, server in enumerate(state.servers)}
    shown = [row for row in rows if row.kind not in (Kind.CURRENT, Kind.GONE)]
    shown.sort(
        key=lambda row: (
            places.get(row.ref.server_id, len(places)),
            row.kind,
            row.ref.name.casefold(),
        )
    )
    return tuple(row.ref for row in shown)


def _is_told(found: ModelVerdict) -> bool:
    if found.marks.is_backup or found.marks.is_skipped:
        return False
    standing = found.verdict.standing
    return found.verdict.is_offered or standing in (Standing.NEEDS_SERVER, Standing.CHANGED)


def sheet_row(ref: ModelRef, state: AppState) -> SheetRow:
    """A model as it stands now."""
    server = state.server_of(ref.server_id)
    record, found = state.record(ref.key), state.model_verdict(ref.key)
    status, snapshot = state.status(ref.server_id), state.snapshot(ref.server_id)
    is_away = not state.is_online(ref.server_id)
    running = snapshot.running if snapshot is not None and not is_away else None
    kind = _kind(record, found)
    return SheetRow(
        ModelRef(*ref.key, record.digest) if record is not None else ref,
        kind,
        found,
        server_name(server.label, server.address),
        status.version if status is not None else "",
        record,
        next((each for each in running or () if each.name == ref.name), None),
        is_away,
        server.can_wake,
        _comes_back(record, found, state) if kind is Kind.READY else 0,
    )


def _kind(record: ModelRecord | None, found: ModelVerdict) -> Kind:
    if record is None:
        return Kind.GONE
    verdict, marks = found.verdict, found.marks
    if verdict.digest != record.digest or marks.is_backup:
        return Kind.CURRENT
    if marks.is_pinned and verdict.standing is not Standing.CURRENT:
        return Kind.PINNED
    kinds = {Standing.NEEDS_SERVER: Kind.NEEDS_SERVER, Standing.CHANGED: Kind.CHANGED}
    return Kind.READY if verdict.is_offered else kinds.get(verdict.standing, Kind.CURRENT)


def _comes_back(record: ModelRecord | None, found: ModelVerdict, state: AppState) -> int:
    """What goes with the old version."""
    if record is None:
        return 0
    snapshot = state.snapshot(record.server_id)
    models = snapshot.models if snapshot is not None else (record,)
    return comes_back(record, found.verdict, models, state.layer_index)


def away_words(row: SheetRow, state: AppState) -> str:
    """How a server stands that is out of reach: "off since 14:02"; "" = it is not."""
    if not row.is_away:
        return ""
    status = state.status(row.ref.server_id)
    if status is not None and status.state is ServerState.OFFLINE:
        return off_since(status.since)
    return server_words(status)
