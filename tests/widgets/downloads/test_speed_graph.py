"""The speed graph in an opened row: when it is there, when it is painted, what is on it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.widgets.helpers import shown
from tray_app.commands import Commands
from tray_app.core.pulls.states import PullState
from tray_app.views.downloads.layers import DownloadLayers
from tray_app.views.downloads.panel import DownloadsPanel
from tray_app.views.downloads.row import DownloadRow
from tray_app.views.downloads.speed_graph import SpeedGraph
from tray_app.views.theme import Theme

FIRST = data.PULLS[0]


class Clock:
    now_s = data.NOW_S

    def __call__(self) -> float:
        return self.now_s


class Paints(QObject):
    """Counts the paint events of a widget."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def panel(qtbot: QtBot, clock: Clock) -> DownloadsPanel:
    made = DownloadsPanel(Commands(), clock=clock)
    made.resize(960, 420)
    made.set_item(FIRST)
    return shown(qtbot, made)


def row_of(panel: DownloadsPanel) -> DownloadRow:
    row = panel.row(FIRST.id)
    assert row is not None
    return row


def graph_of(panel: DownloadsPanel) -> SpeedGraph:
    graph = row_of(panel).findChild(SpeedGraph)
    assert graph is not None
    return graph


def run(panel: DownloadsPanel, clock: Clock, seconds: int, speed: float = 40e6) -> None:
    """Ten changes a second, as the queue tells them."""
    assert FIRST.progress is not None
    for tenth in range(seconds * 10):
        clock.now_s += 0.1
        done = FIRST.progress.completed_bytes + tenth
        told = replace(FIRST.progress, speed_bytes_s=speed, completed_bytes=done)
        panel.set_item(replace(FIRST, progress=told))


def test_there_is_one_as_soon_as_there_is_a_line(
    qtbot: QtBot, panel: DownloadsPanel, clock: Clock
) -> None:
    row_of(panel).set_expanded(True)
    assert not graph_of(panel).isVisible()
    run(panel, clock, 5)
    qtbot.waitUntil(graph_of(panel).isVisible)


def test_it_remembers_what_nobody_saw(panel: DownloadsPanel, clock: Clock) -> None:
    run(panel, clock, 60)
    row_of(panel).set_expanded(True)
    assert graph_of(panel).isVisible()
    spoken = graph_of(panel).accessibleDescription().replace("\u00a0", " ")
    assert "On average 40 MB per second" in spoken


def test_it_remembers_a_download_that_began_while_nothing_was_shown(
    qtbot: QtBot, clock: Clock
) -> None:
    hidden = DownloadsPanel(Commands(), clock=clock)
    qtbot.addWidget(hidden)
    run(hidden, clock, 60)
    hidden.resize(960, 420)
    hidden.show()
    row_of(hidden).set_expanded(True)
    qtbot.waitUntil(graph_of(hidden).isVisible)
    spoken = graph_of(hidden).accessibleDescription().replace("\u00a0", " ")
    assert "On average 40 MB per second" in spoken


def test_it_is_painted_once_a_second_at_most(
    qtbot: QtBot, panel: DownloadsPanel, clock: Clock
) -> None:
    run(panel, clock, 10)
    row, graph = row_of(panel), graph_of(panel)
    row.set_expanded(True)
    qtbot.waitUntil(graph.isVisible)
    graph.repaint()
    paints = Paints()
    graph.installEventFilter(paints)
    assert FIRST.progress is not None
    for tenth in range(30):  # three seconds
        clock.now_s += 0.1
        told = replace(FIRST.progress, speed_bytes_s=1e6 * tenth)
        item = replace(FIRST, progress=told)
        panel.list._trails[item.id].add(clock.now_s, told.speed_bytes_s)
        row.set_item(item, clock.now_s)
        qtbot.waitUntil(lambda: True)  # let due paint events happen
    assert paints.count <= 4


@pytest.mark.parametrize("state", [PullState.DONE, PullState.FAILED, PullState.VERIFYING])
def test_there_is_none_where_nothing_is_fetched(
    panel: DownloadsPanel, clock: Clock, state: PullState
) -> None:
    run(panel, clock, 10)
    row_of(panel).set_expanded(True)
    panel.set_item(replace(FIRST, state=state))
    assert not graph_of(panel).isVisible()


def test_the_line_has_the_colour_of_the_bar(
    qtbot: QtBot, panel: DownloadsPanel, clock: Clock
) -> None:
    run(panel, clock, 120)
    row_of(panel).set_expanded(True)
    graph = graph_of(panel)
    qtbot.waitUntil(graph.isVisible)
    theme = Theme.of(graph)
    assert has_color(graph, theme.accent)
    panel.set_item(replace(FIRST, state=PullState.PAUSED))
    assert not has_color(graph, theme.accent)
    assert has_color(graph, theme.bar_paused)


def has_color(graph: SpeedGraph, color: QColor) -> bool:
    picture = graph.grab().toImage()
    wanted = color.rgb()
    return any(
        picture.pixel(x, y) == wanted
        for x in range(0, picture.width(), 3)
        for y in range(picture.height())
    )


def test_opened_rows_are_scrolled_not_squeezed(
    qtbot: QtBot, panel: DownloadsPanel, clock: Clock
) -> None:
    run(panel, clock, 10)
    panel.resize(960, 140)
    row = row_of(panel)
    row.set_expanded(True)
    layers = row.findChild(DownloadLayers)
    assert layers is not None
    qtbot.waitUntil(lambda: layers.height() == layers.sizeHint().height())
    assert row.height() > panel.height()
