"""The icon fits the panel, whose tone is the system's and not that of our own windows."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tray_app.desktop.tray.panel_theme import PanelTheme


@pytest.fixture(autouse=True)
def palette(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("XDG_CURRENT_DESKTOP", raising=False)
    before = QPalette(qapp.palette())
    paint(qapp, "white")
    yield
    qapp.setPalette(before)


def paint(qapp: QApplication, color: str) -> None:
    """What a theme, ours or the system's, does to every window."""
    qapp.setPalette(QPalette(QColor(color)))


def test_a_theme_of_our_own_says_nothing_about_the_panel(qapp: QApplication, qtbot: QtBot) -> None:
    theme = PanelTheme()
    theme.start()
    theme.set_own_theme(True)
    paint(qapp, "black")
    theme.ask()
    assert not theme.is_system_dark
    paint(qapp, "white")
    theme.set_own_theme(False)
    paint(qapp, "black")
    theme.ask()
    assert theme.is_system_dark, "now it is the system's"
    theme.stop()


def test_back_to_the_system_it_is_looked_at_again(qapp: QApplication, qtbot: QtBot) -> None:
    theme = PanelTheme()
    theme.set_own_theme(True)
    with qtbot.waitSignal(theme.changed):
        theme.set_own_theme(False)
        paint(qapp, "black")  # the windows follow in the same turn
    assert theme.is_system_dark


@pytest.mark.skipif(sys.platform != "linux", reason="KDE's files")
def test_kde_tells_by_its_files_and_is_followed(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_HOME", "XDG_DATA_DIRS"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "KDE")
    file = tmp_path / "kdeglobals"
    file.write_text("[Colors:Window]\nBackgroundNormal=1,2,3\n", encoding="utf-8")
    theme = PanelTheme()
    theme.start()
    assert theme.is_dark is True
    for color, is_dark in (("250,250,250", False), ("1,1,1", True)):
        new = tmp_path / "new"
        new.write_text(f"[Colors:Window]\nBackgroundNormal={color}\n", encoding="utf-8")
        with qtbot.waitSignal(theme.changed):
            new.replace(file)  # as KDE writes it
        assert theme.is_dark is is_dark
    theme.stop()
