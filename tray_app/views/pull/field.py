"""The name field of the pull dialog: links and commands become names when pasted or left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from tray_app.text import tr
from tray_app.views.pull.input_state import read

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

_PASTED_CHARS = 3  # more than a key press brings at once
_MAX_TEXT = 2_000


class NameField(QLineEdit):
    """Signals: changed() when another text stands in it, down_pressed()."""

    changed = Signal()
    down_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pasted = ""
        self._length = 0
        self.setMaxLength(_MAX_TEXT)
        self.setPlaceholderText(tr("llama3.2, qwen3:8b, hf.co/user/repo:Q4_K_M"))
        self.textEdited.connect(self._on_text_edited)
        self.textChanged.connect(self._on_text_changed)
        self.editingFinished.connect(self._on_editing_finished)

    @property
    def source(self) -> str:
        """What the name was taken from: the pasted text, else what stands there."""
        return self._pasted or self.text()

    def paste_text(self, text: str) -> None:
        """Fill the field, as if `text` had been pasted."""
        self.setText(text)
        self._take_cleaned(text)
        self.selectAll()

    def choose(self, name: str) -> None:
        """Put a name in that was chosen from a list."""
        self._pasted = ""
        self.setText(name)
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.down_pressed.emit()
        else:
            super().keyPressEvent(event)

    def _on_text_edited(self, text: str) -> None:
        if len(text) - self._length >= _PASTED_CHARS:
            self._take_cleaned(text)

    def _on_text_changed(self, text: str) -> None:
        self._length = len(text)
        if read(text).cleaned != read(self._pasted).cleaned:
            self._pasted = ""
        self.changed.emit()

    def _on_editing_finished(self) -> None:
        self._take_cleaned(self.text())

    def _take_cleaned(self, text: str) -> None:
        """Put the name in the place of the link or command it was found in."""
        reading = read(text)
        if reading.name is not None and reading.cleaned != text.strip():
            self._pasted = text
            self.setText(reading.cleaned)
        elif reading.name is not None and text != text.strip():
            self.setText(text.strip())
