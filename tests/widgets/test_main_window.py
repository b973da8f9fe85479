"""The main window: which page and banner, what buttons and keys ask for, what is remembered."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from tests import shots_data as data
from tests.widgets.windows import Stage, fill, names, open_stage, selected
from tray_app.core.messages import DeleteOutcome, LoadWish, ModelRef, ModelRefs, Recommendations
from tray_app.core.records import ServerState, Snapshot
from tray_app.itemmodels.rows import Badge
from tray_app.settings import Settings
from tray_app.views.components.banner import BannerText
from tray_app.views.components.buttons import Button
from tray_app.views.main_window import MainWindow
from tray_app.views.state_page import PageText
from tray_app.views.window_state import Screen

QWEN = ModelRef(data.SERVER, "qwen3:8b", data.digest("qwen3:8b"))


def are_apart(widgets: Sequence[QWidget]) -> bool:
    """Whether each stands right of the one before."""
    return all(a.geometry().right() < b.geometry().left() for a, b in pairwise(widgets))


def banner(window: MainWindow) -> str:
    """What the banner says; "" when there is none."""
    shown = window.pane.banner.shown
    return shown.text if shown else ""


def shown(window: MainWindow) -> Screen:
    return window.pane.shown_screen


def page_of(window: MainWindow) -> PageText:
    """The page in place of the table."""
    assert window.pane.page.isVisible()
    assert window.pane.page.shown is not None
    return window.pane.page.shown


def click(window: MainWindow, key: str) -> None:
    """Click a button of the page."""
    button = window.pane.page.button(key)
    assert button is not None
    button.click()


def click_banner(window: MainWindow, key: str) -> None:
    button = window.pane.banner.button(key)
    assert button is not None
    button.click()


def entries(menu: object) -> dict[str, QAction]:
    """The entries of a menu by their words."""
    assert isinstance(menu, QMenu)
    return {action.text().partition("\t")[0]: action for action in menu.actions()}


def pick(stage: Stage, *picked: str) -> None:
    stage.window.view.clearSelection()
    for name in picked:
        stage.window.view.selectRow(stage.window.models.find((data.SERVER, name)).row())
        if len(picked) > 1:
            break
    flags = stage.window.view.selectionModel().SelectionFlag
    for name in picked[1:]:
        index = stage.window.models.find((data.SERVER, name))
        stage.window.view.selectionModel().select(index, flags.Select | flags.Rows)
    stage.window.refresh_now()


# pages and banners


def test_first_come_grey_shapes_after_a_while(empty_stage: Stage, qtbot: QtBot) -> None:
    window = empty_stage.window
    assert shown(window) is Screen.SKELETON
    window.set_status(data.status(ServerState.CONNECTING, reached=False))
    window.refresh_now()
    assert window.pane.banner.shown is None
    qtbot.waitUntil(lambda: window.pane.banner.shown is not None)
    assert "Connecting to “This computer”…" in banner(window)
    window.set_status(data.status(ServerState.STARTING, reached=False))
    window.refresh_now()
    assert "graphics cards" in banner(window)
    fill(window)
    assert window.pane.banner.shown is None
    assert shown(window) is Screen.TABLE


def test_never_reached_says_why_and_what_to_do(empty_stage: Stage, qtbot: QtBot) -> None:
    window, told = empty_stage.window, empty_stage.told
    window.set_can_start(True)
    window.set_status(data.status(ServerState.OFFLINE, reached=False))
    window.refresh_now()
    page = window.pane.page
    assert page_of(window).title == "Can’t reach Ollama"
    assert "127.0.0.1:11434" in page_of(window).body
    assert [button.text for button in page_of(window).buttons] == [
        "Start Ollama", "Retry", "Change server…",
    ]  # fmt: skip
    assert window.focusWidget() is page.button("start")
    assert window.filter_bar.isHidden()
    assert window.status_bar.line.startswith("Offline since")
    click(window, "start")
    click(window, "retry")
    click(window, "change_server")
    assert told.take("server_start_requested") == [None]
    assert told.take("refresh_requested") == [None]
    assert told.take("settings_requested") == ["servers"]


def test_lost_later_keeps_the_list_and_says_so(stage: Stage) -> None:
    window = stage.window
    pick(stage, "qwen3:8b")
    window.set_status(data.status(ServerState.OFFLINE))
    window.refresh_now()
    assert len(names(window)) == 11
    assert "This is the list from 14:32" in banner(window)
    assert all(Badge.LOADED not in row.badges for row in window.models.all_rows)
    assert window.filter_bar.button("details").isEnabled()
    for key in ("load", "update", "delete"):
        button = window.filter_bar.button(key)
        assert not button.isEnabled()
        assert "Can’t reach “This computer”" in button.toolTip()
    assert window.filter_bar.chip("loaded").isHidden()
    assert window.status_bar.age == "Last reached 14:32"
    fill(window)
    window.set_status(data.status())
    window.refresh_now()
    assert window.pane.banner.shown is None
    assert not window.filter_bar.chip("loaded").isHidden()


def test_no_models_suggests_some(empty_stage: Stage) -> None:
    window, told = empty_stage.window, empty_stage.told
    window.set_status(data.status())
    window.set_snapshot(data.snapshot(()))
    window.set_recommendations(Recommendations("another", data.SUGGESTIONS))
    window.refresh_now()
    page = window.pane.page
    assert page_of(window).title == "No models yet"
    assert len(page_of(window).suggestions) == 0
    window.set_recommendations(Recommendations(data.SERVER, data.SUGGESTIONS))
    window.refresh_now()
    pulls = [b for b in page.findChildren(Button) if b.text() == "Pull…"]
    pulls[1].click()
    click(window, "pull")
    assert told.take("pull_dialog_requested") == ["qwen3:8b", ""]
    assert window.status_bar.line == "No models"


def test_a_search_without_result_offers_to_pull(stage: Stage) -> None:
    window, told = stage.window, stage.told
    window.top_bar.search.setText("qwn")
    window.refresh_now()
    page = window.pane.page
    assert page_of(window).title == "No model matches “qwn”"
    assert page_of(window).body == "11 models are hidden by the search."
    assert window.status_bar.line == "0 of 11 models"
    click(window, "pull_search")
    assert told.take("pull_dialog_requested") == ["qwn"]
    window.top_bar.search.setText("no such / name")
    window.refresh_now()
    assert page.button("pull_search") is None
    click(window, "clear_search")
    window.refresh_now()
    assert shown(window) is Screen.TABLE


def test_an_empty_filter_has_its_own_page(stage: Stage) -> None:
    window = stage.window
    window.choose_filter("loaded")
    assert len(names(window)) == 2
    idle = Snapshot(data.SERVER, data.MODELS, (), "0.33.1", data.NOW, 0.0)
    window.set_snapshot(idle)
    window.refresh_now()
    assert page_of(window).title == "No model is loaded"
    assert not window.filter_bar.chip("loaded").isHidden()
    click(window, "show_all")
    window.refresh_now()
    assert len(names(window)) == 11
    assert stage.settings.values.filter_chip == "all"


def test_a_notice_gives_way_to_trouble(stage: Stage) -> None:
    window, told = stage.window, stage.told
    window.show_notice(BannerText("Deleted a:1b.", actions=(("pull:a:1b", "Pull again"),)))
    assert banner(window) == "Deleted a:1b."
    window.set_status(data.status(ServerState.OFFLINE))
    window.refresh_now()
    assert "Can’t reach" in banner(window)
    window.set_status(data.status())
    window.refresh_now()
    click_banner(window, "pull:a:1b")
    assert told.take("pull_dialog_requested") == ["a:1b"]
    assert window.pane.banner.shown is None


# what is asked for


def test_every_disabled_action_says_why(stage: Stage) -> None:
    window = stage.window
    window.view.clearSelection()
    window.refresh_now()
    bar = window.filter_bar
    for key in ("details", "load", "update", "delete"):
        assert not bar.button(key).isEnabled()
        assert "Select a model first" in bar.button(key).toolTip()
    pick(stage, "gpt-oss:120b-cloud")
    assert "Cloud models aren’t loaded here" in bar.button("load").toolTip()
    assert bar.button("delete").isEnabled()
    assert "No newer version" in bar.button("update").toolTip()
    pick(stage, "mistral:7b", "qwen3:8b")
    assert "Select one model only" in bar.button("details").toolTip()
    assert bar.button("update").isEnabled()
    assert bar.button("load").text() == "Load"
    assert (
        window.status_bar.line == "2 of 11 selected · 9.6\u00a0GB, deleting them frees 5.2\u00a0GB"
    )


def test_buttons_and_keys_ask(stage: Stage, qtbot: QtBot) -> None:
    window, told = stage.window, stage.told
    pick(stage, "qwen3:8b")
    window.view.setFocus()
    key = Qt.Key
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window.view, key.Key_Return)
    qtbot.keyClick(window.view, key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    window.filter_bar.button("details").click()
    assert told.take("details_requested") == [QWEN] * 3
    qtbot.keyClick(window.view, key.Key_Delete)
    assert told.take("delete_requested") == [ModelRefs((QWEN,))]
    qtbot.keyClick(window.view, key.Key_L, control)
    assert told.take("unload_requested") == [QWEN]
    qtbot.keyClick(window.view, key.Key_D, control)
    assert told.take("duplicate_requested") == [QWEN]
    qtbot.keyClick(window.view, key.Key_C, control)
    assert QGuiApplication.clipboard().text() == "qwen3:8b"
    QGuiApplication.clipboard().setText(" ollama run llava:7b ")
    qtbot.keyClick(window.view, key.Key_V, control)
    qtbot.keyClick(window.view, key.Key_N, control)
    assert told.take("pull_dialog_requested") == ["ollama run llava:7b", ""]
    qtbot.keyClick(window.view, key.Key_F5)
    qtbot.keyClick(window.view, key.Key_Comma, control)
    qtbot.keyClick(window.view, key.Key_Q, control)
    assert told.take("refresh_requested") == [None]
    assert told.take("settings_requested") == [""]
    assert told.take("quit_requested") == [None]
    qtbot.keyClick(window.view, key.Key_2, control)
    assert window.filter_bar.current == "loaded"
    qtbot.keyClick(window.view, key.Key_1, control)
    qtbot.keyClick(window.view, key.Key_J, control)
    assert not window.panel.isHidden()
    assert stage.settings.values.panel_open


def test_the_search_has_its_own_delete_key(stage: Stage, qtbot: QtBot) -> None:
    window, told = stage.window, stage.told
    pick(stage, "qwen3:8b")
    qtbot.keyClick(window.view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.top_bar.search.hasFocus()
    qtbot.keyClicks(window.top_bar.search, "qwen")
    assert len(names(window)) == 3  # one by its family
    qtbot.keyClick(window.top_bar.search, Qt.Key.Key_Home)
    qtbot.keyClick(window.top_bar.search, Qt.Key.Key_Delete)
    assert window.top_bar.search.text() == "wen"
    assert told.take("delete_requested") == []
    qtbot.keyClick(window.top_bar.search, Qt.Key.Key_Escape)
    assert window.top_bar.search.text() == ""
    qtbot.keyClick(window.top_bar.search, Qt.Key.Key_Escape)
    assert window.view.hasFocus()


def test_mixed_selections_load_what_is_not_loaded(stage: Stage) -> None:
    pick(stage, "qwen3:8b", "phi4:14b", "gpt-oss:120b-cloud")
    stage.window.filter_bar.button("load").click()
    phi = ModelRef(data.SERVER, "phi4:14b", data.digest("phi4:14b"))
    assert stage.told.take("load_requested") == [LoadWish(phi)]
    pick(stage, "qwen3:8b", "llama3.2:latest")
    assert stage.window.filter_bar.button("load").text() == "Unload"


def test_the_row_menu(stage: Stage) -> None:
    window, told = stage.window, stage.told
    pick(stage, "qwen3:8b")
    menu = window.wishes.row_menu()
    texts = [action.text().partition("\t")[0] for action in menu.actions()]
    assert texts == [
        "Show details", "Unload", "Keep loaded", "", "Update", "",
        "Copy name", "Copy “ollama run” command", "Open page on ollama.com", "",
        "Duplicate…", "Delete…",
    ]  # fmt: skip
    by_text = entries(menu)
    assert not by_text["Update"].isEnabled()
    assert not by_text["Keep loaded"].isChecked()
    by_text["Keep loaded"].trigger()
    assert told.take("load_requested") == [LoadWish(QWEN, -1, 4096)]
    by_text["Copy “ollama run” command"].trigger()
    assert QGuiApplication.clipboard().text() == "ollama run qwen3:8b"
    by_text["Delete…"].trigger()
    assert told.take("delete_requested") == [ModelRefs((QWEN,))]


def test_a_right_click_takes_the_row_under_it(stage: Stage, qtbot: QtBot) -> None:
    window = stage.window
    pick(stage, "qwen3:8b")
    where = window.view.visualRect(window.models.find((data.SERVER, "phi4:14b"))).center()
    qtbot.mouseClick(window.view.viewport(), Qt.MouseButton.RightButton, pos=where)
    assert selected(window) == ["phi4:14b"]
    window.view.customContextMenuRequested.emit(where)
    shown = [m for m in window.view.findChildren(QMenu) if m.isVisible()]
    assert len(shown) == 1
    shown[0].close()


def test_the_more_menu(stage: Stage) -> None:
    window, told = stage.window, stage.told
    window.wishes.fill_more_menu()
    by_text = entries(window.wishes.more_menu)
    by_text["Unload all"].trigger()
    assert {ref.name for ref in told.take("unload_requested")} == {"qwen3:8b", "llama3.2:latest"}
    by_text["Settings…"].trigger()
    by_text["About Ollama Tray"].trigger()
    assert told.take("settings_requested") == ["", "about"]
    entries(by_text["Sort by"].menu())["Size"].trigger()
    assert window.models.sort_column == ("size", True)
    entries(by_text["Columns"].menu())["Digest"].trigger()
    assert "digest" in window.view.columns.layout.keys


def test_dropping_a_link_opens_the_pull_dialog(stage: Stage) -> None:
    window, told = stage.window, stage.told
    none, button = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    copy = Qt.DropAction.CopyAction
    for words, expected in (
        ("https://ollama.com/library/qwen3:8b", ["qwen3:8b"]),
        ("two words here, no name", []),
    ):
        mime = QMimeData()
        mime.setText(words)
        window.pane.dragEnterEvent(QDragEnterEvent(QPoint(9, 9), copy, mime, button, none))
        assert window.pane._overlay.isVisible()
        window.pane.dropEvent(QDropEvent(QPoint(9, 9), copy, mime, button, none))
        assert not window.pane._overlay.isVisible()
        assert told.take("pull_dialog_requested") == expected


# downloads


def test_the_first_download_opens_the_panel_later_ones_only_count(stage: Stage) -> None:
    window = stage.window
    assert window.panel.isHidden()
    window.pulls.set_item(data.PULLS[0])
    assert not window.panel.isHidden()
    window.set_panel_open(False)
    window.pulls.set_item(data.PULLS[1])
    window.set_pull_summary(data.SUMMARY)
    assert window.panel.isHidden()
    assert window.top_bar.downloads.text() == "Downloads  3"
    assert "82%" in window.top_bar.downloads.toolTip()
    window.pulls.set_order([data.PULLS[1].id, data.PULLS[0].id])
    assert window.panel.shown_ids() == (data.PULLS[1].id, data.PULLS[0].id)
    window.show_pull(data.PULLS[0].id)
    assert not window.panel.isHidden()
    window.pulls.remove(data.PULLS[0].id)
    assert window.panel.shown_ids() == (data.PULLS[1].id,)


# coming, going, remembering


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
    window.clock = lambda: data.NOW + timedelta(minutes=3)
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
    first = open_stage(qtbot, settings).window
    fill(first)
    first.resize(780, 560)
    first.view.columns.choose("family", True)
    first.view.columns.sort_by("size", True)
    first.choose_filter("updates")
    first.set_panel_open(True)
    first.hide()
    second = open_stage(qtbot, settings).window
    fill(second)
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


def test_the_demo_is_marked(stage: Stage) -> None:
    stage.window.set_demo(True)
    assert stage.window.top_bar._demo.isVisible()
    assert "demo" in stage.window.windowTitle()


def test_a_server_that_nobody_set_up_is_shown(empty_stage: Stage) -> None:
    window = empty_stage.window
    window.set_status(replace(data.status(), server_id="demo"))
    models = tuple(replace(model, server_id="demo") for model in data.MODELS)
    window.set_snapshot(replace(data.snapshot(models), server_id="demo", running=()))
    window.refresh_now()
    assert shown(window) is Screen.TABLE
    assert window.server_id == "demo"
    assert window.models.index(0, 1).data() == "This computer"


def test_a_delete_is_told_with_its_way_back(stage: Stage) -> None:
    window = stage.window
    window.show_deleted(DeleteOutcome((QWEN,), ()), data.book())
    assert banner(window) == "Deleted qwen3:8b, 5.2\u00a0GB freed."
    click_banner(window, "pull:qwen3:8b")
    assert stage.told.take("pull_dialog_requested") == ["qwen3:8b"]
