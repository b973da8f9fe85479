"""Dragging waiting downloads with the mouse."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.widgets.helpers import emitted, shown
from tray_app.commands import Commands
from tray_app.core.payloads import PullMove
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.views.downloads.drag import _DropLine
from tray_app.views.downloads.panel import DownloadsPanel
from tray_app.views.downloads.row import DownloadRow

LEFT = Qt.MouseButton.LeftButton
NAMES = ("runs", "a", "b", "c", "rests")


def item(name: str, state: PullState) -> PullItem:
    return PullItem(name, data.SERVER, name, state, data.NOW)


@pytest.fixture
def panel(qtbot: QtBot) -> DownloadsPanel:
    """One that runs, three that wait, one that is paused."""
    made = DownloadsPanel(Commands())
    made.resize(960, 420)
    states = (PullState.RUNNING, *(PullState.WAITING,) * 3, PullState.PAUSED)
    for name, state in zip(NAMES, states, strict=True):
        made.set_item(item(name, state))
    made.set_order(NAMES)
    return shown(qtbot, made)


def row(panel: DownloadsPanel, name: str) -> DownloadRow:
    found = panel.row(name)
    assert found is not None
    return found


def press(panel: DownloadsPanel, name: str) -> DownloadRow:
    handle = row(panel, name)
    QTest.mousePress(handle, LEFT, pos=handle.rect().center())
    return handle


def pull_to(handle: DownloadRow, target: QWidget, below: bool) -> None:
    """Move the pressed pointer over the upper or lower part of `target`, in small steps."""
    y = target.height() - 6 if below else 6
    end = handle.mapFromGlobal(target.mapToGlobal(QPoint(200, y)))
    start = handle.rect().center()
    for step in range(1, 6):
        QTest.mouseMove(handle, start + (end - start) * step / 5)


def line(panel: DownloadsPanel) -> QWidget | None:
    return next((one for one in panel.findChildren(_DropLine) if one.isVisible()), None)


@pytest.mark.parametrize(
    ("dragged", "target", "below", "move"),
    [
        ("c", "a", False, PullMove("c", 1)),
        ("c", "b", False, PullMove("c", 2)),
        ("a", "b", True, PullMove("a", 2)),
        ("a", "c", True, PullMove("a", 3)),
        ("a", "rests", True, PullMove("a", 3)),  # behind the last that waits
        ("c", "runs", False, PullMove("c", 1)),  # before the first that waits
    ],
)
def test_a_waiting_row_is_dragged(
    panel: DownloadsPanel, dragged: str, target: str, below: bool, move: PullMove
) -> None:
    handle = press(panel, dragged)
    pull_to(handle, row(panel, target), below)
    shown_line = line(panel)
    assert shown_line is not None
    assert shown_line.width() == handle.width()
    with emitted(panel.list._commands.pull_move_requested) as moves:
        QTest.mouseRelease(handle, LEFT, pos=handle.rect().center())
        assert moves == []  # the pointer went back before
    assert line(panel) is None
    handle = press(panel, dragged)
    pull_to(handle, row(panel, target), below)
    with emitted(panel.list._commands.pull_move_requested) as moves:
        drop(handle, row(panel, target), below)
    assert moves == [move]
    assert line(panel) is None


def drop(handle: DownloadRow, target: QWidget, below: bool) -> None:
    y = target.height() - 6 if below else 6
    QTest.mouseRelease(handle, LEFT, pos=handle.mapFromGlobal(target.mapToGlobal(QPoint(200, y))))


@pytest.mark.parametrize("name", ["runs", "rests"])
def test_others_stay_where_they_are(panel: DownloadsPanel, name: str) -> None:
    handle = press(panel, name)
    pull_to(handle, row(panel, "b"), below=True)
    assert line(panel) is None
    with emitted(panel.list._commands.pull_move_requested) as moves:
        drop(handle, row(panel, "b"), below=True)
    assert moves == []


def test_escape_lets_it_be(qtbot: QtBot, panel: DownloadsPanel) -> None:
    handle = press(panel, "c")
    pull_to(handle, row(panel, "a"), below=False)
    with (
        emitted(panel.list._commands.pull_move_requested) as moves,
        emitted(panel.list.left) as left,
    ):
        qtbot.keyClick(handle, Qt.Key.Key_Escape)
        assert line(panel) is None
        drop(handle, row(panel, "a"), below=False)
    assert (moves, left) == ([], [])


def test_one_that_begins_to_run_slips_out_of_the_hand(panel: DownloadsPanel) -> None:
    handle = press(panel, "c")
    pull_to(handle, row(panel, "a"), below=False)
    panel.set_item(item("c", PullState.PREPARING))
    with emitted(panel.list._commands.pull_move_requested) as moves:
        drop(handle, row(panel, "a"), below=False)
    assert moves == []
    assert line(panel) is None


def test_a_click_is_no_drag(panel: DownloadsPanel) -> None:
    handle = press(panel, "b")
    QTest.mouseMove(handle, handle.rect().center() + QPoint(1, 2))
    assert line(panel) is None
    with emitted(panel.list._commands.pull_move_requested) as moves:
        QTest.mouseRelease(handle, LEFT, pos=handle.rect().center())
    assert moves == []


def test_the_list_scrolls_when_the_pointer_is_at_its_edge(
    qtbot: QtBot, panel: DownloadsPanel
) -> None:
    names = [f"n{number}" for number in range(20)]
    for name in names:
        panel.set_item(item(name, PullState.WAITING))
    panel.set_order((*NAMES, *names))
    area = panel.list
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 200)
    handle = press(panel, "a")
    edge = area.viewport().mapToGlobal(QPoint(200, area.viewport().height() - 4))
    for step in (40, 80):
        QTest.mouseMove(handle, handle.rect().center() + QPoint(0, step))
    QTest.mouseMove(handle, handle.mapFromGlobal(edge))
    qtbot.waitUntil(lambda: area.verticalScrollBar().value() > 60)
    qtbot.keyClick(handle, Qt.Key.Key_Escape)
