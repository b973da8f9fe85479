"""ServerStarts: what is asked, what is told, with a system that does what a test says."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QDeadlineTimer, QObject, QTimer
from pytestqt.qtbot import QtBot

from tray_app.app.server_starts import ServerStarts
from tray_app.core.errors import Unreachable
from tray_app.core.payloads import LocalOllama, ServerStart, StartKind, StartPhase
from tray_app.core.records import Poll, Server, ServerState, ServerStatus
from tray_app.core.wake import magic_packet
from tray_app.desktop.ollama_start.base import InLane, OllamaStart, StartReport
from tray_app.settings import ServerEntry, Settings
from tray_app.state.app_state import AppState
from tray_app.workers.runner import JobRunner

P, S = StartPhase, ServerState
HERE, NAS = "local", "nas"
MAC = "3c:7c:3f:1a:2b:4d"


class System(OllamaStart):
    """Does and finds what a test says."""

    def __init__(self, parent: QObject | None, sandbox: str) -> None:
        super().__init__(parent, sandbox=sandbox)
        self.did: list[str] = []

    def look(self) -> None:
        self.did.append("look")

    def start(self) -> None:
        self.did.append("start")

    def forget(self) -> None:
        self.did.append("forget")

    def say(self, phase: StartPhase, details: str = "", *, is_end: bool = False) -> None:
        self.reported.emit(StartReport(phase, "ollama.service", details, is_end))


class World:
    """Two servers: this computer, and one that can be woken."""

    def __init__(self, qtbot: QtBot, *, is_demo: bool = False) -> None:
        self.qtbot = qtbot
        self.now_s = 1000.0
        self.sandbox = ""
        self.has_ollama = True
        self.address = "127.0.0.1:1"
        self.system: System | None = None
        self.asked: list[str] = []
        self.failed: list[str] = []
        self.shown: list[ServerStart | None] = []
        self.settings = Settings(None)
        self.wake_to("127.0.0.1")
        self.state = AppState(Server(HERE, "", self.address), is_demo=is_demo)
        self.take_servers()
        self.state.start_changed.connect(self._on_start_changed)
        self.runner = JobRunner()
        self.starts: ServerStarts

    def open(self, wake_port: int = 9) -> None:
        self.starts = ServerStarts(
            self.settings,
            self.state,
            self.runner,
            self.asked.append,
            make=self._make,
            has_ollama=lambda: self.has_ollama,
            clock=lambda: self.now_s,
            wake_port=wake_port,
            tick_ms=5,
        )
        self.starts.failed.connect(self.failed.append)

    def take_servers(self) -> None:
        nas = Server(NAS, "nas", "192.168.1.30:11434", can_wake=True)
        self.state.set_servers((Server(HERE, "", self.address), nas), HERE, "")

    def wake_to(self, broadcast: str) -> None:
        nas = ServerEntry(NAS, "nas", "192.168.1.30:11434", mac=MAC, broadcast=broadcast)
        self.settings.set("servers", (ServerEntry(HERE), nas))

    def poll(self, state: ServerState, server_id: str = HERE) -> None:
        """The server was asked, and stands so."""
        error = None if state is S.ONLINE else Unreachable("x", "")
        old = self.state.status(server_id)
        since = datetime.fromtimestamp(self.now_s, UTC)
        if old is not None and old.state is state:
            since = old.since
        poll = Poll(ServerStatus(server_id, state, since, error=error, retry_s=self.now_s))
        self.state.take_poll(poll)
        self.starts.on_polled(poll)

    def begin(self) -> System:
        """Start is asked for, and the server does not answer."""
        self.starts.start(HERE)
        self.poll(S.OFFLINE)
        assert self.system is not None
        return self.system

    def start_of(self, server_id: str = HERE) -> ServerStart:
        start = self.state.start_of(server_id)
        assert start is not None
        return start

    def turn(self) -> None:
        """Whatever waits for the event loop is done."""
        done: list[bool] = []
        QTimer.singleShot(0, self.starts, lambda: done.append(True))
        self.qtbot.waitUntil(lambda: bool(done))

    def tick(self, until: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(until)

    def _make(self, in_lane: InLane, parent: QObject) -> OllamaStart:
        self.system = System(parent, self.sandbox)
        return self.system

    def _on_start_changed(self, server_id: str) -> None:
        self.shown.append(self.state.start_of(server_id))

    def close(self) -> None:
        self.starts.close()
        self.runner.close()
        assert self.runner.wait(QDeadlineTimer(10_000))
        self.starts.deleteLater()
        self.runner.deleteLater()
        self.state.deleteLater()


@pytest.fixture
def world(qtbot: QtBot) -> Iterator[World]:
    made = World(qtbot)
    made.open()
    yield made
    made.close()


# Starting.


def test_it_is_asked_whether_it_answers_before_the_system_is(world: World) -> None:
    world.starts.start(HERE)
    assert world.asked == [HERE]
    assert world.start_of().phase is P.WAITING
    assert world.system is not None
    assert world.system.did == []
    world.poll(S.ONLINE)
    assert world.state.start_of(HERE) is None
    assert world.system.did == [], "it answers already: nothing is started"


def test_a_start_ends_with_the_first_answer(world: World) -> None:
    system = world.begin()
    assert system.did == ["start"]
    world.now_s += 8
    system.say(P.WAITING, "asked")
    start = world.start_of()
    assert (start.service, start.details, start.began_s) == ("ollama.service", "asked", 1008.0)
    world.poll(S.STARTING)
    assert world.start_of().phase is P.WAITING
    world.poll(S.ONLINE)
    assert world.state.start_of(HERE) is None
    assert system.did == ["start", "forget"]


def test_it_is_asked_again_only_when_it_has_answered(world: World) -> None:
    world.begin()
    world.tick(lambda: len(world.asked) == 2)
    world.now_s += 1
    world.poll(S.OFFLINE)
    world.tick(lambda: len(world.asked) == 3)
    assert set(world.asked) == {HERE}


def test_a_server_that_is_silent_at_first_is_started_all_the_same(world: World) -> None:
    world.starts.start(HERE)
    world.now_s += 3
    world.tick(lambda: world.system is not None and world.system.did == ["start"])


def test_a_password_may_take_longer_than_the_patience(world: World) -> None:
    system = world.begin()
    world.now_s += 100
    world.poll(S.OFFLINE)
    world.tick(lambda: len(world.asked) >= 3 or (world.asked[-1] == HERE and len(world.asked) == 2))
    assert world.start_of().phase is P.WAITING
    system.say(P.WAITING)
    assert world.start_of().began_s == world.now_s


def test_no_answer_in_time_and_waiting_longer(world: World) -> None:
    system = world.begin()
    system.say(P.WAITING)
    world.now_s += 30
    world.tick(lambda: world.start_of().phase is P.NO_ANSWER)
    assert world.start_of().lasted_s == 30
    world.starts.start(HERE)
    assert world.start_of().phase is P.WAITING
    assert system.did.count("start") == 1
    world.now_s += 29
    count = len(world.asked)
    world.poll(S.OFFLINE)
    world.tick(lambda: len(world.asked) > count)
    assert world.start_of().phase is P.WAITING
    world.now_s += 1
    world.tick(lambda: world.start_of().phase is P.NO_ANSWER)
    world.poll(S.ONLINE)
    assert world.state.start_of(HERE) is None


def test_stop_waiting_stops_nothing_else(world: World) -> None:
    system = world.begin()
    world.starts.stop(HERE)
    assert world.state.start_of(HERE) is None
    assert system.did == ["start", "forget"]
    system.say(P.FAILED)
    assert world.state.start_of(HERE) is None


def test_one_that_ends_at_once(world: World) -> None:
    system = world.begin()
    system.say(P.WAITING)
    world.now_s += 2
    system.say(P.FAILED, "ActiveState=failed", is_end=True)
    world.tick(lambda: world.start_of().phase is P.FAILED)
    assert (world.start_of().lasted_s, world.start_of().details) == (2.0, "ActiveState=failed")
    world.starts.start(HERE)
    world.poll(S.OFFLINE)
    assert system.did.count("start") == 2


def test_one_that_ends_because_somebody_else_has_its_port(world: World) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        world.address = f"127.0.0.1:{other.getsockname()[1]}"
        world.take_servers()
        system = world.begin()
        system.say(P.WAITING)
        system.say(P.FAILED, is_end=True)
        world.tick(lambda: world.start_of().phase is P.PORT_TAKEN)


def test_a_port_that_answers_with_something_else_is_taken(world: World) -> None:
    world.starts.start(HERE)
    world.poll(S.NOT_OLLAMA)
    assert world.start_of().phase is P.PORT_TAKEN
    world.poll(S.NOT_OLLAMA)
    world.poll(S.OFFLINE)
    assert world.start_of().phase is P.PORT_TAKEN
    assert world.failed == [HERE], "told once"
    assert world.system is not None
    assert world.system.did == [], "the other program ends, and nobody asked again"


def test_a_server_that_is_there_and_refuses_is_none_that_was_started_in_vain(world: World) -> None:
    world.starts.start(HERE)
    world.poll(S.REFUSED)
    assert world.state.start_of(HERE) is None
    system = world.begin()
    system.say(P.NOT_ALLOWED)
    world.poll(S.OFFLINE)
    assert world.start_of().phase is P.NOT_ALLOWED
    world.poll(S.REFUSED)
    assert world.state.start_of(HERE) is None


@pytest.mark.parametrize("phase", [P.NOT_ALLOWED, P.NO_SERVICE, P.FAILED])
def test_what_the_system_says_no_to(world: World, phase: StartPhase) -> None:
    system = world.begin()
    system.say(phase, "AccessDenied")
    start = world.start_of()
    assert (start.phase, start.details, start.lasted_s) == (phase, "AccessDenied", 0.0)
    assert world.failed == [HERE]
    world.poll(S.ONLINE)  # somebody else has started it
    assert world.state.start_of(HERE) is None


def test_who_types_the_command_need_not_wait(world: World) -> None:
    system = world.begin()
    system.say(P.NO_SERVICE)
    count = len(world.asked)
    world.tick(lambda: len(world.asked) > count)
    world.now_s += 180
    world.tick(lambda: not world.starts._timer.isActive())
    assert world.start_of().phase is P.NO_SERVICE
    world.poll(S.ONLINE)
    assert world.state.start_of(HERE) is None


def test_in_a_sandbox_it_is_said_how_it_goes(world: World) -> None:
    world.sandbox = "Flatpak"
    system = world.begin()
    system.say(P.NO_SERVICE)
    assert world.start_of().sandbox == "Flatpak"


def test_only_what_is_on_this_computer_is_started(world: World) -> None:
    world.starts.start(NAS)
    world.starts.start("nobody")
    assert world.shown == []
    assert world.system is None


def test_a_server_that_is_taken_away_meanwhile(world: World) -> None:
    system = world.begin()
    nas = world.state.server_of(NAS)
    world.state.set_servers((nas,), NAS, NAS)
    assert system.did == ["start", "forget"]
    system.say(P.FAILED)
    assert world.state.start_of(HERE) is None


# What there is to start.


@pytest.mark.parametrize(
    ("sandbox", "can_start", "has_ollama", "found"),
    [
        ("", True, False, LocalOllama.STARTABLE),
        ("", False, True, LocalOllama.BY_HAND),
        ("", False, False, LocalOllama.ABSENT),
        ("Flatpak", False, True, LocalOllama.HIDDEN),
    ],
)
def test_what_this_computer_has(
    world: World, sandbox: str, can_start: bool, has_ollama: bool, found: LocalOllama
) -> None:
    world.sandbox, world.has_ollama = sandbox, has_ollama
    world.poll(S.OFFLINE)
    assert world.system is None, "not in the turn that tells of the poll"
    world.tick(lambda: world.system is not None and world.system.did == ["look"])
    assert world.system is not None
    world.system.looked.emit(can_start)
    world.tick(lambda: world.state.local_ollama is found)
    assert world.state.can_start(HERE) is can_start
    assert not world.state.can_start(NAS)
    assert not world.state.can_start("nobody")


def test_nobody_looks_while_servers_answer_or_are_elsewhere(world: World) -> None:
    world.poll(S.ONLINE)
    world.poll(S.OFFLINE, NAS)
    world.turn()
    assert world.system is None


def test_the_demo_has_nothing_to_start(qtbot: QtBot) -> None:
    world = World(qtbot, is_demo=True)
    world.open()
    world.settings.set("start_ollama", True)
    world.poll(S.OFFLINE)
    world.turn()
    assert world.system is None
    world.close()


def test_it_is_looked_again_when_it_goes_away_again(world: World) -> None:
    def looks() -> int:
        return world.system.did.count("look") if world.system is not None else 0

    world.poll(S.OFFLINE)
    world.tick(lambda: looks() == 1)
    world.poll(S.ONLINE)
    world.now_s += 60
    world.poll(S.OFFLINE)
    world.tick(lambda: looks() == 2)


# With the program.


def begin_with_program(world: World, *states: ServerState) -> list[str]:
    world.settings.set("start_ollama", True)
    for state in states:
        world.poll(state)
    world.turn()
    if world.system is None:
        return []
    world.system.looked.emit(True)
    if world.state.start_of(HERE) is not None:
        world.poll(S.OFFLINE)
    return world.system.did


def test_it_is_started_with_the_program(world: World) -> None:
    assert begin_with_program(world, S.CONNECTING, S.OFFLINE) == ["look", "start"]


def test_what_nobody_asked_for_is_in_vain_without_a_word(world: World) -> None:
    begin_with_program(world, S.CONNECTING, S.OFFLINE)
    assert world.system is not None
    world.system.say(P.NOT_ALLOWED)
    assert world.start_of().phase is P.NOT_ALLOWED
    assert world.failed == []


def test_one_that_was_away_before_this_was_built(qtbot: QtBot) -> None:
    world = World(qtbot)
    status = ServerStatus(HERE, S.OFFLINE, datetime.now(UTC), error=Unreachable("x", ""))
    world.state.take_poll(Poll(status))
    world.settings.set("start_ollama", True)
    world.open()
    assert begin_with_program(world) == ["look", "start"]
    world.close()


def test_one_that_ran_when_the_program_began_is_not_started_later(world: World) -> None:
    assert begin_with_program(world, S.CONNECTING, S.ONLINE, S.OFFLINE) == ["look"]


def test_it_is_not_started_by_who_did_not_want_that(world: World) -> None:
    world.poll(S.OFFLINE)
    assert begin_with_program(world) == ["look"]


def test_there_is_nothing_to_begin_with(world: World) -> None:
    world.settings.set("start_ollama", True)
    world.poll(S.OFFLINE)
    world.tick(lambda: world.system is not None and world.system.did == ["look"])
    assert world.system is not None
    world.system.looked.emit(False)
    world.tick(lambda: world.state.local_ollama is LocalOllama.BY_HAND)
    assert world.shown == []
    world.poll(S.CONNECTING)  # at another address, say
    world.now_s += 60
    world.poll(S.OFFLINE)
    world.tick(lambda: world.system is not None and world.system.did == ["look", "look"])
    world.system.looked.emit(True)
    assert world.shown == [], "it is late for that"


# Waking.


@pytest.mark.parametrize("broadcast", ["127.0.0.1", "127.255.255.255"])
def test_the_packet_is_sent(qtbot: QtBot, broadcast: str) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as ear:
        ear.bind(("", 0))
        ear.setblocking(False)
        world = World(qtbot)
        world.wake_to(broadcast)
        world.open(ear.getsockname()[1])
        world.poll(S.OFFLINE, NAS)
        world.starts.wake(NAS)
        heard: list[bytes] = []

        def has_heard() -> bool:
            try:
                heard.append(ear.recv(1000))
            except BlockingIOError:
                return False
            return True

        qtbot.waitUntil(has_heard)
        assert heard == [magic_packet(bytes.fromhex(MAC.replace(":", "")))]
        start = world.start_of(NAS)
        assert (start.kind, start.phase, start.patience_s) == (StartKind.WAKE, P.WAITING, 180.0)
        world.tick(lambda: world.asked == [NAS])
        world.poll(S.ONLINE, NAS)
        assert world.state.start_of(NAS) is None
        world.close()


def test_a_computer_that_does_not_wake_up(world: World) -> None:
    world.starts.wake(NAS)
    world.now_s += 180
    world.tick(lambda: world.start_of(NAS).phase is P.NO_ANSWER)
    world.starts.wake(NAS)
    assert world.start_of(NAS).phase is P.WAITING
    world.starts.stop(NAS)
    assert world.state.start_of(NAS) is None


def test_a_packet_that_cannot_be_sent(world: World) -> None:
    world.wake_to("no.such.host.invalid")
    world.starts.wake(NAS)
    world.tick(lambda: world.start_of(NAS).phase is P.FAILED)
    assert world.start_of(NAS).details


def test_who_has_no_hardware_address_or_answers_is_not_woken(world: World) -> None:
    world.starts.wake(HERE)
    world.poll(S.ONLINE, NAS)
    world.starts.wake(NAS)
    world.starts.wake("nobody")
    assert world.shown == []


def test_a_wake_is_no_business_of_a_start(world: World) -> None:
    world.starts.wake(NAS)
    system = world.begin()
    system.say(P.NOT_ALLOWED)
    assert world.start_of(NAS).phase is P.WAITING
    world.starts.stop(HERE)
    assert world.start_of(NAS).phase is P.WAITING
