"""BoxRow: a row with a check box, where a click anywhere is one on the box."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from tray_app.views.components.inputs import CheckBox

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent


class BoxRow(QWidget):
    """Who makes one puts `box` into its layout."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = CheckBox("", self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # Left alone, it would go on to the card, and the release with it.
        event.setAccepted(event.button() == Qt.MouseButton.LeftButton)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        is_click = event.button() == Qt.MouseButton.LeftButton
        if is_click and self.box.isEnabled() and self.rect().contains(event.position().toPoint()):
            self.box.setFocus(Qt.FocusReason.MouseFocusReason)
            self.box.click()
            event.accept()
        else:
            super().mouseReleaseEvent(event)
