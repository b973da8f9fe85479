from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.core.updates.world import DAY, HERE, NEW, NOW, OLD, OTHER, there
from tray_app.core.updates.answers import AnswerKind
from tray_app.core.updates.ledger import (
    MAX_SEEN,
    Ledger,
    Look,
    Made,
    MadeBy,
    Rounds,
    Updated,
    pack,
    pack_children,
    unpack,
    unpack_children,
)
from tray_app.core.updates.verdicts import Marks, Standing, Verdict

KEY = ("local", "mistral:7b")


def test_names_are_one_whatever_their_spelling() -> None:
    ledger = Ledger()
    ledger.pin("local", "library/Mistral:7B")
    ledger.never_look_up("Mistral")
    ledger.note_seen("MISTRAL:7b", OLD, OLD, NOW)
    assert ledger.is_pinned("local", "mistral:7b")
    assert ledger.is_never_looked_up("registry.ollama.ai/library/mistral:latest")
    assert ledger.has_seen("mistral:7b", OLD)


def test_a_pin_is_of_one_server() -> None:
    ledger = Ledger()
    ledger.pin("studio", "mistral:7b")
    assert ledger.marks(("studio", "mistral:7b"), Verdict()) == Marks(is_pinned=True)
    assert ledger.marks(KEY, Verdict()) == Marks()
    ledger.unpin("studio", "mistral:7b")
    assert ledger.marks(("studio", "mistral:7b"), Verdict()) == Marks()


def test_a_skip_is_of_one_version() -> None:
    ledger = Ledger()
    ledger.skip("local", "mistral:7b", NEW)
    offered = Verdict(Standing.WEIGHTS, OLD, NEW)
    assert ledger.marks(KEY, offered).is_skipped
    assert not ledger.marks(KEY, Verdict(Standing.WEIGHTS, OLD, OTHER)).is_skipped
    assert not ledger.marks(KEY, Verdict()).is_skipped
    ledger.offer_again("local", "mistral:7b")
    assert not ledger.marks(KEY, offered).is_skipped


@pytest.mark.parametrize("by", list(MadeBy))
def test_what_we_made_is_ours_while_it_has_its_digest(by: MadeBy) -> None:
    ledger = Ledger()
    ledger.note_made(Made("local", "Mine:latest", OLD, by, NOW, "mistral:7b"))
    assert ledger.made("local", "mine", OLD) is not None
    assert ledger.made("local", "mine", NEW) is None
    assert ledger.made("studio", "mine", OLD) is None
    is_backup = ledger.marks(("local", "mine:latest"), Verdict(digest=OLD)).is_backup
    assert is_backup is (by is MadeBy.BACKUP)
    ledger.forget_made("local", "mine")
    assert ledger.made("local", "mine", OLD) is None


@pytest.mark.parametrize("kind", [AnswerKind.ABSENT, AnswerKind.PRIVATE])
@pytest.mark.parametrize(
    ("after", "is_known"),
    [(timedelta(0), True), (29 * DAY, True), (30 * DAY, False), (-3 * DAY, True),
     (-90 * DAY, False)],
)  # fmt: skip
def test_an_absence_is_remembered_for_a_month(
    kind: AnswerKind, after: timedelta, is_known: bool
) -> None:
    ledger = Ledger()
    ledger.put_look(Look("mistral:7b", kind, NOW))
    assert ledger.is_known_absent("mistral:7b", NOW + after) is is_known
    ledger.forget_absence("mistral:7b")
    assert not ledger.is_known_absent("mistral:7b", NOW + after)


def test_only_an_absence_is_forgotten_on_request() -> None:
    ledger = Ledger()
    ledger.put_look(there())
    ledger.forget_absence("mistral:7b")
    assert ledger.look("mistral:7b") == there()


@pytest.mark.parametrize(
    ("after", "rests"),
    [(timedelta(0), True), (timedelta(hours=5, minutes=59), True), (timedelta(hours=6), False),
     (-DAY, False)],
)  # fmt: skip
def test_a_registry_rests_for_six_hours_whatever_the_clock_does(
    after: timedelta, rests: bool
) -> None:
    ledger = Ledger()
    ledger.rest("Registry.Ollama.ai", NOW)
    assert (ledger.resting_until("registry.ollama.ai", NOW + after) is not None) is rests
    assert ledger.resting_until("hf.co", NOW) is None


def test_the_oldest_of_many_versions_is_forgotten() -> None:
    ledger = Ledger()
    for number in range(MAX_SEEN + 3):
        digest = f"{number:064x}"
        ledger.note_seen("x", digest, digest, NOW + number * DAY)
    known = [ledger.has_seen("x", f"{number:064x}") for number in range(MAX_SEEN + 3)]
    assert known == [False] * 3 + [True] * MAX_SEEN


def test_a_pair_counts_one_way_and_for_one_name() -> None:
    ledger = Ledger()
    ledger.note_seen("x", OLD, NEW, NOW)
    assert ledger.is_pair("x", OLD, NEW)
    assert not ledger.is_pair("x", NEW, OLD)
    assert not ledger.is_pair("y", OLD, NEW)
    assert ledger.is_pair("y", OLD, OLD)
    assert not ledger.is_pair("y", "", "")


def test_what_goes_with_a_model_and_what_stays_for_its_name() -> None:
    ledger = Ledger()
    ledger.pin(*KEY)
    ledger.skip(*KEY, NEW)
    ledger.put_verdict(*KEY, Verdict(Standing.WEIGHTS, OLD, NEW))
    ledger.note_seen("mistral:7b", OLD, OLD, NOW)
    ledger.pin("studio", "mistral:7b")
    ledger.forget_model(*KEY)
    assert ledger.marks(KEY, Verdict(Standing.WEIGHTS, OLD, NEW)) == Marks()
    assert ledger.verdicts() == {}
    assert ledger.has_seen("mistral:7b", OLD)
    ledger.forget_server("studio")
    assert not ledger.is_pinned("studio", "mistral:7b")


def test_changes_are_taken_once() -> None:
    ledger = Ledger()
    ledger.pin(*KEY)
    ledger.pin(*KEY)
    ledger.put_rounds(Rounds(NOW))
    changes = ledger.take_changes()
    assert set(changes) == {("pin", *KEY), ("rounds",)}
    ledger.unpin(*KEY)
    ledger.unpin(*KEY)
    assert ledger.take_changes() == {("pin", *KEY): None}
    assert not ledger.has_changed


def test_what_others_wrote_comes_beside_what_is_not_written_yet() -> None:
    ledger = Ledger()
    ledger.pin("local", "mine")
    ledger.pin("local", "both")
    ledger.take_changes()
    ledger.unpin("local", "both")
    theirs = Ledger()
    theirs.pin("local", "theirs")
    theirs.pin("local", "both")
    theirs.note_seen("x", OLD, OLD, NOW)
    ledger.merge(theirs)
    assert ledger.is_pinned("local", "theirs")
    assert not ledger.is_pinned("local", "both")
    assert not ledger.is_pinned("local", "mine"), "somebody else has dropped it"
    assert ledger.has_seen("x", OLD)


def test_layers_are_packed_and_unpacked() -> None:
    assert unpack(pack(HERE)) == HERE
    assert unpack("") == ()


@pytest.mark.parametrize(
    "packed", ["model", "model sha256:x", "model sha256:x -1", "rock sha256:x 1", "model  1", "x"]
)
def test_what_is_no_packed_layer(packed: str) -> None:
    assert unpack(f"{pack(HERE)};{packed}") == ()


def test_children_are_kept_as_one_text() -> None:
    children = [("a:latest", OLD), ("hf.co/x/y:Q4", NEW)]
    assert unpack_children(pack_children(children)) == tuple(children)
    assert unpack_children(pack_children([("a b", OLD), ("c;d", OLD), ("e\n", OLD)])) == ()
    assert unpack_children("") == ()
    many = [(f"model{number}:latest", OLD) for number in range(100)]
    assert unpack_children(pack_children(many)) == tuple(many[:12])


def kept(digest: str = OLD) -> Made:
    return Made("local", "x:before", digest, MadeBy.BACKUP, NOW, "x:latest", NOW + DAY)


def test_an_end_is_announced_once_and_for_one_version() -> None:
    ledger = Ledger()
    assert ledger.announced(kept()) is None
    ledger.announce(kept(), NOW)
    ledger.announce(kept(), NOW + DAY, is_seen=True)
    found = ledger.announced(kept())
    assert found is not None
    assert (found.at, found.is_seen) == (NOW, True)
    assert ledger.announced(kept(NEW)) is None
    ledger.announce(kept(), NOW - DAY)  # the clock was set back
    found = ledger.announced(kept())
    assert found is not None
    assert found.at == NOW - DAY


def test_what_is_gone_takes_along_what_was_to_be_said() -> None:
    ledger = Ledger()
    for name in ("x:before", "y:before"):
        ledger.announce(replace(kept(), name=name), NOW)
        ledger.note_updated(Updated("local", name, OLD, NOW))
    ledger.forget_model("local", "x:before")
    assert ledger.announced(kept()) is None
    assert [updated.name for updated in ledger.all_updated()] == ["y:before"]
    ledger.forget_server("local")
    assert len(ledger) == 0


def renamed(ledger: Ledger, old: str = "mistral:7b", new: str = "Main:7b") -> Ledger:
    ledger.rename_model("local", old, new, OLD, NOW)
    return ledger


def test_what_was_said_of_a_model_goes_along_with_its_name() -> None:
    ledger = Ledger()
    ledger.pin(*KEY)
    ledger.skip(*KEY, NEW)
    ledger.put_verdict(*KEY, Verdict(Standing.WEIGHTS, OLD, NEW))
    ledger.note_updated(Updated(*KEY, OTHER, NOW))
    ledger.pin("studio", "mistral:7b")
    ledger.pin("local", "main:7b")  # of another model, long gone
    ledger.never_look_up("mistral:7b")
    renamed(ledger)
    assert ledger.verdicts() == {("local", "main:7b"): Verdict(Standing.WEIGHTS, OLD, NEW)}
    marks = ledger.marks(("local", "main:7b"), Verdict(Standing.WEIGHTS, OLD, NEW))
    assert marks == Marks(is_pinned=True, is_skipped=True)
    assert ledger.marks(KEY, Verdict(Standing.WEIGHTS, OLD, NEW)) == Marks()
    assert [each.name for each in ledger.all_updated()] == ["Main:7b"]
    assert ledger.is_pinned("studio", "mistral:7b")
    assert ledger.is_never_looked_up("mistral:7b")


def test_a_renamed_model_is_a_copy_until_it_has_its_first_name_again() -> None:
    ledger = renamed(Ledger())
    assert ledger.made("local", "main:7b", OLD) == Made(
        "local", "Main:7b", OLD, MadeBy.COPY, NOW, "mistral:7b"
    )
    renamed(ledger, "Main:7b", "third:7b")
    made = ledger.made("local", "third:7b", OLD)
    assert made is not None
    assert made.source == "mistral:7b"
    renamed(ledger, "third:7b", "Mistral:7b")
    assert ledger.made("local", "mistral:7b", OLD) is None


def test_what_was_made_here_stays_made_here() -> None:
    ledger = Ledger()
    ledger.note_made(Made("local", "mistral:7b", OLD, MadeBy.CREATE, NOW, "base:1"))
    renamed(ledger)
    renamed(ledger, "Main:7b", "mistral:7b")
    assert ledger.made(*KEY, OLD) == Made("local", "mistral:7b", OLD, MadeBy.CREATE, NOW, "base:1")
    ledger.note_made(Made("local", "mistral:7b", NEW, MadeBy.CREATE, NOW, "base:1"))
    renamed(ledger)  # what was made there is another version
    made = ledger.made("local", "main:7b", OLD)
    assert made is not None
    assert made.by is MadeBy.COPY


def test_kept_versions_stay_those_of_the_model() -> None:
    ledger = Ledger()
    ledger.note_made(kept())
    ledger.note_made(replace(kept(), name="other:before", source="other:latest"))
    ledger.announce(kept(), NOW)
    renamed(ledger, "x:latest", "y:latest")
    assert {made.source for made in ledger.all_made(MadeBy.BACKUP)} == {"y:latest", "other:latest"}
    renamed(ledger, "x:before", "x:old")
    moved = ledger.made("local", "x:old", OLD)
    assert moved is not None
    assert moved.by is MadeBy.BACKUP
    assert moved.keep_until == NOW + DAY
    assert ledger.announced(moved) is not None
