from typing import Any

import pytest

from tests.unit.text.test_units import plain
from tray_app import text
from tray_app.core.records import ModelRecord
from tray_app.core.sharing import Freed
from tray_app.text import NoteKind

GB = 1_000_000_000


def record(name: str, size: int = 5_200_000_000, **fields: Any) -> ModelRecord:
    return ModelRecord("local", name, size_bytes=size, **fields)


ALONE = Freed(5_200_000_000, 5_200_000_000, is_exact=True)
SHARED = Freed(
    4_400_000_000,
    1_300,
    is_exact=True,
    shared_bytes=4_399_998_700,
    shared_with=("meeting-notes:latest",),
)


def test_one_model() -> None:
    question = text.delete_question([record("qwen3:8b")], ALONE)
    assert question.window_title == "Delete model"
    assert question.title == "Delete qwen3:8b?"
    assert (
        plain(question.body)
        == "This frees 5.2 GB. You can pull it again as long as ollama.com has it."
    )
    assert question.notes == ()
    assert question.button == "Delete"


def test_on_one_of_several_servers() -> None:
    question = text.delete_question([record("qwen3:8b")], ALONE, server_label="studio")
    assert question.title == "Delete qwen3:8b from “studio”?"


def test_shared_layers_stay() -> None:
    question = text.delete_question([record("mistral:7b", 4_400_000_000)], SHARED)
    assert plain(question.body) == (
        "This frees 1.3 KB of 4.4 GB. You can pull it again as long as ollama.com has it."
    )
    (note,) = question.notes
    assert note.kind is NoteKind.SHARED
    assert plain(note.text) == ("The other 4.4 GB are shared with meeting-notes:latest and stay.")


@pytest.mark.parametrize(
    ("freed_bytes", "shared_bytes", "body"),
    [
        (15_200_000_000, 645_000_000, "This frees 15 GB."),
        (15_200_000_000, 845_000_000, "This frees 15 GB of 16 GB."),
        (270_100_000, 800_000, "This frees 270 MB."),
    ],
)
def test_a_part_is_never_called_all_of_it(freed_bytes: int, shared_bytes: int, body: str) -> None:
    """Sizes are cut: what is nearly all would read as all of it."""
    whole = freed_bytes + shared_bytes
    freed = Freed(whole, freed_bytes, True, shared_bytes, ("other:latest",))
    question = text.delete_question([record("a:latest", whole)], freed)
    assert plain(question.body).startswith(f"{body} You can")
    assert "are shared with other:latest and stay." in question.notes[0].text


def test_loaded_made_here_and_downloading() -> None:
    question = text.delete_question(
        [record("mine:latest")],
        ALONE,
        loaded={"mine:latest"},
        made_here={"mine:latest"},
        downloading="llama3.2:3b",
    )
    assert plain(question.body) == "This frees 5.2 GB."
    assert [(note.kind, note.text) for note in question.notes] == [
        (
            NoteKind.LOADED,
            (
                "It’s loaded now and will be unloaded first. "
                "Apps that are using it will stop getting answers."
            ),
        ),
        (NoteKind.MADE_HERE, "Made on this server. It can’t be pulled again."),
        (
            NoteKind.DOWNLOADING,
            (
                "llama3.2:3b is being downloaded and shares layers with it. "
                "The delete waits until that download is done."
            ),
        ),
    ]


def test_cloud() -> None:
    cloud = record("gpt-oss:120b-cloud", 300, remote_host="https://ollama.com")
    question = text.delete_question([cloud], Freed(0, 0, is_exact=True))
    assert question.body == "This removes the entry only. Nothing is stored here."


def test_what_is_not_known_exactly() -> None:
    question = text.delete_question([record("a")], Freed(5_200_000_000, 5_200_000_000, False))
    assert plain(question.body).startswith("This frees up to 5.2 GB.")
    part = Freed(5 * GB, 2 * GB, False, 3 * GB, ("b",))
    assert plain(text.delete_question([record("a")], part).body).startswith(
        "This frees up to 2 GB of 5 GB."
    )


def test_several() -> None:
    records = [record(name) for name in ("deepseek-r1:14b", "meeting-notes:latest", "c", "d")]
    freed = Freed(
        23_000_000_000,
        18_600_000_000,
        is_exact=True,
        within=("meeting-notes:latest", "mistral:7b"),
        within_bytes=4_400_000_000,
    )
    question = text.delete_question(records, freed, loaded={"c"}, made_here={"d"})
    assert question.window_title == "Delete models"
    assert question.title == "Delete 4 models?"
    assert question.button == "Delete 4 models"
    assert plain(question.body) == (
        "This frees 18 GB. meeting-notes:latest and mistral:7b share 4.4 GB of the 23 GB "
        "listed here."
    )
    assert [note.kind for note in question.notes] == [NoteKind.LOADED]
    title = text.delete_question(records, freed, server_label="nas").title
    assert title == "Delete 4 models from “nas”?"


GUESS = Freed(5 * GB, 1_000_000, False, 3 * GB, ("b",))
COPY = Freed(5 * GB, 0, True, 5 * GB, ("original",))
NO_SIZE = Freed(0, 0, False)
ONLY_A_LICENSE = Freed(5 * GB, 5 * GB - 11_000, True, 11_000)


def test_a_copy_frees_nothing_and_nobody_is_sent_to_a_registry_for_it() -> None:
    question = text.delete_question([record("mine")], COPY)
    assert question.body == "This frees no disk space."
    assert plain(question.notes[0].text) == "All 5 GB are shared with original and stay."


def test_a_difference_of_sizes_is_no_fact() -> None:
    question = text.delete_question([record("a")], GUESS)
    assert plain(question.body).startswith("This frees up to 1 MB of 5 GB.")
    assert question.notes[0].text == "The rest is shared with b and stays."
    assert text.delete_question([record("a")], NO_SIZE).body.startswith("It isn’t known how much")


def test_where_it_comes_from_is_named() -> None:
    body = text.delete_question([record("hf.co/me/x-GGUF:Q4")], ALONE).body
    assert body.endswith("as long as Hugging Face has it.")


@pytest.mark.parametrize(
    ("freed", "shown"),
    [
        (ALONE, "5.2 GB, nothing is shared"),
        (SHARED, "1.3 KB, 4.4 GB stay for meeting-notes:latest"),
        (ONLY_A_LICENSE, "5.0 GB, almost nothing is shared"),
        (COPY, "Nothing, all 5 GB stay for original"),
        (Freed(GB, GB, False), "Up to 1 GB"),
        (GUESS, "Up to 1 MB, the rest stays for b"),
        (NO_SIZE, "Not known"),
    ],
)
def test_in_the_details(freed: Freed, shown: str) -> None:
    assert plain(text.frees_if_deleted(freed)) == shown


@pytest.mark.parametrize(
    ("freed", "shown"),
    [
        (ALONE, "Deleting x would free 5.2 GB."),
        (SHARED, "Deleting x would free 1.3 KB; 4.4 GB stay for meeting-notes:latest."),
        (COPY, "Deleting x would free no disk space."),
        (GUESS, "Deleting x would free up to 1 MB."),
    ],
)
def test_below_the_layers(freed: Freed, shown: str) -> None:
    intro = "Layers used by several models are stored once. "
    assert plain(text.layers_note("x", freed)) == intro + shown


@pytest.mark.parametrize("name", ["<b>x</b>", "a\u202eb", "x\ny"])
def test_names_are_one_plain_line(name: str) -> None:
    title = text.delete_title([name])
    assert "\n" not in title
    assert "\u202e" not in title
