"""Random lives of renames, copies and deletions in front of the demo server: no model is lost.

TEST_LIVES=10000 leads so many of them, instead of a few.
"""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Callable

import pytest

from tests.fakes import FaultyServer, small
from tests.support.in_process import client_of
from tests.support.rename_lives import MODELS, Hook, Tally, lead
from tray_app.demo import DemoState, Library
from tray_app.demo.store.naming import parse
from tray_app.ollama import OllamaClient
from tray_app.ollama.transport import Transport

_log = logging.getLogger(__name__)
LIVES = int(os.environ.get("TEST_LIVES", "0"))
IN_PROCESS, OVER_HTTP = LIVES or 100, LIVES // 25 or 6


class DemoWorld:
    """The store of a demo server."""

    prefix = ""

    def __init__(self, state: DemoState) -> None:
        self.state = state
        self.packages = [small.model(f"model {number}") for number in range(MODELS)]

    def client(self, hook: Hook) -> OllamaClient:
        return client_of(self.state, hook)

    def rows(self) -> dict[str, str]:
        return {
            item.ref.display: item.package.digest.removeprefix("sha256:")
            for item in self.state.installed()
        }

    def put(self, name: str, number: int) -> None:
        ref = self.state.canonical(parse(name))
        self.state.install(ref, self.packages[number])

    def drop(self, name: str) -> None:
        self.state.remove(name)

    def load(self, name: str) -> None:
        item = self.state.find(parse(name))
        if item is not None:
            self.state.memory.put(item.ref, item.package, 300 * 10**9)

    def set_full(self, is_full: bool) -> None:
        self.state.disk_free_bytes = 0 if is_full else None

    def clear(self) -> None:
        for name in self.rows():
            self.state.remove(name)
        self.state.broken.clear()
        self.state.memory.clear()


class TwoSpellings(DemoWorld):
    """Parts of names lie on the disk as no server would write them: what is found is chance."""

    def __init__(self, state: DemoState) -> None:
        super().__init__(state)
        state.map_order = random.Random(1)

    def put(self, name: str, number: int) -> None:
        self.state.install(parse(name), self.packages[number])


class HttpWorld(DemoWorld):
    """The same over HTTP."""

    def __init__(self, server: FaultyServer) -> None:
        super().__init__(server.state)
        self._url = server.url

    def client(self, hook: Hook) -> OllamaClient:
        client = OllamaClient(self._url)
        client._transport = Telling(client._transport, hook)
        return client


class Telling(Transport):
    """Tells of each request before it is sent."""

    def __init__(self, transport: Transport, hook: Hook) -> None:
        super().__init__(transport.endpoint, scope=transport.scope)
        self._hook = hook

    def request(self, method: str, path: str, *args: object, **more: object):  # type: ignore[no-untyped-def,override]
        self._hook(method, path)
        return super().request(method, path, *args, **more)  # type: ignore[arg-type]


def check(tally: Tally, count: int) -> None:
    _log.info("%s", tally.told())
    assert tally.lives == count
    assert tally.lost == []
    assert tally.endings["rename: renamed"] > count
    assert tally.meddled > count // 4


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("make", [DemoWorld, TwoSpellings])
def test_no_model_is_lost(make: Callable[[DemoState], DemoWorld]) -> None:
    world = make(DemoState(Library()))
    check(lead(world, IN_PROCESS), IN_PROCESS)


@pytest.mark.timeout(3600)
def test_no_model_is_lost_over_http() -> None:
    with FaultyServer(library=Library()) as server:
        check(lead(HttpWorld(server), OVER_HTTP, 50_000), OVER_HTTP)
