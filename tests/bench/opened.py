"""Opened: how long it takes from a click until the dialog that it opens was painted."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QDialog, QWidget


class Opened(QObject):
    """`happened` once, behind the first paint of a dialog: its class, what can be seen in it, and
    the milliseconds since `begin`."""

    happened = Signal(object)  # dict

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._dialog: QDialog | None = None
        self._began_ns = 0

    def begin(self) -> None:
        """The click is now."""
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)
        self._began_ns = time.monotonic_ns()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, QDialog):
            app = QApplication.instance()
            assert app is not None
            app.removeEventFilter(self)
            self._dialog = watched
            QTimer.singleShot(0, self, self._tell)  # the painting itself comes after this filter
        return False

    def _tell(self) -> None:
        assert self._dialog is not None
        took_ms = (time.monotonic_ns() - self._began_ns) / 1e6
        seen = [part for part in self._dialog.findChildren(QWidget) if part.isVisible()]
        self.happened.emit(
            {"ms": took_ms, "dialog": type(self._dialog).__name__, "widgets": len(seen)}
        )
