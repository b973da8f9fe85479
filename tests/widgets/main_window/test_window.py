"""The main window's panel, its coming and going, what it remembers and says."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu, QScrollArea
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.widgets.helpers import texts
from tests.widgets.windows import (
    QWEN,
    Stage,
    are_apart,
    banner,
    fill,
    names,
    open_stage,
    selected,
)
from tray_app.core.payloads import CopyRequest, ModelRef
from tray_app.core.pulls.progress import PullPhase, PullProgress
from tray_app.core.pulls.states import Hold, PullItem, PullState
from tray_app.core.records import ModelRecord, Server, ServerState
from tray_app.core.sharing import Freed, LayerIndex, freed
from tray_app.settings import Settings
from tray_app.text import size
from tray_app.views.main_window import status_bar


def test_the_first_download_opens_the_panel_later_ones_only_count(stage: Stage) -> None:
    window = stage.window
    assert window.panel.isHidden()
    stage.set_download(data.PULLS[0])
    assert not window.panel.isHidden()
    window.set_panel_open(False)
    stage.set_download(data.PULLS[1])
    stage.state.set_pull_summary(data.SUMMARY)
    assert window.panel.isHidden()
    assert window.top_bar.downloads.text() == "Downloads  3"
    assert "82%" in window.top_bar.downloads.toolTip()
    stage.state.set_downloads((data.PULLS[1], data.PULLS[0]))
    assert window.panel.shown_ids() == (data.PULLS[1].id, data.PULLS[0].id)
    window.show_pull(data.PULLS[0].id)
    assert not window.panel.isHidden()
    stage.state.set_downloads((data.PULLS[1],))
    assert window.panel.shown_ids() == (data.PULLS[1].id,)


def test_closing_hides_or_asks_to_quit(stage: Stage) -> None:
    window, told = stage.window, stage.told
    told.wishes.clear()
    window.close()
    assert window.isHidden()
    assert told.take("visibility_changed") == [False]
    assert told.take("quit_requested") == []
    window.come_to_front()
    assert told.take("visibility_changed") == [True]
    window.set_hides_on_close(False)
    window.close()
    assert window.isVisible()
    assert told.take("quit_requested") == [None]


def test_ages_run_only_while_somebody_looks(stage: Stage) -> None:
    window = stage.window
    assert window.status_bar.age == "Refreshed 12\u00a0s ago" or "12" in window.status_bar.age
    assert window._tick_timer.isActive()
    window.hide()
    assert not window._tick_timer.isActive()
    window._clock = lambda: data.NOW + timedelta(minutes=3)
    window.show()
    assert window._tick_timer.isActive()
    assert "3" in window.status_bar.age


def test_the_tip_is_shown_once(qtbot: QtBot) -> None:
    stage = open_stage(qtbot)
    stage.settings.set("tip_tray_seen", False)
    stage.window.set_hides_on_close(True)
    assert stage.window.tip.isVisible()
    got_it = stage.window.tip.button("got_it")
    assert got_it is not None
    got_it.click()
    assert not stage.window.tip.isVisible()
    assert stage.settings.values.tip_tray_seen
    stage.window.hide()


def test_the_next_window_looks_like_the_last(qtbot: QtBot) -> None:
    settings = Settings(None)
    stage = open_stage(qtbot, settings)
    fill(stage)
    first = stage.window
    first.resize(780, 560)
    first.view.columns.choose("family", True)
    first.view.columns.sort_by("size", True)
    first.choose_filter("updates")
    first.set_panel_open(True)
    first.hide()
    stage = open_stage(qtbot, settings)
    fill(stage)
    second = stage.window
    assert second.size() == first.size()
    assert second.view.columns.layout.keys == first.view.columns.layout.keys
    assert second.models.sort_column == ("size", True)
    assert names(second) == ["llava:13b", "mistral:7b"]
    assert second.filter_bar.current == "updates"
    assert not second.panel.isHidden()
    second.hide()


@pytest.mark.parametrize(("width", "height"), [(960, 600), (720, 440), (1600, 900)])
def test_nothing_is_cut_or_overlaps(stage: Stage, qtbot: QtBot, width: int, height: int) -> None:
    window = stage.window
    window.resize(width, height)
    top = window.top_bar
    parts = [top.server_button, top.search, top.downloads, top.pull, top.more_button]
    qtbot.waitUntil(lambda: are_apart(parts))
    assert parts[-1].geometry().right() <= top.width()
    assert top.pull.width() >= top.pull.sizeHint().width()
    chips = [window.filter_bar.chip(key) for key in ("all", "loaded", "updates", "cloud")]
    shown = [w for w in (*chips, *window.filter_bar.stops[5:]) if w.isVisible()]
    qtbot.waitUntil(lambda: are_apart(shown))
    assert window.height() == height


def test_names_for_screen_readers(stage: Stage) -> None:
    window = stage.window
    assert (
        window.top_bar.server_button.accessibleName()
        == "Server: This computer, online, version 0.33.1"
    )
    assert window.filter_bar.chip("loaded").accessibleName() == "Loaded, 2 models, filter"
    assert window.view.accessibleName() == "Models"
    assert window.top_bar.search.accessibleName() == "Search models"


def test_f6_goes_round(stage: Stage, qtbot: QtBot) -> None:
    window = stage.window
    window.view.setFocus()
    seen = []
    for _ in range(4):
        qtbot.keyClick(window, Qt.Key.Key_F6)
        focused = window.focusWidget()
        seen.append(
            next(
                name
                for name in ("top_bar", "filter_bar", "pane", "panel", "status_bar")
                if getattr(window, name).isAncestorOf(focused)
            )
        )
    assert seen == ["status_bar", "top_bar", "filter_bar", "pane"]


def test_what_is_shown_is_summed_up(stage: Stage) -> None:
    window = stage.window
    rows = [row for row in window.models.all_rows if "gemma" in row.record.name]
    window.top_bar.search.setText("gemma")
    window.refresh_now()
    on_disk = size(sum(row.disk_bytes for row in rows))
    assert window.status_bar.line == f"{len(rows)} of 11 models · {on_disk} on disk"
    window.top_bar.search.setText("")
    window.refresh_now()
    assert window.status_bar.line.startswith("11 models")


def test_what_is_read_out(stage: Stage, qtbot: QtBot) -> None:
    window = stage.window
    assert window.announcer.last_words == "Connected to This computer, 11 models"
    window.top_bar.search.setText("gemma")
    qtbot.waitUntil(lambda: window.announcer.last_words == "1 model shown")
    pull = data.PULLS[0]
    stage.set_download(pull)
    stage.set_download(replace(pull, state=PullState.VERIFYING))
    assert window.announcer.last_words == "1 model shown"
    stage.set_download(replace(pull, state=PullState.DONE))
    assert window.announcer.last_words == "Download finished: qwen3:14b"
    stage.set_download(replace(data.PULLS[3], state=PullState.DONE))
    assert window.announcer.last_words == "Download finished: qwen3:14b"


def test_what_a_selection_frees_is_not_worked_out_at_every_progress(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = stage.window
    worked_out: list[int] = []

    def spy(chosen: list[ModelRecord], models: list[ModelRecord], layer_index: LayerIndex) -> Freed:
        worked_out.append(len(models))
        return freed(chosen, models, layer_index)

    monkeypatch.setattr(status_bar, "freed", spy)
    window.view.selectAll()
    window.refresh_now()
    assert worked_out == [window.models.counts.all]
    line = window.status_bar.line
    for permille in range(100, 200, 10):
        progress = PullProgress(PullPhase.DOWNLOAD, 1, 2, True, permille)
        stage.set_download(replace(data.PULLS[0], name=QWEN.name, progress=progress))
        assert window._refresh_timer.isActive()
        window.refresh_now()
    assert worked_out == [window.models.counts.all]
    assert window.status_bar.line == line
    stage.state.set_layer_index(LayerIndex())
    window.refresh_now()
    assert len(worked_out) == 2


def test_a_copy_is_told_and_selected_once_it_is_in_the_list(stage: Stage) -> None:
    window = stage.window
    window.select(QWEN)
    stage.state.tell_copied(CopyRequest(QWEN, "my-copy"))
    assert banner(window) == "Copied qwen3:8b to my-copy."
    stage.set_snapshot(data.snapshot())
    assert selected(window) == ["qwen3:8b"]
    copy = replace(data.record("qwen3:8b"), name="my-copy:latest")
    stage.set_snapshot(data.snapshot((*data.MODELS, copy)))
    assert selected(window) == ["my-copy:latest"]


def test_a_copy_does_not_take_a_selection_that_was_made_since(stage: Stage) -> None:
    window = stage.window
    window.select(QWEN)
    stage.state.tell_copied(CopyRequest(QWEN, "my-copy"))
    window.select(ModelRef(data.SERVER, "mistral:7b"))
    copy = replace(data.record("qwen3:8b"), name="my-copy:latest")
    stage.set_snapshot(data.snapshot((*data.MODELS, copy)))
    assert selected(window) == ["mistral:7b"]


def test_a_model_that_the_server_spells_otherwise_is_shown(stage: Stage) -> None:
    first = data.MODELS[0]
    told = ModelRef(data.SERVER, first.name.upper())
    assert stage.window.select(told)
    assert [ref.name for ref in stage.window.view.selected_refs()] == [first.name]
    assert not stage.window.select(ModelRef(data.SERVER, "no-such:model"))


def test_a_download_that_waits_names_the_server_that_is_shown(stage: Stage) -> None:
    window = stage.window
    waiting = PullItem(
        "1", data.SERVER, "x:1", PullState.WAITING, data.NOW, hold=Hold.SERVER, position=1
    )
    stage.state.set_server(replace(stage.state.server, label="studio"))
    stage.state.set_downloads([waiting])
    window.set_panel_open(True)
    row = window.panel.row("1")
    assert row is not None
    assert "Waiting for “studio”" in texts(row)
    stage.state.set_server(replace(stage.state.server, label="nas"))
    assert "Waiting for “nas”" in texts(row)
    assert not any("on nas" in text for text in texts(row)), "there is no other"


def test_a_list_that_is_too_long_says_so_in_the_status_bar(stage: Stage) -> None:
    stage.set_snapshot(replace(data.snapshot(), left_out=99_989))
    stage.window.refresh_now()
    line = stage.window.status_bar.line.replace("\u00a0", " ")
    assert line.startswith("Showing the first 11 of 100,000 models")


@pytest.mark.parametrize(
    "other", [Server(data.SERVER, "", "nas:11434"), Server("nas", "", data.ADDRESS)]
)
def test_models_of_another_server_are_not_shown_as_those_of_this_one(
    stage: Stage, other: Server
) -> None:
    assert names(stage.window)
    stage.state.set_server(other)
    stage.window.refresh_now()
    assert names(stage.window) == []
    assert "models" not in stage.window.status_bar.line


def test_another_name_of_the_server_changes_no_list(stage: Stage) -> None:
    before = names(stage.window)
    stage.state.set_server(replace(stage.state.server, label="another"))
    assert names(stage.window) == before


@pytest.mark.parametrize("size", [(960, 600), (720, 440)])
def test_the_window_itself_scrolls_nowhere(
    qtbot: QtBot, qapp: QApplication, size: tuple[int, int]
) -> None:
    """Its parts do: the table, the downloads, a page."""
    stage = open_stage(qtbot)
    window = stage.window
    window.resize(*size)
    scroll = window.centralWidget()
    assert isinstance(scroll, QScrollArea)
    stage.settings.set("tip_tray_seen", False)
    window.set_hides_on_close(True)
    stage.set_download(data.PULLS[0])
    for is_away in (True, False):
        if is_away:
            stage.set_status(data.status(ServerState.OFFLINE))
        else:
            fill(stage)
        window.refresh_now()
        qapp.processEvents()
        assert window.tip.isVisible()
        assert window.panel.isVisible()
        assert scroll.verticalScrollBar().maximum() == 0


def test_nothing_of_the_window_is_a_window_of_its_own_but_menus(qtbot: QtBot) -> None:
    """What has no parent is ended by Python's collector, at any moment: in the middle of a new
    style, too, where Qt goes through all widgets that there are."""
    before = QApplication.topLevelWidgets()
    stage = open_stage(qtbot)
    fill(stage)
    new = [each for each in QApplication.topLevelWidgets() if each not in before]
    assert [each for each in new if not isinstance(each, QMenu)] == [stage.window]
    stage.window.set_hides_on_close(True)
    stage.window.hide()
