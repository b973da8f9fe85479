"""Questions to registries: how many at a time, in which order, and what stops them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, faults, small
from tests.fakes.server import Call
from tray_app.core.names import ModelName
from tray_app.core.updates.answers import AnswerKind
from tray_app.core.updates.asking import MAX_AT_ONCE, MAX_PER_HOST, Question
from tray_app.ollama import Registry
from tray_app.workers.runner import JobRunner
from tray_app.workers.updates.asking import RegistryAsking
from tray_app.workers.updates.jobs import Answered


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("tiny")) as running:
        yield running


class Gate:
    """A registry that answers nobody until it is opened, and counts who waits."""

    def __init__(self, server: FaultyServer) -> None:
        self._lock = threading.Lock()
        self._open = threading.Event()
        self._now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.names: list[str] = []
        server.fault("*", self)

    @property
    def waiting(self) -> int:
        with self._lock:
            return self._now.total()

    def open(self) -> None:
        self._open.set()

    def __call__(self, call: Call) -> None:
        name = call.exchange.path.split("/")[-3]
        host = name.partition("-")[0]
        with self._lock:
            self.names.append(name)
            self._now[host] += 1
            self.most[host] = max(self.most[host], self._now[host])
            self.most["all"] = max(self.most["all"], self._now.total())
        assert self._open.wait(20)
        with self._lock:
            self._now[host] -= 1
        call.answer()


class Asker:
    def __init__(self, runner: JobRunner, server: FaultyServer) -> None:
        self.runner = runner
        self.answers: list[Answered] = []
        self.asking = RegistryAsking(runner, Registry({"*": server.url}), "ask", runner)
        self.asking.answered.connect(self.answers.append)

    def put(self, host: str, count: int) -> None:
        for number in range(count):
            self.asking.put(question(host, number))

    @property
    def names(self) -> list[str]:
        return [each.question.key for each in self.answers]


def question(host: str, number: int) -> Question:
    name = f"{host}.test/me/{host}-{number}"
    return Question(ModelName.parse(name), name)


@pytest.fixture
def asker(runner: JobRunner, server: FaultyServer) -> Asker:
    return Asker(runner, server)


@pytest.fixture
def gate(server: FaultyServer) -> Iterator[Gate]:
    made = Gate(server)
    yield made
    made.open()


def test_each_is_answered_once(qtbot: QtBot, asker: Asker) -> None:
    asker.asking.put(Question(ModelName.parse("tiny"), "tiny"))
    asker.put("a", 5)
    asker.asking.start()
    qtbot.waitUntil(lambda: len(asker.answers) == 6)
    qtbot.waitUntil(lambda: not asker.runner.active())
    assert sorted(asker.names) == ["a.test/me/" + f"a-{n}" for n in range(5)] + ["tiny"]
    kinds = {each.question.key: each.answer.kind for each in asker.answers}
    assert kinds["tiny"] is AnswerKind.MANIFEST
    assert kinds["a.test/me/a-0"] is AnswerKind.ABSENT


def test_so_many_at_a_time_and_no_more(qtbot: QtBot, asker: Asker, gate: Gate) -> None:
    for host in "abc":
        asker.put(host, 4)
    asker.asking.start()
    asker.asking.start()  # what is begun is not begun again
    qtbot.waitUntil(lambda: gate.waiting == MAX_AT_ONCE)
    gate.open()
    qtbot.waitUntil(lambda: len(asker.answers) == 12)
    assert gate.most["all"] == MAX_AT_ONCE
    assert {gate.most[host] for host in "ab"} == {MAX_PER_HOST}
    assert gate.most["c"] <= MAX_PER_HOST


def test_what_comes_first_is_asked_next(qtbot: QtBot, asker: Asker, gate: Gate) -> None:
    asker.put("a", 1)
    asker.asking.start()
    qtbot.waitUntil(lambda: gate.waiting == 1)
    asker.asking.put(question("a", 8))
    asker.asking.put(question("a", 9), is_first=True)
    gate.open()
    qtbot.waitUntil(lambda: len(asker.answers) == 3)
    assert gate.names == ["a-0", "a-9", "a-8"]


def test_a_registry_that_wants_to_be_left_alone_is(
    qtbot: QtBot, asker: Asker, server: FaultyServer
) -> None:
    server.fault("*", faults.reply(429, b"", "text/plain"))
    asker.asking.put(question("a", 0))
    asker.asking.start()
    qtbot.waitUntil(lambda: len(asker.answers) == 1)
    before = len(server.requests)
    asker.put("a", 3)
    asker.asking.start()
    qtbot.waitUntil(lambda: len(asker.answers) == 4)
    assert {each.answer.kind for each in asker.answers} == {AnswerKind.LIMITED}
    assert len(server.requests) - before <= MAX_PER_HOST


def test_stopped_it_asks_no_more(qtbot: QtBot, asker: Asker, gate: Gate) -> None:
    asker.put("a", 6)
    asker.asking.start()
    qtbot.waitUntil(lambda: gate.waiting == MAX_PER_HOST)
    asker.asking.stop()
    qtbot.waitUntil(lambda: not asker.runner.active())
    assert len(gate.names) == MAX_PER_HOST
    gate.open()
    asker.put("b", 1)
    asker.asking.start()
    qtbot.waitUntil(lambda: asker.names == ["b.test/me/b-0"])


def test_what_nobody_waits_for_is_not_told(qtbot: QtBot, asker: Asker, gate: Gate) -> None:
    asker.put("a", 1)
    asker.asking.start()
    qtbot.waitUntil(lambda: gate.waiting == 1)
    asker.asking.forget()
    gate.open()
    qtbot.waitUntil(lambda: not asker.runner.active())
    assert asker.answers == []
