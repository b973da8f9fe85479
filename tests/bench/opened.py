"""Opened: how long it takes from a click until the dialog that it opens was painted."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QDialog, QWidget


class Opened(QObject):
    """`happened` once, behind the first paint of a dialog: its class, what can be seen in it, and
    the milliseconds since `begin`.

    Only the dialog's own events are looked at: a filter on all that happens in the program would be
    a fifth of what is measured.
    """

    happened = Signal(object)  # dict

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._before: list[QDialog] = []
        self._dialog: QDialog | None = None
        self._began_ns = 0

    def begin(self) -> None:
        """The click is now."""
        self._before = _dialogs()
        self._began_ns = time.monotonic_ns()

    def opened(self) -> None:
        """What the click calls has come back: a dialog is there, and not painted yet."""
        for dialog in _dialogs():
            if dialog not in self._before:
                self._dialog = dialog
                dialog.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and watched is self._dialog:
            self._dialog.removeEventFilter(self)
            QTimer.singleShot(0, self, self._tell)  # the painting itself comes after this filter
        return False

    def _tell(self) -> None:
        assert self._dialog is not None
        took_ms = (time.monotonic_ns() - self._began_ns) / 1e6
        seen = [part for part in self._dialog.findChildren(QWidget) if part.isVisible()]
        self.happened.emit(
            {"ms": took_ms, "dialog": type(self._dialog).__name__, "widgets": len(seen)}
        )


def _dialogs() -> list[QDialog]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, QDialog)]
