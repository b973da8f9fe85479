"""What the window tells of names that models were given, and how that is taken back."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.widgets.windows import QWEN, Stage, banner, click_banner, pick, selected
from tray_app import text
from tray_app.core.payloads import BusyModel, ModelRef, RenameRequest, Verb
from tray_app.core.records import ModelRecord, ServerState
from tray_app.core.renaming import CleanUp, Ending, RenameOutcome
from tray_app.itemmodels.columns import NUMBER
from tray_app.views.theme import Tone

NEW = "qwen3-main:8b"


def outcome(ending: Ending, name: str = NEW) -> RenameOutcome:
    return RenameOutcome(QWEN, NEW, ending, name, QWEN.digest)


def models(*, has_old: bool = False) -> tuple[ModelRecord, ...]:
    """The list with the new name in it."""
    old = data.record("qwen3:8b")
    kept = tuple(model for model in data.MODELS if has_old or model is not old)
    return (*kept, replace(old, name=NEW))


def test_a_renamed_model_is_selected_where_the_old_name_was(stage: Stage) -> None:
    window = stage.window
    window.select(QWEN)
    stage.state.renames.tell_renamed(outcome(Ending.RENAMED))
    assert banner(window) == "Renamed qwen3:8b to qwen3-main:8b."
    notice = window.pane.banner.shown
    assert notice is not None
    assert notice.state is Tone.OK
    stage.set_snapshot(data.snapshot(models()))
    assert selected(window) == [NEW]


def test_whoever_has_gone_on_to_another_model_stays_there(stage: Stage) -> None:
    window = stage.window
    window.select(QWEN)
    stage.state.renames.tell_renamed(outcome(Ending.RENAMED))
    pick(stage, "mistral:7b")
    stage.set_snapshot(data.snapshot(models()))
    assert selected(window) == ["mistral:7b"]


def test_what_the_same_list_tells_is_selected_too(stage: Stage, qtbot: QtBot) -> None:
    """One that broke off is settled by a list, before the table has that."""
    stage.window.select(QWEN)
    told = stage.state.renames.tell_failed
    stage.state.snapshot_changed.disconnect()
    stage.set_snapshot(data.snapshot(models(has_old=True)))
    told(outcome(Ending.NOT_DELETED))
    stage.window.models.set_snapshot(data.snapshot(models(has_old=True)))
    qtbot.waitUntil(lambda: selected(stage.window) == [NEW])


def test_undo_is_the_same_backwards(stage: Stage) -> None:
    stage.state.renames.tell_renamed(outcome(Ending.RENAMED))
    click_banner(stage.window, "undo_rename")
    back = RenameRequest(ModelRef(data.SERVER, NEW, QWEN.digest), "qwen3:8b", may_unload=True)
    assert stage.told.take("rename_requested") == [back]
    assert banner(stage.window) == ""


def test_the_keyboard_goes_back_to_the_table(stage: Stage) -> None:
    stage.state.renames.tell_renamed(outcome(Ending.RENAMED))
    button = stage.window.pane.banner.button("undo_rename")
    assert button is not None
    button.setFocus()
    button.click()
    assert stage.window.view.hasFocus()


def test_a_failure_stays_until_it_is_answered(stage: Stage) -> None:
    window = stage.window
    window.select(QWEN)
    stage.state.renames.tell_failed(outcome(Ending.DIFFERS))
    assert not window.pane._notice_timer.isActive()
    assert banner(window) == (
        "qwen3:8b wasn’t deleted: the copy qwen3-main:8b has another digest. Both are kept."
    )
    stage.set_snapshot(data.snapshot(models(has_old=True)))
    assert selected(window) == [NEW]
    click_banner(window, "show_kept_copy")
    assert stage.told.take("details_dialog_requested") == [ModelRef(data.SERVER, NEW, QWEN.digest)]
    assert banner(window) == ""


def test_a_failure_waits_behind_what_is_more_urgent(stage: Stage) -> None:
    stage.state.renames.tell_failed(outcome(Ending.NOT_MADE, ""))
    words = "The copy didn’t appear. Nothing was changed."
    assert banner(stage.window) == words
    stage.set_status(data.status(ServerState.OFFLINE))
    stage.window.refresh_now()
    assert banner(stage.window) != words
    stage.set_status(data.status())
    stage.window.refresh_now()
    assert banner(stage.window) == words
    click_banner(stage.window, "rename_failure_seen")
    assert banner(stage.window) == ""


def test_what_a_full_disk_left_is_tried_to_clean_up(stage: Stage) -> None:
    window, renames = stage.window, stage.state.renames
    damaged = ModelRef(data.SERVER, NEW, QWEN.digest)
    renames.tell_failed(outcome(Ending.DAMAGED, ""))
    click_banner(window, "clean_up_copy")
    assert stage.told.take("clean_up_requested") == [damaged]
    renames.tell_cleaned_up(CleanUp(damaged, False))
    assert "is still there" in banner(window)
    click_banner(window, "clean_up_copy")
    assert stage.told.take("clean_up_requested") == [damaged]
    renames.tell_cleaned_up(CleanUp(damaged, True))
    assert banner(window) == "What the copy left was cleaned up."


def test_a_row_says_that_it_is_being_renamed(stage: Stage) -> None:
    stage.state.set_busy(BusyModel(QWEN, Verb.RENAME))
    table = stage.window.models
    index = table.find(QWEN.key).siblingAtColumn(NUMBER["size"])
    assert index.data() == "Renaming…"
    assert table.has_busy


def test_of_a_server_that_is_not_shown_only_failures_are_told(several: Stage) -> None:
    several.state.set_servers(several.state.servers, data.SERVER, several.state.servers[0].id)
    several.window.refresh_now()
    elsewhere = ModelRef(several.state.servers[1].id, "qwen3:8b", "d" * 64)
    before = banner(several.window)
    done = RenameOutcome(elsewhere, NEW, Ending.RENAMED, NEW, "d" * 64)
    several.state.renames.tell_renamed(done)
    assert banner(several.window) == before
    several.state.renames.tell_failed(replace(done, ending=Ending.NOT_MADE, name=""))
    assert banner(several.window) == "The copy didn’t appear. Nothing was changed."


def test_it_is_read_out_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    accessible = SimpleNamespace(
        isActive=lambda: True, updateAccessibility=lambda event: said.append(event.message())
    )
    monkeypatch.setattr("tray_app.views.components.announce.QAccessible", accessible)
    stage.state.renames.tell_renamed(outcome(Ending.RENAMED))
    assert said == ["Renamed qwen3:8b to qwen3-main:8b."]
    stage.state.diagnostics_copied.emit()
    assert said[1:] == [text.diagnostics_copied()]
