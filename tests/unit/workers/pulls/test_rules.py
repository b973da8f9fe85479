"""Rules of the queue against real HTTP: what holds downloads, whom, and until when."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer
from tests.unit.workers.conftest import MB, QUICK, Bench, QueueMaker
from tray_app.core.endpoint import Endpoint
from tray_app.core.payloads import PullRequest
from tray_app.core.pulls.policy import QueueLimits
from tray_app.core.pulls.rules import ROOM_MARGIN_BYTES, DiskSpace
from tray_app.core.pulls.states import Hold, PullItem, PullState
from tray_app.ollama.local_store import BlobFile, LocalStore
from tray_app.workers.jobs import Target
from tray_app.workers.pulls.disk_watch import DiskWatch
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.runner import JobRunner

S = PullState
KEPT = 1000 * MB
SLOW = 1 * MB
"""Of 40 MB a second: nothing ends by itself while a test looks."""
ROOMY = QueueLimits(2, QUICK.stall_s, QUICK.policy, keep_free_bytes=KEPT)


def add(bench: Bench, name: str) -> str:
    return bench.queue.add(PullRequest("local", f"{name}:latest"))


def item(bench: Bench, item_id: str) -> PullItem:
    found = bench.queue.item(item_id)
    assert found is not None
    return found


def test_the_hold_is_said_at_once_and_with_its_end(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.state.set_speed(SLOW)
    item_id = add(bench, "one")
    bench.wait_state(item_id, S.RUNNING)
    bench.queue.set_rule(Hold.QUIET_HOURS, Hold.QUIET_HOURS, time(7))
    held = item(bench, item_id)
    assert (held.state, held.hold, held.hold_until) == (S.WAITING, Hold.QUIET_HOURS, time(7))
    bench.queue.set_rule(Hold.METERED, Hold.QUIET_HOURS, time(7))
    bench.wait_for(lambda: item(bench, item_id).hold is Hold.METERED)
    assert item(bench, item_id).hold_until is None
    reached = item(bench, item_id).progress
    bench.queue.set_rule(None)
    bench.server.state.set_speed(400 * MB)
    bench.wait_state(item_id, S.DONE)
    assert reached is not None
    assert bench.trail.permilles["one:latest"] == sorted(bench.trail.permilles["one:latest"])


def test_a_server_elsewhere_has_a_power_supply_of_its_own(
    qtbot: QtBot, runner: JobRunner, server: FaultyServer
) -> None:
    away = Target("away", Endpoint.parse("http://away.invalid:11434"))
    here = Target("local", Endpoint.parse(server.url))
    queue = PullQueue(runner, {"away": away, "local": here}.get, limits=QUICK)
    try:
        queue.set_rule(Hold.BATTERY)
        for server_id in ("away", "local"):
            queue.add(PullRequest(server_id, "one:latest"))
            queue.set_server_online(server_id, True)
        states = {i.server_id: (i.state, i.hold) for i in queue.items()}
        assert states["local"] == (S.WAITING, Hold.BATTERY)
        assert states["away"][0] is S.PREPARING
        queue.set_rule(None, Hold.QUIET_HOURS, time(7))
        states = {i.server_id: (i.state, i.hold) for i in queue.items()}
        assert states["away"] == (S.WAITING, Hold.QUIET_HOURS)
        assert states["local"][0] is S.PREPARING
    finally:
        queue.close()


def test_what_a_person_starts_now_no_later_rule_stops(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.state.set_speed(SLOW)
    bench.queue.set_rule(Hold.METERED)
    item_id, other_id = add(bench, "one"), add(bench, "two")
    bench.queue.start_now(item_id)
    bench.wait_state(item_id, S.RUNNING)
    bench.queue.set_rule(Hold.BATTERY)
    assert bench.state(item_id) is S.RUNNING
    assert (bench.state(other_id), item(bench, other_id).hold) == (S.WAITING, Hold.BATTERY)
    bench.queue.pause(item_id)
    bench.queue.resume(item_id)
    assert item(bench, item_id).hold is Hold.BATTERY, "what was paused is like any other"


def test_a_retry_by_hand_needs_no_place_but_obeys_the_rules(make_queue: QueueMaker) -> None:
    bench = make_queue(limits=QueueLimits(1, QUICK.stall_s, QUICK.policy))
    bench.server.state.set_speed(SLOW)
    bench.server.state.fail_pull("two:latest", "no space left on device")
    failed_id = add(bench, "two")
    bench.wait_state(failed_id, S.FAILED)
    running_id = add(bench, "one")
    bench.wait_state(running_id, S.RUNNING)
    bench.queue.set_rule(Hold.METERED)
    bench.queue.retry(failed_id)
    assert item(bench, failed_id).hold is Hold.METERED


def test_a_pull_that_would_not_fit_waits_until_it_does(make_queue: QueueMaker) -> None:
    bench = make_queue(limits=ROOMY)
    bench.server.state.set_speed(SLOW)
    item_id = add(bench, "one")
    bench.wait_state(item_id, S.RUNNING)
    bench.queue.set_disk_space(DiskSpace("local", 1010 * MB, {item_id: {"x": 40 * MB}}))
    held = item(bench, item_id)
    assert (held.state, held.hold) == (S.WAITING, Hold.DISK)
    assert held.missing_bytes == 30 * MB + ROOM_MARGIN_BYTES
    bench.queue.set_disk_space(DiskSpace("local", 1040 * MB, {item_id: {"x": 40 * MB}}))
    assert item(bench, item_id).missing_bytes == ROOM_MARGIN_BYTES
    bench.server.state.set_speed(400 * MB)
    bench.queue.set_disk_space(
        DiskSpace("local", 1040 * MB + ROOM_MARGIN_BYTES, {item_id: {"x": 40 * MB}})
    )
    bench.wait_state(item_id, S.DONE)


def test_each_fits_alone_but_not_both(make_queue: QueueMaker) -> None:
    bench = make_queue(limits=ROOMY)
    bench.server.state.set_speed(SLOW)
    first, second = add(bench, "one"), add(bench, "two")
    for item_id in (first, second):
        bench.wait_state(item_id, S.RUNNING)
    needs = {first: {"x": 40 * MB}, second: {"y": 40 * MB}}
    bench.queue.set_disk_space(DiskSpace("local", 1050 * MB, needs))
    assert bench.state(first) is S.RUNNING
    assert (bench.state(second), item(bench, second).hold) == (S.WAITING, Hold.DISK)
    assert item(bench, second).missing_bytes == 30 * MB + ROOM_MARGIN_BYTES
    third = add(bench, "three")
    bench.wait_for(lambda: item(bench, third).hold is Hold.DISK)
    bench.queue.start_now(second)
    bench.wait_state(second, S.RUNNING)
    bench.queue.set_disk_space(DiskSpace("local", 10 * MB, needs))
    assert bench.state(second) is S.RUNNING
    assert bench.state(first) is S.WAITING


@pytest.mark.parametrize("room", [None, DiskSpace("local"), DiskSpace("other", 0, {})])
def test_room_that_is_not_known_holds_nobody(
    make_queue: QueueMaker, room: DiskSpace | None
) -> None:
    bench = make_queue(limits=ROOMY)
    if room is not None:
        bench.queue.set_disk_space(room)
    bench.wait_state(add(bench, "one"), S.DONE)


@pytest.fixture
def watch_of(runner: JobRunner) -> Callable[[Bench, Path], DiskWatch]:
    def make(bench: Bench, folder: Path) -> DiskWatch:
        target = Target("local", Endpoint.parse(bench.server.url), LocalStore([folder]))
        queue = bench.queue
        watch = DiskWatch(runner, {"local": target}.get, queue.items, queue, every_s=0.05)
        watch.measured.connect(queue.set_disk_space)
        for signal in (queue.item_added, queue.item_changed, queue.item_removed):
            signal.connect(watch.note_items)
        return watch

    return make


def test_the_disk_is_looked_at_while_something_runs_or_waits_for_room(
    make_queue: QueueMaker, tmp_path: Path, watch_of: Callable[[Bench, Path], DiskWatch]
) -> None:
    (tmp_path / "blobs").mkdir()
    bench = make_queue(limits=QueueLimits(2, QUICK.stall_s, QUICK.policy, keep_free_bytes=1 << 60))
    watch = watch_of(bench, tmp_path)
    seen: list[DiskSpace] = []
    watch.measured.connect(seen.append)
    bench.server.state.set_speed(SLOW)
    item_id = add(bench, "one")
    bench.wait_for(lambda: item(bench, item_id).hold is Hold.DISK)
    assert item(bench, item_id).missing_bytes > 1 << 59
    assert sum(seen[-1].to_fetch[item_id].values()) > 30 * MB
    looks = len(seen)
    bench.wait_for(lambda: len(seen) > looks + 2)
    bench.server.state.set_speed(400 * MB)
    bench.queue.set_limits(ROOMY)
    bench.wait_state(item_id, S.DONE)
    bench.wait_for(lambda: not watch.findChildren(type(watch._timer))[0].isActive())


def test_the_disk_of_a_server_is_looked_at_for_who_asks(
    make_queue: QueueMaker, tmp_path: Path, watch_of: Callable[[Bench, Path], DiskWatch]
) -> None:
    (tmp_path / "blobs").mkdir()
    bench = make_queue()
    watch = watch_of(bench, tmp_path)
    seen: list[DiskSpace] = []
    watch.measured.connect(seen.append)
    watch.look_at("elsewhere")
    watch.look_at("local")
    watch.look_at("local")  # while that goes on
    bench.wait_for(lambda: bool(seen))
    assert [space.server_id for space in seen] == ["local"]
    assert seen[0].free_bytes
    assert not watch.findChildren(type(watch._timer))[0].isActive()


class _HangingStore(LocalStore):
    """A folder on a computer that has gone: asking for it takes as long as a test wants."""

    def __init__(self) -> None:
        super().__init__([])
        self.may_answer = threading.Event()

    def room(
        self, known: Iterable[tuple[str, str]], pulls: Mapping[str, Sequence[BlobFile]]
    ) -> tuple[int | None, dict[str, dict[str, int]]]:
        assert self.may_answer.wait(20)
        return super().room(known, pulls)


def test_a_disk_that_hangs_keeps_nobody_from_looking_at_another(
    make_queue: QueueMaker, tmp_path: Path, runner: JobRunner
) -> None:
    (tmp_path / "blobs").mkdir()
    bench = make_queue()
    queue, endpoint, gone = bench.queue, Endpoint.parse(bench.server.url), _HangingStore()
    targets = {
        "gone": Target("gone", endpoint, gone),
        "local": Target("local", endpoint, LocalStore([tmp_path])),
    }
    watch = DiskWatch(runner, targets.get, queue.items, queue, every_s=0.05)
    seen: list[DiskSpace] = []
    watch.measured.connect(seen.append)
    queue.add(PullRequest("gone", "one:latest"))  # never online: it waits
    bench.server.state.set_speed(SLOW)
    bench.wait_state(add(bench, "two"), S.RUNNING)
    watch.note_items()
    bench.wait_for(lambda: len(seen) > 2)
    assert {space.server_id for space in seen} == {"local"}
    gone.may_answer.set()
    bench.wait_for(lambda: "gone" in {space.server_id for space in seen})
    watch.close()
