"""What the doctor finds at a real Ollama, and at real nginx and Caddy before one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.contract.targets import Target
from tests.fakes import FaultyServer, small
from tests.support.tools import lacks
from tests.support.waiting import wait_for
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
NGINX = """\
daemon off; pid {folder}/pid; error_log {folder}/log; events {{ worker_connections 16; }}
http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
server {{ listen 127.0.0.1:{port}; {site} }} }}
"""
CADDY = """\
{{
  admin off
  auto_https off
}}
http://:{port} {{
  {site}
}}
"""


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


Start = Callable[[str, str], int]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts nginx or Caddy with a site, and tells its port."""
    running: list[subprocess.Popen[bytes]] = []

    def start_front(program: str, site: str) -> int:
        found = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin")
        if found is None:
            lacks(program)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        file = tmp_path / program
        template = NGINX if program == "nginx" else CADDY
        file.write_text(template.format(folder=tmp_path, port=port, site=site))
        words = ["-c", str(file)]
        if program == "caddy":
            words = ["run", "--adapter", "caddyfile", "--config", str(file)]
        home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
        running.append(
            subprocess.Popen(
                [found, *words],
                env={**os.environ, **home},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        wait_for(lambda: accepts(port), message=f"{program} does not start")
        return port

    yield start_front
    for process in running:
        process.terminate()
        process.wait(10)


def accepts(port: int) -> bool:
    with socket.socket() as link:
        return link.connect_ex(("127.0.0.1", port)) == 0


def test_nginx_that_wants_a_token(ollama: FaultyServer, start: Start, tmp_path: Path) -> None:
    gate = 'if ($http_authorization != "Bearer sEcReT") { return 401; }'
    port = start("nginx", f"location / {{ {gate} proxy_pass {ollama.url}; "
                          "proxy_set_header Host localhost; }")  # fmt: skip
    assert answer_of(port, tmp_path).kind is K.TOKEN_WANTED
    refused = answer_of(port, tmp_path, WRONG)
    assert refused.kind is K.SIGN_IN_REFUSED
    assert finding_words(refused).title == "Wrong token"
    assert "Authorization: •••" in refused.details
    assert "other" not in " ".join(refused.details)
    assert answer_of(port, tmp_path, TOKEN).kind is K.ANSWERS_FINE


def test_nginx_before_an_ollama_that_is_off(start: Start, tmp_path: Path) -> None:
    port = start("nginx", "location / { proxy_pass http://127.0.0.1:9; }")
    finding = answer_of(port, tmp_path)
    assert finding.kind is K.BEHIND_IS_AWAY
    assert finding_words(finding).why == "It answers with 502."


def test_nginx_that_wants_https(start: Start, tmp_path: Path) -> None:
    port = start("nginx", "return 301 https://$host$request_uri;")
    finding = answer_of(port, tmp_path)
    assert finding.kind is K.WANTS_HTTPS
    assert finding.remedy is not None
    assert finding.remedy.value == f"https://{NAME}"


def test_a_forgotten_path(ollama: FaultyServer, start: Start, tmp_path: Path) -> None:
    """nginx says that there is no such page; Caddy says nothing, as if all were well."""
    port = start("nginx", f"location /ollama/ {{ proxy_pass {ollama.url}/; }}")
    assert answer_of(port, tmp_path).kind is K.PATH_MISSING
    port = start("caddy", f"handle_path /ollama/* {{\n reverse_proxy {ollama.url}\n }}")
    assert answer_of(port, tmp_path).kind is K.PATH_MISSING
