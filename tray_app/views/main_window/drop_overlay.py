"""The overlay that says what dropping would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.safe_paint import guarded
from tray_app.views.components.surfaces import StateTile
from tray_app.views.theme import TextRole, Theme, Tone, mix

if TYPE_CHECKING:
    from tray_app.core.lists.requests import ListSource

_INSET = 16
_RADIUS = 8


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a drag would do: pull `name`, make models of the files `paths`, or import the list
    `source`. Nothing of it = nothing; then the title says why."""

    title: str
    body: str = ""
    glyph: str = "download"
    name: str = ""
    paths: tuple[str, ...] = ()
    source: ListSource | None = None

    @property
    def is_welcome(self) -> bool:
        return bool(self.name or self.paths or self.source)


class DropOverlay(QWidget):
    """Covers the middle of the window while something is dragged over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._tile = StateTile("download", Tone.INFO)
        self._title = PlainLabel(role=TextRole.HERO)
        self._body = PlainLabel(role=TextRole.BODY)
        self._body.set_dim()
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * _INSET, _INSET, 2 * _INSET, _INSET)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(self._tile, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(16)
        for label in (self._title, self._body):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
            column.addSpacing(4)
        column.addStretch(1)
        self.hide()

    def set_dropped(self, dropped: Dropped) -> None:
        """Say what would happen."""
        self._tile.set_glyph(dropped.glyph, Tone.INFO if dropped.is_welcome else None)
        self._title.setText(dropped.title)
        self._body.setText(dropped.body)
        self._body.setVisible(bool(dropped.body))

    @guarded
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
