"""What is said of names that models are given."""

from __future__ import annotations

import pytest

from tray_app.core.errors import NotDone, ServerFailed, Unreachable
from tray_app.core.payloads import ModelRef, Verb
from tray_app.core.renaming import (
    CleanUp,
    Ending,
    NameRefusal,
    Refused,
    RenameOutcome,
    new_name,
)
from tray_app.text.renaming import (
    arriving_line,
    busy_line,
    clean_up_line,
    refusal_line,
    rename_line,
)

SOURCE = ModelRef("nas", "qwen3:8b", "a" * 64)


def line(ending: Ending, name: str = "main:8b", **more: object) -> str:
    outcome = RenameOutcome(SOURCE, "main:8b", ending, name, SOURCE.digest, **more)  # type: ignore[arg-type]
    return rename_line(outcome)


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (Ending.RENAMED, "Renamed qwen3:8b to main:8b."),
        (Ending.COPIED, "Copied qwen3:8b to main:8b."),
        (
            Ending.DIFFERS,
            "qwen3:8b wasn’t deleted: the copy main:8b has another digest. Both are kept.",
        ),
        (
            Ending.NOT_DELETED,
            "qwen3:8b wasn’t deleted, and is now also there as main:8b. Both are kept.",
        ),
        (Ending.NOT_MADE, "The copy didn’t appear. Nothing was changed."),
        (Ending.GONE, "qwen3:8b isn’t there any more. Nothing was changed."),
        (Ending.CHANGED, "qwen3:8b is another version by now. Nothing was changed."),
        (Ending.TAKEN, "A model called main:8b exists by now. Nothing was changed."),
        (Ending.LOADED, "qwen3:8b has been loaded meanwhile. Nothing was changed."),
        (
            Ending.UNDELETABLE,
            "Ollama can’t delete a model called qwen3:8b. Nothing was changed.",
        ),
        (
            Ending.DISK_FULL,
            "Not enough disk space for the copy. What it left was cleaned up.",
        ),
        (Ending.DAMAGED, "The copy failed and left the damaged name main:8b."),
        (Ending.BROKEN_OFF, "qwen3:8b is deleted only once its copy is seen."),
    ],
)
def test_each_ending_has_words(ending: Ending, words: str) -> None:
    assert line(ending) == words


def test_a_full_disk_is_called_that() -> None:
    full = ServerFailed("qwen3:8b", "write /x: copy_file_range: no space left on device")
    assert line(Ending.DAMAGED, "", error=full) == (
        "Not enough disk space for the copy: it left the damaged name main:8b."
    )


def test_no_ending_is_without_words() -> None:
    assert all(line(ending) and line(ending, is_rename=False) for ending in Ending)


def test_who_wrote_the_name_otherwise_is_said() -> None:
    tag = "Renamed to main:8B: Ollama writes the tag as another model does."
    assert line(Ending.RENAMED, "main:8B") == tag
    name = "Renamed to Main:8b: Ollama writes the name as another model does."
    assert line(Ending.RENAMED, "Main:8b") == name


def test_the_server_s_reason_stands_in_between() -> None:
    refused = ServerFailed("qwen3:8b", "remove {name}: permission denied")
    words = line(Ending.NOT_DELETED, error=refused)
    assert words.startswith("qwen3:8b wasn’t deleted")
    assert "remove {name}: permission denied" in words
    words = line(Ending.NOT_MADE, "", error=refused)
    assert words.startswith("The copy didn’t appear. ")
    assert words.endswith(" Nothing was changed.")
    lost = line(Ending.BROKEN_OFF, "", error=Unreachable("nas"))
    assert lost.endswith(" qwen3:8b is deleted only once its copy is seen.")
    assert line(Ending.NOT_DELETED, error=NotDone("qwen3:8b")).count(". ") >= 1


def test_a_damaged_name_says_when_it_stays() -> None:
    ref = ModelRef("nas", "main:8b")
    assert clean_up_line(CleanUp(ref, True)) == "What the copy left was cleaned up."
    assert clean_up_line(CleanUp(ref, False)) == (
        "The damaged name main:8b is still there. Free some disk space and try again."
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("qwen3:8b", ""),
        ("QWEN3:8b", ("Only upper and lower case differ. Ollama can’t rename that way: "
                     "the model would be lost.")),
        ("mistral:7b", "A model with this name exists."),
        ("x:cloud", "“:cloud” has a meaning of its own. Choose another tag."),
        ("a b", "A name can’t contain a space."),
    ],
)  # fmt: skip
def test_why_a_name_is_refused(text: str, words: str) -> None:
    found = new_name(text, "qwen3:8b", {"mistral:7b"}, is_rename=True)
    assert isinstance(found, Refused)
    assert refusal_line(found) == words
    assert refusal_line(Refused(NameRefusal.GRAMMAR)) == ""


def test_whatever_is_being_done_is_waited_for() -> None:
    updated = "qwen3:8b is being updated. Wait until that is done."
    assert busy_line("qwen3:8b", Verb.PULL) == updated
    assert all(busy_line("x", verb).startswith("x is being ") for verb in Verb)
    assert arriving_line("x:1") == "x:1 is in the downloads. Wait until that is done."
