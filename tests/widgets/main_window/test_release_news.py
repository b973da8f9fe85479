"""What the main window says of a newer Ollama Tray: once in a banner, for good in More."""

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from tests.widgets.windows import Stage
from tray_app.core.releases import Release

FOUND = Release("0.2.0", "https://github.com/somebody/ollama-tray/releases/tag/v0.2.0")


def say(stage: Stage) -> str:
    stage.window.refresh_now()
    shown = stage.window.pane.banner.shown
    return shown.text if shown else ""


def entries(stage: Stage) -> list[str]:
    stage.window.fill_more_menu()
    return [action.text() for action in stage.window.more_menu.actions()]


def test_it_is_told_once(qtbot: QtBot, stage: Stage) -> None:
    facts = stage.state.project
    assert say(stage) == ""
    assert "Ollama Tray 0.2.0 is out…" not in entries(stage)
    with qtbot.waitSignal(stage.commands.release_told_requested):
        facts.set_release(FOUND, is_told=False)
        assert say(stage) == "Ollama Tray 0.2.0 is out."
    facts.set_release(FOUND, is_told=True)
    # It stays until it is answered, in this window.
    assert say(stage) == "Ollama Tray 0.2.0 is out."
    button = stage.window.pane.banner.button("release_seen")
    assert button is not None
    button.click()
    assert say(stage) == ""
    assert entries(stage)[1] == "Ollama Tray 0.2.0 is out…"


def test_what_was_told_before_is_in_more_alone(stage: Stage) -> None:
    stage.state.project.set_release(FOUND, is_told=True)
    assert say(stage) == ""
    assert entries(stage)[1] == "Ollama Tray 0.2.0 is out…"


def test_skipping_asks_for_it(qtbot: QtBot, stage: Stage) -> None:
    stage.state.project.set_release(FOUND, is_told=False)
    say(stage)
    button = stage.window.pane.banner.button("release_skip")
    assert button is not None
    with qtbot.waitSignal(stage.commands.release_skip_requested):
        button.click()
    stage.state.project.set_release(None)
    assert say(stage) == ""


def test_its_page_is_opened(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def open_url(url: QUrl) -> bool:
        opened.append(url.toString())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    stage.state.project.set_release(FOUND, is_told=True)
    stage.window.fill_more_menu()
    stage.window.more_menu.actions()[1].trigger()
    assert opened == [FOUND.page]
