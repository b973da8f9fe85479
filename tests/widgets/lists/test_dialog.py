"""The plan of an import as a person sees and uses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.lists import (
    GB,
    OLD,
    PUBLISHED,
    SOURCE,
    dialog,
    looked_up,
    pull,
    scene,
)
from tests.shots.scene import Scene
from tests.support import facts
from tests.widgets.helpers import emitted
from tray_app.core.estimate import DiskSpace
from tray_app.core.file_failures import FileFailed
from tray_app.core.lists.reading import read_list
from tray_app.core.lists.requests import (
    ExportRequest,
    ImportRequest,
    ListLookup,
    ListQuestion,
    ListRead,
    ListSource,
    ServerSpace,
)
from tray_app.core.payloads import ModelRef, ModelRefs
from tray_app.core.pulls.states import PullState
from tray_app.core.records import Server, ServerState
from tray_app.core.remarks import Remark
from tray_app.core.updates.facts import ModelVerdict
from tray_app.core.updates.verdicts import Marks, Verdict
from tray_app.text.lists import delete_rest_title
from tray_app.views.dialogs import Dialogs
from tray_app.views.lists.chooser import ask_where_to_save
from tray_app.views.lists.dialog import ImportDialog
from tray_app.views.questions.delete import DeleteDialog

Opened = Callable[..., ImportDialog]


@pytest.fixture
def made(qtbot: QtBot) -> Scene:
    return scene(is_several=False)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    found = QWidget()
    qtbot.addWidget(found)
    found.show()
    return found


@pytest.fixture
def opened(window: QWidget, made: Scene) -> Opened:
    def open_(words: str = "", **more: object) -> ImportDialog:
        found = dialog(made, words, parent=window, **more)  # type: ignore[arg-type]
        QAbstractItemModelTester(found.plan, found)
        return found

    return open_


def plain(words: str) -> str:
    """With spaces that may break."""
    return words.replace("\u00a0", " ")


def rows(found: ImportDialog) -> list[str]:
    """What a screen reader says of each."""
    role = Qt.ItemDataRole.AccessibleTextRole
    return [plain(str(found.plan.index(row).data(role))) for row in range(found.plan.rowCount())]


PLAN = [
    "qwen3:14b, To download, 9.3 gigabytes, ticked",
    "gemma3:12b, To download, 8.1 gigabytes, ticked",
    "qwen2.5-coder:7b, Another version is published now, 4.7 gigabytes, ticked",
    "llava:13b, Here, another version, 7.4 gigabytes, not ticked",
    "minutes:latest, Recipe, made after mistral:7b, ticked",
    "llama3.2:latest, Here",
    "mistral:7b, Here",
    "qwen3:8b, Here",
    "deepseek-r1:70b, In the downloads, 66%",
    "old-experiment:latest, Not found at ollama.com",
    "Line 11: “qwen 3 8b”, Not a name: it contains a space",
]


def test_every_line_is_said(opened: Opened) -> None:
    found = opened()
    assert rows(found) == PLAN
    assert found.title.text() == "models-studio.txt"
    assert found.detail.text() == (
        "Ollama models of “studio”, 24 April 2026 · 11 lines with recipes"
    )
    assert plain(found.sum.text()) == "4 of 11: 22 GB to download"
    assert plain(found.room.text()) == (
        "212 GB free on /usr/share/ollama, 189 GB afterwards. The downloads go into the queue."
    )
    assert found.import_button.text() == "&Import 4 models"
    assert found.servers.isHidden()
    tip = Qt.ItemDataRole.ToolTipRole
    assert found.plan.index(2).data(tip) == (
        f"In the list: {OLD[:12]}\n"
        f"At ollama.com now: {data.digest('published qwen2.5-coder:7b')[:12]}"
    )
    accessible = QAccessible.queryAccessibleInterface(found.view)
    assert accessible is not None
    assert accessible.text(QAccessible.Text.Name) == "Lines of the list"


def test_what_is_asked_is_asked_once_and_ended(window: QWidget, made: Scene) -> None:
    questions: list[ListQuestion] = []
    stops: list[bool] = []
    reads: list[ListSource] = []
    made.commands.list_look_up_requested.connect(questions.append)
    made.commands.list_look_up_stop_requested.connect(lambda: stops.append(True))
    made.commands.list_read_requested.connect(reads.append)
    found = dialog(made, parent=window)
    assert reads == [SOURCE]
    assert [question.names for question in questions] == [(*PUBLISHED, "old-experiment:latest")]
    found.reject()
    assert stops == [True]
    assert not found.isVisible()


def test_the_keyboard_ticks(opened: Opened, qtbot: QtBot) -> None:
    found = opened()
    found.activateWindow()
    found.view.setFocus()
    assert found.view.currentIndex().row() == 0
    qtbot.keyClick(found.view, Qt.Key.Key_Space)
    assert rows(found)[0].endswith("not ticked")
    assert plain(found.sum.text()) == "3 of 11: 12 GB to download"
    assert found.import_button.text() == "&Import 3 models"
    for _ in range(3):
        qtbot.keyClick(found.view, Qt.Key.Key_Down)
    qtbot.keyClick(found.view, Qt.Key.Key_Space)
    assert rows(found)[3].endswith(", ticked")
    qtbot.keyClick(found.view, Qt.Key.Key_Space)
    qtbot.keyClick(found.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert found.import_button.text() == "&Import 5 models"
    # A line without a choice stays as it is.
    found.view.setCurrentIndex(found.plan.index(6))
    qtbot.keyClick(found.view, Qt.Key.Key_Space)
    assert rows(found)[5:] == PLAN[5:]


def test_what_a_tick_amounts_to_is_spoken_once(
    opened: Opened, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(
        "tray_app.views.lists.dialog.announce", lambda _, words: said.append(plain(words))
    )
    found = opened()
    qtbot.waitUntil(lambda: bool(said))
    assert said == ["4 of 11: 22 GB to download"]
    for row in range(3):
        found.plan.tick([row], False)
    qtbot.waitUntil(lambda: len(said) > 1)
    assert said[1:] == ["1 of 11: nothing to download"]


def test_the_mouse_ticks_one_and_many(opened: Opened) -> None:
    found = opened()

    def click(row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        place = found.view.visualRect(found.plan.index(row)).center()
        QTest.mouseClick(found.view.viewport(), Qt.MouseButton.LeftButton, modifier, place)

    click(0)
    assert found.plan.is_ticked(found.plan.line(0)) is False
    click(4, Qt.KeyboardModifier.ShiftModifier)
    assert [found.plan.is_ticked(found.plan.line(row)) for row in range(5)] == [False] * 5
    assert plain(found.sum.text()) == "Nothing is chosen"
    assert not found.import_button.isEnabled()
    assert found.import_button.toolTip() == "Choose a model"
    # Beneath the last line there is nothing to click.
    QTest.mouseClick(
        found.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, found.view.height() + 50)
    )
    assert plain(found.sum.text()) == "Nothing is chosen"


def test_import_asks_for_what_is_ticked(opened: Opened, made: Scene, qtbot: QtBot) -> None:
    found = opened()
    wanted: list[ImportRequest] = []
    made.commands.import_requested.connect(wanted.append)
    found.plan.tick([3], True)
    found.import_button.click()
    (request,) = wanted
    assert request.pulls == ("qwen3:14b", "gemma3:12b", "qwen2.5-coder:7b")
    assert [(ref.name, ref.digest) for ref in request.updates] == [
        ("llava:13b", data.digest("llava:13b"))
    ]
    assert [entry.name for entry in request.recipes] == ["minutes:latest"]
    assert not found.isVisible()


def test_enter_imports(opened: Opened, made: Scene, qtbot: QtBot) -> None:
    found = opened()
    found.view.setFocus()
    with qtbot.waitSignal(made.commands.import_requested):
        qtbot.keyClick(found.view, Qt.Key.Key_Return)


def test_what_is_not_listed_is_asked_about_apart(opened: Opened, made: Scene) -> None:
    for name in ("phi4:14b", "gemma3:4b"):
        key = (data.SERVER, name)
        marks = Marks(is_pinned=name == "phi4:14b", is_backup=name == "gemma3:4b")
        made.state.set_verdict(ModelVerdict(key, Verdict(), marks))
    found = opened()
    # Of eleven: five are listed, “qwen3:8b” is loaded and listed, one is pinned, one a backup.
    assert found.delete_box.text().startswith("Also &delete the 5 models that aren’t listed")
    assert found.delete_box.toolTip() == "Pinned, starred, kept and loaded models stay."
    asked: list[ModelRefs] = []
    found.delete_wanted.connect(asked.append)
    found.delete_box.setChecked(True)
    assert found.import_button.text() == "&Import 4, delete 5…"
    found.plan.tick(range(5), False)
    assert found.import_button.text() == "&Delete 5…"
    assert found.import_button.isEnabled()
    imported: list[ImportRequest] = []
    made.commands.import_requested.connect(imported.append)
    found.import_button.click()
    assert imported == []
    assert {ref.name for ref in asked[0].refs} == {
        "deepseek-r1:14b",
        "gpt-oss:120b-cloud",
        "hf.co/bartowski/Qwen2.5-Coder-14B-Instruct-GGUF:Q4_K_M",
        "meeting-notes:latest",
        "nomic-embed-text:latest",
    }


def test_a_loaded_model_is_never_deleted(opened: Opened) -> None:
    found = opened("mistral:7b\n", recipes="")
    names = {record.name for record in found._unlisted.models}
    assert not names & {row.name for row in data.RUNNING}


def test_everything_is_here(opened: Opened) -> None:
    found = opened("llama3.2\nmistral:7b\n", recipes="")
    assert rows(found) == ["llama3.2:latest, Here", "mistral:7b, Here"]
    assert (plain(found.sum.text()), found.room.text()) == (
        *("Everything is here", "Nothing has to be done."),
    )
    assert not found.import_button.isEnabled()


def test_a_disk_that_is_too_small_can_be_cleared(opened: Opened, made: Scene) -> None:
    found = opened()
    assert found.free_button.isHidden()
    made.state.lists.set_space(ServerSpace(data.SERVER, DiskSpace("/srv", 9 * GB)))
    found._refresh()
    with emitted(made.commands.disk_dialog_requested) as asked:
        found.free_button.click()
    (target,) = asked
    assert (target.server_id, target.name) == (data.SERVER, "models-studio.txt")
    assert 13 * GB < target.missing_bytes < 15 * GB


def test_a_starred_model_stays(opened: Opened, made: Scene) -> None:
    found = opened("mistral:7b\n", recipes="")
    before = {record.name for record in found._unlisted.models}
    assert "phi4:14b" in before
    made.state.remarks.put((data.SERVER, "phi4:14b"), Remark(True))
    found._refresh()
    assert {record.name for record in found._unlisted.models} == before - {"phi4:14b"}


def test_nothing_can_be_had(opened: Opened) -> None:
    found = opened("gone\n", recipes="")
    assert rows(found) == ["gone:latest, Not found at ollama.com"]
    assert plain(found.sum.text()) == "Nothing of it can be imported"


def test_a_file_without_names(opened: Opened, made: Scene, qtbot: QtBot) -> None:
    found = opened("Shopping for Saturday\nTwo eggs\n", recipes="")
    assert found.notice.title == "There’s no model name in this file"
    assert found.notice.body == (
        "Line 1: “Shopping for Saturday” isn’t a name. One name a line is expected; lines that "
        "begin with # are left out."
    )
    assert not found.import_button.isEnabled()
    with qtbot.waitSignal(made.commands.import_dialog_requested) as told:
        found.notice.button.click()
    assert told.args == [ListSource(server_id=data.SERVER)]
    assert not found.isVisible()


def test_a_file_that_cannot_be_read(window: QWidget, made: Scene) -> None:
    found = ImportDialog(SOURCE, made.settings, made.state, made.commands, window)
    found.show()
    assert found.notice.title == "Reading the list…"
    # Of another list nothing is shown here.
    other = ListSource("/other.txt")
    made.state.lists.tell_read(ListRead(other, read_list(b"qwen3:8b", "other.txt")))
    assert found.notice.title == "Reading the list…"
    made.state.lists.tell_read(ListRead(SOURCE, error=FileFailed(SOURCE.path, "No such file")))
    assert found.notice.title == "The file can’t be read"
    assert found.notice.body == f"{SOURCE.path}: No such file"


def test_lines_change_as_the_world_does(opened: Opened, made: Scene, qtbot: QtBot) -> None:
    found = opened()
    running = replace(pull(), id="q", name="qwen3:14b", state=PullState.WAITING, progress=None)
    facts.set_download(made.state, running)
    qtbot.waitUntil(lambda: rows(found)[0] == "qwen3:14b, In the downloads")
    assert found.import_button.text() == "&Import 3 models"
    here = replace(data.record("qwen3:8b"), name="gemma3:12b")
    facts.set_snapshot(made.state, data.snapshot((*data.MODELS, here)))
    qtbot.waitUntil(lambda: rows(found)[1] == "gemma3:12b, Here")
    # They keep their places, and a person's ticks.
    assert rows(found)[2:] == PLAN[2:]


def test_the_order_is_made_when_all_is_known(opened: Opened, made: Scene) -> None:
    found = opened(done=0)
    before = rows(found)
    assert before[:2] == ["qwen3:14b, To download, ticked", "gemma3:12b, To download, ticked"]
    assert "old-experiment:latest, To download, ticked" in before[:6]
    assert found.notice.title == "Looking up 5 models…"
    assert found.import_button.isEnabled()
    current = next(row for row, words in enumerate(before) if words.startswith("old-exp"))
    found.view.setCurrentIndex(found.plan.index(current))
    for name in (*PUBLISHED, "old-experiment:latest"):
        made.state.lists.put(looked_up(name))
    made.state.lists.set_lookup(ListLookup(data.SERVER, 5, 5))
    found._refresh()
    assert rows(found) == PLAN
    assert found.view.currentIndex().row() == PLAN.index(
        "old-experiment:latest, Not found at ollama.com"
    )
    assert found.notice.isHidden()


def test_sizes_that_are_not_known_yet_are_said(opened: Opened) -> None:
    found = opened(done=2)
    assert plain(found.sum.text()).endswith("to download so far")


def test_it_does_not_fit(opened: Opened, made: Scene) -> None:
    made.state.lists.set_space(ServerSpace(data.SERVER, DiskSpace("/models", 9_000_000_000)))
    found = opened()
    assert plain(found.sum.text()) == "23 GB to download, and 9 GB are free"
    assert found.import_button.isEnabled()


def test_another_server_is_another_plan(qtbot: QtBot, window: QWidget) -> None:
    made = scene()
    found = dialog(made, parent=window)
    assert not found.servers.isHidden()
    assert found.servers.count() == 2
    questions: list[ListQuestion] = []
    made.commands.list_look_up_requested.connect(questions.append)
    found.servers.setCurrentIndex(1)
    found.servers.activated.emit(1)
    # Nothing is known of it.
    assert found.notice.title == "Can’t reach “studio”"
    assert not found.import_button.isEnabled()
    assert questions == []
    facts.set_status(made.state, replace(data.status(), server_id="studio"))
    here = replace(data.snapshot(()), server_id="studio")
    facts.set_snapshot(made.state, here)
    qtbot.waitUntil(lambda: bool(questions))
    assert questions[0].server_id == "studio"
    assert "llama3.2:latest" in questions[0].names
    qtbot.waitUntil(lambda: found.plan.rowCount() == 11)
    assert found.delete_box.isHidden()


def test_a_server_that_goes_away_is_said(opened: Opened, made: Scene, qtbot: QtBot) -> None:
    found = opened()
    facts.set_status(made.state, data.status(ServerState.OFFLINE))
    qtbot.waitUntil(lambda: not found.import_button.isEnabled())
    assert found.notice.title == "Can’t reach “This computer”"
    facts.set_status(made.state, data.status())
    qtbot.waitUntil(lambda: not found.card.isHidden())


def test_a_removed_server_leaves_the_choice(window: QWidget) -> None:
    made = scene()
    found = dialog(made, parent=window)
    made.state.set_servers(
        (Server(data.SERVER, "This computer", data.ADDRESS),), data.SERVER, data.SERVER
    )
    assert found.servers.isHidden()
    assert found.server_id == data.SERVER


def test_long_words_leave_room_for_the_name(opened: Opened) -> None:
    found = opened(f"{'n' * 79}:{'t' * 79}  # sha256:{OLD}\n{'bad name ' * 30}\n", recipes="")
    found.resize(640, 440)
    assert not found.view.grab().isNull()


# Around it.


def test_dialogs_open_it_and_ask_apart(window: QWidget, made: Scene) -> None:
    dialogs = Dialogs(made.settings, made.state, made.commands, window, window)
    found = dialogs.open_import(SOURCE)
    assert found is not None
    refs = ModelRefs((ModelRef(data.SERVER, "gemma3:4b"), ModelRef(data.SERVER, "phi4:14b")))
    found.accept()
    found.delete_wanted.emit(refs)
    question = dialogs._find(DeleteDialog)
    assert question is not None
    assert question.texts()[0] == "Delete 2 models that aren’t listed?"
    question.reject()


def test_the_question_names_the_server_where_there_are_several() -> None:
    assert delete_rest_title(1) == "Delete 1 model that isn’t listed?"
    assert delete_rest_title(3, "nas") == "Delete 3 models that aren’t listed from “nas”?"


def test_a_file_is_asked_for_first(window: QWidget, made: Scene, tmp_path: Path) -> None:
    dialogs = Dialogs(made.settings, made.state, made.commands, window, window)
    assert dialogs.open_import(ListSource(server_id=data.SERVER)) is None
    chooser = chooser_of(window)
    assert chooser.windowTitle() == "Import model list"
    file = tmp_path / "mine.txt"
    file.write_text("qwen3:8b\n", encoding="utf-8")
    chooser.fileSelected.emit(str(file))
    chooser.reject()
    found = dialogs._find(ImportDialog)
    assert found is not None
    assert found.title.text() == "mine.txt"
    found.reject()


@pytest.mark.parametrize(
    ("kind", "typed", "saved"),
    [
        ("Model list (*.txt)", "mine", "mine.txt"),
        ("Model list (*.txt)", "mine.txt", "mine.txt"),
        ("Model list with recipes (*.json)", "mine.txt", "mine.json"),
        ("Model list with recipes (*.json)", "mine", "mine.json"),
        ("Model list with recipes (*.json)", "mine.json", "mine.json"),
    ],
)
def test_the_kind_of_file_is_the_chosen_one(
    window: QWidget, tmp_path: Path, kind: str, typed: str, saved: str
) -> None:
    taken: list[str] = []
    chooser = ask_where_to_save(window, "This computer", taken.append)
    assert chooser.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    names = [Path(name).name for name in chooser.selectedFiles()]
    assert names == ["ollama-models-this-computer.txt"]
    chooser.selectNameFilter(kind)
    chooser.fileSelected.emit(str(tmp_path / typed))
    chooser.reject()
    assert taken == [str(tmp_path / saved)]


def test_no_file_is_replaced_that_nobody_was_asked_about(window: QWidget, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("{}", encoding="utf-8")
    taken: list[str] = []
    chooser = ask_where_to_save(window, "This computer", taken.append)
    chooser.selectNameFilter("Model list with recipes (*.json)")
    chooser.fileSelected.emit(str(tmp_path / "mine.txt"))
    chooser.reject()
    assert taken == [str(tmp_path / "mine-2.json")]


def test_an_export_is_asked_for(window: QWidget, made: Scene, tmp_path: Path) -> None:
    dialogs = Dialogs(made.settings, made.state, made.commands, window, window)
    wanted: list[ExportRequest] = []
    made.commands.export_requested.connect(wanted.append)
    dialogs.open_export(data.SERVER)
    chooser = chooser_of(window)
    chooser.fileSelected.emit(str(tmp_path / "x.txt"))
    chooser.reject()
    assert wanted == [ExportRequest(data.SERVER, str(tmp_path / "x.txt"))]


def chooser_of(window: QWidget) -> QFileDialog:
    (found,) = window.findChildren(QFileDialog)
    assert isinstance(found, QFileDialog)
    return found
