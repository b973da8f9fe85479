"""The download manager against a server: pause, resume, stalls, shared weights, updates, damage."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QDeadlineTimer, Slot
from pytestqt.qtbot import QtBot

from tests.contract.targets import Published, RealTarget, Target
from tests.unit.workers.conftest import Trail
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import Changed
from tray_app.core.names import ModelName
from tray_app.core.payloads import PullRequest
from tray_app.core.pulls.policy import QueueLimits, RetryPolicy
from tray_app.core.pulls.progress import LayerState
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.pulls.updates import UpdatePlan
from tray_app.ollama.client import OllamaClient
from tray_app.workers.jobs import Target as ServerAddress
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.runner import JobRunner

BIG = 5_000_000  # floats: 20 MB
SLOW_BYTES_S = 10e6
FAST_BYTES_S = 1e9
LIMITS = QueueLimits(
    max_pulls=2,
    stall_s=2.0,
    policy=RetryPolicy(pauses_s=(0.1, 0.2, 0.5), restart_at_s=0.2),
)
S = PullState


class Downloads:
    """A queue that pulls to the target."""

    def __init__(self, target: Target, queue: PullQueue, qtbot: QtBot) -> None:
        self.target = target
        self.queue = queue
        self.trail = Trail(queue)
        self._qtbot = qtbot

    def add(self, model: Published, old_digest: str = "") -> str:
        self.queue.set_insecure_hosts(frozenset({ModelName.parse(model.name).host}))
        return self.queue.add(PullRequest("local", model.name, old_digest))

    def item(self, item_id: str) -> PullItem:
        found = self.queue.item(item_id)
        assert found is not None
        return found

    def reached(self, item_id: str) -> int:
        progress = self.item(item_id).progress
        return progress.completed_bytes if progress else 0

    def wait(self, condition: Callable[[], object], timeout_s: float = 40.0) -> None:
        def check() -> None:
            assert condition(), [(i.state, i.error, i.progress) for i in self.queue.items()]

        self._qtbot.waitUntil(check, timeout=int(timeout_s * 1000))

    def wait_state(self, item_id: str, state: PullState) -> PullItem:
        ended = (S.DONE, S.FAILED)
        self.wait(lambda: self.item(item_id).state in (state, *ended))
        assert self.item(item_id).state is state, self.item(item_id)
        return self.item(item_id)

    def snapshot(self) -> None:
        with OllamaClient(self.target.url) as client:
            self.queue.note_snapshot(client.snapshot())


@pytest.fixture
def downloads(qtbot: QtBot, target: Target) -> Iterator[Downloads]:
    runner = JobRunner()
    place = ServerAddress("local", Endpoint.parse(target.url))
    queue = PullQueue(runner, {"local": place}.get, limits=LIMITS)
    made = Downloads(target, queue, qtbot)
    made.snapshot()
    yield made
    queue.close()
    runner.close()
    assert runner.wait(QDeadlineTimer(5000))
    qtbot.waitUntil(lambda: not runner.active())
    runner.deleteLater()


def offsets(target: RealTarget, model: Published) -> list[int]:
    """Where the server began to read the weights, request by request."""
    return [
        int(wanted.removeprefix("bytes=").partition("-")[0])
        for _, path, wanted in target.registry.requests
        if path.endswith(model.digests[0]) and wanted
    ]


def test_a_paused_one_goes_on_at_the_same_byte(downloads: Downloads, target: Target) -> None:
    model = target.publish("paused", floats=BIG)
    target.set_speed(SLOW_BYTES_S)
    item_id = downloads.add(model)
    downloads.wait(lambda: downloads.reached(item_id) > 5_000_000)
    downloads.queue.pause(item_id)
    reached = downloads.reached(item_id)
    assert model.name not in target.rows()
    downloads.queue.resume(item_id)
    downloads.wait_state(item_id, S.RUNNING)
    target.set_speed(FAST_BYTES_S)
    done = downloads.wait_state(item_id, S.DONE)
    assert model.name in target.rows()
    permilles = downloads.trail.permilles[model.name]
    assert permilles == sorted(permilles)
    assert S.FAILED not in downloads.trail.states[model.name]
    # At the pause a little more may have been on its way than was told.
    assert done.fetched_bytes < len(model.weights) * 1.05
    if isinstance(target, RealTarget):
        first, *_, last = offsets(target, model)
        assert first == 0
        assert last >= reached * 0.95


def test_a_stall_is_kicked_and_heals(downloads: Downloads, target: Target) -> None:
    model = target.publish("stalled", floats=BIG)
    target.set_speed(SLOW_BYTES_S)
    item_id = downloads.add(model)
    downloads.wait(lambda: downloads.reached(item_id) > 4_000_000)
    target.set_speed(0)
    downloads.wait(lambda: S.RETRYING in downloads.trail.states[model.name])
    assert S.STALLED in downloads.trail.states[model.name]
    target.set_speed(FAST_BYTES_S)
    downloads.wait_state(item_id, S.DONE)
    permilles = downloads.trail.permilles[model.name]
    assert permilles == sorted(permilles)


def test_two_names_that_share_weights_fetch_them_once(downloads: Downloads, target: Target) -> None:
    model = target.publish("base", floats=BIG)
    other = target.publish("other", weights=model.weights, system="You differ.")
    target.set_speed(SLOW_BYTES_S)
    ids = [downloads.add(model), downloads.add(other)]
    downloads.wait(lambda: all(downloads.reached(i) > 4_000_000 for i in ids))
    target.set_speed(FAST_BYTES_S)
    for item_id in ids:
        downloads.wait_state(item_id, S.DONE)
    assert {model.name, other.name} <= set(target.rows())
    if isinstance(target, RealTarget):
        assert offsets(target, model).count(0) == 1
    third = target.publish("third", weights=model.weights, system="And I.")
    done = downloads.wait_state(downloads.add(third), S.DONE)
    assert done.progress is not None
    assert done.progress.layers[0].state is LayerState.HERE
    assert done.net_bytes < 10_000


def test_pausing_one_of_two_that_share_weights_does_not_stop_the_other(
    downloads: Downloads, target: Target
) -> None:
    model = target.publish("one", floats=BIG)
    other = target.publish("two", weights=model.weights, system="You differ.")
    target.set_speed(SLOW_BYTES_S)
    ids = [downloads.add(model), downloads.add(other)]
    downloads.wait(lambda: all(downloads.reached(i) > 4_000_000 for i in ids))
    downloads.queue.pause(ids[0])
    target.set_speed(FAST_BYTES_S)
    downloads.wait_state(ids[1], S.DONE)
    assert downloads.item(ids[0]).state is S.PAUSED
    downloads.queue.resume(ids[0])
    downloads.wait_state(ids[0], S.DONE)


def test_an_update_knows_what_it_replaces(downloads: Downloads, target: Target) -> None:
    old = target.publish("updated")
    downloads.wait_state(downloads.add(old), S.DONE)
    digest = target.rows()[old.name]["digest"]
    new = target.publish("updated", system="newer")
    item_id = downloads.add(new, digest)
    done = downloads.wait_state(item_id, S.DONE)
    assert done.old_digest == digest
    assert target.rows()[new.name]["digest"] != digest
    # Once more: nothing is fetched, and it is done all the same.
    again = downloads.wait_state(downloads.add(new), S.DONE)
    assert again.fetched_bytes == 0


def test_an_update_keeps_the_old_version_and_pulls_nothing_twice(
    downloads: Downloads, target: Target
) -> None:
    old = target.publish("kept")
    downloads.wait_state(downloads.add(old), S.DONE)
    new = target.publish("kept", system="newer")
    plan = UpdatePlan(keep_days=7)  # its registry was marked for plain HTTP by the first pull
    request = PullRequest("local", old.name, old.package.digest, plan)
    done = downloads.wait_state(downloads.queue.add(request), S.DONE)
    assert done.update is not None
    target.made.append(done.update.kept_name)
    rows = target.rows()
    assert rows[done.update.kept_name]["digest"] == old.package.digest
    assert rows[new.name]["digest"] == new.package.digest
    downloads.snapshot()
    request = PullRequest("local", old.name, new.package.digest, plan)
    again = downloads.wait_state(downloads.queue.add(request), S.DONE)
    assert again.update is not None
    assert again.update.was_current
    assert target.rows()[new.name]["modified_at"] == rows[new.name]["modified_at"]


def test_an_update_stops_where_somebody_else_was_first(
    downloads: Downloads, target: Target
) -> None:
    old = target.publish("meanwhile")
    downloads.wait_state(downloads.add(old), S.DONE)
    target.publish("meanwhile", system="theirs")
    list(target.pull(old.name))
    theirs = target.rows()[old.name]["digest"]
    new = target.publish("meanwhile", system="newest")
    request = PullRequest("local", old.name, old.package.digest, UpdatePlan())
    item_id = downloads.queue.add(request)
    stopped = downloads.wait_state(item_id, S.FAILED)
    assert isinstance(stopped.error, Changed)
    assert target.rows()[old.name]["digest"] == theirs
    downloads.queue.retry(item_id)
    downloads.wait(lambda: target.rows()[old.name]["digest"] == new.package.digest)


def test_a_file_that_arrives_damaged_is_fetched_once_more(
    downloads: Downloads, target: Target
) -> None:
    model = target.publish("damaged", floats=BIG)
    target.set_speed(4 * SLOW_BYTES_S)  # a layer that comes between two lines has none
    target.damage(model)

    @Slot(object)
    def repair(item: PullItem) -> None:
        if item.state is S.RETRYING:
            target.repair()

    downloads.queue.item_changed.connect(repair)
    done = downloads.wait_state(downloads.add(model), S.DONE)
    assert downloads.trail.states[model.name].count(S.RETRYING) == 1
    assert done.fetched_bytes > 1.5 * len(model.weights)
    assert done.net_bytes <= model.package.size


def test_a_cancel_ends_the_servers_work(downloads: Downloads, target: Target) -> None:
    model = target.publish("canceled", floats=BIG)
    target.set_speed(SLOW_BYTES_S)
    item_id = downloads.add(model)
    downloads.wait(lambda: downloads.reached(item_id) > 4_000_000)
    downloads.queue.cancel(item_id)
    # Asked for again at once: it may meet the download that is just being canceled.
    again = downloads.add(model)
    target.set_speed(FAST_BYTES_S)
    downloads.wait_state(again, S.DONE)
    assert S.FAILED not in downloads.trail.states[model.name]
