"""GroupRow: the head of a group of rows in a card: a server, how it stands, and a few words."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from tray_app.core.records import ServerState
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.server_glyphs import STATE_GLYPHS
from tray_app.views.components.surfaces import margins
from tray_app.views.theme import TextRole

ROW_LEFT = 38
"""Where the rows below it begin: under its words."""


class GroupRow(QWidget):
    """A row of a Card; a screen reader is told its words as one."""

    def __init__(
        self, label: str, state: ServerState, words: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        glyph, color = STATE_GLYPHS[state]
        line = QHBoxLayout(self)
        line.setContentsMargins(margins(16, 6, 16, 6))
        line.setSpacing(8)
        line.addWidget(GlyphLabel(glyph, color, 14, self))
        line.addWidget(ElidedLabel(label, TextRole.NAME, parent=self), 1)
        line.addWidget(PlainLabel(words, TextRole.SECONDARY, wrap=False, parent=self))
        self.setAccessibleName(f"{label}, {words}" if words else label)
