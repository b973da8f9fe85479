"""What is on the screen: when a widget was painted, how often, how many rows of a table."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QTableView, QWidget


class Painted(QObject):
    """`happened` once, behind the first paint of `widget` at which `is_full()`."""

    happened = Signal()

    def __init__(self, widget: QWidget, is_full: Callable[[], bool]) -> None:
        super().__init__(widget)
        self._is_full = is_full
        self._widget = widget
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._is_full():
            self._widget.removeEventFilter(self)
            QTimer.singleShot(0, self.happened.emit)  # the painting itself comes after this filter
        return False


class Paints(QObject):
    """Counts how often a widget is painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.number = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.number += 1
        return False


def rows_on_screen(view: QTableView) -> int:
    """How many rows of a table can be seen, not counting what a small window hides."""
    model, handle = view.model(), view.window().windowHandle()
    if model is None or not model.rowCount() or not view.isVisible():
        return 0
    if handle is None or not handle.isExposed():
        return 0
    first, last = view.rowAt(0), view.rowAt(view.viewport().height() - 1)
    return (model.rowCount() if last < 0 else last + 1) - first
