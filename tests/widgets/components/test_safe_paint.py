"""Whatever fails while something is painted: it says so in its place, and the rest goes on."""

import ast
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.dialogs import info, open_details
from tests.shots.registry import settle
from tests.shots.scene import known
from tests.widgets.helpers import shown, texts
from tests.widgets.windows import Stage
from tray_app.commands import Commands
from tray_app.core.pulls.speed import SpeedTrail
from tray_app.views.components import safe_paint
from tray_app.views.components.progress import SegmentedBar, ThinProgressBar
from tray_app.views.components.tables import CardTable
from tray_app.views.downloads.panel import DownloadsPanel
from tray_app.views.downloads.row import DownloadRow
from tray_app.views.downloads.speed_graph import SpeedGraph
from tray_app.views.models import delegate
from tray_app.views.models.cell_layout import layout_name
from tray_app.views.theme import Theme

VIEWS = Path(__file__).parents[3] / "tray_app" / "views"
RED = safe_paint._RED[False]
SAID = r"cannot be shown"
pytestmark = pytest.mark.allow_logs(SAID)


@pytest.fixture(autouse=True)
def nothing_logged_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_paint, "_logged", set())


def breaks(*_: Any, **__: Any) -> None:
    raise ZeroDivisionError("on purpose")


def has_red(picture: QImage, rect: QRect) -> bool:
    """Whether the frame of what failed is there."""
    return any(
        picture.pixelColor(x, y) == RED
        for x in range(max(0, rect.left()), min(picture.width(), rect.right() + 1))
        for y in range(max(0, rect.top()), min(picture.height(), rect.bottom() + 1))
    )


def records(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if re.search(SAID, r.getMessage())]


class HoldsPainter(QWidget):
    """Fails with a painter of its own at work."""

    paints = 0

    @safe_paint.guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        self.paints += 1
        painter = QPainter(self)
        self.inside(painter)

    def inside(self, painter: QPainter) -> None:
        kept = painter
        raise ValueError(kept.isActive())


def test_a_paint_that_fails_says_so_and_is_logged_once(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    widget = shown(qtbot, HoldsPainter())
    widget.resize(200, 40)
    with caplog.at_level(logging.ERROR):
        pictures = [widget.grab().toImage() for _ in range(50)]
    assert widget.paints >= 50
    assert has_red(pictures[-1], QRect(0, 0, 200, 1))
    assert records(caplog) == ["HoldsPainter cannot be shown"]


def speed_graph() -> QWidget:
    return SpeedGraph(SpeedTrail())


@pytest.mark.parametrize("kind", [ThinProgressBar, SegmentedBar, speed_graph])
def test_bars_and_graphs(
    qtbot: QtBot,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    kind: Callable[[], QWidget],
) -> None:
    widget = kind()
    monkeypatch.setattr(Theme, "of", breaks)
    qtbot.addWidget(widget)
    widget.resize(300, 40)
    assert has_red(widget.grab().toImage(), widget.rect())
    assert len(records(caplog)) == 1


def test_one_cell_that_fails_leaves_the_others(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    view, models = stage.window.view, stage.window.models
    whole = layout_name

    def layout(row: Any, *rest: Any) -> Any:
        if row.record.name == "mistral:7b":
            raise OverflowError("on purpose")
        return whole(row, *rest)

    monkeypatch.setattr(delegate, "layout_name", layout)
    picture = view.viewport().grab().toImage()
    for row in range(models.rowCount()):
        cell = view.visualRect(models.index(row, 0))
        is_bad = models.ref_at(row).name == "mistral:7b"
        assert has_red(picture, QRect(cell.left(), cell.top(), 40, 1)) == is_bad
    assert records(caplog) == ["ModelDelegate cannot be shown"]


def test_cells_of_small_tables(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = CardTable(("a", "b"), (80, 80))
    item = table.add(("one", "two"))
    qtbot.addWidget(table)
    table.resize(300, 120)
    monkeypatch.setattr(table.itemDelegate(), "_insets", breaks)
    picture = table.viewport().grab().toImage()
    assert has_red(picture, table.visualItemRect(item))
    assert len(records(caplog)) == 1


def test_one_download_row_that_fails_leaves_the_others(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = DownloadsPanel(Commands(), clock=data.clock_s)
    for item in data.PULLS:
        panel.set_item(item)
    panel.resize(720, 400)
    shown(qtbot, panel)
    first, second = data.PULLS[:2]
    rows = [panel.row(item.id) for item in (first, second)]
    assert isinstance(rows[0], DownloadRow)
    monkeypatch.setattr(rows[0], "_apply_look", breaks)
    states = {item.state for item in data.PULLS}
    panel.set_item(replace(first, state=next(s for s in states if s is not first.state)))
    panel.set_item(second)
    qtbot.waitUntil(lambda: "Can’t be shown" in texts(panel))
    assert rows[1] is not None
    assert "Can’t be shown" not in texts(rows[1])
    assert records(caplog) == ["DownloadRow cannot be shown"]


def test_a_part_of_the_details_that_fails_leaves_the_others(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = known()
    dialog = shown(qtbot, open_details("qwen3:8b", scene))
    for broken, method in (
        (dialog.model_info, "set_pairs"),
        (dialog.overview, "set_facts"),
        (dialog.layers, "show_layers"),
    ):
        monkeypatch.setattr(broken, method, breaks)
    scene.state.set_details(info("qwen3:8b"))
    settle()
    assert dialog.overview.error_card.title == "Can’t be shown"
    shows = {page.content: page.shows for page in dialog._pages}
    assert shows[dialog.model_info] == shows[dialog.layers] == "error"
    assert shows[dialog.template] == shows[dialog.parameters] == "content"
    assert len(records(caplog)) == 3
    assert QApplication.activeWindow() is dialog
    assert Qt.WindowState.WindowNoState == dialog.windowState()


def test_every_paint_of_ours_is_guarded() -> None:
    found, bare = 0, []
    for file in sorted(VIEWS.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef) or node.name not in ("paintEvent", "paint"):
                continue
            if len(node.body) == 1 and isinstance(node.body[0], ast.Pass):
                continue
            wanted = "guarded" if node.name == "paintEvent" else "guarded_cell"
            names = [each.id for each in node.decorator_list if isinstance(each, ast.Name)]
            found += 1
            if wanted not in names:
                bare.append(f"{file.name}:{node.lineno}")
    assert found > 30
    assert bare == []
