"""TopBar: server switcher, status, search, Downloads, Pull model…, and the More menu.

When it gets narrow: the status goes, Downloads loses its word, the search shrinks, then the
server's name. Pull never loses its words.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from tray_app.core.payloads import ServerStart, seen_state
from tray_app.core.pulls.states import PullSummary
from tray_app.core.records import ServerState, ServerStatus
from tray_app.text import (
    downloads_line,
    number,
    server_state,
    servers_online,
    spoken_server,
    spoken_servers,
    tooltip,
    tr,
)
from tray_app.views.components.badges import Badge, BadgeSpec
from tray_app.views.components.buttons import Button, IconButton, Kind
from tray_app.views.components.glyphs import glyph_color, paint_glyph
from tray_app.views.components.inputs import SearchField
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.rtl import mirrored
from tray_app.views.components.safe_paint import guarded
from tray_app.views.components.server_glyphs import STATE_GLYPHS
from tray_app.views.shortcuts import hint
from tray_app.views.theme import TextRole, Theme, Tone, baseline, font

MAX_WIDTH = 240
MIN_WIDTH = 120
_ICON = 14
_PAD = 12
_GAP = 6
_CHEVRON = 12


class ServerButton(QToolButton):
    """Grows with the name up to 240 px; a longer name is cut in its middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self._state = ServerState.CONNECTING
        self.setProperty("framed", True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(32)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_server(self, name: str, state: ServerState, spoken: str) -> None:
        """Show a server; `spoken` is what a screen reader says."""
        self.setAccessibleName(spoken)
        if (name, state) != (self._name, self._state):
            self._name, self._state = name, state
            self.updateGeometry()
            self.update()

    @property
    def wanted_width(self) -> int:
        """The width that shows the whole name, within the limit."""
        metrics = QFontMetricsF(font(TextRole.BODY))
        words = metrics.horizontalAdvance(self._name)
        return min(MAX_WIDTH, round(words) + 2 * _PAD + _ICON + _CHEVRON + 3 * _GAP)

    def sizeHint(self) -> QSize:
        return QSize(self.wanted_width, 32)

    def minimumSizeHint(self) -> QSize:
        return QSize(MIN_WIDTH, 32)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        frame = QStylePainter(self)
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.text = ""  # type: ignore[attr-defined]
        option.features = QStyleOptionToolButton.ToolButtonFeature.None_  # type: ignore[attr-defined]
        frame.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        frame.end()
        painter = QPainter(self)
        theme = Theme.of(self)
        whole = QRectF(self.rect())
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        glyph, color = STATE_GLYPHS[self._state]
        icon = QRectF(_PAD, (whole.height() - _ICON) / 2, _ICON, _ICON)
        paint_glyph(painter, glyph, mirrored(icon, whole, is_rtl), glyph_color(theme, color))
        chevron = QRectF(
            whole.width() - _PAD - _CHEVRON + 2,
            (whole.height() - _CHEVRON) / 2,
            _CHEVRON,
            _CHEVRON,
        )
        paint_glyph(painter, "chevron-down", mirrored(chevron, whole, is_rtl), theme.secondary)
        made = font(TextRole.BODY)
        metrics = QFontMetricsF(made)
        left = _PAD + _ICON + _GAP
        room = whole.width() - left - _GAP - _CHEVRON - _PAD
        name = metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, room + 1)
        self.setToolTip("" if name == self._name else tooltip(self._name))
        place = QRectF(left, 0, metrics.horizontalAdvance(name), whole.height())
        painter.setFont(made)
        painter.setPen(theme.button_text)
        painter.drawText(QPointF(mirrored(place, whole, is_rtl).left(), baseline(whole)), name)


_SEARCH_WIDTH = 240
_SEARCH_MIN = 160
_SPACING = 8
_SIDES = 16 + 12


class TopBar(QWidget):
    """Signals: `search_changed`, `search_left` (Esc or Down in the search),
    `downloads_toggled`. The menus are put on `server_button` and `more_button` by the window.
    """

    search_changed = Signal(str)
    search_left = Signal()
    downloads_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._downloads_count = 0
        self.server_button = ServerButton(self)
        self._status = PlainLabel(role=TextRole.SECONDARY, wrap=False, parent=self)
        self._demo = Badge(BadgeSpec(tr("DEMO"), "", Tone.WARN, filled=True), self)
        self._demo.hide()
        self.search = SearchField(tr("Search models"), self)
        self.downloads = IconButton("download", tr("Downloads"), text=tr("Downloads"), parent=self)
        self.downloads.setCheckable(True)
        self.pull = Button(tr("&Pull model…"), "plus", Kind.PRIMARY, parent=self)
        self.more_button = IconButton("more", tr("More"), parent=self)
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 12, 8)
        row.setSpacing(_SPACING)
        left: list[QWidget] = [self.server_button, self._status, self._demo]
        right: list[QWidget] = [self.search, self.downloads, self.pull, self.more_button]
        for widget in left:
            row.addWidget(widget)
        row.addStretch(1)
        for widget in right:
            row.addWidget(widget)
        self.search.textChanged.connect(self.search_changed)
        self.search.installEventFilter(self)
        self.downloads.toggled.connect(self.downloads_toggled)
        self.set_summary(PullSummary())

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Everything that can have the focus, in order."""
        return (self.server_button, self.search, self.downloads, self.pull, self.more_button)

    def set_server(
        self, name: str, status: ServerStatus | None, start: ServerStart | None = None
    ) -> None:
        """The server's name and how it stands."""
        self._status.setText(server_state(status, start))
        spoken = spoken_server(name, status, start)
        self.server_button.set_server(name, seen_state(status, start), spoken)
        self._fit()

    def set_all_servers(self, online: int, total: int, worst: ServerState) -> None:
        """Several servers are shown, and this is how they stand."""
        self._status.setText(servers_online(online, total))
        self.server_button.set_server(tr("All servers"), worst, spoken_servers(online, total))
        self._fit()

    def set_summary(self, summary: PullSummary) -> None:
        """How many downloads are unfinished."""
        before, self._downloads_count = self._downloads_count, summary.unfinished
        words = downloads_line(summary) or tr("Downloads")
        self.downloads.set_name(words, f"{words} ({hint('downloads')})")
        if self._downloads_count != before:
            self._fit()

    def set_demo(self, is_demo: bool) -> None:
        """Mark that these are not the person's own models."""
        self._demo.setVisible(is_demo)
        self._demo.setToolTip(tr("These models are made up. Nothing here is downloaded or deleted"))
        self._fit()

    def set_primary(self, is_primary: bool) -> None:
        """Whether Pull is the one primary button of the window."""
        kind = Kind.PRIMARY if is_primary else Kind.NORMAL
        if kind is not self.pull.kind:
            self.pull.set_kind(kind)
            self._fit()

    def set_downloads_open(self, is_open: bool) -> None:
        """Whether the panel is there."""
        self.downloads.setChecked(is_open)

    def focus_search(self) -> None:
        """Into the search, with what stands there selected."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def eventFilter(self, watched: QWidget, event: QEvent) -> bool:  # type: ignore[override]
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                if self.search.text():
                    self.search.clear()
                else:
                    self.search_left.emit()
                return True
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.search_left.emit()
                return True
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.ApplicationFontChange):
            self._fit()

    def _downloads_text(self) -> str:
        words = tr("Downloads")
        return f"{words}  {number(self._downloads_count)}" if self._downloads_count else words

    def _fit(self) -> None:
        """Give up one thing after the other until everything has its room."""
        if not self.width():
            return
        count = number(self._downloads_count) if self._downloads_count else ""
        short = Qt.ToolButtonStyle.ToolButtonIconOnly
        beside = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        server = self.server_button.wanted_width
        search, others = _SEARCH_MIN, 0
        for stage in range(4):
            has_status, has_word = stage < 1, stage < 2
            self._status.setVisible(has_status and bool(self._status.text()))
            self.downloads.setText(self._downloads_text() if has_word else count)
            self.downloads.setToolButtonStyle(beside if self.downloads.text() else short)
            search = _SEARCH_WIDTH if stage < 3 else _SEARCH_MIN
            others = self._width_of_others()
            if others + server + search <= self.width():
                break
        else:
            search, server = _SEARCH_MIN, max(MIN_WIDTH, self.width() - others - _SEARCH_MIN)
        self.search.setFixedWidth(search)
        self.server_button.setFixedWidth(server)

    def _width_of_others(self) -> int:
        widgets: list[QWidget] = [self.downloads, self.pull, self.more_button]
        widgets += [w for w in (self._status, self._demo) if not w.isHidden()]
        gaps = (len(widgets) + 2) * _SPACING
        return _SIDES + gaps + sum(widget.sizeHint().width() for widget in widgets)
