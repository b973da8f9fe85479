"""The tab *Version*: how a model stands to its registry, what differs, and what was said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tray_app.core.names import canonical
from tray_app.core.payloads import ModelRef, ModelRefs
from tray_app.core.updates.differences import Difference, differences
from tray_app.core.updates.facts import ModelVerdict
from tray_app.core.updates.ledger import Made, unpack
from tray_app.core.updates.verdicts import Marks, Standing, Verdict
from tray_app.text import server_name, tooltip, tr, utc_now
from tray_app.text.updates import Subject, verdict_card, verdict_line
from tray_app.text.version import (
    asking,
    card_button,
    difference_cells,
    difference_tip,
    difference_titles,
    never_helper,
    old_version_lines,
    only_weights_known,
    pin_helper,
    spoken_difference,
    version_line,
)
from tray_app.views.components.buttons import Button, copy_text
from tray_app.views.components.labels import PlainLabel, heading
from tray_app.views.components.notice_card import NoticeCard
from tray_app.views.components.scrolling import ScrollArea
from tray_app.views.components.surfaces import Card, margins
from tray_app.views.components.tables import DIM_ROLE, CardTable, in_card
from tray_app.views.details.page import MARGINS
from tray_app.views.settings.rows import CheckRow
from tray_app.views.theme import TextRole, Tone

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.core.records import ModelRecord, ServerStatus
    from tray_app.core.sharing import KnownLayers
    from tray_app.state.app_state import AppState

_ROW = 34
_TRAILING = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter
_PATIENCE_MS = 20_000
"""Longer than a question to a registry may take, with its one repetition."""
_DIFFER = frozenset({Standing.WEIGHTS, Standing.SMALL, Standing.CHANGED, Standing.NEEDS_SERVER})
_LOOKS = {
    Standing.CURRENT: ("check-circle", Tone.OK),
    Standing.WEIGHTS: ("update", Tone.INFO),
    Standing.SMALL: ("update", Tone.INFO),
    Standing.CHANGED: ("info", Tone.NEUTRAL),
    Standing.NEEDS_SERVER: ("update", Tone.NEUTRAL),
    Standing.ABSENT: ("info", Tone.NEUTRAL),
    Standing.MADE_HERE: ("tools", Tone.NEUTRAL),
    Standing.UNKNOWN: ("clock", Tone.NEUTRAL),
    Standing.CLOUD: ("cloud", Tone.NEUTRAL),
    Standing.NOT_ASKED: ("info", Tone.NEUTRAL),
}


def subject_of(record: ModelRecord, found: ModelVerdict, state: AppState) -> Subject:
    """The model as the words about its versions need it."""
    server = state.server_of(record.server_id)
    status: ServerStatus | None = state.status(record.server_id)
    version = status.version if status is not None else ""
    label = server_name(server.label, server.address)
    parent = record.details.parent_model
    is_never_asked = canonical(record.name) in state.never_looked_up
    return Subject(
        record.name, label, version, parent, found.made, record.modified_at, is_never_asked
    )


def about(found: ModelVerdict, record: ModelRecord) -> ModelVerdict:
    """The verdict as far as it is about the version that is installed now."""
    is_about = found.verdict.digest == record.digest or found.verdict.standing in (
        *(Standing.MADE_HERE, Standing.CLOUD, Standing.NOT_ASKED),
    )
    return found if is_about else replace(found, verdict=Verdict())


def short_line(record: ModelRecord, found: ModelVerdict, state: AppState, now: datetime) -> str:
    """The line *Update* of the overview; `found` is about the version that is installed."""
    return verdict_line(found.verdict, subject_of(record, found, state), now, found.marks)


class VersionTab(ScrollArea):
    """How a model stands to its registry, and what a person says of that."""

    def __init__(
        self,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._commands = commands
        self._clock = clock
        self._record: ModelRecord | None = None
        self._found = ModelVerdict(("", ""), Verdict())
        self._rows: tuple[Difference, ...] = ()
        self._kept: tuple[tuple[Made, int | None], ...] = ()
        self._content = QWidget(self)
        self.card = NoticeCard(self._content)
        self.card.button.clicked.connect(self._on_card_button_clicked)
        self._differs = heading(tr("What differs"), self._content)
        self.table = DifferenceTable(self)
        self.table.setAccessibleName(tr("What differs"))
        self._table_card = in_card(self.table, self._content)
        self.note = PlainLabel(only_weights_known(), TextRole.SECONDARY, parent=self._content)
        self._title = heading(tr("This model"), self._content)
        self.model_card = Card(self._content)
        self.pin = CheckRow(tr("&Pin this version"), pin_helper(), self.model_card)
        self.pin.box.clicked.connect(self._on_pin_clicked)
        self.skip = ButtonRow(self.model_card)
        self.skip.button.clicked.connect(self._on_skip_clicked)
        self.never = CheckRow(tr("&Never look this name up"), never_helper(), self.model_card)
        self.never.box.clicked.connect(self._on_never_clicked)
        self.model_card.add_row(self.pin)
        self.model_card.add_row(self.never)
        self.model_card.add_row(self.skip)
        self.old_rows: list[ButtonRow] = []
        layout = QVBoxLayout(self._content)
        layout.setContentsMargins(*MARGINS)
        layout.setSpacing(8)
        layout.addWidget(self.card)
        layout.addSpacing(8)
        for part in (self._differs, self._table_card, self.note):
            layout.addWidget(part)
        layout.addSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self.model_card)
        layout.addStretch(1)
        self.setWidget(self._content)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._show_card)

    def end_asking(self) -> None:
        """The registry has answered."""
        self._patience.stop()

    def show_model(self, record: ModelRecord | None, known: KnownLayers | None) -> None:
        """Show what is known of a model's versions; `known` are its layers."""
        self._record = record
        if record is None:
            return
        self._found = about(self._state.model_verdict(record.key), record)
        self._show_card()
        self._show_differences(record, known)
        self._show_marks(record)

    @Slot()
    def show_check(self) -> None:
        """When all are asked about next may be another time."""
        if self._found.verdict.standing is Standing.UNKNOWN:
            self._show_card()

    def _show_card(self) -> None:
        record, found = self._record, self._found
        if record is None:
            return
        if self._patience.isActive():
            self.card.say(asking(record.name), busy=True)
            return
        verdict, marks = found.verdict, found.marks
        subject, check = subject_of(record, found, self._state), self._state.update_check
        told = verdict_card(verdict, subject, self._clock(), marks, check)
        glyph, tone = _LOOKS[Standing.MADE_HERE if marks.is_backup else verdict.standing]
        if verdict.failure is not None and verdict.standing != Standing.ABSENT:
            glyph, tone = "warning", Tone.WARN
        action = card_button(verdict, marks)
        self.card.say(told.title, told.body, glyph=glyph, state=tone, action=action)

    def _show_differences(self, record: ModelRecord, known: KnownLayers | None) -> None:
        rows: tuple[Difference, ...] = ()
        if self._found.verdict.standing in _DIFFER and self._found.packed:
            rows = differences(known, unpack(self._found.packed), self._held(record))
        is_shown = bool(rows)
        for part in (self._differs, self._table_card):
            part.setVisible(is_shown)
        self.note.setVisible(is_shown and (known is None or not known.is_whole))
        if rows == self._rows:
            return
        self._rows = rows
        self.table.show_rows(rows, record.name)

    def _held(self, record: ModelRecord) -> frozenset[str]:
        """The layers that the server has of other models, as far as they are known."""
        snapshot, index = self._state.snapshot(record.server_id), self._state.layer_index
        models = snapshot.models if snapshot is not None else ()
        known = (index.of(model) for model in models if model.key != record.key)
        return frozenset(layer.digest for each in known if each for layer in each.layers)

    def _show_marks(self, record: ModelRecord) -> None:
        verdict, marks = self._found.verdict, self._found.marks
        is_told = not (marks.is_backup or record.is_cloud)
        self.pin.box.setChecked(marks.is_pinned)
        self.model_card.show_row(self.pin, is_told and verdict.standing is not Standing.MADE_HERE)
        is_never = canonical(record.name) in self._state.never_looked_up
        self.never.box.setChecked(is_never)
        is_asked = verdict.standing not in (Standing.MADE_HERE, Standing.CLOUD)
        is_other = verdict.standing is Standing.NOT_ASKED and not is_never
        self.model_card.show_row(self.never, is_told and is_asked and not is_other)
        has_version = verdict.standing in _DIFFER and is_told
        self.model_card.show_row(self.skip, has_version)
        if has_version:
            self.skip.say(*version_line(verdict, marks))
        self._show_old(record, marks)
        has_pin = is_told and verdict.standing is not Standing.MADE_HERE
        is_shown = has_pin or has_version or bool(self.old_rows)
        self._title.setVisible(is_shown)
        self.model_card.setVisible(is_shown)

    def _show_old(self, record: ModelRecord, marks: Marks) -> None:
        """The old versions that are kept of it; of an old version, itself."""
        backups = self._state.backups_of(record.key)
        if marks.is_backup and self._found.made is not None:
            backups = (self._found.made,)
        kept = tuple((made, self._bytes_of(made)) for made in backups)
        if kept == self._kept:
            return
        self._kept = kept
        for row in self.old_rows:
            self.model_card.remove_row(row)
        self.old_rows = []
        for made, held_bytes in kept:
            row = ButtonRow(self.model_card)
            row.say(*old_version_lines(made, held_bytes), tr("&Go back…"))
            ref = ModelRef(made.server_id, made.name, made.digest)
            row.button.clicked.connect(
                lambda _=False, ref=ref: self._commands.go_back_dialog_requested.emit(ref)
            )
            self.model_card.add_row(row)
            self.old_rows.append(row)

    def _bytes_of(self, made: Made) -> int | None:
        record = self._state.record((made.server_id, made.name))
        return record.size_bytes if record is not None else None

    # What a person does.

    @property
    def _ref(self) -> ModelRef | None:
        record = self._record
        if record is None:
            return None
        return ModelRef(record.server_id, record.name, record.digest)

    def _on_card_button_clicked(self) -> None:
        ref, standing = self._ref, self._found.verdict.standing
        if ref is None:
            return
        if standing is Standing.NOT_ASKED:
            self._commands.settings_dialog_requested.emit("updates")
        elif standing is Standing.NEEDS_SERVER and self._found.verdict.failure is None:
            self._commands.newer_ollama_dialog_requested.emit()
        else:
            self._patience.start()
            self._show_card()
            self._commands.update_check_models_requested.emit(ModelRefs((ref,)))

    def _on_pin_clicked(self, is_on: bool) -> None:
        if self._ref is not None:
            asked = self._commands.pin_requested if is_on else self._commands.unpin_requested
            asked.emit(self._ref)

    def _on_never_clicked(self, is_on: bool) -> None:
        if self._ref is not None:
            commands = self._commands
            asked = commands.never_look_up_requested if is_on else commands.look_up_again_requested
            asked.emit(self._ref.name)

    def _on_skip_clicked(self) -> None:
        if self._ref is not None:
            is_skipped = self._found.marks.is_skipped
            commands = self._commands
            asked = commands.offer_again_requested if is_skipped else commands.skip_requested
            asked.emit(self._ref)


class DifferenceTable(CardTable):
    """A row for each part, as high as all of them. Ctrl+C copies the digests of one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(("", "", "", ""), (152, 104, 176, 80), parent, row_height=_ROW)
        self._rows: tuple[Difference, ...] = ()
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.headerItem().setTextAlignment(3, _TRAILING)

    def show_rows(self, rows: tuple[Difference, ...], name: str) -> None:
        """Show what differs of the model with this name."""
        self._rows = rows
        self.clear()
        self.setHeaderLabels(list(difference_titles(name)))
        for each in rows:
            item = self.add(difference_cells(each))
            item.setTextAlignment(3, _TRAILING)
            spoken = spoken_difference(each, name)
            item.setData(0, Qt.ItemDataRole.AccessibleTextRole, spoken)
            for column in range(4):
                item.setToolTip(column, tooltip(difference_tip(each)))
                item.setData(column, DIM_ROLE, each.is_same and column > 0)
        self.setFixedHeight(self.header().sizeHint().height() + _ROW * len(rows) - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.matches(QKeySequence.StandardKey.Copy) and 0 <= row < len(self._rows):
            copy_text(self, difference_tip(self._rows[row]))
        else:
            super().keyPressEvent(event)


class ButtonRow(QWidget):
    """A row of a card: what is so, an explanation beneath, and one button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = PlainLabel("", parent=self)
        self.helper = PlainLabel("", TextRole.SECONDARY, parent=self)
        self.button = Button("", small=True, parent=self)
        self.button.setAutoDefault(False)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self.title)
        texts.addWidget(self.helper)
        line = QHBoxLayout(self)
        line.setContentsMargins(margins(16, 8, 16, 8))
        line.setSpacing(12)
        line.addLayout(texts, 1)
        line.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)

    def say(self, title: str, helper: str, button: str) -> None:
        """Show this."""
        self.title.setText(title)
        self.helper.setText(helper)
        self.button.setText(button)
        self.button.setAccessibleDescription(title)
