"""The sheet before updates: which models, what they need for now, and what becomes of the old ones.

Which rows there are and their order is fixed when it opens; what they say follows the facts. Ticks
are a person's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from tray_app.core.estimate import DiskFit, disk_fit
from tray_app.core.payloads import ModelRef, ModelRefs, UpdateRequest
from tray_app.core.pulls.rules import GB, room_for
from tray_app.core.records import ModelKey, ServerState, ServerStatus, Snapshot
from tray_app.text import server_name, tooltip, tr, utc_now
from tray_app.text.estimates import EstimateLine, LineTone
from tray_app.text.update_sheet import (
    disk_line,
    group_line,
    keep_helper,
    keep_words,
    load_helper,
    named_on,
    rest_line,
    room_line,
    sheet_title,
    update_button,
)
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.focus_group import RovingFocus
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.group_row import ROW_LEFT, GroupRow
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.scrolling import ScrollArea
from tray_app.views.components.server_line import ModelLine
from tray_app.views.components.surfaces import Card, StateTile, margins
from tray_app.views.settings.rows import CheckRow
from tray_app.views.theme import TextRole, Tone
from tray_app.views.updates.sheet_rows import SheetRow, away_words, listed_refs, sheet_row

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState

_WIDTH = 560
_LIST_WIDTH = _WIDTH - 2 * 20 - 40 - 16
_MAX_ROWS_SHOWN = 6
_SUM_PAUSE_MS = 300
_USUAL_DAYS = 7
_TONES = {
    LineTone.GOOD: ("check-circle", Tone.OK),
    LineTone.CAUTION: ("warning", Tone.WARN),
    LineTone.BAD: ("error", Tone.DANGER),
}


class UpdateSheet(DialogFrame):
    """Lists `refs`, or all that have another version where there are none."""

    def __init__(
        self,
        refs: ModelRefs,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(tr("Update models"), parent)
        self._settings = settings
        self._state = state
        self._commands = commands
        self._clock = clock
        self._refs = listed_refs(refs.refs, state)
        self._rows: dict[ModelKey, SheetRow] = {}
        self._ticks: dict[ModelKey, bool] = {}
        self._servers = tuple(dict.fromkeys(ref.server_id for ref in self._refs))
        self._build()
        self._sums = QTimer(self, singleShot=True, interval=_SUM_PAUSE_MS)
        self._sums.timeout.connect(self._show_sums)
        self.follow(state.snapshot_changed, self._on_state_snapshot_changed)
        self.follow(state.status_changed, self._on_state_status_changed)
        self.follow(state.verdict_changed, self._on_state_verdict_changed)
        self.follow(state.disk_space_changed, self._show_sums)
        self._read_rows()
        for key, row in self._rows.items():
            self._ticks[key] = row.is_ready and not row.is_away
        self._show_rows()
        self._show_sums()
        self.update_button.setFocus()

    @property
    def refs(self) -> tuple[ModelRef, ...]:
        """What it lists, in its order."""
        return self._refs

    def _build(self) -> None:
        self.body.setContentsMargins(20, 20, 20, 20)
        self.title = PlainLabel("", TextRole.QUESTION, parent=self)
        self.first = PlainLabel("", parent=self)
        self.first.set_dim()
        texts = QVBoxLayout()
        texts.setSpacing(8)
        texts.addWidget(self.title)
        texts.addWidget(self.first)
        texts.addWidget(self._build_list())
        self.disk = _DiskCard(self)
        self.disk.setVisible(len(self._servers) == 1)
        texts.addSpacing(2)
        texts.addWidget(self.disk)
        texts.addWidget(self._build_choices())
        texts.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(StateTile("update", Tone.INFO, 40, self), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        self.body.addLayout(row)
        role = QDialogButtonBox.ButtonRole
        cancel = self.add_button(Button(tr("&Cancel"), parent=self), role.RejectRole)
        cancel.clicked.connect(self.reject)
        update = Button("", "update", Kind.PRIMARY, parent=self)
        self.update_button = self.add_button(update, role.AcceptRole)
        self.update_button.clicked.connect(self._on_update_clicked)
        self.update_button.setDefault(True)
        self.set_least_size(_WIDTH)

    def _build_list(self) -> QWidget:
        """The rows, each beneath the head of its server where there are several."""
        self._card = Card()
        self.heads: dict[str, GroupRow] = {}
        self.lines: dict[ModelKey, ModelLine] = {}
        left = ROW_LEFT if len(self._servers) > 1 else 14
        for ref in self._refs:
            if len(self._servers) > 1 and ref.server_id not in self.heads:
                label = self._label(ref.server_id)
                head = GroupRow(label, ServerState.CONNECTING, "", self._card)
                self.heads[ref.server_id] = head
                self._card.add_row(head)
            line = ModelLine(self._card, left=left)
            line.ticked.connect(self._on_line_ticked)
            line.box.installEventFilter(self)
            self.lines[ref.key] = line
            self._card.add_row(line)
        self._roving = RovingFocus([line.box for line in self.lines.values()], self, is_column=True)
        self._area = ScrollArea(self)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setAccessibleName(tr("Models"))
        self._area.viewport().setAutoFillBackground(False)
        self._area.setWidget(self._card)
        self._card.setAutoFillBackground(False)  # setWidget switches it on
        return self._area

    def _build_choices(self) -> Card:
        days = self._settings.values.keep_old_days
        self._days = days or _USUAL_DAYS
        card = Card(self)
        self.keep = CheckRow(keep_words(self._days), parent=card)
        self.keep.box.setChecked(bool(days))
        self.keep.box.toggled.connect(self._show_sums)
        self.load_again = CheckRow(tr("&Load again afterwards"), parent=card)
        self.load_again.box.setChecked(self._settings.values.load_again)
        self.load_again.box.clicked.connect(self._on_load_again_clicked)
        for row in (self.keep, self.load_again):
            card.add_row(row)
        self._choices = card
        return card

    # What is known now.

    def _read_rows(self) -> None:
        self._rows = {ref.key: sheet_row(ref, self._state) for ref in self._refs}

    def _show_rows(self) -> None:
        for key, row in self._rows.items():
            self.lines[key].show_look(row.look(is_ticked=self._ticks[key]))

    @property
    def chosen(self) -> list[SheetRow]:
        """What is ticked and can be updated."""
        return [row for key, row in self._rows.items() if row.is_ready and self._ticks[key]]

    def _on_facts(self) -> None:
        self._read_rows()
        self._show_rows()
        self._show_sums()

    @Slot(object)
    def _on_state_snapshot_changed(self, snapshot: Snapshot) -> None:
        if snapshot.server_id in self._servers:
            self._on_facts()

    @Slot(object)
    def _on_state_status_changed(self, status: ServerStatus) -> None:
        if status.server_id in self._servers:
            self._on_facts()

    @Slot(object)
    def _on_state_verdict_changed(self, key: ModelKey) -> None:
        if key in self._rows:
            self._on_facts()

    @Slot()
    def _show_sums(self) -> None:
        """What the ticked ones need together, and what can be chosen for them."""
        chosen = self.chosen
        fetch_bytes = sum(row.fetch_bytes for row in chosen)
        old_bytes = sum(row.old_bytes for row in chosen)
        ids = tuple(dict.fromkeys(row.ref.server_id for row in chosen)) or self._servers
        self.title.setText(sheet_title(len(chosen), tuple(map(self._label, ids))))
        until = self._clock() + timedelta(days=self._days)
        room = room_line(fetch_bytes, old_bytes, until if self.keep.box.isChecked() else None)
        self.first.setText(room if len(self._servers) > 1 else rest_line())
        fits = {server_id: self._fit(server_id) for server_id in self._servers}
        if len(self._servers) == 1:
            fit, free_bytes = fits[self._servers[0]]
            self.disk.say(disk_line(fit, free_bytes), room)
        else:
            self._show_heads(fits)
        self.keep.set_helper(keep_helper(old_bytes, until))
        loaded = [row for row in chosen if row.running is not None]
        self._choices.show_row(self.load_again, bool(loaded))
        if loaded:
            is_several = len(self._servers) > 1
            names = tuple(
                named_on(row.ref.name, row.server) if is_several else row.ref.name for row in loaded
            )
            self.load_again.set_helper(load_helper(names))
        is_short = any(fit is DiskFit.SHORT for fit, _ in fits.values())
        self._show_button(len(chosen), fetch_bytes, is_short=is_short)
        self._fit_list()
        self.fit_height()

    def _show_button(self, count: int, fetch_bytes: int, *, is_short: bool) -> None:
        button = self.update_button
        words = tr("&Update anyway") if is_short else update_button(count, fetch_bytes)
        button.setText(words if count else tr("&Update", "models"))
        button.set_kind(Kind.NORMAL if is_short else Kind.PRIMARY)
        button.setEnabled(bool(count))
        reason = "" if count else tr("Choose a model")
        button.setToolTip(tooltip(reason))
        button.setAccessibleDescription(reason)

    def _fit(self, server_id: str) -> tuple[DiskFit | None, int | None]:
        disk = self._state.disk_space(server_id)
        free_bytes = disk.free_bytes if disk is not None else None
        if free_bytes is None:
            return None, None
        here = [row for row in self.chosen if row.ref.server_id == server_id]
        items = [item for item in self._state.downloads if item.server_id == server_id]
        fetched = {"": sum(row.fetch_bytes for row in here)}
        room = room_for(fetched, free_bytes, items, disk)
        return disk_fit(room, self._settings.values.keep_free_gb * GB), free_bytes

    def _show_heads(self, fits: dict[str, tuple[DiskFit | None, int | None]]) -> None:
        for server_id in self._servers:
            rows = [row for row in self._rows.values() if row.ref.server_id == server_id]
            fetch_bytes = sum(
                row.fetch_bytes for row in self.chosen if row.ref.server_id == server_id
            )
            fit, free_bytes = fits[server_id]
            words = group_line(fetch_bytes, free_bytes, fit, away_words(rows[0], self._state))
            status = self._state.status(server_id)
            state = status.state if status is not None else ServerState.CONNECTING
            tone = Tone.DANGER if words.tone is LineTone.BAD else None
            self.heads[server_id].say(state, words.title, tone)

    def _label(self, server_id: str) -> str:
        server = self._state.server_of(server_id)
        return server_name(server.label, server.address)

    def _fit_list(self) -> None:
        """As high as its rows, but no more than six."""
        width = self._area.width() if self.isVisible() else _LIST_WIDTH
        heights = [line.heightForWidth(width - 2) + 1 for line in self.lines.values()]
        heads = sum(head.sizeHint().height() + 1 for head in self.heads.values())
        self._area.setFixedHeight(sum(heights[:_MAX_ROWS_SHOWN]) + heads + 2)

    def showEvent(self, event: QShowEvent) -> None:
        self._fit_list()
        self.fit_height()
        super().showEvent(event)

    # What a person does.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.SelectAll):
            if event.type() != QEvent.Type.KeyPress:
                return False
            for key, row in self._rows.items():
                self._ticks[key] = self._ticks[key] or row.is_ready
            self._show_rows()
            self._sums.start()
            return True
        return super().eventFilter(watched, event)

    @Slot()
    def _on_line_ticked(self) -> None:
        for key, line in self.lines.items():
            if self._rows[key].is_ready:
                self._ticks[key] = line.box.isChecked()
        self._show_rows()
        self._sums.start()

    def _on_load_again_clicked(self, is_on: bool) -> None:
        self._settings.set("load_again", is_on)

    def _on_update_clicked(self) -> None:
        chosen = self.chosen
        if not chosen:
            return
        keep_days = self._days if self.keep.box.isChecked() else 0
        refs = tuple(row.ref for row in chosen)
        loads_again = self.load_again.box.isChecked()
        self.accept()
        self._commands.update_requested.emit(UpdateRequest(refs, keep_days, loads_again))


class _DiskCard(Card):
    """Whether there is room, and what comes back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        body = QWidget(self)
        title = PlainLabel(tr("Disk space"), parent=body)
        title.set_dim()
        self._glyph = GlyphLabel(size=16, parent=body)
        self.fit = PlainLabel("", TextRole.NAME, wrap=False, parent=body)
        self.room = PlainLabel("", TextRole.SECONDARY, parent=body)
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(title, 1)
        top.addWidget(self._glyph)
        top.addWidget(self.fit)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(margins(16, 9, 16, 9))
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self.room)
        self.add_row(body)

    def say(self, line: EstimateLine, room: str) -> None:
        """Show this."""
        glyph, tone = _TONES.get(line.tone, ("", None))
        self._glyph.setVisible(bool(glyph))
        if glyph:
            self._glyph.set_glyph(glyph, tone or Tone.NEUTRAL)
        self.fit.setText(line.title)
        self.fit.set_state(tone)
        self.fit.set_dim(tone is None)
        self.room.setText(room)
