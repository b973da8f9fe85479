"""FirstLook: the list of an earlier run is painted before any server is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Slot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tray_app.workers.last_lists import LastLists
    from tray_app.workers.pollers import Pollers

LIST_MS = 400
"""So long after the window was shown the list may take."""
PAINT_MS = 30


class FirstLook(QObject):
    """Holds the first polls back: their thread imports requests, for which the window would have
    to wait that is being built meanwhile. Thread: GUI thread.
    """

    def __init__(
        self, pollers: Pollers, last_lists: LastLists, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._pollers = pollers
        self._lists = last_lists
        self._has_list = False
        self._is_shown = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(pollers.release)

    def begin(self, server_ids: Iterable[str]) -> None:
        """A window is about to come; without a list of these servers nothing is held."""
        if self._lists.is_any_kept(server_ids):
            self._pollers.hold()
            self._lists.loaded.connect(self._on_lists_loaded)

    @Slot()
    def take_list(self) -> None:
        """The window is built, and painted next: with the list, if that was read meanwhile."""
        QCoreApplication.sendPostedEvents(self._lists, QEvent.Type.MetaCall.value)

    def note_shown(self) -> None:
        """The window is there."""
        self._is_shown = True
        self._timer.start(PAINT_MS if self._has_list else LIST_MS)

    @Slot()
    def _on_lists_loaded(self) -> None:
        self._has_list = True
        if self._is_shown:
            self._timer.start(PAINT_MS)
