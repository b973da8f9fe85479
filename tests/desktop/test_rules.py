"""Rules in the whole program: the plug is pulled, the network costs, Cancel asks."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop.conftest import StartApp
from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.system_services import NETWORK_MANAGER, UPOWER, FakeSystemServices
from tests.desktop.test_program import MB, Run, pull
from tests.fakes import FaultyServer, small
from tests.support.waiting import wait_for

GB = 1000 * MB


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    library = small.library("here", published=("one", "two"))
    with FaultyServer(library=library, speed_bytes_s=5 * MB, tick_s=0.03) as fake:
        yield fake


@pytest.fixture
def system(fake_desktop: VirtualDesktop) -> Iterator[FakeSystemServices]:
    fake_desktop.environment["DBUS_SYSTEM_BUS_ADDRESS"] = fake_desktop.address
    services = FakeSystemServices(fake_desktop.address)
    yield services
    services.close()


def start(
    start_app: StartApp,
    desktop: VirtualDesktop,
    server: FaultyServer,
    tmp_path: Path,
    **settings: object,
) -> Run:
    desktop.environment["OLLAMA_HOST"] = server.url
    desktop.environment["HTTPS_PROXY"] = "http://127.0.0.1:9"
    folder = tmp_path / "data" / "config"
    folder.mkdir(parents=True)
    (folder / "settings.json").write_text(json.dumps({"version": 1, **settings}), encoding="utf-8")
    run = Run(start_app(desktop, "--hidden"), desktop)
    run.wait_label("This computer: online")
    return run


def said_of(run: Run, label: str) -> list[str]:
    menu = run.app.tray_item().menu()
    return [text.replace("\u00a0", " ") for text in menu.find(label).labels()]


def test_on_battery_a_running_pull_waits_and_goes_on_afterwards(
    fake_desktop: VirtualDesktop,
    system: FakeSystemServices,
    start_app: StartApp,
    server: FaultyServer,
    tmp_path: Path,
) -> None:
    system.start(UPOWER)
    run = start(start_app, fake_desktop, server, tmp_path, pause_on_battery=True)
    pull(run, "one")
    run.wait_label("one:latest, ", "%")
    system.set_on_battery(True)
    label = run.wait_label("one:latest, ", "waiting")
    assert said_of(run, label)[0] == "Paused on battery power"
    asked = len(server.asked("/api/pull"))
    system.set_on_battery(False)
    run.wait_label("one:latest, ", "%")
    server.state.set_speed(500 * MB)
    wait_for(lambda: "one:latest" in server.state.names())
    assert len(server.asked("/api/pull")) == asked + 1


def test_a_metered_network_holds_unless_it_is_allowed(
    fake_desktop: VirtualDesktop,
    system: FakeSystemServices,
    start_app: StartApp,
    server: FaultyServer,
    tmp_path: Path,
) -> None:
    system.set_metered(1)
    system.start(NETWORK_MANAGER)
    run = start(start_app, fake_desktop, server, tmp_path)
    pull(run, "one")
    label = run.wait_label("one:latest, ", "waiting")
    assert said_of(run, label)[0] == "Paused on a metered connection"
    system.stop(NETWORK_MANAGER)
    server.state.set_speed(500 * MB)
    wait_for(lambda: "one:latest" in server.state.names())


def is_cancel_clicked(run: Run) -> bool:
    """Whether the entry was there to be clicked: its percents go on meanwhile."""
    label = run.wait_label("big:latest, ", "%")
    try:
        run.app.tray_item().click(label, "Cancel")
    except AssertionError:
        return False
    return True


def test_cancel_in_the_tray_asks_when_much_is_there(
    fake_desktop: VirtualDesktop, start_app: StartApp, tmp_path: Path
) -> None:
    library = small.library("here")
    library.published.append(("big", small.model("big", 4 * GB), 60.0))
    with FaultyServer(library=library, speed_bytes_s=4 * GB, tick_s=0.03) as server:
        run = start(start_app, fake_desktop, server, tmp_path)
        pull(run, "big")
        run.app.wait_for(
            lambda: int(run.wait_label("big:latest, ", "%").split()[-1][:-1]) >= 30,
            message="never a third of it",
        )
        server.state.set_speed(1 * MB)
        run.app.wait_for(lambda: is_cancel_clicked(run), message="no entry to cancel it")
        window = run.app.window("Cancel download")
        run.wait_label("big:latest, ", "%")
        fake_desktop.screen.focus(window)
        fake_desktop.screen.keys("Escape")
        fake_desktop.screen.wait_no_window("Cancel download")
        run.app.wait_for(lambda: is_cancel_clicked(run), message="no entry to cancel it")
        fake_desktop.screen.focus(run.app.window("Cancel download"))
        fake_desktop.screen.keys("alt+d")
        run.app.wait_for(
            lambda: not any(one.startswith("big:latest") for one in run.labels()),
            message="never canceled",
        )
        assert "big:latest" not in server.state.names()
