"""One download as a row: name, what goes on, bar, buttons, layers on request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tray_app.core.payloads import ServerStart
from tray_app.core.pulls.speed import SpeedTrail
from tray_app.core.pulls.states import IN_TRANSFER, PullItem, PullState
from tray_app.text import one_line, percent, pull_detail, pull_reason, spoken_progress, tr
from tray_app.views.components.buttons import Button, IconButton
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.names import NameLabel
from tray_app.views.components.progress import ThinProgressBar
from tray_app.views.components.safe_paint import could, failure_words, guarded
from tray_app.views.components.surfaces import Hairline
from tray_app.views.downloads.layers import DownloadLayers
from tray_app.views.downloads.row_states import (
    ACTION_GLYPHS,
    BarMode,
    RowAction,
    action_name,
    can_start,
    is_ticking,
    look_of,
    why_disabled,
)
from tray_app.views.downloads.speed_graph import SpeedGraph
from tray_app.views.theme import TextRole, Theme, Tone

_GRAPHED = IN_TRANSFER | {PullState.WAITING, PullState.RETRYING, PullState.PAUSED}
_MOVING = frozenset({PullState.RUNNING, PullState.PREPARING})


class DownloadDetails(QWidget):
    """Layers above, graph below. The trail is fed whether or not it is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trail = SpeedTrail()
        self._layers = DownloadLayers(self)
        self.graph = SpeedGraph(self._trail, self)
        self.graph.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._layers)
        column.addWidget(self.graph)

    def note_speed(self, item: PullItem, now_s: float) -> None:
        """Remember how fast `item` is; cheap, for every change of it."""
        if item.state in IN_TRANSFER and item.progress is not None:
            self._trail.add(now_s, item.progress.speed_bytes_s)

    def set_item(self, item: PullItem) -> None:
        """Show `item`."""
        self._layers.set_item(item)
        self.graph.setVisible(item.state in _GRAPHED and self.graph.has_line())
        self.graph.refresh(is_idle=item.state not in _MOVING)


_BUTTON = 28
_MIN_HEIGHT = 52
_WORDED = frozenset({PullState.FAILED, PullState.CANCELED})
_PERCENT_WIDTH = 36


@dataclass(frozen=True, slots=True)
class RowRequest:
    """What a person wants done with the download `id`."""

    id: str
    action: RowAction


class DownloadRow(QWidget):
    """Shows one PullItem.

    Signals: `requested` (RowRequest), `menu_requested`, `moved` ("up" or "down"), `left` ("up",
    "down" or "out").
    """

    requested = Signal(object)  # RowRequest
    menu_requested = Signal()
    moved = Signal(str)
    left = Signal(str)

    def __init__(self, item: PullItem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._item = item
        self._server = ""
        self._start: ServerStart | None = None
        self._build()
        words = tr("{name} download", "said by a screen reader")
        if item.update is not None:
            words = tr("{name} update", "said by a screen reader")
        name = words.format(name=one_line(item.name, 120))
        self.setAccessibleName(name)
        self._bar.setAccessibleName(name)
        self._apply_look()
        self._apply_progress()

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(0, _MIN_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        # Not a minimum height: that would let a list squeeze opened rows instead of scrolling.
        return super().minimumSizeHint().expandedTo(QSize(0, _MIN_HEIGHT))

    @property
    def item(self) -> PullItem:
        return self._item

    @property
    def is_expanded(self) -> bool:
        return not self.details.isHidden()

    def _build(self) -> None:
        self._icon = GlyphLabel(parent=self)
        self._name = NameLabel(self._item.name, parent=self)
        self._on = PlainLabel(role=TextRole.SECONDARY, wrap=False, parent=self)
        self._detail = ElidedLabel(role=TextRole.SECONDARY, parent=self)
        self._detail.setAlignment(Qt.AlignmentFlag.AlignTrailing)
        self._bar = ThinProgressBar(parent=self)
        self._percent = PlainLabel(role=TextRole.SECONDARY, wrap=False, parent=self)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self._percent.setMinimumWidth(_PERCENT_WIDTH)
        self._reason = ElidedLabel(role=TextRole.SECONDARY, state=Tone.DANGER, parent=self)
        self.details = DownloadDetails(self)
        self.details.hide()
        self._first = IconButton("pause", "", size=_BUTTON, parent=self)
        self._second = IconButton("close", "", size=_BUTTON, parent=self)
        self._worded = Button("", small=True, parent=self)
        self._expander = IconButton("chevron-down", "", size=_BUTTON, parent=self)
        self._first.clicked.connect(self._on_first_clicked)
        self._worded.clicked.connect(self._on_first_clicked)
        self._second.clicked.connect(self._on_second_clicked)
        self._expander.clicked.connect(self._on_expander_clicked)

        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._name)
        top.addWidget(self._on)
        top.addWidget(self._detail, 1)
        bottom = QHBoxLayout()
        bottom.setSpacing(8)
        bottom.addWidget(self._bar, 1)
        bottom.addWidget(self._percent)
        bottom.addWidget(self._reason, 1)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addLayout(top)
        texts.addLayout(bottom)
        line = QHBoxLayout()
        line.setSpacing(2)
        line.addWidget(self._icon)
        line.addSpacing(10)
        line.addLayout(texts, 1)
        line.addSpacing(12)
        for button in (self._worded, self._first, self._second, self._expander):
            line.addWidget(button)
        inner = QVBoxLayout()
        inner.setContentsMargins(16, 8, 12, 8)
        inner.setSpacing(8)
        inner.addLayout(line)
        below = QHBoxLayout()
        below.setContentsMargins(28, 0, 3 * (_BUTTON + 2) + 10, 0)
        below.addWidget(self.details)
        inner.addLayout(below)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(inner)
        outer.addWidget(Hairline(self))

    @property
    def last_stop(self) -> QWidget:
        """The last of this row's Tab stops."""
        return self._expander

    def chain_stops(self) -> None:
        """Put this row's buttons behind the row in the Tab order."""
        stops = (self, self._worded, self._first, self._second, self._expander)
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def set_item(self, item: PullItem, now_s: float) -> None:
        """Show a newer state of the same download."""
        is_new_look = item.state is not self._item.state or item.hold is not self._item.hold
        self._item = item
        if is_new_look:
            self._apply_look()
        if is_new_look or not self.is_ticking:
            # No timer rewrites these words, and they say more than the look: a place in line.
            self.refresh(now_s)
        else:
            self._apply_progress()

    def show_safely(self, show: Callable[[], object]) -> None:
        """One row that fails says so, and those below it go on."""
        if not could(show, "DownloadRow"):
            self._detail.setText(failure_words())

    def set_server(self, server: str, *, is_named: bool) -> None:
        """What the server is called; it is named behind the model where there are several."""
        is_news, self._server = server != self._server, server
        self._on.setText(tr("on {server}", "a model on a server").format(server=server))
        self._on.setVisible(is_named and bool(server))
        if is_news:
            self._apply_look()

    def set_start(self, start: ServerStart | None) -> None:
        """How its server is being brought back; None = it is not."""
        self._start = start

    @property
    def is_ticking(self) -> bool:
        """Whether its words change with the clock alone."""
        return is_ticking(self._item, self._start)

    def refresh(self, now_s: float) -> None:
        """Write the texts that change with the clock."""
        words = pull_detail(self._item, now_s, server_label=self._server, start=self._start)
        self._detail.setText(words)
        # With the bytes beside it, or the two would contradict each other.
        self._percent.setText(self._percent_words())
        self._apply_progress()

    def _apply_look(self) -> None:
        item, look = self._item, look_of(self._item)
        self._icon.set_glyph(look.glyph, look.color)
        is_failed = item.state is PullState.FAILED and look.first is not RowAction.LOOK
        self._reason.setVisible(is_failed)
        self._reason.setText(pull_reason(item, self._server) if is_failed else "")
        for part in (self._bar, self._percent):
            part.setVisible(look.bar is not BarMode.NONE)
        self._bar.set_idle(look.bar is BarMode.IDLE)
        self._set_button(self._first, look.first, look.are_enabled)
        self._set_button(self._second, look.second, look.are_enabled)
        is_worded = item.state in _WORDED or look.first is RowAction.FREE_UP
        self._set_worded(look.first if is_worded else None)
        self._name_expander()

    def _set_worded(self, action: RowAction | None) -> None:
        """The first button in words, where what to do next is the point of the row."""
        self._worded.setVisible(action is not None)
        # Hidden buttons keep their room, so that all bars end at the same place.
        for button in (self._first, self._second):
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(action is None)
            button.setSizePolicy(policy)
        if action is not None:
            self._first.hide()
            words = {
                RowAction.RETRY: tr("Retry"),
                RowAction.LOOK: tr("Look…"),
                RowAction.FREE_UP: tr("Free up space…"),
            }
            self._worded.setText(words.get(action, tr("Resume")))
            self._worded.set_icon_name(ACTION_GLYPHS[action])
            self._worded.setAccessibleName(action_name(action, self._item))

    def _set_button(self, button: IconButton, action: RowAction | None, enabled: bool) -> None:
        if action is None and button.hasFocus():
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        button.setVisible(action is not None)
        if action is None:
            return
        if action is RowAction.START:
            enabled = can_start(self._item)
        button.set_icon_name(ACTION_GLYPHS[action])
        tip = "" if enabled else why_disabled(action, self._item, self._server)
        button.set_name(action_name(action, self._item), tip)
        button.setEnabled(enabled)

    def _apply_progress(self) -> None:
        item, progress = self._item, self._item.progress
        look = look_of(item)
        permille = progress.permille if progress else None
        if look.bar is BarMode.MOVING:
            self._bar.set_permille(None)
        elif look.bar is BarMode.ACCENT:
            self._bar.set_permille(permille)
        elif look.bar is BarMode.IDLE:
            self._bar.set_permille(permille or 0)
        if self.is_expanded:
            self.details.set_item(item)
        self._describe()

    def _percent_words(self) -> str:
        item = self._item
        permille = item.progress.permille if item.progress else None
        if look_of(item).bar not in (BarMode.ACCENT, BarMode.IDLE):
            return ""
        if item.state is PullState.WAITING and not permille:
            return ""
        return percent(permille)

    def _describe(self) -> None:
        spoken = spoken_progress(self._item)
        # Written only when it changed: each write is an event to a screen reader.
        if self.accessibleDescription() != spoken:
            self.setAccessibleDescription(spoken)
            self._bar.setAccessibleDescription(spoken)

    def set_expanded(self, expanded: bool) -> None:
        """Show or hide the layers."""
        if expanded == self.is_expanded:
            return
        if expanded:
            self.details.set_item(self._item)
        self.details.setVisible(expanded)
        self._expander.set_icon_name("chevron-up" if expanded else "chevron-down")
        self._name_expander()
        self.updateGeometry()

    def _name_expander(self) -> None:
        text = tr("Hide layers of {name}") if self.is_expanded else tr("Show layers of {name}")
        self._expander.set_name(text.format(name=one_line(self._item.name, 120)))

    def request(self, action: RowAction | None) -> None:
        """Ask for `action`."""
        if action is not None:
            self.requested.emit(RowRequest(self._item.id, action))

    def _on_first_clicked(self) -> None:
        self.request(look_of(self._item).first)

    def _on_second_clicked(self) -> None:
        self.request(look_of(self._item).second)

    def _on_expander_clicked(self) -> None:
        self.set_expanded(not self.is_expanded)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        look = look_of(self._item)
        key, alt = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        opening, closing = Qt.Key.Key_Right, Qt.Key.Key_Left
        if is_rtl:
            opening, closing = closing, opening
        if key == Qt.Key.Key_Space and look.first and look.are_enabled:
            self.request(look.first)
        elif key == Qt.Key.Key_Delete and look.second and look.are_enabled:
            self.request(look.second)
        elif key in (opening, closing) and not alt:
            self.set_expanded(key == opening)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            (self.moved if alt else self.left).emit("up" if key == Qt.Key.Key_Up else "down")
        elif key == Qt.Key.Key_Escape:
            self.left.emit("out")
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit()
        event.accept()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(Theme.of(self).accent, 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -2))
