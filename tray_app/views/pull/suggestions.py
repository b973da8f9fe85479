"""A card of model names to choose from: one line each, by mouse or keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text import one_line, tooltip
from tray_app.views.components.glyphs import paint_glyph
from tray_app.views.components.names import NameFonts, fit_name, paint_name
from tray_app.views.components.safe_paint import guarded
from tray_app.views.components.surfaces import Card
from tray_app.views.theme import TextRole, Theme, Tone, baseline, font

_SIDE = 16
_GLYPH = 14


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name with what is said of it. `note` stands at the right, with a tick if `is_here`."""

    name: str
    description: str = ""
    note: str = ""
    is_here: bool = False


class _Row(QAbstractButton):
    def __init__(self, suggestion: Suggestion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.suggestion = suggestion
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(suggestion.name.replace("&", "&&"))
        spoken = (suggestion.name, suggestion.description, suggestion.note)
        self.setAccessibleName(", ".join(part for part in spoken if part))
        self.setToolTip(tooltip(suggestion.description))

    def sizeHint(self) -> QSize:
        height = QFontMetricsF(font(TextRole.NAME)).height()
        if self.suggestion.description:
            height += QFontMetricsF(font(TextRole.SECONDARY)).height()
        return QSize(200, int(height + 0.999) + 14)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()  # and not the dialog's default button
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        if self.isDown() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.row_hover)
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 7, 7)
        note_left = self._paint_note(painter, rect, theme)
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        room = note_left - _SIDE - 12
        fonts = NameFonts.of_role()
        fitted = fit_name(self.suggestion.name, fonts, room)
        strong_height = QFontMetricsF(fonts.strong).height()
        top = QRectF(0, 7, rect.width(), strong_height)
        if not self.suggestion.description:
            top = rect
        left = rect.width() - _SIDE - fitted.width if is_rtl else _SIDE
        y = baseline(top, fonts.strong)
        paint_name(painter, left, y, fitted, fonts, theme.text, theme.secondary)
        if self.suggestion.description:
            quiet = font(TextRole.SECONDARY)
            metrics = QFontMetricsF(quiet)
            text = metrics.elidedText(
                one_line(self.suggestion.description), Qt.TextElideMode.ElideRight, room
            )
            below = QRectF(0, 7 + strong_height, rect.width(), metrics.height())
            width = metrics.horizontalAdvance(text)
            painter.setFont(quiet)
            painter.setPen(theme.secondary)
            left = rect.width() - _SIDE - width if is_rtl else _SIDE
            painter.drawText(QPointF(left, baseline(below, quiet)), text)
        if self.hasFocus():
            painter.setPen(QPen(theme.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(2, 2, -2, -2), 6, 6)

    def _paint_note(self, painter: QPainter, rect: QRectF, theme: Theme) -> float:
        note = self.suggestion.note
        if not note:
            return rect.width() - _SIDE
        quiet = font(TextRole.SECONDARY)
        width = QFontMetricsF(quiet).horizontalAdvance(note)
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = rect.width() - _SIDE - width
        painter.setFont(quiet)
        painter.setPen(theme.secondary)
        painter.drawText(QPointF(_SIDE if is_rtl else left, baseline(rect, quiet)), note)
        if self.suggestion.is_here:
            left -= _GLYPH + 6
            x = _SIDE + width + 6 if is_rtl else left
            box = QRectF(x, (rect.height() - _GLYPH) / 2, _GLYPH, _GLYPH)
            paint_glyph(painter, "check", box, theme.state(Tone.OK))
        return left


class SuggestionList(Card):
    """Signals: chosen(name)."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Suggestion, ...] = ()

    @property
    def shown(self) -> tuple[Suggestion, ...]:
        return self._shown

    def set_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        """Show these; an equal list changes nothing, so that the focus stays."""
        if tuple(suggestions) == self._shown:
            return
        self._shown = tuple(suggestions)
        self.clear()
        for suggestion in self._shown:
            row = _Row(suggestion, self)
            row.clicked.connect(self._on_row_clicked)
            self.add_row(row)

    def focus_first(self) -> None:
        """Move the focus into the list."""
        row = self.findChild(_Row)
        if row is not None:
            row.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_row_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, _Row):
            self.chosen.emit(row.suggestion.name)
