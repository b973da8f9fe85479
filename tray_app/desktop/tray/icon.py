"""Draws the tray icon: a TrayLook → QIcon. The ring is drawn at run time, the rest comes as SVG.

All sizes are put into the icon as pixmaps, so that hosts get a picture made for their size
instead of one that they scale. Does without `Qt` and its enumerations, which take 15 ms to load.
"""

import math

from PySide6.QtGui import QIcon, QImage, QPixmap

from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.desktop.tray.look import RING_STEPS, IconStyle, TrayLook, TrayState
from tray_app.resources import render_svg, tray_icon_svg

_SIZES = (16, 22, 24, 32, 44, 48, 64)

_RING = lazy_pattern(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"')
_TRACK = lazy_pattern(r'stroke-opacity="[\d.]+"')
_ARC = lazy_pattern(r'<path d="([^"]*)"([^>]*stroke-linecap="round"[^>]*)/>')
_TRACK_ALONE_OPACITY = ".6"


def tray_icon(look: TrayLook) -> QIcon:
    """The icon of a look, in all sizes that hosts ask for."""
    icon = QIcon()
    for size in _SIZES:
        icon.addPixmap(QPixmap.fromImage(tray_image(look, size)))
    icon.setIsMask(look.style is IconStyle.TEMPLATE)
    return icon


def tray_image(look: TrayLook, size: int) -> QImage:
    """One picture of `size` × `size` pixels."""
    if look.style is IconStyle.COLOR:
        from tray_app.desktop.tray.color_icon import colored_image

        return colored_image(look, size)
    svg = tray_icon_svg(look.style, look.state, size).read_bytes()
    if look.state is TrayState.BUSY:
        svg = with_ring(svg.decode(), look.step).encode()
    return render_svg(svg, size)


def with_ring(svg: str, step: int | None) -> str:
    """The drawing with its arc at `step`: from twelve o'clock, clockwise, on the track's circle."""
    if step is None:
        return _TRACK.sub(f'stroke-opacity="{_TRACK_ALONE_OPACITY}"', _ARC.sub("", svg), count=1)
    ring = _RING.search(svg)
    if ring is None:
        raise ValueError("a busy icon without a ring")
    x, y, radius = map(float, ring.groups())
    return _ARC.sub(lambda arc: f'<path d="{_arc(x, y, radius, step)}"{arc[2]}/>', svg, count=1)


def _arc(x: float, y: float, radius: float, step: int) -> str:
    start = f"M{x:g} {y - radius:g}"
    if step <= 0:
        return f"{start}h.01"  # its round caps are a dot
    if step >= RING_STEPS:
        return f"{start}a{radius:g} {radius:g} 0 1 1 -.01 0z"
    angle = 2 * math.pi * step / RING_STEPS
    end_x, end_y = x + radius * math.sin(angle), y - radius * math.cos(angle)
    is_large = int(step * 2 > RING_STEPS)
    return f"{start}A{radius:g} {radius:g} 0 {is_large} 1 {end_x:.2f} {end_y:.2f}"
