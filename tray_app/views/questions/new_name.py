"""NewNameField: a name that a model is given, and below it what is wrong with that, or what is so.

Rename and Duplicate ask with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from tray_app.core.names import split_display
from tray_app.text import one_line
from tray_app.views.components.announce import announce
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.inputs import set_invalid
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.surfaces import margins
from tray_app.views.theme import TextRole, Tone, font

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

_GLYPH = 14
_GAP = 6
_WIDE = 10_000
_MAX_NAME = 80


def shown_name(name: str) -> str:
    """A name in the label of a field, which takes "&" for a mnemonic."""
    return one_line(name, _MAX_NAME).replace("&", "&&")


class NewNameField(QWidget):
    """Signals: `edited` as a person types."""

    edited = Signal()

    def __init__(self, label: str, text: str, helper: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._usual = helper
        words = QLabel(label, self)
        words.setTextFormat(words.textFormat().PlainText)
        words.setFont(font(TextRole.NAME))
        self.field = QLineEdit(self)
        self.field.setMaxLength(400)
        self.field.setText(text)
        self.field.textChanged.connect(self.edited)
        words.setBuddy(self.field)
        self.helper = HelperText(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(words)
        column.addWidget(self.field)
        column.addWidget(self.helper)
        self.setFocusProxy(self.field)
        self.say_usual()

    @property
    def text(self) -> str:
        return self.field.text()

    def select_name(self) -> None:
        """Select what stands before the tag: that is what most often changes."""
        prefix, base, _ = split_display(self.field.text())
        self.field.setSelection(0, len(prefix + base))

    def say_usual(self) -> None:
        """There is nothing wrong with it."""
        set_invalid(self.field, False)
        self._say(self._usual, "", None)

    def say_wrong(self, words: str) -> None:
        """It cannot be had like this."""
        set_invalid(self.field, True)
        self._say(words, "error", Tone.DANGER)

    def say_wait(self, words: str) -> None:
        """It can be had later."""
        set_invalid(self.field, False)
        self._say(words, "clock", None)

    def _say(self, words: str, glyph: str, tone: Tone | None) -> None:
        if glyph and words != self.helper.text():
            announce(self, words)
        self.helper.say(words, glyph, tone)
        self.field.setAccessibleDescription(words)


class HelperText(QWidget):
    """Words that wrap, with a glyph centered on the height of their first line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glyph = GlyphLabel("", Tone.NEUTRAL, _GLYPH, self)
        self._label = PlainLabel("", TextRole.SECONDARY, parent=self)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self._label, 1)
        self._glyph.hide()

    def text(self) -> str:
        return self._label.text()

    def say(self, words: str, glyph: str, tone: Tone | None) -> None:
        self._label.setText(words)
        self._label.set_state(tone)
        self._glyph.set_glyph(glyph, tone if tone is not None else Tone.NEUTRAL)
        self._glyph.setVisible(bool(glyph))
        self._row.setContentsMargins(margins(_GLYPH + _GAP if glyph else 0, 0, 0, 0))
        self._place()

    def _place(self) -> None:
        first = self._label.heightForWidth(_WIDE)
        box = self._label.geometry()
        lines = max(first, self._label.heightForWidth(max(1, box.width())))
        top = box.top() + max(0, (box.height() - lines) // 2) + (first - _GLYPH) // 2
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self._glyph.move(self.width() - _GLYPH if is_mirrored else 0, max(0, top))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return done
