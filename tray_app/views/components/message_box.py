"""Message boxes: plain text, shown with open(), with the raw details to read and to copy."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QAbstractButton, QLabel, QMessageBox, QTextEdit, QWidget

from tray_app.text import Message, tr
from tray_app.views.components.buttons import copy_text


class MessageBox(QMessageBox):
    """One message; deletes itself when closed. Copy leaves it open."""

    def __init__(self, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setIcon(QMessageBox.Icon.Warning)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._message = Message("", "")
        self._details_button: QAbstractButton | None = None
        self.set_message(message)
        copy = self.addButton(tr("C&opy"), QMessageBox.ButtonRole.HelpRole)
        # A box closes at each of its buttons unless nothing is connected to it.
        copy.clicked.disconnect()
        copy.clicked.connect(self._on_copy_clicked)
        self._copy = copy
        close = self.addButton(QMessageBox.StandardButton.Close)
        self.setDefaultButton(close)
        self.setEscapeButton(close)

    def set_message(self, message: Message) -> None:
        """Say this instead, also while it is open."""
        old, self._message = self._message, message
        self.setWindowTitle(message.title)
        self.setText(message.title)
        body = "\n".join(part for part in (message.body, message.hint) if part)
        self.setInformativeText(body)
        # The format counts for the first text only; this one would be taken for rich text.
        for label in self.findChildren(QLabel):
            label.setTextFormat(Qt.TextFormat.PlainText)
        if message.details != old.details:  # else a reader would be back at its beginning
            self.setDetailedText(message.details)
            self._follow_details_button()

    def as_text(self) -> str:
        """What Copy puts on the clipboard."""
        message = self._message
        parts = (message.title, message.body, message.hint, message.details)
        return "\n".join(part for part in parts if part)

    def _follow_details_button(self) -> None:
        """Qt's own words on it are in another style than ours, and it sets them at every click."""
        action = QMessageBox.ButtonRole.ActionRole
        found = (button for button in self.buttons() if self.buttonRole(button) is action)
        button = next(found, None)
        if button is not None and button is not self._details_button:
            button.clicked.connect(self._word_details_button)
        self._details_button = button
        self._word_details_button()

    @Slot()
    def _word_details_button(self) -> None:
        details = self.findChild(QTextEdit)
        frame = details.parentWidget() if details is not None else None
        if self._details_button is not None and frame is not None:
            words = tr("Show the technical details"), tr("Hide the technical details")
            self._details_button.setText(words[not frame.isHidden()])

    def _on_copy_clicked(self) -> None:
        copy_text(self._copy, self.as_text())


def show_message(message: Message, parent: QWidget | None = None) -> MessageBox:
    """Show `message` on `parent`, without waiting."""
    box = MessageBox(message, parent)
    box.open()
    return box
