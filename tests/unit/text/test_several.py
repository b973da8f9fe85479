"""What is said of several servers at once."""

from datetime import UTC, datetime

import pytest

from tests.unit.text.test_units import plain
from tray_app.core.errors import ServerFailed
from tray_app.core.payloads import DeleteOutcome, Failure, ModelRef, Verb
from tray_app.core.records import ModelRecord, RunningModel
from tray_app.core.sharing import DiskUse, Freed
from tray_app.text import deleting, several

GB = 1_000_000_000
MOMENT = datetime(2026, 5, 4, 14, 2, tzinfo=UTC)
USE = DiskUse(77 * GB, 80 * GB, is_bound=False)
RUNS = tuple(RunningModel("a", name, "", 4 * GB, 4 * GB) for name in "ab")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (several.servers_count(1), "1 server"),
        (several.servers_count(3), "3 servers"),
        (several.quoted(["nas"]), "“nas”"),
        (several.quoted(["nas", "lab"]), "“nas” and “lab”"),
        (several.quoted(list("abcdef")), "“a”, “b”, “c”, “d” and 2 more"),
        (several.cannot_reach(["nas"]), "Can’t reach “nas”"),
        (several.cannot_reach(["nas", "lab"]), "Can’t reach “nas” and “lab”"),
        (several.several_away(["nas", "lab"], 1),
         "Can’t reach “nas” and “lab”. Their 1 model is shown as it was."),
        (several.several_away(["nas", "lab"], 0), "Can’t reach “nas” and “lab”."),
        (several.list_of(3, None, None), ""),
        (several.list_of(0, MOMENT, MOMENT), ""),
        (several.list_of(1, MOMENT, MOMENT), "Its 1 model is that of 14:02."),
        (several.sign_in_missing(["a", "b"]),
         "What signs in to “a” and “b” is missing in the keyring."),
        (several.missing_on("studio"), "Missing on “studio”"),
        (several.nothing_differs("studio"), "Nothing is missing on “studio”"),
        (several.nothing_differs(), "No model is only on one server"),
    ],
)  # fmt: skip
def test_words(words: str, expected: str) -> None:
    assert words == expected


def test_the_status_bar() -> None:
    line = several.several_status_line(14, 3, USE, RUNS)
    assert plain(line) == (
        "14 models on 3 servers · 77 GB on disk · 2 loaded, 8 GB in graphics memory"
    )
    assert several.several_status_line(0, 2, USE, ()) == "0 models on 2 servers"
    assert several.several_status_line(5, 2, USE, (), 10) == "Showing the first 5 of 15 models"


def test_one_server_of_its_tooltip() -> None:
    assert plain(several.server_sum_line("nas", 1, USE)) == "nas: 1 model, 77 GB"
    assert several.server_sum_line("nas", 0, USE) == "nas: 0 models"
    use = DiskUse(22 * GB, 22 * GB, is_bound=True)
    reached = several.server_sum_line("nas", 3, use, MOMENT, MOMENT)
    assert plain(reached) == "nas: 3 models, up to 22 GB, last reached 14:02"


@pytest.mark.parametrize(
    ("away", "listed", "freed", "expected"),
    [
        (1, 20, Freed(18, 18, True), "1 out of reach · 20 GB, deleting 3 frees 18 GB"),
        (1, 20, Freed(18, 18, False), "1 out of reach · 20 GB, deleting 3 frees up to 18 GB"),
        (1, 20, Freed(18, 0, True), "1 out of reach · 20 GB, deleting 3 frees no disk space"),
        (1, 20, Freed(18, 0, False), "1 out of reach · 20 GB"),
        (4, 20, Freed(0, 0, True), "4 out of reach · 20 GB"),
        (1, 0, Freed(0, 0, True), "1 out of reach"),
    ],
)
def test_a_selection(away: int, listed: int, freed: Freed, expected: str) -> None:
    effect = Freed(freed.listed_bytes * GB, freed.freed_bytes * GB, freed.is_exact)
    line = several.several_selection_line(4, 14, 3, away, listed * GB, effect)
    assert plain(line) == f"4 of 14 selected on 3 servers, {expected}"


def ref(server_id: str, name: str) -> ModelRef:
    return ModelRef(server_id, name)


def test_the_end_of_a_deletion() -> None:
    done = DeleteOutcome((ref("a", "x"), ref("b", "y")), ())
    assert plain(several.several_deleted(done, 2, 18 * GB, True, "")) == (
        "2 models deleted on 2 servers, 18 GB freed."
    )
    assert plain(several.several_deleted(done, 2, 18 * GB, False, "")) == (
        "2 models deleted on 2 servers, up to 18 GB freed."
    )
    assert several.several_deleted(done, 2, 0, True, "") == "2 models deleted on 2 servers."
    one = DeleteOutcome((ref("a", "x"),), (), (ref("b", "y"),))
    assert several.several_deleted(one, 1, 0, True, "") == (
        "1 model deleted on 1 server. Already gone: y."
    )
    gone = DeleteOutcome((), (), (ref("a", "x"), ref("b", "y")))
    assert several.several_deleted(gone, 0, 0, True, "") == "Already gone: x and y."


def test_a_deletion_of_which_a_part_failed() -> None:
    failure = Failure(Verb.DELETE, ref("b", "qwen3:8b"), ServerFailed("b", "boom", 500))
    part = DeleteOutcome((ref("a", "x"), ref("a", "y")), (failure,))
    words = several.several_deleted(part, 1, 9 * GB, True, "studio")
    assert words.startswith("2 of 3 models deleted. qwen3:8b on “studio”: ")
    assert "boom" in words


def group(label: str, freed: Freed | None, *names: str, loaded: str = "") -> deleting.DeleteGroup:
    records = tuple(ModelRecord(label, name, size_bytes=GB) for name in names)
    return deleting.DeleteGroup(label, records, freed, (loaded,) if loaded else ())


def test_the_question_of_which_two_are_loaded() -> None:
    groups = (
        group("a", Freed(GB, GB, True), "x", loaded="x"),
        group("b", Freed(GB, 0, False), "y", loaded="y"),
    )
    question = deleting.delete_servers_question(groups, downloading="z")
    assert question.title == "Delete 2 models from 2 servers?"
    assert plain(question.body).startswith("This frees up to 1 GB.")
    assert [note.kind for note in question.notes] == ["loaded", "downloading"]
    assert question.notes[0].text.startswith("Loaded models will be unloaded first.")
    assert [plain(deleting.group_effect(each)) for each in groups] == ["frees 1 GB", ""]
    nothing = group("c", Freed(GB, 0, True), "z")
    assert deleting.group_effect(nothing) == "frees no disk space"
    known = (group("a", Freed(GB, 0, False), "x"), group("b", Freed(GB, 0, False), "y"))
    body = deleting.delete_servers_question(known).body
    assert body.startswith("It isn’t known how much this frees.")
