"""The server killed fifty times in mid pull: nothing is lost, nothing is asked for twice."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QDeadlineTimer
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, faults, small
from tests.unit.workers.conftest import QUICK, Bench, Trail
from tray_app.core.endpoint import Endpoint
from tray_app.core.payloads import PullRequest
from tray_app.core.pulls.states import Hold, PullState
from tray_app.core.records import Poll, ServerState
from tray_app.workers.jobs import Target
from tray_app.workers.poller import ModelPoller
from tray_app.workers.pollers import Pollers
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.runner import JobRunner

KILLS = 50
NAMES = ("one:latest", "two:latest", "three:latest")
S = PullState


class UnderWay:
    """Counts the pulls that a server answers at a time, as a fault of it."""

    def __init__(self) -> None:
        self.now: Counter[str] = Counter()
        self.wrongs: list[str] = []

    def __call__(self, call: faults.Call) -> None:
        name = call.server.received(call.exchange).model
        self.now[name] += 1
        if self.now[name] > 1:
            self.wrongs.append(name)
        try:
            call.answer()
        finally:
            self.now[name] -= 1


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    library = small.library("here", published=("one", "two", "three"))
    with FaultyServer(library=library, speed_bytes_s=8e6, tick_s=0.01) as fake:
        yield fake


@pytest.fixture
def bench(qtbot: QtBot, runner: JobRunner, server: FaultyServer) -> Iterator[Bench]:
    """A queue whose server is watched by a poller, as in the program."""
    target = Target("local", Endpoint.parse(server.url))
    queue = PullQueue(runner, {"local": target}.get, limits=QUICK)

    def make_poller(server_id: str, endpoint: Endpoint) -> ModelPoller:
        return ModelPoller(server_id, endpoint, backoff_s=(0.05,))

    def tell(poll: Poll) -> None:
        status = poll.status
        if poll.snapshot is not None:
            queue.note_snapshot(poll.snapshot)
        if status.state is not ServerState.CONNECTING:
            queue.set_server_online(status.server_id, status.is_online)

    pollers = Pollers(make=make_poller)
    pollers.polled.connect(tell)
    queue.faulted.connect(pollers.refresh)
    pollers.start("local", target.endpoint)
    yield Bench(server, queue, Trail(queue), qtbot)
    queue.close()
    pollers.close()
    assert pollers.wait(QDeadlineTimer(10_000))
    pollers.deleteLater()


def test_the_server_killed_fifty_times(bench: Bench, server: FaultyServer) -> None:
    under_way = UnderWay()
    server.fault("/api/pull", under_way)
    moments = random.Random(4)
    ids = [bench.queue.add(PullRequest("local", name)) for name in NAMES]
    for _ in range(KILLS):
        bench.wait_for(lambda: any(bench.state(i) is S.RUNNING for i in ids))
        wait_moment(bench, moments.uniform(0.0, 0.1))
        server.kill()
        bench.wait_for(lambda: all(item.hold is Hold.SERVER for item in bench.queue.items()))
        assert [item.id for item in bench.queue.items()] == ids, bench.describe()
        assert [item.position for item in bench.queue.items()] == [1, 2, 3]
        server.restart()
    server.state.set_speed(400e6)
    for item_id in ids:
        bench.wait_state(item_id, S.DONE, S.FAILED, timeout_s=30)
    assert [bench.state(item_id) for item_id in ids] == [S.DONE] * 3, bench.describe()
    assert set(NAMES) <= set(server.state.names())
    assert under_way.wrongs == []
    assert bench.trail.removed == []
    for name in NAMES:
        assert S.FAILED not in bench.trail.states[name]
        permilles = bench.trail.permilles[name]
        assert permilles == sorted(permilles)


def wait_moment(bench: Bench, seconds: float) -> None:
    """Some moment of the transfer: the kill is not to wait for a line."""
    start_s = time.monotonic()
    bench.wait_for(lambda: time.monotonic() - start_s >= seconds)
