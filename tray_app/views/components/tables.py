"""Small read-only tables and trees inside cards: lines between rows, quiet headers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from tray_app.views.components.buttons import copy_text
from tray_app.views.components.glyphs import paint_glyph
from tray_app.views.components.safe_paint import guarded_cell
from tray_app.views.components.surfaces import Card
from tray_app.views.theme import TextRole, Theme, font

Index = QModelIndex | QPersistentModelIndex
_PAD = 14
_INDENT = 16
_MEASURED_ROWS = 200
DIM_ROLE = int(Qt.ItemDataRole.UserRole)


class _LineDelegate(QStyledItemDelegate):
    """Text at 14 px from the column's edge, a hairline beneath each row; quiet text where
    DIM_ROLE says so."""

    def __init__(self, height: int, parent: QTreeWidget) -> None:
        super().__init__(parent)
        self._height = height
        self._view = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width() + 2 * _PAD, max(self._height, option.fontMetrics.height() + 12))

    @guarded_cell
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        theme = Theme.of(self._view)
        rect = option.rect
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_selected:
            active = bool(option.state & QStyle.StateFlag.State_Active)
            painter.fillRect(rect, theme.row_selected if active else theme.row_selected_inactive)
        color = theme.row_selected_text if is_selected else theme.text
        if index.data(DIM_ROLE) and not (is_selected and theme.is_high_contrast):
            color = theme.secondary
        painter.setFont(option.font)
        painter.setPen(color)
        room = rect.adjusted(*self._insets(index))
        text = option.fontMetrics.elidedText(option.text, Qt.TextElideMode.ElideRight, room.width())
        alignment = QStyle.visualAlignment(option.direction, option.displayAlignment)
        painter.drawText(room, int(alignment | Qt.TextFlag.TextSingleLine), text)
        painter.fillRect(QRect(0, rect.bottom(), self._view.viewport().width(), 1), theme.hairline)

    def _insets(self, index: Index) -> tuple[int, int, int, int]:
        is_rtl = self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = _PAD
        if self._view.rootIsDecorated() and index.column() == 0:
            # Names of groups and of what is in them begin at the same place.
            left = 0 if index.parent().isValid() else self._view.indentation()
        return (_PAD if is_rtl else left, 0, -left if is_rtl else -_PAD, 0)


class CardTable(QTreeWidget):
    """Columns by title; the last one stretches. Ctrl+C copies the current row's cell."""

    def __init__(
        self,
        titles: Sequence[str],
        widths: Sequence[int],
        parent: QWidget | None = None,
        *,
        row_height: int = 32,
        grouped: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setColumnCount(len(titles))
        self.setHeaderLabels(list(titles))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRootIsDecorated(grouped)
        self.setIndentation(_INDENT if grouped else 0)
        self.setObjectName("cardTable")
        self.viewport().setAutoFillBackground(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(_LineDelegate(row_height, self))
        header = self.header()
        header.setSectionsMovable(False)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setFont(font(TextRole.SECONDARY))
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        metrics = header.fontMetrics()
        for column, (title, width) in enumerate(zip(titles, widths, strict=False)):
            header.resizeSection(column, max(width, metrics.horizontalAdvance(title) + 32))

    def share_room(self, *columns: int) -> None:
        """Let these columns share the room that the others leave."""
        header = self.header()
        header.setResizeContentsPrecision(_MEASURED_ROWS)
        for column in columns:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)

    def fit_columns(self) -> None:
        """Make the columns that do not stretch as wide as what stands in them now."""
        header = self.header()
        for column in range(self.columnCount()):
            if header.sectionResizeMode(column) is QHeaderView.ResizeMode.Interactive:
                wanted = max(self.sizeHintForColumn(column), header.sectionSizeHint(column))
                header.resizeSection(column, wanted)

    def add(self, texts: Sequence[str], parent: QTreeWidgetItem | None = None) -> QTreeWidgetItem:
        """Add a row."""
        item = QTreeWidgetItem(list(texts))
        if parent is None:
            self.addTopLevelItem(item)
        else:
            parent.addChild(item)
        return item

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        if not self.rootIsDecorated() or not self.model().hasChildren(index):
            return
        name = "chevron-down" if self.isExpanded(index) else "chevron-right"
        box = QRectF(rect.center().x() - 4, rect.center().y() - 6, 12, 12)
        paint_glyph(painter, name, box, Theme.of(self).secondary)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            index = self.currentIndex()
            if index.isValid():
                text = index.siblingAtColumn(self.columnCount() - 1).data()
                copy_text(self, str(text or index.data() or ""))
            return
        super().keyPressEvent(event)


def in_card(table: QWidget, parent: QWidget) -> Card:
    """A card around a table; its corners stay round."""
    card = Card(parent)
    card.setSizePolicy(parent.sizePolicy())
    card.rows.setContentsMargins(1, 3, 1, 3)
    card.rows.addWidget(table)
    return card
