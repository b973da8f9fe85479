"""DropOverlay: says what letting go of a dragged text or link would do.

A text or an address opens the pull dialog. Files cannot be imported, and the overlay says so
instead of pretending otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QMimeData, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tray_app.core.names import clean
from tray_app.text import one_line, tr
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.surfaces import StateTile
from tray_app.views.main_window.screens import is_name
from tray_app.views.theme import TextRole, Theme, Tone, mix

_INSET = 16
_RADIUS = 8
_MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a drag would do. `name` "" = nothing; then the title says why."""

    name: str
    title: str
    glyph: str = "download"


def judge(data: QMimeData) -> Dropped:
    """What dropping `data` would do."""
    if any(url.isLocalFile() for url in data.urls()):
        return Dropped("", tr("Files can’t be imported yet, only model names and links"), "file")
    words = data.text() or next((url.toString() for url in data.urls()), "")
    name = clean(words[:10_000])
    if not is_name(name):
        return Dropped("", tr("Only model names and links"), "info")
    shown = one_line(name, _MAX_NAME)
    return Dropped(name, tr("Drop to pull {name}").format(name=shown))


class DropOverlay(QWidget):
    """Covers the middle of the window while something is dragged over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._tile = StateTile("download", Tone.INFO)
        self._title = PlainLabel(role=TextRole.HERO)
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * _INSET, _INSET, 2 * _INSET, _INSET)
        column.setSpacing(16)
        column.addStretch(1)
        column.addWidget(self._tile, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._title)
        column.addStretch(1)
        self.hide()

    def set_dropped(self, dropped: Dropped) -> None:
        """Say what would happen."""
        self._tile.set_glyph(dropped.glyph, Tone.INFO if dropped.name else None)
        self._title.setText(dropped.title)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = mix(theme.base, theme.accent, 0.05)
        ground.setAlphaF(0.95)
        painter.fillRect(self.rect(), ground)
        pen = QPen(theme.accent, 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        frame = QRectF(self.rect()).adjusted(_INSET, _INSET, -_INSET, -_INSET)
        painter.drawRoundedRect(frame, _RADIUS, _RADIUS)
