"""ServerLine: a row of a card about a server that can be ticked, and what that would mean there;
ModelLine, the same about a model."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text import sentences, tooltip
from tray_app.views.components.box_row import BoxRow
from tray_app.views.components.glyphs import SECONDARY, GlyphLabel
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.names import NameLabel
from tray_app.views.components.spinner import Spinner
from tray_app.views.components.surfaces import margins
from tray_app.views.theme import TextRole, Tone

_BOX = 22
_GLYPH = 14


@dataclass(frozen=True, slots=True)
class LineNote:
    """A line below the name; `state` None = in no state's colour, `glyph` "" = a spinner."""

    text: str
    glyph: str = ""
    state: Tone | None = None


@dataclass(frozen=True, slots=True)
class LineLook:
    """All that a ServerLine shows. `why_disabled` "" = its box can be used; a disabled one may be
    ticked. `spoken` is its accessible name."""

    name: str
    spoken: str
    glyph: str = ""
    color: Tone | str = SECONDARY
    figure: str = ""
    rest: str = ""
    notes: tuple[LineNote, ...] = ()
    is_ticked: bool = False
    why_disabled: str = ""


class ServerLine(BoxRow):
    """A click anywhere in the row is one on its box.

    Signals: `ticked` when a person did; `box` is the stop of the keyboard.
    """

    ticked = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look: LineLook | None = None
        self.box.setFixedWidth(_BOX)
        self.box.clicked.connect(self.ticked)
        self._glyph = GlyphLabel(size=_GLYPH, parent=self)
        self.name: ElidedLabel | NameLabel = self._make_name()
        self.figure = PlainLabel("", TextRole.NAME, wrap=False, parent=self)
        self.rest = PlainLabel("", TextRole.SECONDARY, wrap=False, parent=self)
        self._notes: list[_Note] = []
        first = QHBoxLayout()
        first.setSpacing(5)
        first.addWidget(self.name, 1)
        first.addWidget(self.figure)
        first.addWidget(self.rest)
        self._texts = QVBoxLayout()
        self._texts.setContentsMargins(0, 2, 0, 0)
        self._texts.setSpacing(2)
        self._texts.addLayout(first)
        glyph = QVBoxLayout()
        glyph.setContentsMargins(0, 4, 0, 0)
        glyph.addWidget(self._glyph)
        self._line = line = QHBoxLayout(self)
        line.setContentsMargins(margins(14, 7, 16, 9))
        line.setSpacing(8)
        line.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(glyph)
        line.setAlignment(glyph, Qt.AlignmentFlag.AlignTop)
        line.addLayout(self._texts, 1)

    def _make_name(self) -> ElidedLabel | NameLabel:
        return ElidedLabel("", TextRole.NAME, parent=self)

    def _show_name(self, look: LineLook, *, is_enabled: bool) -> None:
        if isinstance(self.name, ElidedLabel):
            self.name.setText(look.name)
            self.name.set_dim(not is_enabled)

    @property
    def look(self) -> LineLook | None:
        """What it shows now."""
        return self._look

    def show_look(self, look: LineLook) -> None:
        """Show this; an equal look changes nothing."""
        if look == self._look:
            return
        self._look = look
        is_enabled = not look.why_disabled
        self.box.setChecked(look.is_ticked)
        self.box.setEnabled(is_enabled)
        self.box.setAccessibleName(look.spoken)
        self.box.setAccessibleDescription(sentences(*(note.text for note in look.notes)))
        self.setToolTip(tooltip(look.why_disabled))
        self._glyph.set_glyph(look.glyph, look.color)
        self._show_name(look, is_enabled=is_enabled)
        self.figure.setText(look.figure)
        self.rest.setText(look.rest)
        self.rest.setVisible(bool(look.rest))
        while len(self._notes) < len(look.notes):
            note = _Note(self)
            self._notes.append(note)
            self._texts.addWidget(note)
        for index, note in enumerate(self._notes):
            if index < len(look.notes):
                note.say(look.notes[index])
            note.setVisible(index < len(look.notes))


class ModelLine(ServerLine):
    """Has no glyph; `left` is where its box begins."""

    def __init__(self, parent: QWidget | None = None, *, left: int = 14) -> None:
        super().__init__(parent)
        self._glyph.hide()
        self._line.setContentsMargins(margins(left, 7, 16, 9))
        self._line.setSpacing(7)

    def _make_name(self) -> ElidedLabel | NameLabel:
        return NameLabel(parent=self)

    def _show_name(self, look: LineLook, *, is_enabled: bool) -> None:
        if isinstance(self.name, NameLabel):
            self.name.set_name(look.name)
            self.name.setEnabled(is_enabled)


class _Note(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glyph = GlyphLabel(size=_GLYPH, parent=self)
        self._spinner = Spinner(_GLYPH, self)
        self.label = PlainLabel("", TextRole.SECONDARY, parent=self)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        for part in (self._glyph, self._spinner):
            line.addWidget(part, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.label, 1)

    def say(self, note: LineNote) -> None:
        self._glyph.set_glyph(note.glyph, note.state if note.state is not None else SECONDARY)
        self._glyph.setVisible(bool(note.glyph))
        self._spinner.setVisible(not note.glyph)
        self.label.setText(note.text)
        self.label.set_state(note.state)
