"""ModelHeader: the headings of the models table: sort by click, resize, reorder.

The Name column takes what is left, so dragging an edge resizes the column right of it: the edge
stays under the pointer. Which columns there are is column_layout.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import QHeaderView, QToolTip, QWidget

from tray_app.itemmodels.columns import COLUMNS, NAME, column_title
from tray_app.text import tooltip
from tray_app.views.components.glyphs import paint_glyph
from tray_app.views.components.rtl import mirrored
from tray_app.views.components.safe_paint import guarded
from tray_app.views.components.scrolling import give_viewport
from tray_app.views.models.cell_layout import PAD, SIDE
from tray_app.views.models.column_layout import MIN_WIDTH
from tray_app.views.theme import TextRole, Theme, baseline, font

if TYPE_CHECKING:
    from tray_app.itemmodels.model_table import ModelTableModel

HEIGHT = 32
_GRIP = 4
_CARET = 10
_CARET_GAP = 7


class ModelHeader(QHeaderView):
    """Signals: `column_resized` (key) after a person dragged an edge, `fit_requested` (key) after
    a double click on one, `order_dragged` after a column was moved. `is_dim` while connecting.
    """

    column_resized = Signal(str)
    fit_requested = Signal(str)
    order_dragged = Signal()

    def __init__(self, model: ModelTableModel, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        give_viewport(self, QPalette.ColorRole.Button).setMouseTracking(True)
        self._table = model
        self._dragged: tuple[int, int, int] | None = None  # section, start x, start width
        self.is_dim = False
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setFirstSectionMovable(False)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(MIN_WIDTH)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sectionMoved.connect(self.order_dragged)

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(font(TextRole.SECONDARY))
        return QSize(super().sizeHint().width(), max(HEIGHT, round(metrics.height()) + 16))

    def title_width(self, column: int) -> int:
        """The width of a heading's words."""
        metrics = QFontMetricsF(font(TextRole.SECONDARY))
        return int(metrics.horizontalAdvance(column_title(COLUMNS[column].key)) + 0.999)

    @guarded
    def paintEvent(self, event: QEvent) -> None:  # type: ignore[override]
        painter = QPainter(self.viewport())
        theme = Theme.of(self)
        rect = self.viewport().rect()
        painter.fillRect(rect, theme.base)
        for visual in range(self.count()):
            column = self.logicalIndex(visual)
            if not self.isSectionHidden(column):
                self._paint_title(painter, self._rect(column), column, theme)
        painter.fillRect(QRect(0, rect.height() - 1, rect.width(), 1), theme.hairline)

    def _rect(self, column: int) -> QRect:
        left = self.sectionViewportPosition(column)
        return QRect(left, 0, self.sectionSize(column), self.height())

    def _paint_title(self, painter: QPainter, cell: QRect, column: int, theme: Theme) -> None:
        rect = QRectF(cell)
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left, right = (SIDE if column == NAME else PAD), PAD
        made = font(TextRole.SECONDARY)
        metrics = QFontMetricsF(made)
        key, is_descending = self._table.sort_column
        is_sorted = COLUMNS[column].key == key and not self.is_dim
        caret = _CARET + _CARET_GAP if is_sorted else 0
        title = metrics.elidedText(
            column_title(COLUMNS[column].key),
            Qt.TextElideMode.ElideRight,
            max(0.0, rect.width() - left - right - caret),
        )
        width = metrics.horizontalAdvance(title)
        is_right = COLUMNS[column].is_right
        x = rect.right() - right - width if is_right else rect.left() + left
        place = mirrored(QRectF(x, 0, width, rect.height()), rect, is_rtl)
        painter.setFont(made)
        painter.setPen(theme.disabled_text if self.is_dim else theme.secondary)
        painter.drawText(QPointF(place.left(), baseline(rect, made)), title)
        if is_sorted:
            # Right-aligned headings keep their edge, so their caret stands in front.
            x = x - _CARET - _CARET_GAP if is_right else x + width + _CARET_GAP
            mark = QRectF(x, (rect.height() - _CARET) / 2, _CARET, _CARET)
            name = "chevron-down" if is_descending else "chevron-up"
            paint_glyph(painter, name, mirrored(mark, rect, is_rtl), theme.secondary)

    def _edge_at(self, x: int) -> int | None:
        """The column whose near edge is at `x`; Name has none."""
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        for visual in range(1, self.count()):
            column = self.logicalIndex(visual)
            if self.isSectionHidden(column):
                continue
            rect = self._rect(column)
            edge = rect.right() + 1 if is_rtl else rect.left()
            if abs(x - edge) <= _GRIP:
                return column
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = round(event.position().x())
        if self._dragged is not None:
            column, start, width = self._dragged
            is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            wanted = width + (x - start if is_rtl else start - x)
            most = width + self.sectionSize(NAME) - self.minimumSectionSize()
            self.resizeSection(column, max(MIN_WIDTH, min(wanted, most)))
            self.column_resized.emit(COLUMNS[column].key)
            return
        is_edge = self._edge_at(x) is not None
        if is_edge and not event.buttons():
            self.viewport().setCursor(Qt.CursorShape.SplitHCursor)
        else:
            self.viewport().unsetCursor()
        super().mouseMoveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x = round(event.position().x())
        column = self._edge_at(x)
        if column is not None and event.button() == Qt.MouseButton.LeftButton:
            self._dragged = (column, x, self.sectionSize(column))
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None:
            self._dragged = None
            return
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        column = self._edge_at(round(event.position().x()))
        if column is not None:
            self.fit_requested.emit(COLUMNS[column].key)
            return
        super().mouseDoubleClickEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            column = self.logicalIndexAt(event.pos())
            is_cut = column >= 0 and self.title_width(column) > self.sectionSize(column) - 2 * PAD
            tip = tooltip(column_title(COLUMNS[column].key)) if is_cut else ""
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().viewportEvent(event)
