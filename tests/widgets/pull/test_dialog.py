"""The pull dialog: what it says of a text, and what it asks for."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.scene import Scene, known
from tests.widgets.helpers import button, emitted, plain, shown, texts
from tray_app.core.payloads import PullRequest, Recommendations
from tray_app.views.pull.dialog import PullDialog


@pytest.fixture
def scene() -> Scene:
    """Two downloads are active, and there is a place for another one."""
    made = known()
    made.settings.set("max_pulls", 3)
    return made


@pytest.fixture
def dialog(qtbot: QtBot, scene: Scene) -> PullDialog:
    return shown(qtbot, PullDialog(scene.settings, scene.state, scene.commands))


def paste(qtbot: QtBot, dialog: PullDialog, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    dialog.field.selectAll()
    dialog.field.paste()


def test_blank_offers_suggestions_and_cannot_pull(dialog: PullDialog) -> None:
    assert not dialog.pull_button.isEnabled()
    assert [s.name for s in dialog.area.list.shown] == [s.name for s in data.SUGGESTIONS]
    assert dialog.area.list.shown[1].is_here
    assert dialog.field.property("invalid") in (None, False)


def test_a_typed_name_can_be_pulled(qtbot: QtBot, scene: Scene, dialog: PullDialog) -> None:
    qtbot.keyClicks(dialog.field, "phi3")
    assert dialog.helper.text() == "On ollama.com"
    with emitted(scene.commands.pull_requested) as wishes:
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert wishes == [PullRequest(data.SERVER, "phi3:latest")]
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("pasted", "name"),
    [
        ("ollama run llava:13b-v1.6", "llava:13b-v1.6"),
        ("$ ollama pull qwen3:0.6b --insecure", "qwen3:0.6b"),
        ("https://ollama.com/library/qwen3:4b", "qwen3:4b"),
        ("https://huggingface.co/bartowski/Some-GGUF", "hf.co/bartowski/Some-GGUF"),
        ("https://huggingface.co/u/R-GGUF/tree/main/Q4_1", "hf.co/u/R-GGUF:Q4_1"),
        ("hf.co/u/R-GGUF/r.Q2_K.gguf", "hf.co/u/R-GGUF:Q2_K"),
    ],
)
def test_a_pasted_text_becomes_a_name(
    qtbot: QtBot, dialog: PullDialog, pasted: str, name: str
) -> None:
    paste(qtbot, dialog, pasted)
    assert dialog.field.text() == name
    assert dialog.helper.text() == f"Taken from “{pasted}”"
    qtbot.keyClicks(dialog.field, "x")
    assert not dialog.helper.text().startswith("Taken from")


def test_typing_a_command_is_not_rewritten_under_the_fingers(
    qtbot: QtBot, scene: Scene, dialog: PullDialog
) -> None:
    qtbot.keyClicks(dialog.field, "ollama run phi3:mini")
    assert dialog.field.text() == "ollama run phi3:mini"
    with emitted(scene.commands.pull_requested) as wishes:
        dialog.pull_button.click()
    assert wishes == [PullRequest(data.SERVER, "phi3:mini")]


def test_a_space_is_named_and_a_name_proposed(qtbot: QtBot, dialog: PullDialog) -> None:
    dialog.set_text("qwen3 14c")
    assert dialog.helper.text() == "A name can’t contain a space."
    assert dialog.field.property("invalid") is True
    assert not dialog.pull_button.isEnabled()
    button(dialog, "Use qwen3:14c").click()
    assert dialog.field.text() == "qwen3:14c"
    assert dialog.pull_button.isEnabled()
    assert dialog.field.property("invalid") is False


def test_a_link_to_a_part_of_a_model_is_asked_about(qtbot: QtBot, dialog: PullDialog) -> None:
    paste(qtbot, dialog, "https://huggingface.co/u/R-GGUF/blob/main/mmproj-F16.gguf")
    expected = "Only whole models can be pulled, and this link is to a part of hf.co/u/R-GGUF."
    assert dialog.helper.text() == expected
    assert not dialog.pull_button.isEnabled()
    button(dialog, "Use hf.co/u/R-GGUF").click()
    assert dialog.field.text() == "hf.co/u/R-GGUF"
    assert dialog.pull_button.isEnabled()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "https://ollama.com/blog/new-models",
            "There is no model name for this link. Type the name instead.",
        ),
        ("hf.co/u", "A name with “hf.co” in front needs a user too: host/user/model."),
        ("a+b", "A name can’t contain “+”. Allowed: letters, digits and . _ - : /"),
        ("qwen3:", "Add a tag after “:”, or remove it."),
        ("/qwen3", "Something is missing before or after “/”."),
        ("x:local:cloud", "Use either :local or :cloud, not both."),
    ],
)
def test_what_is_wrong_is_said(dialog: PullDialog, text: str, words: str) -> None:
    dialog.field.setText(text)
    assert dialog.helper.text() == words
    assert not dialog.pull_button.isEnabled()


def test_an_installed_model_is_pulled_again_under_its_own_name(
    scene: Scene, dialog: PullDialog
) -> None:
    dialog.set_text("QWEN3:8B")
    assert "qwen3:8b is already here" in texts(dialog)
    assert plain(dialog.pull_button.text()) == "Pull again"
    with emitted(scene.commands.pull_requested) as wishes:
        dialog.pull_button.click()
    assert wishes == [PullRequest(data.SERVER, "qwen3:8b", data.digest("qwen3:8b"))]


def test_a_running_download_is_shown_instead_of_started_twice(
    scene: Scene, dialog: PullDialog
) -> None:
    dialog.set_text("qwen3:14b")
    assert "Already downloading, 66%" in texts(dialog)
    assert not dialog.pull_button.isEnabled()
    with emitted(scene.commands.pull_show_requested) as ids:
        button(dialog, "Show").click()
    assert ids == ["qwen3:14b"]
    assert not dialog.isVisible()


def test_a_failed_download_may_be_pulled(dialog: PullDialog) -> None:
    dialog.set_text("deepseek-r1:70b")
    assert dialog.pull_button.isEnabled()


def test_a_cloud_name_says_that_nothing_is_stored(dialog: PullDialog) -> None:
    dialog.set_text("gpt-oss:20b-cloud")
    assert "Runs on ollama.com, nothing is stored here" in texts(dialog)
    assert plain(dialog.pull_button.text()) == "Add"


def test_a_cloud_name_where_the_cloud_is_off_says_that_it_cannot_run(
    scene: Scene, dialog: PullDialog
) -> None:
    off = "“This computer” has Ollama’s cloud switched off, so this model can’t run there."
    server_id = scene.state.server.id
    dialog.set_text("gpt-oss:20b-cloud")
    assert off not in texts(dialog)
    scene.state.set_recommendations(Recommendations(server_id, (), is_cloud_off=True))
    assert off in texts(dialog)
    assert dialog.pull_button.isEnabled()
    dialog.set_text("x:cloud")
    assert off in texts(dialog)
    dialog.set_text("x")
    assert off not in texts(dialog)


def test_suggestions_are_reached_and_chosen_by_keyboard(
    qtbot: QtBot, scene: Scene, dialog: PullDialog
) -> None:
    qtbot.keyClick(dialog.field, Qt.Key.Key_Down)
    row = dialog.focusWidget()
    assert row is not None
    assert row is not dialog.field
    with emitted(scene.commands.pull_requested) as wishes:
        qtbot.keyClick(row, Qt.Key.Key_Return)
    assert wishes == []
    assert dialog.field.text() == data.SUGGESTIONS[0].name
    assert dialog.field.hasFocus()


def test_similar_names_come_from_all_that_is_known(dialog: PullDialog) -> None:
    dialog.field.setText("qwen3")
    names = [s.name for s in dialog.area.list.shown]
    assert "qwen3:14b" in names
    assert "qwen3:8b" in names


def test_it_keeps_its_height_whatever_it_says(qtbot: QtBot, dialog: PullDialog) -> None:
    top = dialog.area.y()
    sizes = set()
    for text in ("", "qwen3 14b", "qwen3:8b", "gpt-oss:20b-cloud", "phi3", "a+b"):
        dialog.field.setText(text)
        QApplication.sendPostedEvents()
        sizes.add((dialog.height(), dialog.area.y()))
    assert sizes == {(dialog.height(), top)}


def test_markup_stays_text(dialog: PullDialog) -> None:
    dialog.set_text("a<i>b")
    assert "“<”" in dialog.helper.text()
    assert dialog.helper.textFormat() == Qt.TextFormat.PlainText


def test_facts_of_another_server_change_nothing(scene: Scene, dialog: PullDialog) -> None:
    before = dialog.area.list.shown
    scene.state.set_recommendations(Recommendations("elsewhere", ()))
    assert dialog.area.list.shown == before
