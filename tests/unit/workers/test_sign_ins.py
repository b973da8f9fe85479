"""Secrets while the program runs, with a keyring that does what a test says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes.keyring import Keyring
from tests.support.waiting import PATIENCE_MS
from tray_app.core.payloads import SecretsKept
from tray_app.core.sign_in import (
    KeyringFault,
    OriginSignIn,
    Secrets,
    SecretState,
    SignIn,
    SignInKind,
)
from tray_app.workers.runner import JobRunner
from tray_app.workers.sign_ins import SignIns

ORIGIN = "https://nas:443"
TOKEN = OriginSignIn(SignIn(SignInKind.TOKEN), ORIGIN)
NONE = OriginSignIn(SignIn(), ORIGIN)
S = SecretState


class Bench:
    def __init__(self, runner: JobRunner, qtbot: QtBot) -> None:
        self.keyring = Keyring()
        self.sign_ins = SignIns(runner, self.keyring)
        self.told: list[str] = []
        self.sign_ins.changed.connect(self.told.append)
        self._qtbot = qtbot

    def wait(self, state: SecretState, server_id: str = "nas") -> None:
        self._qtbot.waitUntil(lambda: self.sign_ins.state(server_id) is state, timeout=PATIENCE_MS)

    def wait_for(self, condition: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE_MS)

    @property
    def headers(self) -> dict[str, str] | None:
        return self.sign_ins.headers("nas")


@pytest.fixture
def bench(runner: JobRunner, qtbot: QtBot) -> Bench:
    return Bench(runner, qtbot)


def secrets(token: str, origin: str = ORIGIN) -> Secrets:
    return Secrets(token, origin=origin)


SENT = {"Authorization": "Bearer t0ken"}


def test_who_needs_no_secret_never_asks_the_keyring(bench: Bench) -> None:
    bench.sign_ins.set_servers({"nas": NONE, "lab": NONE})
    assert bench.headers == {}
    assert bench.sign_ins.headers("unknown") == {}
    bench.sign_ins.forget("nas", has_secret=False)
    assert bench.keyring.asked == []


def test_nothing_is_sent_until_the_keyring_has_answered(bench: Bench) -> None:
    bench.keyring.kept["nas"] = secrets("t0ken")
    bench.keyring.hold()
    bench.sign_ins.set_servers({"nas": TOKEN, "lab": NONE})
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
    bench.keyring.kept["nas"] = secrets("t0ken")
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
def test_what_is_typed_counts_once_the_keyring_has_answered(
    bench: Bench, fault: KeyringFault | None, state: SecretState
) -> None:
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.MISSING)
    kept: list[SecretsKept] = []
    bench.sign_ins.kept.connect(kept.append)
    bench.keyring.fault = fault
    bench.keyring.hold()
    bench.sign_ins.keep("nas", secrets("t0ken"))
    assert bench.headers is None
    assert kept == []
    bench.keyring.let_go()
    bench.wait(state)
    assert bench.headers == SENT
    assert kept == [SecretsKept("nas", state)]


@pytest.mark.parametrize("before", [None, "old"])
def test_what_is_given_up_leaves_nothing_behind(
    bench: Bench, qtbot: QtBot, before: str | None
) -> None:
    if before:
        bench.keyring.kept["nas"] = secrets(before)
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.KEPT if before else S.MISSING)
    headers = bench.headers
    bench.keyring.hold()
    bench.sign_ins.keep("nas", secrets("t0ken"))
    bench.sign_ins.give_up("nas")
    bench.keyring.let_go()
    last = "write nas" if before else "delete nas"
    qtbot.waitUntil(lambda: last in bench.keyring.asked[3:], timeout=PATIENCE_MS)
    qtbot.waitUntil(
        lambda: bench.keyring.kept == ({"nas": secrets(before)} if before else {}),
        timeout=10_000,
    )
    assert bench.headers == headers


def test_what_is_given_up_before_the_keyring_was_read(bench: Bench) -> None:
    bench.keyring.kept["nas"] = secrets("old")
    bench.keyring.hold()
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.sign_ins.keep("nas", secrets("t0ken"))
    bench.sign_ins.give_up("nas")
    bench.keyring.let_go()
    bench.wait(S.KEPT)
    assert bench.headers == {"Authorization": "Bearer old"}
    assert bench.keyring.kept["nas"] == secrets("old")


def test_a_secret_goes_to_no_other_address(bench: Bench) -> None:
    """Whoever has changed it: somebody may write another address into the settings file."""
    bench.keyring.kept["nas"] = secrets("t0ken")
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.KEPT)
    for origin in ("https://evil:443", "http://nas:443", "https://nas:8443", ""):
        bench.sign_ins.set_servers({"nas": OriginSignIn(TOKEN.sign_in, origin)})
        assert bench.sign_ins.state("nas") is S.MISSING
        assert bench.sign_ins.is_elsewhere("nas")
        assert bench.headers is None
    bench.sign_ins.set_servers({"nas": TOKEN})
    assert bench.sign_ins.state("nas") is S.KEPT
    assert bench.headers == SENT
    assert bench.keyring.asked == ["read nas"]


def test_nor_after_a_start_with_another_address(bench: Bench) -> None:
    bench.keyring.kept["nas"] = secrets("t0ken", "https://other:443")
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.MISSING)
    assert bench.sign_ins.is_elsewhere("nas")
    assert bench.headers is None
    bench.sign_ins.unlock()
    assert bench.sign_ins.state("nas") is S.MISSING
    bench.sign_ins.keep("nas", secrets("t0ken"))
    bench.wait(S.KEPT)
    assert not bench.sign_ins.is_elsewhere("nas")
    assert bench.headers == SENT


def test_what_was_kept_without_an_address_is_not_sent(bench: Bench) -> None:
    bench.keyring.kept["nas"] = Secrets("t0ken")
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.MISSING)
    assert bench.headers is None


def test_the_sign_in_and_its_secret_change_together(bench: Bench) -> None:
    """Who asked saves the rest when it is told, and nothing goes out with one half of it."""
    bench.keyring.kept["nas"] = secrets("t0ken")
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.KEPT)
    moved = OriginSignIn(TOKEN.sign_in, "https://new:443")
    bench.sign_ins.kept.connect(lambda _: bench.sign_ins.set_servers({"nas": moved}))
    seen: list[tuple[SecretState, dict[str, str] | None]] = []
    bench.sign_ins.changed.connect(
        lambda _: seen.append((bench.sign_ins.state("nas"), bench.headers))
    )
    bench.sign_ins.keep("nas", secrets("n3w", "https://new:443"))
    bench.wait_for(lambda: seen)
    assert set(map(str, seen)) == {str((S.KEPT, {"Authorization": "Bearer n3w"}))}


def test_a_sign_in_that_is_taken_off_takes_its_secret_along(bench: Bench, qtbot: QtBot) -> None:
    bench.keyring.kept["nas"] = secrets("t0ken")
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.KEPT)
    bench.sign_ins.set_servers({"nas": NONE})
    assert bench.headers == {}
    qtbot.waitUntil(lambda: bench.keyring.kept == {}, timeout=PATIENCE_MS)


def test_what_no_keyring_keeps_outlives_switching_off(bench: Bench) -> None:
    bench.keyring.fault = KeyringFault.ABSENT
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.NO_KEYRING)
    bench.sign_ins.keep("nas", secrets("t0ken"))
    bench.wait(S.UNTIL_QUIT)
    bench.sign_ins.set_servers({})
    bench.sign_ins.set_servers({"nas": TOKEN})
    assert bench.sign_ins.state("nas") is S.UNTIL_QUIT
    assert bench.headers == SENT


def test_a_server_that_was_off_is_forgotten_too(bench: Bench, qtbot: QtBot) -> None:
    bench.keyring.kept = {"nas": secrets("t0ken")}
    bench.sign_ins.forget("nas")
    qtbot.waitUntil(lambda: bench.keyring.kept == {}, timeout=PATIENCE_MS)


def test_a_refusal_can_be_tried_again(bench: Bench) -> None:
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.MISSING)
    bench.keyring.fault = KeyringFault.LOCKED
    bench.sign_ins.keep("nas", secrets("t0ken"))
    bench.wait(S.REFUSED)
    bench.keyring.fault = None
    bench.sign_ins.unlock()
    bench.wait(S.KEPT)
    assert bench.keyring.kept["nas"] == secrets("t0ken")


def test_what_was_typed_is_not_undone_by_an_old_answer(bench: Bench) -> None:
    bench.keyring.kept["nas"] = secrets("old")
    bench.keyring.hold()
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.sign_ins.keep("nas", secrets("t0ken"))
    bench.keyring.let_go()
    bench.wait(S.KEPT)
    assert bench.headers == SENT
    assert bench.keyring.kept["nas"] == secrets("t0ken")


def test_a_removed_server_is_forgotten(bench: Bench, qtbot: QtBot) -> None:
    bench.keyring.kept = {"nas": secrets("t0ken"), "lab": secrets("other")}
    bench.sign_ins.set_servers({"nas": TOKEN, "lab": TOKEN})
    bench.wait(S.KEPT)
    bench.wait(S.KEPT, "lab")
    bench.sign_ins.forget("nas")
    assert bench.headers == {}
    qtbot.waitUntil(lambda: set(bench.keyring.kept) == {"lab"}, timeout=PATIENCE_MS)


@pytest.mark.parametrize("is_unlocked", [True, False])
def test_what_a_locked_keyring_did_not_let_go_goes_when_it_is_open(
    bench: Bench, *, is_unlocked: bool
) -> None:
    bench.keyring.kept = {"nas": secrets("t0ken"), "lab": secrets("other")}
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.KEPT)
    bench.keyring.fault = KeyringFault.LOCKED
    bench.sign_ins.forget("nas")
    bench.sign_ins.set_servers({"lab": TOKEN})
    bench.wait(S.LOCKED, "lab")
    bench.keyring.fault = None
    if is_unlocked:
        bench.sign_ins.unlock()
    else:
        bench.sign_ins.keep("lab", secrets("new"))
    bench.wait(S.KEPT, "lab")
    bench.wait_for(lambda: set(bench.keyring.kept) == {"lab"})


def test_what_is_there_again_is_not_deleted_late(bench: Bench) -> None:
    bench.keyring.kept["nas"] = secrets("t0ken")
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.KEPT)
    bench.keyring.fault = KeyringFault.LOCKED
    bench.sign_ins.forget("nas")
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.LOCKED)
    bench.keyring.fault = None
    bench.sign_ins.unlock()
    bench.wait(S.KEPT)
    assert bench.keyring.asked[-1] == "read nas"
    assert bench.headers == SENT


def test_a_server_that_is_off_keeps_its_secret(bench: Bench) -> None:
    bench.keyring.kept["nas"] = secrets("t0ken")
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.KEPT)
    bench.sign_ins.set_servers({})
    assert bench.keyring.kept["nas"] == secrets("t0ken")
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.KEPT)
    assert bench.headers == SENT


def test_every_change_is_told_once_it_is_true(bench: Bench) -> None:
    bench.keyring.kept["nas"] = secrets("t0ken")
    seen: list[tuple[SecretState, dict[str, str] | None]] = []
    bench.sign_ins.changed.connect(
        lambda server_id: seen.append((bench.sign_ins.state(server_id), bench.headers))
    )
    bench.sign_ins.set_servers({"nas": TOKEN})
    bench.wait(S.KEPT)
    bench.sign_ins.set_servers({"nas": NONE})
    assert seen == [(S.WAITING, None), (S.KEPT, SENT), (S.NOT_NEEDED, {})]


def test_quitting_waits_for_no_keyring(bench: Bench, runner: JobRunner, qtbot: QtBot) -> None:
    bench.keyring.hold()
    bench.sign_ins.set_servers({"nas": TOKEN})
    qtbot.waitUntil(lambda: bench.keyring.asked == ["read nas"], timeout=PATIENCE_MS)
    runner.close()
    # The fixture asserts that the lane ends although nobody let go.
