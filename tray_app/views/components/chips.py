"""Filter chips: exclusive choices with a count, one Tab stop, arrows move between them. One that
can be closed is a choice made elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from tray_app.views.components.glyphs import paint_glyph
from tray_app.views.components.keep_focus import enable
from tray_app.views.components.rtl import mirrored
from tray_app.views.components.safe_paint import guarded
from tray_app.views.theme import TextRole, Theme, baseline, font, mix

_HEIGHT = 28
_PAD = 14
_GAP = 8
_CLOSE = 12


class Chip(QAbstractButton):
    """`All 11`: a checkable choice. Put several into one exclusive QButtonGroup. `closes`: a click
    ends it; it has the glyph for that behind its count."""

    def __init__(self, text: str, parent: QWidget | None = None, *, closes: bool = False) -> None:
        super().__init__(parent)
        self._count = ""
        self._closes = closes
        self.setText(text)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def setEnabled(self, is_enabled: bool) -> None:
        enable(self, is_enabled, super().setEnabled)

    def set_count(self, count: str, accessible_name: str) -> None:
        """Show `count` behind the text; the name is what a screen reader says."""
        self.setAccessibleName(accessible_name)
        if count != self._count:
            self._count = count
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        # As wide as when it is chosen, so that choosing moves nothing.
        strong, quiet = QFontMetricsF(font(TextRole.NAME)), QFontMetricsF(font(TextRole.BODY))
        width = strong.horizontalAdvance(self.text()) + 2 * _PAD
        if self._count:
            width += _GAP + quiet.horizontalAdvance(self._count)
        if self._closes:
            width += _GAP + _CLOSE
        return QSize(int(width + 0.999), max(_HEIGHT, int(strong.height()) + 10))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.of(self)
        option = QStyleOptionButton()
        option.initFrom(self)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        shape = rect.adjusted(0.5, 0.5, -0.5, -0.5)
        color, count_color = theme.secondary, theme.secondary
        if not self.isEnabled():
            color = count_color = theme.disabled_text
        elif self.isChecked():
            color = count_color = theme.text
            painter.setPen(QPen(theme.control_border, 1))
            painter.setBrush(theme.button)
            painter.drawRoundedRect(shape, 6, 6)
        elif is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mix(theme.window, theme.window_text, 0.07))
            painter.drawRoundedRect(shape, 6, 6)
        if self.hasFocus():
            painter.setPen(QPen(theme.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 6, 6)
        self._paint_text(painter, rect, color, count_color)

    def _paint_text(self, painter: QPainter, rect: QRectF, color: QColor, count: QColor) -> None:
        if self._closes:
            place = QRectF(rect.right() - _PAD + 2 - _CLOSE, 0, _CLOSE, _CLOSE)
            place.moveTop((rect.height() - _CLOSE) / 2)
            is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            paint_glyph(painter, "close", mirrored(place, rect, is_rtl), color)
            taken = _GAP + _CLOSE
            rect = rect.adjusted(taken if is_rtl else 0, 0, 0 if is_rtl else -taken, 0)
        text_font = font(TextRole.NAME if self.isChecked() else TextRole.BODY)
        count_font = font(TextRole.NAME if self.isChecked() else TextRole.BODY)
        y = baseline(rect)
        metrics = QFontMetricsF(text_font)
        count_width = QFontMetricsF(count_font).horizontalAdvance(self._count)
        behind = _GAP + count_width if self._count else 0
        text, text_width = self.text(), metrics.horizontalAdvance(self.text())
        if text_width + behind > rect.width() - 2 * _PAD + 1:
            room = rect.width() - 2 * _PAD - behind
            text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)
            text_width = metrics.horizontalAdvance(text)
        left = rect.left() + (rect.width() - text_width - behind) / 2
        pieces = [(text, text_width, text_font, color)]
        if self._count:
            pieces.append((self._count, count_width, count_font, count))
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            pieces.reverse()
        for words, width, piece_font, piece_color in pieces:
            painter.setFont(piece_font)
            painter.setPen(piece_color)
            painter.drawText(QPointF(left, y), words)
            left += width + _GAP
