"""Colours, fonts and the stylesheet: the numbers of the design, contrast, live changes."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tray_app.views.style import AppStyle, style_in_place_of
from tray_app.views.stylesheet import stylesheet
from tray_app.views.theme import (
    TextRole,
    Theme,
    Tone,
    base_px,
    dark_palette,
    font,
    light_palette,
    mix,
)


@pytest.fixture
def style(app_style: AppStyle) -> Iterator[AppStyle]:
    """The one style of the application, put back to what other tests expect."""
    yield app_style
    app_style.set_choice("light")


@pytest.mark.parametrize(
    ("native", "is_dark", "used"),
    [
        ("windowsvista", True, "fusion"),
        ("WindowsVista", True, "fusion"),
        ("windowsvista", False, "windowsvista"),
        ("Windows", True, "fusion"),
        ("windows11", True, "windows11"),
        ("macos", True, "macos"),
    ],
)
def test_styles_that_know_no_dark_colours_are_replaced(
    native: str, is_dark: bool, used: str
) -> None:
    assert style_in_place_of(native, is_dark=is_dark) == used


@pytest.fixture
def native(qapp: QApplication, style: AppStyle, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A system whose own style is one that knows light colours only, and has no stylesheet."""
    before, palette, sheet = qapp.style().name(), qapp.palette(), qapp.styleSheet()
    with monkeypatch.context() as patch:
        patch.setattr("tray_app.views.style.is_styled", lambda: False)
        # It would put its own style in place of this one as soon as a palette changes.
        patch.setattr(style, "refresh", lambda: None)
        qapp.setStyleSheet("")
        qapp.setStyle("Windows")
        yield
    qapp.setStyle(before)
    qapp.setPalette(palette)
    qapp.setStyleSheet(sheet)


def test_dark_is_shown_by_fusion_and_light_by_the_systems_style(
    qapp: QApplication, native: None
) -> None:
    style = AppStyle(qapp, "dark")
    shown = [qapp.style().name()]
    for choice in ("light", "dark", "dark", "system", "dark", "light"):
        style.set_choice(choice)
        shown.append(qapp.style().name())
    style.close()
    is_system_dark = qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark
    system = "fusion" if is_system_dark else "windows"
    assert shown == ["fusion", "windows", "fusion", "fusion", system, "fusion", "windows"]


def luminance(color: QColor) -> float:
    parts = [
        value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4
        for value in (color.redF(), color.greenF(), color.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("palette", "expected"),
    [
        (light_palette, ("#f4f4f5", "#ffffff", "#686869", "#dededf", "#c8c8ca", "#e2edf8")),
        (dark_palette, ("#1f2023", "#27282c", "#acadaf", "#38393c", "#515255", "#314456")),
    ],
)
def test_the_tokens_of_the_design(qapp: QApplication, palette: object, expected: object) -> None:
    theme = Theme.of(palette())  # type: ignore[operator]
    tokens = (
        theme.window,
        theme.base,
        theme.secondary,
        theme.hairline,
        theme.control_border,
        theme.row_selected,
    )
    assert tuple(color.name() for color in tokens) == expected


@pytest.mark.parametrize("palette", [light_palette, dark_palette])
@pytest.mark.parametrize("state", list(Tone))
def test_state_colours_can_be_read_everywhere(
    qapp: QApplication, palette: object, state: Tone
) -> None:
    theme = Theme.of(palette())  # type: ignore[operator]
    for ground in (theme.base, theme.window, theme.tint(state)):
        assert contrast(theme.state(state), ground) >= 4.5


@pytest.mark.parametrize("palette", [light_palette, dark_palette])
def test_other_texts_can_be_read(qapp: QApplication, palette: object) -> None:
    theme = Theme.of(palette())  # type: ignore[operator]
    assert contrast(theme.secondary, theme.row_selected) >= 4.45
    assert contrast(theme.accent_text, theme.accent) >= 4.5
    assert contrast(theme.destructive_text, theme.destructive) >= 4.5
    assert contrast(theme.bar_paused, theme.bar_track) >= 3.0


def test_dark_is_what_is_dark(qapp: QApplication) -> None:
    assert not Theme.of(light_palette()).is_dark
    assert Theme.of(dark_palette()).is_dark


def test_mix() -> None:
    black, white = QColor("black"), QColor("white")
    assert mix(black, white, 0).name() == "#000000"
    assert mix(black, white, 1).name() == "#ffffff"
    assert mix(black, white, 0.5).name() == "#808080"


def test_fonts_are_relative_to_the_applications(qapp: QApplication) -> None:
    size = base_px()
    assert font(TextRole.BODY).pixelSize() == size
    assert font(TextRole.HERO).pixelSize() == size + 5
    assert font(TextRole.SECONDARY).pixelSize() == size - 1
    tiny = qapp.font()
    tiny.setPixelSize(9)
    assert font(TextRole.BADGE, tiny).pixelSize() == 9
    assert font(TextRole.MONO).family() != ""


def test_the_choice_is_forced_and_taken_back(qapp: QApplication, style: AppStyle) -> None:
    style.set_choice("dark")
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == "#1f2023"
    style.set_choice("light")
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == "#f4f4f5"
    style.set_choice("nonsense")
    assert Theme.of(qapp.palette()).window.isValid()


def test_what_is_forced_outlives_a_change_of_the_system(
    qtbot: QtBot, qapp: QApplication, style: AppStyle
) -> None:
    style.set_choice("dark")
    qapp.processEvents()  # the widgets have heard of it
    qapp.setPalette(light_palette())
    qtbot.waitUntil(lambda: Theme.of(qapp.palette()).is_dark)


def test_the_sheet_follows_the_palette(qapp: QApplication, style: AppStyle) -> None:
    style.set_choice("dark")
    assert "#5ab2ff" in qapp.styleSheet()
    style.set_choice("light")
    assert "#0a66c2" in qapp.styleSheet()


def test_a_styled_widget_does_not_change_the_theme(
    qtbot: QtBot, qapp: QApplication, style: AppStyle
) -> None:
    button = QPushButton("x")
    button.setProperty("kind", "destructive")
    qtbot.addWidget(button)
    button.show()
    assert Theme.of(button) == Theme.of(qapp.palette())


@pytest.mark.parametrize("palette", [light_palette, dark_palette])
def test_the_sheet_is_complete_and_short(qapp: QApplication, palette: object) -> None:
    sheet = stylesheet(Theme.of(palette()))  # type: ignore[operator]
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")
    assert len(sheet.splitlines()) <= 100
