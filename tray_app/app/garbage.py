"""GarbageCollector: when Python looks for unreachable objects, and through how many.

Thousands of models are hundreds of thousands of objects. A search through all of them takes a tenth
of a second in which nothing is painted, and finds next to nothing: most objects die without it.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Slot

if TYPE_CHECKING:
    from PySide6.QtGui import QGuiApplication

THRESHOLDS = (5_000, 4, 3)
"""New objects before a search through them; such searches before one through what survived them;
those before one through all."""
QUIET_MS = 3_000
LONGEST_MS = 3_600_000
_OLDEST = 2


class GarbageCollector(QObject):
    """What has survived a search through all is left out of the next ones, until nobody looks: a
    while after the program's windows have lost the focus, and once an hour, all is searched. So is
    what was there before it: it may be made when the start, which no search has held up, is over.

    `end` gives the interpreter back as it was. Thread: GUI thread.
    """

    def __init__(self, app: QGuiApplication, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before = gc.get_threshold()
        self._is_tidy = False
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._longest = QTimer(self, interval=LONGEST_MS)
        for timer in (self._quiet, self._longest):
            timer.timeout.connect(self.tidy)
        app.applicationStateChanged.connect(self._on_app_state_changed)
        gc.set_threshold(*THRESHOLDS)
        gc.callbacks.append(self._on_collected)
        gc.freeze()
        gc.enable()
        self._longest.start()
        self._on_app_state_changed(app.applicationState())

    def end(self) -> None:
        """Collect as the interpreter does by itself."""
        self._quiet.stop()
        self._longest.stop()
        if self._on_collected in gc.callbacks:
            gc.callbacks.remove(self._on_collected)
            gc.set_threshold(*self._before)

    @Slot()
    def tidy(self) -> None:
        """Search through all there is, if anything was left out since the last time."""
        if not self._is_tidy:
            gc.unfreeze()
            gc.collect()
            self._is_tidy = True

    def _on_collected(self, phase: str, facts: dict[str, int]) -> None:
        """In whatever thread the search was."""
        if phase == "stop" and facts["generation"] == _OLDEST:
            gc.freeze()
            self._is_tidy = False

    @Slot(Qt.ApplicationState)
    def _on_app_state_changed(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive:
            self._quiet.stop()
        else:
            self._quiet.start()
