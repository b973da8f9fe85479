"""Windows: the objects behind the window. Importing this file loads the views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from tray_app.views.dialogs import Dialogs
from tray_app.views.doctor.newer import NewerOllamaEntry
from tray_app.views.main_window.window import MainWindow
from tray_app.views.style import AppStyle

if TYPE_CHECKING:
    from tray_app.app.parts import Parts


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
