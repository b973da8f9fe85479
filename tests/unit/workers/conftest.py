"""A runner, a queue and a poller on a real HTTP server, with a quick pace and clean ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QDeadlineTimer, QObject, Slot
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, small
from tests.support.waiting import PATIENCE_S
from tray_app.core.endpoint import Endpoint
from tray_app.core.pulls.policy import QueueLimits, RetryPolicy
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.workers.jobs import Target
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.pulls.store import PullStore
from tray_app.workers.runner import JobRunner

QUICK = QueueLimits(
    max_pulls=2,
    stall_s=0.6,
    policy=RetryPolicy(pauses_s=(0.05, 0.1, 0.2), restart_at_s=0.05, max_attempts=10),
)
MB = 1_000_000


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    """A server with one installed model and some to pull, at a speed that shows progress."""
    library = small.library("here", published=("here", "one", "two", "three", "four"))
    with FaultyServer(library=library, speed_bytes_s=200 * MB, tick_s=0.01, verify_s=0.02) as fake:
        yield fake


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    jobs = JobRunner()
    yield jobs
    jobs.close()
    assert jobs.wait(QDeadlineTimer(10_000))
    qtbot.waitUntil(lambda: not jobs.active(), timeout=10_000)
    jobs.deleteLater()


class Trail(QObject):
    """Remembers what a queue told about its rows."""

    def __init__(self, queue: PullQueue) -> None:
        super().__init__()
        self.states: dict[str, list[PullState]] = {}
        self.permilles: dict[str, list[int]] = {}
        self.ended: list[PullItem] = []
        self.removed: list[str] = []
        queue.item_added.connect(self._on_item)
        queue.item_changed.connect(self._on_item)
        queue.item_ended.connect(self._on_ended)
        queue.item_removed.connect(self._on_removed)

    @Slot(object)
    def _on_item(self, item: PullItem) -> None:
        states = self.states.setdefault(item.name, [])
        if not states or states[-1] is not item.state:
            states.append(item.state)
        if item.progress is not None and item.progress.permille is not None:
            self.permilles.setdefault(item.name, []).append(item.progress.permille)

    @Slot(object)
    def _on_ended(self, item: PullItem) -> None:
        self.ended.append(item)

    @Slot(str)
    def _on_removed(self, item_id: str) -> None:
        self.removed.append(item_id)


@dataclass
class Bench:
    """A queue with what it needs, on `server`."""

    server: FaultyServer
    queue: PullQueue
    trail: Trail
    qtbot: QtBot
    online: bool = field(default=True)

    def wait_for(self, condition: Callable[[], object], timeout_s: float = PATIENCE_S) -> None:
        def check() -> None:
            assert condition(), self.describe()

        self.qtbot.waitUntil(check, timeout=int(timeout_s * 1000))

    def state(self, item_id: str) -> PullState:
        item = self.queue.item(item_id)
        assert item is not None
        return item.state

    def wait_state(self, item_id: str, *states: PullState, timeout_s: float = PATIENCE_S) -> None:
        self.wait_for(lambda: self.state(item_id) in states, timeout_s)

    def describe(self) -> str:
        return "; ".join(
            f"{i.name} {i.state} {i.hold} {i.error!r} {i.progress and i.progress.permille}"
            for i in self.queue.items()
        )


QueueMaker = Callable[..., Bench]


@pytest.fixture
def make_queue(qtbot: QtBot, runner: JobRunner, server: FaultyServer) -> Iterator[QueueMaker]:
    queues: list[PullQueue] = []

    def make(path: Path | None = None, limits: QueueLimits = QUICK, online: bool = True) -> Bench:
        target = Target("local", Endpoint.parse(server.url))
        queue = PullQueue(
            runner, {"local": target}.get, PullStore(path) if path else None, limits=limits
        )
        queues.append(queue)
        trail = Trail(queue)
        queue.set_server_online("local", online)
        return Bench(server, queue, trail, qtbot)

    yield make
    for queue in queues:
        queue.close()
