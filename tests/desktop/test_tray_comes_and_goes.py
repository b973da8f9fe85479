"""A tray that is late, never comes, or crashes and comes back: with the whole program."""

from __future__ import annotations

import selectors
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.desktop.conftest import StartApp
from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.program import App
from tests.support.waiting import wait_for

WATCHER = "org.kde.StatusNotifierWatcher"


def state(desktop: VirtualDesktop, app: App) -> list[str]:
    """What the window manager says of the program's windows, visible or not."""
    listed = subprocess.run(
        ["wmctrl", "-l", "-p"],
        env=desktop.environment,
        capture_output=True,
        text=True,
        check=False,  # before there is a first window it fails
    ).stdout
    return [line.split(maxsplit=4)[4] for line in listed.splitlines() if f" {app.pid} " in line]


IMPATIENT = """
import sys
from tray_app.app import start
from tray_app.cli import parse_args
start.TRAY_GRACE_S = 2.0
sys.exit(start.main(parse_args(sys.argv[1:])))
"""

StartImpatient = Callable[..., App]


@pytest.fixture
def start_impatient(start_app: StartApp, tmp_path: Path) -> StartImpatient:
    """Start the program, which waits two seconds for a tray instead of half a minute."""

    def start(desktop: VirtualDesktop, *arguments: str) -> App:
        folder = ("--data-dir", str(tmp_path / "data"))
        return start_app(desktop, *folder, *arguments, command=[sys.executable, "-c", IMPATIENT])

    return start


def wait_online(app: App) -> None:
    app.wait_for(
        lambda: app.tray_item().menu().labels()[0].startswith("This computer: online"),
        message="not online",
    )


def test_a_real_panel_that_crashes_gets_the_item_back(
    desktop: VirtualDesktop, start_app: StartApp
) -> None:
    app = start_app(desktop, "--demo", "--hidden")
    wait_online(app)
    for _ in range(3):
        desktop.kill_panel()
        wait_for(lambda: not desktop.bus.has_owner(WATCHER))
        desktop.start_panel()
        wait_for(lambda: app.pid in [item.pid for item in desktop.tray.items()], timeout_s=20)
        wait_online(app)
        assert len([item for item in desktop.tray.items() if item.pid == app.pid]) == 1
    assert state(desktop, app) == [], "a panel that restarts is no reason for a window"
    app.tray_item().click("Open Ollama Tray")
    app.window("Ollama Tray")


@pytest.mark.parametrize("fake_desktop", [{"tray": False}], indirect=True)
@pytest.mark.parametrize("flag", ["--hidden", "--login"])
def test_no_tray_at_login_shows_the_window_minimized_after_a_while(
    fake_desktop: VirtualDesktop, start_impatient: StartImpatient, flag: str
) -> None:
    app = start_impatient(fake_desktop, "--demo", flag)
    wait_for(lambda: state(fake_desktop, app), timeout_s=60, interval_s=0.2)
    assert fake_desktop.screen.windows(app.pid) == [], "there, but minimized"
    (line,) = state(fake_desktop, app)
    assert "Ollama Tray" in line
    fake_desktop.services.start_tray()
    wait_online(app)
    assert fake_desktop.screen.windows(app.pid) == []
    app.tray_item().click("Open Ollama Tray")
    fake_desktop.screen.close(app.window("Ollama Tray"))
    fake_desktop.screen.wait_no_window("Ollama Tray")
    wait_online(app)


@pytest.mark.parametrize("fake_desktop", [{"tray": False}], indirect=True)
def test_a_minimized_window_comes_up_at_a_second_start_and_closing_it_quits(
    fake_desktop: VirtualDesktop, start_app: StartApp, start_impatient: StartImpatient
) -> None:
    app = start_impatient(fake_desktop, "--hidden")
    wait_for(lambda: state(fake_desktop, app), timeout_s=60, interval_s=0.2)
    second = start_app(fake_desktop)
    assert second.wait() == 0
    window = app.window("Ollama Tray")
    fake_desktop.screen.close(window)
    assert app.wait() == 0


def test_a_tray_that_goes_for_good_leaves_the_window(
    fake_desktop: VirtualDesktop, start_app: StartApp
) -> None:
    app = start_app(fake_desktop, "--demo", "--hidden")
    wait_online(app)
    fake_desktop.services.stop_tray()
    wait_for(lambda: state(fake_desktop, app), timeout_s=30, interval_s=0.2)
    assert fake_desktop.screen.windows(app.pid) == []


def test_a_login_start_shows_the_window_if_a_person_wants_it(
    fake_desktop: VirtualDesktop, start_app: StartApp
) -> None:
    app = start_app(fake_desktop, "--demo", "--login")
    wait_online(app)
    assert state(fake_desktop, app) == []
    assert app.quit() == 0
    settings = app.data_folder / "config" / "settings.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('{"version": 1, "start_hidden": false}', encoding="utf-8")
    start_app(fake_desktop, "--demo", "--login").window("Ollama Tray")


class Relay:
    """Between a program and its bus, until it is told to let nothing through any more."""

    def __init__(self, place: Path, bus: str) -> None:
        self.address = f"unix:path={place}"
        self.unheard = 0
        self.is_dumb = False
        self._bus = bus
        self._open = ExitStack()
        self._server = self._open.enter_context(socket.socket(socket.AF_UNIX))
        self._server.bind(str(place))
        self._server.listen()
        self._end, end = socket.socketpair()
        self._ready = selectors.DefaultSelector()
        self._ready.register(end, selectors.EVENT_READ)
        self._ready.register(self._server, selectors.EVENT_READ)
        for one in (self._end, end, self._ready):
            self._open.enter_context(one)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            for key, _ in self._ready.select():
                if key.fileobj is self._server:
                    self._accept()
                elif key.data is None:
                    return
                else:
                    self._pass_on(*key.data)

    def _accept(self) -> None:
        program = self._open.enter_context(self._server.accept()[0])
        bus = self._open.enter_context(socket.socket(socket.AF_UNIX))
        bus.connect(self._bus)
        self._ready.register(program, selectors.EVENT_READ, (program, bus, True))
        self._ready.register(bus, selectors.EVENT_READ, (bus, program, False))

    def _pass_on(self, source: socket.socket, target: socket.socket, is_question: bool) -> None:
        data = source.recv(65536)
        if not data:
            for end in (source, target):
                self._ready.unregister(end)
                end.close()
        elif not self.is_dumb:
            target.sendall(data)
        elif is_question:
            self.unheard += 1

    def close(self) -> None:
        self._end.close()
        self._thread.join()
        self._open.close()


@pytest.fixture
def relay(fake_desktop: VirtualDesktop, tmp_path: Path) -> Iterator[Relay]:
    path = fake_desktop.address.removeprefix("unix:path=").partition(",")[0]
    found = Relay(tmp_path / "relay", path)
    yield found
    found.close()


@pytest.mark.parametrize("fake_desktop", [{"tray": False}], indirect=True)
def test_looking_for_a_tray_waits_for_no_bus_that_has_gone_dumb(
    fake_desktop: VirtualDesktop, start_app: StartApp, relay: Relay
) -> None:
    app = start_app(fake_desktop, "--demo", environment={"DBUS_SESSION_BUS_ADDRESS": relay.address})
    app.window("Ollama Tray")
    relay.is_dumb = True
    wait_for(lambda: relay.unheard, timeout_s=30)
    app.end(timeout_s=10)  # Qt would wait 25 s for its answer before it hears anything else
