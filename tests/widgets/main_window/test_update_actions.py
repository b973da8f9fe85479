"""Updates of selected models: what can be done and why not, in buttons, keys and menus."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.widgets.windows import Stage, entries, names, pick
from tray_app.core.payloads import BusyModel, ModelRef, ModelRefs, Verb
from tray_app.core.pulls.rules import DiskSpace
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.updates.facts import (
    CheckState,
    ModelVerdict,
)
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.core.updates.verdicts import NO_MARKS, Marks, Standing
from tray_app.views.main_window.actions import Command

TODAY = CheckState(total=11, done=11, checked_at=data.CHECKED)
GB = 1_000_000_000


def ref(name: str) -> ModelRef:
    return ModelRef(data.SERVER, name, data.digest(name))


def judge(
    stage: Stage, name: str, standing: Standing, marks: Marks = NO_MARKS, **more: object
) -> None:
    found = data.judged(data.record(name), standing, GB, marks=marks, requires="0.34.0")
    stage.state.set_verdict(replace(found, verdict=replace(found.verdict, **more)))  # type: ignore[arg-type]


def button(stage: Stage) -> str:
    """What the button of the action says, or why it cannot be used."""
    found = stage.window.filter_bar.button("update")
    return "" if found.isEnabled() else found.toolTip()


@pytest.mark.parametrize(
    ("standing", "marks", "reason", "words"),
    [
        (Standing.WEIGHTS, NO_MARKS, "", "Update, 1\u00a0GB"),
        (Standing.SMALL, NO_MARKS, "", "Update, 1\u00a0GB"),
        (Standing.WEIGHTS, Marks(is_skipped=True), "", "Update, 1\u00a0GB"),
        (Standing.CHANGED, NO_MARKS, "", "Update anyway…"),
        (Standing.CURRENT, NO_MARKS, "This model is up to date", "Update"),
        (Standing.UNKNOWN, NO_MARKS, "Not checked yet", "Update"),
        (Standing.NEEDS_SERVER, NO_MARKS, "Needs Ollama 0.34", "Update"),
        (Standing.MADE_HERE, NO_MARKS, "Made on this server", "Update"),
        (Standing.ABSENT, NO_MARKS, "Not at ollama.com under this name", "Update"),
        (Standing.NOT_ASKED, NO_MARKS, "Not looked up", "Update"),
        (Standing.CLOUD, NO_MARKS, "Runs on ollama.com", "Update"),
        (Standing.WEIGHTS, Marks(is_pinned=True), "Pinned. Unpin it first", "Update"),
    ],
)
def test_update_says_what_it_costs_or_why_not(
    stage: Stage, standing: Standing, marks: Marks, reason: str, words: str
) -> None:
    judge(stage, "gemma3:4b", standing, marks)
    pick(stage, "gemma3:4b")
    assert reason in button(stage)
    assert bool(button(stage)) is bool(reason)
    assert stage.window.actions_[Command.UPDATE].text() == words
    assert stage.window.filter_bar.button("update").text() == "Update"
    stage.window.actions_[Command.UPDATE].trigger()
    wanted = [] if reason else [ref("gemma3:4b")]
    assert stage.told.take("update_one_requested") == wanted


def test_it_is_asked_further_where_there_is_something_to_decide(stage: Stage) -> None:
    judge(stage, "qwen3:8b", Standing.WEIGHTS)
    pick(stage, "qwen3:8b")
    assert stage.window.actions_[Command.UPDATE].text() == "Update, 1\u00a0GB…", "it is loaded"
    stage.state.set_disk_space(DiskSpace(data.SERVER, free_bytes=GB // 2))
    pick(stage, "llava:13b")
    assert stage.window.actions_[Command.UPDATE].text().endswith("…"), "no room"
    stage.state.set_busy(BusyModel(ref("llava:13b"), Verb.DELETE))
    stage.window.refresh_now()
    assert "Wait until the current action has finished" in button(stage)


def test_what_is_in_the_downloads_is_not_asked_for_again(stage: Stage) -> None:
    item = PullItem("u1", data.SERVER, "llava:13b", PullState.WAITING, data.NOW)
    stage.state.set_downloads((item,))
    pick(stage, "llava:13b")
    assert "It is in the downloads already" in button(stage)
    stage.state.set_downloads((replace(item, state=PullState.CANCELED),))
    stage.window.refresh_now()
    assert button(stage) == ""


def test_of_several_the_sheet_opens(stage: Stage, qtbot: QtBot) -> None:
    pick(stage, "llava:13b", "gemma3:4b", "mistral:7b")
    stage.window.view.setFocus()
    qtbot.keyClick(stage.window.view, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    (asked,) = stage.told.take("updates_dialog_requested")
    assert {each.name for each in asked.refs} == {"llava:13b", "gemma3:4b", "mistral:7b"}
    pick(stage, "gemma3:4b", "llama3.2:latest")
    assert "No updates available" in button(stage)


def test_the_menu_of_a_row(stage: Stage) -> None:
    pick(stage, "llava:13b")
    menu = entries(stage.window.row_menu())
    menu["Check for update"].trigger()
    menu["Pin this version"].trigger()
    menu["Skip this version"].trigger()
    menu["What differs…"].trigger()
    llava, told = ref("llava:13b"), stage.told
    assert told.take("update_check_models_requested") == [ModelRefs((llava,))]
    for name in ("pin_requested", "skip_requested", "version_dialog_requested"):
        assert told.take(name) == [llava]
    judge(stage, "llava:13b", Standing.WEIGHTS, Marks(is_pinned=True, is_skipped=True))
    stage.window.refresh_now()
    menu = entries(stage.window.row_menu())
    assert menu["Pin this version"].isChecked()
    menu["Pin this version"].trigger()
    menu["Offer again"].trigger()
    assert told.take("unpin_requested") == [llava]
    assert told.take("offer_again_requested") == [llava]


def test_the_menu_of_an_old_version(stage: Stage) -> None:
    made = Made(
        *(data.SERVER, "llama3.2:latest", data.digest("llama3.2:latest"), MadeBy.BACKUP),
        at=data.NOW,
        source="gemma3:4b",
        keep_until=data.NOW + timedelta(days=7),
    )
    found = data.judged(
        data.record("llama3.2:latest"), Standing.MADE_HERE, marks=Marks(is_backup=True)
    )
    stage.state.set_verdict(replace(found, made=made))
    stage.window.refresh_now()
    assert "llama3.2:latest" not in names(stage.window)
    assert stage.window.filter_bar.chip("all").text().endswith("All")
    stage.window.fill_more_menu()
    entries(stage.window.more_menu)["Show kept old versions"].trigger()
    assert stage.settings.values.show_old_versions
    pick(stage, "llama3.2:latest")
    words = [action.text() for action in stage.window.row_menu().actions()]
    assert words == [
        "Show details", "Unload", "",
        "Starred", "Go back to this version…", "Keep it for good", "",
        "Copy name", "",
        "Delete…",
    ]  # fmt: skip
    menu = entries(stage.window.row_menu())
    menu["Go back to this version…"].trigger()
    menu["Keep it for good"].trigger()
    assert stage.told.take("go_back_dialog_requested") == [ref("llama3.2:latest")]
    assert stage.told.take("keep_for_good_requested") == [ref("llama3.2:latest")]


def test_more_has_what_is_about_all(stage: Stage, qtbot: QtBot) -> None:
    stage.window.fill_more_menu()
    menu = entries(stage.window.more_menu)
    menu["Check for updates now"].trigger()
    menu["Update all, 7.4\u00a0GB…"].trigger()
    assert stage.told.take("update_check_requested") == [None]
    assert stage.told.take("updates_dialog_requested") == [ModelRefs(())]
    stage.state.set_update_check(CheckState(is_running=True, total=11))
    for name in ("llava:13b", "mistral:7b"):
        judge(stage, name, Standing.CURRENT)
    stage.window.fill_more_menu()
    menu = entries(stage.window.more_menu)
    assert not menu["Check for updates now"].isEnabled()
    assert "No updates available" in menu["Update all…"].toolTip()
    key = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    stage.state.set_update_check(TODAY)
    stage.window.fill_more_menu()
    qtbot.keyClick(stage.window.view, Qt.Key.Key_U, key)
    assert stage.told.take("update_check_requested") == [None]
    # Qt remembers modifiers, and would extend what the next test selects.
    qtbot.keyClick(stage.window.view, Qt.Key.Key_F35)


def test_verdicts_of_an_earlier_run_show_at_once(empty_stage: Stage) -> None:
    """They are known by canonical names, and before any list is."""
    stage = empty_stage
    remembered = data.judged(data.record("llava:13b"), fetch_bytes=GB)
    stage.state.load_verdicts([ModelVerdict((data.SERVER, "llava:13b"), remembered.verdict)])
    stage.set_status(data.status())
    stage.set_snapshot(data.snapshot())
    assert stage.window.models.counts.updates == 1
