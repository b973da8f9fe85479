"""The note of a model: a field that a person fills for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from tray_app.core.remarks import MAX_NOTE, trimmed_note
from tray_app.text import tr
from tray_app.views.components.labels import PlainLabel, heading
from tray_app.views.theme import TextRole

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent


class _Field(QLineEdit):
    """Escape takes back what was typed, before it closes the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.kept = ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text() != self.kept:
            self.setText(self.kept)
            event.accept()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            event.accept()  # it must not click a button of the window
        else:
            super().keyPressEvent(event)


class NoteField(QWidget):
    """Signals: `given` with the note, by Enter or when the field is left, if it is another one."""

    given = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = _Field(self)
        self.field.setMaxLength(MAX_NOTE)
        self.field.setPlaceholderText(tr("What you use it for"))
        self.field.setAccessibleName(tr("Note"))
        helper = tr("Kept by Ollama Tray. Shown as the tooltip of the name.")
        self.field.setAccessibleDescription(helper)
        self.field.editingFinished.connect(self._on_editing_finished)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(heading(tr("Note"), self))
        layout.addWidget(self.field)
        layout.addWidget(PlainLabel(helper, TextRole.SECONDARY, parent=self))

    def show_note(self, note: str) -> None:
        """What is kept; what a person is typing stays."""
        is_untouched = self.field.text() == self.field.kept
        self.field.kept = note
        if is_untouched or not self.field.hasFocus():
            self.field.setText(note)

    def _on_editing_finished(self) -> None:
        note = trimmed_note(self.field.text())
        if note != self.field.kept:
            self.field.kept = note
            self.given.emit(note)
        self.field.setText(note)
