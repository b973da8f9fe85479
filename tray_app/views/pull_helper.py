"""The line below the name field of the pull dialog: a hint, what is wrong, or where it comes from.

It has one height, whatever it says on one line, so that nothing below it moves.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.glyph_label import GlyphLabel
from tray_app.views.components.labels import PlainLabel
from tray_app.views.theme import TextRole, Tone


class PullHelper(QWidget):
    """Signals: use_requested() of the link behind the words."""

    use_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glyph = GlyphLabel("", Tone.OK, 14, self)
        self.label = PlainLabel("", TextRole.SECONDARY, natural=True, parent=self)
        self.label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._use = Button("", kind=Kind.LINK, parent=self)
        self._use.setAutoDefault(False)
        self._use.clicked.connect(self.use_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._glyph)
        layout.addWidget(self.label)
        layout.addWidget(self._use)
        layout.addStretch(1)
        self.setMinimumHeight(self._use.sizeHint().height())

    def say(self, text: str, glyph: str = "", state: Tone | None = None, use: str = "") -> None:
        """Show `text`, coloured by `state`; `use` is the link behind it."""
        self._glyph.set_glyph(glyph, state if state is not None else Tone.NEUTRAL)
        self._glyph.setVisible(bool(glyph))
        self.label.setText(text)
        self.label.set_state(state)
        self._use.setText(use.replace("&", "&&"))
        self._use.setVisible(bool(use))
