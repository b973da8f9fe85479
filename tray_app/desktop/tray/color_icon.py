"""The colored tray icon: the program's icon with the states' shapes on it, for any panel.

Only for who chose it in the settings; the others have drawings of their own (`icon`).
"""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from tray_app.desktop.tray.look import RING_STEPS, TrayLook, TrayState
from tray_app.resources import app_icon_file, render_svg

# It must stand out from any panel: badges of a strong color with white in them.
_RED, _BLUE, _GRAY = QColor("#C42B1C"), QColor("#0A66C2"), QColor("#8A8A90")


def colored_image(look: TrayLook, size: int) -> QImage:
    """One picture of `size` × `size` pixels, painted on a grid of 16."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 16, size / 16)
    is_busy, is_offline = look.state is TrayState.BUSY, look.state is TrayState.OFFLINE
    painter.setOpacity(0.55 if is_offline else 1)
    box = QRectF(3.5, 3.5, 9, 9) if is_busy else QRectF(0.5, 0.5, 15, 15)
    app = render_svg(app_icon_file().read_bytes(), round(box.width() * size / 16))
    painter.drawImage(box, app)
    painter.setOpacity(1)
    if is_busy:
        _paint_ring(painter, look.step)
    elif is_offline:
        _paint_line(painter, None, 4.4, (1.8, 1.8), (14.2, 14.2))
        _paint_line(painter, _GRAY, 2, (1.8, 1.8), (14.2, 14.2))
    elif look.state is TrayState.ATTENTION:
        _paint_triangle(painter)
    elif look.state is TrayState.UPDATE:
        _paint_disc(painter)
    painter.end()
    return image


def _paint_ring(painter: QPainter, step: int | None) -> None:
    box = QRectF(1, 1, 14, 14)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    track = QColor(_GRAY)
    track.setAlphaF(1.0 if step is None else 0.5)
    painter.setPen(QPen(track, 2))
    painter.drawEllipse(box)
    if step is not None:
        pen = QPen(_BLUE, 2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(box, 90 * 16, -max(1, 360 * 16 * step // RING_STEPS))


def _paint_triangle(painter: QPainter) -> None:
    triangle = QPolygonF([QPointF(11.2, 7.6), QPointF(15.2, 14.8), QPointF(7.2, 14.8)])
    _cut(painter, 3)
    painter.drawPolygon(triangle)
    _fill(painter, _RED)
    painter.drawPolygon(triangle)
    _paint_line(painter, QColor("white"), 1.2, (11.2, 9.9), (11.2, 11.9))
    _paint_line(painter, QColor("white"), 1.2, (11.2, 13.6), (11.2, 13.61))


def _paint_disc(painter: QPainter) -> None:
    disc = QRectF(7.4, 7.4, 8, 8)
    _cut(painter, 2.4)
    painter.drawEllipse(disc)
    _fill(painter, _BLUE)
    painter.drawEllipse(disc)
    for start, end in (((11.4, 13.4), (11.4, 9.6)), ((11.4, 9.6), (9.7, 11.3))):
        _paint_line(painter, QColor("white"), 1.2, start, end)
    _paint_line(painter, QColor("white"), 1.2, (11.4, 9.6), (13.1, 11.3))


def _cut(painter: QPainter, width: float) -> None:
    """Clear a margin around the next shape, so that a badge never touches what is below it."""
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    pen = QPen(QColor("black"), width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)


def _fill(painter: QPainter, color: QColor) -> None:
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    pen = QPen(color, 0.8)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(color)


def _paint_line(
    painter: QPainter,
    color: QColor | None,
    width: float,
    start: tuple[float, float],
    end: tuple[float, float],
) -> None:
    """`color` None clears what is there."""
    mode = QPainter.CompositionMode
    painter.setCompositionMode(mode.CompositionMode_SourceOver)
    if color is None:
        painter.setCompositionMode(mode.CompositionMode_Clear)
    pen = QPen(color or QColor("black"), width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawLine(QPointF(*start), QPointF(*end))
