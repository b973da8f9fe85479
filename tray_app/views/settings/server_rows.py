"""The rows of the page Servers: one stop of the keyboard each, and a menu with all that can be
done with a server."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from tray_app.core.endpoint import shown_address
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.payloads import ServerStart, seen_state
from tray_app.core.records import ServerState, ServerStatus
from tray_app.core.versions import is_older
from tray_app.text import one_line, server_name, server_status, tooltip, tr
from tray_app.text.wording import english_singular
from tray_app.views.components.badges import Badge, BadgeSpec
from tray_app.views.components.buttons import IconButton
from tray_app.views.components.glyphs import ACCENT, GlyphLabel
from tray_app.views.components.inputs import CheckBox
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.safe_paint import guarded
from tray_app.views.components.surfaces import Card, Hairline
from tray_app.views.theme import TextRole, Theme, Tone

if TYPE_CHECKING:
    from tray_app.settings import ServerEntry

DOTS: dict[ServerState, tuple[str, Tone | str]] = {
    ServerState.ONLINE: ("dot-online", Tone.OK),
    ServerState.CONNECTING: ("dot-connecting", ACCENT),
    ServerState.STARTING: ("dot-connecting", ACCENT),
    ServerState.OFFLINE: ("dot-offline", Tone.WARN),
    ServerState.REFUSED: ("warning", Tone.DANGER),
    ServerState.NOT_OLLAMA: ("warning", Tone.WARN),
    ServerState.FAILING: ("warning", Tone.WARN),
    ServerState.WAITING: ("key", Tone.WARN),
}
_CALM = (ServerState.ONLINE, ServerState.CONNECTING, ServerState.STARTING)
_GAP = 8


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """All that a row shows. `downloads` are those it waits for before it goes, `newest` is the
    version of Ollama that is out, "" = not known."""

    entry: ServerEntry
    address: str
    status: ServerStatus | None = None
    start: ServerStart | None = None
    is_default: bool = False
    is_last_on: bool = False
    is_alone: bool = False
    downloads: int = 0
    newest: str = ""

    @property
    def name(self) -> str:
        return server_name(self.entry.label, self.address)

    @property
    def words(self) -> str:
        """How it stands."""
        if self.entry.is_leaving and self.downloads:
            one = english_singular(self.downloads, "Off after 1 download")
            return one or tr("Off after %Ln downloads", "", self.downloads)
        return server_status(self.status, self.start, is_on=self.entry.is_on)

    @property
    def newer(self) -> str:
        """The version that is out and newer than its own, "" = none."""
        version = self.status.version if self.status is not None else ""
        return self.newest if is_older(version, self.newest) else ""

    @property
    def state(self) -> ServerState | None:
        """None while it is off."""
        return seen_state(self.status, self.start) if self.entry.is_on else None


class ServerCard(Card):
    """All rows. What is asked for is told with the id of the server."""

    switched = Signal(str)
    edit_clicked = Signal(str)
    remove_clicked = Signal(str)
    test_clicked = Signal(str)
    wake_clicked = Signal(str)
    doctor_clicked = Signal(str)
    duplicate_clicked = Signal(str)
    default_clicked = Signal(str)
    in_all_clicked = Signal(str)
    up_clicked = Signal(str)
    down_clicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Servers"))
        self._by_id: dict[str, ServerRow] = {}
        self._order: list[str] = []

    @property
    def server_rows(self) -> list[ServerRow]:
        """From top to bottom."""
        return [self._by_id[server_id] for server_id in self._order]

    def set_servers(self, servers: tuple[ServerFacts, ...]) -> None:
        """Show these; a row stays itself wherever it goes, and keeps the focus."""
        ids = [facts.entry.id for facts in servers]
        focused = next((i for i, row in self._by_id.items() if row.hasFocus()), None)
        if ids != self._order:
            self._arrange(ids)
        for place, facts in enumerate(servers):
            is_first, is_last = place == 0, place == len(servers) - 1
            self._by_id[facts.entry.id].show_facts(facts, is_first=is_first, is_last=is_last)
        if focused is not None and focused not in self._by_id and self._order:
            self.focus_first()
        self._settle()

    def focus_first(self) -> None:
        """To the first row."""
        if self._order:
            self._by_id[self._order[0]].setFocus(Qt.FocusReason.OtherFocusReason)

    def move_focus(self, row: ServerRow, step: int) -> None:
        """To the next or the previous row."""
        place = self._order.index(row.server_id) + step
        if 0 <= place < len(self._order):
            self._by_id[self._order[place]].setFocus(Qt.FocusReason.TabFocusReason)

    def note_focus(self, row: ServerRow) -> None:
        """It has the Tab stop of all now."""
        self._settle(row)

    def _settle(self, wanted: ServerRow | None = None) -> None:
        rows = self.server_rows
        holder = wanted or next(
            (row for row in rows if row.focusPolicy() & Qt.FocusPolicy.TabFocus),
            rows[0] if rows else None,
        )
        for row in rows:
            policy = Qt.FocusPolicy.StrongFocus if row is holder else Qt.FocusPolicy.ClickFocus
            row.setFocusPolicy(policy)

    def _arrange(self, ids: list[str]) -> None:
        for server_id in [known for known in self._by_id if known not in ids]:
            gone = self._by_id.pop(server_id)
            self.rows.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        while (item := self.rows.takeAt(0)) is not None:
            line = item.widget()
            if isinstance(line, Hairline):
                line.hide()
                line.deleteLater()
        for server_id in ids:
            row = self._by_id.get(server_id)
            if row is None:
                row = self._by_id[server_id] = ServerRow(server_id, self)
                row.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            self.add_row(row)
        self._order = ids


class ServerRow(QWidget):
    """One server. Space switches it, Enter edits it, Delete removes it."""

    def __init__(self, server_id: str, card: ServerCard) -> None:
        super().__init__(card)
        self.server_id = server_id
        self._card = card
        self._facts: ServerFacts | None = None
        self._places = (False, False)
        self.box = CheckBox("", self)
        self.glyph = GlyphLabel("", Tone.NEUTRAL, 14, self)
        self.name_label = ElidedLabel("", TextRole.NAME, parent=self)
        self.address_label = ElidedLabel("", TextRole.SECONDARY, parent=self)
        self.status_label = PlainLabel("", TextRole.SECONDARY, wrap=False, parent=self)
        self.default_badge = Badge(BadgeSpec(tr("Default"), ""), self)
        tip = tr("Comes from the environment. It can be switched off, not removed.")
        self.given_badge = Badge(BadgeSpec("OLLAMA_HOST", "", tip=tip), self)
        self.newer_badge = _LinkBadge(BadgeSpec("", "update"), self)
        self.newer_badge.clicked.connect(self._on_newer_clicked)
        self.edit_button = IconButton("edit", "", size=28, parent=self)
        self.more_button = IconButton("more", "", size=28, parent=self)
        for widget in (self.box, self.edit_button, self.more_button):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lay_out()
        self.box.clicked.connect(self._on_box_clicked)
        self.edit_button.clicked.connect(self._on_edit_clicked)
        self.more_button.clicked.connect(self._on_more_clicked)
        self.menu: QMenu | None = None

    def _lay_out(self) -> None:
        self.box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.box.setFixedWidth(22)
        names = QHBoxLayout()
        names.setSpacing(_GAP)
        for widget in (self.name_label, *self._badges):
            names.addWidget(widget)
        names.addStretch(1)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addLayout(names)
        texts.addWidget(self.address_label)
        # The status at the right, or below where the rest needs the line.
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.setSpacing(_GAP)
        self._body.addLayout(texts, 1)
        self._body.addWidget(self.status_label, 0)
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 9, 8, 9)
        line.setSpacing(10)
        line.addWidget(self.box)
        line.addWidget(self.glyph)
        line.addLayout(self._body, 1)
        line.addWidget(self.edit_button)
        line.addWidget(self.more_button)

    @property
    def _badges(self) -> tuple[Badge, ...]:
        return (self.default_badge, self.given_badge, self.newer_badge)

    def show_facts(self, facts: ServerFacts, *, is_first: bool, is_last: bool) -> None:
        """Show this; equal facts change nothing."""
        self._places = (is_first, is_last)
        if facts == self._facts:
            return
        self._facts = facts
        is_on, name = facts.entry.is_on, facts.name
        self.box.setChecked(is_on)
        self.box.setAccessibleName(tr("Use {server}").format(server=name))
        reason = tr("At least one server must be on") if facts.is_last_on else ""
        self.box.setEnabled(not facts.is_last_on)
        self.box.setToolTip(tooltip(reason))
        self.box.setAccessibleDescription(reason)
        state = facts.state
        glyph, color = DOTS[state] if state is not None else ("", Tone.NEUTRAL)
        self.glyph.set_glyph(glyph, color)
        self.name_label.setText(name)
        self.name_label.set_dim(not is_on)
        self.address_label.setText(shown_address(facts.address))
        self.status_label.setText(facts.words)
        is_calm = state is None or state in _CALM or facts.entry.is_leaving
        self.status_label.set_state(None if is_calm or not isinstance(color, Tone) else color)
        self.default_badge.setVisible(facts.is_default and not facts.is_alone)
        self.given_badge.setVisible(facts.entry.is_given)
        newer = tr("{version} is out").format(version=one_line(facts.newer, 20))
        self.newer_badge.set_spec(BadgeSpec(newer, "update"))
        self.newer_badge.setVisible(bool(facts.newer))
        self.edit_button.set_name(tr("Edit {server}").format(server=name))
        self.more_button.set_name(tr("More for {server}").format(server=name))
        switched = tr("on", "a server in a list") if is_on else tr("off", "a server in a list")
        spoken = tr("{server}, {state}, {switched}")
        state_words = facts.words if is_on else ""
        if not state_words:
            spoken = tr("{server}, {switched}")
        self.setAccessibleName(
            spoken.format(server=name, state=state_words.lower(), switched=switched)
        )
        self.setAccessibleDescription(shown_address(facts.address))
        self._turn()

    # its keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self._key_action(event)
        if action is None:
            super().keyPressEvent(event)
        else:
            action()

    def _key_action(self, event: QKeyEvent) -> Callable[[], object] | None:
        key, card, own = event.key(), self._card, self.server_id
        is_alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if key in steps:
            step = steps[Qt.Key(key)]
            if is_alt:
                signal = card.up_clicked if step < 0 else card.down_clicked
                return lambda: signal.emit(own)
            return lambda: card.move_focus(self, step)
        if key == Qt.Key.Key_Space:
            return self._on_box_clicked if self.box.isEnabled() else lambda: None
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return self._on_edit_clicked
        if key == Qt.Key.Key_Delete:
            is_given = self._facts is not None and self._facts.entry.is_given
            return (lambda: None) if is_given else (lambda: card.remove_clicked.emit(own))
        return None

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._card.note_focus(self)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self._on_edit_clicked()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        is_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        below = self.mapToGlobal(QPoint(40, self.height() - 4))
        self._open_menu(event.globalPos() if is_mouse else below)

    # its menu

    def make_menu(self) -> QMenu:
        """All that can be done with it."""
        facts, card, own = self._facts, self._card, self.server_id
        assert facts is not None
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        entry = facts.entry
        is_first, is_last = self._places
        default = _add(menu, tr("Make &default"), card.default_clicked, own)
        off = tr("“{server}” is switched off").format(server=facts.name)
        if not entry.is_on:
            _disable(default, off)
        elif facts.is_default:
            default.setEnabled(False)
        _add(menu, tr("&Test"), card.test_clicked, own)
        wake = _add(menu, tr("&Wake"), card.wake_clicked, own)
        if not entry.mac:
            _disable(wake, tr("Add its MAC address first"))
        elif not entry.is_on:
            _disable(wake, off)
        doctor = _add(menu, tr("&Run doctor…"), card.doctor_clicked, own)
        if not entry.is_on:
            _disable(doctor, off)
        menu.addSeparator()
        shown = _add(menu, tr("&Show in “All servers”"), card.in_all_clicked, own)
        shown.setCheckable(True)
        shown.setChecked(entry.is_in_all)
        up = _add(menu, tr("Move &up") + "\tAlt+Up", card.up_clicked, own)
        up.setEnabled(not is_first)
        down = _add(menu, tr("Move d&own") + "\tAlt+Down", card.down_clicked, own)
        down.setEnabled(not is_last)
        menu.addSeparator()
        _add(menu, tr("Du&plicate…"), card.duplicate_clicked, own)
        remove = _add(menu, tr("R&emove…"), card.remove_clicked, own)
        if entry.is_given:
            _disable(remove, tr("Comes from the environment. It can be switched off, not removed."))
        return menu

    def _open_menu(self, place: QPoint) -> None:
        self.menu = self.make_menu()
        self.menu.aboutToHide.connect(self.menu.deleteLater)
        self.menu.popup(place)

    def _on_more_clicked(self) -> None:
        self._open_menu(self.more_button.mapToGlobal(QPoint(0, self.more_button.height())))

    def _on_box_clicked(self) -> None:
        self._card.switched.emit(self.server_id)
        # What is so now, the settings say.
        if self._facts is not None:
            self.box.setChecked(self._facts.entry.is_on)

    def _on_newer_clicked(self) -> None:
        self._card.doctor_clicked.emit(self.server_id)

    def _on_edit_clicked(self) -> None:
        self._card.edit_clicked.emit(self.server_id)

    # its look

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._turn()

    def _turn(self) -> None:
        """Status beside or below the name, as there is room."""
        wanted = sum(b.sizeHint().width() + _GAP for b in self._badges if not b.isHidden())
        wanted += self.name_label.sizeHint().width() + _GAP + self.status_label.sizeHint().width()
        fixed = 14 + 22 + 10 + 14 + 10 + 10 + 28 + 10 + 28 + 8
        direction = QBoxLayout.Direction
        is_wide = wanted + fixed <= self.width()
        self._body.setDirection(direction.LeftToRight if is_wide else direction.TopToBottom)
        self._body.setSpacing(_GAP if is_wide else 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, super().minimumSizeHint().height())

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.hasFocus():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(Theme.of(self).accent, 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(3, 3, -3, -3), 5, 5)


class _LinkBadge(Badge):
    """A badge that leads somewhere."""

    clicked = Signal()

    def __init__(self, spec: BadgeSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # or the release would go to the row

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


def _add(menu: QMenu, text: str, signal: object, server_id: str) -> QAction:
    action = menu.addAction(text)
    action.triggered.connect(lambda: signal.emit(server_id))  # type: ignore[attr-defined]
    return action


def _disable(action: QAction, reason: str) -> None:
    action.setEnabled(False)
    action.setToolTip(tooltip(reason))
