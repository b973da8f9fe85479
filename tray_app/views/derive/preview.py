"""SentPane: what will be sent, as a Modelfile, beside the form."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from tray_app.text import tr
from tray_app.views.components.buttons import Button, copy_text
from tray_app.views.components.labels import PlainLabel, heading
from tray_app.views.components.surfaces import Card, margins
from tray_app.views.theme import TextRole, font

WIDTH = 332
_SHOWN = 20_000  # characters


class SentPane(QWidget):
    """Follows every key stroke; can be selected and copied, not changed."""

    def __init__(self, note: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self._text = ""
        self.copy_button = Button(tr("&Copy"), "copy", small=True, parent=self)
        self.copy_button.setAutoDefault(False)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self.note = PlainLabel(note, TextRole.SECONDARY, parent=self)
        self.editor = QPlainTextEdit(self)
        self.editor.setReadOnly(True)
        self.editor.setFrameShape(QFrame.Shape.NoFrame)
        self.editor.viewport().setAutoFillBackground(False)  # the card is behind it
        self.editor.setAccessibleName(tr("What will be sent"))
        self.editor.setFont(font(TextRole.MONO))
        self.editor.document().setDocumentMargin(12)
        self.editor.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.editor.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.editor.setTabChangesFocus(True)
        # Read by mouse and screen reader; Copy is what Tab goes to.
        self.editor.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        card = Card(self)
        card.rows.addWidget(self.editor)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(heading(tr("What will be sent"), self), 1)
        head.addWidget(self.copy_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(margins(20, 14, 20, 16))
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.note)
        column.addWidget(card, 1)

    @property
    def text(self) -> str:
        """All of it."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show this, as far as it is written anew in no time; a reader stays where they are."""
        if text == self._text:
            return
        self._text = text
        bar = self.editor.verticalScrollBar()
        place = bar.value()
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        self.editor.setPlainText(shown)
        bar.setValue(place)

    def _on_copy_clicked(self) -> None:
        copy_text(self.copy_button, self.text)
