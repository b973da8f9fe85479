"""Message boxes: plain text, shown with open(), with the raw details to read and to copy."""

from __future__ import annotations

from PySide6.QtWidgets import QDialogButtonBox, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from tray_app.text import Message, tr
from tray_app.views.components.buttons import Button, copy_text
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.surfaces import StateTile
from tray_app.views.theme import TextRole, Tone, font

_WIDTH = 460
_DETAILS_HEIGHT = 180


class MessageBox(DialogFrame):
    """One message; deletes itself when closed. Copy leaves it open. (Qt's own grows beyond the
    screen with its text, and its buttons go with it.)"""

    def __init__(self, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(message.title, parent)
        self._message = Message("", "")
        self.title = PlainLabel("", TextRole.QUESTION, parent=self)
        self.told = PlainLabel("", selectable=True, parent=self)
        self.details = QPlainTextEdit(self)
        self.details.setReadOnly(True)
        self.details.setFont(font(TextRole.MONO))
        self.details.setTabChangesFocus(True)
        self.details.setMinimumHeight(_DETAILS_HEIGHT)
        self.details.hide()
        texts = QVBoxLayout()
        texts.setSpacing(6)
        texts.addWidget(self.title)
        texts.addWidget(self.told)
        texts.addStretch(1)
        tile = QVBoxLayout()
        tile.addWidget(StateTile("warning", Tone.WARN, 40, self))
        tile.addStretch(1)
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addLayout(tile)
        line.addLayout(texts, 1)
        self.body.addLayout(line)
        self.body.addWidget(self.details, 1)
        self.details_button = self.add_left(Button("", parent=self))
        self.details_button.clicked.connect(self._on_details_button_clicked)
        role = QDialogButtonBox.ButtonRole
        self.copy_button = self.add_button(Button(tr("C&opy"), parent=self), role.ActionRole)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        close = self.add_button(Button(tr("&Close"), parent=self), role.RejectRole)
        close.clicked.connect(self.reject)
        close.setDefault(True)
        close.setFocus()
        self.set_least_size(_WIDTH)
        self.set_message(message)

    def set_message(self, message: Message) -> None:
        """Say this instead, also while it is open."""
        old, self._message = self._message, message
        self.setWindowTitle(message.title)
        self.title.setText(message.title)
        body = "\n".join(part for part in (message.body, message.hint) if part)
        self.told.setText(body)
        self.told.setVisible(bool(body))
        self.setAccessibleDescription(body)
        if message.details != old.details:  # else a reader would be back at its beginning
            self.details.setPlainText(message.details)
        self._show_details(bool(message.details) and not self.details.isHidden())

    def as_text(self) -> str:
        """What Copy puts on the clipboard."""
        message = self._message
        parts = (message.title, message.body, message.hint, message.details)
        return "\n".join(part for part in parts if part)

    def _show_details(self, is_shown: bool) -> None:
        self.details_button.setVisible(bool(self._message.details))
        self.details_button.setText(tr("Hide &details") if is_shown else tr("Show &details"))
        self.details.setVisible(is_shown)
        self.fit_height()

    def _on_details_button_clicked(self) -> None:
        self._show_details(self.details.isHidden())

    def _on_copy_clicked(self) -> None:
        copy_text(self.copy_button, self.as_text())


def show_message(message: Message, parent: QWidget | None = None) -> MessageBox:
    """Show `message` on `parent`, without waiting."""
    box = MessageBox(message, parent)
    box.open()
    return box
