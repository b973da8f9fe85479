"""ModelView: the models table as a widget: selection, keys, mouse, drag, skeleton.

How cells look is delegate.py, columns are columns.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QElapsedTimer,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from tray_app.itemmodels.columns import NAME, NUMBER
from tray_app.text import tr
from tray_app.views.components.progress import is_motion_reduced
from tray_app.views.components.safe_paint import guarded
from tray_app.views.components.scrolling import give_viewport
from tray_app.views.models.cell_layout import NAME_X, icon_rect, row_height
from tray_app.views.models.columns import TableColumns
from tray_app.views.models.delegate import ModelDelegate
from tray_app.views.models.header import ModelHeader
from tray_app.views.models.skeleton import paint_skeleton
from tray_app.views.theme import Theme

if TYPE_CHECKING:
    from tray_app.core.payloads import ModelRef
    from tray_app.core.records import ModelKey
    from tray_app.itemmodels.model_table import ModelTableModel
    from tray_app.views.models.column_layout import ColumnLayout

# When the topmost row itself goes, the next ones are held on to.
_ANCHORS = 12


class ScrollKeeper(QObject):
    """Remembers the topmost rows before a batch of changes and puts them back afterwards.

    At the very top nothing is kept: new rows shall be seen there.
    """

    def __init__(self, view: QTableView, model: ModelTableModel) -> None:
        super().__init__(view)
        self._view = view
        self._anchors: list[tuple[QPersistentModelIndex, int]] = []
        self._search = ""
        self._table = model
        model.update_started.connect(self._on_table_update_started)
        model.update_ended.connect(self._on_table_update_ended)

    def _on_table_update_started(self) -> None:
        view = self._view
        self._anchors = []
        if view.verticalScrollBar().value() == 0:
            return
        top = view.rowAt(0)
        if top < 0:
            return
        last = min(top + _ANCHORS, self._table.rowCount())
        self._anchors = [
            (QPersistentModelIndex(self._table.index(row, 0)), view.rowViewportPosition(row))
            for row in range(top, last)
        ]

    def _on_table_update_ended(self) -> None:
        anchors, self._anchors = self._anchors, []
        found = next(((i, offset) for i, offset in anchors if i.isValid()), None)
        if found is None:
            return
        index, offset = found
        view = self._view
        # The scroll bar learns of the new height only when the geometry is worked out.
        view.updateGeometries()
        bar = view.verticalScrollBar()
        bar.setValue(bar.value() + view.rowViewportPosition(index.row()) - offset)


_TURN_MS = 1000
_FRAME_MS = 40


class RowSpinner(QObject):
    """Repaints the icons of busy rows with the delegate's `turn` moved on."""

    def __init__(self, view: QTableView, model: ModelTableModel, delegate: ModelDelegate) -> None:
        super().__init__(view)
        self._view = view
        self._table = model
        self._delegate = delegate
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        model.dataChanged.connect(self._sync)
        model.update_ended.connect(self._sync)
        view.installEventFilter(self)

    @property
    def is_turning(self) -> bool:
        return self._timer.isActive()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._sync(is_shown=event.type() == QEvent.Type.Show)
        return super().eventFilter(watched, event)

    def _sync(self, *_: object, is_shown: bool | None = None) -> None:
        is_shown = self._view.isVisible() if is_shown is None else is_shown
        wanted = is_shown and self._table.has_busy and not is_motion_reduced(self._view)
        if wanted and not self._timer.isActive():
            self._clock.start()
            self._timer.start()
        elif not wanted:
            self._timer.stop()

    def _on_timer_timeout(self) -> None:
        self._delegate.turn = (self._clock.elapsed() % _TURN_MS) / _TURN_MS
        viewport = self._view.viewport()
        first = max(0, self._view.rowAt(0))
        last = self._view.rowAt(viewport.height() - 1)
        last = self._table.rowCount() - 1 if last < 0 else last
        is_rtl = self._view.layoutDirection().value == 1
        for row in range(first, last + 1):
            if self._table.row_at(row).busy is not None:
                cell = QRectF(self._view.visualRect(self._table.index(row, NAME)))
                viewport.update(icon_rect(cell, is_rtl).toAlignedRect())


_KEYBOARD_REASONS = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)
_MOVES = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End})


class ModelView(QTableView):
    """Signals: `details_requested` (double click on a model), `menu_requested` (QPoint,
    global: a menu for the selection), `selection_changed`, `current_changed` (what keys would act
    on where nothing is selected), `escaped` (Esc was pressed).
    """

    details_requested = Signal()
    menu_requested = Signal(object)  # QPoint
    selection_changed = Signal()
    current_changed = Signal()
    escaped = Signal()

    def __init__(
        self, model: ModelTableModel, layout: ColumnLayout, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        give_viewport(self)
        self._table = model
        self._is_skeleton = False
        self._uses_keyboard = False
        self._header = ModelHeader(model, self)
        self.setHorizontalHeader(self._header)
        self._leaving: tuple[int, ModelKey] | None = None
        # Before setModel, so that it is heard before the selection model moves the current row.
        model.rowsAboutToBeRemoved.connect(self._on_rows_about_to_be_removed)
        self.setModel(model)
        model.rowsRemoved.connect(self._on_rows_removed)
        self._delegate = ModelDelegate(model, self)
        self.setItemDelegate(self._delegate)
        self.columns = TableColumns(self, self._header, model, layout)
        self._keeper = ScrollKeeper(self, model)
        self._spinner = RowSpinner(self, model, self._delegate)
        self._set_up()
        self.doubleClicked.connect(lambda _: self.details_requested.emit())
        self.entered.connect(self._on_entered)
        self.selectionModel().selectionChanged.connect(self.selection_changed)
        self.selectionModel().currentChanged.connect(self._on_current_changed)

    def _set_up(self) -> None:
        self.setAccessibleName(tr("Models"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._set_row_height()

    def _set_row_height(self) -> None:
        rows = self.verticalHeader()
        rows.setMinimumSectionSize(row_height())
        rows.setDefaultSectionSize(row_height())

    # selection

    def selected_refs(self) -> tuple[ModelRef, ...]:
        """The selected models, top to bottom."""
        return tuple(self._table.ref_at(row) for row in self.selected_numbers())

    def selected_numbers(self) -> list[int]:
        """The numbers of the selected rows. (`selectedRows` takes a second for 10 000.)"""
        numbers: set[int] = set()
        for piece in self.selectionModel().selection():  # type: ignore[attr-defined]
            numbers.update(range(piece.top(), piece.bottom() + 1))
        return sorted(numbers)

    def select(self, ref: ModelRef) -> bool:
        """Select one model and scroll to it; False when it is not shown."""
        index = self._table.find(ref.key)
        if not index.isValid():
            return False
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.scrollTo(index)
        return True

    def select_refs(self, refs: Iterable[ModelRef]) -> None:
        """Select several models, of which those that are not shown are left out."""
        found = [index for ref in refs if (index := self._table.find(ref.key)).isValid()]
        selection = QItemSelection()
        for index in found:
            selection.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        if found:
            self.select(self._table.ref_at(found[0].row()))
        self.selectionModel().select(selection, flags.ClearAndSelect | flags.Rows)

    def _on_rows_about_to_be_removed(self, _: QModelIndex, first: int, last: int) -> None:
        row = self.currentIndex().row()
        is_leaving = first <= row <= last
        self._leaving = (first, self._table.ref_at(row).key) if is_leaving else None

    def _on_rows_removed(self) -> None:
        """After a delete the next row is current; Qt would take the one before."""
        leaving, self._leaving = self._leaving, None
        if leaving is None or self._table.record(leaving[1]) is not None:
            return  # or only hidden by search or filter
        row = min(leaving[0], self._table.rowCount() - 1)
        flags = QItemSelectionModel.SelectionFlag
        selection = self.selectionModel()
        how = flags.NoUpdate if selection.hasSelection() else flags.Select | flags.Rows
        if row >= 0:
            selection.setCurrentIndex(self._table.index(row, 0), how)

    def set_skeleton(self, is_on: bool) -> None:
        """Grey shapes in place of rows, while nothing is known yet."""
        if is_on != self._is_skeleton:
            self._is_skeleton = is_on
            self._header.is_dim = is_on
            self._header.viewport().update()
            self.viewport().update()

    # keys, mouse, focus

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            self._set_uses_keyboard(True)  # before actions are asked whether the key is theirs
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._set_uses_keyboard(True)
        super().keyPressEvent(event)
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        if event.key() in _MOVES and not event.modifiers():
            self.select_current()

    def select_current(self) -> None:
        """The framed row is what keys act on, also where Qt leaves it unselected: at the first
        key, or when a move ends where it began."""
        if self.currentIndex().isValid() and not self.selectionModel().hasSelection():
            self.selectRow(self.currentIndex().row())

    def keyboardSearch(self, search: str) -> None:
        # Qt searches the current column; letters are meant for names.
        current = self.currentIndex()
        if current.isValid() and current.column() != 0:
            flags = QItemSelectionModel.SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(current.siblingAtColumn(0), flags)
        super().keyboardSearch(search)

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        moves = QAbstractItemView.CursorAction
        last = self._table.rowCount() - 1
        if action in (moves.MoveHome, moves.MoveEnd) and last >= 0:
            return self._table.index(0 if action == moves.MoveHome else last, 0)
        return super().moveCursor(action, modifiers)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._set_uses_keyboard(False)
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if not self.indexAt(event.position().toPoint()).isValid():
            self._set_hovered(-1)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._set_hovered(-1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in _KEYBOARD_REASONS:
            self._set_uses_keyboard(True)
        self._on_current_changed()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._on_current_changed()

    def _set_uses_keyboard(self, is_so: bool) -> None:
        if is_so != self._uses_keyboard:
            self._uses_keyboard = is_so
            self._on_current_changed()

    @property
    def has_framed_row(self) -> bool:
        """Whether keys act on a row although none need be selected."""
        return self._framed_row() >= 0

    def _on_current_changed(self) -> None:
        self._update_focus_frame()
        self.current_changed.emit()

    def _framed_row(self) -> int:
        shown = self.hasFocus() and self._uses_keyboard
        return self.currentIndex().row() if shown else -1

    def _update_focus_frame(self) -> None:
        if self._framed_row() != self._delegate.focused_row:
            self._delegate.focused_row = self._framed_row()
            self.viewport().update()

    def _set_hovered(self, row: int) -> None:
        old = self._delegate.hovered_row
        if row != old:
            self._delegate.hovered_row = row
            for number in (old, row):
                self._update_row(number)

    def _update_row(self, row: int) -> None:
        if row >= 0:
            top = self.rowViewportPosition(row)
            self.viewport().update(0, top, self.viewport().width(), self.rowHeight(row))

    def _on_entered(self, index: QModelIndex) -> None:
        self._set_hovered(index.row())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        pos = event.pos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            # The key is meant for the current row, wherever the pointer happens to be.
            self.select_current()
            self.scrollTo(self.currentIndex())
            pos = self.visualRect(self.currentIndex().siblingAtColumn(0)).bottomLeft()
            pos += QPoint(NAME_X, 0)
        self.menu_requested.emit(self.viewport().mapToGlobal(pos))

    # drag, resize, paint

    def startDrag(self, supported: Qt.DropAction) -> None:
        names = "\n".join(ref.name for ref in self.selected_refs())
        if names:
            data = QMimeData()
            data.setText(names)
            drag = QDrag(self)
            drag.setMimeData(data)
            drag.exec(Qt.DropAction.CopyAction)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.columns.arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.ApplicationFontChange, QEvent.Type.FontChange):
            self._set_row_height()
            self.columns.arrange()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        self._delegate.prepare()
        self._delegate.focused_row = self._framed_row()  # rows above may have come or gone
        super().paintEvent(event)
        if self._is_skeleton and self._table.rowCount() == 0:
            is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            sections = []
            for key in self.columns.shown:
                left = self._header.sectionViewportPosition(NUMBER[key])
                width = self._header.sectionSize(NUMBER[key])
                sections.append((NUMBER[key], QRectF(left, 0, width, row_height())))
            paint_skeleton(QPainter(self.viewport()), sections, Theme.of(self), is_rtl)
