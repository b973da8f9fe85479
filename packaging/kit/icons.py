"""app.svg → PNG in the sizes of the icon theme, and the icon files of Windows and macOS.

Drawn by Qt with the same code path as the program's own icons; the PNG files hold no date.
"""

from __future__ import annotations

import struct
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QImageWriter, QLinearGradient, QPainter

THEME_SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)
_ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 256)
# size in pixels → the names of its entries in an .icns file
_ICNS_TYPES = {
    16: (b"icp4",),
    32: (b"icp5", b"ic11"),
    64: (b"ic12",),
    128: (b"ic07",),
    256: (b"ic08", b"ic13"),
    512: (b"ic09", b"ic14"),
    1024: (b"ic10",),
}


def draw(svg: Path, size: int) -> bytes:
    """The drawing as a PNG file of `size` pixels."""
    reader = QImageReader(str(svg), b"svg")
    reader.setScaledSize(QSize(size, size))
    reader.setBackgroundColor(Qt.GlobalColor.transparent)
    image = reader.read()
    if image.isNull():
        raise RuntimeError(f"{svg}: {reader.errorString()}")
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not QImageWriter(buffer, b"png").write(image):
        raise RuntimeError(f"{svg} cannot be drawn at {size} pixels")
    return bytes(buffer.data().data())


def render_theme(svg: Path, hicolor: Path, name: str) -> None:
    """Fill a hicolor folder with the icon in all sizes."""
    for size in THEME_SIZES:
        file = hicolor / f"{size}x{size}" / "apps" / f"{name}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(draw(svg, size))
    file = hicolor / "scalable" / "apps" / f"{name}.svg"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(svg.read_bytes())


def render_program_icon(svg: Path, folder: Path) -> None:
    """Write app.ico and app.icns into `folder`."""
    (folder / "app.ico").write_bytes(_ico([(size, draw(svg, size)) for size in _ICO_SIZES]))
    (folder / "app.icns").write_bytes(_icns({size: draw(svg, size) for size in _ICNS_TYPES}))


def render_banner(svg: Path, file: Path) -> None:
    """The picture beside the last page of the Windows installer, as an uncompressed bitmap."""
    banner = QImage(164, 314, QImage.Format.Format_RGB32)
    painter = QPainter(banner)
    shade = QLinearGradient(0, 0, 0, banner.height())
    shade.setColorAt(0, QColor("#e8f5f8"))
    shade.setColorAt(1, QColor("#9fd8e2"))
    painter.fillRect(banner.rect(), shade)
    icon = QImage.fromData(draw(svg, 96))
    painter.drawImage((banner.width() - icon.width()) // 2, 60, icon)
    painter.end()
    if not QImageWriter(str(file), b"bmp").write(
        banner.convertToFormat(QImage.Format.Format_RGB888)
    ):
        raise RuntimeError(f"{file} cannot be written")


def _ico(pictures: list[tuple[int, bytes]]) -> bytes:
    header = struct.pack("<HHH", 0, 1, len(pictures))
    offset = len(header) + 16 * len(pictures)
    entries = b""
    for size, png in pictures:
        side = size % 256  # 256 is written as 0
        entries += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(png), offset)
        offset += len(png)
    return header + entries + b"".join(png for _, png in pictures)


def _icns(pictures: dict[int, bytes]) -> bytes:
    chunks = b""
    for size, png in pictures.items():
        for kind in _ICNS_TYPES[size]:
            chunks += kind + struct.pack(">I", len(png) + 8) + png
    return b"icns" + struct.pack(">I", len(chunks) + 8) + chunks
