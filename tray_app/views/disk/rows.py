"""Rows of the window's cards: an offer with its box, and what else lies there with its button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text import tooltip
from tray_app.views.components.box_row import BoxRow
from tray_app.views.components.buttons import Button
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.names import NameLabel
from tray_app.views.components.surfaces import margins
from tray_app.views.theme import TextRole, Tone

if TYPE_CHECKING:
    from tray_app.text.disk import Line

_BOX = 22
_BUTTON = 104


class NoteLine(QWidget):
    """The line below a name: quiet, or a warning with its glyph beside the first line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.glyph = GlyphLabel("warning", Tone.WARN, 14, self)
        self.label = PlainLabel("", TextRole.SECONDARY, parent=self)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        place = QVBoxLayout()
        first = self.label.fontMetrics().height()
        place.setContentsMargins(0, max(0, (first - 14) // 2), 0, 0)
        place.addWidget(self.glyph)
        place.addStretch(1)
        line.addLayout(place)
        line.addWidget(self.label, 1)

    def say(self, said: Line) -> None:
        self.glyph.setVisible(said.is_warning)
        self.label.setText(said.text)
        self.label.set_state(Tone.WARN if said.is_warning else None)
        self.setVisible(bool(said.text))


@dataclass(frozen=True, slots=True)
class OfferLook:
    """All that the row of an offer shows."""

    name: str
    line: Line
    size: str
    spoken: str
    is_ticked: bool = False
    why_disabled: str = ""


class OfferRow(BoxRow):
    """Signals: `ticked` when a person did."""

    ticked = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look: OfferLook | None = None
        self.box.setFixedWidth(_BOX)
        self.box.clicked.connect(self.ticked)
        self.name = NameLabel(parent=self)
        self.note = NoteLine(self)
        self.figure = PlainLabel("", wrap=False, parent=self)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self.name)
        texts.addWidget(self.note)
        line = QHBoxLayout(self)
        line.setContentsMargins(margins(14, 6, 16, 7))
        line.setSpacing(12)
        line.addWidget(self.box, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addLayout(texts, 1)
        line.addWidget(self.figure, 0, Qt.AlignmentFlag.AlignVCenter)

    @property
    def look(self) -> OfferLook | None:
        return self._look

    def show_look(self, look: OfferLook) -> None:
        """Show this; an equal look changes nothing."""
        if look == self._look:
            return
        self._look = look
        self.box.setChecked(look.is_ticked)
        self.box.setEnabled(not look.why_disabled)
        self.box.setAccessibleName(look.spoken)
        self.setToolTip(tooltip(look.why_disabled))
        self.name.set_name(look.name)
        self.name.setEnabled(not look.why_disabled)
        self.note.say(look.line)
        self.figure.setText(look.size)
        self.figure.setEnabled(not look.why_disabled)


class FileRow(QWidget):
    """What else lies there: glyph, name, line, size, and perhaps a button that does something."""

    def __init__(
        self, glyph: str, name: str, line: Line, size: str, action: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.name = NameLabel(name, parent=self)
        self.note = NoteLine(self)
        self.note.say(line)
        self.figure = PlainLabel(size, wrap=False, parent=self)
        self.button = Button(action, small=True, parent=self)
        self.button.setAutoDefault(False)
        self.button.setMinimumWidth(_BUTTON)
        policy = self.button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # so that all sizes end at the same place
        policy.setHorizontalPolicy(QSizePolicy.Policy.Fixed)
        self.button.setSizePolicy(policy)
        self.button.setVisible(bool(action))
        self.button.setAccessibleDescription(f"{name}, {line.text}, {size}")
        self.setAccessibleName(f"{name}, {size}, {line.text}")
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self.name)
        texts.addWidget(self.note)
        row = QHBoxLayout(self)
        row.setContentsMargins(margins(16, 6, 12, 7))
        row.setSpacing(12)
        row.addWidget(GlyphLabel(glyph, parent=self), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(texts, 1)
        row.addWidget(self.figure, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
