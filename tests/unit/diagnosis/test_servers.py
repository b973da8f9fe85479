from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, faults, small
from tray_app.core.diagnosis.facts import ServerFacts, ServerTarget
from tray_app.core.diagnosis.rules import server_checks
from tray_app.core.endpoint import is_loopback
from tray_app.diagnosis.question import Question
from tray_app.diagnosis.releases import Releases
from tray_app.diagnosis.servers import examine_server, own_addresses
from tray_app.ollama import CancelScope, Endpoint
from tray_app.paths import paths
from tray_app.settings import SettingsValues


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tray_app.diagnosis.servers.own_addresses", tuple)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("tiny")) as running:
        yield running


def facts(endpoint: Endpoint, tmp_path: Path, releases: Releases | None = None) -> ServerFacts:
    """What is known once everything was looked at."""
    target = ServerTarget(endpoint, "nas", "n")
    question = Question((target,), paths(tmp_path), SettingsValues(), releases=releases)
    checks = server_checks(target, asks_for_newest=releases is not None)
    told = list(examine_server(target, checks, question, CancelScope()))
    assert isinstance(told[-1], ServerFacts)
    return told[-1]


def test_our_own_addresses_are_none_of_this_computer_alone() -> None:
    for address in own_addresses():
        assert not is_loopback(address)


def test_it_is_asked_from_outside_without_what_signs_in(
    server: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tray_app.diagnosis.servers.own_addresses", lambda: ("127.0.0.1",))
    endpoint = Endpoint.parse(server.url.replace("http://", "http://me:pw@"))
    found = facts(endpoint, tmp_path)
    assert found.open_at == server.url.removeprefix("http://")
    assert found.is_signed_in
    assert found.sent_headers == ("Authorization",)
    signed = ["authorization" in map(str.casefold, each.headers) for each in server.requests]
    assert signed == [*[True] * (len(signed) - 1), False]


def test_one_that_refuses_names_is_known_by_its_address(
    server: FaultyServer, tmp_path: Path
) -> None:
    server.fault("*", faults.forbidden(), times=None)
    port = Endpoint.parse(server.url).port
    assert facts(Endpoint.parse(f"http://localhost:{port}"), tmp_path).own_address == (
        f"127.0.0.1:{port}"
    )
    assert facts(Endpoint.parse(server.url), tmp_path).own_address == ""


def test_the_newest_is_only_asked_of_servers_that_answer(
    server: FaultyServer, tmp_path: Path
) -> None:
    releases = Releases(tmp_path / "release.json", server.url)
    latest = "/repos/ollama/ollama/releases/latest"
    server.fault(latest, faults.reply_json(200, {"tag_name": "v9.0.0"}), times=None)
    found = facts(Endpoint.parse("http://127.0.0.1:9"), tmp_path, releases)
    assert found.newest == ""
    assert found.error is not None
    found = facts(Endpoint.parse(server.url), tmp_path, releases)
    assert found.newest == "9.0.0"
    assert found.install is not None
