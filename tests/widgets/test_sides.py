"""Right to left: names stay, margins and values change sides. High contrast: taken at once."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tray_app.views import theme
from tray_app.views.components.banner import Banner, BannerText
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.names import NameLabel
from tray_app.views.components.surfaces import margins
from tray_app.views.style import AppStyle
from tray_app.views.theme import Theme, Tone


@pytest.fixture
def right_to_left(qapp: QApplication) -> Iterator[None]:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def picture(label: NameLabel, width: int) -> QImage:
    label.resize(width, label.sizeHint().height())
    return label.grab().toImage()


def test_a_name_is_never_mirrored(qtbot: QtBot, qapp: QApplication) -> None:
    label = NameLabel("hf.co/user/qwen3:8b")
    qtbot.addWidget(label)
    width = label.sizeHint().width() - 1
    before = picture(label, width)
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    mirrored = NameLabel("hf.co/user/qwen3:8b")
    qtbot.addWidget(mirrored)
    after = picture(mirrored, width)
    wide = picture(mirrored, width + 100)
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    assert after == before
    moved = wide.copy(wide.width() - before.width(), 0, before.width(), before.height())
    assert moved == before, "at the right side of its room"


@pytest.mark.usefixtures("right_to_left")
def test_margins_and_values_change_sides(qtbot: QtBot) -> None:
    assert (margins(44, 8, 12, 9).left(), margins(44, 8, 12, 9).right()) == (12, 44)
    value = PlainLabel("llama", selectable=True)
    qtbot.addWidget(value)
    assert value.alignment() & Qt.AlignmentFlag.AlignRight
    banner = Banner()
    qtbot.addWidget(banner)
    banner.set_text(BannerText("words", Tone.WARN))
    banner.resize(400, 42)
    banner.show()
    layout = banner.layout()
    assert layout is not None
    assert layout.contentsMargins().right() == 44


def test_high_contrast_is_taken_when_the_system_asks(
    qapp: QApplication, app_style: AppStyle, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = qapp.styleSheet()
    monkeypatch.setattr(theme, "is_high_contrast", lambda: True)
    accessibility = getattr(qapp.styleHints(), "accessibility", None)
    if accessibility is None:
        pytest.skip("Qt before 6.10 does not tell")
    accessibility().contrastPreferenceChanged.emit(Qt.ContrastPreference.HighContrast)
    assert qapp.styleSheet() != before
    shown = Theme.of(qapp.palette())
    assert shown.tint(Tone.WARN) == shown.base
    assert shown.state(Tone.WARN) == shown.text
    assert QColor(shown.hairline) == shown.window_text
    monkeypatch.undo()
    app_style.refresh()
    assert qapp.styleSheet() == before


def test_a_style_that_has_ended_is_not_taken_for_the_one_of_the_application(
    qapp: QApplication,
) -> None:
    """What would ask it to change would wait for ever."""
    before = qapp.findChildren(AppStyle)
    sheet, palette = qapp.styleSheet(), qapp.palette()
    style = AppStyle(qapp, "dark")
    style.close()
    qapp.setPalette(palette)
    qapp.setStyleSheet(sheet)
    assert qapp.findChildren(AppStyle) == before
