"""Use: what real looks at a server show of who used which model, and what is no use."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import requests

from tests.contract.gguf_file import gguf_bytes
from tests.contract.targets import TIMEOUT_S, Target
from tests.support.waiting import wait_for
from tray_app.core.records import RunningModel
from tray_app.core.use.watching import MAX_GAP_S, UseWatch
from tray_app.ollama.client import OllamaClient

SAID = [{"role": "user", "content": "hi"}]
REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "generate": ("/api/generate", {"prompt": "hi", "stream": False}),
    "chat": ("/api/chat", {"messages": SAID, "stream": False}),
    "v1": ("/v1/chat/completions", {"messages": SAID}),
    "another client's load": ("/api/generate", {"stream": False}),
}
REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "no tools": ("/api/chat", {"messages": SAID, "tools": [{"type": "function"}]}),
    "no thinking": ("/api/chat", {"messages": SAID, "think": True}),
    "no insert": ("/api/generate", {"prompt": "hi", "suffix": "x"}),
    "a bad option": ("/api/generate", {"prompt": "hi", "options": {"num_ctx": "x"}}),
}
"""They end before anything runs."""


class Watching:
    """Our client looks, and UseWatch judges; a look comes 15 s after the one before."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.client = OllamaClient(target.url)
        self.watch = UseWatch()
        self.at_s = 0.0

    def look(self, *own: str, after_s: float = 15.0) -> list[str]:
        """The names made here that were used since the look before."""
        self.at_s += after_s
        running = self.client.snapshot().running
        watched = self.watch.take(running, self.at_s, own)
        return [row.name for row in watched.used if row.name in self.target.made]

    def row(self, name: str) -> RunningModel | None:
        running = self.client.snapshot().running or ()
        return next((row for row in running if row.name == name), None)

    def expiry(self, name: str) -> datetime | None:
        row = self.row(name)
        assert row is not None
        return row.expires_at

    def moment(self, name: str) -> datetime | None:
        """That of a model which is kept forever."""
        row = self.row(name)
        return row.forever_at if row is not None else None

    def ask(self, name: str, path: str, body: dict[str, Any]) -> None:
        """One request of another client. The server moves the time after its answer: wait."""
        row = self.row(name)
        answer = self.target.ask("POST", path, {"model": name, **body})
        is_runner_poor = answer.status_code == 500 or "cannot unmarshal" in answer.text
        if self.target.is_real and is_runner_poor:
            pytest.skip(f"this server cannot run the tiny model: {answer.text[:200]}")
        assert answer.status_code == 200, answer.text
        if row is not None and row.expires_at is not None:
            wait_for(lambda: self.expiry(name) != row.expires_at, timeout_s=5)

    def load(self, name: str, keep_alive: int = 300) -> None:
        """Have it in memory, before anybody looks."""
        self.ask(name, "/api/generate", {"keep_alive": keep_alive, "stream": False})
        wait_for(lambda: self.row(name), timeout_s=15)


@pytest.fixture
def watching(target: Target) -> Iterator[Watching]:
    made = Watching(target)
    yield made
    made.client.close()


@pytest.mark.parametrize("kind", REQUESTS)
def test_a_request_between_two_looks_is_a_use(watching: Watching, kind: str) -> None:
    name = watching.target.create(template="{{ .Prompt }}")
    watching.load(name)
    watching.look()
    assert watching.look() == []
    watching.ask(name, *REQUESTS[kind])
    assert watching.look() == [name]
    assert watching.look() == []


@pytest.mark.parametrize("kind", REQUESTS)
def test_a_request_that_loads_is_a_use(watching: Watching, kind: str) -> None:
    name = watching.target.create(template="{{ .Prompt }}")
    watching.look()
    watching.ask(name, *REQUESTS[kind])
    assert watching.look() == [name]
    assert watching.look() == []


def test_an_embedding_is_a_use(watching: Watching) -> None:
    target = watching.target
    name = target.create(data=gguf_bytes(target.seed(), embedding=True))
    watching.ask(name, "/api/embed", {"input": ""})
    watching.look()
    watching.ask(name, "/api/embed", {"input": "hi"})
    assert watching.look() == [name]


@pytest.mark.parametrize("kind", REFUSED)
def test_a_request_that_is_refused_is_none(watching: Watching, kind: str) -> None:
    name = watching.target.create(template="{{ .Prompt }}")
    watching.load(name)
    watching.look()
    path, body = REFUSED[kind]
    watching.target.error("POST", path, {"model": name, **body})
    assert watching.look() == []


def test_reading_is_no_use(watching: Watching) -> None:
    name = watching.target.create()
    watching.load(name)
    watching.look()
    watching.target.ask("POST", "/api/show", {"model": name})
    watching.target.rows()
    assert watching.look() == []


def test_a_use_by_the_other_name_of_one_file_is_seen_in_its_row(watching: Watching) -> None:
    target = watching.target
    data = gguf_bytes(target.seed())
    name = target.create(data=data, template="{{ .Prompt }}")
    other = target.create(data=data, template="{{ .Prompt }}", license="another one")
    watching.load(name)
    watching.look()
    before = watching.expiry(name)
    target.ask("POST", "/api/generate", {"model": other, "prompt": "hi", "stream": False})
    wait_for(lambda: watching.expiry(name) != before, timeout_s=5)
    assert watching.look() == [name]


def test_a_kept_model_shows_its_use(watching: Watching) -> None:
    name = watching.target.create(template="{{ .Prompt }}")
    watching.load(name, keep_alive=-1)
    watching.look()
    assert watching.look() == []
    before = watching.moment(name)
    watching.ask(name, "/api/generate", {"prompt": "hi", "stream": False})
    wait_for(lambda: watching.moment(name) != before, timeout_s=5)
    row = watching.row(name)
    assert row is not None
    assert row.expires_at is None
    assert watching.look() == [name]
    assert watching.look() == []


def test_another_clients_keep_is_a_use_and_ours_is_none(watching: Watching) -> None:
    name = watching.target.create()
    watching.load(name)
    watching.look()
    before = watching.expiry(name)
    watching.client.load(name, 600)
    wait_for(lambda: watching.expiry(name) != before, timeout_s=5)
    assert watching.look(name) == []
    watching.ask(name, "/api/generate", {"keep_alive": 900})
    assert watching.look() == [name]


def test_what_happens_in_a_silence_is_not_told(watching: Watching) -> None:
    name = watching.target.create()
    watching.look()
    watching.load(name)
    assert watching.look(after_s=MAX_GAP_S + 1) == []
    watching.watch.lose()
    watching.load(name)
    assert watching.look() == []


def test_the_time_goes_with_the_clock_in_the_first_request_and_stands_in_later_ones(
    watching: Watching,
) -> None:
    name = watching.target.create(template="{{ .Prompt }}")
    body = {"model": name, "prompt": "hi", "stream": False, "options": {"num_predict": 20}}

    def ask() -> None:
        requests.post(f"{watching.target.url}/api/generate", json=body, timeout=TIMEOUT_S)

    for is_first in (True, False):
        watching.look()
        thread = threading.Thread(target=ask)
        thread.start()
        wait_for(lambda: watching.row(name), timeout_s=15)
        # The answer's end moves the time once more, while its thread still reads: three looks tell.
        moments = {watching.expiry(name) for _ in range(3)}
        is_under_way = thread.is_alive()
        thread.join()
        if not is_under_way:
            pytest.skip("this server answers sooner than it can be looked at")
        assert (len(moments) == 3) is is_first
        wait_for(lambda: watching.look() == [name], timeout_s=5)
