"""A card that says one thing: glyph, title, explanation, and perhaps a button."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tray_app.views.components.announce import announce
from tray_app.views.components.buttons import Button
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.spinner import Spinner
from tray_app.views.components.surfaces import Card
from tray_app.views.theme import TextRole, Tone


class NoticeCard(Card):
    """What its button does is for who shows it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QWidget(self)
        line = QHBoxLayout(row)
        line.setContentsMargins(16, 12, 16, 12)
        line.setSpacing(12)
        self._glyph = GlyphLabel(parent=row)
        self._spinner = Spinner(16, row)
        self._spinner.hide()
        self._title = PlainLabel("", TextRole.NAME, parent=row)
        self._body = PlainLabel("", TextRole.SECONDARY, parent=row)
        self._button = Button("", small=True, parent=row)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._title)
        texts.addWidget(self._body)
        line.addWidget(self._glyph)
        line.addWidget(self._spinner)
        line.addLayout(texts, 1)
        line.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.add_row(row)

    @property
    def title(self) -> str:
        return self._title.text()

    @property
    def body(self) -> str:
        return self._body.text()

    @property
    def button(self) -> Button:
        return self._button

    def say(
        self,
        title: str,
        body: str = "",
        *,
        glyph: str = "info",
        state: Tone | None = Tone.INFO,
        action: str = "",
        busy: bool = False,
    ) -> None:
        """Say this now. `state` colours the glyph, and the title when it is more than a hint."""
        if title != self._title.text():
            announce(self, title)
        self._glyph.set_glyph(glyph, state if state is not None else Tone.NEUTRAL)
        self._glyph.setVisible(not busy)
        self._spinner.setVisible(busy)
        self._title.setText(title)
        self._title.set_state(state if state in (Tone.OK, Tone.DANGER) else None)
        self._body.setText(body)
        self._body.setVisible(bool(body))
        self._button.setText(action)
        self._button.setVisible(bool(action))
