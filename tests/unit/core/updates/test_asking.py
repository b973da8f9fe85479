from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.core.updates.world import DAY, HERE, NEW, NOW, OLD, OTHER, row, there
from tray_app.core.names import ModelName
from tray_app.core.records import Manifest
from tray_app.core.updates.answers import AnswerKind, RegistryAnswer
from tray_app.core.updates.asking import (
    Allowed,
    Question,
    Unasked,
    looked,
    questions,
    unasked_standing,
    why_unasked,
)
from tray_app.core.updates.ledger import Ledger, Look, Made, MadeBy, pack
from tray_app.core.updates.verdicts import Standing


@pytest.mark.parametrize(
    ("name", "allowed", "reason"),
    [
        ("mistral:7b", Allowed(), None),
        ("me/mine", Allowed(), None),
        ("hf.co/me/x", Allowed(), None),
        ("huggingface.co/me/x", Allowed(), None),
        ("hf.co/me/x", Allowed(hugging_face=False), Unasked.HOST),
        ("hf.co/me/x", Allowed(hugging_face=False, hosts=("hf.co",)), Unasked.HOST),
        ("nas:5000/me/x", Allowed(), Unasked.HOST),
        ("nas:5000/me/x", Allowed(hosts=("NAS:5000",)), None),
        ("nas:5001/me/x", Allowed(hosts=("nas:5000",)), Unasked.HOST),
        ("x:cloud", Allowed(), Unasked.NO_NAME),
        ("x:20b-cloud", Allowed(), Unasked.NO_NAME),
        ("x:local", Allowed(), Unasked.NO_NAME),
        ("no name at all", Allowed(), Unasked.NO_NAME),
    ],
)
def test_whose_registry_is_asked(name: str, allowed: Allowed, reason: Unasked | None) -> None:
    assert why_unasked(row(name=name), Ledger(), allowed, NOW) is reason


def test_cloud_models_are_not_asked_about() -> None:
    stub = replace(row(), remote_host="https://ollama.com")
    assert why_unasked(stub, Ledger(), Allowed(), NOW) is Unasked.CLOUD


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        (MadeBy.CREATE, Unasked.MADE_HERE),
        (MadeBy.COPY, Unasked.MADE_HERE),
        (MadeBy.BACKUP, Unasked.BACKUP),
    ],
)
def test_what_we_made_is_nobodys_business(by: MadeBy, reason: Unasked) -> None:
    ledger = Ledger()
    ledger.note_made(Made("local", "mistral:7b", OLD, by, NOW))
    assert why_unasked(row(), ledger, Allowed(), NOW) is reason
    assert why_unasked(row(NEW), ledger, Allowed(), NOW) is None
    assert why_unasked(row(server_id="studio"), ledger, Allowed(), NOW) is None


def test_what_others_made_is_not_either() -> None:
    reason = why_unasked(row(), Ledger(), Allowed(), NOW, lambda record: record.digest == OLD)
    assert reason is Unasked.MADE_HERE


def test_never_and_not_there() -> None:
    ledger = Ledger()
    ledger.put_look(Look("mistral:7b", AnswerKind.ABSENT, NOW))
    assert why_unasked(row(), ledger, Allowed(), NOW) is Unasked.ABSENT
    assert why_unasked(row(), ledger, Allowed(), NOW + 31 * DAY) is None
    ledger.never_look_up("mistral:7b")
    assert why_unasked(row(), ledger, Allowed(), NOW) is Unasked.NEVER


def test_what_stands_for_whom_nobody_asks() -> None:
    assert {reason: unasked_standing(reason) for reason in Unasked} == {
        Unasked.CLOUD: Standing.CLOUD,
        Unasked.NO_NAME: Standing.NOT_ASKED,
        Unasked.HOST: Standing.NOT_ASKED,
        Unasked.NEVER: Standing.NOT_ASKED,
        Unasked.BACKUP: Standing.MADE_HERE,
        Unasked.MADE_HERE: Standing.MADE_HERE,
        Unasked.ABSENT: None,
    }


def test_one_question_for_each_name_whatever_the_number_of_servers() -> None:
    records = [row(), row(NEW, server_id="studio", name="Mistral:7B"), row(name="other:1b")]
    found = questions(records, Ledger(), lambda name: name.startswith("other"))
    assert sorted(found) == ["mistral:7b", "other:1b"]
    assert found["mistral:7b"].digests == {OLD, NEW}
    assert [q.is_insecure for q in found.values()] == [False, True]


def test_both_hosts_of_hugging_face_are_one_line() -> None:
    names = ("hf.co/a/b", "HuggingFace.co/a/b", "mistral", "nas:5000/a/b")
    lines = [Question(ModelName.parse(name), name).line for name in names]
    assert lines == ["hf.co", "hf.co", "registry.ollama.ai", "nas:5000"]


def test_what_a_digest_settles() -> None:
    both = questions([row(), row(NEW, server_id="studio")], Ledger())["mistral:7b"]
    assert not both.is_settled(OLD), "the other server has another one"
    one = questions([row()], Ledger())["mistral:7b"]
    assert one.is_settled(OLD)
    assert not one.is_settled(NEW)
    assert not one.is_settled("")
    ledger = Ledger()
    ledger.note_seen("mistral:7b", OLD, NEW, NOW)
    assert questions([row()], ledger)["mistral:7b"].is_settled(NEW)
    ledger = Ledger()
    ledger.put_look(there(digest=OTHER))
    assert questions([row()], ledger)["mistral:7b"].is_settled(OTHER), "its layers are remembered"


QUESTION = Question(ModelName.parse("mistral:7b"), "mistral:7b", frozenset({OLD}))


def test_an_answer_is_remembered() -> None:
    manifest = Manifest(NEW, HERE, NOW)
    answer = RegistryAnswer(AnswerKind.MANIFEST, NEW, NOW - DAY, manifest, "0.34")
    found = looked(QUESTION, answer, None, NOW)
    assert found == Look(
        "mistral:7b", AnswerKind.MANIFEST, NOW, NEW, NOW - DAY, "0.34", pack(HERE), (OLD,)
    )
    # The same digest again: what it stands for is known.
    later = looked(QUESTION, RegistryAnswer(AnswerKind.SETTLED, NEW), found, NOW + DAY)
    assert (later.layers, later.requires, later.checked_at) == (HERE, "0.34", NOW + DAY)
    other = looked(QUESTION, RegistryAnswer(AnswerKind.SETTLED, OTHER), found, NOW + DAY)
    assert (other.layers, other.requires) == ((), "")


@pytest.mark.parametrize("requires", ["a lot", "0.3\t4", "9" * 99, "\x1b[31m"])
def test_what_is_no_version_is_not_remembered(requires: str) -> None:
    answer = RegistryAnswer(AnswerKind.MANIFEST, NEW, None, Manifest(NEW, HERE), requires)
    assert looked(QUESTION, answer, None, NOW).requires == ""


@pytest.mark.parametrize(
    "kind",
    [AnswerKind.UNREACHABLE, AnswerKind.LIMITED, AnswerKind.FAILING, AnswerKind.UNUSABLE],
)
def test_no_answer_drops_nothing(kind: AnswerKind) -> None:
    before = there()
    found = looked(QUESTION, RegistryAnswer(kind), before, NOW + DAY)
    assert found == replace(before, failure=kind, failed_at=NOW + DAY)
    never = looked(QUESTION, RegistryAnswer(kind), None, NOW)
    assert never == Look("mistral:7b", failure=kind, failed_at=NOW)
    healed = looked(QUESTION, RegistryAnswer(AnswerKind.SETTLED, OLD), found, NOW + 2 * DAY)
    assert healed.failure is None
