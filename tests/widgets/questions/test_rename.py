"""The question for another name: what is said of it while it is typed, and what is asked for."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.dialogs import ref
from tests.shots.scene import Scene, known
from tests.support import facts
from tests.widgets.helpers import emitted, shown, texts
from tray_app.core.creates.records import CreateItem, CreateRequest, CreateState
from tray_app.core.payloads import BusyModel, CopyRequest, RenameRequest, Verb
from tray_app.core.pulls.states import PullState
from tray_app.core.records import ServerState
from tray_app.views.questions.duplicate import DuplicateDialog
from tray_app.views.questions.rename import RenameDialog

QWEN, MISTRAL = data.record("qwen3:8b"), data.record("mistral:7b")
CASE_ONLY = (
    "Only upper and lower case differ. Ollama can’t rename that way: the model would be lost."
)
USUAL = "Apps that use the old name no longer find it."


@pytest.fixture
def scene() -> Scene:
    return known()


@pytest.fixture
def dialog(qtbot: QtBot, scene: Scene) -> RenameDialog:
    return shown(qtbot, RenameDialog(ref(MISTRAL), scene.state, scene.commands))


def said(dialog: RenameDialog) -> tuple[str, bool]:
    """What stands below the field, and whether the name can be had."""
    return dialog.name.helper.text(), dialog.rename_button.isEnabled()


def test_the_old_name_stands_there_without_its_tag_selected(
    qtbot: QtBot, scene: Scene, dialog: RenameDialog
) -> None:
    assert dialog.width() == 440
    assert "Rename mistral:7b &to" in texts(dialog)
    assert dialog.name.field.text() == "mistral:7b"
    assert dialog.name.field.selectedText() == "mistral"
    assert said(dialog) == (USUAL, False)
    assert dialog.name.field.accessibleDescription() == USUAL
    qtbot.keyClicks(dialog.name.field, "minutes")
    with emitted(scene.commands.rename_requested) as wishes:
        qtbot.keyClick(dialog.name.field, Qt.Key.Key_Return)
    assert wishes == [RenameRequest(ref(MISTRAL), "minutes:7b")]


def test_a_name_with_a_registry_is_selected_up_to_its_tag(qtbot: QtBot, scene: Scene) -> None:
    name = "localhost:5000/me/tiny:q4"
    models = (*data.MODELS, replace(MISTRAL, name=name))
    facts.set_snapshot(scene.state, data.snapshot(models))
    dialog = shown(qtbot, RenameDialog(ref(models[-1]), scene.state, scene.commands))
    assert dialog.name.field.selectedText() == "localhost:5000/me/tiny"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "Mistral:7B",
            CASE_ONLY,
        ),
        ("QWEN3:8b", "A model with this name exists."),
        ("mistral:local", "“:local” has a meaning of its own. Choose another tag."),
        ("mistral:7b-cloud", "“:cloud” has a meaning of its own. Choose another tag."),
        ("a b", "A name can’t contain a space."),
    ],
)
def test_names_that_are_refused(
    qtbot: QtBot, scene: Scene, dialog: RenameDialog, name: str, line: str
) -> None:
    dialog.name.field.setText(name)
    assert said(dialog) == (line, False)
    assert dialog.name.field.property("invalid")
    with emitted(scene.commands.rename_requested) as wishes:
        qtbot.keyClick(dialog.name.field, Qt.Key.Key_Return)
    assert wishes == []
    dialog.name.field.setText("fresh")
    assert said(dialog) == (USUAL, True)
    assert not dialog.name.field.property("invalid")


def test_what_is_going_on_has_to_end_first(scene: Scene, dialog: RenameDialog) -> None:
    dialog.name.field.setText("fresh")
    for verb, word in ((Verb.DELETE, "deleted"), (Verb.LOAD, "loaded"), (Verb.COPY, "worked on")):
        scene.state.set_busy(BusyModel(ref(MISTRAL), verb))
        line = f"mistral:7b is being {word}. Wait until that is done."
        assert said(dialog) == (line, False)
        assert not dialog.name.field.property("invalid")
        scene.state.set_busy(BusyModel(ref(MISTRAL), None))
    update = replace(data.PULLS[0], id="u", name=MISTRAL.name, old_digest=MISTRAL.digest)
    assert update.is_active
    facts.set_download(scene.state, update)
    assert said(dialog) == ("mistral:7b is being updated. Wait until that is done.", False)
    facts.remove_download(scene.state, "u")
    assert said(dialog) == (USUAL, True)


def test_a_name_that_a_model_is_coming_to_has_to_wait(scene: Scene, dialog: RenameDialog) -> None:
    coming = replace(data.PULLS[0], id="n", name="Fresh:latest", state=PullState.PAUSED)
    facts.set_download(scene.state, coming)
    dialog.name.field.setText("fresh")
    assert said(dialog) == ("fresh:latest is in the downloads. Wait until that is done.", False)
    facts.remove_download(scene.state, "n")
    assert said(dialog) == (USUAL, True)
    request = CreateRequest(data.SERVER, "fresh:latest", ("/x.gguf",))
    scene.state.creates.put(CreateItem("c", request, CreateState.MAKING, data.NOW))
    assert said(dialog)[1] is False
    scene.state.creates.put(CreateItem("c", request, CreateState.DONE, data.NOW))
    assert said(dialog)[1] is True


def test_a_loaded_model_is_unloaded_first_and_that_is_said(qtbot: QtBot, scene: Scene) -> None:
    dialog = shown(qtbot, RenameDialog(ref(QWEN), scene.state, scene.commands, is_kept=True))
    assert {
        "It’s loaded now and will be unloaded first.",
        "It stays kept loaded, under the new name.",
    } <= set(texts(dialog))
    facts.set_snapshot(scene.state, replace(data.snapshot(), running=()))
    assert dialog.loaded_note.isHidden()
    facts.set_snapshot(scene.state, data.snapshot())
    dialog.name.field.setText("main")
    with emitted(scene.commands.rename_requested) as wishes:
        dialog.rename_button.click()
    assert wishes == [RenameRequest(ref(QWEN), "main:latest", may_unload=True)]


def test_the_newest_version_is_renamed(scene: Scene, dialog: RenameDialog) -> None:
    newer = replace(MISTRAL, digest="e" * 64)
    models = tuple(newer if model is MISTRAL else model for model in data.MODELS)
    facts.set_snapshot(scene.state, data.snapshot(models))
    dialog.name.field.setText("main")
    with emitted(scene.commands.rename_requested) as wishes:
        dialog.rename_button.click()
    assert wishes == [RenameRequest(ref(newer), "main:latest")]


def test_each_list_is_looked_at(scene: Scene, dialog: RenameDialog) -> None:
    dialog.name.field.setText("main")
    models = (*data.MODELS, replace(QWEN, name="Main:latest"))
    facts.set_snapshot(scene.state, data.snapshot(models))
    assert said(dialog) == ("A model with this name exists.", False)
    facts.set_snapshot(scene.state, data.snapshot(data.MODELS[:3]))
    assert said(dialog) == ("This model was deleted.", False)


def test_a_server_that_is_away_cannot_rename(scene: Scene, dialog: RenameDialog) -> None:
    dialog.name.field.setText("main")
    facts.set_status(scene.state, data.status(ServerState.OFFLINE))
    assert not dialog.rename_button.isEnabled()
    assert "Can’t reach" in dialog.rename_button.toolTip()
    facts.set_status(scene.state, data.status())
    assert dialog.rename_button.isEnabled()


def test_two_lines_have_their_glyph_beside_the_first(qtbot: QtBot, dialog: RenameDialog) -> None:
    helper, height = dialog.name.helper, dialog.height()
    dialog.name.field.setText("fresh name")
    qtbot.waitUntil(helper._glyph.isVisible)
    one, line = helper._glyph.geometry().center().y(), helper.height()
    dialog.name.say_wrong(CASE_ONLY * 4)
    qtbot.waitUntil(lambda: helper.height() > line and dialog.height() > height)
    assert abs(helper._glyph.geometry().center().y() - one) <= 1


def test_a_copy_waits_for_what_comes_to_its_name(qtbot: QtBot, scene: Scene) -> None:
    dialog = shown(qtbot, DuplicateDialog(ref(QWEN), scene.state, scene.commands))
    coming = replace(data.PULLS[0], id="n", name="qwen3-copy:8b")
    facts.set_download(scene.state, coming)
    assert not dialog.duplicate_button.isEnabled()
    facts.remove_download(scene.state, "n")
    with emitted(scene.commands.copy_requested) as wishes:
        dialog.duplicate_button.click()
    assert wishes == [CopyRequest(ref(QWEN), "qwen3-copy:8b")]
