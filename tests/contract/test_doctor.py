"""What the doctor finds at a real Ollama, and at real nginx and Caddy before one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.contract.targets import Target
from tests.fakes import FaultyServer, small
from tests.fakes.fronts import Caddy, Nginx, Site
from tray_app.core.diagnosis.facts import ServerTarget
from tray_app.core.diagnosis.findings import Finding, FindingKind, RemedyKind
from tray_app.core.diagnosis.rules import server_checks
from tray_app.core.endpoint import Access, Endpoint
from tray_app.core.sign_in import SignInKind
from tray_app.diagnosis.question import Question
from tray_app.diagnosis.servers import examine_server
from tray_app.ollama import CancelScope
from tray_app.paths import paths
from tray_app.settings import SettingsValues
from tray_app.text import finding_words

K = FindingKind
NAME = "nas.fritz.box"
TOKEN = (("Authorization", "Bearer sEcReT"),)
WRONG = (("Authorization", "Bearer other"),)


@pytest.fixture(autouse=True)
def in_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name of the network leads to this computer."""
    ask = socket.getaddrinfo

    def look_up(host: Any, *more: Any, **named: Any) -> Any:
        return ask("127.0.0.1" if host == NAME else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def answer_of(port: int, tmp_path: Path, headers: tuple[tuple[str, str], ...] = ()) -> Finding:
    """What is found first at that port."""
    endpoint = Endpoint.parse(f"http://{NAME}:{port}").with_access(Access(headers))
    target = ServerTarget(endpoint, "nas", "n", sign_in=SignInKind.TOKEN)
    question = Question((target,), paths(tmp_path), SettingsValues())
    checks = server_checks(target, asks_for_newest=False)[:1]
    told = list(examine_server(target, checks, question, CancelScope()))
    (finding,) = told[1].findings  # type: ignore[union-attr]
    return finding


def test_ollama_refuses_a_name_and_is_used_by_its_address(target: Target, tmp_path: Path) -> None:
    port = urlsplit(target.url).port or 11434
    finding = answer_of(port, tmp_path)
    assert finding.kind is K.HOST_REFUSED
    assert finding.remedy is not None
    assert finding.remedy.kind is RemedyKind.USE_ADDRESS
    assert finding.remedy.value in ("127.0.0.1", f"127.0.0.1:{port}")
    assert finding_words(finding).why == (
        "Ollama there refuses the name “nas.fritz.box”. Use its IP address instead."
    )
    assert "HTTP 403" in finding.details


@pytest.fixture
def ollama() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("tiny")) as server:
        yield server


def test_nginx_that_wants_a_token(ollama: FaultyServer, tmp_path: Path) -> None:
    gate = 'if ($http_authorization != "Bearer sEcReT") { return 401; }'
    passed = f"proxy_pass {ollama.url}; proxy_set_header Host localhost;"
    with Nginx(tmp_path, Site(f"location / {{ {gate} {passed} }}")) as front:
        (port,) = front.ports
        assert answer_of(port, tmp_path).kind is K.TOKEN_WANTED
        refused = answer_of(port, tmp_path, WRONG)
        assert refused.kind is K.SIGN_IN_REFUSED
        assert finding_words(refused).title == "Wrong token"
        assert "Authorization: •••" in refused.details
        assert "other" not in " ".join(refused.details)
        assert answer_of(port, tmp_path, TOKEN).kind is K.ANSWERS_FINE


def test_nginx_before_an_ollama_that_is_off(tmp_path: Path) -> None:
    with Nginx(tmp_path, Site("location / { proxy_pass http://127.0.0.1:9; }")) as front:
        finding = answer_of(front.ports[0], tmp_path)
    assert finding.kind is K.BEHIND_IS_AWAY
    assert finding_words(finding).why == "It answers with 502."


def test_nginx_that_wants_https(tmp_path: Path) -> None:
    with Nginx(tmp_path, Site("return 301 https://$host$request_uri;")) as front:
        finding = answer_of(front.ports[0], tmp_path)
    assert finding.kind is K.WANTS_HTTPS
    assert finding.remedy is not None
    assert finding.remedy.value == f"https://{NAME}"


def test_nginx_whose_path_was_forgotten(ollama: FaultyServer, tmp_path: Path) -> None:
    site = Site(f"location /ollama/ {{ proxy_pass {ollama.url}/; }}")
    with Nginx(tmp_path, site) as front:
        assert answer_of(front.ports[0], tmp_path).kind is K.PATH_MISSING


def test_caddy_whose_path_was_forgotten(ollama: FaultyServer, tmp_path: Path) -> None:
    """It says nothing, as if all were well."""
    site = Site(f"handle_path /ollama/* {{\nreverse_proxy {ollama.url}\n}}")
    with Caddy(tmp_path, site) as front:
        assert answer_of(front.ports[0], tmp_path).kind is K.PATH_MISSING
