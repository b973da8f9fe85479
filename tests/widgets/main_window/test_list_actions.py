"""Lists in the main window: entries and their reasons, pasting, dragging, and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent, QGuiApplication
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.lists import RECIPES, SOURCE, text
from tests.support import facts
from tests.widgets.windows import Stage
from tray_app.core.errors import ServerFailed
from tray_app.core.file_failures import FileFailed
from tray_app.core.lists.reading import read_list
from tray_app.core.lists.records import ListEntry, Recipe
from tray_app.core.lists.requests import (
    Exported,
    ExportRequest,
    ImportRequest,
    ListRead,
    ListSource,
    RecipeFailed,
)
from tray_app.core.records import Server, ServerState
from tray_app.views.main_window.actions import Command

REQUEST = ExportRequest(data.SERVER, "/home/me/lists/mine.txt")


def reason(stage: Stage, command: Command) -> str:
    stage.window.fill_more_menu()
    return stage.window.actions_[command].reason


def banner(stage: Stage) -> str:
    shown = stage.window.pane.banner.shown
    return shown.text if shown is not None else ""


def test_more_has_both_entries_and_they_ask(stage: Stage) -> None:
    stage.window.fill_more_menu()
    names = [action.text() for action in stage.window.more_menu.actions()]
    at = names.index("Export model list…")
    assert names[at - 1 : at + 2] == [
        *("Create from file…", "Export model list…", "Import model list…"),
    ]
    exports: list[str] = []
    imports: list[ListSource] = []
    stage.commands.export_dialog_requested.connect(exports.append)
    stage.commands.import_dialog_requested.connect(imports.append)
    stage.window.actions_[Command.EXPORT_LIST].trigger()
    stage.window.actions_[Command.IMPORT_LIST].trigger()
    assert exports == [data.SERVER]
    assert imports == [ListSource(server_id=data.SERVER)]


def test_without_a_model_there_is_nothing_to_export(stage: Stage) -> None:
    facts.set_snapshot(stage.state, data.snapshot(()))
    assert reason(stage, Command.EXPORT_LIST) == "There’s nothing to export"
    assert reason(stage, Command.IMPORT_LIST) == ""


def test_a_server_that_is_away_has_no_lists(stage: Stage) -> None:
    facts.set_status(stage.state, data.status(ServerState.OFFLINE))
    for command in (Command.EXPORT_LIST, Command.IMPORT_LIST):
        assert reason(stage, command).startswith("Can’t reach “")


def test_under_all_servers_one_is_to_be_chosen(stage: Stage) -> None:
    others = (Server(data.SERVER, "", data.ADDRESS), Server("nas", "nas", "nas:11434"))
    stage.state.set_servers(others, data.SERVER, "")
    for command in (Command.EXPORT_LIST, Command.IMPORT_LIST):
        assert reason(stage, command) == "Choose one server first"


@pytest.mark.parametrize(
    ("words", "is_list"),
    [
        ("qwen3:8b\nllama3.2\n", True),
        ("ollama pull qwen3:8b\nollama pull phi4", True),
        ("qwen3:8b", False),
        ("ollama run qwen3:8b\n", False),
        ("A sentence of several words.\nAnother one follows it.", False),
    ],
)
def test_several_names_that_are_pasted_are_a_list(stage: Stage, words: str, is_list: bool) -> None:
    pulls: list[str] = []
    imports: list[ListSource] = []
    stage.commands.pull_dialog_requested.connect(pulls.append)
    stage.commands.import_dialog_requested.connect(imports.append)
    QGuiApplication.clipboard().setText(words)
    stage.window.actions_[Command.PASTE].trigger()
    assert (imports, pulls) == (
        ([ListSource(text=words.strip())], []) if is_list else ([], [words.strip()])
    )


def test_an_empty_clipboard_does_nothing(stage: Stage, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText(" ")
    with (
        qtbot.assertNotEmitted(stage.commands.pull_dialog_requested),
        qtbot.assertNotEmitted(stage.commands.import_dialog_requested),
    ):
        stage.window.actions_[Command.PASTE].trigger()


def dragged(path: str = "", words: str = "") -> QMimeData:
    found = QMimeData()
    if path:
        found.setUrls([QUrl.fromLocalFile(path)])
    else:
        found.setText(words)
    return found


def enter(stage: Stage, dropped: QMimeData) -> None:
    event = QDragEnterEvent(
        QPointF(9, 9).toPoint(),
        Qt.DropAction.CopyAction,
        dropped,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    stage.window.pane.dragEnterEvent(event)


def drop(stage: Stage, dropped: QMimeData) -> None:
    stage.window.pane.dropEvent(
        QDropEvent(
            QPointF(9, 9),
            Qt.DropAction.CopyAction,
            dropped,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


def overlay(stage: Stage) -> tuple[str, str]:
    shown = stage.window.pane._overlay
    return shown._title.text(), shown._body.text()


def test_a_list_that_is_dragged_over_is_read_and_counted(stage: Stage) -> None:
    reads: list[ListSource] = []
    imports: list[ListSource] = []
    stage.commands.list_read_requested.connect(reads.append)
    stage.commands.import_dialog_requested.connect(imports.append)
    file = dragged(SOURCE.path)
    enter(stage, file)
    assert reads == [SOURCE]
    assert overlay(stage) == ("Drop to import a model list", "You see the plan first.")
    models = read_list(text().encode(), "models-studio.txt", RECIPES.encode())
    # What is read for somebody else is none of this drag.
    stage.state.lists.tell_read(ListRead(ListSource("/other.txt"), models))
    assert overlay(stage)[0] == "Drop to import a model list"
    stage.state.lists.tell_read(ListRead(SOURCE, models))
    assert overlay(stage) == ("Drop to import 10 models", "You see the plan first.")
    drop(stage, file)
    assert imports == [SOURCE]
    assert stage.window.pane._overlay.isHidden()


def test_a_text_without_a_name_is_not_welcome(stage: Stage, qtbot: QtBot) -> None:
    file = dragged(SOURCE.path)
    enter(stage, file)
    stage.state.lists.tell_read(ListRead(SOURCE, read_list(b"no name", "x.txt")))
    assert overlay(stage)[0] == "Only GGUF files, model lists, names and links"
    with qtbot.assertNotEmitted(stage.commands.import_dialog_requested):
        drop(stage, file)


def test_a_list_that_cannot_be_read_is_not_welcome(stage: Stage) -> None:
    enter(stage, dragged(SOURCE.path))
    failure = FileFailed(SOURCE.path, "No such file")
    stage.state.lists.tell_read(ListRead(SOURCE, error=failure))
    assert overlay(stage)[0] == "Only GGUF files, model lists, names and links"


def test_several_names_can_be_dropped_as_text(stage: Stage, qtbot: QtBot) -> None:
    words = dragged(words="qwen3:8b\nphi4\n")
    enter(stage, words)
    with qtbot.waitSignal(stage.commands.import_dialog_requested) as told:
        drop(stage, words)
    assert told.args == [ListSource(text="qwen3:8b\nphi4\n")]


def test_an_export_is_said_with_a_way_to_its_folder(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    stage.state.lists.tell_exported(Exported(REQUEST, 11))
    assert banner(stage) == "Saved 11 models to mine.txt."
    button = stage.window.pane.banner.button("open_list_folder")
    assert button is not None
    assert button.text() == "Open folder"
    button.click()
    assert [Path(url.toLocalFile()) for url in opened] == [Path("/home/me/lists")]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            FileFailed(REQUEST.path, "Permission denied"),
            "The list wasn’t saved to mine.txt: Permission denied",
        ),
        (
            ServerFailed("x", "no", 500),
            "The list wasn’t saved to mine.txt: Ollama reports an error",
        ),
    ],
)
def test_an_export_that_failed_says_why(stage: Stage, error: FileFailed, words: str) -> None:
    stage.state.lists.tell_exported(Exported(REQUEST, error=error))
    assert banner(stage).startswith(words)


RECIPE = ListEntry(1, "notes:latest", recipe=Recipe("mistral:7b"))


@pytest.mark.parametrize(
    ("request_", "words", "opens"),
    [
        (
            ImportRequest(data.SERVER, ("a", "b", "c"), recipes=(RECIPE,)),
            "3 models are in the downloads. 1 model is made as soon as its base is here.",
            True,
        ),
        (ImportRequest(data.SERVER, ("a",)), "1 model is in the downloads.", True),
        (
            ImportRequest(data.SERVER, recipes=(RECIPE, RECIPE)),
            "2 models are made as soon as their base is here.",
            False,
        ),
    ],
)
def test_an_import_is_said_and_seen(
    stage: Stage, request_: ImportRequest, words: str, opens: bool
) -> None:
    stage.window.set_panel_open(False)
    stage.state.lists.tell_begun(request_)
    assert banner(stage) == words
    assert stage.window.panel.isHidden() is not opens


def test_a_recipe_that_failed_is_said(stage: Stage) -> None:
    stage.state.lists.tell_recipe_failed(RecipeFailed(data.SERVER, "notes:latest", "mistral:7b"))
    assert banner(stage) == "notes:latest wasn’t made: mistral:7b isn’t here."
