"""What the window says of updates: actions and why not, the check, and what comes after."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tray_app.core.payloads import ModelRef, MoveOutcome, MoveRequest
from tray_app.core.updates.answers import AnswerKind
from tray_app.core.updates.facts import AfterUpdate, BackupNews, BackupNote, CheckState, Way
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.core.updates.verdicts import NO_MARKS, Marks, Standing, Verdict
from tray_app.text.updating import (
    after_update_line,
    backup_line,
    checked_line,
    current_line,
    failed_line,
    found_line,
    looking,
    moved_line,
    part_of,
    spoken_updates,
    to_download_line,
    update_action,
    update_all_action,
    why_no_update,
    why_not_checked,
)

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
CHECK = CheckState(done=14, total=14, checked_at=NOW.replace(hour=9))
GB = 1_000_000_000


@pytest.mark.parametrize(
    ("way", "standing", "words"),
    [
        (Way.AT_ONCE, Standing.WEIGHTS, "Update, 7.4\u00a0GB"),
        (Way.SHEET, Standing.WEIGHTS, "Update, 7.4\u00a0GB…"),
        (Way.CONFIRM, Standing.CHANGED, "Update anyway…"),
        (Way.NONE, Standing.CURRENT, "Update"),
    ],
)
def test_the_action_says_what_comes(way: Way, standing: Standing, words: str) -> None:
    assert update_action(way, 7_400_000_000, standing) == words


def test_all_of_them() -> None:
    assert update_all_action(17 * GB) == "Update all, 17\u00a0GB…"
    assert update_all_action(0) == "Update all…"


@pytest.mark.parametrize(
    ("standing", "requires", "why"),
    [
        (Standing.WEIGHTS, "", ""),
        (Standing.CHANGED, "", ""),
        (Standing.CURRENT, "", "This model is up to date"),
        (Standing.UNKNOWN, "", "Not checked yet"),
        (Standing.NEEDS_SERVER, "0.34.0", "Needs Ollama 0.34"),
        (Standing.NEEDS_SERVER, "", "Needs a newer Ollama"),
        (Standing.MADE_HERE, "", "Made on this server"),
        (Standing.ABSENT, "", "Not at Hugging Face under this name"),
        (Standing.CLOUD, "", "Runs on ollama.com"),
        (Standing.NOT_ASKED, "", "Not looked up"),
    ],
)
def test_why_a_model_cannot_be_updated(standing: Standing, requires: str, why: str) -> None:
    verdict = Verdict(standing, requires=requires)
    assert why_no_update(verdict, NO_MARKS, "hf.co/me/x:q4") == why
    assert why_no_update(verdict, Marks(is_pinned=True), "x") == "Pinned. Unpin it first"
    assert why_no_update(verdict, Marks(is_backup=True), "x") == "An old version that is kept"


def test_why_nobody_is_asked() -> None:
    assert why_not_checked(Verdict(Standing.MADE_HERE)) == "Made on this server"
    assert why_not_checked(Verdict(Standing.ABSENT)) == ""


def test_how_a_check_stands() -> None:
    assert looking(CheckState(is_running=True)) == "Looking for newer versions…"
    assert looking(replace(CHECK, done=8)) == "Looking for newer versions… 8 of 14"
    assert checked_line(CHECK, NOW) == "Checked today, 09:00."
    assert checked_line(CheckState(), NOW) == ""
    found = "3 newer versions, 12\u00a0GB to download. Checked today, 09:00."
    assert found_line(3, 12 * GB, CHECK, NOW) == found
    assert current_line(12, CHECK, NOW) == "All 12 models are up to date. Checked today, 09:00."
    verdict = Verdict(failure=AnswerKind.UNREACHABLE)
    failed = replace(CHECK, failed=2, retry_at=NOW.replace(hour=13, minute=4))
    words = "2 of 14 models couldn’t be checked: no answer from ollama.com. Trying again at 13:04."
    assert failed_line(failed, verdict, "x") == words
    again = replace(failed, retry_at=None)
    assert failed_line(again, Verdict(), "x") == "2 of 14 models couldn’t be checked."
    assert spoken_updates(3, 12 * GB) == "3 updates found, 12 gigabytes"
    assert spoken_updates(1, GB) == "1 update found, 1 gigabyte"


def test_a_part_has_the_unit_of_the_whole_where_it_is_the_same() -> None:
    assert part_of(7_400_000_000, 8_010_000_000) == "7.4 of 8.0\u00a0GB"
    assert part_of(2_000, 8 * GB) == "2\u00a0KB"
    assert part_of(8 * GB, 8 * GB) == "8\u00a0GB"
    assert part_of(9 * GB, 8 * GB) == "9\u00a0GB", "more than is here now"
    line = "2 of 3 selected · 12 of 13\u00a0GB to download"
    assert to_download_line(2, 3, 12 * GB, 13 * GB) == line


def ref(name: str) -> ModelRef:
    return ModelRef("local", name)


def test_what_comes_after_an_update() -> None:
    updated = ref("mistral:7b")
    copies, children = (ref("coder:latest"),), (ref("notes:latest"),)
    for after, words in (
        (AfterUpdate(updated, "", copies),
         "coder:latest is a copy of the old version of mistral:7b."),
        (AfterUpdate(updated, "", (), children),
         "notes:latest was built on the old version of mistral:7b."),
        (AfterUpdate(updated, "", copies, children),
         "2 models still use the old version of mistral:7b."),
    ):  # fmt: skip
        assert after_update_line(after) == words
    request = MoveRequest(copies[0], updated)
    assert moved_line(MoveOutcome(request, is_moved=True)) == "Moved coder:latest."
    left = "coder:latest has changed meanwhile, so it was left alone."
    assert moved_line(MoveOutcome(request, is_moved=False)) == left


def test_what_is_said_of_an_old_version() -> None:
    made = Made("local", "llava:13b-before", "a" * 64, MadeBy.BACKUP, NOW, "llava:13b")
    goes = BackupNote(made, BackupNews.GOES_TOMORROW, 7_400_000_000)
    words = "The old version of llava:13b is removed tomorrow. That frees 7.4\u00a0GB."
    assert backup_line(goes) == words
    assert backup_line(replace(goes, freed_bytes=None)) == words.partition(" That")[0]
    stays = "The old version of llava:13b stays: it is loaded."
    assert backup_line(BackupNote(made, BackupNews.IS_LOADED)) == stays
