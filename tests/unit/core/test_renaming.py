"""Which new names are refused, and what a rename does next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.core.names import ModelName, canonical
from tray_app.core.payloads import ModelRef
from tray_app.core.records import ModelRecord
from tray_app.core.renaming import (
    Course,
    Ending,
    NameRefusal,
    Phase,
    Refused,
    copied,
    deleted,
    is_deletable,
    looked,
    new_name,
    settled,
)

ONE, OTHER = "1" * 64, "2" * 64
TAKEN = {canonical(name) for name in ("qwen3:8b", "mistral:7b", "hf.co/u/M:Q4")}


def row(name: str, digest: str = ONE, size: int | None = 10) -> ModelRecord:
    return ModelRecord("nas", name, digest, size)


def course(*, is_rename: bool = True, digest: str = ONE) -> Course:
    return Course(ModelRef("nas", "qwen3:8b", digest), "main:8b", is_rename=is_rename)


def checked(*rows: ModelRecord, is_rename: bool = True) -> Course:
    """Asked to copy while only the old one was there, with these in the list then."""
    begun = looked(course(is_rename=is_rename), [row("qwen3:8b")])
    assert begun.phase is Phase.COPY
    return looked(copied(begun), rows)


@pytest.mark.parametrize(
    ("text", "reason", "as_copy"),
    [
        ("", NameRefusal.BLANK, NameRefusal.BLANK),
        ("  ", NameRefusal.BLANK, NameRefusal.BLANK),
        ("a b", NameRefusal.GRAMMAR, NameRefusal.GRAMMAR),
        ("a:", NameRefusal.GRAMMAR, NameRefusal.GRAMMAR),
        ("main:local", NameRefusal.RESERVED, NameRefusal.RESERVED),
        ("main:CLOUD", NameRefusal.RESERVED, NameRefusal.RESERVED),
        ("main:8b-cloud", NameRefusal.RESERVED, NameRefusal.RESERVED),
        ("qwen3:8b", NameRefusal.UNCHANGED, NameRefusal.EXISTS),
        ("library/qwen3:8b", NameRefusal.UNCHANGED, NameRefusal.EXISTS),
        ("Qwen3:8B", NameRefusal.CASE_ONLY, NameRefusal.EXISTS),
        ("MISTRAL:7b", NameRefusal.EXISTS, NameRefusal.EXISTS),
        ("hf.co/U/m:q4", NameRefusal.EXISTS, NameRefusal.EXISTS),
    ],
)
def test_names_that_are_refused(text: str, reason: NameRefusal, as_copy: NameRefusal) -> None:
    for is_rename, expected in ((True, reason), (False, as_copy)):
        found = new_name(text, "qwen3:8b", TAKEN, is_rename=is_rename)
        assert isinstance(found, Refused)
        assert found.reason is expected


def test_the_refusal_tells_what_is_wrong() -> None:
    found = new_name("x:Local", "a", (), is_rename=True)
    assert isinstance(found, Refused)
    assert found.tag == "local"
    found = new_name("a b", "a", (), is_rename=True)
    assert isinstance(found, Refused)
    assert found.error is not None


def test_a_free_name_is_taken_with_its_tag() -> None:
    found = new_name("  Main ", "qwen3:8b", TAKEN, is_rename=True)
    assert isinstance(found, ModelName)
    assert str(found) == "Main:latest"


def test_what_is_called_local_cannot_be_deleted() -> None:
    assert not is_deletable("x:local")
    assert all(map(is_deletable, ("x:cloud", "x:20b-cloud", "x", "bad name!")))


@pytest.mark.parametrize(
    ("rows", "ending"),
    [
        ([], Ending.GONE),
        ([row("Qwen3:8b")], Ending.GONE),  # not the very name
        ([row("qwen3:8b", OTHER)], Ending.CHANGED),
        ([row("qwen3:8b"), row("Main:8B", OTHER)], Ending.TAKEN),
        ([row("qwen3:8b"), row("Qwen3:8b")], Ending.UNDELETABLE),
    ],
)
def test_nothing_is_copied_unless_all_is_as_it_was(rows: list[ModelRecord], ending: Ending) -> None:
    found = looked(course(), rows)
    assert (found.phase, found.ending) == (Phase.OVER, ending)


def test_a_model_called_local_is_copied_but_never_renamed() -> None:
    source = ModelRef("nas", "x:local", ONE)
    rows = [row("x:local")]
    assert looked(Course(source, "y:1", is_rename=True), rows).ending is Ending.UNDELETABLE
    assert looked(Course(source, "y:1", is_rename=False), rows).phase is Phase.COPY


def test_the_old_name_is_deleted_once_two_rows_have_its_digest() -> None:
    found = checked(row("qwen3:8b"), row("main:8b"))
    assert found.phase is Phase.DELETE
    assert found.old is not None
    assert found.old.name == "qwen3:8b"
    over = looked(deleted(found), [row("main:8b")])
    assert over.outcome().ending is Ending.RENAMED
    assert not over.outcome().is_folded


def test_the_server_may_spell_the_copy_otherwise() -> None:
    found = checked(row("qwen3:8b"), row("Main:8B"))
    outcome = looked(deleted(found), [row("Main:8B")]).outcome()
    assert (outcome.ending, outcome.name, outcome.is_folded) == (Ending.RENAMED, "Main:8B", True)


@pytest.mark.parametrize(
    ("rows", "ending"),
    [
        ([row("qwen3:8b")], Ending.NOT_MADE),
        ([], Ending.GONE),
        ([row("qwen3:8b"), row("main:8b", OTHER)], Ending.DIFFERS),
        ([row("qwen3:8b"), row("main:8b", size=11)], Ending.DIFFERS),
        ([row("qwen3:8b"), row("main:8b", "")], Ending.DIFFERS),
        ([row("qwen3:8b", OTHER), row("main:8b")], Ending.DIFFERS),
        ([row("main:8b")], Ending.RENAMED),  # somebody else has deleted the old one
        ([row("qwen3:8b"), row("main:8b"), row("Qwen3:8b")], Ending.NOT_DELETED),
    ],
)
def test_the_old_name_stays_unless_the_copy_is_seen(
    rows: list[ModelRecord], ending: Ending
) -> None:
    found = checked(*rows)
    assert (found.phase, found.ending) == (Phase.OVER, ending)


def test_rows_without_digests_are_nobody_s_copies() -> None:
    nameless = row("qwen3:8b", "")
    begun = looked(course(digest=""), [nameless])
    found = looked(copied(begun), [nameless, row("main:8b", "")])
    assert found.ending is Ending.DIFFERS


@pytest.mark.parametrize(
    ("rows", "ending"),
    [
        ([row("main:8b")], Ending.RENAMED),
        ([row("main:8b"), row("qwen3:8b")], Ending.NOT_DELETED),
        ([row("main:8b"), row("qwen3:8b", OTHER)], Ending.RENAMED),  # pulled anew by somebody
        ([row("qwen3:8b")], Ending.NOT_MADE),
        ([], Ending.GONE),
    ],
)
def test_at_last_the_list_is_believed(rows: list[ModelRecord], ending: Ending) -> None:
    found = looked(deleted(checked(row("qwen3:8b"), row("main:8b"))), rows)
    assert found.outcome().ending is ending


def test_a_copy_is_done_once_it_is_listed() -> None:
    assert checked(row("qwen3:8b"), row("main:8b"), is_rename=False).ending is Ending.COPIED
    assert checked(row("qwen3:8b"), is_rename=False).ending is Ending.NOT_MADE


@pytest.mark.parametrize(
    ("rows", "ending", "as_copy"),
    [
        ([row("main:8b")], Ending.RENAMED, Ending.COPIED),
        ([row("main:8b"), row("qwen3:8b")], Ending.NOT_DELETED, Ending.COPIED),
        ([row("qwen3:8b")], Ending.NOT_MADE, Ending.NOT_MADE),
        ([row("qwen3:8b"), row("main:8b", OTHER)], Ending.NOT_MADE, Ending.NOT_MADE),
        ([], Ending.GONE, Ending.GONE),
    ],
)
def test_what_broke_off_is_settled_by_a_later_list(
    rows: list[ModelRecord], ending: Ending, as_copy: Ending
) -> None:
    for is_rename, expected in ((True, ending), (False, as_copy)):
        begun = looked(course(is_rename=is_rename), [row("qwen3:8b")])
        broken = begun.outcome()
        assert broken.ending is Ending.BROKEN_OFF
        assert settled(broken, rows).ending is expected


names = st.sampled_from(["a:1", "A:1", "b:1", "B:1", "b:2", "c:local", "d:latest"])
worlds = st.lists(
    st.builds(row, names, st.sampled_from([ONE, OTHER, ""]), st.sampled_from([None, 10, 11])),
    max_size=5,
    unique_by=lambda model: model.name,
)


@given(names, names, worlds, worlds)
def test_nothing_is_ever_deleted_without_a_copy(
    source: str, destination: str, before: list[ModelRecord], after: list[ModelRecord]
) -> None:
    """Whatever two lists a server gives, DELETE means that the second one has the very model of
    the first under both names."""
    begun = looked(Course(ModelRef("nas", source), destination, is_rename=True), before)
    if begun.phase is not Phase.COPY:
        assert begun.phase is Phase.OVER
        return
    found = looked(copied(begun), after)
    if found.phase is not Phase.DELETE:
        return
    (old,) = [model for model in after if model.name == source]
    copies = [model for model in after if canonical(model.name) == canonical(destination)]
    (first,) = [model for model in before if model.name == source]
    assert copies
    assert {model.digest for model in (first, old, copies[0])} == {old.digest}
    assert old.digest
    assert canonical(source) != canonical(destination)
