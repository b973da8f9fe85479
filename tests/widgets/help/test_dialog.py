"""The help page: true keys, the folders there are, and only links that lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from tests.widgets.helpers import shown
from tests.widgets.windows import Stage
from tray_app.core.destinations import DESTINATIONS
from tray_app.state.project import Folders, ProjectFacts
from tray_app.text.help import leaving
from tray_app.views.components.buttons import Button
from tray_app.views.components.labels import PlainLabel
from tray_app.views.help.dialog import HelpDialog
from tray_app.views.main_window.actions import Command
from tray_app.views.shortcuts import SHORTCUTS, label, listed
from tray_app.views.shortcuts import shown as written


def texts(dialog: HelpDialog) -> list[str]:
    return [each.text() for each in dialog.findChildren(PlainLabel)]


def buttons(dialog: HelpDialog) -> dict[str, Button]:
    return {each.accessibleName(): each for each in dialog.findChildren(Button)}


def test_the_keys_are_those_of_the_actions(qtbot: QtBot, stage: Stage) -> None:
    """What the page says of a key is what the action of the window has."""
    dialog = shown(qtbot, HelpDialog(ProjectFacts()))
    said = dict(listed())
    assert set(said) <= set(texts(dialog))
    for command in Command:
        keys = [each.toString() for each in stage.window.actions_[command].shortcuts()]
        if keys:
            assert said[label(command)] == ", ".join(dict.fromkeys(map(written, keys))), command
    assert len(said) == len([keys for keys in SHORTCUTS.values() if keys.here])


def test_f1_asks_for_it(qtbot: QtBot, stage: Stage) -> None:
    assert stage.window.actions_[Command.HELP].shortcut().toString() == "F1"
    with qtbot.waitSignal(stage.commands.help_dialog_requested):
        stage.window.actions_[Command.HELP].trigger()


def test_folders_are_opened(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def open_url(url: QUrl) -> bool:
        opened.append(url.toLocalFile() or url.toString())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    project = ProjectFacts()
    project.folders = Folders(str(tmp_path), "", str(tmp_path / "cache"))
    dialog = shown(qtbot, HelpDialog(project))
    found = buttons(dialog)
    assert set(found) == {"Open the folder of the settings", "Open the cache folder"}
    found["Open the folder of the settings"].click()
    assert opened == [str(tmp_path)]
    assert not found["Open the cache folder"].isEnabled()
    assert found["Open the cache folder"].toolTip()


def test_links_only_where_they_lead_somewhere(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def open_url(url: QUrl) -> bool:
        opened.append(url.toString())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    project = ProjectFacts()
    dialog = shown(qtbot, HelpDialog(project))
    assert "Links" not in texts(dialog)
    project.set_pages("https://tray.test/", "")
    dialog = shown(qtbot, HelpDialog(project))
    found = buttons(dialog)
    assert set(found) == {"The page of Ollama Tray"}
    found["The page of Ollama Tray"].click()
    assert opened == ["https://tray.test/"]


def test_all_that_leaves_is_told_with_the_way_to_stop_it(qtbot: QtBot) -> None:
    dialog = shown(qtbot, HelpDialog(ProjectFacts()))
    said = texts(dialog)
    for destination in DESTINATIONS:
        words = leaving(destination)
        assert words.title in said
        assert words.why in said
        assert f"Off: {words.off}" in said
        assert all(host in words.title for host in destination.hosts)


def test_it_fits_and_scrolls_where_there_is_little_room(qtbot: QtBot) -> None:
    dialog = shown(qtbot, HelpDialog(ProjectFacts()))
    dialog.resize(400, 300)
    bar = dialog.area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    assert dialog.area.horizontalScrollBar().maximum() == 0
    assert dialog.area.hasFocus()
    qtbot.keyClick(dialog.area, Qt.Key.Key_Down)
    assert bar.value() > 0
    qtbot.keyClick(dialog.area, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    qtbot.keyClick(dialog.area, Qt.Key.Key_Home)
    assert bar.value() == 0
