"""Icons that come with the program, drawn in the palette's colors.

Where the files are is `bundled`. The ring around the tray icon is drawn by `desktop/tray/icon.py`.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from PySide6.QtCore import (
    QBuffer,
    QIODevice,
    QPoint,
    QRect,
    QSize,
)
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QImage,
    QImageReader,
    QPainter,
    QPalette,
    QPixmap,
)

from tray_app.bundled import resource_path

Color = QColor | QPalette.ColorRole | str
"""A color, a role of the application's palette (looked up at each painting), or "#RRGGBB"."""

TRAY_SIZES = (16, 22, 32)
_DISABLED_MIX = 0.40
_MAX_PIXMAPS = 512


def app_icon() -> QIcon:
    """The program's icon in color."""
    return QIcon(str(app_icon_file()))


def app_icon_file() -> Path:
    """The program's icon as a file, for whoever takes no QIcon."""
    return resource_path("icons", "app.svg")


def tray_icon_svg(theme: str, state: str, size: int) -> Path:
    """The drawing of a tray icon that suits `size` physical pixels best.

    `theme` is "light" (for a light panel), "dark", "template" or "symbolic"; `state` is "idle",
    "busy", "offline", "attention" or "update".
    """
    sizes = (16,) if theme == "symbolic" else TRAY_SIZES
    # Multiples are drawn from the size they are a multiple of, so that edges stay on pixels.
    exact = [s for s in sizes if size % s == 0]
    best = exact[-1] if exact else max((s for s in sizes if s <= size), default=sizes[0])
    return resource_path("icons", "tray", theme, f"tray-{state}-{best}.svg")


def render_svg(data: bytes, size: int) -> QImage:
    """A square picture of `size` physical pixels; a null image when it cannot be drawn."""
    buffer = QBuffer()
    buffer.setData(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, b"svg")
    reader.setScaledSize(QSize(size, size))
    return reader.read()


def icon(name: str, color: Color | None = None) -> QIcon:
    """The interface icon `name` of resources/icons/ui, sharp at every size and scale factor.

    Without a `color` it has that of button texts, and follows the palette by itself; disabled it
    has the color of disabled text. The same icon is given out each time.
    """
    return _icon(name, color.rgba() if isinstance(color, QColor) else color)


def pixmap(name: str, size: int, color: Color | None = None, scale: float = 1.0) -> QPixmap:
    """The same as a pixmap of `size` logical pixels, for painting by hand. Do not change it."""
    return _pixmap(name, _resolved(color).rgba(), round(size * scale), scale)


@cache
def _icon(name: str, color: int | QPalette.ColorRole | str | None) -> QIcon:
    engine = _SvgEngine(name, QColor.fromRgba(color) if isinstance(color, int) else color)
    _SvgEngine.kept.append(engine)
    return QIcon(engine)


@lru_cache(maxsize=_MAX_PIXMAPS)
def _pixmap(name: str, rgba: int, pixels: int, scale: float) -> QPixmap:
    color = QColor.fromRgba(rgba)
    image = render_svg(_drawing(name).replace(b"currentColor", color.name().encode()), pixels)
    if color.alpha() < 255 and not image.isNull():
        painter = QPainter(image)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
        painter.fillRect(image.rect(), QColor(0, 0, 0, color.alpha()))
        painter.end()
    image.setDevicePixelRatio(scale)
    return QPixmap.fromImage(image)


@cache
def _drawing(name: str) -> bytes:
    return resource_path("icons", "ui", f"{name}.svg").read_bytes()


def _resolved(color: Color | None) -> QColor:
    if isinstance(color, QColor):
        return color
    if isinstance(color, str):
        return QColor(color)
    role = QPalette.ColorRole.ButtonText if color is None else color
    return QGuiApplication.palette().color(QPalette.ColorGroup.Active, role)


def _disabled() -> QColor:
    palette = QGuiApplication.palette()
    back = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Window)
    front = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText)
    back_part, front_part = 1 - _DISABLED_MIX, _DISABLED_MIX
    return QColor(
        round(back.red() * back_part + front.red() * front_part),
        round(back.green() * back_part + front.green() * front_part),
        round(back.blue() * back_part + front.blue() * front_part),
    )


class _SvgEngine(QIconEngine):
    """Draws one interface icon in the color that is right at the moment."""

    # Copies that Qt asks for belong to Qt, but their Python half must outlive them.
    kept: list[QIconEngine] = []
    _gets_logical_size: bool | None = None

    def __init__(self, name: str, color: Color | None) -> None:
        super().__init__()
        self._name = name
        self._color = color

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        scale = painter.device().devicePixelRatio()
        side = min(rect.width(), rect.height())
        corner = rect.topLeft() + QPoint((rect.width() - side) // 2, (rect.height() - side) // 2)
        drawn = self._drawn(round(side * scale), mode, scale)
        painter.drawPixmap(QRect(corner, QSize(side, side)), drawn, drawn.rect())

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self._drawn(min(size.width(), size.height()), mode, 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        side = min(size.width(), size.height())
        pixels = round(side * scale) if _gets_logical_size() else side
        return self._drawn(pixels, mode, scale)

    def clone(self) -> QIconEngine:
        copy = _SvgEngine(self._name, self._color)
        _SvgEngine.kept.append(copy)
        return copy

    def key(self) -> str:
        return "ollama-tray-svg"

    def isNull(self) -> bool:
        return False

    def _drawn(self, pixels: int, mode: QIcon.Mode, scale: float) -> QPixmap:
        if mode is QIcon.Mode.Disabled:
            color = _disabled()
        elif mode is QIcon.Mode.Selected and self._color is None:
            color = _resolved(QPalette.ColorRole.HighlightedText)
        else:
            color = _resolved(self._color)
        return _pixmap(self._name, color.rgba(), pixels, scale)


class _Probe(_SvgEngine):
    """Finds out whether Qt hands `scaledPixmap` a size in logical or in physical pixels."""

    asked = 0

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        _Probe.asked = size.width()
        return QPixmap(size)


@cache
def _gets_logical_size() -> bool:
    # It was physical up to Qt 6.7 and is logical in 6.11; nothing says since when.
    engine = _Probe("more", None)
    _SvgEngine.kept.append(engine)
    QIcon(engine).pixmap(QSize(10, 10), 2.0)
    return _Probe.asked == 10
