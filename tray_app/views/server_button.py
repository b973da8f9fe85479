"""ServerButton: the server switcher: state icon, name, chevron. It is the status display, too."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from tray_app.core.records import ServerState
from tray_app.text import tooltip
from tray_app.views.components.glyph_label import ACCENT, glyph_color
from tray_app.views.components.glyphs import paint_glyph
from tray_app.views.models.cell_layout import mirrored
from tray_app.views.theme import TextRole, Theme, Tone, baseline, font

MAX_WIDTH = 240
MIN_WIDTH = 120
_ICON = 14
_PAD = 12
_GAP = 6
_CHEVRON = 12

STATE_GLYPHS: dict[ServerState, tuple[str, Tone | str]] = {
    ServerState.CONNECTING: ("dot-connecting", ACCENT),
    ServerState.STARTING: ("dot-connecting", ACCENT),
    ServerState.ONLINE: ("dot-online", Tone.OK),
    ServerState.OFFLINE: ("dot-offline", Tone.WARN),
    ServerState.REFUSED: ("warning", Tone.DANGER),
    ServerState.NOT_OLLAMA: ("warning", Tone.WARN),
    ServerState.FAILING: ("warning", Tone.WARN),
}


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
