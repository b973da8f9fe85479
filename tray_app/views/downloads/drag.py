"""Dragging a waiting download to another place in the line."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from tray_app.core.payloads import PullMove
from tray_app.views.components.safe_paint import guarded
from tray_app.views.downloads.row import DownloadRow
from tray_app.views.theme import Theme

_EDGE = 24
_SCROLL_STEP = 12
_SCROLL_MS = 30
_LINE = 2


class RowDrag(QObject):
    """Event filter of the rows in `content`. A line shows where the row would go; Esc lets it be.

    `waiting` gives the rows that have a place in the line, from top to bottom.
    Signals: dropped(PullMove), whose index is the place among the other waiting rows.
    """

    dropped = Signal(object)  # PullMove

    def __init__(
        self, area: QScrollArea, content: QWidget, waiting: Callable[[], list[DownloadRow]]
    ) -> None:
        super().__init__(area)
        self._area = area
        self._content = content
        self._waiting = waiting
        self._row: DownloadRow | None = None
        self._pressed = QPoint()
        self._line: _DropLine | None = None
        self._pos = QPoint()
        self._scroll = QTimer(self)
        self._scroll.setInterval(_SCROLL_MS)
        self._scroll.timeout.connect(self._on_scroll_timeout)

    @property
    def is_dragging(self) -> bool:
        return self._line is not None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(watched, DownloadRow):
            return False
        if isinstance(event, QMouseEvent):
            return self._hear_mouse(watched, event)
        if self.is_dragging and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.KeyPress:
                self._end()
            return True
        if event.type() in (QEvent.Type.Hide, QEvent.Type.WindowDeactivate):
            self._end()
        return False

    def _hear_mouse(self, row: DownloadRow, event: QMouseEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress:
            self._end()
            if event.button() == Qt.MouseButton.LeftButton and row in self._waiting():
                self._row, self._pressed = row, event.globalPosition().toPoint()
            return False
        if self._row is None:
            return False
        if kind == QEvent.Type.MouseMove:
            self._drag_to(event.globalPosition().toPoint())
            return self.is_dragging
        if kind == QEvent.Type.MouseButtonRelease:
            self._pos = event.globalPosition().toPoint()
            was_dragging, place = self.is_dragging, self._place()
            dragged = self._row
            self._end()
            if was_dragging and place is not None:
                self.dropped.emit(PullMove(dragged.item.id, place))
            return was_dragging
        return False

    def _drag_to(self, pos: QPoint) -> None:
        if self._row is None:
            return
        waiting = self._waiting()
        if self._row not in waiting or len(waiting) < 2:
            self._end()  # it began to run, or there is no other
            return
        far = (pos - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if not self.is_dragging and not far:
            return
        if self._line is None:
            self._line = _DropLine(self._content)
            self._row.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._row.setFocus(Qt.FocusReason.MouseFocusReason)  # for Esc
        self._pos = pos
        self._show_line()
        top = self._area.viewport().mapFromGlobal(pos).y()
        is_at_edge = not _EDGE <= top <= self._area.viewport().height() - _EDGE
        if is_at_edge and not self._scroll.isActive():
            self._scroll.start()
        elif not is_at_edge:
            self._scroll.stop()

    def _gap(self) -> int:
        """Above which of the waiting rows the pointer is; their number = below the last."""
        rows = self._waiting()
        for number, row in enumerate(rows):
            if self._pos.y() < row.mapToGlobal(row.rect().center()).y():
                return number
        return len(rows)

    def _place(self) -> int | None:
        """The place among the others; None = it stays where it is."""
        rows = self._waiting()
        if self._row is None or self._row not in rows:
            return None
        gap, own = self._gap(), rows.index(self._row)
        return None if gap in (own, own + 1) else gap - (gap > own)

    def _show_line(self) -> None:
        if self._line is None:
            return
        rows, gap = self._waiting(), self._gap()
        if gap < len(rows):
            y = rows[gap].geometry().top()
        else:
            y = rows[-1].geometry().bottom() + 1
        width = self._content.width()
        self._line.setGeometry(0, max(0, y - _LINE // 2 - 1), width, _LINE)
        self._line.setVisible(self._place() is not None)
        self._line.raise_()

    def _on_scroll_timeout(self) -> None:
        viewport = self._area.viewport()
        is_above = viewport.mapFromGlobal(self._pos).y() < _EDGE
        bar = self._area.verticalScrollBar()
        bar.setValue(bar.value() + (-_SCROLL_STEP if is_above else _SCROLL_STEP))
        self._drag_to(self._pos)

    def _end(self) -> None:
        self._scroll.stop()
        if self._line is not None:
            self._line.hide()
            self._line.deleteLater()
            self._line = None
        if self._row is not None:
            self._row.unsetCursor()
            self._row = None


class _DropLine(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), Theme.of(self).accent)
