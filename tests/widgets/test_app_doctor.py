"""The doctor over real HTTP: lanes, what is looked at again, and the report on the clipboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QDeadlineTimer
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, faults, small
from tests.widgets.helpers import clipboard
from tray_app.app.doctor import Doctor
from tray_app.core.diagnosis.findings import Examination, FindingKind
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import OllamaError
from tray_app.core.records import Poll, Server, ServerState, ServerStatus
from tray_app.core.sign_in import SecretState, SignIn, SignInKind
from tray_app.paths import paths
from tray_app.settings import ServerEntry, Settings
from tray_app.settings.servers import endpoint_of
from tray_app.state.app_state import AppState
from tray_app.workers.runner import JobRunner

K = FindingKind


@dataclass
class Program:
    """The doctor with what it needs of the program."""

    doctor: Doctor
    settings: Settings
    state: AppState
    secrets: dict[str, str]

    def endpoint(self, entry: ServerEntry) -> Endpoint | OllamaError | None:
        if entry.sign_in.needs_secret and entry.id not in self.secrets:
            return None
        headers = {"Authorization": f"Bearer {self.secrets.get(entry.id)}"}
        return endpoint_of(entry, {}, headers if entry.sign_in.needs_secret else {})

    def take(self, *entries: ServerEntry) -> None:
        """These are the servers now, as the program would have it."""
        self.settings.set("servers", entries)
        servers = tuple(Server(each.id, each.label, each.address) for each in entries if each.is_on)
        self.state.set_servers(servers, servers[0].id, "")

    @property
    def found(self) -> Examination:
        found = self.state.examination
        assert found is not None
        return found

    def kinds(self, server_id: str) -> set[FindingKind]:
        return {each.kind for each in self.found.findings() if server_id in each.server_ids}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tray_app.diagnosis.servers.own_addresses", tuple)
    monkeypatch.setattr("tray_app.diagnosis.question.REGISTRY_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("tray_app.diagnosis.releases.RELEASES_URL", "http://127.0.0.1:9")


@pytest.fixture
def servers() -> Iterator[tuple[FaultyServer, FaultyServer]]:
    with (
        FaultyServer(library=small.library("tiny")) as one,
        FaultyServer(library=small.library("other")) as two,
    ):
        yield one, two


@pytest.fixture
def program(qtbot: QtBot, tmp_path: Path) -> Iterator[Program]:
    runner = JobRunner()
    settings, state = Settings(tmp_path / "settings.json"), AppState(Server("a"))
    settings.set("look_for_ollama", "never")
    made = Program(None, settings, state, {})  # type: ignore[arg-type]
    made.doctor = Doctor(runner, settings, state, made, paths(tmp_path))
    yield made
    made.doctor.close()
    runner.close()
    assert runner.wait(QDeadlineTimer(5000))


def entry(server_id: str, server: FaultyServer, **more: object) -> ServerEntry:
    return ServerEntry(server_id, f"label {server_id}", server.url, **more)  # type: ignore[arg-type]


def wait_for_the_end(program: Program, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not program.found.is_running, timeout=15000)


def test_all_servers_that_are_on_are_looked_at(
    program: Program, servers: tuple[FaultyServer, FaultyServer], qtbot: QtBot
) -> None:
    one, two = servers
    off = ServerEntry("c", "off", "http://127.0.0.1:9", is_on=False)
    program.take(entry("a", one), entry("b", two), off)
    program.doctor.check("b")
    assert program.found.running == ("b", "a", ""), "what a person asked about comes first"
    assert program.found.checking() == "label b"
    wait_for_the_end(program, qtbot)
    found = program.found
    assert [each.name for each in found.servers] == ["label a", "label b"]
    assert found.done == frozenset(found.planned)
    assert K.ANSWERS_FINE in program.kinds("a") & program.kinds("b")
    assert found.diagnosis is not None
    assert len(found.diagnosis.servers) == 2


def test_one_that_is_silent_delays_itself_alone_and_stopping_ends_it(
    program: Program, servers: tuple[FaultyServer, FaultyServer], qtbot: QtBot
) -> None:
    one, two = servers
    one.fault("*", faults.never_answer(), times=None)
    program.take(entry("a", one), entry("b", two))
    program.doctor.check("")
    qtbot.waitUntil(lambda: program.found.running == ("a",), timeout=15000)
    assert K.ANSWERS_FINE in program.kinds("b")
    program.doctor.stop()
    assert not program.found.is_running
    assert program.found.was_stopped
    assert program.kinds("a") == set()


def test_what_a_finding_is_about_is_looked_at_again(
    program: Program, servers: tuple[FaultyServer, FaultyServer], qtbot: QtBot
) -> None:
    one, two = servers
    one.fault("*", faults.forbidden(), times=None)
    program.take(entry("a", one), entry("b", two))
    program.doctor.check("")
    wait_for_the_end(program, qtbot)
    (finding,) = [each for each in program.found.findings() if each.kind is K.HOST_REFUSED]
    one.clear()
    two.forget()
    program.doctor.check_again(finding)
    assert program.found.running == ("a", "")
    assert finding in program.found.findings(), "it stands until it is known better"
    wait_for_the_end(program, qtbot)
    assert K.HOST_REFUSED not in program.kinds("a")
    assert two.requests == []


def test_while_somebody_watches_what_changed_is_looked_at_again(
    program: Program, servers: tuple[FaultyServer, FaultyServer], qtbot: QtBot
) -> None:
    one, two = servers
    program.take(entry("a", one), ServerEntry("b", "b", "http://127.0.0.1:9"))
    program.doctor.check("")
    wait_for_the_end(program, qtbot)
    assert program.kinds("b") & {K.NOT_RUNNING, K.NOT_INSTALLED}
    one.forget()
    # Its address is corrected.
    program.take(entry("a", one), entry("b", two))
    assert program.found.running == ("b",)
    wait_for_the_end(program, qtbot)
    assert K.ANSWERS_FINE in program.kinds("b")
    assert one.requests == []
    # Another is added, and one goes.
    program.take(entry("b", two), entry("c", one))
    wait_for_the_end(program, qtbot)
    assert [each.server_id for each in program.found.servers] == ["b", "c"]
    assert program.kinds("a") == set()
    assert K.ANSWERS_FINE in program.kinds("c")
    # One comes back.
    status = ServerStatus("c", ServerState.OFFLINE, datetime.now(UTC))
    program.state.take_poll(Poll(status))
    assert not program.found.is_running, "how it stood at first is no news"
    program.state.take_poll(Poll(replace(status, state=ServerState.ONLINE)))
    assert program.found.running == ("c",)
    wait_for_the_end(program, qtbot)
    program.doctor.stop()
    program.take(entry("c", two))
    assert not program.found.is_running, "nobody watches"


def test_a_server_waits_for_the_keyring_and_is_asked_once_it_is_open(
    program: Program, servers: tuple[FaultyServer, FaultyServer], qtbot: QtBot
) -> None:
    one, two = servers
    program.state.set_secret("b", SecretState.LOCKED)
    program.take(entry("a", one), entry("b", two, sign_in=SignIn(SignInKind.TOKEN)))
    program.doctor.check("b")
    wait_for_the_end(program, qtbot)
    assert program.kinds("b") == {K.KEYRING_LOCKED}
    assert two.requests == []
    program.secrets["b"] = "sEcReT"
    program.state.set_secret("b", SecretState.KEPT)
    wait_for_the_end(program, qtbot)
    assert K.ANSWERS_FINE in program.kinds("b")
    sent = {name.casefold(): value for name, value in two.requests[0].headers.items()}
    assert sent["authorization"] == "Bearer sEcReT"
    assert "sEcReT" not in repr(program.found)


def test_the_report_goes_to_the_clipboard_once_all_is_known(
    program: Program, servers: tuple[FaultyServer, FaultyServer], qtbot: QtBot
) -> None:
    one, _ = servers
    program.take(entry("a", one))
    with qtbot.waitSignal(program.state.diagnostics_copied, timeout=15000):
        program.doctor.copy()
    assert "label a: Ollama " in clipboard()
    assert "Last errors" not in clipboard()


def test_a_newer_ollama_is_remembered_and_forgotten_with_the_switch(
    program: Program,
    servers: tuple[FaultyServer, FaultyServer],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, _ = servers
    monkeypatch.setattr("tray_app.app.doctor._FIRST_LOOK_MS", 1)
    latest = "/repos/ollama/ollama/releases/latest"
    one.fault(latest, faults.reply_json(200, {"tag_name": "v99.0.0"}), times=None)
    monkeypatch.setattr("tray_app.diagnosis.releases.RELEASES_URL", one.url)
    program.settings.set("look_for_ollama", "weekly")
    program.take(entry("a", one))
    with qtbot.waitSignal(program.state.newest_ollama_changed, timeout=15000):
        program.doctor.start()
    assert program.state.newest_ollama == "99.0.0"
    program.doctor.check("")
    wait_for_the_end(program, qtbot)
    assert K.NEWER_OLLAMA in program.kinds("a")
    assert [each.path for each in one.requests].count(latest) == 1
    program.settings.set("look_for_ollama", "never")
    assert program.state.newest_ollama == ""
    program.doctor.check("")
    wait_for_the_end(program, qtbot)
    assert K.NEWER_OLLAMA not in program.kinds("a")
