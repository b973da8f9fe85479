"""The program killed twenty times in mid pull: the next start goes on where it was."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop.conftest import StartApp
from tests.desktop.harness.desktop import VirtualDesktop
from tests.fakes import FaultyServer, faults, small
from tests.support.waiting import wait_for

KILLS = 20
NAMES = ("one:latest", "two:latest", "three:latest")


class Watched(FaultyServer):
    """Counts the pulls of each name that are under way, and the bytes that never come back."""

    def __init__(self) -> None:
        library = small.library("here", published=("one", "two", "three"))
        super().__init__(library=library, speed_bytes_s=1.5e6, tick_s=0.02)
        self.under_way: Counter[str] = Counter()
        self.wrongs: list[str] = []
        self.fault("/api/pull", self._count)

    def _count(self, call: faults.Call) -> None:
        name = self.received(call.exchange).model
        self.under_way[name] += 1
        if self.under_way[name] > 1:
            self.wrongs.append(name)
        try:
            call.answer()
        finally:
            self.under_way[name] -= 1


@pytest.fixture
def server() -> Iterator[Watched]:
    with Watched() as fake:
        yield fake


def stored(path: Path) -> list[str]:
    """The names in the queue file, in their order; it is whole at every moment."""
    return [item["name"] for item in json.loads(path.read_text())["items"]]


@pytest.mark.timeout(240)
def test_the_program_killed_twenty_times(
    shared_desktop: VirtualDesktop,
    start_app: StartApp,
    server: Watched,
    tmp_path: Path,
) -> None:
    shared_desktop.environment["OLLAMA_HOST"] = server.url
    shared_desktop.environment["HTTPS_PROXY"] = "http://127.0.0.1:9"
    queue_file = tmp_path / "data" / "state" / "downloads.json"
    queue_file.parent.mkdir(parents=True)
    queue_file.write_text(
        json.dumps(
            {
                "version": 1,
                "items": [
                    {
                        "id": name,
                        "server_id": "local",
                        "name": name,
                        "state": "waiting",
                        "added_at": "2026-01-01T00:00:00+00:00",
                    }
                    for name in NAMES
                ],
            }
        )
    )
    moments = random.Random(7)
    for number in range(KILLS):
        app = start_app(shared_desktop, "--hidden")
        app.wait_for(lambda: sum(server.under_way.values()), message="no pull was asked for")
        moment_s = time.monotonic() + moments.uniform(0.0, 0.3)
        wait_for(lambda moment_s=moment_s: time.monotonic() >= moment_s)  # type: ignore[misc]
        app.kill()
        assert stored(queue_file) == list(NAMES), f"after kill {number + 1}"
        wait_for(lambda: not sum(server.under_way.values()))
    assert not set(NAMES) & set(server.state.names()), "it was over too early to say anything"
    server.state.set_speed(500e6)
    app = start_app(shared_desktop, "--hidden")
    app.wait_for(lambda: set(NAMES) <= set(server.state.names()), message="not all are installed")
    app.wait_for(
        lambda: [i["state"] for i in json.loads(queue_file.read_text())["items"]] == ["done"] * 3,
        message="the queue does not know that all is done",
    )
    assert server.wrongs == []
    history_file = queue_file.with_name("downloads-history.json")
    app.end()
    ended = [record["name"] for record in json.loads(history_file.read_text())["records"]]
    assert sorted(ended) == sorted(NAMES)
