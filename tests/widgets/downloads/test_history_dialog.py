"""The download history: what stands in its rows, and clearing it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.scene import Scene, blank
from tests.widgets.helpers import button, emitted, shown, texts
from tests.widgets.windows import Stage, entries
from tray_app.core.errors import DiskFull
from tray_app.core.pulls.history import History, PullRecord
from tray_app.core.records import Server
from tray_app.views.dialogs import Dialogs
from tray_app.views.downloads.history_dialog import HistoryDialog

RECORDS = (
    PullRecord("local", "qwen3:8b", data.NOW, 5_200_000_000, 125.0),
    PullRecord("local", "mistral:7b", data.NOW - timedelta(days=1), 0, 0.4, None, True, True),
    PullRecord("local", "a<b>c:70b", data.NOW - timedelta(days=9), 1_000_000, 60.0,
               DiskFull("a", "", 42_500_000_000, 28_100_000_000)),
)  # fmt: skip


@pytest.fixture
def scene() -> Scene:
    return blank()


def made(qtbot: QtBot, scene: Scene, history: History) -> HistoryDialog:
    scene.state.set_history(history)
    return shown(qtbot, HistoryDialog(scene.state, scene.commands, clock=data.clock))


def rows(dialog: HistoryDialog) -> list[list[str]]:
    table = dialog.table
    found = []
    for number in range(table.topLevelItemCount()):
        row = table.topLevelItem(number)
        assert row is not None
        found.append([row.text(c).replace("\u00a0", " ") for c in range(table.columnCount())])
    return found


def test_rows_say_what_became_of_each(qtbot: QtBot, scene: Scene) -> None:
    dialog = made(qtbot, scene, History(RECORDS))
    assert rows(dialog) == [
        ["qwen3:8b", "Today, 14:32", "5.2 GB", "2 min 5 s", "41 MB/s", "Installed"],
        ["mistral:7b", "Yesterday, 14:32", "—", "—", "—", "Already up to date"],
        ["a<b>c:70b", "25/04/2026, 14:32", "1 MB", "1 min", "16 KB/s",
         "Failed: Not enough disk space: needs 43 GB, and 28 GB are free."],
    ]  # fmt: skip
    assert "What was downloaded in the last 30 days." in texts(dialog)
    third = dialog.table.topLevelItem(2)
    assert third is not None
    assert third.toolTip(0) == "<qt>a&lt;b&gt;c:70b</qt>"


def test_rows_name_their_server_where_there_are_several(qtbot: QtBot, scene: Scene) -> None:
    local, studio = scene.state.server, Server("studio", "studio", "studio.local:11434")
    records = tuple(
        replace(RECORDS[0], server_id=server_id) for server_id in ("local", "studio", "gone")
    )
    dialog = made(qtbot, scene, History(records))
    assert [row[0] for row in rows(dialog)] == ["qwen3:8b"] * 3
    scene.state.set_servers((local, studio), local.id, local.id)
    named = ["qwen3:8b on This computer", "qwen3:8b on studio", "qwen3:8b"]
    assert [row[0] for row in rows(dialog)] == named
    scene.state.set_servers((local,), local.id, local.id, (studio,))
    assert [row[0] for row in rows(dialog)] == ["qwen3:8b", "qwen3:8b on studio", "qwen3:8b"]


@pytest.mark.parametrize("width", [960, 1400])
def test_no_column_is_cut_beside_free_room(qtbot: QtBot, scene: Scene, width: int) -> None:
    dialog = made(qtbot, scene, History(RECORDS))
    dialog.resize(width, 460)
    table, header = dialog.table, dialog.table.header()
    room = table.viewport().width()
    qtbot.waitUntil(lambda: header.length() == table.viewport().width() >= room)
    for column in range(1, table.columnCount() - 1):
        wanted = max(header.sectionSizeHint(column), table.sizeHintForColumn(column))
        assert header.sectionSize(column) >= wanted, table.headerItem().text(column)
    assert header.sectionSize(0) >= table.sizeHintForColumn(0)
    assert header.sectionSize(0) + header.sectionSize(5) > room / 3, "they take what is left"


def test_clear_is_a_wish_and_an_empty_history_says_so(qtbot: QtBot, scene: Scene) -> None:
    dialog = made(qtbot, scene, History(RECORDS))
    with emitted(scene.commands.history_clear_requested) as wishes:
        qtbot.mouseClick(button(dialog, "Clear history"), Qt.MouseButton.LeftButton)
    assert wishes == [None]
    assert len(rows(dialog)) == 3, "the owner of the history decides"
    scene.state.set_history(History())
    assert rows(dialog) == []
    assert not button(dialog, "Clear history").isEnabled()
    assert "Nothing was downloaded in the last 30 days." in texts(dialog)


def test_a_new_record_moves_nothing_under_the_reader(qtbot: QtBot, scene: Scene) -> None:
    dialog = made(qtbot, scene, History(RECORDS))
    dialog.table.setCurrentIndex(dialog.table.model().index(2, 0))
    scene.state.set_history(History((PullRecord("local", "new:1b", data.NOW), *RECORDS)))
    current = dialog.table.currentItem()
    assert current is not None
    assert current.text(0) == "a<b>c:70b"


def test_a_file_that_could_not_be_read_is_said(qtbot: QtBot, scene: Scene) -> None:
    dialog = made(qtbot, scene, History((), "/home/me/downloads-history.json.bad"))
    sentence = (
        "Part of the earlier history could not be read. The file is kept as "
        "/home/me/downloads-history.json.bad."
    )
    assert sentence in texts(dialog)


def test_it_opens_once_and_is_kept_up_to_date(qtbot: QtBot, scene: Scene) -> None:
    dialogs = Dialogs(scene.settings, scene.state, scene.commands)
    scene.state.set_history(History(RECORDS[:1]))
    dialog = dialogs.open_history()
    assert dialogs.open_history() is dialog
    assert not dialog.isModal()
    assert len(rows(dialog)) == 1
    scene.state.set_history(History(RECORDS))
    assert len(rows(dialog)) == 3
    with emitted(scene.commands.history_clear_requested) as wishes:
        dialog.clear_button.click()
    assert wishes == [None]
    with qtbot.waitSignal(dialog.destroyed):
        dialog.close()
    scene.state.set_history(History())


def test_the_panel_and_the_menu_lead_to_it(stage: Stage) -> None:
    window = stage.window
    window.set_panel_open(True)
    with emitted(stage.commands.history_dialog_requested) as wishes:
        button(window.panel, "Download history…").click()
        window.fill_more_menu()
        entries(window.more_menu)["Download history…"].trigger()
    assert wishes == [None, None]
