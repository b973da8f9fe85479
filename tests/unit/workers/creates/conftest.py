"""A queue of creates on a demo server, with files to make models of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from tests.contract.gguf_file import plain_bytes
from tests.fakes import FaultyServer, small
from tests.support.waiting import PATIENCE_S
from tray_app.core.creates.records import CreateItem, CreateRequest, CreateState
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import OllamaError
from tray_app.core.records import Snapshot
from tray_app.ollama.client import OllamaClient
from tray_app.ollama.creating import Pace
from tray_app.workers.creates.queue import CreateQueue
from tray_app.workers.creates.store import CreateStore
from tray_app.workers.jobs import Target
from tray_app.workers.runner import JobRunner

QUICK = Pace((0.01,), (0.0, 0.05, 0.1), (0.02,), lambda _request: 5.0)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("here")) as fake:
        yield fake


class Trail(QObject):
    """Remembers what a queue told."""

    def __init__(self, queue: CreateQueue) -> None:
        super().__init__()
        self.states: dict[str, list[CreateState]] = {}
        self.made: list[CreateItem] = []
        self.removed: list[str] = []
        queue.changed.connect(self._on_changed)
        queue.made.connect(self._on_made)
        queue.removed.connect(self._on_removed)

    @Slot(object)
    def _on_changed(self, item: CreateItem) -> None:
        states = self.states.setdefault(item.name, [])
        if not states or states[-1] is not item.state:
            states.append(item.state)

    @Slot(object)
    def _on_made(self, item: CreateItem) -> None:
        self.made.append(item)

    @Slot(str)
    def _on_removed(self, item_id: str) -> None:
        self.removed.append(item_id)


@dataclass
class Bench:
    """A queue with what it needs, on `server`."""

    server: FaultyServer
    queue: CreateQueue
    trail: Trail
    qtbot: QtBot
    folder: Path
    seeds: Iterator[int] = field(default_factory=lambda: iter(range(1, 10_000)))

    def file(self, name: str = "m.gguf", *, floats: int = 1024) -> Path:
        """A file as nobody has one yet."""
        path = self.folder / name
        path.write_bytes(plain_bytes(next(self.seeds), floats=floats))
        return path

    def request(self, name: str, path: Path | None = None) -> CreateRequest:
        file = path or self.file(f"{name}.gguf")
        return CreateRequest(
            "local", name, (str(file),), architecture="llama", size_bytes=file.stat().st_size
        )

    def item(self, item_id: str) -> CreateItem:
        found = self.queue.item(item_id)
        assert found is not None
        return found

    def wait_for(self, condition: Callable[[], object], timeout_s: float = PATIENCE_S) -> None:
        def check() -> None:
            assert condition(), self.queue.items()

        self.qtbot.waitUntil(check, timeout=int(timeout_s * 1000))

    def wait_state(self, item_id: str, *states: CreateState) -> CreateItem:
        self.wait_for(lambda: self.item(item_id).state in states)
        return self.item(item_id)

    def poll(self) -> None:
        """One poll, as the program makes them all the time."""
        try:
            with OllamaClient(self.server.url) as client:
                snapshot = client.snapshot()
        except OllamaError:
            self.queue.set_server_online("local", False)
        else:
            self.queue.note_snapshot(snapshot)

    def snapshot(self) -> Snapshot:
        with OllamaClient(self.server.url) as client:
            return client.snapshot()

    @property
    def names(self) -> list[str]:
        return self.server.state.names()


QueueMaker = Callable[..., Bench]


@pytest.fixture
def make_queue(
    qtbot: QtBot, runner: JobRunner, server: FaultyServer, tmp_path: Path
) -> Iterator[QueueMaker]:
    queues: list[CreateQueue] = []

    def make(path: Path | None = None, *, online: bool = True, pace: Pace = QUICK) -> Bench:
        target = Target("local", Endpoint.parse(server.url))
        store = CreateStore(path) if path is not None else None
        queue = CreateQueue(runner, {"local": target}.get, store, pace=pace)
        queues.append(queue)
        trail = Trail(queue)
        queue.load()
        queue.set_server_online("local", online)
        return Bench(server, queue, trail, qtbot, tmp_path)

    yield make
    for queue in queues:
        queue.close()
