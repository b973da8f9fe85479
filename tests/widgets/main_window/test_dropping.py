"""What is dragged over the main window: what is said, what is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from tests.shots import data
from tests.widgets.helpers import emitted, texts
from tests.widgets.windows import Stage
from tray_app.core.payloads import CreatePaths
from tray_app.views.main_window.actions import Command
from tray_app.views.main_window.drop_overlay import DropOverlay, Dropped
from tray_app.views.main_window.dropping import judge


def files(*paths: Path | str) -> QMimeData:
    made = QMimeData()
    made.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return made


def words(text: str) -> QMimeData:
    made = QMimeData()
    made.setText(text)
    return made


def gguf(folder: Path, name: str, size: int = 1_000_000) -> Path:
    path = folder / name
    path.write_bytes(b"GGUF")
    with path.open("r+b") as file:
        file.truncate(size)
    return path


def test_a_file_is_made_into_a_model(tmp_path: Path) -> None:
    path = gguf(tmp_path, "Mistral-Small-24B-Q5_K_M.gguf", 17_000_000)
    found = judge(files(path), "This computer")
    assert found == Dropped(
        "Drop to create mistral-small-24b",
        "17\u00a0MB will be uploaded to “This computer”. You see what it costs first.",
        "file",
        paths=(str(path),),
    )


def test_parts_and_a_projector_are_one_model(tmp_path: Path) -> None:
    names = ["x-00001-of-00002.gguf", "x-00002-of-00002.gguf", "mmproj-x.gguf"]
    found = judge(files(*(gguf(tmp_path, name) for name in names)))
    assert found.title == "Drop to create x"
    assert found.body == "3\u00a0MB will be uploaded. You see what it costs first."
    assert {Path(path).name for path in found.paths} == set(names)


def test_other_files_are_several_models(tmp_path: Path) -> None:
    found = judge(files(gguf(tmp_path, "a.gguf"), gguf(tmp_path, "b.gguf"), "/x/notes.txt"))
    assert found.title == "Drop to create 2 models"
    assert len(found.paths) == 2


@pytest.mark.parametrize(
    "dragged", [files("/x/photo.jpg"), files("/x"), words("not a name, is it?"), QMimeData()]
)
def test_nothing_comes_of_anything_else(dragged: QMimeData) -> None:
    found = judge(dragged)
    assert found.title == "Only GGUF files, model lists, names and links"
    assert not found.is_welcome


@pytest.mark.parametrize(
    ("dragged", "name"),
    [(words("qwen3:8b"), "qwen3:8b"), (words("ollama run phi4"), "phi4")],
)
def test_a_name_is_pulled(dragged: QMimeData, name: str) -> None:
    assert judge(dragged) == Dropped(f"Drop to pull {name}", name=name)


def enter(stage: Stage, dragged: QMimeData) -> DropOverlay:
    pane = stage.window.pane
    event = QDragEnterEvent(
        QPoint(50, 50),
        Qt.DropAction.CopyAction,
        dragged,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(pane, event)
    overlay = pane.findChild(DropOverlay)
    assert overlay is not None
    return overlay


def drop(stage: Stage, dragged: QMimeData) -> QDropEvent:
    """As file managers offer it: to be moved."""
    actions = Qt.DropAction
    event = QDropEvent(
        QPointF(50, 50),
        actions.CopyAction | actions.MoveAction,
        dragged,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.setDropAction(actions.MoveAction)
    QApplication.sendEvent(stage.window.pane, event)
    return event


def test_a_file_is_dropped_on_the_window(stage: Stage, tmp_path: Path) -> None:
    path = gguf(tmp_path, "x-Q8_0.gguf")
    dragged = files(path)
    overlay = enter(stage, dragged)
    assert overlay.isVisible()
    assert texts(overlay) == [
        "Drop to create x",
        "1\u00a0MB will be uploaded to “This computer”. You see what it costs first.",
    ]
    with emitted(stage.commands.create_dialog_requested) as asked:
        event = drop(stage, dragged)
    assert asked == [CreatePaths((str(path),))]
    assert event.isAccepted()
    assert event.dropAction() is Qt.DropAction.CopyAction  # or it might be removed
    assert not overlay.isVisible()


def test_a_drag_that_leaves_asks_for_nothing(stage: Stage, tmp_path: Path) -> None:
    overlay = enter(stage, files(gguf(tmp_path, "x.gguf")))
    QApplication.sendEvent(stage.window.pane, QDragLeaveEvent())
    assert not overlay.isVisible()


def test_what_is_not_welcome_is_not_taken(stage: Stage) -> None:
    dragged = files("/x/photo.jpg")
    overlay = enter(stage, dragged)
    assert texts(overlay) == ["Only GGUF files, model lists, names and links"]
    with (
        emitted(stage.commands.create_dialog_requested) as asked,
        emitted(stage.commands.pull_dialog_requested) as pulled,
    ):
        drop(stage, dragged)
    assert (asked, pulled) == ([], [])


def test_of_several_servers_one_is_still_to_be_chosen(several: Stage, tmp_path: Path) -> None:
    assert len(several.state.shown_servers) > 1
    several.window.refresh_now()
    overlay = enter(several, files(gguf(tmp_path, "x.gguf")))
    assert texts(overlay)[1] == "1\u00a0MB will be uploaded. You see what it costs first."


def test_the_command_asks_for_a_file(stage: Stage) -> None:
    action = stage.window.actions_[Command.CREATE]
    assert action.shortcut().toString() == "Ctrl+O"
    with emitted(stage.commands.create_dialog_requested) as asked:
        action.trigger()
    assert asked == [CreatePaths(())]
    stage.window.fill_more_menu()
    assert action in stage.window.more_menu.actions()


def test_the_empty_page_offers_it(empty_stage: Stage) -> None:
    empty_stage.set_snapshot(data.snapshot(()))
    empty_stage.window.refresh_now()
    button = empty_stage.window.pane.page.button("create")
    assert button is not None
    assert button.text() == "Create from file…"
    with emitted(empty_stage.commands.create_dialog_requested) as asked:
        button.click()
    assert asked == [CreatePaths(())]
