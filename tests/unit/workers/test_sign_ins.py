"""Secrets while the program runs, with a keyring that does what a test says."""

from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot

from tray_app.core.errors import Cancelled
from tray_app.core.sign_in import (
    KeyringFailed,
    KeyringFault,
    Secrets,
    SecretState,
    SignIn,
    SignInKind,
)
from tray_app.workers.runner import JobRunner
from tray_app.workers.sign_ins import SignIns

TOKEN = SignIn(SignInKind.TOKEN)
S = SecretState


class Keyring:
    """Keeps secrets in memory. It answers while `is_open`, and may have a fault."""

    def __init__(self) -> None:
        self.kept: dict[str, Secrets] = {}
        self.fault: KeyringFault | None = None
        self.asked: list[str] = []
        self._may_answer = threading.Event()
        self._may_answer.set()
        self._is_cancelled = False

    def read(self, server_id: str) -> Secrets | None:
        self._answer(f"read {server_id}")
        return self.kept.get(server_id)

    def write(self, server_id: str, secrets: Secrets) -> None:
        self._answer(f"write {server_id}")
        self.kept[server_id] = secrets

    def delete(self, server_id: str) -> None:
        self._answer(f"delete {server_id}")
        self.kept.pop(server_id, None)

    def cancel(self) -> None:
        self._is_cancelled = True
        self._may_answer.set()

    def hold(self) -> None:
        self._may_answer.clear()

    def let_go(self) -> None:
        self._may_answer.set()

    def _answer(self, what: str) -> None:
        self.asked.append(what)
        assert self._may_answer.wait(20)
        if self._is_cancelled:
            raise Cancelled("keyring")
        if self.fault is not None:
            raise KeyringFailed("keyring", "", self.fault)


class Bench:
    def __init__(self, runner: JobRunner, qtbot: QtBot) -> None:
        self.keyring = Keyring()
        self.sign_ins = SignIns(runner, self.keyring)
        self.told: list[str] = []
        self.sign_ins.changed.connect(self.told.append)
        self._qtbot = qtbot

    def wait(self, state: SecretState, server_id: str = "nas") -> None:
        self._qtbot.waitUntil(lambda: self.sign_ins.state(server_id) is state, timeout=10_000)

    @property
    def headers(self) -> dict[str, str] | None:
        return self.sign_ins.headers("nas")


@pytest.fixture
def bench(runner: JobRunner, qtbot: QtBot) -> Bench:
    return Bench(runner, qtbot)


SENT = {"Authorization": "Bearer t0ken"}


def test_who_needs_no_secret_never_asks_the_keyring(bench: Bench) -> None:
    bench.sign_ins.set_servers({"nas": SignIn(), "lab": SignIn()})
    assert bench.headers == {}
    assert bench.sign_ins.headers("unknown") == {}
    bench.sign_ins.forget("nas")
    assert bench.keyring.asked == []


def test_nothing_is_sent_until_the_keyring_has_answered(bench: Bench) -> None:
    bench.keyring.kept["nas"] = Secrets("t0ken")
    bench.keyring.hold()
    bench.sign_ins.set_servers({"nas": TOKEN, "lab": SignIn()})
    assert bench.sign_ins.state("nas") is S.WAITING
    assert bench.headers is None
    assert bench.sign_ins.headers("lab") == {}, "it waits for nobody"
    bench.keyring.let_go()
    bench.wait(S.KEPT)
    assert bench.headers == SENT
    bench.sign_ins.set_servers({"nas": TOKEN})
    assert bench.keyring.asked == ["read nas"], "once a run"


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (None, S.MISSING),
        (KeyringFault.LOCKED, S.LOCKED),
        (KeyringFault.FAILED, S.LOCKED),
        (KeyringFault.ABSENT, S.NO_KEYRING),
    ],
)
def test_what_the_keyring_does_not_give(
    bench: Bench, fault: KeyringFault | None, state: SecretState
) -> None:
    bench.keyring.fault = fault
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(state)
    assert bench.headers is None
    bench.keyring.fault = None
    bench.keyring.kept["nas"] = Secrets("t0ken")
    bench.sign_ins.unlock()
    bench.wait(S.KEPT)
    assert bench.headers == SENT


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (None, S.KEPT),
        (KeyringFault.ABSENT, S.UNTIL_QUIT),
        (KeyringFault.LOCKED, S.REFUSED),
        (KeyringFault.FAILED, S.REFUSED),
    ],
)
def test_what_is_typed_counts_at_once(
    bench: Bench, fault: KeyringFault | None, state: SecretState
) -> None:
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.MISSING)
    bench.keyring.fault = fault
    bench.keyring.hold()
    bench.sign_ins.keep("nas", Secrets("t0ken"))
    assert bench.headers == SENT
    bench.keyring.let_go()
    bench.wait(state)
    assert bench.headers == SENT


def test_a_refusal_can_be_tried_again(bench: Bench) -> None:
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.MISSING)
    bench.keyring.fault = KeyringFault.LOCKED
    bench.sign_ins.keep("nas", Secrets("t0ken"))
    bench.wait(S.REFUSED)
    bench.keyring.fault = None
    bench.sign_ins.unlock()
    bench.wait(S.KEPT)
    assert bench.keyring.kept["nas"] == Secrets("t0ken")


def test_what_was_typed_is_not_undone_by_an_old_answer(bench: Bench) -> None:
    bench.keyring.kept["nas"] = Secrets("old")
    bench.keyring.hold()
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.sign_ins.keep("nas", Secrets("t0ken"))
    bench.keyring.let_go()
    bench.wait(S.KEPT)
    assert bench.headers == SENT
    assert bench.keyring.kept["nas"] == Secrets("t0ken")


def test_a_removed_server_is_forgotten(bench: Bench, qtbot: QtBot) -> None:
    bench.keyring.kept = {"nas": Secrets("t0ken"), "lab": Secrets("other")}
    bench.sign_ins.set_servers({"nas": TOKEN, "lab": TOKEN})
    bench.wait(S.KEPT)
    bench.wait(S.KEPT, "lab")
    bench.sign_ins.forget("nas")
    assert bench.headers == {}
    qtbot.waitUntil(lambda: set(bench.keyring.kept) == {"lab"}, timeout=10_000)


def test_a_server_that_is_off_keeps_its_secret(bench: Bench) -> None:
    bench.keyring.kept["nas"] = Secrets("t0ken")
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.KEPT)
    bench.sign_ins.set_servers({})
    assert bench.keyring.kept["nas"] == Secrets("t0ken")
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.KEPT)
    assert bench.headers == SENT


def test_every_change_is_told_once_it_is_true(bench: Bench) -> None:
    bench.keyring.kept["nas"] = Secrets("t0ken")
    seen: list[tuple[SecretState, dict[str, str] | None]] = []
    bench.sign_ins.changed.connect(
        lambda server_id: seen.append((bench.sign_ins.state(server_id), bench.headers))
    )
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.KEPT)
    bench.sign_ins.set_servers({"nas": SignIn()})
    assert seen == [(S.WAITING, None), (S.KEPT, SENT), (S.NOT_NEEDED, {})]


def test_quitting_waits_for_no_keyring(bench: Bench, runner: JobRunner, qtbot: QtBot) -> None:
    bench.keyring.hold()
    bench.sign_ins.set_servers({"nas": TOKEN})
    qtbot.waitUntil(lambda: bench.keyring.asked == ["read nas"], timeout=10_000)
    runner.close()
    # The fixture asserts that the lane ends although nobody let go.
