from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from tray_app.core.diagnosis.facts import Diagnosis, ServerFacts, Versions
from tray_app.core.diagnosis.findings import (
    Check,
    CheckKind,
    CheckResult,
    Examination,
    Finding,
    FindingGroup,
    FindingKind,
    FindingTone,
    LookedAt,
    count_of,
)

K = FindingKind
ANSWERS_A, ANSWERS_B = Check(CheckKind.ANSWERS, "a"), Check(CheckKind.ANSWERS, "b")
CLOCK_A, KEYRING = Check(CheckKind.CLOCK, "a"), Check(CheckKind.KEYRING)
START = Examination(
    (LookedAt("a", "studio"), LookedAt("b", "nas")),
    (ANSWERS_A, CLOCK_A, ANSWERS_B, KEYRING),
    running=("a", "b", ""),
)


def test_every_kind_stands_under_one_heading() -> None:
    groups = {kind: Finding(kind).group for kind in K}
    assert groups[K.HOST_REFUSED] is FindingGroup.TO_FIX
    assert groups[K.KEYRING_LOCKED] is FindingGroup.TO_FIX
    assert groups[K.EXPOSED] is FindingGroup.WORTH_KNOWING
    assert groups[K.CLOCK_FINE] is FindingGroup.FINE
    assert Finding(K.DAMAGED_MODEL).tone is FindingTone.DANGER
    assert Finding(K.STRAY_FILE).tone is FindingTone.WARN


def test_what_is_worst_comes_first_then_the_servers_in_their_order() -> None:
    found = START
    for check, kind in (
        (ANSWERS_B, K.HOST_REFUSED),
        (CLOCK_A, K.CLOCK),
        (ANSWERS_A, K.CERTIFICATE),
        (KEYRING, K.KEYRING_LOCKED),
    ):
        ids = (check.server_id,) if check.server_id else ("a", "b")
        found = found.with_result(CheckResult(check, (Finding(kind, ids),)))
    assert [finding.kind for finding in found.findings()] == [
        *(K.CERTIFICATE, K.HOST_REFUSED, K.KEYRING_LOCKED, K.CLOCK)
    ]
    assert [finding.kind for finding in found.findings("b")] == [K.HOST_REFUSED, K.KEYRING_LOCKED]
    assert count_of(found.findings(), FindingGroup.TO_FIX) == 3


def test_the_result_of_a_later_round_takes_the_place_of_the_earlier_one() -> None:
    old = CheckResult(ANSWERS_A, (Finding(K.NO_ANSWER, ("a",)),))
    found = replace(START.with_result(old), done=frozenset())
    assert found.done_count() == 0
    assert len(found.findings()) == 1, "what was found stands until it is known better"
    found = found.with_result(CheckResult(ANSWERS_A))
    assert (found.done_count(), found.findings()) == (1, ())


def test_progress_counts_the_checks_of_a_server_and_of_this_computer() -> None:
    found = START.with_result(CheckResult(ANSWERS_A)).with_result(CheckResult(KEYRING))
    assert (found.done_count(), len(found.checks())) == (2, 4)
    assert (found.done_count("b"), len(found.checks("b"))) == (1, 2)
    assert found.checking() == "studio"
    assert replace(found, running=("", "b")).checking() == "nas"
    assert replace(found, running=("",)).checking() == ""


def test_facts_of_servers_keep_their_order() -> None:
    facts = Diagnosis(Versions("1", "3", "", "", "", "", "", ""))
    found = replace(START, facts=facts, ended_at=datetime.now(UTC))
    found = found.with_server(ServerFacts("nas", "nas:1", "b"))
    found = found.with_server(ServerFacts("studio", "studio:1", "a"))
    found = found.with_server(ServerFacts("studio", "studio:1", "a", version="1"))
    assert found.diagnosis is not None
    assert [server.label for server in found.diagnosis.servers] == ["studio", "nas"]
    assert found.diagnosis.servers[0].version == "1"
    assert START.diagnosis is None
