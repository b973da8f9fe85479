"""The whole program brings its server back, and keeps the computer awake."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.desktop.conftest import StartApp
from tests.desktop.harness import systemd
from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.sleep_inhibitors import FakeLogin
from tests.desktop.harness.systemd import FakeSystemd
from tests.desktop.test_program import MB, Run, pull
from tests.fakes import FaultyServer, small
from tests.support.waiting import wait_for


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    """One that is not there until it is started, on a port that is free."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    fake = FaultyServer(
        port, library=small.library("here", published=("one",)), speed_bytes_s=5 * MB, tick_s=0.03
    )
    yield fake
    fake.stop()


@pytest.fixture
def home(
    fake_desktop: VirtualDesktop, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> VirtualDesktop:
    """A desktop where one bus is both, and where Ollama is this server."""
    environment = fake_desktop.environment
    environment["DBUS_SYSTEM_BUS_ADDRESS"] = fake_desktop.address
    environment["OLLAMA_HOST"] = server.url
    environment["HTTPS_PROXY"] = "http://127.0.0.1:9"
    monkeypatch.setenv("XDG_RUNTIME_DIR", environment["XDG_RUNTIME_DIR"])
    return fake_desktop


def set_settings(folder: Path, **settings: object) -> None:
    folder = folder / "data" / "config"
    folder.mkdir(parents=True)
    (folder / "settings.json").write_text(json.dumps({"version": 1, **settings}), encoding="utf-8")


def test_ollama_is_started_with_the_program(
    home: VirtualDesktop, server: FaultyServer, start_app: StartApp, tmp_path: Path
) -> None:
    set_settings(tmp_path, start_ollama=True)
    with closing(FakeSystemd(home.address, on_start=server.start)) as manager:
        run = Run(start_app(home, "--hidden"), home)
        run.wait_label("This computer: online")
        assert manager.asked.count("StartUnit") == 1
        server.stop()
        run.wait_label("This computer: offline")
        run.app.quit()
        assert manager.asked.count("StartUnit") == 1, "only with the program"


def test_nobody_starts_it_by_itself(
    home: VirtualDesktop, server: FaultyServer, start_app: StartApp
) -> None:
    with closing(FakeSystemd(home.address, on_start=server.start)) as manager:
        run = Run(start_app(home, "--hidden"), home)
        run.app.wait_for(lambda: "GetUnitFileState" in manager.asked, message="never looked")
        run.app.quit()
        assert "StartUnit" not in manager.asked


def press_until(run: Run, manager: FakeSystemd, member: str, count: int) -> None:
    """Press the first button of the page until the service manager is asked for this."""

    def is_asked() -> bool:
        return manager.asked.count(member) >= count

    def is_asked_after_a_press() -> bool:
        run.desktop.screen.keys("Return")  # the first button has the focus; it may be Retry yet
        with suppress(AssertionError):
            return wait_for(is_asked, timeout_s=3)
        return False

    run.app.wait_for(is_asked_after_a_press, message=f"never asked for {member}")


def test_the_button_of_the_page(
    home: VirtualDesktop, server: FaultyServer, start_app: StartApp
) -> None:
    with closing(FakeSystemd(home.address, refusal=systemd.DISMISSED)) as manager:
        run = Run(start_app(home), home)
        run.app.window("Ollama Tray")

        press_until(run, manager, "StartUnit", 1)
        manager.refusal, manager.on_start = "", server.start
        press_until(run, manager, "StartUnit", 2)  # Try again
        run.wait_label("This computer: online")
        run.app.quit()


def test_who_asked_for_it_sees_why_it_was_in_vain(
    home: VirtualDesktop, server: FaultyServer, start_app: StartApp
) -> None:
    with closing(FakeSystemd(home.address)) as manager:
        run = Run(start_app(home), home)
        window = run.app.window("Ollama Tray")
        press_until(run, manager, "StartUnit", 1)
        run.app.wait_for(lambda: "GetAll" in manager.asked, message="not followed")
        home.screen.close(window)
        run.app.wait_for(
            lambda: home.screen.windows(run.app.pid) == [], message="never went to the tray"
        )
        manager.end(1)
        run.app.window("Ollama Tray")
        run.app.quit()


def test_awake_while_bytes_move(
    home: VirtualDesktop, server: FaultyServer, start_app: StartApp
) -> None:
    server.start()
    with closing(FakeLogin(home.address)) as login:
        run = Run(start_app(home, "--hidden"), home)
        run.wait_label("This computer: online")
        assert login.reasons == []
        pull(run, "one")
        run.app.wait_for(lambda: login.held == 1, message="never kept awake")
        run.click_pull("one:latest", "Pause")
        run.app.wait_for(lambda: login.held == 0, message="kept awake by nothing")
        run.app.tray_item().click("Resume all")
        run.app.wait_for(lambda: login.held == 1, message="never kept awake again")
        run.app.end()
        assert login.held == 0
