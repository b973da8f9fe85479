"""What the main window says of updates: how the check stands, and who has an old version."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.shots import data
from tests.widgets.windows import Stage, pick, selected
from tray_app.core.creates.records import RebuildRequest
from tray_app.core.payloads import ModelRef, MoveOutcome, MoveRequest
from tray_app.core.updates.answers import AnswerKind
from tray_app.core.updates.facts import (
    AfterUpdate,
    BackupNews,
    BackupNote,
    CheckState,
)
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.core.updates.verdicts import NO_MARKS, Marks, Standing

TODAY = CheckState(total=11, done=11, checked_at=data.CHECKED)
GB = 1_000_000_000


def ref(name: str) -> ModelRef:
    return ModelRef(data.SERVER, name, data.digest(name))


def judge(
    stage: Stage, name: str, standing: Standing, marks: Marks = NO_MARKS, **more: object
) -> None:
    found = data.judged(data.record(name), standing, GB, marks=marks, requires="0.34.0")
    stage.state.set_verdict(replace(found, verdict=replace(found.verdict, **more)))  # type: ignore[arg-type]


def say(stage: Stage) -> tuple[str, list[str]]:
    """The banner and its buttons."""
    stage.window.refresh_now()
    shown = stage.window.pane.banner.shown
    return (shown.text, [label for _, label in shown.actions]) if shown else ("", [])


def click(stage: Stage, key: str) -> None:
    found = stage.window.pane.banner.button(key)
    assert found is not None
    found.click()


def test_the_filter_tells_how_the_check_stands(stage: Stage) -> None:
    state = stage.state
    state.set_update_check(TODAY)
    stage.window.choose_filter("updates")
    found = "2 newer versions, 7.4\u00a0GB to download. Checked today, 12:32."
    assert say(stage) == (found, ["Update all…", "Check now"])
    assert "to_download" in stage.window.view.columns.shown
    pick(stage, "llava:13b", "mistral:7b")
    stage.window.refresh_now()
    line = stage.window.status_bar.line
    assert line == "2 of 2 selected · 7.4 of 12\u00a0GB to download"
    click(stage, "update_all")
    (asked,) = stage.told.take("updates_dialog_requested")
    assert {each.name for each in asked.refs} == {"llava:13b", "mistral:7b"}
    state.set_update_check(CheckState(is_running=True, done=8, total=11))
    assert say(stage) == ("Looking for newer versions… 8 of 11", ["Stop"])
    click(stage, "stop_check")
    assert stage.told.take("update_check_stop_requested") == [None]
    stage.window.choose_filter("all")
    assert say(stage) == ("", [])
    assert "to_download" not in stage.window.view.columns.shown


def test_what_could_not_be_checked_is_told_and_shown(stage: Stage) -> None:
    for name in ("llava:13b", "mistral:7b"):
        judge(stage, name, Standing.CURRENT)
    for name in ("gemma3:4b", "deepseek-r1:14b"):
        judge(stage, name, Standing.UNKNOWN, failure=AnswerKind.UNREACHABLE)
    again = data.NOW + timedelta(minutes=32)
    stage.state.set_update_check(replace(TODAY, failed=2, retry_at=again))
    stage.window.refresh_now()
    assert stage.window.filter_bar.chip("updates").isEnabled(), "there is something to say"
    stage.window.choose_filter("updates")
    words = "2 of 11 models couldn’t be checked: no answer from ollama.com. Trying again at 15:04."
    assert say(stage) == (words, ["Show them", "Try now"])
    click(stage, "check_updates")
    assert stage.told.take("update_check_requested") == [None]
    click(stage, "show_unchecked")
    assert set(selected(stage.window)) == {"gemma3:4b", "deepseek-r1:14b"}


def test_where_there_are_none_the_page_says_so(stage: Stage) -> None:
    stage.window.choose_filter("updates")
    for name in ("llava:13b", "mistral:7b"):
        judge(stage, name, Standing.CURRENT)
    stage.state.set_update_check(TODAY)
    assert say(stage) == ("", [])
    page = stage.window.pane.page.shown
    assert page is not None
    assert page.title == "No updates available"
    assert page.body == "All 3 models are up to date. Checked today, 12:32."
    assert [each.text for each in page.buttons] == ["Check now", "Show all models"]


def test_what_is_left_out_is_not_called_up_to_date(stage: Stage) -> None:
    stage.window.choose_filter("updates")
    judge(stage, "llava:13b", Standing.CURRENT)
    judge(stage, "mistral:7b", Standing.CHANGED)
    stage.state.set_update_check(TODAY)
    assert say(stage) == ("", [])
    page = stage.window.pane.page.shown
    assert page is not None
    assert (page.title, page.body) == ("No updates available", "Checked today, 12:32.")


def test_the_end_of_a_check_is_read_out(stage: Stage) -> None:
    stage.state.set_update_check(CheckState(is_running=True, total=11))
    stage.state.set_update_check(TODAY)
    assert stage.window.announcer.last_words == "2 updates found, 7.4 gigabytes"


# After an update.


def after(*copies: str, children: tuple[str, ...] = ()) -> AfterUpdate:
    return AfterUpdate(
        ref("mistral:7b"),
        "a" * 64,
        tuple(ref(name) for name in copies),
        tuple(ref(name) for name in children),
    )


def test_copies_of_the_old_version_are_told(stage: Stage) -> None:
    first = after("gemma3:4b")
    stage.state.set_after_updates((first, after(children=("meeting-notes:latest",))))
    words = "gemma3:4b is a copy of the old version of mistral:7b."
    assert say(stage) == (words, ["Move it too", "Leave it"])
    click(stage, "move_copy")
    assert stage.told.take("move_requested") == [MoveRequest(ref("gemma3:4b"), ref("mistral:7b"))]
    click(stage, "leave_old")
    assert stage.told.take("after_update_done_requested") == [ref("mistral:7b")]
    stage.state.set_after_updates((after(children=("meeting-notes:latest",)),))
    words = "meeting-notes:latest was built on the old version of mistral:7b."
    assert say(stage) == (words, ["Rebuild…", "Leave it"])
    click(stage, "rebuild")
    request = RebuildRequest(ref("meeting-notes:latest"), ref("mistral:7b"))
    assert stage.told.take("rebuild_dialog_requested") == [request]
    stage.state.set_after_updates((after("gemma3:4b", children=("meeting-notes:latest",)),))
    words = "2 models still use the old version of mistral:7b."
    assert say(stage) == (words, ["Show them", "Leave them"])
    click(stage, "show_old")
    assert set(selected(stage.window)) == {"gemma3:4b", "meeting-notes:latest"}


@pytest.mark.parametrize(
    ("is_moved", "words"),
    [
        (True, "Moved gemma3:4b."),
        (False, "gemma3:4b has changed meanwhile, so it was left alone."),
    ],
)
def test_what_became_of_a_copy_is_told(stage: Stage, is_moved: bool, words: str) -> None:
    request = MoveRequest(ref("gemma3:4b"), ref("mistral:7b"))
    stage.state.tell_moved(MoveOutcome(request, is_moved))
    assert say(stage)[0] == words


def test_the_end_of_an_old_version_is_announced(stage: Stage) -> None:
    backup = Made(
        *(data.SERVER, "llava:13b-before-2026-05-01", "a" * 64, MadeBy.BACKUP),
        at=data.NOW,
        source="llava:13b",
    )
    stage.state.set_backups(
        (backup,), (BackupNote(backup, BackupNews.GOES_TOMORROW, 7_400_000_000),)
    )
    words = "The old version of llava:13b is removed tomorrow. That frees 7.4\u00a0GB."
    assert say(stage) == (words, ["Keep it", "Got it"])
    click(stage, "keep_backup")
    click(stage, "backup_seen")
    asked = ModelRef(data.SERVER, backup.name, backup.digest)
    assert stage.told.take("keep_for_good_requested") == [asked]
    assert stage.told.take("backup_note_done_requested") == [asked]
    stage.state.set_backups((backup,), (BackupNote(backup, BackupNews.IS_LOADED),))
    assert say(stage) == ("The old version of llava:13b stays: it is loaded.", ["Got it"])
