"""Keeping the computer awake, with a logind and a portal that do what a test says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.sleep_inhibitors import REFUSED, FakeLogin, FakePortal
from tray_app.desktop.awake.linux import LinuxAwake


@pytest.fixture
def address(bare_desktop: VirtualDesktop, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of the bus that stands for both."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bare_desktop.address)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bare_desktop.address)
    return bare_desktop.address


@pytest.fixture
def awake(qtbot: QtBot, address: str) -> Iterator[LinuxAwake]:
    made = LinuxAwake()
    yield made
    made.close()


def test_held_until_it_is_let_go_of(qtbot: QtBot, awake: LinuxAwake, address: str) -> None:
    with closing(FakeLogin(address)) as login:
        for _ in range(2):
            awake.hold()
            awake.hold()
            assert not awake.is_held, "nothing may wait for the answer"
            qtbot.waitUntil(lambda: awake.is_held)
            assert login.held == 1
            awake.release()
            assert not awake.is_held
            assert login.held == 0
        assert (
            login.reasons == [("sleep", "Ollama Tray", "Models are being downloaded", "block")] * 2
        )


def test_what_comes_too_late_is_given_back(qtbot: QtBot, awake: LinuxAwake, address: str) -> None:
    with closing(FakeLogin(address)) as login:
        awake.hold()
        awake.release()
        awake.hold()  # of the two answers only the second counts
        qtbot.waitUntil(lambda: len(login.reasons) == 2)
        qtbot.waitUntil(lambda: awake.is_held and login.held == 1)
        awake.release()
        assert login.held == 0


def test_the_end_of_the_program_lets_go(qtbot: QtBot, awake: LinuxAwake, address: str) -> None:
    with closing(FakeLogin(address)) as login:
        awake.hold()
        qtbot.waitUntil(lambda: awake.is_held)
        awake.close()
        assert login.held == 0


@pytest.mark.parametrize("fault", [{"refusal": REFUSED}, {"is_empty": True}])
def test_the_portal_does_it_where_logind_does_not(
    qtbot: QtBot, awake: LinuxAwake, address: str, fault: dict[str, object]
) -> None:
    with (
        closing(FakeLogin(address, **fault)),  # type: ignore[arg-type]
        closing(FakePortal(address)) as portal,
    ):
        awake.hold()
        qtbot.waitUntil(lambda: awake.is_held)
        assert portal.flags == [4]
        assert portal.requests
        awake.release()
        qtbot.waitUntil(lambda: not portal.requests)


def test_nobody_keeps_it_awake(
    qtbot: QtBot, awake: LinuxAwake, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with closing(FakeLogin(address, refusal=REFUSED)):
        awake.hold()
        qtbot.waitUntil(lambda: "the portal does not keep us awake" in caplog.text)
        assert not awake.is_held


def test_a_silent_logind_holds_up_nothing(qtbot: QtBot, awake: LinuxAwake, address: str) -> None:
    with closing(FakeLogin(address, is_silent=True)) as login:
        awake.hold()
        qtbot.waitUntil(lambda: bool(login.reasons))
        awake.release()
        awake.close()
        assert not awake.is_held


def test_in_a_sandbox_only_the_portal_is_asked(qtbot: QtBot, address: str) -> None:
    with (
        closing(FakeLogin(address)) as login,
        closing(FakePortal(address)) as portal,
        closing(LinuxAwake(is_sandboxed=True)) as awake,
    ):
        awake.hold()
        qtbot.waitUntil(lambda: awake.is_held)
        assert portal.flags == [4]
        assert login.reasons == []


def test_without_a_bus_nothing_is_held(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    for name in ("DBUS_SYSTEM_BUS_ADDRESS", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.setenv(name, f"unix:path={tmp_path}/none")
    with closing(LinuxAwake()) as awake:
        awake.hold()
        qtbot.waitUntil(lambda: "the portal does not keep us awake" in caplog.text)
        assert not awake.is_held
