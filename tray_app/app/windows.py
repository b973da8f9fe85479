"""Windows: the objects behind the window. Importing this file loads the views."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from tray_app.views.dialog_kinds import AHEAD
from tray_app.views.dialogs import Dialogs
from tray_app.views.doctor.newer import NewerOllamaEntry
from tray_app.views.main_window.window import MainWindow
from tray_app.views.style import AppStyle

if TYPE_CHECKING:
    from tray_app.app.parts import Parts

AHEAD_MS = 20
"""Between what is loaded ahead: other events come in between."""


class Windows(QObject):
    """Builds the look, the main window and what opens the dialogs."""

    def __init__(
        self, parts: Parts, style: AppStyle | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        shared = (parts.settings, parts.state, parts.commands)
        self.style = style or AppStyle(parts.qt, parts.settings.values.theme)
        self.main = MainWindow(*shared)
        self.dialogs = Dialogs(*shared, self.main)
        # Behind the window's own filling of the menu.
        NewerOllamaEntry(self.main.more_menu, parts.state, parts.commands)
        self._ahead = list(AHEAD)
        self._ahead_timer = QTimer(self, interval=AHEAD_MS)
        self._ahead_timer.timeout.connect(self._load_ahead)
        self.main.view.selection_changed.connect(self._on_view_selection_changed)

    @Slot()
    def _on_view_selection_changed(self) -> None:
        """Who picks a model probably wants to know more of it, and a double click begins so; who
        only looks at the table does not pay for that."""
        if self._ahead and self.main.view.selected_numbers():
            self._ahead_timer.start()

    @Slot()
    def _load_ahead(self) -> None:
        importlib.import_module(self._ahead.pop(0))
        if not self._ahead:
            self._ahead_timer.stop()

    def dismiss(self) -> None:
        """Make room for others, which keep the style: close without a word to anybody."""
        self.main.blockSignals(True)
        self.dialogs.dismiss()
        self.main.hide()
        self._delete()

    def close(self) -> None:
        self.style.close()
        self._delete()

    def _delete(self) -> None:
        for each in (self.dialogs, self.main, self):
            each.deleteLater()
