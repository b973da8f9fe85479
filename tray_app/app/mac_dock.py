"""MacDock: the Dock's icon comes with the first window and goes with the last (macOS)."""

from __future__ import annotations

import sys

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget

from tray_app.desktop.dock import show_in_dock


class MacDock(QObject):
    """Watches whether anything is open.

    Signals: `reopened` when the program is opened once more while nothing of it is open.
    `is_needed` is a parameter so that the rules can be tested where there is no Dock; `is_hidden` =
    the program starts without a window. Thread: GUI thread.
    """

    reopened = Signal()

    def __init__(
        self,
        qt: QApplication,
        parent: QObject | None = None,
        *,
        is_hidden: bool = False,
        is_needed: bool | None = None,
    ) -> None:
        super().__init__(parent)
        self._is_needed = sys.platform == "darwin" if is_needed is None else is_needed
        self.is_open = True
        # At a hidden start the system may make the program the active one all the same.
        self._is_launching = is_hidden
        # A window that closes is still there while it tells so.
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.setObjectName("dock")
        self._later.timeout.connect(self.check)
        if self._is_needed:
            self.check()
            qt.focusWindowChanged.connect(self._later.start)
            qt.applicationStateChanged.connect(self._on_qt_state_changed)

    @Slot(object)
    def watch(self, window: QWidget) -> None:
        """The main window was built."""
        if self._is_needed:
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self.check()  # before the window, so that it comes in front of other programs'
        elif event.type() == QEvent.Type.Hide:
            self._later.start()
        return super().eventFilter(watched, event)

    @Slot()
    def check(self) -> None:
        """See what is open now, and say so to the Dock when it is news."""
        is_open = any(
            top.isVisible() and top.windowType() in (Qt.WindowType.Window, Qt.WindowType.Dialog)
            for top in QApplication.topLevelWidgets()
        )
        if is_open != self.is_open:
            self.is_open = is_open
            show_in_dock(is_open)

    def _on_qt_state_changed(self, state: Qt.ApplicationState) -> None:
        """Opened once more from Finder or Launchpad while nothing of it was open: what a person
        wants is the window."""
        if state is not Qt.ApplicationState.ApplicationActive:
            return
        if not self.is_open and not self._is_launching:
            self.reopened.emit()
        self._is_launching = False
