"""Interface icons in a theme's colours: the one place where views ask for icon files."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter
from PySide6.QtWidgets import QWidget

from tray_app.resources import icon
from tray_app.views.theme import Theme, Tone


def glyph(name: str, color: QColor) -> QIcon:
    """The icon `name` drawn in `color`, sharp at any pixel ratio."""
    return icon(name, color)


def paint_glyph(painter: QPainter, name: str, rect: QRectF, color: QColor) -> None:
    """Paint the icon `name` in `color` into `rect`."""
    glyph(name, color).paint(painter, rect.toRect(), Qt.AlignmentFlag.AlignCenter)


def themed_glyph(widget: QWidget, name: str, state: Tone | None = None) -> QIcon:
    """The icon `name` in the widget's text colour or in a state's colour."""
    theme = Theme.of(widget)
    return glyph(name, theme.state(state) if state is not None else theme.window_text)
