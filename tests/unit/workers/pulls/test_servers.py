"""The queue with several servers against real HTTP: each goes its own way, switched off or dead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, faults, small
from tests.support.waiting import PATIENCE_MS
from tests.unit.workers.conftest import MB, QUICK, Trail
from tray_app.core.endpoint import Endpoint
from tray_app.core.payloads import PullRequest
from tray_app.core.pulls.policy import QueueLimits
from tray_app.core.pulls.rules import DiskSpace
from tray_app.core.pulls.states import Hold, PullItem, PullState
from tray_app.ollama.client import OllamaClient
from tray_app.ollama.local_store import LocalStore
from tray_app.workers.jobs import Target
from tray_app.workers.pulls.disk_watch import DiskWatch
from tray_app.workers.pulls.queue import AWAY_S, PullQueue
from tray_app.workers.pulls.store import PullStore
from tray_app.workers.runner import JobRunner

S = PullState
ONE_PLACE = replace(QUICK, max_pulls=1)
SLOW = 2 * MB


def fake() -> FaultyServer:
    library = small.library("here", published=("one", "two", "three"))
    return FaultyServer(library=library, speed_bytes_s=200 * MB, verify_s=0.02)


@pytest.fixture
def local() -> Iterator[FaultyServer]:
    with fake() as server:
        yield server


@pytest.fixture
def studio() -> Iterator[FaultyServer]:
    with fake() as server:
        yield server


class Both:
    """A queue for the servers “local” and “studio”, of which both are on and answer."""

    def __init__(
        self,
        qtbot: QtBot,
        runner: JobRunner,
        servers: dict[str, FaultyServer],
        limits: QueueLimits,
        path: Path | None,
    ) -> None:
        self.qtbot = qtbot
        self.now_s = 1000.0
        self.targets = {
            server_id: Target(server_id, Endpoint.parse(server.url))
            for server_id, server in servers.items()
        }
        self.queue = PullQueue(
            runner,
            self.targets.get,
            PullStore(path) if path else None,
            limits=limits,
            clock=lambda: self.now_s,
        )
        self.trail = Trail(self.queue)

    def both_on(self) -> None:
        self.queue.set_servers({"local": True, "studio": True})
        for server_id in self.targets:
            self.queue.set_server_online(server_id, True)

    def switch(self, server_id: str, is_on: bool) -> None:
        """As the settings do it: one that is off is not polled any more."""
        if not is_on:
            self.queue.set_server_online(server_id, False)
        self.queue.set_servers({"local": True, "studio": True} | {server_id: is_on})
        if is_on:
            self.queue.set_server_online(server_id, True)

    def add(self, server_id: str, name: str) -> str:
        return self.queue.add(PullRequest(server_id, f"{name}:latest"))

    def item(self, item_id: str) -> PullItem:
        found = self.queue.item(item_id)
        assert found is not None
        return found

    def stands(self, item_id: str) -> tuple[PullState, Hold | None]:
        item = self.item(item_id)
        return item.state, item.hold

    def wait(self, condition: Callable[[], object]) -> None:
        def check() -> None:
            assert condition(), [(i.name, i.server_id, i.state, i.hold) for i in self.queue.items()]

        self.qtbot.waitUntil(check, timeout=PATIENCE_MS)

    def wait_state(self, item_id: str, *states: PullState) -> None:
        self.wait(lambda: self.item(item_id).state in states)


MakeBoth = Callable[..., Both]


@pytest.fixture
def make_both(
    qtbot: QtBot, runner: JobRunner, local: FaultyServer, studio: FaultyServer
) -> Iterator[MakeBoth]:
    made: list[Both] = []

    def make(limits: QueueLimits = QUICK, path: Path | None = None) -> Both:
        both = Both(qtbot, runner, {"local": local, "studio": studio}, limits, path)
        made.append(both)
        return both

    yield make
    for both in made:
        both.queue.close()


def test_the_same_name_on_two_servers_is_two_downloads(
    make_both: MakeBoth, local: FaultyServer, studio: FaultyServer
) -> None:
    both = make_both()
    both.both_on()
    ids = [both.add("local", "one"), both.add("studio", "one")]
    assert len(set(ids)) == 2
    for item_id in ids:
        both.wait_state(item_id, S.DONE)
    assert "one:latest" in local.state.names()
    assert "one:latest" in studio.state.names()


def test_one_that_is_dead_takes_no_place_and_keeps_nobody_in_line(
    make_both: MakeBoth, studio: FaultyServer
) -> None:
    both = make_both(ONE_PLACE)
    both.both_on()
    studio.refuse()
    first, second = both.add("studio", "one"), both.add("studio", "two")
    here = both.add("local", "one")
    both.wait_state(here, S.DONE)
    assert both.stands(first) == both.stands(second) == (S.WAITING, Hold.SERVER)
    studio.accept()
    both.queue.set_server_online("studio", True)
    both.wait_state(first, S.DONE)
    both.wait_state(second, S.DONE)


def test_places_in_line_are_counted_without_those_of_a_dead_server(make_both: MakeBoth) -> None:
    both = make_both(ONE_PLACE)
    both.both_on()
    both.queue.set_server_online("studio", False)
    away = [both.add("studio", name) for name in ("one", "two")]
    both.queue.set_rule(Hold.METERED, None)
    held = both.add("local", "one")
    line = both.add("local", "two")
    assert [both.item(each).position for each in (*away, held, line)] == [1, 2, 1, 2]


def test_a_server_that_vanishes_gives_its_place_back(
    make_both: MakeBoth, studio: FaultyServer
) -> None:
    """Without a word, as when its power is cut: the line stays, and nothing comes."""
    both = make_both(replace(ONE_PLACE, stall_s=0))
    both.both_on()
    studio.fault("/api/pull", faults.never_answer())
    lost = both.add("studio", "one")
    both.wait_state(lost, S.PREPARING)
    here = both.add("local", "one")
    both.queue.set_server_online("studio", False)
    both.queue._on_timer_timeout()
    assert both.stands(here) == (S.WAITING, Hold.LINE), "a poll may be late where much is done"
    both.now_s += AWAY_S
    both.queue._on_timer_timeout()
    assert both.stands(lost) == (S.WAITING, Hold.SERVER)
    both.wait_state(here, S.DONE)
    studio.clear()
    both.queue.set_server_online("studio", True)
    both.wait_state(lost, S.DONE)


def test_one_that_answers_no_poll_and_sends_bytes_goes_on(
    make_both: MakeBoth, studio: FaultyServer
) -> None:
    both = make_both(replace(QUICK, stall_s=0))
    both.both_on()
    studio.state.set_speed(SLOW)
    item_id = both.add("studio", "one")
    both.wait_state(item_id, S.RUNNING)
    both.queue.set_server_online("studio", False)
    both.now_s += AWAY_S - 1
    fetched = both.item(item_id).fetched_bytes
    both.wait(lambda: both.item(item_id).fetched_bytes > fetched)
    both.now_s += 2
    both.queue._on_timer_timeout()
    assert both.item(item_id).state is S.RUNNING
    studio.state.set_speed(400 * MB)
    both.wait_state(item_id, S.DONE)


def test_switched_off_while_it_runs_and_on_again(
    make_both: MakeBoth, local: FaultyServer, studio: FaultyServer
) -> None:
    both = make_both()
    both.both_on()
    studio.state.set_speed(SLOW)
    local.state.set_speed(SLOW)
    there, here = both.add("studio", "one"), both.add("local", "one")
    both.wait_state(there, S.RUNNING)
    both.wait_state(here, S.RUNNING)
    both.switch("studio", False)
    assert both.stands(there) == (S.WAITING, Hold.OFF)
    assert both.item(here).state is S.RUNNING
    both.queue.start_now(there)
    both.queue.resume(there)
    assert both.stands(there) == (S.WAITING, Hold.OFF), "whatever a person wants"
    asked = len(studio.asked("/api/pull"))
    local.state.set_speed(400 * MB)
    both.wait_state(here, S.DONE)
    assert len(studio.asked("/api/pull")) == asked, "nothing is asked of it"
    studio.state.set_speed(400 * MB)
    both.switch("studio", True)
    both.wait_state(there, S.DONE)
    permilles = both.trail.permilles["one:latest"]
    assert permilles[-1] == 1000


@pytest.mark.parametrize("is_installed_meanwhile", [False, True])
def test_switched_off_while_it_is_checked(
    make_both: MakeBoth, studio: FaultyServer, is_installed_meanwhile: bool
) -> None:
    """The server may have finished all the same."""
    both = make_both()
    both.both_on()
    with OllamaClient(studio.url, server_id="studio") as client:
        both.queue.note_snapshot(client.snapshot())
    studio.state.verify_s = 60.0
    item_id = both.add("studio", "one")
    both.wait_state(item_id, S.VERIFYING)
    both.switch("studio", False)
    assert both.stands(item_id) == (S.WAITING, Hold.OFF)
    studio.state.verify_s = 0.02
    if is_installed_meanwhile:
        studio.state.install("one", small.model("one"))
    both.switch("studio", True)
    both.wait_state(item_id, S.DONE)
    assert [each.state for each in both.trail.ended] == [S.DONE]


def test_one_that_waits_for_its_next_try_is_off_at_once(
    make_both: MakeBoth, studio: FaultyServer
) -> None:
    slow = replace(QUICK, policy=replace(QUICK.policy, pauses_s=(60.0,)))
    both = make_both(slow)
    both.both_on()
    studio.fault("/api/pull", faults.error_json(500))
    item_id = both.add("studio", "one")
    both.wait_state(item_id, S.RETRYING)
    both.switch("studio", False)
    assert both.stands(item_id) == (S.WAITING, Hold.OFF)
    studio.clear()
    both.switch("studio", True)
    both.wait_state(item_id, S.DONE)


def test_a_paused_one_stays_paused(make_both: MakeBoth) -> None:
    both = make_both()
    both.both_on()
    both.switch("studio", False)
    item_id = both.add("studio", "one")
    both.queue.pause(item_id)
    both.switch("studio", True)
    assert both.item(item_id).state is S.PAUSED
    both.switch("studio", False)
    both.queue.resume(item_id)
    assert both.stands(item_id) == (S.WAITING, Hold.OFF)


def test_a_queue_file_with_servers_nobody_knows_keeps_its_rows(
    make_both: MakeBoth, tmp_path: Path, studio: FaultyServer
) -> None:
    path = tmp_path / "queue.json"
    before = make_both(path=path)
    before.queue.set_servers({"local": True, "studio": True})
    waiting, paused = before.add("studio", "one"), before.add("studio", "two")
    before.queue.pause(paused)
    here = before.add("local", "one")
    before.queue.close()

    both = make_both(path=path)
    both.queue.load()
    both.queue.set_servers({"local": True})
    both.queue.set_server_online("local", True)
    both.wait_state(here, S.DONE)
    assert both.stands(waiting) == (S.WAITING, Hold.NO_SERVER)
    assert both.item(paused).state is S.PAUSED
    assert studio.asked("/api/pull") == []
    both.queue.save_now()
    assert path.read_text().count('"studio"') == 2, "and they are written down again"

    both.both_on()
    both.wait_state(waiting, S.DONE)
    both.queue.resume(paused)
    both.wait_state(paused, S.DONE)


class HungStore(LocalStore):
    """A folder on a disk that does not answer, until it is let go."""

    def __init__(self) -> None:
        super().__init__([])
        self.go = Event()

    def room(self, known: object, pulls: object) -> tuple[int | None, dict[str, dict[str, int]]]:
        assert self.go.wait(20)
        return None, {}


class RoomyStore(LocalStore):
    def room(self, known: object, pulls: object) -> tuple[int | None, dict[str, dict[str, int]]]:
        return 5 * MB, {}


def test_a_disk_that_hangs_leaves_the_others_measured(
    qtbot: QtBot, runner: JobRunner, make_both: MakeBoth
) -> None:
    both, hung = make_both(), HungStore()
    stores = {"studio": hung, "local": RoomyStore([])}
    targets = {each: replace(both.targets[each], store=store) for each, store in stores.items()}
    for server_id in stores:
        both.add(server_id, "one")
    watch = DiskWatch(runner, targets.get, both.queue.items, runner)
    measured: list[str] = []
    keep = Listener(measured)
    watch.measured.connect(keep.on_measured)
    watch.note_items()
    both.wait(lambda: measured == ["local"])
    watch._look()
    both.wait(lambda: measured == ["local", "local"])
    hung.go.set()
    both.wait(lambda: "studio" in measured)
    watch.close()


class Listener(QObject):
    def __init__(self, measured: list[str]) -> None:
        super().__init__()
        self._measured = measured

    @Slot(object)
    def on_measured(self, space: DiskSpace) -> None:
        self._measured.append(space.server_id)


def test_the_list_of_one_server_ends_nothing_on_another(
    make_both: MakeBoth, local: FaultyServer
) -> None:
    both = make_both()
    both.both_on()
    ids = {}
    for server_id, target in both.targets.items():
        with OllamaClient(target.endpoint, server_id=server_id) as client:
            both.queue.note_snapshot(client.snapshot())
        ids[server_id] = both.add(server_id, "one")
    for item_id in ids.values():
        both.queue.pause(item_id)
    local.state.install("one", small.model("one"))
    with OllamaClient(both.targets["local"].endpoint, server_id="local") as client:
        both.queue.note_snapshot(client.snapshot())
    assert both.item(ids["local"]).state is S.DONE
    assert both.item(ids["studio"]).state is S.PAUSED
