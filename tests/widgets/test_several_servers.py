"""The whole program with several servers: who is asked, with what, and whose downloads run.

Here an exception in any listener fails the test by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, small
from tests.unit.workers.test_sign_ins import Keyring
from tests.widgets.programs import end_program
from tray_app.app.application import Application
from tray_app.cli import Invocation
from tray_app.core.endpoint import Endpoint
from tray_app.core.payloads import PullRequest, SecretsGiven, ServerRemoval
from tray_app.core.pulls.states import Hold, PullItem, PullState
from tray_app.core.records import ServerState
from tray_app.core.sign_in import KeyringFault, Secrets, SecretState, SignIn, SignInKind
from tray_app.desktop.instance.single_instance import SingleInstance
from tray_app.desktop.tray.tray import Tray
from tray_app.paths import paths
from tray_app.settings import ServerEntry

MB = 1_000_000
TOKEN = "tok-3f9c"
HERE = ServerEntry("local")


@pytest.fixture
def here() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("here", published=("one", "two"))) as fake:
        yield fake


@pytest.fixture
def there() -> Iterator[FaultyServer]:
    library = small.library("there", published=("one", "two"))
    with FaultyServer(library=library, speed_bytes_s=20 * MB, tick_s=0.01) as fake:
        yield fake


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> Keyring:
    found = Keyring()
    monkeypatch.setattr("tray_app.app.application.SecretStore", lambda **_: found)
    return found


@pytest.fixture
def application(
    qapp: QApplication,
    here: FaultyServer,
    keyring: Keyring,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Application]:
    """Connected and with its window; its own server is polled."""
    monkeypatch.setenv("OLLAMA_HOST", here.url)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    instance = SingleInstance(tmp_path)
    assert instance.claim()
    made = Application(qapp, Tray(qapp), Invocation(data_dir=tmp_path), paths(tmp_path), instance)
    made.connect_parts()
    made.window.show()
    made.servers.take()
    yield made
    end_program(made, instance)


class Stage:
    """The program, and what a test waits for in it."""

    def __init__(self, application: Application, there: FaultyServer, qtbot: QtBot) -> None:
        self.program = application
        self.nas = ServerEntry("nas", "nas", there.url)
        self._qtbot = qtbot

    @property
    def secrets(self) -> Secrets:
        """What signs in at the address of nas, and nowhere else."""
        return Secrets(token=TOKEN, origin=Endpoint.parse(self.nas.address).origin)

    def set(self, *entries: ServerEntry) -> None:
        self.program.settings.set("servers", entries)

    def wait_state(self, state: ServerState, server_id: str = "nas") -> None:
        self._qtbot.waitUntil(lambda: self._state_of(server_id) is state, timeout=10_000)

    def _state_of(self, server_id: str) -> ServerState | None:
        status = self.program.state.status(server_id)
        return status.state if status else None

    @property
    def item(self) -> PullItem:
        (found,) = self.program.state.downloads
        return found

    def wait_pull(self, state: PullState, hold: Hold | None = None) -> None:
        def is_so() -> bool:
            return self.item.state is state and hold in (None, self.item.hold)

        self._qtbot.waitUntil(is_so, timeout=20_000)


@pytest.fixture
def stage(application: Application, there: FaultyServer, qtbot: QtBot) -> Stage:
    return Stage(application, there, qtbot)


def test_each_server_that_is_on_is_polled_and_one_that_goes_is_forgotten(
    stage: Stage, there: FaultyServer
) -> None:
    stage.set(HERE, stage.nas)
    stage.wait_state(ServerState.ONLINE, "local")
    stage.wait_state(ServerState.ONLINE, "nas")
    state = stage.program.state
    assert [server.id for server in state.servers] == ["local", "nas"]
    assert state.shown_id == ""
    assert state.snapshot("local") is not None
    assert state.snapshot("nas") is not None
    stage.set(HERE, replace(stage.nas, is_on=False))
    assert state.snapshot("nas") is None
    assert state.status("nas") is None
    assert state.shown_id == "local", "of one server that one is shown"
    asked = len(there.requests)
    stage.program.pollers.refresh_all()
    stage.wait_state(ServerState.ONLINE, "local")
    assert len(there.requests) == asked


def test_nothing_is_sent_before_the_keyring_gave_the_token(
    stage: Stage, there: FaultyServer, keyring: Keyring
) -> None:
    keyring.kept["nas"] = stage.secrets
    keyring.hold()
    stage.set(HERE, replace(stage.nas, sign_in=SignIn(SignInKind.TOKEN)))
    stage.wait_state(ServerState.WAITING)
    stage.wait_state(ServerState.ONLINE, "local")
    status = stage.program.state.status("nas")
    assert status is not None
    assert status.secret is SecretState.WAITING
    assert there.requests == []
    assert stage.program.targets.target("nas") is None
    keyring.let_go()
    stage.wait_state(ServerState.ONLINE)
    assert {request.headers.get("authorization") for request in there.requests} == {
        f"Bearer {TOKEN}"
    }


def test_a_locked_keyring_is_asked_again_when_a_person_unlocks_it(
    stage: Stage, keyring: Keyring
) -> None:
    keyring.kept["nas"] = stage.secrets
    keyring.fault = KeyringFault.LOCKED
    stage.set(HERE, replace(stage.nas, sign_in=SignIn(SignInKind.TOKEN)))
    stage.wait_state(ServerState.WAITING)
    stage._qtbot.waitUntil(lambda: stage.program.state.secret("nas") is SecretState.LOCKED)
    keyring.fault = None
    stage.program.commands.keyring_unlock_requested.emit()
    stage.wait_state(ServerState.ONLINE)


def test_a_token_that_was_missing_is_used_as_soon_as_it_is_given(
    stage: Stage, keyring: Keyring
) -> None:
    stage.set(HERE, replace(stage.nas, sign_in=SignIn(SignInKind.TOKEN)))
    stage._qtbot.waitUntil(lambda: stage.program.state.secret("nas") is SecretState.MISSING)
    stage.program.commands.secrets_requested.emit(SecretsGiven("nas", stage.secrets))
    stage.wait_state(ServerState.ONLINE)
    stage._qtbot.waitUntil(lambda: keyring.kept.get("nas") == stage.secrets)


def test_a_download_of_a_server_that_is_switched_off_waits_and_goes_on(stage: Stage) -> None:
    stage.set(HERE, stage.nas)
    stage.wait_state(ServerState.ONLINE)
    stage.program.commands.pull_requested.emit(PullRequest("nas", "one"))
    stage.wait_pull(PullState.RUNNING)
    stage.set(HERE, replace(stage.nas, is_on=False))
    stage.wait_pull(PullState.WAITING, Hold.OFF)
    stage.set(HERE, stage.nas)
    stage.wait_pull(PullState.DONE)


def test_a_server_that_is_removed_at_once_takes_its_downloads_and_its_secret_along(
    stage: Stage, keyring: Keyring
) -> None:
    keyring.kept["nas"] = stage.secrets
    stage.set(HERE, replace(stage.nas, sign_in=SignIn(SignInKind.TOKEN)))
    stage.wait_state(ServerState.ONLINE)
    stage.program.commands.pull_requested.emit(PullRequest("nas", "one"))
    stage.wait_pull(PullState.RUNNING)
    stage.program.commands.server_remove_requested.emit(ServerRemoval("nas", drops_downloads=True))
    assert [entry.id for entry in stage.program.settings.servers()] == ["local"]
    stage.wait_pull(PullState.CANCELED)
    stage._qtbot.waitUntil(lambda: keyring.kept == {}, timeout=5000)


def test_a_server_that_is_to_go_after_its_downloads_does(stage: Stage) -> None:
    stage.set(HERE, stage.nas)
    stage.wait_state(ServerState.ONLINE)
    stage.program.commands.pull_requested.emit(PullRequest("nas", "one"))
    stage.wait_pull(PullState.RUNNING)
    stage.program.commands.server_remove_requested.emit(ServerRemoval("nas"))
    assert stage.program.state.server_of("nas").is_leaving
    stage.wait_pull(PullState.DONE)
    assert [entry.id for entry in stage.program.settings.servers()] == ["local"]


def test_the_server_of_ollama_cannot_be_removed(stage: Stage) -> None:
    stage.set(HERE, stage.nas)
    stage.program.commands.server_remove_requested.emit(ServerRemoval("local", True))
    assert [entry.id for entry in stage.program.settings.servers()] == ["local", "nas"]


def test_which_one_is_shown_is_remembered(stage: Stage) -> None:
    stage.set(HERE, stage.nas)
    stage.program.commands.server_show_requested.emit("nas")
    assert stage.program.state.shown_id == "nas"
    assert stage.program.settings.values.shown_server == "nas"
    stage.program.commands.server_show_requested.emit("")
    assert stage.program.state.shown_id == ""
