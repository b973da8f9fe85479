"""Questions about updates: what they say, that Cancel is the default, and what they ask for."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots import updates as shots
from tests.shots.scene import Scene, known
from tests.widgets.helpers import emitted, shown
from tray_app.core.payloads import GoBackRequest, ModelRef, UpdateRequest
from tray_app.core.pulls.states import PullState
from tray_app.core.updates.verdicts import Standing
from tray_app.views.components.buttons import Button
from tray_app.views.components.question import Question
from tray_app.views.pull.dialog import PullDialog
from tray_app.views.updates.questions import ChangedDialog, GoBackDialog, ReplaceDialog

LLAVA = ModelRef(data.SERVER, "llava:13b", data.digest("llava:13b"))


@pytest.fixture
def scene() -> Scene:
    scene = shots.version_scene()
    scene.state.set_verdict(shots.changed())
    scene.state.set_backups((shots.backup(),), ())
    scene.state.set_downloads((shots.stopped(),))
    return scene


@pytest.fixture
def replacing(qtbot: QtBot, scene: Scene) -> ReplaceDialog:
    return shown(qtbot, ReplaceDialog(LLAVA, scene.settings, scene.state, scene.commands))


def compare(question: Question) -> Button:
    found = question.findChild(Button, "compare")
    assert isinstance(found, Button)
    return found


def test_what_is_lost_is_named(replacing: ReplaceDialog, scene: Scene) -> None:
    words = "It differs from ollama.com. It may be older there, or was changed here."
    assert (replacing.title.text(), replacing.told.text()) == ("Replace llava:13b?", words)
    assert replacing.lost.parts == (
        ("Weights", "7.4\u00a0GB, replaced by 7.4\u00a0GB"),
        ("Template", "gone there"),
    )
    assert replacing.cancel_button.isDefault()
    assert replacing.cancel_button.hasFocus()
    assert replacing.replace_button.text() == "&Replace, 7.4\u00a0GB"
    assert replacing.keep.box.isChecked()
    with emitted(scene.commands.update_requested) as asked:
        replacing.replace_button.click()
    assert asked == [UpdateRequest((LLAVA,), keep_days=30, loads_again=True)]


def test_without_keeping(replacing: ReplaceDialog, scene: Scene) -> None:
    replacing.keep.box.click()
    with emitted(scene.commands.update_requested) as asked:
        replacing.replace_button.click()
    assert asked == [UpdateRequest((LLAVA,), keep_days=0, loads_again=True)]


def test_the_question_goes_with_its_reason(replacing: ReplaceDialog, scene: Scene) -> None:
    found = shots.changed()
    current = replace(found, verdict=replace(found.verdict, standing=Standing.CURRENT))
    scene.state.set_verdict(current)
    assert not replacing.isVisible()


@pytest.fixture
def made(scene: Scene) -> ModelRef:
    """A model that was made on its server, and what it was given."""
    return shots.make_here(scene)


def test_what_is_lost_of_a_model_that_was_made_here(
    qtbot: QtBot, scene: Scene, made: ModelRef
) -> None:
    dialog = shown(qtbot, ReplaceDialog(made, scene.settings, scene.state, scene.commands))
    words = (
        "It was made on “This computer” and is kept nowhere else. "
        "Pulling this name from ollama.com replaces it."
    )
    assert (dialog.title.text(), dialog.told.text()) == ("Replace llava:13b?", words)
    assert dialog.lost.parts == (
        ("System prompt", "412 characters"),
        ("Parameters", "num_ctx 32768, temperature 0.2"),
    )
    assert dialog.cancel_button.isDefault()
    assert dialog.keep.helper.text().startswith("As llava:13b-before-20")
    assert dialog.replace_button.text() == "&Replace"
    with emitted(scene.commands.update_requested) as asked:
        dialog.replace_button.click()
    assert asked == [UpdateRequest((made,), keep_days=30, loads_again=True)]


def test_what_is_not_known_yet_is_asked_for(qtbot: QtBot, scene: Scene, made: ModelRef) -> None:
    info = scene.state.details(made.digest)
    assert info is not None
    scene.state._details.clear()
    with emitted(scene.commands.details_requested) as asked:
        dialog = shown(qtbot, ReplaceDialog(made, scene.settings, scene.state, scene.commands))
    assert asked == [made]
    assert dialog.lost.parts == ()
    scene.state.set_details(info)
    assert len(dialog.lost.parts) == 2


def test_pulling_over_it_is_asked_about(qtbot: QtBot, scene: Scene, made: ModelRef) -> None:
    dialog = shown(qtbot, PullDialog(scene.settings, scene.state, scene.commands))
    dialog.set_text(made.name)
    with (
        emitted(scene.commands.update_confirm_dialog_requested) as asked,
        emitted(scene.commands.pull_requested) as pulled,
    ):
        dialog.pull_button.click()
    assert (asked, pulled) == ([made], [])


def test_comparing_leads_to_what_differs(replacing: ReplaceDialog, scene: Scene) -> None:
    with emitted(scene.commands.version_dialog_requested) as asked:
        compare(replacing).click()
    assert asked == [LLAVA]
    assert not replacing.isVisible()


def test_what_changed_meanwhile_is_updated_if_wanted(qtbot: QtBot, scene: Scene) -> None:
    dialog = shown(qtbot, ChangedDialog(shots.stopped(), scene.state, scene.commands))
    assert dialog.title.text() == "mistral:7b has changed meanwhile. Update it still?"
    words = "Somebody replaced it on “This computer” at 14:32, after you chose to update."
    assert dialog.told.text() == words
    assert dialog.cancel_button.isDefault()
    with emitted(scene.commands.pull_retry_requested) as asked:
        dialog.update_button.click()
    assert asked == ["u1"]


def test_it_is_asked_no_more_once_it_runs(qtbot: QtBot, scene: Scene) -> None:
    dialog = shown(qtbot, ChangedDialog(shots.stopped(), scene.state, scene.commands))
    scene.state.set_download(replace(shots.stopped(), state=PullState.WAITING))
    assert not dialog.isVisible()


def test_going_back(qtbot: QtBot, scene: Scene) -> None:
    made = shots.backup()
    dialog = shown(qtbot, GoBackDialog(made, scene.state, scene.commands))
    assert dialog.title.text() == "Go back to the version before 2 May?"
    words = "llava:13b becomes what it was before the update of 2 May. Nothing is downloaded."
    assert dialog.told.text() == words
    with emitted(scene.commands.go_back_requested) as asked:
        dialog.back_button.click()
    backup = ModelRef(made.server_id, made.name, made.digest)
    assert asked == [GoBackRequest(backup, "llava:13b")]


def test_there_is_no_way_back_to_what_has_gone(qtbot: QtBot, scene: Scene) -> None:
    dialog = shown(qtbot, GoBackDialog(shots.backup(), scene.state, scene.commands))
    scene.state.set_backups((), ())
    assert not dialog.isVisible()
    assert known().state.backups == ()
