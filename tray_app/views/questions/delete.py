"""The question before a delete: what it frees, what stays, what is lost for good.

What is asked about is fixed when the dialog opens; what is said follows the latest facts. Models of
several servers are asked about at once; those out of reach are named and left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QLayout,
    QVBoxLayout,
    QWidget,
)

from tray_app.core.names import canonical
from tray_app.core.payloads import DeleteRequest, ModelRef, ModelRefs
from tray_app.core.pulls.states import UNFINISHED
from tray_app.core.records import ModelRecord, ServerState, ServerStatus, Snapshot
from tray_app.core.sharing import Freed, freed, is_made_here
from tray_app.text import (
    MISSING,
    DeleteNote,
    NoteKind,
    delete_question,
    loaded_now_line,
    made_here_line,
    server_name,
    size,
    tooltip,
    tr,
)
from tray_app.text.deleting import (
    DeleteGroup,
    delete_servers_question,
    group_effect,
    left_out_line,
)
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.group_row import ROW_LEFT, GroupRow
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.names import NameLabel
from tray_app.views.components.safe_paint import guarded
from tray_app.views.components.scrolling import ScrollArea
from tray_app.views.components.surfaces import CARD_RADIUS, Card, StateTile, margins
from tray_app.views.theme import TextRole, Theme, Tone

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState

_ONE_WIDTH, _SEVERAL_WIDTH = 480, 520
_MAX_ROWS_SHOWN = 6
_MAX_ROWS = 200  # each is a widget, and nobody reads thousands
_NOTES = {
    NoteKind.LOADED: ("chip", Tone.OK),
    NoteKind.SHARED: ("layers", Tone.NEUTRAL),
    NoteKind.MADE_HERE: ("warning", Tone.WARN),
    NoteKind.CLOUD: ("cloud", Tone.NEUTRAL),
    NoteKind.DOWNLOADING: ("download", Tone.INFO),
}


class DeleteDialog(DialogFrame):
    """Asks about those of `refs` that are there, at least one."""

    def __init__(
        self,
        refs: ModelRefs,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
        *,
        title_of: Callable[[int, str], str] | None = None,
    ) -> None:
        """`title_of` makes another title of how many there are and the server's name."""
        super().__init__("", parent)
        self._title_of = title_of
        self._settings = settings
        self._state = state
        self._commands = commands
        found = [(ref, state.record(ref.key)) for ref in refs.refs]
        self._refs = tuple(ref for ref, record in found if record is not None)
        self._records = tuple(record for _, record in found if record is not None)
        places = {server.id: place for place, server in enumerate(state.servers)}
        self._server_ids = sorted(
            {ref.server_id for ref in self._refs}, key=lambda each: places.get(each, len(places))
        )
        self._by_server: dict[str, tuple[ModelRecord, ...]] = {
            each: tuple(record for record in self._records if record.server_id == each)
            for each in self._server_ids
        }
        self._keys = {(ref.server_id, canonical(ref.name)) for ref in self._refs}
        self._digests: frozenset[str] = frozenset()  # of their layers
        self._told_download = ""
        self._notes: tuple[DeleteNote, ...] | None = None
        self._listed: object = None
        self._states: dict[str, ServerState] = {}
        self._build()
        for changed in (state.server_changed, state.layer_index_changed):
            self.follow(changed, self._update)
        self.follow(state.snapshot_changed, self._on_state_snapshot_changed)
        self.follow(state.status_changed, self._on_state_status_changed)
        for changed in (state.download_changed, state.download_removed):
            self.follow(changed, self._on_state_downloads_changed)
        self._update()

    def _build(self) -> None:
        self.body.setContentsMargins(20, 20, 20, 20)
        self._title = PlainLabel("", TextRole.QUESTION, parent=self)
        self._first = PlainLabel("", parent=self)
        self._first.set_dim()
        self._notes_box = QVBoxLayout()
        self._notes_box.setSpacing(8)
        texts = QVBoxLayout()
        texts.setSpacing(8)
        texts.addWidget(self._title)
        texts.addWidget(self._first)
        self._list: QWidget | None = None
        if len(self._refs) > 1:
            self._rows = _Rows()
            self._list = _scrolling(self._rows)
            frame = _ListFrame(self._list, self)
            frame.rows.setContentsMargins(1, 3, 1, 3)
            frame.rows.addWidget(self._list)
            texts.addWidget(frame)
        texts.addLayout(self._notes_box)
        texts.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(16)
        tile = StateTile("trash", Tone.DANGER, 40, self)
        row.addWidget(tile, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        self.body.addLayout(row)
        role = QDialogButtonBox.ButtonRole
        self.cancel_button = self.add_button(Button(tr("&Cancel"), parent=self), role.RejectRole)
        self.cancel_button.clicked.connect(self.reject)
        delete = Button("", "trash", Kind.DESTRUCTIVE, parent=self)
        # Enter means Cancel wherever no button has the focus.
        delete.setAutoDefault(False)
        self.delete_button = self.add_button(delete, role.AcceptRole)
        self.delete_button.clicked.connect(self._on_delete_clicked)
        self.cancel_button.setDefault(True)
        self.cancel_button.setFocus()
        self.set_least_size(_SEVERAL_WIDTH if self._list is not None else _ONE_WIDTH)

    @Slot(object)
    def _on_state_snapshot_changed(self, snapshot: Snapshot) -> None:
        if snapshot.server_id in self._by_server:
            self._update()

    @Slot(object)
    def _on_state_status_changed(self, status: ServerStatus) -> None:
        """Each try tells a new time; what is said follows where a server stands otherwise."""
        if self._states.get(status.server_id, status.state) is not status.state:
            self._update()

    @Slot()
    def _on_state_downloads_changed(self) -> None:
        """They change many times a second, and seldom what is said of them."""
        if self._downloading() != self._told_download:
            self._update()

    @Slot()
    def _update(self) -> None:
        state, settings = self._state, self._settings
        known = filter(None, map(state.layer_index.of, self._records))
        self._digests = frozenset(layer.digest for one in known for layer in one.layers)
        self._told_download = self._downloading()
        statuses = ((each, state.status(each)) for each in self._server_ids)
        self._states = {
            each: status.state if status is not None else ServerState.CONNECTING
            for each, status in statuses
        }
        groups = self._groups()
        if len(groups) > 1:
            question = delete_servers_question(groups, downloading=self._told_download)
        else:
            (group,) = groups
            is_one_of_several = len(settings.servers()) > 1
            question = delete_question(
                self._records,
                group.freed or self._freed(self._server_ids[0]),
                server_label=group.server_label if is_one_of_several else "",
                loaded=group.loaded,
                made_here=group.made_here,
                downloading=self._told_download,
            )
        self.setWindowTitle(question.window_title)
        title = question.title
        if self._title_of is not None:
            label = self._label(self._server_ids[0]) if len(settings.servers()) > 1 else ""
            title = self._title_of(len(self._refs), label)
        self._title.setText(title)
        self._first.setText(question.body)
        self.delete_button.setText(_with_mnemonic(question.button))
        self.delete_button.setEnabled(bool(self._reachable()))
        self._show_notes(question.notes)
        if self._list is not None:
            self._show_list(groups)

    def _reachable(self) -> list[str]:
        """The servers that can be asked; where there is but one, a try does no harm."""
        if len(self._server_ids) == 1:
            return self._server_ids
        return [each for each in self._server_ids if self._state.is_fresh(each)]

    def _groups(self) -> tuple[DeleteGroup, ...]:
        """What is asked about, server by server."""
        reachable = self._reachable()
        return tuple(
            DeleteGroup(
                self._label(server_id),
                self._by_server[server_id],
                self._freed(server_id) if server_id in reachable else None,
                self._loaded(server_id),
                self._made_here(server_id),
            )
            for server_id in self._server_ids
        )

    def _label(self, server_id: str) -> str:
        server = self._state.server_of(server_id)
        return server_name(server.label, server.address)

    def _freed(self, server_id: str) -> Freed:
        snapshot, records = self._state.snapshot(server_id), self._by_server[server_id]
        models = snapshot.models if snapshot is not None else records
        return freed(records, models, self._state.layer_index)

    def _loaded(self, server_id: str) -> tuple[str, ...]:
        """The names of those that are in memory there."""
        snapshot = self._state.snapshot(server_id)
        running = snapshot.running if snapshot is not None else None
        names = {model.name for model in running or ()}
        return tuple(r.name for r in self._by_server[server_id] if r.name in names)

    def _made_here(self, server_id: str) -> tuple[str, ...]:
        """The names of those that no registry has."""
        installed, index = self._state.installed(server_id), self._state.layer_index
        records = self._by_server[server_id]
        return tuple(r.name for r in records if is_made_here(r, installed, index))

    def _downloading(self) -> str:
        """A model on its way that shares layers with one of these, as far as layers are known."""
        for item in self._state.downloads:
            if item.state not in UNFINISHED or item.server_id not in self._server_ids:
                continue
            layers = item.progress.layers if item.progress else ()
            is_sharing = any(layer.digest in self._digests for layer in layers)
            if is_sharing and (item.server_id, canonical(item.name)) not in self._keys:
                return item.name
        return ""

    def _show_notes(self, notes: tuple[DeleteNote, ...]) -> None:
        if notes == self._notes:
            return
        self._notes = notes
        while (item := self._notes_box.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for note in notes:
            self._notes_box.addWidget(_note_row(note, self))
        self.fit_height()

    def _show_list(self, groups: tuple[DeleteGroup, ...]) -> None:
        states = tuple(self._states.values())
        listed = (groups, states)
        if listed == self._listed or self._list is None:
            return
        self._listed = listed
        self._rows.clear()
        heights: list[int] = []  # each with the head of its group
        left = _MAX_ROWS
        for group, state in zip(groups, states, strict=True):
            head = 0
            if len(groups) > 1:
                label, effect = group.server_label, group_effect(group)
                head_row = self._rows.add_row(GroupRow(label, state, effect, self._rows))
                head = head_row.sizeHint().height() + 1
            for record in group.records[: max(0, left)]:
                side = ROW_LEFT if len(groups) > 1 else 16
                row = self._rows.add_row(_list_row(record, group, side, self._rows))
                heights.append(head + row.sizeHint().height() + 1)
                head = 0
            left -= len(group.records)
        if len(self._records) > _MAX_ROWS:
            self._rows.add_row(_more_row(len(self._records) - _MAX_ROWS, self._rows))
        shown = sum(heights[:_MAX_ROWS_SHOWN]) + 2
        self._list.setFixedHeight(shown)
        scrolls = len(heights) > _MAX_ROWS_SHOWN
        policies = Qt.FocusPolicy
        self._list.setFocusPolicy(policies.StrongFocus if scrolls else policies.NoFocus)
        self.fit_height()

    def showEvent(self, event: QShowEvent) -> None:
        self.fit_height()
        super().showEvent(event)

    def texts(self) -> tuple[str, ...]:
        """Title, first paragraph and notes, as shown."""
        return (
            self._title.text(),
            self._first.text(),
            *(note.text for note in self._notes or ()),
        )

    def _on_delete_clicked(self) -> None:
        known = {record.key: record.digest for record in self._records}
        reachable = self._reachable()
        refs = tuple(
            ModelRef(ref.server_id, ref.name, ref.digest or known.get(ref.key, ""))
            for ref in self._refs
            if ref.server_id in reachable
        )
        loaded = tuple(name for server_id in reachable for name in self._loaded(server_id))
        self.accept()
        if refs:
            self._commands.delete_requested.emit(DeleteRequest(refs, loaded))


def _with_mnemonic(text: str) -> str:
    return text if "&" in text else "&" + text


def _note_row(note: DeleteNote, parent: QWidget) -> QWidget:
    glyph, state = _NOTES[note.kind]
    row = QWidget(parent)
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    line.addWidget(GlyphLabel(glyph, state, 16, row), 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(PlainLabel(note.text, parent=row), 1)
    return row


def _list_row(record: ModelRecord, group: DeleteGroup, side: int, parent: QWidget) -> QWidget:
    row = QWidget(parent)
    line = QHBoxLayout(row)
    line.setContentsMargins(margins(side, 7, 16, 7))
    line.setSpacing(12)
    texts = QVBoxLayout()
    texts.setSpacing(1)
    texts.addWidget(NameLabel(record.name, parent=row))
    if group.freed is None:
        texts.addLayout(_small_note("info", Tone.NEUTRAL, left_out_line(), row))
    elif record.name in group.made_here:
        texts.addLayout(_small_note("warning", Tone.WARN, made_here_line(), row))
    if group.freed is not None and record.name in group.loaded:
        texts.addLayout(_small_note("chip", Tone.OK, loaded_now_line(), row))
    line.addLayout(texts, 1)
    amount = MISSING if record.is_cloud else size(record.size_bytes)
    label = PlainLabel(amount, wrap=False, parent=row)
    label.setToolTip(tooltip(tr("Cloud model, nothing stored here")) if record.is_cloud else "")
    line.addWidget(label)
    return row


def _more_row(count: int, parent: QWidget) -> QWidget:
    label = PlainLabel(tr("and %Ln more", "models", count), TextRole.SECONDARY, parent=parent)
    label.setContentsMargins(16, 7, 16, 7)
    return label


def _small_note(glyph: str, state: Tone, text: str, parent: QWidget) -> QLayout:
    line = QHBoxLayout()
    line.setSpacing(6)
    line.addWidget(GlyphLabel(glyph, state, 14, parent))
    line.addWidget(ElidedLabel(text, TextRole.SECONDARY, state=state, parent=parent), 1)
    return line


class _Rows(Card):
    """The rows inside the frame that stays where it is while they scroll."""

    def paintEvent(self, event: QPaintEvent) -> None:
        pass


class _ListFrame(Card):
    """Shows when the list in it has the keyboard, whose arrows scroll it."""

    def __init__(self, area: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._area = area
        area.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._area.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(Theme.of(self).accent, 2))
            frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(frame, CARD_RADIUS, CARD_RADIUS)


def _scrolling(card: Card) -> ScrollArea:
    area = ScrollArea()
    area.setAccessibleName(tr("Models"))
    area.viewport().setAutoFillBackground(False)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(card)
    card.setAutoFillBackground(False)  # setWidget switches it on
    return area
