"""Interface icons in a theme's colours: the one place where views ask for icon files."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from tray_app.resources import icon
from tray_app.views.components.safe_paint import guarded
from tray_app.views.theme import Theme, Tone


def glyph(name: str, color: QColor) -> QIcon:
    """The icon `name` drawn in `color`, sharp at any pixel ratio."""
    return icon(name, color)


def paint_glyph(painter: QPainter, name: str, rect: QRectF, color: QColor) -> None:
    """Paint the icon `name` in `color` into `rect`."""
    glyph(name, color).paint(painter, rect.toRect(), Qt.AlignmentFlag.AlignCenter)


ACCENT = "accent"
SECONDARY = "secondary"


class GlyphLabel(QWidget):
    """`color` is a State, ACCENT or SECONDARY. Decoration: the words beside it say the same."""

    def __init__(
        self,
        name: str = "",
        color: Tone | str = SECONDARY,
        size: int = 16,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._color = color
        self.setFixedSize(size, size)

    def set_glyph(self, name: str, color: Tone | str = SECONDARY) -> None:
        """Show another icon."""
        if (name, color) != (self._name, self._color):
            self._name, self._color = name, color
            self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._name:
            paint_glyph(QPainter(self), self._name, QRectF(self.rect()), self._qcolor())

    def _qcolor(self) -> QColor:
        theme = Theme.of(self)
        if not self.isEnabled():
            return theme.disabled_text
        return glyph_color(theme, self._color)


def glyph_color(theme: Theme, color: Tone | str) -> QColor:
    """The colour that a token means."""
    if isinstance(color, Tone):
        return theme.state(color)
    return theme.accent if color == ACCENT else theme.secondary
