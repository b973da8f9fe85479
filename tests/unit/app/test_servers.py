"""Servers: the settings, the keyring, pollers and downloads together, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QDeadlineTimer
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, faults, small
from tests.fakes.keyring import Keyring
from tray_app.app.servers import ServerParts, Servers, ServerTargets, shown_server
from tray_app.core.connection_cases import ConnectionCase
from tray_app.core.endpoint import Endpoint
from tray_app.core.payloads import (
    PullRequest,
    SecretsGiven,
    ServerDraft,
    ServerRemoval,
    ServerTest,
)
from tray_app.core.pulls.policy import QueueLimits
from tray_app.core.pulls.states import UNFINISHED
from tray_app.core.records import ServerState
from tray_app.core.sign_in import Secrets, SecretState, SignIn, SignInKind
from tray_app.ollama.registry import Registry
from tray_app.settings import ServerEntry, Settings
from tray_app.state.app_state import AppState
from tray_app.workers.operations import Operations
from tray_app.workers.pollers import Pollers
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.runner import JobRunner
from tray_app.workers.sign_ins import SignIns

TOKEN = "s3cr3t-t0ken"
BY_TOKEN = SignIn(SignInKind.TOKEN)


class World:
    """All that a server is known to, as the program builds it."""

    def __init__(self, path: Path | None, keyring: Keyring, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.keyring = keyring
        self.settings = Settings(path)
        self.state = AppState(shown_server(self.settings, self.settings.server()))
        self.runner = JobRunner()
        self.sign_ins = SignIns(self.runner, keyring)
        self.targets = ServerTargets(self.settings, self.sign_ins)
        self.pollers = Pollers()
        limits = QueueLimits(max_pulls=2)
        self.queue = PullQueue(self.runner, self.targets.target, limits=limits)
        self.operations = Operations(
            self.runner, self.queue, self.targets.target, Registry({"registry.ollama.ai": ""})
        )
        parts = ServerParts(
            self.state, self.targets, self.sign_ins, self.pollers, self.queue, self.operations
        )
        self.servers = Servers(self.settings, parts)
        self.pollers.polled.connect(self.state.take_poll)
        self.state.status_changed.connect(
            lambda status: self.queue.set_server_online(status.server_id, status.is_online)
        )
        self.servers.take()

    def wait_for(self, condition: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=20_000)

    def is_in(self, server_id: str, state: ServerState) -> bool:
        status = self.state.status(server_id)
        return status is not None and status.state is state

    def ids(self) -> list[str]:
        return [entry.id for entry in self.settings.servers()]

    def unfinished(self) -> list[str]:
        return [item.server_id for item in self.queue.items() if item.state in UNFINISHED]

    def close(self) -> None:
        self.queue.close()
        self.runner.close()
        self.pollers.close()
        deadline = QDeadlineTimer(10_000)
        assert self.pollers.wait(deadline)
        assert self.runner.wait(deadline)
        self.wait_for(lambda: not self.runner.active())


Make = Callable[..., World]


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[Make]:
    worlds: list[World] = []

    def build(path: Path | None = None, keyring: Keyring | None = None) -> World:
        world = World(path, keyring or Keyring(), qtbot)
        worlds.append(world)
        return world

    yield build
    for world in worlds:
        world.close()


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("a", published=("one", "two"))) as fake:
        yield fake


@pytest.fixture
def other() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("b")) as fake:
        yield fake


def entries(server: FaultyServer, other: FaultyServer) -> tuple[ServerEntry, ...]:
    """The first one is off, as nothing is on this computer."""
    return (
        ServerEntry("local", is_on=False),
        ServerEntry("nas", "nas", server.url, sign_in=BY_TOKEN),
        ServerEntry("lab", "lab", other.url),
    )


def origin(server: FaultyServer) -> str:
    return Endpoint.parse(server.url).origin


def sent(server: FaultyServer) -> set[str]:
    """What signed in, over all requests so far."""
    return {request.headers.get("authorization", "") for request in server.requests}


def write(path: Path, found: tuple[ServerEntry, ...]) -> None:
    Settings(path).set("servers", found)


# Secrets.


def test_a_secret_is_sent_to_its_server_alone(
    make: Make, server: FaultyServer, other: FaultyServer
) -> None:
    keyring = Keyring()
    keyring.kept["nas"] = Secrets(TOKEN, origin=origin(server))
    world = make(None, keyring)
    world.settings.set("servers", entries(server, other))
    world.wait_for(lambda: world.is_in("nas", ServerState.ONLINE))
    world.wait_for(lambda: world.is_in("lab", ServerState.ONLINE))
    assert sent(server) == {f"Bearer {TOKEN}"}
    assert sent(other) == {""}


def test_an_address_that_somebody_wrote_into_the_file_gets_no_secret(
    make: Make, server: FaultyServer, other: FaultyServer, tmp_path: Path
) -> None:
    path = tmp_path / "settings.json"
    found = entries(server, other)
    write(path, found)
    content = json.loads(path.read_text())
    next(e for e in content["servers"] if e["id"] == "nas")["address"] = other.url
    path.write_text(json.dumps(content))
    keyring = Keyring()
    keyring.kept["nas"] = Secrets(TOKEN, origin=origin(server))
    world = make(path, keyring)
    world.wait_for(lambda: world.state.secret("nas") is SecretState.MISSING)
    assert world.state.is_secret_elsewhere("nas")
    assert world.is_in("nas", ServerState.WAITING)
    world.wait_for(lambda: world.is_in("lab", ServerState.ONLINE))
    assert sent(other) == {""}
    assert server.requests == []


def test_nor_while_the_program_runs(
    make: Make, server: FaultyServer, other: FaultyServer, tmp_path: Path
) -> None:
    path = tmp_path / "settings.json"
    write(path, entries(server, other))
    keyring = Keyring()
    keyring.kept["nas"] = Secrets(TOKEN, origin=origin(server))
    world = make(path, keyring)
    world.wait_for(lambda: world.is_in("nas", ServerState.ONLINE))
    path.write_text(path.read_text().replace(server.url, other.url))
    world.settings.set("keep_in_tray", False)  # reads what others have written
    assert world.settings.server("nas").address == other.url
    assert world.is_in("nas", ServerState.WAITING)
    assert world.targets.target("nas") is None
    world.wait_for(lambda: world.is_in("lab", ServerState.ONLINE))
    assert sent(other) == {""}


def test_what_is_typed_is_kept_before_it_is_saved(
    make: Make, server: FaultyServer, other: FaultyServer
) -> None:
    server.fault("/api/version", faults.reply(401), times=None)
    world = make()
    world.settings.set("servers", entries(server, other)[::2])
    world.keyring.hold()
    given = SecretsGiven("nas", Secrets(TOKEN, origin=origin(server)))
    world.servers.keep_secrets(given)
    world.wait_for(lambda: world.is_in("lab", ServerState.ONLINE))
    assert server.requests == []
    new = entries(server, other)[1]
    world.sign_ins.kept.connect(lambda _: world.settings.set_server(new))
    world.keyring.let_go()
    world.wait_for(lambda: world.is_in("nas", ServerState.REFUSED))
    assert world.state.secret("nas") is SecretState.KEPT
    assert sent(server) == {f"Bearer {TOKEN}"}


def draft(url: str, **more: object) -> ServerDraft:
    return ServerDraft(1, "nas", Endpoint.parse(url), BY_TOKEN, **more)  # type: ignore[arg-type]


def test_a_test_sends_what_is_typed_or_kept_and_only_there(
    make: Make, server: FaultyServer, other: FaultyServer
) -> None:
    keyring = Keyring()
    keyring.kept["nas"] = Secrets(TOKEN, origin=origin(server))
    world = make(None, keyring)
    world.settings.set("servers", entries(server, other))
    world.wait_for(lambda: world.is_in("nas", ServerState.ONLINE))
    world.settings.set_server(replace(entries(server, other)[2], is_on=False))
    tests: list[ServerTest] = []
    world.operations.server_tested.connect(tests.append)

    def try_it(asked: ServerDraft) -> ServerTest:
        tests.clear()
        world.servers.test(asked)
        world.wait_for(lambda: tests)
        return tests[0]

    other.forget()
    kept = (SignInKind.TOKEN.value,)
    found = try_it(draft(other.url, kept=kept))
    assert (found.case, found.sent) == (ConnectionCase.OK, SignInKind.NONE)
    assert sent(other) == {""}
    other.forget()
    typed = try_it(draft(other.url, secrets=Secrets("typed")))
    assert (typed.case, typed.sent) == (ConnectionCase.OK, SignInKind.TOKEN)
    assert sent(other) == {"Bearer typed"}
    server.forget()
    assert try_it(draft(server.url, kept=kept)).sent is SignInKind.TOKEN
    assert sent(server) == {f"Bearer {TOKEN}"}


# Removing.


def test_a_removed_server_takes_its_secret_along_and_nothing_else(
    make: Make, server: FaultyServer, other: FaultyServer
) -> None:
    keyring = Keyring()
    keyring.kept = {
        "nas": Secrets(TOKEN, origin=origin(server)),
        "lab": Secrets("other", origin=origin(other)),
    }
    world = make(None, keyring)
    local, nas, lab = entries(server, other)
    world.settings.set("servers", (local, nas, replace(lab, sign_in=BY_TOKEN)))
    world.wait_for(lambda: world.is_in("nas", ServerState.ONLINE))
    world.wait_for(lambda: world.is_in("lab", ServerState.ONLINE))
    world.servers.remove(ServerRemoval("nas"))
    assert world.ids() == ["local", "lab"]
    world.wait_for(lambda: set(keyring.kept) == {"lab"})
    assert world.is_in("lab", ServerState.ONLINE)
    assert world.targets.target("nas") is None


def test_one_that_is_off_takes_its_secret_along_too(
    make: Make, server: FaultyServer, other: FaultyServer
) -> None:
    keyring = Keyring()
    keyring.kept["nas"] = Secrets(TOKEN, origin=origin(server))
    world = make(None, keyring)
    local, nas, lab = entries(server, other)
    world.settings.set("servers", (local, replace(nas, is_on=False), lab))
    world.servers.remove(ServerRemoval("nas"))
    world.wait_for(lambda: keyring.kept == {})


def test_the_last_one_that_is_on_leaves_another_one_on(
    make: Make, server: FaultyServer, other: FaultyServer
) -> None:
    world = make()
    world.settings.set("servers", entries(server, other)[::2])
    world.servers.remove(ServerRemoval("lab"))
    assert world.settings.servers() == (ServerEntry("local"),)


def test_what_is_given_cannot_be_removed(make: Make) -> None:
    world = make()
    world.servers.remove(ServerRemoval("local"))
    world.servers.remove(ServerRemoval("never there"))
    assert world.ids() == ["local"]


@pytest.fixture
def pulling(make: Make, server: FaultyServer, other: FaultyServer) -> World:
    """Two downloads on "lab", one on "nas"; none of them gets anywhere."""
    for fake in (server, other):
        fake.fault("/api/pull", faults.never_answer(), times=None)
    world = make()
    local, nas, lab = entries(server, other)
    world.settings.set("servers", (local, replace(nas, sign_in=SignIn()), lab))
    world.wait_for(lambda: world.is_in("lab", ServerState.ONLINE))
    world.wait_for(lambda: world.is_in("nas", ServerState.ONLINE))
    for server_id, name in (("lab", "one"), ("nas", "one"), ("lab", "two")):
        world.queue.add(PullRequest(server_id, name))
    return world


def test_drop_and_remove_ends_its_downloads_alone(pulling: World) -> None:
    pulling.servers.remove(ServerRemoval("lab", drops_downloads=True))
    assert pulling.ids() == ["local", "nas"]
    pulling.wait_for(lambda: pulling.unfinished() == ["nas"])


def test_finish_then_remove_waits_for_the_last_one(pulling: World) -> None:
    pulling.servers.remove(ServerRemoval("lab"))
    assert pulling.ids() == ["local", "nas", "lab"]
    assert pulling.settings.server("lab").is_leaving
    assert pulling.state.server_of("lab").is_leaving
    first, last = [item.id for item in pulling.queue.items() if item.server_id == "lab"]
    pulling.queue.cancel(first)
    pulling.wait_for(lambda: pulling.unfinished().count("lab") == 1)
    assert "lab" in pulling.ids()
    pulling.queue.cancel(last)
    pulling.wait_for(lambda: pulling.ids() == ["local", "nas"])
    assert pulling.unfinished() == ["nas"]


def test_what_leaves_goes_at_the_next_start_when_nothing_is_left(
    make: Make, server: FaultyServer, other: FaultyServer, tmp_path: Path
) -> None:
    path = tmp_path / "settings.json"
    local, nas, lab = entries(server, other)
    write(path, (local, nas, replace(lab, is_leaving=True)))
    keyring = Keyring()
    keyring.kept["nas"] = Secrets(TOKEN, origin=origin(server))
    world = make(path, keyring)
    assert world.ids() == ["local", "nas"]
    assert other.url not in path.read_text()
