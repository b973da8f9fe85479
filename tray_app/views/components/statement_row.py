"""Rows of a card: a quiet label, and behind it a value or a statement in a state's color."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tray_app.text import EstimateLine, LineTone
from tray_app.views.components.glyphs import SECONDARY, GlyphLabel
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.surfaces import SkeletonBar
from tray_app.views.theme import TextRole, Tone

_SIDE = 16
_LABEL_WIDTH = 124
_BONE = 180
_TONES = {
    LineTone.GOOD: (Tone.OK, "check-circle"),
    LineTone.CAUTION: (Tone.WARN, "warning"),
    LineTone.BAD: (Tone.DANGER, "error"),
    LineTone.NONE: (None, ""),
}


class _Label(PlainLabel):
    """As wide as the others, and never less than its words: a button behind it is wide too."""

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(_LABEL_WIDTH, 0))

    def minimumSizeHint(self) -> QSize:
        return super().minimumSizeHint().expandedTo(QSize(_LABEL_WIDTH, 0))


class ValueRow(QWidget):
    """A quiet label at the left; the value is put into `line`."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(_SIDE, 9, _SIDE, 9)
        self.line.setSpacing(16)
        self.label = _Label(title, wrap=False, parent=self)
        self.label.set_dim()
        self.line.addWidget(self.label, 0, Qt.AlignmentFlag.AlignTop)


class StatementRow(ValueRow):
    """A line of the card: a statement in a state's colour, and what it means. What is put into
    `texts` stands below both."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._bone = SkeletonBar(_BONE, self)
        self._glyph = GlyphLabel(parent=self)
        self.title = PlainLabel("", TextRole.NAME, parent=self)
        self.body = PlainLabel("", TextRole.SECONDARY, parent=self)
        first = QHBoxLayout()
        first.setSpacing(7)
        first.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignTop)
        first.addWidget(self.title, 1)
        self.texts = texts = QVBoxLayout()
        texts.setSpacing(1)
        pending = QHBoxLayout()
        pending.addWidget(self._bone)
        pending.addStretch(1)
        texts.addLayout(pending)
        texts.addLayout(first)
        texts.addWidget(self.body)
        self.line.addLayout(texts, 1)

    def set_title(self, title: str) -> None:
        """What the line is about."""
        self.label.setText(title)

    def say(self, line: EstimateLine | None) -> None:
        """Show `line`; None = not known yet."""
        self._bone.setVisible(line is None)
        self.title.setVisible(line is not None)
        self.body.setVisible(line is not None and bool(line.body))
        state, glyph = _TONES[line.tone if line is not None else LineTone.NONE]
        self._glyph.setVisible(bool(glyph))
        if line is None:
            return
        self._glyph.set_glyph(glyph, state if state is not None else SECONDARY)
        self.title.setText(line.title)
        self.title.set_state(state)
        self.title.setAccessibleName(f"{self.label.text()}: {line.title}")
        self.body.setText(line.body)
