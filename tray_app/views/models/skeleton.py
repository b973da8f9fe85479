"""Skeleton rows: grey shapes where models will stand, fading out over ten rows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from tray_app.itemmodels.columns import COLUMNS, NAME
from tray_app.views.components.rtl import mirrored
from tray_app.views.components.surfaces import paint_bone
from tray_app.views.models.cell_layout import NAME_X, PAD, icon_rect, row_height
from tray_app.views.theme import Theme, mix

ROWS = 10
_HEIGHT = 10
_STRENGTH = 0.085
_ICON_RADIUS = 4
_NAME_WIDTHS = (150, 96, 190, 330, 130, 88, 170, 110, 180, 120)
_WIDTHS = {"parameters": 40, "quantization": 52, "size": 46, "modified": 76}
_WIDTH = 60


def paint_skeleton(
    painter: QPainter, sections: Sequence[tuple[int, QRectF]], theme: Theme, is_rtl: bool = False
) -> None:
    """Paint ten rows; `sections` are (column number, rectangle of its first row)."""
    height = row_height()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for number in range(ROWS):
        fade = number / ROWS
        for column, section in sections:
            cell = section.translated(0, number * height)
            middle = cell.top() + (cell.height() - _HEIGHT) / 2
            width = _WIDTHS.get(COLUMNS[column].key, _WIDTH)
            x = cell.left() + PAD
            if column == NAME:
                _paint_icon(painter, icon_rect(cell, is_rtl), theme, fade)
                x = cell.left() + NAME_X
                width = min(_NAME_WIDTHS[number], int(cell.width()) - NAME_X - PAD)
            elif COLUMNS[column].is_right:
                x = cell.right() - PAD - width
            bone = mirrored(QRectF(x, middle, width, _HEIGHT), cell, is_rtl)
            paint_bone(painter, bone, theme, fade)


def _paint_icon(painter: QPainter, rect: QRectF, theme: Theme, fade: float) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mix(theme.base, theme.text, _STRENGTH * (1 - fade)))
    painter.drawRoundedRect(rect, _ICON_RADIUS, _ICON_RADIUS)
