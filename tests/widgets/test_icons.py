"""Icons as they reach the screen: colors, sizes, modes, and a change of the palette."""

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QToolButton

from tray_app import bundled, resources
from tray_app.views.style import AppStyle


def shown_color(picture: QPixmap | QImage) -> str:
    """The color of the most opaque pixel."""
    image = picture.toImage() if isinstance(picture, QPixmap) else picture
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return max(pixels, key=lambda color: color.alpha()).name()


def opaque_pixels(picture: QPixmap) -> int:
    image = picture.toImage()
    return sum(
        image.pixelColor(x, y).alpha() > 0
        for x in range(image.width())
        for y in range(image.height())
    )


@pytest.fixture
def palette(
    qapp: QApplication, app_style: AppStyle, monkeypatch: pytest.MonkeyPatch
) -> Iterator[QPalette]:
    """A palette whose roles can be told apart; the old one is set back."""
    monkeypatch.setattr(app_style, "refresh", lambda: None)  # it would put its own back
    before = qapp.palette()
    changed = QPalette(before)
    changed.setColor(QPalette.ColorRole.ButtonText, QColor("#112233"))
    changed.setColor(QPalette.ColorRole.Window, QColor("#ffffff"))
    changed.setColor(QPalette.ColorRole.WindowText, QColor("#000000"))
    changed.setColor(QPalette.ColorRole.HighlightedText, QColor("#445566"))
    changed.setColor(QPalette.ColorRole.Accent, QColor("#0a5db0"))
    qapp.setPalette(changed)
    yield changed
    qapp.setPalette(before)


NAMES = sorted(file.stem for file in bundled.resource_path("icons", "ui").glob("*.svg"))


@pytest.mark.parametrize("name", NAMES)
def test_every_icon_draws_something(qapp: QApplication, name: str) -> None:
    for scale in (1.0, 1.25, 2.0):
        drawn = resources.icon(name).pixmap(QSize(16, 16), scale)
        assert drawn.size() == QSize(round(16 * scale), round(16 * scale))
        assert opaque_pixels(drawn) > 8


def test_icons_have_the_color_of_button_texts(palette: QPalette) -> None:
    icon = resources.icon("dot-online")
    assert shown_color(icon.pixmap(16)) == "#112233"
    assert shown_color(icon.pixmap(QSize(16, 16), 1.0, QIcon.Mode.Disabled)) == "#999999"
    assert shown_color(icon.pixmap(QSize(16, 16), 1.0, QIcon.Mode.Selected)) == "#445566"


def test_icons_follow_the_palette_by_themselves(palette: QPalette, qapp: QApplication) -> None:
    icon = resources.icon("dot-online")
    assert shown_color(icon.pixmap(16)) == "#112233"
    palette.setColor(QPalette.ColorRole.ButtonText, QColor("#ddeeff"))
    qapp.setPalette(palette)
    assert shown_color(icon.pixmap(16)) == "#ddeeff"


def test_icons_can_have_a_color_of_their_own(palette: QPalette) -> None:
    drawn = resources.icon("dot-online", "#13702f").pixmap(16)
    assert shown_color(drawn) == "#13702f"
    assert shown_color(resources.icon("dot-online", QColor("#13702f")).pixmap(16)) == "#13702f"
    by_role = resources.icon("dot-online", QPalette.ColorRole.Accent)
    assert shown_color(by_role.pixmap(16)) == "#0a5db0"
    selected = resources.icon("dot-online", "#13702f").pixmap(
        QSize(16, 16), 1.0, QIcon.Mode.Selected
    )
    assert shown_color(selected) == "#13702f"


def test_a_translucent_color_stays_translucent(qapp: QApplication) -> None:
    color = QColor("#13702f")
    color.setAlpha(128)
    image = resources.pixmap("dot-online", 16, color).toImage()
    assert abs(image.pixelColor(8, 8).alpha() - 128) <= 2


def test_painted_icons_use_the_pixels_of_the_device(qapp: QApplication) -> None:
    image = QImage(40, 20, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(2.0)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    resources.icon("dot-online", "#ff0000").paint(painter, QRect(0, 0, 20, 10))
    painter.end()
    assert image.pixelColor(20, 10).name() == "#ff0000", "in the middle of an oblong"
    assert image.pixelColor(2, 2).alpha() == 0


def test_pixmaps_know_their_scale(qapp: QApplication) -> None:
    drawn = resources.pixmap("clock", 16, "#000000", 1.5)
    assert drawn.size() == QSize(24, 24)
    assert drawn.devicePixelRatio() == 1.5
    assert drawn.deviceIndependentSize().toSize() == QSize(16, 16)


def test_an_icon_outlives_its_users_and_copies(qapp: QApplication) -> None:
    button = QToolButton()
    button.setIcon(resources.icon("more"))
    copy = QIcon(resources.icon("more"))
    copy.addPixmap(QPixmap(3, 3))  # makes Qt clone the engine
    button.deleteLater()
    del button
    gc.collect()
    assert opaque_pixels(copy.pixmap(16)) > 8
    assert opaque_pixels(resources.icon("more").pixmap(16)) > 8
    assert resources.icon("more") is resources.icon("more")


def test_tray_drawings_render_at_their_sizes(qapp: QApplication) -> None:
    for state in ("idle", "busy", "offline", "attention", "update"):
        for size in (16, 22, 32, 44):
            data = resources.tray_icon_svg("light", state, size).read_bytes()
            image = resources.render_svg(data, size)
            assert image.size() == QSize(size, size)
            assert not image.isNull()


def test_nonsense_is_a_null_picture(qapp: QApplication) -> None:
    assert resources.render_svg(b"<svg", 16).isNull()


def test_the_app_icon(qapp: QApplication) -> None:
    drawn = resources.app_icon().pixmap(QSize(64, 64), 1.0)
    assert drawn.size() == QSize(64, 64)
    top, bottom = (drawn.toImage().pixelColor(32, y) for y in (6, 58))
    assert top.alpha() == bottom.alpha() == 255
    assert top.lightness() > bottom.lightness()
    assert top.blue() > top.red()
