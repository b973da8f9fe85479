"""The program killed and ended while models are made: one of each in the end, and none twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.gguf_file import plain_bytes
from tests.desktop.conftest import StartApp
from tests.desktop.harness.desktop import VirtualDesktop
from tests.fakes import FaultyServer, faults, small
from tests.support.waiting import wait_for

UPLOAD_S = 0.4


class Slow(FaultyServer):
    """Takes uploads slowly, and works on a model for a while."""

    def __init__(self) -> None:
        super().__init__(library=small.library("here"))
        self.state.quantizer.seconds = 2.0
        self.fault("*", self._drip, method="POST")

    def _drip(self, call: faults.Call) -> None:
        if "/blobs/" in call.exchange.path:
            call.exchange.pause(UPLOAD_S)
        call.answer()

    @property
    def uploads(self) -> int:
        return sum(r.method == "POST" and "/blobs/" in r.path for r in self.requests)

    @property
    def creates(self) -> int:
        return len(self.asked("/api/create"))


@pytest.fixture
def server() -> Iterator[Slow]:
    with Slow() as fake:
        yield fake


@pytest.fixture
def creates_file(tmp_path: Path) -> Path:
    """One that an earlier run had in its line."""
    file = tmp_path / "large.gguf"
    file.write_bytes(plain_bytes(1, floats=8_000_000))
    path = tmp_path / "data" / "state" / "creates.json"
    path.parent.mkdir(parents=True)
    item = {
        "id": "one",
        "request": {"server_id": "local", "name": "mine", "files": [str(file)]},
        "state": "waiting",
        "added_at": "2026-01-01T00:00:00+00:00",
    }
    path.write_text(json.dumps({"version": 1, "items": [item]}))
    return path


def state_in(path: Path) -> str:
    """What is on disk of it; the file is whole at every moment."""
    (item,) = json.loads(path.read_text())["items"]
    return str(item["state"])


@pytest.mark.timeout(120)
def test_the_program_killed_in_every_phase(
    shared_desktop: VirtualDesktop, start_app: StartApp, server: Slow, creates_file: Path
) -> None:
    shared_desktop.environment["OLLAMA_HOST"] = server.url
    shared_desktop.environment["HTTPS_PROXY"] = "http://127.0.0.1:9"
    app = start_app(shared_desktop, "--hidden")
    app.wait_for(lambda: server.uploads, message="no upload")
    app.kill()
    app = start_app(shared_desktop, "--hidden")
    app.wait_for(lambda: server.creates, message="no create")
    app.kill()
    # The server goes on by itself, and the next run waits for it.
    app = start_app(shared_desktop, "--hidden")
    app.wait_for(lambda: "mine:latest" in server.state.names(), message="not made")
    app.wait_for(lambda: state_in(creates_file) == "done", message="nobody knows that it is done")
    app.end()
    assert server.creates == 1
    assert server.state.names() == ["mine:latest", "here:latest"]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("phase", ["uploads", "creates"])
def test_the_program_ends_at_once(
    shared_desktop: VirtualDesktop,
    start_app: StartApp,
    server: Slow,
    creates_file: Path,
    phase: str,
) -> None:
    shared_desktop.environment["OLLAMA_HOST"] = server.url
    shared_desktop.environment["HTTPS_PROXY"] = "http://127.0.0.1:9"
    app = start_app(shared_desktop, "--hidden")
    app.wait_for(lambda: getattr(server, phase), message=f"no {phase}")
    app.end()
    assert state_in(creates_file) in ("uploading", "making")
    is_made = phase == "creates"
    if is_made:
        wait_for(lambda: "mine:latest" in server.state.names())
    assert ("mine:latest" in server.state.names()) is is_made
