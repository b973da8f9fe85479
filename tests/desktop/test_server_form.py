"""Adding a server with the keyboard alone, in the real program, with a real keyring: unlocked,
locked, silent, absent. Its token gets into no file and no log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
import secretstorage
from jeepney import MatchRule, message_bus

from tests.desktop.conftest import StartApp
from tests.desktop.harness.bus import Bus
from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.keyring import NAME, unlocked_keyring
from tests.desktop.harness.program import App
from tests.fakes import FaultyServer, small
from tests.fakes.server import Call
from tests.support.waiting import wait_for
from tray_app.core.sign_in import KeyringFailed, Secrets
from tray_app.desktop.secret_store import SecretStore

TOKEN = "s3cr3t-t0ken-of-studio"
_DO_NOT_QUEUE = 4


def _by_token(call: Call) -> None:
    """As a server in front of Ollama that wants one."""
    given = call.server.received(call.exchange).headers.get("authorization", "")
    if given == f"Bearer {TOKEN}":
        call.answer()
    else:
        call.exchange.reply(401)


@pytest.fixture
def gateway() -> Iterator[FaultyServer]:
    """It lets nobody in without the token."""
    with FaultyServer(library=small.library("alpha", "beta")) as fake:
        for path in ("/api/version", "/api/tags", "/api/ps"):
            fake.fault(path, _by_token, times=None)
        yield fake


@pytest.fixture
def local() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("gamma")) as fake:
        yield fake


class Hands:
    """On the keyboard; the mouse is never touched."""

    def __init__(self, app: App, desktop: VirtualDesktop) -> None:
        self.app = app
        self.screen = desktop.screen

    def wait(self, title: str) -> None:
        self.app.window(title)
        wait_for(lambda: title in self.screen.active_title(), message=f"{title!r} not active")

    def open_form(self) -> None:
        self.wait("Ollama Tray")
        self.screen.keys("ctrl+comma")
        self.wait("Settings")
        self.screen.keys("Down", "alt+a")
        self.wait("Add server")

    def fill_in(self, address: str) -> None:
        """Address, no name, a token."""
        self.screen.type(address)
        self.screen.keys("Tab", "Tab")
        self.screen.type("Access")
        self.screen.keys("Tab")
        self.screen.type(TOKEN)

    def servers(self) -> list[dict[str, Any]]:
        """As they stand in the settings file."""
        file = self.app.data_folder / "config" / "settings.json"
        found = json.loads(file.read_text()) if file.exists() else {}
        return list(found.get("servers", []))

    def added(self) -> dict[str, Any]:
        return next((entry for entry in self.servers() if entry["id"] != "local"), {})


@pytest.fixture
def bus(fake_desktop: VirtualDesktop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", fake_desktop.address)
    with closing(Bus(fake_desktop.address)) as connection:
        yield connection


@pytest.fixture
def hands(
    fake_desktop: VirtualDesktop, bus: Bus, start_app: StartApp, local: FaultyServer
) -> Hands:
    fake_desktop.environment["OLLAMA_HOST"] = local.url
    return Hands(start_app(fake_desktop), fake_desktop)


@pytest.fixture
def keyring(fake_desktop: VirtualDesktop, bus: Bus, tmp_path: Path) -> Iterator[None]:
    folder = tmp_path / "keyring"
    folder.mkdir()
    with unlocked_keyring(fake_desktop, folder):
        yield


@contextmanager
def silent_keyring(bus: Bus) -> Iterator[Queue[object]]:
    """Something that has the keyring's name and answers nothing: its calls."""
    calls: Queue[object] = Queue()
    with bus.router.filter(MatchRule(type="method_call"), queue=calls):
        bus.send(message_bus.RequestName(NAME, _DO_NOT_QUEUE))
        yield calls


def is_signed_in(gateway: FaultyServer) -> bool:
    given = [request.headers.get("authorization", "") for request in gateway.requests]
    return f"Bearer {TOKEN}" in given and gateway.asked("/api/tags") != []


def is_forgotten(server_id: str) -> bool:
    """Whether the keyring has nothing for it; it may go while it is looked at."""
    try:
        return SecretStore().read(server_id) is None
    except KeyringFailed:
        return False


def assert_nowhere(folder: Path) -> None:
    """No file of the program holds the token: settings, state, log, crash reports."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert any("log" in file.parts for file in files)
    assert [file for file in files if TOKEN.encode() in file.read_bytes()] == []


def test_added_with_the_keyboard_alone(
    keyring: None, hands: Hands, gateway: FaultyServer, tmp_path: Path
) -> None:
    hands.open_form()
    hands.fill_in(gateway.url)
    assert gateway.requests == [], "nothing is sent before somebody asks for it"
    hands.screen.keys("ctrl+t")
    wait_for(lambda: is_signed_in(gateway), message="the test did not sign in")
    assert hands.servers() == []
    gateway.forget()
    hands.screen.keys("Return")
    hands.screen.wait_no_window("Add server")
    entry = hands.added()
    assert entry["address"] == gateway.url
    assert entry["sign_in"] == {"kind": "token"}
    wait_for(lambda: is_signed_in(gateway), message="it is not polled")
    kept = SecretStore().read(entry["id"])
    assert kept == Secrets(TOKEN, origin=gateway.url)
    hands.wait("Settings")
    # And away again: from the pages into this one, to its row, Delete, the question’s other button.
    hands.screen.keys("Tab", "Tab", "Down", "Delete")
    hands.wait("Remove server")
    hands.screen.keys("alt+r")
    hands.app.wait_for(lambda: not hands.added(), message="it was not removed")
    wait_for(lambda: is_forgotten(entry["id"]), message="its token stays")
    assert_nowhere(tmp_path / "data")


def test_a_locked_keyring_keeps_it_until_the_end_and_says_so(
    keyring: None, hands: Hands, gateway: FaultyServer
) -> None:
    with closing(secretstorage.dbus_init()) as connection:
        secretstorage.get_default_collection(connection).lock()
    hands.open_form()
    hands.fill_in(gateway.url)
    hands.screen.keys("Return")
    hands.app.wait_for(hands.added, message="it was not saved")
    wait_for(lambda: is_signed_in(gateway), message="it does not sign in")
    hands.wait("Add server")  # it stays and says that the keyring did not take it
    hands.screen.keys("Escape")
    hands.screen.wait_no_window("Add server")


def test_a_silent_keyring_delays_nothing_but_the_form(
    hands: Hands, bus: Bus, gateway: FaultyServer, local: FaultyServer
) -> None:
    with silent_keyring(bus) as calls:
        hands.open_form()
        hands.fill_in(gateway.url)
        hands.screen.keys("Return")
        calls.get(timeout=20)
        local.forget()
        wait_for(lambda: local.asked("/api/tags"), message="others wait too")
        assert hands.servers() == []
        hands.screen.keys("Escape")
        hands.screen.wait_no_window("Add server")
        hands.wait("Settings")
        hands.screen.keys("Escape")
        hands.wait("Ollama Tray")
        hands.screen.keys("ctrl+q")
        assert hands.app.wait() == 0
    assert hands.servers() == []
    assert gateway.requests == []
