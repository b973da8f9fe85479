"""Updates: the program's parts around the checker, in front of a demo server and registry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, QObject
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, faults, small
from tests.unit.workers.updates.conftest import library
from tray_app.app.downloads import RuleWatcher
from tray_app.app.renames import Renames
from tray_app.app.updates import UpdateParts, Updates
from tray_app.commands import Commands
from tray_app.core.endpoint import Endpoint
from tray_app.core.payloads import (
    CopyRequest,
    Failure,
    GoBackRequest,
    ModelRef,
    ModelRefs,
    MoveOutcome,
    MoveRequest,
    PullRequest,
    RenameRequest,
    UpdateRequest,
    Verb,
)
from tray_app.core.pulls.states import PullState
from tray_app.core.records import Poll, Server, ServerState, ServerStatus
from tray_app.core.updates.facts import BackupNews, BackupNote, UpdatesFound
from tray_app.core.updates.schedule import Every
from tray_app.core.updates.verdicts import Standing
from tray_app.desktop.conditions.base import Network, Power
from tray_app.ollama.client import OllamaClient
from tray_app.ollama.registry import Registry
from tray_app.settings import Settings
from tray_app.state.app_state import AppState
from tray_app.text.errors import failure_text
from tray_app.update_ledger import LedgerFile
from tray_app.workers.jobs import Target
from tray_app.workers.operations import Operations
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.pulls.store import PullStore
from tray_app.workers.runner import JobRunner

START = datetime.now(UTC)
S = Standing


class PowerCord(Power):
    pass


class Phone(Network):
    def use(self, is_used: bool) -> None:
        self._take(is_used)

    def connect_it(self, is_online: bool) -> None:
        self._take_online(is_online)


class World:
    """One life of the program, as far as updates go."""

    def __init__(self, server: FaultyServer, qtbot: QtBot, file: Path) -> None:
        self.server, self.qtbot, self.file = server, qtbot, file
        self.now = START
        # All belong to it, and end with it: no collector deletes them in whatever thread it runs.
        self.root = root = QObject()
        self.settings = Settings(None, root)
        self.state = AppState(Server("local", "", server.url), root)
        self.commands = Commands(root)
        self.runner = JobRunner(root)
        self.target = Target("local", Endpoint.parse(server.url))
        # Nobody but the server of this test is asked, not by a download either.
        registry = Registry({"*": server.url})
        self.queue = PullQueue(
            self.runner,
            self._target_of,
            PullStore(file.with_name("downloads.json")),
            client_factory=lambda endpoint, server_id, scope: OllamaClient(
                endpoint, server_id=server_id, scope=scope, registry=registry
            ),
            parent=root,
        )
        self.queue.set_server_online("local", True)
        self.queue.load()
        self.operations = Operations(self.runner, self.queue, self._target_of, registry, root)
        self.renames = Renames(self.state, self.operations, root)
        self.rules = RuleWatcher(
            self.settings, self.queue, root, power=PowerCord, network=self._network
        )
        self.refreshed: list[str] = []
        self.queue.item_changed.connect(self.state.set_download)
        self.updates = Updates(
            UpdateParts(
                *(self.settings, self.state, self.runner, self.queue, self.operations),
                *(self.rules, self._target_of, registry, self.commands),
                self.refreshed.append,
            ),
            file,
            root,
            now=lambda: self.now,
            jitter=0.0,
        )
        self.found: list[UpdatesFound] = []
        self.state.updates_found.connect(self.found.append)
        self.moved: list[MoveOutcome] = []
        self.state.moved.connect(self.moved.append)
        self.failures: list[object] = []
        self.state.failed.connect(self.failures.append)
        self.updates.start()
        self.wait_for(lambda: self.updates.keeper.is_loaded)

    def _target_of(self, server_id: str) -> Target | None:
        return self.target if server_id == "local" else None

    def _network(self, parent: QObject) -> Network:
        self.phone = Phone(parent)
        return self.phone

    def wait_for(self, condition: Callable[[], object]) -> None:
        def check() -> None:
            assert condition()

        self.qtbot.waitUntil(check, timeout=10_000)

    def poll(self) -> None:
        with OllamaClient(self.target.endpoint, server_id="local") as client:
            snapshot = client.snapshot()
        status = ServerStatus("local", ServerState.ONLINE, since=self.now, version="0.33.1")
        self.state.take_poll(Poll(status, snapshot))
        self.settle()

    def settle(self) -> None:
        self.wait_for(lambda: not self.updates.checker._work and not self.runner.active())

    def check(self) -> None:
        self.updates.check_all()
        self.wait_for(lambda: not self.state.update_check.is_running)
        self.settle()

    def ref(self, name: str) -> ModelRef:
        record = self.state.record(("local", name))
        assert record is not None, name
        return ModelRef("local", name, record.digest)

    def standing(self, name: str) -> Standing:
        return self.state.verdict(("local", name)).standing

    def digest(self, name: str) -> str:
        return self.ref(name).digest

    def update(self, name: str, keep_days: int = 0, *, loads_again: bool = False) -> None:
        self.updates.update(UpdateRequest((self.ref(name),), keep_days, loads_again))
        self.wait_for(lambda: all(item.is_ended for item in self.queue.items()))
        self.settle()
        self.poll()

    def notes(self) -> list[BackupNote]:
        return list(self.state.backup_notes)

    def names(self) -> set[str]:
        snapshot = self.state.snapshot("local")
        assert snapshot is not None
        return {record.name for record in snapshot.models}

    def tick(self, **span: float) -> None:
        self.now += timedelta(**span)
        self.updates._timer.timeout.emit()
        self.settle()

    def close(self) -> None:
        self.updates.close()
        self.rules.close()
        self.queue.close()
        self.runner.close()
        assert self.runner.wait(QDeadlineTimer(5000))
        self.root.deleteLater()
        QCoreApplication.sendPostedEvents(self.root, QEvent.Type.DeferredDelete.value)


WorldMaker = Callable[[], World]


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=library("tiny", "other", "third"), tick_s=0.01) as running:
        yield running


@pytest.fixture
def make_world(server: FaultyServer, qtbot: QtBot, tmp_path: Path) -> Iterator[WorldMaker]:
    made: list[World] = []

    def make() -> World:
        for world in made:
            world.close()
        made.clear()
        world = World(server, qtbot, tmp_path / "updates.json")
        made.append(world)
        world.poll()
        return world

    yield make
    for world in made:
        world.close()


@pytest.fixture
def world(make_world: WorldMaker) -> World:
    return make_world()


def newer(server: FaultyServer, name: str = "tiny") -> None:
    server.state.publish(name, small.model(f"{name} two", 50_000_000))


def test_a_check_fills_the_state(world: World, server: FaultyServer) -> None:
    world.check()
    assert world.standing("tiny:latest") is S.CURRENT
    check = world.state.update_check
    assert (check.done, check.total, check.failed) == (3, 3, 0)
    assert check.checked_at is not None
    newer(server)
    world.check()
    (found,) = world.state.updates
    assert found.key == ("local", "tiny:latest")
    assert found.packed
    assert world.state.update_bytes == found.download_bytes > 50_000_000


def test_a_newer_version_is_told_once(world: World, server: FaultyServer) -> None:
    world.check()
    newer(server)
    world.check()
    world.check()
    assert [[v.key[1] for v in found.verdicts] for found in world.found] == [["tiny:latest"]]
    newer(server, "other")
    world.check()
    assert [v.key[1] for v in world.found[-1].verdicts] == ["other:latest"]


def test_verdicts_are_there_at_the_next_start(make_world: WorldMaker, server: FaultyServer) -> None:
    world = make_world()
    world.check()
    newer(server)
    world.check()
    world.updates.checker.pin(world.ref("other:latest"))
    again = make_world()
    assert again.standing("tiny:latest") is S.WEIGHTS
    assert again.state.update_count == 1
    assert again.state.marks(("local", "other:latest")).is_pinned
    assert again.state.update_check.checked_at is not None


def test_what_was_deleted_meanwhile_is_no_update(
    make_world: WorldMaker, server: FaultyServer
) -> None:
    world = make_world()
    world.check()
    newer(server)
    world.check()
    with OllamaClient(world.target.endpoint, server_id="local") as client:
        client.delete("tiny:latest", digest=world.digest("tiny:latest"))
    again = make_world()
    assert again.state.update_count == 0


def test_an_update_leaves_it_current(world: World, server: FaultyServer) -> None:
    world.check()
    newer(server)
    world.check()
    before = world.digest("tiny:latest")
    world.update("tiny:latest")
    assert world.digest("tiny:latest") != before
    assert world.standing("tiny:latest") is S.CURRENT
    assert world.state.update_count == 0
    assert world.state.backups == ()
    assert world.state.after_updates == ()


def test_any_pull_of_ours_is_an_answer(world: World, server: FaultyServer) -> None:
    server.state.publish("fourth", small.model("fourth"))
    world.operations.pull(PullRequest("local", "fourth:latest"))
    world.wait_for(lambda: all(item.state is PullState.DONE for item in world.queue.items()))
    world.settle()
    world.poll()
    assert world.standing("fourth:latest") is S.CURRENT
    assert not [r for r in server.requests if r.method == "HEAD" and "/fourth/" in r.path]


def test_what_was_loaded_is_loaded_again(world: World, server: FaultyServer) -> None:
    world.check()
    newer(server)
    world.check()
    with OllamaClient(world.target.endpoint, server_id="local") as client:
        client.load("tiny:latest", -1, 8192)
    world.poll()
    world.update("tiny:latest", loads_again=True)
    snapshot = world.state.snapshot("local")
    assert snapshot is not None
    (running,) = snapshot.running or ()
    assert (running.name, running.digest) == ("tiny:latest", world.digest("tiny:latest"))
    assert running.context_length == 8192
    assert running.expires_at is None or running.expires_at > START + timedelta(days=365)


def test_what_was_loaded_for_an_hour_is_loaded_for_as_long(
    world: World, server: FaultyServer
) -> None:
    world.check()
    newer(server)
    world.check()
    with OllamaClient(world.target.endpoint, server_id="local") as client:
        client.load("tiny:latest", 3600)
    world.poll()
    world.update("tiny:latest", loads_again=True)
    snapshot = world.state.snapshot("local")
    assert snapshot is not None
    (running,) = snapshot.running or ()
    assert running.expires_at is not None
    left = running.expires_at - datetime.now(UTC)
    assert timedelta(minutes=58) < left < timedelta(minutes=61)


def test_the_old_version_is_kept_and_one_can_go_back(world: World, server: FaultyServer) -> None:
    world.check()
    newer(server)
    world.check()
    before = world.digest("tiny:latest")
    world.update("tiny:latest", keep_days=7)
    (kept,) = world.state.backups
    assert (kept.digest, kept.source) == (before, "tiny:latest")
    assert kept.keep_until == START + timedelta(days=7)
    assert world.standing(kept.name) is S.MADE_HERE
    assert world.state.marks(("local", kept.name)).is_backup
    world.updates.old_versions.go_back(
        GoBackRequest(ModelRef("local", kept.name, kept.digest), "tiny:latest")
    )
    world.settle()
    assert world.refreshed == ["local"]
    world.poll()
    assert world.digest("tiny:latest") == before
    assert world.state.marks(("local", "tiny:latest")).is_pinned
    assert world.standing("tiny:latest") is S.WEIGHTS
    assert world.state.update_count == 0


@pytest.mark.parametrize("is_wanted", [True, False])
def test_what_was_loaded_is_loaded_again_after_going_back(
    world: World, server: FaultyServer, is_wanted: bool
) -> None:
    kept_version(world, server)
    (kept,) = world.state.backups
    world.settings.set("load_again", is_wanted)
    with OllamaClient(world.target.endpoint, server_id="local") as client:
        client.load("tiny:latest", -1, 8192)
    server.forget()
    world.updates.old_versions.go_back(
        GoBackRequest(ModelRef("local", kept.name, kept.digest), "tiny:latest")
    )
    world.settle()
    paths = [r.path for r in server.requests if r.path in ("/api/generate", "/api/copy")]
    assert paths == ["/api/generate", "/api/copy", *["/api/generate"] * is_wanted]
    world.poll()
    snapshot = world.state.snapshot("local")
    assert snapshot is not None
    rows = [(row.name, row.digest, row.context_length) for row in snapshot.running or ()]
    assert rows == [("tiny:latest", kept.digest, 8192)] * is_wanted


def test_what_is_gone_unloads_nothing(world: World, server: FaultyServer) -> None:
    name = kept_version(world, server)
    (kept,) = world.state.backups
    server.state.remove(name)
    server.state.load("tiny")
    request = GoBackRequest(ModelRef("local", name, kept.digest), "tiny:latest")
    world.updates.old_versions.go_back(request)
    world.settle()
    (failure,) = world.failures
    assert isinstance(failure, Failure)
    assert failure.verb is Verb.GO_BACK
    assert [row.ref.display for row in server.state.memory.rows()] == ["tiny:latest"]


def test_what_cannot_go_back_says_so_of_the_model(world: World, server: FaultyServer) -> None:
    name = kept_version(world, server)
    (kept,) = world.state.backups
    server.fault("/api/copy", faults.error_json(500, "no space left on device"))
    request = GoBackRequest(ModelRef("local", name, kept.digest), "tiny:latest")
    world.updates.old_versions.go_back(request)
    world.settle()
    (failure,) = world.failures
    assert isinstance(failure, Failure)
    assert (failure.verb, failure.ref.name) == (Verb.GO_BACK, "tiny:latest")
    assert failure_text(failure).title == "Can’t go back to the old version of tiny:latest"
    assert not world.state.marks(("local", "tiny:latest")).is_pinned


def test_when_it_was_published_is_known_after_the_update(
    world: World, server: FaultyServer
) -> None:
    world.check()
    newer(server)
    world.check()
    pushed_at = world.state.verdict(("local", "tiny:latest")).pushed_at
    assert pushed_at is not None
    world.update("tiny:latest")
    found = world.state.verdict(("local", "tiny:latest"))
    assert (found.standing, found.pushed_at) == (S.CURRENT, pushed_at)


def kept_version(world: World, server: FaultyServer) -> str:
    world.check()
    newer(server)
    world.check()
    world.update("tiny:latest", keep_days=7)
    return world.state.backups[0].name


def test_a_kept_version_goes_a_day_after_it_was_said(world: World, server: FaultyServer) -> None:
    name = kept_version(world, server)
    world.tick(days=5, hours=23)
    assert not world.notes()
    world.tick(hours=2)
    (note,) = world.notes()
    assert (note.backup.name, note.news) == (name, BackupNews.GOES_TOMORROW)
    world.tick(hours=22)
    world.poll()
    assert name in world.names()
    world.tick(hours=3)
    world.poll()
    assert name not in world.names()
    assert world.state.backups == ()
    assert world.names() >= {"tiny:latest", "other:latest", "third:latest"}


def test_whoever_was_away_hears_of_it_first(world: World, server: FaultyServer) -> None:
    name = kept_version(world, server)
    world.tick(days=40)
    world.poll()
    assert name in world.names()
    assert len(world.state.backup_notes) == 1
    world.tick(days=1, minutes=1)
    world.poll()
    assert name not in world.names()


def test_what_is_kept_for_good_stays(world: World, server: FaultyServer) -> None:
    name = kept_version(world, server)
    world.tick(days=6, hours=1)
    world.updates.old_versions.keep_for_good(ModelRef("local", name))
    assert not world.notes()
    world.tick(days=30)
    world.tick(days=30)
    world.poll()
    assert name in world.names()


def test_a_loaded_old_version_stays_and_says_so(world: World, server: FaultyServer) -> None:
    name = kept_version(world, server)
    with OllamaClient(world.target.endpoint, server_id="local") as client:
        client.load(name, -1)
    world.tick(days=6, hours=1)
    world.tick(days=2)
    world.poll()
    assert name in world.names()
    assert [note.news for note in world.state.backup_notes] == [BackupNews.IS_LOADED]


def test_who_knows_is_not_told_again(make_world: WorldMaker, server: FaultyServer) -> None:
    world = make_world()
    name = kept_version(world, server)
    world.tick(days=6, hours=1)
    world.updates.old_versions.end_note(ModelRef("local", name))
    assert not world.notes()
    again = make_world()
    assert not again.notes()
    assert [made.name for made in again.state.backups] == [name]


def test_a_copy_that_cannot_move_says_so(world: World, server: FaultyServer) -> None:
    server.fault("/api/copy", faults.error_json(500, "no space left on device"))
    request = MoveRequest(world.ref("other:latest"), world.ref("tiny:latest"))
    world.updates.old_versions.move(request)
    world.settle()
    (failure,) = world.failures
    assert isinstance(failure, Failure)
    assert (failure.verb, failure.ref.name) == (Verb.MOVE, "other:latest")
    assert failure_text(failure).title == "Can’t move other:latest to the new version"


def test_a_start_changes_nothing_about_what_is_kept(
    make_world: WorldMaker, server: FaultyServer
) -> None:
    """The download that has kept it is still listed then."""
    world = make_world()
    kept_version(world, server)
    (before,) = world.state.backups
    world.updates.old_versions.keep_for_good(ModelRef("local", before.name))
    again = make_world()
    assert [item.update.kept_name for item in again.queue.items() if item.update] == [before.name]
    (kept,) = again.state.backups
    assert (kept.at, kept.keep_until) == (before.at.replace(microsecond=0), None)


@pytest.fixture
def copied(world: World, server: FaultyServer) -> World:
    """A model with a copy, and a newer version of it."""
    world.check()
    newer(server)
    world.check()
    world.operations.copy(CopyRequest(world.ref("tiny:latest"), "coder:latest"))
    world.settle()
    world.poll()
    assert world.standing("coder:latest") is S.MADE_HERE
    world.update("tiny:latest")
    return world


def test_a_copy_of_the_old_version_is_named_and_moves(copied: World) -> None:
    world = copied
    (after,) = world.state.after_updates
    assert after.updated.name == "tiny:latest"
    assert [ref.name for ref in after.copies] == ["coder:latest"]
    world.updates.old_versions.move(MoveRequest(after.copies[0], after.updated))
    world.settle()
    world.poll()
    assert [outcome.is_moved for outcome in world.moved] == [True]
    assert world.digest("coder:latest") == world.digest("tiny:latest")
    assert world.state.after_updates == ()
    assert world.standing("coder:latest") is S.MADE_HERE


def test_a_copy_that_was_loaded_is_loaded_again(copied: World) -> None:
    world = copied
    with OllamaClient(world.target.endpoint, server_id="local") as client:
        client.load("coder:latest", 3600, 8192)
    (after,) = world.state.after_updates
    world.updates.old_versions.move(MoveRequest(after.copies[0], after.updated))
    world.settle()
    world.poll()
    snapshot = world.state.snapshot("local")
    assert snapshot is not None
    rows = [(row.name, row.digest, row.context_length) for row in snapshot.running or ()]
    assert rows == [("coder:latest", world.digest("tiny:latest"), 8192)]


def test_pin_and_verdict_go_along_with_a_name(world: World, server: FaultyServer) -> None:
    world.check()
    newer(server)
    world.check()
    tiny = world.ref("tiny:latest")
    world.updates.checker.pin(tiny)
    world.operations.rename(RenameRequest(tiny, "mine:1"))
    world.settle()
    world.poll()
    mine = world.ref("mine:1")
    assert world.state.marks(mine.key).is_pinned
    assert world.standing("mine:1") is S.MADE_HERE
    server.forget()
    world.check()
    assert not [request for request in server.requests if "mine" in request.path]
    world.operations.rename(RenameRequest(mine, "tiny:latest"))
    world.settle()
    world.poll()
    assert world.state.marks(tiny.key).is_pinned
    assert world.standing("tiny:latest") is S.WEIGHTS
    assert world.state.record(mine.key) is None


def test_what_a_terminal_has_said_goes_along_too(world: World) -> None:
    file = LedgerFile(world.file)
    ledger = file.load()
    ledger.pin("local", "tiny:latest")
    file.write(ledger.take_changes(), tuple(ledger))
    tiny = world.ref("tiny:latest")
    world.commands.rename_requested.connect(world.operations.rename)
    world.commands.rename_requested.emit(RenameRequest(tiny, "mine:1"))
    world.settle()
    world.poll()
    assert world.state.marks(("local", "mine:1")).is_pinned


def test_a_copy_that_has_changed_is_left_alone(copied: World, server: FaultyServer) -> None:
    world = copied
    (after,) = world.state.after_updates
    server.state.install("coder", small.model("coder by hand"))
    world.updates.old_versions.move(MoveRequest(after.copies[0], after.updated))
    world.settle()
    world.poll()
    assert [outcome.is_moved for outcome in world.moved] == [False]
    assert world.digest("coder:latest") not in (after.old_digest, world.digest("tiny:latest"))


def test_what_is_left_is_not_said_again(copied: World, make_world: WorldMaker) -> None:
    again = make_world()
    (after,) = again.state.after_updates  # nobody has answered: it comes back
    again.updates.old_versions.end_after_update(after.updated)
    assert again.state.after_updates == ()
    assert make_world().state.after_updates == ()


def test_what_a_person_never_wants_looked_up(world: World, server: FaultyServer) -> None:
    world.updates.never_look_up("tiny:latest")
    assert world.state.never_looked_up == ("tiny:latest",)
    server.forget()
    world.check()
    assert not [r for r in server.requests if r.path.startswith("/v2/library/tiny/")]
    assert world.standing("tiny:latest") is S.NOT_ASKED
    world.updates.look_up_again("tiny:latest")
    world.check()
    assert not world.state.never_looked_up
    assert world.standing("tiny:latest") is S.CURRENT


def test_what_a_terminal_says_is_heard(world: World, server: FaultyServer, tmp_path: Path) -> None:
    world.check()
    world.wait_for(lambda: not world.updates.keeper.ledger.has_changed)
    world.settle()
    file = LedgerFile(tmp_path / "updates.json")
    ledger = file.load()
    ledger.pin("local", "tiny:latest")
    ledger.never_look_up("other:latest")
    file.write(ledger.take_changes(), tuple(ledger))
    assert not world.state.marks(("local", "tiny:latest")).is_pinned
    world.updates.set_window_active(True)
    world.settle()
    assert world.state.marks(("local", "tiny:latest")).is_pinned
    assert world.state.never_looked_up == ("other:latest",)
    assert world.standing("other:latest") is S.NOT_ASKED


def asked(world: World) -> int:
    return sum(request.path.startswith("/v2/") for request in world.server.requests)


def test_nobody_is_asked_before_its_time(world: World) -> None:
    world.tick(minutes=1)
    assert asked(world) == 0
    assert not world.rules.is_started
    world.tick(minutes=2)  # the system is asked first
    world.tick(seconds=5)
    assert asked(world) == 3
    world.tick(hours=19)
    assert asked(world) == 3
    world.tick(hours=2)
    assert asked(world) == 6


def test_never_is_never(world: World) -> None:
    world.settings.set("check_updates", "never")
    for _ in range(3):
        world.tick(days=8)
    assert asked(world) == 0


def test_a_metered_network_waits(world: World) -> None:
    world.rules.start()
    world.phone.use(True)
    world.tick(minutes=5)
    assert asked(world) == 0
    world.settings.set("pause_on_metered", False)
    world.tick(minutes=5)
    assert asked(world) == 3


def test_without_a_network_it_waits(world: World) -> None:
    world.rules.start()
    world.phone.connect_it(False)
    world.tick(minutes=5)
    assert asked(world) == 0
    world.phone.connect_it(True)
    world.tick(minutes=5)
    assert asked(world) == 3


def test_a_server_elsewhere_that_answers_proves_a_network(world: World) -> None:
    """Who manages the network here need not manage all of it."""
    world.rules.start()
    world.phone.connect_it(False)
    world.target = replace(world.target, endpoint=Endpoint.parse("http://192.0.2.1:11434"))
    world.tick(minutes=5)
    assert asked(world) == 3


def test_the_next_time_is_told(world: World) -> None:
    told = world.state.update_check
    assert (told.every, told.next_at) == (Every.DAY, START + timedelta(minutes=2))
    world.settings.set("check_updates", "never")
    told = world.state.update_check
    assert (told.every, told.next_at) == (Every.NEVER, None)


def test_a_failed_round_comes_again_and_says_when(world: World, server: FaultyServer) -> None:
    world.check()
    server.fault("*", faults.close_before_headers(), method="HEAD")
    world.tick(hours=21)
    world.tick(seconds=5)
    check = world.state.update_check
    assert check.failed == 3
    assert check.retry_at == world.now + timedelta(hours=1)
    assert world.standing("tiny:latest") is S.CURRENT


def test_a_server_that_never_answered_is_no_check(
    server: FaultyServer, qtbot: QtBot, tmp_path: Path
) -> None:
    world = World(server, qtbot, tmp_path / "updates.json")
    world.rules.start()
    world.tick(minutes=30)
    assert world.state.update_check.checked_at is None
    world.close()


def test_one_wish_takes_its_way(world: World, server: FaultyServer) -> None:
    world.check()
    newer(server)
    newer(server, "other")
    world.check()
    sheets: list[object] = []
    world.commands.updates_dialog_requested.connect(sheets.append)
    with OllamaClient(world.target.endpoint, server_id="local") as client:
        client.load("other:latest", -1)
    world.poll()
    world.updates.update_one(world.ref("other:latest"))
    assert sheets == [ModelRefs((world.ref("other:latest"),))]
    world.updates.update_one(world.ref("third:latest"))  # nothing to update it to
    assert len(world.queue.items()) == 0
    world.updates.update_one(world.ref("tiny:latest"))
    (item,) = world.queue.items()
    assert (item.name, item.update is not None) == ("tiny:latest", True)
    world.wait_for(lambda: all(item.is_ended for item in world.queue.items()))


def test_a_server_that_moves_is_another_one(world: World, server: FaultyServer) -> None:
    world.check()
    world.updates.checker.pin(world.ref("tiny:latest"))
    world.state.set_servers((Server("local", "", "127.0.0.1:1"),), "local", "local")
    assert world.updates.checker.ledger.is_pinned("local", "tiny:latest") is False
    assert world.standing("tiny:latest") is S.UNKNOWN


def test_a_server_that_is_switched_off_is_remembered(world: World, server: FaultyServer) -> None:
    here, nas = world.state.servers[0], Server("nas", "nas", "10.0.0.2:11434")
    world.check()
    world.updates.checker.pin(world.ref("tiny:latest"))
    world.state.set_servers((nas,), "nas", "nas", (here,))
    assert world.updates.checker.ledger.is_pinned("local", "tiny:latest")
    world.state.set_servers((here, nas), "local", "")
    world.poll()
    assert world.standing("tiny:latest") is S.CURRENT
    assert world.state.marks(("local", "tiny:latest")).is_pinned
