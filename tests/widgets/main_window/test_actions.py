"""What buttons, menus, keys and drops of the main window ask for."""

from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.widgets.windows import QWEN, Stage, entries, names, page_of, pick, selected
from tray_app.core.keeping.records import KeepRequest
from tray_app.core.payloads import BusyModel, DiskTarget, LoadRequest, ModelRef, ModelRefs, Verb
from tray_app.core.remarks import Remark
from tray_app.views.downloads.panel_row import RowRequest
from tray_app.views.downloads.row_states import RowAction
from tray_app.views.main_window.actions import Command


def test_every_disabled_action_says_why(stage: Stage) -> None:
    window = stage.window
    window.view.clearSelection()
    window.refresh_now()
    bar = window.filter_bar
    for key in ("details", "load", "delete"):
        assert not bar.button(key).isEnabled()
        assert "Select a model first" in bar.button(key).toolTip()
    pick(stage, "gpt-oss:120b-cloud")
    assert "Cloud models aren’t loaded here" in bar.button("load").toolTip()
    assert bar.button("delete").isEnabled()
    pick(stage, "mistral:7b", "qwen3:8b")
    assert "Select one model only" in bar.button("details").toolTip()
    assert bar.button("load").text() == "Load"
    assert (
        window.status_bar.line == "2 of 11 selected · 9.6\u00a0GB, deleting them frees 5.2\u00a0GB"
    )


def test_stars_are_given_and_taken(stage: Stage, qtbot: QtBot) -> None:
    window, told = stage.window, stage.told
    control = Qt.KeyboardModifier.ControlModifier
    remarks = stage.state.remarks
    assert not window.filter_bar.chip("starred").isVisible()
    pick(stage, "qwen3:8b", "mistral:7b")
    qtbot.keyClick(window.view, Qt.Key.Key_B, control)
    (refs,) = told.take("star_requested")
    assert {each.name for each in refs.refs} == {"qwen3:8b", "mistral:7b"}
    remarks.put(QWEN.key, Remark(True, "Daily driver"))
    window.refresh_now()
    assert not window.actions_[Command.STAR].isChecked(), "one of two"
    assert window.filter_bar.chip("starred").isVisible()
    pick(stage, "qwen3:8b")
    assert window.actions_[Command.STAR].isChecked()
    window.actions_[Command.STAR].trigger()
    assert told.take("unstar_requested") == [ModelRefs((QWEN,))]
    qtbot.keyClick(window, Qt.Key.Key_5, control)
    window.refresh_now()
    assert names(window) == ["qwen3:8b"]
    remarks.put(QWEN.key, Remark(False, "Daily driver"))
    window.refresh_now()
    page = page_of(window)
    assert (page.title, page.body) == (
        "No model is starred", "Star a model in its menu or in its details."
    )  # fmt: skip


def test_disk_space_is_that_of_one_server(stage: Stage) -> None:
    stage.window.actions_[Command.DISK_SPACE].trigger()
    assert stage.told.take("disk_dialog_requested") == [DiskTarget(data.SERVER)]


def test_buttons_and_keys_ask(stage: Stage, qtbot: QtBot) -> None:
    window, told = stage.window, stage.told
    pick(stage, "qwen3:8b")
    window.view.setFocus()
    key = Qt.Key
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window.view, key.Key_Return)
    qtbot.keyClick(window.view, key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    window.filter_bar.button("details").click()
    assert told.take("details_dialog_requested") == [QWEN] * 3
    qtbot.keyClick(window.view, key.Key_Delete)
    assert told.take("delete_dialog_requested") == [ModelRefs((QWEN,))]
    qtbot.keyClick(window.view, key.Key_L, control)
    assert told.take("unload_requested") == [QWEN]
    qtbot.keyClick(window.view, key.Key_D, control)
    assert told.take("duplicate_dialog_requested") == [QWEN]
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
    assert told.take("settings_dialog_requested") == [""]
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
    assert told.take("delete_dialog_requested") == []
    qtbot.keyClick(window.top_bar.search, Qt.Key.Key_Escape)
    assert window.top_bar.search.text() == ""
    qtbot.keyClick(window.top_bar.search, Qt.Key.Key_Escape)
    assert window.view.hasFocus()


def test_mixed_selections_load_what_is_not_loaded(stage: Stage) -> None:
    pick(stage, "qwen3:8b", "phi4:14b", "gpt-oss:120b-cloud")
    stage.window.filter_bar.button("load").click()
    phi = ModelRef(data.SERVER, "phi4:14b", data.digest("phi4:14b"))
    assert stage.told.take("load_requested") == [LoadRequest(phi)]
    pick(stage, "qwen3:8b", "llama3.2:latest")
    assert stage.window.filter_bar.button("load").text() == "Unload"


def test_the_row_menu(stage: Stage) -> None:
    window, told = stage.window, stage.told
    pick(stage, "qwen3:8b")
    menu = window.row_menu()
    texts = [action.text().partition("\t")[0] for action in menu.actions()]
    assert texts == [
        "Show details", "Unload", "Load with", "Keep loaded", "",
        "Update", "Check for update", "Pin this version", "Starred", "What differs…", "",
        "New from this model…", "Rename…", "Duplicate…", "",
        "Copy name", "Copy “ollama run” command", "Open page on ollama.com", "",
        "Delete…",
    ]  # fmt: skip
    by_text = entries(menu)
    assert not by_text["Keep loaded"].isChecked()
    by_text["Keep loaded"].trigger()
    assert told.take("keep_requested") == [KeepRequest(QWEN)]
    by_text["Copy “ollama run” command"].trigger()
    assert QGuiApplication.clipboard().text() == "ollama run qwen3:8b"
    by_text["Rename…"].trigger()
    assert told.take("rename_dialog_requested") == [QWEN]
    by_text["Delete…"].trigger()
    assert told.take("delete_dialog_requested") == [ModelRefs((QWEN,))]


def test_rename_says_why_not(stage: Stage, qtbot: QtBot) -> None:
    window = stage.window
    action = window.actions_[Command.RENAME]
    pick(stage)
    assert action.reason == "Select a model first"
    pick(stage, "qwen3:8b", "mistral:7b")
    assert action.reason == "Select one model only"
    pick(stage, "gpt-oss:120b-cloud")
    assert action.isEnabled()
    pick(stage, "qwen3:8b")
    qtbot.keyClick(window.view, Qt.Key.Key_F2)
    assert stage.told.take("rename_dialog_requested") == [QWEN]
    stage.state.set_busy(BusyModel(QWEN, Verb.RENAME))
    window.refresh_now()
    assert action.reason == "Wait until the current action has finished"
    stage.state.set_busy(BusyModel(QWEN, None))
    stage.set_snapshot(data.snapshot((replace(data.record("qwen3:8b"), name="x:local"),)))
    pick(stage, "x:local")
    assert "can’t be renamed" in action.reason
    window.model_actions.rename()
    assert stage.told.take("rename_dialog_requested") == []


def test_a_copied_command_runs_nothing_but_ollama(stage: Stage) -> None:
    evil, keys = "x; touch pwned", "x; touch pwned\n\x1b[201~"
    models = tuple(replace(data.record("qwen3:8b"), name=name) for name in (evil, keys))
    stage.set_snapshot(data.snapshot(models))
    pick(stage, evil)
    entries(stage.window.row_menu())["Copy “ollama run” command"].trigger()
    assert QGuiApplication.clipboard().text() == "ollama run 'x; touch pwned'"
    pick(stage, keys)
    menu = entries(stage.window.row_menu())
    assert "Copy “ollama run” command" not in menu
    menu["Copy name"].trigger()
    assert QGuiApplication.clipboard().text() == "x; touch pwned\ufffd\ufffd[201~"


def test_a_right_click_takes_the_row_under_it(stage: Stage, qtbot: QtBot) -> None:
    window = stage.window
    pick(stage, "qwen3:8b")
    where = window.view.visualRect(window.models.find((data.SERVER, "phi4:14b"))).center()
    qtbot.mouseClick(window.view.viewport(), Qt.MouseButton.RightButton, pos=where)
    assert selected(window) == ["phi4:14b"]
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, where)
    QCoreApplication.sendEvent(window.view.viewport(), event)
    shown = [m for m in window.view.findChildren(QMenu) if m.isVisible()]
    assert len(shown) == 1
    shown[0].close()


def test_the_more_menu(stage: Stage) -> None:
    window, told = stage.window, stage.told
    window.fill_more_menu()
    by_text = entries(window.more_menu)
    by_text["Unload all"].trigger()
    assert {ref.name for ref in told.take("unload_requested")} == {"qwen3:8b", "llama3.2:latest"}
    by_text["Settings…"].trigger()
    by_text["About Ollama Tray"].trigger()
    assert told.take("settings_dialog_requested") == ["", "about"]
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


def test_the_menu_key_opens_at_the_current_row(stage: Stage) -> None:
    window = stage.window
    pick(stage, "llava:13b")
    wished: list[QPoint] = []
    window.view.menu_requested.disconnect()
    window.view.menu_requested.connect(wished.append)
    reason = QContextMenuEvent.Reason.Keyboard
    QCoreApplication.sendEvent(
        window.view.viewport(), QContextMenuEvent(reason, QPoint(700, 5), QPoint(700, 5))
    )
    row = window.view.visualRect(window.models.find((data.SERVER, "llava:13b")))
    assert window.view.viewport().mapFromGlobal(wished[0]) == row.bottomLeft() + QPoint(44, 0)


def test_the_panel_gives_commands(stage: Stage) -> None:
    window, told = stage.window, stage.told
    actions = {
        f"pull_{action}_requested": action
        for action in RowAction
        if hasattr(stage.commands, f"pull_{action}_requested") and action is not RowAction.SHOW
    }
    assert len(actions) == 6
    actions["update_changed_dialog_requested"] = RowAction.LOOK
    told.listen(stage.commands, list(actions))
    for name, action in actions.items():
        window.panel.list._on_row_requested(RowRequest("7", action))
        assert told.take(name) == ["7"]


def test_a_load_can_be_stopped(stage: Stage, qtbot: QtBot) -> None:
    window = stage.window
    seen: list[object] = []
    stage.commands.load_stop_requested.connect(seen.append)
    mistral = ModelRef(data.SERVER, "mistral:7b", data.digest("mistral:7b"))
    window.select(mistral)
    stage.state.set_busy(BusyModel(mistral, Verb.LOAD))
    window.refresh_now()
    load = window.actions_[Command.LOAD]
    assert (load.text(), load.isEnabled()) == ("Stop loading", True)
    load.trigger()
    assert seen == [mistral]
    assert stage.told.take("load_requested") == []
    assert not window.actions_[Command.DELETE].isEnabled()
    stage.state.set_busy(BusyModel(mistral, None))
    window.refresh_now()
    assert load.text() == "Load"
