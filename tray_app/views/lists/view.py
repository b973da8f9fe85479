"""The lines of an import's plan: painted, and ticked with the mouse or the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lists.planning import PlanLine, PlanStatus
from tray_app.text import one_line, tr
from tray_app.text.lists import line_name, line_size, line_status
from tray_app.views.components.card_list import CardList
from tray_app.views.components.glyphs import SECONDARY, glyph_color, paint_glyph
from tray_app.views.components.inputs import paint_check_box
from tray_app.views.components.names import NameFonts, fit_name, paint_name
from tray_app.views.components.safe_paint import guarded_cell
from tray_app.views.theme import TextRole, Theme, Tone, baseline, font

if TYPE_CHECKING:
    from tray_app.itemmodels.list_plan import ListPlanModel

Index = QModelIndex | QPersistentModelIndex
S = PlanStatus
_ROW = 33
_SIDE, _BOX, _NAME_X = 16, 18, 46
_GAP, _GLYPH = 8, 16
_RIGHT = _SIDE + 72 + _GAP
"""What the size takes at the far side."""
_LEAST_NAME = 160
_LOOKS: dict[PlanStatus, tuple[str, Tone | str]] = {
    S.TO_DOWNLOAD: ("download", SECONDARY),
    S.OTHER_PUBLISHED: ("warning", Tone.WARN),
    S.OTHER_HERE: ("update", Tone.INFO),
    S.RECIPE: ("edit", SECONDARY),
    S.RECIPE_WITHOUT_BASE: ("edit", Tone.WARN),
    S.CLOUD: ("cloud", SECONDARY),
    S.NOT_LOOKED_UP: ("warning", Tone.WARN),
    S.HERE: ("check", Tone.OK),
    S.DOWNLOADING: ("download", SECONDARY),
    S.NOT_FOUND: ("error", Tone.DANGER),
    S.NEEDS_NEWER: ("error", Tone.DANGER),
    S.BAD: ("error", Tone.DANGER),
    S.SAME: ("info", Tone.INFO),
}
_COLORED = frozenset({Tone.OK, Tone.WARN, Tone.DANGER})
"""Of these the words have the color of the glyph."""


def row_height() -> int:
    """Of one line, with the hairline beneath it."""
    return max(_ROW, round(QFontMetricsF(font(TextRole.NAME)).height()) + 14)


@dataclass(frozen=True)
class _Row:
    """What one line is painted with, and where."""

    painter: QPainter
    rect: QRectF
    baseline_y: float
    line: PlanLine
    theme: Theme
    is_rtl: bool

    def left_of(self, at: float, width: float) -> float:
        """Where something `width` wide begins that stands `at` from where one begins to read."""
        return self.rect.right() - at - width if self.is_rtl else self.rect.left() + at

    def square(self, at: float, side: int) -> QRectF:
        """A place for a glyph, above the hairline."""
        top = self.rect.top() + (self.rect.height() - 1 - side) / 2
        return QRectF(self.left_of(at, side), top, side, side)

    def write(self, text: str, with_font: QFont, color: QColor, left: float) -> None:
        self.painter.setFont(with_font)
        self.painter.setPen(color)
        self.painter.drawText(QPointF(left, self.baseline_y), text)


class PlanDelegate(QStyledItemDelegate):
    """Paints a line; long words of its status give way to the name."""

    def __init__(self, model: ListPlanModel, parent: QAbstractItemView) -> None:
        super().__init__(parent)
        self._model = model
        self._view = parent
        self.hovered_row = -1
        self._fonts = NameFonts.of_role()
        self._quiet = font(TextRole.SECONDARY)
        self._body = font(TextRole.BODY)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, row_height())

    @guarded_cell
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect = QRectF(option.rect)
        row = _Row(
            painter,
            rect,
            baseline(rect, self._fonts.strong),
            self._model.line(index.row()),
            Theme.of(self._view),
            self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft,
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.line.can_tick:
            box = row.square(_SIDE, _BOX)
            is_hovered = index.row() == self.hovered_row
            is_ticked = self._model.is_ticked(row.line)
            paint_check_box(painter, box, row.theme, is_ticked, is_hovered=is_hovered)
        taken = self._paint_status(row)
        self._paint_name(row, max(rect.width() - _NAME_X - taken, 0.0))
        if index.row() < self._model.rowCount() - 1:
            line = QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1)
            painter.fillRect(line, row.theme.hairline)
        if option.state & QStyle.StateFlag.State_HasFocus and self._view.hasFocus():
            painter.setPen(QPen(row.theme.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(2, 2, -2, -3), 5, 5)

    def _paint_name(self, row: _Row, room: float) -> None:
        name = line_name(row.line, is_json=self._model.is_json)
        if row.line.status in (S.BAD, S.SAME):
            metrics = QFontMetricsF(self._body)
            text = metrics.elidedText(one_line(name), Qt.TextElideMode.ElideRight, room)
            width = metrics.horizontalAdvance(text)
            row.write(text, self._body, row.theme.text, row.left_of(_NAME_X, width))
            return
        fitted = fit_name(name, self._fonts, room)
        left = row.left_of(_NAME_X, fitted.width)
        strong, quiet = row.theme.text, row.theme.secondary
        paint_name(row.painter, left, row.baseline_y, fitted, self._fonts, strong, quiet)

    def _paint_status(self, row: _Row) -> float:
        """Status and size at the far side; how much room they and the gap before them take."""
        amount = line_size(row.line)
        width = QFontMetricsF(self._body).horizontalAdvance(amount)
        whole = row.rect.width()
        row.write(amount, self._body, row.theme.text, row.left_of(whole - _SIDE - width, width))
        glyph, tone = _LOOKS[row.line.status]
        color = glyph_color(row.theme, tone)
        metrics = QFontMetricsF(self._quiet)
        most = whole - _NAME_X - _LEAST_NAME - _RIGHT - _GLYPH - 2 * _GAP
        words = line_status(row.line, is_json=self._model.is_json)
        text = metrics.elidedText(words, Qt.TextElideMode.ElideRight, max(most, 0.0))
        width = metrics.horizontalAdvance(text)
        at = whole - _RIGHT - width
        ink = color if tone in _COLORED else row.theme.secondary
        row.write(text, self._quiet, ink, row.left_of(at, width))
        paint_glyph(row.painter, glyph, row.square(at - _GAP - _GLYPH, _GLYPH), color)
        return _RIGHT + width + 2 * _GAP + _GLYPH


class PlanView(CardList):
    """One stop of the Tab key: arrows move, Space ticks, Ctrl+A ticks all; a click ticks a line,
    with Shift all lines from the last one on."""

    def __init__(self, model: ListPlanModel, parent: QWidget | None = None) -> None:
        super().__init__(tr("Lines of the list"), parent)
        self.setModel(model)
        self._plan = model
        self._anchor: QPersistentModelIndex | None = None
        self._delegate = PlanDelegate(model, self)
        self.setItemDelegate(self._delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setMouseTracking(True)

    @property
    def wanted_height(self) -> int:
        """Of all its lines."""
        return self._plan.rowCount() * row_height()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.wanted_height)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, min(self.wanted_height, 3 * row_height()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Select) and row >= 0:
            self._toggle(row)
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self._plan.tick(range(self._plan.rowCount()), True)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()  # the dialog's default button
        else:
            super().keyPressEvent(event)

    def _toggle(self, row: int) -> None:
        self._plan.tick([row], not self._plan.is_ticked(self._plan.line(row)))
        self._anchor = QPersistentModelIndex(self._plan.index(row))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid():
            super().mousePressEvent(event)
            return
        self.setCurrentIndex(index)
        is_range = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if is_range and self._anchor is not None and self._anchor.isValid():
            first, last = sorted((self._anchor.row(), index.row()))
            is_on = self._plan.is_ticked(self._plan.line(self._anchor.row()))
            self._plan.tick(range(first, last + 1), is_on)
        else:
            self._toggle(index.row())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)  # a second tick is a tick

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self.indexAt(event.position().toPoint()).row()
        if row != self._delegate.hovered_row:
            self._delegate.hovered_row = row
            self.viewport().update()
        super().mouseMoveEvent(event)
