"""The question before a delete, a duplicate, a quit; and message boxes."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots import dialogs as pictures
from tests.shots.dialogs import ref
from tests.shots.scene import Scene, known
from tests.support import facts
from tests.widgets.helpers import button, clipboard, emitted, plain, shown, texts
from tray_app.core.payloads import CopyRequest, DeleteRequest, ModelRefs
from tray_app.core.pulls.states import PullState
from tray_app.core.records import Layer, LayerKind, ModelRecord
from tray_app.core.sharing import Freed, KnownLayers, LayerIndex, freed
from tray_app.settings import ServerEntry
from tray_app.text import Message
from tray_app.text.deleting import DeleteGroup
from tray_app.views.components.message_box import MessageBox
from tray_app.views.questions import delete
from tray_app.views.questions.delete import DeleteDialog
from tray_app.views.questions.duplicate import DuplicateDialog
from tray_app.views.questions.running_pulls import QuitDialog


@pytest.fixture
def scene() -> Scene:
    """As in the pictures, without downloads."""
    made = known()
    made.state.set_downloads(())
    return made


def ask(qtbot: QtBot, scene: Scene, *records: ModelRecord) -> DeleteDialog:
    """The question about these, which are on the server whatever was there before."""
    others = [model for model in data.MODELS if model.key not in {each.key for each in records}]
    facts.set_snapshot(scene.state, data.snapshot((*others, *records)))
    refs = ModelRefs(tuple(map(ref, records)))
    return shown(qtbot, DeleteDialog(refs, scene.settings, scene.state, scene.commands))


def said(dialog: DeleteDialog) -> list[str]:
    return [text.replace("\u00a0", " ") for text in dialog.texts()]


QWEN, MISTRAL = data.record("qwen3:8b"), data.record("mistral:7b")
LOADED = (
    "It’s loaded now and will be unloaded first. Apps that are using it will stop getting answers."
)


def test_one_loaded_model(qtbot: QtBot, scene: Scene) -> None:
    dialog = ask(qtbot, scene, QWEN)
    assert dialog.windowTitle() == "Delete model"
    assert said(dialog) == [
        "Delete qwen3:8b?",
        "This frees 5.2 GB. You can pull it again as long as ollama.com has it.",
        LOADED,
    ]


def test_what_is_shared_stays(qtbot: QtBot, scene: Scene) -> None:
    assert said(ask(qtbot, scene, MISTRAL))[1:] == [
        "This frees 1.3 KB of 4.4 GB. You can pull it again as long as ollama.com has it.",
        "The other 4.4 GB are shared with meeting-notes:latest and stay.",
    ]


def test_unknown_sharing_is_an_upper_bound(qtbot: QtBot, scene: Scene) -> None:
    dialog = ask(qtbot, scene, MISTRAL)
    scene.state.set_layer_index(LayerIndex())
    assert (
        said(dialog)[1]
        == "This frees up to 4.4 GB. You can pull it again as long as ollama.com has it."
    )
    assert len(said(dialog)) == 2


def test_the_server_is_named_where_there_are_several(qtbot: QtBot) -> None:
    scene = known("studio")
    servers = (ServerEntry(data.SERVER, "studio", data.ADDRESS), ServerEntry("nas", "", "nas"))
    scene.settings.set("servers", servers)
    assert said(ask(qtbot, scene, MISTRAL))[0] == "Delete mistral:7b from “studio”?"


def test_several_share_with_each_other(qtbot: QtBot, scene: Scene) -> None:
    notes = data.record("meeting-notes:latest")
    dialog = ask(qtbot, scene, notes, MISTRAL, QWEN)
    assert said(dialog)[:2] == [
        "Delete 3 models?",
        (
            "This frees 9.6 GB. meeting-notes:latest and mistral:7b share 4.4 GB "
            "of the 13 GB listed here."
        ),
    ]
    assert plain(dialog.delete_button.text()) == "Delete 3 models"
    assert "Loaded now" in texts(dialog)


def test_a_cloud_entry(qtbot: QtBot, scene: Scene) -> None:
    dialog = ask(qtbot, scene, data.record("gpt-oss:120b-cloud"))
    assert said(dialog)[1] == "This removes the entry only. Nothing is stored here."


def test_a_model_made_here_is_lost_for_good(qtbot: QtBot, scene: Scene) -> None:
    dialog = ask(qtbot, scene, data.record("meeting-notes:latest"))
    assert "Made on this server. It can’t be pulled again." not in said(dialog)
    notes = data.record("meeting-notes:latest")
    made = replace(notes, details=replace(notes.details, parent_model="mistral:7b"))
    dialog = ask(qtbot, scene, made)
    assert "Made on this server. It can’t be pulled again." in said(dialog)
    assert not any("pull it again" in text for text in said(dialog))


def test_a_library_model_that_names_a_file_can_be_pulled_again(qtbot: QtBot, scene: Scene) -> None:
    path = replace(QWEN, details=replace(QWEN.details, parent_model="/Users/build/models/x.gguf"))
    dialog = ask(qtbot, scene, path)
    assert not any(text.startswith("Made on this server") for text in said(dialog))
    assert "You can pull it again as long as ollama.com has it." in said(dialog)[1]


def test_a_copy_is_not_promised_to_be_on_a_registry(qtbot: QtBot, scene: Scene) -> None:
    copy = replace(MISTRAL, name="mine:latest")
    dialog = ask(qtbot, scene, copy)
    assert said(dialog)[1:] == [
        "This frees no disk space.",
        "All 4.4 GB are shared with mistral:7b and meeting-notes:latest and stay.",
    ]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_the_button_that_has_the_focus_wins(qtbot: QtBot, scene: Scene, key: Qt.Key) -> None:
    with emitted(scene.commands.delete_requested) as asked:
        dialog = ask(qtbot, scene, QWEN)
        dialog.delete_button.setFocus()
        qtbot.keyClick(dialog.delete_button, key)
        assert not dialog.isVisible()
        dialog = ask(qtbot, scene, QWEN)
        dialog.cancel_button.setFocus()
        qtbot.keyClick(dialog.cancel_button, key)
        assert not dialog.isVisible()
    assert len(asked) == 1, "the first alone"


def test_enter_elsewhere_and_escape_cancel(qtbot: QtBot, scene: Scene) -> None:
    with emitted(scene.commands.delete_requested) as asked:
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
            dialog = ask(qtbot, scene, QWEN)
            dialog.delete_button.setFocus()
            qtbot.keyClick(dialog if key == Qt.Key.Key_Return else dialog.delete_button, key)
            assert not dialog.isVisible()
    assert asked == []


def test_enter_on_a_button_of_another_question_is_that_button(qtbot: QtBot, scene: Scene) -> None:
    with emitted(scene.commands.quit_now_requested) as asked:
        for title, count in (("Cancel", 0), ("Quit", 1)):
            dialog = shown(qtbot, QuitDialog(2, scene.commands))
            chosen = button(dialog, title)
            chosen.setFocus()
            qtbot.keyClick(chosen, Qt.Key.Key_Return)
            assert len(asked) == count
            assert not dialog.isVisible()


def test_enter_on_a_button_of_a_message_is_that_button(qtbot: QtBot) -> None:
    box = shown(qtbot, MessageBox(Message("Title", "Body", details="raw")))
    copy = button(box, "Copy")
    copy.setFocus()
    qtbot.keyClick(copy, Qt.Key.Key_Return)
    assert clipboard().startswith("Title")
    assert box.isVisible(), "Copy leaves it open"
    close = button(box, "Close")
    close.setFocus()
    qtbot.keyClick(close, Qt.Key.Key_Return)
    assert not box.isVisible()


def test_a_download_that_shares_layers_is_waited_for(qtbot: QtBot, scene: Scene) -> None:
    running = data.PULLS[0]
    assert running.progress is not None
    shared = running.progress.layers[0]
    layer = Layer(shared.digest, LayerKind.MODEL, shared.total_bytes)
    dialog = ask(qtbot, scene, QWEN)
    scene.state.set_layer_index(LayerIndex({QWEN.digest: KnownLayers((layer,), is_whole=True)}))
    facts.set_download(scene.state, running)
    assert any(text.startswith("qwen3:14b is being downloaded") for text in said(dialog))
    facts.set_download(scene.state, replace(running, state=PullState.DONE))
    assert not any("is being downloaded" in text for text in said(dialog))


def test_progress_of_a_download_does_not_have_it_worked_out_again(
    qtbot: QtBot, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = ask(qtbot, scene, QWEN)
    worked_out: list[int] = []

    def spy(
        chosen: tuple[ModelRecord, ...], models: tuple[ModelRecord, ...], layers: LayerIndex
    ) -> Freed:
        worked_out.append(len(models))
        return freed(chosen, models, layers)

    monkeypatch.setattr(delete, "freed", spy)
    running = data.PULLS[0]
    assert running.progress is not None
    for permille in range(0, 1000, 100):
        moved = replace(running, progress=replace(running.progress, permille=permille))
        facts.set_download(scene.state, moved)
    assert worked_out == []
    facts.set_snapshot(scene.state, data.snapshot())
    assert worked_out == [len(data.MODELS)]
    dialog.reject()


def test_cancel_is_default_and_focused(qtbot: QtBot, scene: Scene) -> None:
    dialog = ask(qtbot, scene, QWEN)
    qtbot.waitUntil(dialog.cancel_button.hasFocus)
    assert dialog.cancel_button.isDefault()
    with emitted(scene.commands.delete_requested) as wishes:
        qtbot.keyClick(dialog.cancel_button, Qt.Key.Key_Return)
    assert wishes == []
    assert not dialog.isVisible()


def test_escape_cancels(qtbot: QtBot, scene: Scene) -> None:
    dialog = ask(qtbot, scene, QWEN)
    with emitted(scene.commands.delete_requested) as wishes:
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert wishes == []
    assert not dialog.isVisible()


def test_delete_takes_a_deliberate_key(qtbot: QtBot, scene: Scene) -> None:
    dialog = ask(qtbot, scene, QWEN)
    with emitted(scene.commands.delete_requested) as wishes:
        qtbot.keyClick(dialog, Qt.Key.Key_D, Qt.KeyboardModifier.AltModifier)
        qtbot.waitUntil(lambda: bool(wishes))  # a button pressed by its mnemonic is seen to move
    assert wishes == [DeleteRequest((ref(QWEN),), ("qwen3:8b",))]
    assert not dialog.isVisible()


def test_the_wish_has_the_digests_that_were_seen(qtbot: QtBot, scene: Scene) -> None:
    dialog = ask(qtbot, scene, QWEN, MISTRAL)
    newer = replace(MISTRAL, digest="e" * 64)
    facts.set_snapshot(scene.state, replace(data.snapshot((newer, QWEN)), running=()))
    with emitted(scene.commands.delete_requested) as wishes:
        dialog.delete_button.click()
    assert wishes == [DeleteRequest((ref(QWEN), ref(MISTRAL)))]


def test_many_models_scroll(qtbot: QtBot, scene: Scene) -> None:
    few, many = ask(qtbot, scene, *data.MODELS[:6]), ask(qtbot, scene, *data.MODELS)
    assert many.height() <= few.height() + 60


def test_no_text_is_cut_off(qtbot: QtBot, scene: Scene) -> None:
    dialog = ask(qtbot, scene, QWEN)
    labels = [x for x in dialog.findChildren(QLabel) if x.isVisible() and x.wordWrap()]
    assert labels
    for label in labels:
        assert label.height() >= label.heightForWidth(label.width()), label.text()


def test_names_are_shown_literally(qtbot: QtBot, scene: Scene) -> None:
    evil = replace(MISTRAL, name="<b>x</b>:1")
    dialog = ask(qtbot, scene, evil)
    assert said(dialog)[0] == "Delete <b>x</b>:1?"
    assert all(
        label.textFormat() == Qt.TextFormat.PlainText for label in dialog.findChildren(QLabel)
    )


# Duplicate.


@pytest.fixture
def duplicate(qtbot: QtBot, scene: Scene) -> DuplicateDialog:
    return shown(qtbot, DuplicateDialog(ref(QWEN), scene.state, scene.commands))


def test_a_copy_gets_a_name_at_once(qtbot: QtBot, scene: Scene, duplicate: DuplicateDialog) -> None:
    assert duplicate.name.field.text() == "qwen3-copy:8b"
    assert duplicate.name.helper.text() == "Takes no extra disk space."
    with emitted(scene.commands.copy_requested) as wishes:
        qtbot.keyClick(duplicate.name.field, Qt.Key.Key_Return)
    assert wishes == [CopyRequest(ref(QWEN), "qwen3-copy:8b")]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("MISTRAL:7B", "A model with this name exists."),
        ("a b", "A name can’t contain a space."),
        ("x:cloud", "“:cloud” has a meaning of its own. Choose another tag."),
        ("x:local", "“:local” has a meaning of its own. Choose another tag."),
    ],
)
def test_names_that_no_copy_may_have(
    qtbot: QtBot, scene: Scene, duplicate: DuplicateDialog, name: str, problem: str
) -> None:
    duplicate.name.field.setText(name)
    assert duplicate.name.helper.text() == problem
    assert not duplicate.duplicate_button.isEnabled()
    with emitted(scene.commands.copy_requested) as wishes:
        qtbot.keyClick(duplicate.name.field, Qt.Key.Key_Return)
    assert wishes == []


def test_a_blank_name_is_no_mistake_yet(duplicate: DuplicateDialog) -> None:
    duplicate.name.field.clear()
    assert duplicate.name.field.property("invalid") in (None, False)
    assert not duplicate.duplicate_button.isEnabled()


# Quit and messages.


def test_quit_asks_and_cancels_by_default(qtbot: QtBot, scene: Scene) -> None:
    dialog = shown(qtbot, QuitDialog(2, scene.commands))
    assert texts(dialog) == [
        "Quit and pause 2 downloads?",
        "They continue when Ollama Tray starts again.",
    ]
    with emitted(scene.commands.quit_now_requested) as quits:
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert quits == []
    dialog = shown(qtbot, QuitDialog(1, scene.commands))
    assert texts(dialog)[0] == "Quit and pause 1 download?"
    with emitted(scene.commands.quit_now_requested) as quits:
        button(dialog, "Quit").click()
    assert quits == [None]


def test_a_message_is_plain_and_can_be_copied(qtbot: QtBot) -> None:
    message = Message("<b>Title</b>", "<i>body</i>", "hint", details="raw <x>")
    box = shown(qtbot, MessageBox(message))
    assert {"<b>Title</b>", "<i>body</i>\nhint"} <= set(texts(box))
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in box.findChildren(QLabel))
    button(box, "Copy").click()
    assert clipboard() == "<b>Title</b>\n<i>body</i>\nhint\nraw <x>"
    assert box.isVisible()
    button(box, "Close").click()
    assert not box.isVisible()


def test_the_list_is_a_stop_only_where_it_scrolls_and_shows_its_focus(qtbot: QtBot) -> None:
    few, many = pictures.delete_several(), pictures.delete_many()
    for dialog, scrolls in ((few, False), (many, True)):
        shown(qtbot, dialog)
        area = next(a for a in dialog.findChildren(QScrollArea) if a.accessibleName() == "Models")
        assert (area.focusPolicy() != Qt.FocusPolicy.NoFocus) == scrolls
        if scrolls:
            frame = area.parentWidget()
            assert frame is not None
            before = frame.grab().toImage()
            area.setFocus(Qt.FocusReason.TabFocusReason)
            assert frame.grab().toImage() != before


def test_of_thousands_a_few_are_listed_and_the_rest_counted(
    qtbot: QtBot, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    row = delete._list_row

    def spy(record: ModelRecord, group: DeleteGroup, side: int, parent: QWidget) -> QWidget:
        made.append(record.name)
        return row(record, group, side, parent)

    monkeypatch.setattr(delete, "_list_row", spy)
    many = [ModelRecord(data.SERVER, f"m{n:04d}:1b", f"{n:064x}", 5) for n in range(1234)]
    facts.set_snapshot(scene.state, replace(data.snapshot(), models=tuple(many)))
    dialog = ask(qtbot, scene, *many)
    assert made == [record.name for record in many[:200]]
    assert "and 1,034 more" in texts(dialog)
    with emitted(scene.commands.delete_requested) as wishes:
        dialog.delete_button.click()
    assert len(wishes[0].refs) == 1234, "all are deleted"
