"""What the pages of the window have in common: they scroll, and their lines of information."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.scrolling import ScrollArea
from tray_app.views.theme import TextRole, Tone

SIDE = 20


class ScrollPage(ScrollArea):
    """Scrolls what is put into `content`; the keys of what is in it act there."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget(self)
        self.content = QVBoxLayout(inner)
        self.content.setContentsMargins(SIDE, 16, SIDE, 16)
        self.content.setSpacing(8)
        self.setWidget(inner)
        inner.setAutoFillBackground(False)  # setWidget switches it on
        self.viewport().setAutoFillBackground(False)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 - Qt's name
        done = super().focusNextPrevChild(next)
        self.show_focus()
        return done

    def show_focus(self) -> None:
        """Scroll to what has the keyboard."""
        focused = self.window().focusWidget()
        inner = self.widget()
        if focused is not None and inner is not None and inner.isAncestorOf(focused):
            self.ensureWidgetVisible(focused, 0, 24)


class InfoLine(QWidget):
    """A quiet sentence below a card; nothing while it has nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = PlainLabel("", TextRole.SECONDARY, parent=self)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        place = QVBoxLayout()
        place.setContentsMargins(0, max(0, (self.label.fontMetrics().height() - 14) // 2), 0, 0)
        place.addWidget(GlyphLabel("info", Tone.NEUTRAL, 14, self))
        place.addStretch(1)
        line.addLayout(place)
        line.addWidget(self.label, 1)
        self.say("")

    @property
    def text(self) -> str:
        return self.label.text()

    def say(self, text: str) -> None:
        self.label.setText(text)
        self.setVisible(bool(text))
