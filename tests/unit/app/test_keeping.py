"""Keeping: the program's part, in front of a demo server whose clock the test turns."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, QObject
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, faults, small
from tests.support.waiting import wait_for
from tray_app.app.keeping import Keeping, KeepingParts
from tray_app.commands import Commands
from tray_app.core.creates.records import Derived, DeriveRequest, ModelChanges
from tray_app.core.endpoint import Endpoint
from tray_app.core.keeping.records import (
    KeepKind,
    KeepNews,
    KeepNote,
    KeepRequest,
    KeepStatus,
    KeptModel,
    KeptModels,
)
from tray_app.core.payloads import BusyModel, DeleteRequest, Failure, LoadRequest, ModelRef, Verb
from tray_app.core.records import Poll, Server, ServerState, ServerStatus, Snapshot
from tray_app.memory_file import MemoryFile
from tray_app.ollama.client import OllamaClient
from tray_app.ollama.registry import Registry
from tray_app.settings import Settings
from tray_app.state.app_state import AppState
from tray_app.workers.jobs import Target
from tray_app.workers.operations import Operations
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.runner import JobRunner

START = datetime.now(UTC)
NAMES = ("a", "b", "c")


class Clock:
    """Seconds since the test began."""

    def __init__(self) -> None:
        self.s = 0.0

    def ns(self) -> int:
        return int(START.timestamp() * 1e9 + self.s * 1e9)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.s)


class World:
    """One life of the program, as far as keeping goes."""

    def __init__(self, server: FaultyServer, clock: Clock, qtbot: QtBot, file: Path) -> None:
        self.server, self.clock, self.qtbot = server, clock, qtbot
        self.root = root = QObject()
        self.settings = Settings(None, root)
        self.state = AppState(Server("local", "", server.url), root)
        self.commands = Commands(root)
        self.runner = JobRunner(root)
        self.target = Target("local", Endpoint.parse(server.url))
        self.queue = PullQueue(self.runner, self._target_of, parent=root)
        registry = Registry({"*": server.url})
        self.operations = Operations(self.runner, self.queue, self._target_of, registry, root)
        self.operations.busy_changed.connect(self.state.set_busy)
        self.operations.deleted.connect(self.state.tell_deleted)
        self.operations.failed.connect(self.state.tell_failed)
        self.commands.load_requested.connect(self.operations.load)
        self.commands.load_stop_requested.connect(self.operations.stop_load)
        self.commands.unload_requested.connect(self.operations.unload)
        self.refreshed: list[str] = []
        self.keeping = Keeping(
            KeepingParts(
                *(self.settings, self.state, self.runner, self.operations, self._target_of),
                *(self.commands, self.refreshed.append),
            ),
            file,
            root,
            now=clock.now,
            clock_s=lambda: clock.s,
        )
        self.notes: list[KeepNote] = []
        self.state.keeping.told.connect(self.notes.append)
        self.failures: list[Failure] = []
        self.state.failed.connect(self.failures.append)
        self.keeping.start()
        self.wait_for(lambda: self.keeping.keeper.is_loaded)

    def _target_of(self, server_id: str) -> Target | None:
        return self.target if server_id == "local" else None

    def wait_for(self, condition: Callable[[], object]) -> None:
        def check() -> None:
            assert condition()

        self.qtbot.waitUntil(check, timeout=10_000)

    def snapshot(self) -> Snapshot:
        with OllamaClient(self.target.endpoint, server_id="local") as client:
            found = client.snapshot()
        return replace(found, taken_at=self.clock.now(), taken_s=self.clock.s)

    def poll(self, after_s: float = 2.0) -> None:
        """Some time later the server is asked, and what comes of it is waited for."""
        self.clock.s += after_s
        self.tell(self.snapshot())
        self.settle()

    def tell(self, snapshot: Snapshot | None, state: ServerState = ServerState.ONLINE) -> None:
        status = ServerStatus("local", state, since=self.clock.now(), version="0.33.1")
        self.state.take_poll(Poll(status, snapshot))

    def settle(self) -> None:
        self.wait_for(lambda: not self.runner.active())

    def pass_time(self, seconds: float, pace_s: float = 2.0) -> None:
        for _ in range(round(seconds / pace_s)):
            self.poll(pace_s)

    def ref(self, name: str) -> ModelRef:
        record = self.state.record(("local", f"{name}:latest"))
        return ModelRef("local", f"{name}:latest", record.digest if record else "")

    def keep(self, name: str, context: int | None = None) -> None:
        self.commands.keep_requested.emit(KeepRequest(self.ref(name), context))
        self.settle()
        self.poll()

    def loaded(self) -> dict[str, int]:
        """What is in memory, and with which context."""
        rows = self.server.state.memory.rows()
        return {row.ref.display.partition(":")[0]: row.context_length for row in rows}

    def is_forever(self, name: str) -> bool:
        running = self.state.snapshot("local")
        rows = (running.running if running else None) or ()
        return any(row.name == f"{name}:latest" and row.expires_at is None for row in rows)

    def kind(self, name: str) -> KeepKind | None:
        status = self.state.keeping.status(("local", name))
        return status.kind if status is not None else None

    def use(self, name: str, keep_s: int | None = 300, context: int | None = None) -> None:
        """Another program asks something of a model."""
        with OllamaClient(self.target.endpoint, server_id="local") as client:
            client.load(name, keep_s, context)

    def asked(self, name: str = "") -> list[tuple[float, int]]:
        """When loads of ours were asked for, by what the server has received."""
        return [
            (received.json["keep_alive"], received.json.get("options", {}).get("num_ctx", 0))
            for received in self.server.asked("/api/generate")
            if received.json.get("keep_alive") == -1 and received.model.startswith(name)
        ]

    def close(self) -> None:
        self.keeping.close()
        self.queue.close()
        self.runner.close()
        assert self.runner.wait(QDeadlineTimer(10_000))
        self.wait_for(lambda: not self.runner.active())
        self.root.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[FaultyServer]:
    with FaultyServer(
        library=small.library(*NAMES), tick_s=0.005, load_s=0.0, clock_ns=clock.ns
    ) as running:
        yield running


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "memory.json"


@pytest.fixture
def world(server: FaultyServer, clock: Clock, qtbot: QtBot, file: Path) -> Iterator[World]:
    made = World(server, clock, qtbot, file)
    made.poll()
    yield made
    made.close()


def test_keeping_a_model_loads_it_and_it_stays(world: World) -> None:
    world.keep("a", 8192)
    assert world.loaded() == {"a": 8192}
    assert world.is_forever("a")
    assert world.kind("a") is KeepKind.KEPT
    world.pass_time(600, 15)
    assert len(world.asked()) == 1
    assert world.loaded() == {"a": 8192}
    assert world.state.busy(world.ref("a").key) is None
    assert world.state.keeping.loads == ()


def test_a_loaded_one_is_kept_with_the_context_that_it_has(world: World) -> None:
    world.use("a", 300, 2048)
    world.poll()
    world.keep("a")
    assert world.loaded() == {"a": 2048}
    assert world.is_forever("a")
    assert world.keeping.keeper.kept == (KeptModel("local", "a:latest", 2048),)


def test_another_time_is_put_back_with_the_context_of_the_runner(world: World) -> None:
    world.keep("a", 8192)
    world.pass_time(60, 15)
    world.use("a", 300, 4096)  # another context: another runner
    world.poll()
    world.poll()
    assert world.loaded() == {"a": 4096}
    assert world.is_forever("a")
    status = world.state.keeping.status(("local", "a"))
    assert status is not None
    assert status.overwritten_s == 298


def test_what_stops_being_kept_goes_the_way_of_all_others(world: World) -> None:
    world.keep("a")
    world.commands.keep_stop_requested.emit(world.ref("a"))
    world.settle()
    world.poll()
    assert world.loaded() == {"a": 4096}
    assert not world.is_forever("a")
    world.poll(310)
    assert world.loaded() == {}
    assert world.state.keeping.kept == ()


def test_who_unloads_a_kept_one_keeps_it_no_more(world: World) -> None:
    world.keep("a", 8192)
    world.commands.unload_requested.emit(world.ref("a"))
    world.settle()
    world.pass_time(600, 15)
    assert world.loaded() == {}
    assert world.kind("a") is None
    assert world.notes == [KeepNote(KeepNews.RELEASED, world.ref("a"), context_length=8192)]


def test_it_is_remembered_and_loaded_in_order_when_ollama_is_there(
    world: World, qtbot: QtBot, clock: Clock, file: Path
) -> None:
    world.keep("b", 8192)
    world.keep("a")
    world.keeping.close()
    world.server.state.memory.clear()
    world.server.forget()
    again = World(world.server, clock, qtbot, file)
    again.poll()
    again.poll(8)
    assert again.loaded() == {}
    again.poll(4)
    assert again.loaded() == {"b": 8192}
    again.poll(2)
    assert again.loaded() == {"b": 8192, "a": 4096}
    assert again.is_forever("b")
    again.close()


def test_a_server_that_went_away_gets_them_anew(world: World) -> None:
    world.keep("a")
    world.pass_time(60, 15)
    world.tell(None, ServerState.OFFLINE)
    assert world.kind("a") is KeepKind.WAITING
    world.server.state.memory.clear()
    world.poll(20)
    assert world.loaded() == {}
    world.poll(12)
    assert world.loaded() == {"a": 4096}
    assert world.notes == []


def test_only_what_fits_beside_the_others_is_kept(world: World, server: FaultyServer) -> None:
    memory = server.state.memory
    world.use("a")
    need = memory.rows()[0].size
    memory.clear()
    memory._graphics_bytes = need * 3 // 4
    for name in ("a", "b", "c"):  # each alone, and more than the card has
        world.use(name)
        world.poll()
    assert world.state.keeping.capacity("local").total_bytes == need * 3 // 4
    world.commands.unload_requested.emit(world.ref("c"))
    world.settle()
    world.keep("a", 4096)
    world.commands.keep_requested.emit(KeepRequest(world.ref("b"), 4096))
    world.settle()
    (note,) = world.notes
    assert (note.news, note.ref) == (KeepNews.NO_ROOM, world.ref("b"))
    assert note.no_room is not None
    assert note.no_room.others == ("a:latest",)
    assert [model.name for model in world.state.keeping.kept] == ["a:latest"]
    world.commands.keep_requested.emit(KeepRequest(world.ref("b"), 4096, world.ref("a")))
    world.settle()
    world.poll()
    assert [model.name for model in world.state.keeping.kept] == ["b:latest"]
    assert world.loaded() == {"b": 4096}


def test_one_that_is_left_out_can_be_loaded_all_the_same(world: World) -> None:
    world.keep("a", 4096)
    facts = world.state.keeping
    models = (*facts.kept, KeptModel("local", "b:latest", 2048))
    facts.set_kept(models)
    facts.set_status(models[1].key, KeepStatus(KeepKind.LEFT_OUT))
    world.commands.keep_load_requested.emit(world.ref("b"))
    world.settle()
    assert world.loaded() == {"a": 4096, "b": 2048}
    world.poll()
    assert not world.is_forever("b")


def test_one_that_was_pushed_out_is_loaded_at_once_by_hand(world: World) -> None:
    world.keep("a", 2048)
    world.server.state.memory.clear()
    world.poll()
    assert world.kind("a") is KeepKind.OUT
    world.commands.keep_load_requested.emit(world.ref("a"))
    world.settle()
    world.poll()
    assert world.loaded() == {"a": 2048}
    assert world.is_forever("a")


def test_a_load_that_fails_is_told_to_who_asked_for_it(world: World, server: FaultyServer) -> None:
    server.fault("/api/generate", faults.error_json(500, "out of memory"))
    world.keep("a")
    assert [(failure.verb, failure.ref) for failure in world.failures] == [
        (Verb.LOAD, world.ref("a"))
    ]
    world.pass_time(300, 15)
    assert len(world.failures) == 1
    (note,) = world.notes
    assert (note.news, note.is_failure) == (KeepNews.GIVEN_UP, True)
    assert world.kind("a") is KeepKind.GIVEN_UP
    assert world.state.keeping.kept == ()


def test_another_order_or_context_counts_at_once(world: World) -> None:
    world.keep("a", 8192)
    models = (KeptModel("local", "b:latest"), KeptModel("local", "a:latest", 2048))
    world.commands.kept_models_requested.emit(KeptModels(models))
    world.settle()
    world.pass_time(20)
    assert world.loaded() == {"a": 2048, "b": 4096}
    world.commands.kept_models_requested.emit(KeptModels(models[:1]))
    world.settle()
    world.poll()
    assert world.is_forever("b")
    assert not world.is_forever("a")


def test_a_rename_takes_it_along(world: World) -> None:
    world.keep("a", 8192)
    source = world.ref("a")
    world.state.set_busy(BusyModel(source, Verb.COPY))
    world.server.state.memory.clear()  # it is unloaded first
    world.poll()
    assert world.asked("b") == []
    world.keeping.renamed(source, world.ref("b"))
    world.state.set_busy(BusyModel(source, None))
    world.settle()
    world.poll()
    assert [model.name for model in world.state.keeping.kept] == ["b:latest"]
    assert world.loaded() == {"b": 8192}
    assert world.kind("b") is KeepKind.KEPT
    assert world.notes == []


def test_a_deleted_one_is_kept_no_more_and_its_measurements_go(world: World) -> None:
    world.keep("a")
    ref = world.ref("a")
    assert len(world.state.keeping.measurements) == 1
    world.operations.delete(DeleteRequest((ref,), ("a:latest",)))
    world.settle()
    world.poll()
    assert world.state.keeping.kept == ()
    assert len(world.state.keeping.measurements) == 0


# Loads.


def test_a_load_is_measured_with_the_time_it_took(world: World, server: FaultyServer) -> None:
    server.state.load_s = 0.05
    world.commands.load_requested.emit(LoadRequest(world.ref("a")))
    loading = world.state.keeping.loading(("local", "a:latest"))
    assert loading is not None
    assert (loading.context_length, loading.last_s) == (None, None)
    world.clock.s += 21
    world.settle()
    assert world.state.keeping.loads == ()
    world.poll()
    record = world.state.record(world.ref("a").key)
    assert record is not None
    (taken,) = world.state.keeping.measured_of(record)
    assert (taken.context_length, taken.is_default, taken.load_s) == (4096, True, 21.0)
    assert world.state.keeping.default_context(record) == 4096
    world.commands.unload_requested.emit(world.ref("a"))
    world.settle()
    world.poll()
    world.commands.load_requested.emit(LoadRequest(world.ref("a")))
    loading = world.state.keeping.loading(("local", "a:latest"))
    assert loading is not None
    assert loading.last_s == 21.0
    world.settle()


def test_what_others_load_is_measured_too(world: World) -> None:
    world.use("a", 300, 8192)
    world.poll()
    record = world.state.record(world.ref("a").key)
    assert record is not None
    (taken,) = world.state.keeping.measured_of(record)
    assert (taken.context_length, taken.is_default, taken.load_s) == (8192, False, None)
    assert taken.permille == 1000


def test_a_stopped_load_is_told_when_the_server_shows_it_no_more(
    world: World, server: FaultyServer
) -> None:
    server.state.load_s = 30.0
    world.commands.load_requested.emit(LoadRequest(world.ref("a")))
    world.wait_for(lambda: server.asked("/api/generate"))
    world.commands.load_stop_requested.emit(world.ref("a"))
    assert world.state.busy(world.ref("a").key) is Verb.STOP
    world.settle()
    assert world.state.busy(world.ref("a").key) is Verb.STOP
    world.poll()
    assert world.state.busy(world.ref("a").key) is None
    assert world.notes == [KeepNote(KeepNews.STOPPED, world.ref("a"))]
    assert world.loaded() == {}
    assert world.state.keeping.loads == ()


def test_a_load_that_was_over_when_it_was_stopped_is_unloaded(world: World) -> None:
    world.commands.load_requested.emit(LoadRequest(world.ref("a")))
    wait_for(world.loaded)  # and the answer to the request is not taken yet
    world.commands.load_stop_requested.emit(world.ref("a"))
    world.settle()
    world.poll()
    assert world.state.busy(world.ref("a").key) is Verb.STOP
    world.poll()
    assert world.loaded() == {}
    assert world.state.busy(world.ref("a").key) is None


def test_the_load_of_a_kept_one_can_be_stopped_and_is_not_tried_again(
    world: World, server: FaultyServer
) -> None:
    server.state.load_s = 30.0
    world.commands.keep_requested.emit(KeepRequest(world.ref("a")))
    world.wait_for(lambda: server.asked("/api/generate"))
    world.commands.load_stop_requested.emit(world.ref("a"))
    world.settle()
    world.pass_time(300, 15)
    assert len(world.asked()) == 1
    assert world.kind("a") is KeepKind.WAITING


# Beside others.


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("again", [False, True])
def test_an_hour_beside_a_client_that_does_as_it_likes(
    world: World, server: FaultyServer, seed: int, again: bool
) -> None:
    """It sends 5 minutes, 0 and other contexts, and loads what takes the whole card."""
    chance = random.Random(seed)
    world.settings.set("keep_again", again)
    world.keep("a", 8192)
    server.state.memory._graphics_bytes = 2 * server.state.memory.rows()[0].size
    began = time.monotonic()
    requests: list[tuple[float, bool]] = []
    for _ in range(720):
        before = len(world.asked())
        if chance.random() < 0.1:
            name = chance.choice(["a", "a", "a", "b", "c"])
            keep_s = chance.choice([300, 300, 0, 60])
            with OllamaClient(world.target.endpoint, server_id="local") as client:
                if keep_s:
                    client.load(name, keep_s, chance.choice([2048, 4096, 8192, 131072]))
                else:
                    client.unload(name)
        was_there = "a" in world.loaded()
        world.poll(5)
        requests += [(world.clock.s, was_there)] * (len(world.asked()) - before)
    times = [at for at, _ in requests]
    assert all(later - at >= 60 for at, later in itertools.pairwise(times))
    loads = [at for at, was_there in requests if not was_there]
    assert all(later - at >= 300 for at, later in itertools.pairwise(loads))
    assert len(loads) <= (2 if again else 0)
    assert [note.news for note in world.notes] == [KeepNews.GIVEN_UP]
    assert time.monotonic() - began < 600


def test_the_file_holds_it_all(world: World, file: Path) -> None:
    world.keep("a", 8192)
    world.keeping.close()
    found = MemoryFile(file).load()
    assert found.kept == (KeptModel("local", "a:latest", 8192),)
    assert [taken.context_length for taken in found.measured] == [8192]


def test_what_an_edit_or_a_new_name_took_out_of_memory_goes_back(world: World) -> None:
    """It is no eviction: that is why it needs no leave of the settings."""
    world.keep("a", 8192)
    assert world.loaded() == {"a": 8192}
    ref = world.ref("a")
    world.state.set_busy(BusyModel(ref, Verb.CREATE))
    world.server.state.memory.clear()
    world.poll()
    request = DeriveRequest(ref, ref.name, ModelChanges(system="Short."), replaces=ref.digest)
    world.state.set_busy(BusyModel(ref, None))
    world.state.creates.tell_derived(Derived(request, ref))
    world.poll()
    assert world.loaded() == {"a": 8192}
    world.server.state.memory.clear()
    world.poll()
    world.poll()
    assert world.loaded() == {}
    world.state.creates.tell_derived(Derived(request, ref))
    world.poll()
    assert world.loaded() == {}, "it was not in memory before that"
