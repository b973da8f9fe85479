"""The poller against real HTTP: states, pace, back-off, sleep."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QDeadlineTimer
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, data, faults, small
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import BadAnswer, Forbidden, ServerFailed, Unreachable
from tray_app.core.records import Poll, ServerState, ServerStatus, Snapshot
from tray_app.workers import poller as poller_module
from tray_app.workers.poller import ModelPoller
from tray_app.workers.pollers import Pollers

QUICK = (0.05, 0.1)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("here", published=("one",))) as fake:
        yield fake


class Seen:
    """What the pool told, in order."""

    def __init__(self, pollers: Pollers, qtbot: QtBot) -> None:
        self.pollers = pollers
        self.qtbot = qtbot
        self.snapshots: list[Snapshot] = []
        self.statuses: list[ServerStatus] = []
        pollers.polled.connect(self._take)

    def _take(self, poll: Poll) -> None:
        if poll.snapshot is not None:
            self.snapshots.append(poll.snapshot)
        status = replace(poll.status, last_answer_at=None)
        if not self.statuses or replace(self.statuses[-1], last_answer_at=None) != status:
            self.statuses.append(poll.status)

    def wait(self, condition: Callable[[], object]) -> None:
        def check() -> None:
            assert condition(), [(s.state, s.error) for s in self.statuses]

        self.qtbot.waitUntil(check, timeout=8000)

    def wait_state(self, state: ServerState) -> ServerStatus:
        self.wait(lambda: self.statuses and self.statuses[-1].state is state)
        return self.statuses[-1]


@pytest.fixture
def make_pollers(qtbot: QtBot) -> Iterator[Callable[..., Pollers]]:
    made: list[Pollers] = []

    def make(**options: Any) -> Pollers:
        def make_poller(server_id: str, endpoint: Endpoint) -> ModelPoller:
            return ModelPoller(server_id, endpoint, backoff_s=QUICK, **options)

        made.append(Pollers(make=make_poller))
        return made[-1]

    yield make
    for pollers in made:
        pollers.close()
        assert pollers.wait(QDeadlineTimer(10_000))


@pytest.fixture
def seen(qtbot: QtBot, make_pollers: Callable[..., Pollers]) -> Seen:
    return Seen(make_pollers(visible_pace_s=0.05), qtbot)


def start(seen: Seen, server: FaultyServer) -> None:
    seen.pollers.start("local", Endpoint.parse(server.url))


def test_connects_then_tells_the_list_and_changes_from_outside(
    seen: Seen, server: FaultyServer
) -> None:
    start(seen, server)
    seen.wait_state(ServerState.ONLINE)
    assert [s.state for s in seen.statuses] == [ServerState.CONNECTING, ServerState.ONLINE]
    assert [m.name for m in seen.snapshots[0].models] == ["here:latest"]
    assert seen.snapshots[0].running == ()
    seen.pollers.set_visible(True)
    server.state.install("new", small.model("new"))
    seen.wait(lambda: len(seen.snapshots[-1].models) == 2)
    # A good poll that changes nothing about the server is no news about the server.
    assert [s.state for s in seen.statuses] == [ServerState.CONNECTING, ServerState.ONLINE]


def test_who_hears_that_the_server_answers_finds_its_list(
    make_pollers: Callable[..., Pollers], server: FaultyServer, qtbot: QtBot
) -> None:
    pollers = make_pollers()
    found: list[Snapshot | None] = []

    def look(poll: Poll) -> None:
        if poll.status.is_online:
            found.append(poll.snapshot)

    pollers.polled.connect(look)
    pollers.start("local", Endpoint.parse(server.url))
    qtbot.waitUntil(lambda: bool(found), timeout=8000)
    assert found[0] is not None


def test_a_server_that_goes_and_comes_back(seen: Seen, server: FaultyServer) -> None:
    start(seen, server)
    seen.wait_state(ServerState.ONLINE)
    server.kill()
    seen.pollers.refresh_all()
    status = seen.wait_state(ServerState.OFFLINE)
    assert isinstance(status.error, Unreachable)
    assert status.retry_s is not None
    assert status.last_answer_at is not None
    since = status.since
    seen.wait(lambda: sum(s.state is ServerState.OFFLINE for s in seen.statuses) > 2)
    assert seen.statuses[-1].since == since
    count = len(seen.snapshots)
    server.restart()
    seen.wait_state(ServerState.ONLINE)
    seen.wait(lambda: len(seen.snapshots) > count)


@pytest.mark.parametrize(
    ("fault", "state", "error"),
    [
        (faults.forbidden(), ServerState.REFUSED, Forbidden),
        (faults.unauthorized(), ServerState.REFUSED, None),
        (faults.html_ok(), ServerState.NOT_OLLAMA, None),
        (faults.error_json(500, "<b>boom</b>"), ServerState.FAILING, ServerFailed),
        (faults.truncated_json(), ServerState.FAILING, BadAnswer),
        (faults.reset_before_headers(), ServerState.OFFLINE, Unreachable),
    ],
)
def test_each_fault_has_its_state_and_passes(
    seen: Seen,
    server: FaultyServer,
    fault: faults.Fault,
    state: ServerState,
    error: type[Exception] | None,
) -> None:
    server.fault("*", fault)
    start(seen, server)
    status = seen.wait_state(state)
    if error is not None:
        assert isinstance(status.error, error)
    server.clear()
    seen.wait_state(ServerState.ONLINE)
    assert seen.statuses[-1].error is None


def test_who_asks_to_wait_is_asked_later(seen: Seen, server: FaultyServer) -> None:
    server.fault("*", faults.limited(120))
    start(seen, server)
    status = seen.wait_state(ServerState.FAILING)
    assert 115 < (status.retry_s or 0.0) - time.monotonic() <= 120
    server.clear()
    seen.pollers.refresh_all()
    seen.wait_state(ServerState.ONLINE)


def test_a_list_of_odd_rows_is_still_a_list(seen: Seen, server: FaultyServer) -> None:
    change = data.row(size=2**63 - 1, details=None, digest=None, modified_at="no date")
    server.fault("/api/tags", faults.rewrite(change))
    start(seen, server)
    seen.wait(lambda: seen.snapshots)
    row = seen.snapshots[0].models[0]
    assert row.size_bytes == 2**63 - 1
    assert row.digest == ""
    assert row.modified_at is None
    assert seen.snapshots[0].problems


def test_ps_alone_failing_keeps_the_list(seen: Seen, server: FaultyServer) -> None:
    server.fault("/api/ps", faults.error_json(500))
    start(seen, server)
    seen.wait(lambda: seen.snapshots)
    assert seen.snapshots[0].running is None
    assert seen.snapshots[0].models


def test_another_address_begins_anew(seen: Seen, server: FaultyServer) -> None:
    with FaultyServer(library=small.library("elsewhere")) as other:
        start(seen, server)
        seen.wait_state(ServerState.ONLINE)
        seen.pollers.start("local", Endpoint.parse(other.url))
        seen.wait(lambda: [s for s in seen.snapshots if s.models[0].name == "elsewhere:latest"])
        seen.wait(lambda: len(seen.statuses) > 3)
        states = [s.state for s in seen.statuses]
        assert states[2:4] == [ServerState.CONNECTING, ServerState.ONLINE]


def test_a_server_is_polled_no_more(seen: Seen, server: FaultyServer) -> None:
    with FaultyServer(library=small.library("elsewhere")) as other:
        start(seen, server)
        seen.wait_state(ServerState.ONLINE)
        seen.pollers.stop("local")
        count = len(seen.snapshots)
        server.forget()
        seen.pollers.refresh("local")
        seen.pollers.start("other", Endpoint.parse(other.url))
        seen.wait(lambda: len(seen.snapshots) > count)
        assert {s.server_id for s in seen.snapshots[count:]} == {"other"}
        assert server.requests == []


def test_a_server_that_never_answers_is_starting_and_ends_at_once(
    seen: Seen, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tray_app.ollama.client.QUICK_TIMEOUT_S", 0.2)
    server.fault("*", faults.never_answer())
    start(seen, server)
    seen.wait_state(ServerState.STARTING)
    server.clear()
    seen.wait_state(ServerState.ONLINE)


def test_who_stays_silent_is_asked_more_and_more_rarely(
    seen: Seen, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not for ever as often as one that starts; until somebody wants to know."""
    monkeypatch.setattr("tray_app.ollama.client.QUICK_TIMEOUT_S", 0.05)
    monkeypatch.setattr(poller_module, "STARTING_PACE_S", 0.01)
    monkeypatch.setattr(poller_module, "STARTING_POLLS", 3)
    pauses: list[float] = []
    arm = ModelPoller._arm

    def note(self: ModelPoller, pause_s: float) -> None:
        pauses.append(pause_s)
        arm(self, pause_s)

    monkeypatch.setattr(ModelPoller, "_arm", note)
    server.fault("*", faults.never_answer())
    start(seen, server)
    seen.wait(lambda: len(pauses) >= 6)
    assert pauses[:6] == [0.01, 0.01, 0.01, *QUICK, QUICK[-1]]
    assert seen.statuses[-1].state is ServerState.STARTING
    seen.pollers.refresh("local")
    seen.wait(lambda: 0.01 in pauses[6:])
    server.clear()
    seen.wait_state(ServerState.ONLINE)


class Clock:
    """Steps only when told; the poller reads it from its thread."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_a_late_tick_means_that_the_computer_slept(
    qtbot: QtBot, server: FaultyServer, make_pollers: Callable[..., Pollers]
) -> None:
    clock = Clock()
    pollers = make_pollers(clock=clock, visible_pace_s=0.1)
    seen = Seen(pollers, qtbot)
    start(seen, server)
    pollers.set_visible(True)
    seen.wait(lambda: len(seen.snapshots) > 1)
    woke: list[bool] = []
    pollers.woke.connect(lambda: woke.append(True))

    jumped_s = 0.0

    def has_slept() -> bool:
        nonlocal jumped_s
        if not woke and time.monotonic() - jumped_s > 1.0:
            jumped_s = time.monotonic()
            clock.now_s += 3600  # in vain while a poll is under way: then once more
        return bool(woke)

    seen.wait(has_slept)
    # Right after waking the network is not back yet: that is no news.
    server.forget()
    server.fault("*", faults.reset_before_headers())
    seen.wait(lambda: server.requests)
    server.clear()
    count = len(seen.snapshots)
    seen.wait(lambda: len(seen.snapshots) > count)
    assert [s.state for s in seen.statuses] == [ServerState.CONNECTING, ServerState.ONLINE]


def test_of_very_many_models_the_first_are_passed_on(
    seen: Seen, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poller_module, "MAX_ROWS", 2)
    rows = [{"name": f"m{n}:1b", "size": 5} for n in range(5)]
    server.fault("/api/tags", faults.reply(200, json.dumps({"models": rows}).encode()))
    start(seen, server)
    seen.pollers.set_visible(True)
    seen.wait(lambda: len(seen.snapshots) > 2)
    last = seen.snapshots[-1]
    assert [model.name for model in last.models] == ["m0:1b", "m1:1b"]
    assert last.left_out == 3
    assert last.models is seen.snapshots[-2].models, "who knows them need not look again"
    server.clear()
    seen.wait(lambda: seen.snapshots[-1].left_out == 0)
    assert [model.name for model in seen.snapshots[-1].models] == ["here:latest"]


def test_what_an_address_answered_before_is_not_taken_for_what_the_new_one_does(
    qtbot: QtBot, make_pollers: Callable[..., Pollers], server: FaultyServer
) -> None:
    pollers = make_pollers()
    polls: list[Poll] = []
    pollers.polled.connect(polls.append)
    old = Endpoint.parse(server.url)
    pollers.start("s", old)
    qtbot.waitUntil(lambda: any(poll.snapshot is not None for poll in polls), timeout=10_000)
    answered = next(poll for poll in polls if poll.snapshot is not None)
    assert answered.asked == old
    new = Endpoint.parse("127.0.0.1:1")
    pollers.start("s", new)
    polls.clear()
    pollers._on_poller_polled(answered)  # was on its way into this thread
    assert polls == []
    qtbot.waitUntil(lambda: any(poll.status.error is not None for poll in polls), timeout=10_000)
    assert {poll.asked for poll in polls} == {new}


def test_many_who_want_to_know_are_told_by_one_poll(qtbot: QtBot, server: FaultyServer) -> None:
    poller = ModelPoller("local", Endpoint.parse(server.url))
    told: list[Poll] = []
    poller.polled.connect(told.append)
    for _ in range(8):
        poller.refresh()
    qtbot.waitUntil(lambda: bool(told))
    QCoreApplication.processEvents()
    assert [poll.status.state for poll in told] == [ServerState.ONLINE]
    poller.refresh()
    qtbot.waitUntil(lambda: len(told) == 2)
    poller.stop()


def test_many_new_models_come_in_parts(
    seen: Seen, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poller_module, "MAX_ROWS", 5)
    monkeypatch.setattr(poller_module, "MAX_NEW_ROWS", 2)
    rows: list[Any] = [{"name": f"m{n}:1b", "size": 5} for n in range(6)]
    server.fault("/api/tags", faults.reply(200, json.dumps({"models": rows}).encode()))
    start(seen, server)
    seen.wait(lambda: seen.snapshots and len(seen.snapshots[-1].models) == 5)
    told = [(len(snapshot.models), snapshot.left_out) for snapshot in seen.snapshots]
    assert told == [(2, 4), (4, 2), (5, 1)], "and no further poll was needed for it"
    assert [model.name for model in seen.snapshots[1].models] == [f"m{n}:1b" for n in range(4)]
    assert {snapshot.taken_at for snapshot in seen.snapshots} == {seen.snapshots[0].taken_at}
    first, second, third = seen.snapshots
    assert first.news is None, "of all"
    for before, snapshot in ((first, second), (second, third)):
        news = snapshot.news_since(before.models)
        assert news is not None
        assert {*before.models, *news.changed} == set(snapshot.models)
        assert not news.gone
    assert [s.state for s in seen.statuses] == [ServerState.CONNECTING, ServerState.ONLINE]
    rows = [{"name": f"n{n}:1b", "size": 5} for n in range(3)] + rows[4:5] + rows[1:2]
    server.fault("/api/tags", faults.reply(200, json.dumps({"models": rows}).encode()))
    seen.snapshots.clear()
    seen.pollers.set_visible(True)
    seen.wait(lambda: seen.snapshots and len(seen.snapshots[-1].models) == 5)
    names = [[model.name[:2] for model in snapshot.models] for snapshot in seen.snapshots]
    is_new = [listed for listed in names if listed[0] != "m0"]
    assert is_new[0] == ["n0", "n1", "m4", "m1"], "what is known goes on being told"
    assert is_new[1] == ["n0", "n1", "n2", "m4", "m1"]
    of_new = next(
        snapshot.news for snapshot in seen.snapshots if snapshot.models[0].name == "n0:1b"
    )
    assert of_new is not None
    assert [model.name for model in of_new.changed] == ["n0:1b", "n1:1b"]
    assert of_new.gone == {"m0:1b", "m2:1b", "m3:1b"}


def test_a_newer_answer_takes_the_place_of_what_was_not_told_yet(
    seen: Seen, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poller_module, "MAX_NEW_ROWS", 2)
    monkeypatch.setattr(poller_module, "MORE_MS", 60_000)
    rows = [{"name": f"m{n}:1b", "size": 5} for n in range(6)]
    server.fault("/api/tags", faults.reply(200, json.dumps({"models": rows}).encode()))
    start(seen, server)
    seen.wait(lambda: seen.snapshots)
    seen.pollers.set_visible(True)
    seen.wait(lambda: seen.snapshots[-1].left_out == 0 and len(seen.snapshots[-1].models) == 6)
