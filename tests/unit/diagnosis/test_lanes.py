from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, faults, small
from tray_app.core.diagnosis.facts import ServerFacts, ServerTarget
from tray_app.core.diagnosis.findings import (
    Check,
    CheckKind,
    CheckResult,
    Examination,
    Finding,
    FindingKind,
)
from tray_app.core.errors import Cancelled
from tray_app.core.sign_in import SecretState
from tray_app.diagnosis.lanes import ended, examine, lanes, planned, taken
from tray_app.diagnosis.question import Question
from tray_app.ollama import CancelScope, Endpoint
from tray_app.paths import paths
from tray_app.settings import SettingsValues
from tray_app.text import diagnosis_report

K = FindingKind


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tray_app.diagnosis.servers.own_addresses", tuple)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("tiny")) as running:
        yield running


@pytest.fixture
def silent() -> Iterator[FaultyServer]:
    """A server that accepts and never says a word."""
    with FaultyServer(library=small.library("tiny")) as running:
        running.fault("*", faults.never_answer(), times=None)
        yield running


def question(tmp_path: Path, *targets: ServerTarget) -> Question:
    return Question(targets, paths(tmp_path), SettingsValues(), registry_url="")


def of(server: FaultyServer, server_id: str, label: str = "") -> ServerTarget:
    return ServerTarget(Endpoint.parse(server.url), label, server_id, is_default=False)


def kinds(found: Examination, server_id: str) -> set[FindingKind]:
    return {finding.kind for finding in found.findings() if finding.server_id == server_id}


def test_everything_is_looked_at_and_counted(server: FaultyServer, tmp_path: Path) -> None:
    steps: list[Examination] = []
    asked = question(tmp_path, of(server, "a", "studio"))
    found = examine(asked, CancelScope(), steps.append)
    assert found.planned == tuple(check for lane in lanes(asked) for check in lane.checks)
    assert found.done == frozenset(found.planned)
    assert found.ended_at is not None
    assert not found.is_running
    assert {K.ANSWERS_FINE, K.VERSION_FINE, K.CLOCK_FINE} <= kinds(found, "a")
    counts = [step.done_count() for step in steps]
    assert counts == sorted(counts)
    assert set(range(len(found.planned) + 1)) <= {0, *counts}, "each is told when it is known"
    assert found.diagnosis is not None
    assert [each.label for each in found.diagnosis.servers] == ["studio"]


def test_one_that_is_silent_delays_itself_alone(
    server: FaultyServer, silent: FaultyServer, tmp_path: Path
) -> None:
    scope = CancelScope()
    last = planned(question(tmp_path, of(silent, "silent"), of(server, "a")))
    assert last.running == ("silent", "a", "")

    def stop_when_the_others_are_done(found: Examination) -> None:
        nonlocal last
        last = found
        if found.running == ("silent",):
            scope.cancel()

    with pytest.raises(Cancelled):
        examine(
            question(tmp_path, of(silent, "silent"), of(server, "a")),
            scope,
            stop_when_the_others_are_done,
        )
    assert K.ANSWERS_FINE in kinds(last, "a")
    assert kinds(last, "silent") == set()
    assert last.done_count() == len(last.checks()) - sum(
        check.server_id == "silent" for check in last.planned
    )


def test_stopping_ends_what_blocks(silent: FaultyServer, tmp_path: Path) -> None:
    scope = CancelScope()
    (lane, _) = lanes(question(tmp_path, of(silent, "silent")))
    told = lane.look(scope)
    threading.Timer(0.05, scope.cancel).start()
    with pytest.raises(Cancelled):
        list(told)


def test_a_server_that_waits_for_the_keyring_is_not_asked(
    server: FaultyServer, tmp_path: Path
) -> None:
    waiting = ServerTarget(
        None,
        "office",
        "o",
        address=server.url,
        needs_secret=True,
        secret=SecretState.LOCKED,
    )
    found = examine(question(tmp_path, waiting, of(server, "a")), CancelScope())
    locked = [each for each in found.findings() if each.kind is K.KEYRING_LOCKED]
    assert [each.about.names for each in locked] == [("office",)]
    assert kinds(found, "o") == {K.KEYRING_LOCKED}
    server_requests = len(server.requests)
    examine(question(tmp_path, waiting), CancelScope())
    assert len(server.requests) == server_requests


def test_a_dead_server_is_told_with_what_was_asked(tmp_path: Path) -> None:
    target = ServerTarget(Endpoint.parse("http://127.0.0.1:9"), "dead", "d")
    found = examine(question(tmp_path, target), CancelScope())
    (finding,) = [each for each in found.findings() if each.server_id == "d"]
    assert finding.kind in (K.NOT_RUNNING, K.NOT_INSTALLED)
    assert finding.details[0].startswith("GET http://127.0.0.1:9/api/version")


def test_what_a_lane_tells_is_taken_and_its_end_counts(tmp_path: Path) -> None:
    target = ServerTarget(Endpoint.parse("http://nas:1"), "nas", "n")
    found = planned(question(tmp_path, target), "n")
    check = Check(CheckKind.CLOCK, "n")
    found = taken(found, CheckResult(check, (Finding(K.CLOCK, ("n",)),)))
    found = taken(found, ServerFacts("nas", "nas:1", "n"))
    assert found.done == {check}
    assert found.server_facts[0].label == "nas"
    found = ended(found, "n")
    assert (found.running, found.ended_at) == (("",), None)
    assert ended(found, "").ended_at is not None


def test_the_registry_is_asked_whether_it_is_there(server: FaultyServer, tmp_path: Path) -> None:
    def registry(url: str) -> FindingKind:
        asked = Question((), paths(tmp_path), SettingsValues(), registry_url=url)
        found = examine(asked, CancelScope())
        result = next(r for r in found.results if r.check.kind is CheckKind.REGISTRY)
        return result.findings[0].kind

    assert registry(server.url) is K.REGISTRY_FINE
    assert server.requests[-1].path == "/v2/"
    server.fault("*", faults.close_before_headers(), times=None)
    assert registry(server.url) is K.REGISTRY_SILENT


def test_the_report_names_servers_by_their_labels(server: FaultyServer, tmp_path: Path) -> None:
    targets = (
        of(server, "a"),
        ServerTarget(Endpoint.parse("http://secret.invalid:1"), "attic", "b"),
        ServerTarget(Endpoint.parse("http://other.invalid:1"), "", "c"),
    )
    where = paths(tmp_path)
    where.log.mkdir()
    where.log_file.write_text(
        "2026-05-01 12:00:01,001 W x y: http://secret.invalid:1/api of SECRET.invalid is gone\n"
    )
    found = examine(question(tmp_path, *targets), CancelScope())
    report = diagnosis_report(found)
    assert "http://attic/api of attic is gone" in report
    assert "There’s no computer called “attic” on your network." in report
    assert "server 3" in report
    assert "invalid" not in report.casefold()
