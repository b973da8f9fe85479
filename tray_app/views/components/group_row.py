"""GroupRow: the head of a group of rows in a card: a server, how it stands, and a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QWidget

from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.server_glyphs import STATE_GLYPHS
from tray_app.views.components.surfaces import margins
from tray_app.views.theme import TextRole, Tone

if TYPE_CHECKING:
    from tray_app.core.records import ServerState

ROW_LEFT = 38
"""Where the rows below it begin: under its words."""


class GroupRow(QWidget):
    """A row of a Card; a screen reader is told its words as one."""

    def __init__(
        self, label: str, state: ServerState, words: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        line = QHBoxLayout(self)
        line.setContentsMargins(margins(16, 6, 16, 6))
        line.setSpacing(8)
        self._glyph = GlyphLabel(size=14, parent=self)
        line.addWidget(self._glyph)
        line.addWidget(ElidedLabel(label, TextRole.NAME, parent=self), 1)
        self._words = PlainLabel("", TextRole.SECONDARY, wrap=False, parent=self)
        line.addWidget(self._words)
        self._label = label
        self.say(state, words)

    def say(self, state: ServerState, words: str, tone: Tone | None = None) -> None:
        """How the server stands now, and the few words, in the colour of `tone`."""
        self._glyph.set_glyph(*STATE_GLYPHS[state])
        self._words.setText(words)
        self._words.set_state(tone)
        self.setAccessibleName(f"{self._label}, {words}" if words else self._label)
