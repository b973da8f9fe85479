"""The line below a field: a glyph or a spinner, words, and perhaps a link behind them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from tray_app.views.components.announce import announce
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.spinner import Spinner
from tray_app.views.theme import TextRole, Tone


class HelperLine(QWidget):
    """Nothing is shown while it has nothing to say, unless it `keeps_place`. What its link does is
    for who shows it."""

    def __init__(self, parent: QWidget | None = None, *, keeps_place: bool = False) -> None:
        super().__init__(parent)
        self._keeps_place = keeps_place
        self._glyph = GlyphLabel("", Tone.NEUTRAL, 14, self)
        self._spinner = Spinner(14, self)
        self.label = PlainLabel("", TextRole.SECONDARY, natural=True, parent=self)
        self.label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.link = Button("", kind=Kind.LINK, parent=self)
        self.link.setAutoDefault(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for mark in (self._glyph, self._spinner):
            layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self.label)
        layout.addWidget(self.link)
        layout.addStretch(1)
        if keeps_place:
            self.setMinimumHeight(self.link.sizeHint().height())
        self.say("")

    @property
    def text(self) -> str:
        return self.label.text()

    def say(
        self,
        text: str,
        glyph: str = "",
        state: Tone | None = None,
        link: str = "",
        *,
        busy: bool = False,
    ) -> None:
        """Show `text`, colored by `state`; `link` is what stands behind it. "" = nothing."""
        is_fault = state in (Tone.DANGER, Tone.WARN)
        if is_fault and text and text != self.label.text():
            announce(self, text)
        self._glyph.set_glyph(glyph, state if state is not None else Tone.NEUTRAL)
        self._glyph.setVisible(bool(glyph) and not busy)
        self._spinner.setVisible(busy)
        self.label.setText(text)
        self.label.set_state(state)
        self.link.setText(link.replace("&", "&&"))
        self.link.setVisible(bool(link))
        self.setVisible(bool(text) or self._keeps_place)
