"""Painted: tells when a widget was first painted with what is waited for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget


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
