"""Every window on screens of every size: it lies inside, and its buttons can be reached."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QScrollArea
from pytestqt.qtbot import QtBot

from tests.shots import registry as shots
from tests.support.complaints import NO_SCREEN, complaints
from tests.widgets.helpers import shown
from tests.widgets.windows import Stage
from tray_app.state.project import ProjectFacts
from tray_app.text import Message
from tray_app.views.components.buttons import Button
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.message_box import MessageBox
from tray_app.views.help.dialog import HelpDialog

ROOT = Path(__file__).parents[3]
FITTED = ("delete-", "duplicate", "quit", "cancel", "message")
"""Pictures of dialogs that are as high as their texts."""


def walked(factor: str, sizes: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.widgets.components.screens_program", sizes],
        cwd=ROOT,
        env={**os.environ, "QT_SCALE_FACTOR": factor, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert complaints(done.stderr, [NO_SCREEN]) == []
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("factor", "sizes", "logical"),
    [
        ("1", "720x440", [[720, 440]]),
        ("1.5", "1280x800", [[853, 533]]),
        ("2", "3840x2160", [[1920, 1080]]),
        ("3", "1280x800", [[427, 267]]),
    ],
)
def test_every_window_fits_every_screen(factor: str, sizes: str, logical: list[list[int]]) -> None:
    found = walked(factor, sizes)
    assert sorted(found["screens"]) == logical
    assert found["windows"] >= 30
    assert found["faults"] == []


def test_on_a_large_screen_again_each_window_has_its_own_size_again() -> None:
    found = walked("1", "720x440 1920x1200")
    assert sorted(found["screens"]) == [[720, 440], [1920, 1200]]
    assert found["windows"] >= 30
    assert found["faults"] == []


def test_a_window_in_the_corner_comes_back_whole(stage: Stage) -> None:
    window = stage.window
    free = window.screen().availableGeometry()
    window.hide()
    window.move(free.bottomRight() - QPoint(98, 70))
    stage.window.come_to_front()
    assert free.contains(window.frameGeometry())


def test_a_size_that_only_the_screen_gave_is_not_remembered(stage: Stage) -> None:
    window = stage.window
    window.resize(5000, 500)
    window.screen_fit.fit()
    assert window.width() < 5000
    before = stage.settings.values.main_geometry
    window.hide()
    assert stage.settings.values.main_geometry == before
    window.show()
    window.resize(window.width() - 20, 500)
    window.hide()
    assert stage.settings.values.main_geometry != before


def test_a_place_on_the_way_is_not_mended(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desktop tells some of these while it puts a frame around a window."""
    monkeypatch.setattr("tray_app.views.components.screen_fit._CALM_MS", 60_000)
    free = stage.window.screen().availableGeometry()
    dialog = MessageBox(Message("Title", "words"), stage.window)
    dialog.show()
    dialog.move(free.topLeft() - QPoint(1, 20))
    for _ in range(5):
        QApplication.processEvents()
    assert not free.contains(dialog.frameGeometry())
    dialog.close()


def test_a_place_outside_is_mended_soon(stage: Stage, qtbot: QtBot) -> None:
    free = stage.window.screen().availableGeometry()
    dialog = MessageBox(Message("Title", "words"), stage.window)
    dialog.show()
    dialog.move(free.topLeft() - QPoint(1, 20))
    qtbot.waitUntil(lambda: free.contains(dialog.frameGeometry()))
    dialog.close()


def test_a_maximized_window_stays_so(stage: Stage) -> None:
    window = stage.window
    window.hide()
    window.setWindowState(Qt.WindowState.WindowMaximized)
    window.show()
    assert window.isMaximized()


@pytest.mark.parametrize("words", [1, 6, 20, 100])
@pytest.mark.parametrize("details", ["", "line\n" * 50])
def test_nothing_scrolls_where_there_is_room(words: int, details: str, qtbot: QtBot) -> None:
    box = shown(qtbot, MessageBox(Message("Title", "many words " * words, details=details)))
    assert box.height() < box.screen_fit.room().height()
    for _ in range(2 if details else 1):
        bars = (box.scroller.verticalScrollBar(), box.scroller.horizontalScrollBar())
        assert [(bar.isVisible(), bar.maximum()) for bar in bars] == [(False, 0)] * 2
        box.details_button.click()
        QApplication.processEvents()


def test_the_list_of_keys_scrolls_in_one_direction_only(qtbot: QtBot) -> None:
    dialog = shown(qtbot, HelpDialog(ProjectFacts()))
    assert dialog.findChildren(QScrollArea)[0].horizontalScrollBar().maximum() == 0


def test_pages_scroll_by_key_where_the_text_does_not_fit(qtbot: QtBot) -> None:
    box = shown(qtbot, MessageBox(Message("Title", "many words " * 3000)))
    bar = box.scroller.verticalScrollBar()
    assert bar.maximum() > 0
    assert box.copy_button.visibleRegion().boundingRect().size() == box.copy_button.size()
    focused = QApplication.focusWidget()
    qtbot.keyClick(box, Qt.Key.Key_PageDown)
    assert bar.value() > 0
    qtbot.keyClick(box, Qt.Key.Key_PageUp)
    assert bar.value() == 0
    assert QApplication.focusWidget() is focused


def test_nothing_scrolls_in_a_dialog_that_has_room(qtbot: QtBot) -> None:
    """By a pixel or two it would show a scroll bar that nobody needs."""
    shots.load_pictures()
    room = QApplication.primaryScreen().availableGeometry().size()
    found: dict[str, int] = {}
    for shot in shots.SHOTS:
        if shot.locale != "en_GB" or not shot.name.startswith(FITTED):
            continue
        dialog = shot.build()
        assert isinstance(dialog, DialogFrame), shot.name
        shown(qtbot, dialog)
        QApplication.processEvents()
        if dialog.height() < room.height() - 60:
            found[shot.name] = dialog.scroller.verticalScrollBar().maximum()
        dialog.hide()
    assert found
    assert set(found.values()) == {0}, found


def test_buttons_without_room_in_one_line_take_two(qtbot: QtBot) -> None:
    dialog = DialogFrame("Title")
    dialog.body.addWidget(PlainLabel("text"))
    left = dialog.add_left(Button("Something else that can be done " * 2))
    role = QDialogButtonBox.ButtonRole.AcceptRole
    right = dialog.add_button(Button("An answer of very many words " * 2), role)
    shown(qtbot, dialog)
    assert left.width() + right.width() > dialog.screen().availableGeometry().width()
    places = [each.mapTo(dialog, QPoint()) for each in (left, right)]
    assert places[0].y() < places[1].y()
    for button, place in zip((left, right), places, strict=True):
        assert dialog.rect().contains(QRect(place, button.size()))
