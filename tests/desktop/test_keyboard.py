"""The main journey with the keyboard alone, in the real program on a real window manager."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.desktop.conftest import StartApp
from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.program import App
from tests.desktop.harness.screen import Window
from tests.fakes import FaultyServer, small
from tests.support.waiting import wait_for
from tray_app.desktop.instance.single_instance import InstanceCommand, ask

MB = 1_000_000


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    library = small.library("alpha", "beta", "gamma", published=("fresh",))
    with FaultyServer(library=library, speed_bytes_s=2 * MB, tick_s=0.03) as fake:
        yield fake


class Keys:
    """Hands on the keyboard; the mouse is never touched."""

    def __init__(self, app: App, desktop: VirtualDesktop) -> None:
        self.app = app
        self.screen = desktop.screen

    def press(self, *keys: str) -> None:
        self.screen.keys(*keys)

    def type(self, text: str) -> None:
        self.screen.type(text)

    def wait(self, title: str) -> Window:
        """Return the window with this title, once it has the keyboard."""
        window = self.app.window(title)
        wait_for(lambda: title in self.screen.active_title(), message=f"{title!r} not active")
        return window

    def status(self) -> dict[str, Any]:
        data = ask(InstanceCommand.STATUS, (), self.app.data_folder, timeout_s=15).answer.data
        return dict(data)

    def downloads(self) -> list[dict[str, Any]]:
        return list(self.status()["downloads"])

    def wait_state(self, *states: str) -> None:
        self.app.wait_for(
            lambda: any(row["state"] in states for row in self.downloads()),
            message=f"no download became {states}",
        )


@pytest.fixture
def keys(
    fake_desktop: VirtualDesktop,
    start_app: StartApp,
    server: FaultyServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Keys:
    monkeypatch.setenv("XDG_RUNTIME_DIR", fake_desktop.environment["XDG_RUNTIME_DIR"])
    fake_desktop.environment["OLLAMA_HOST"] = server.url
    fake_desktop.environment["HTTPS_PROXY"] = "http://127.0.0.1:9"
    app = start_app(fake_desktop)
    found = Keys(app, fake_desktop)
    found.wait("Ollama Tray")
    app.wait_for(
        lambda: app.tray_item().menu().labels()[0].startswith("This computer: online"),
        message="not online",
    )
    return found


def test_search_then_details_then_back(keys: Keys) -> None:
    keys.press("ctrl+f")
    keys.type("bet")
    keys.press("Down", "Return")
    details = keys.wait("beta:latest · This computer")
    keys.press("ctrl+Tab", "Tab", "Escape")
    keys.screen.wait_no_window(details.title)
    keys.wait("Ollama Tray")
    keys.press("ctrl+f", "Escape")  # clears the search …
    keys.press("Escape")  # … and goes back to the table
    keys.type("gam")
    keys.press("Return")
    keys.wait("gamma:latest · This computer")
    keys.press("Escape")


def test_pull_pause_resume_and_cancel(keys: Keys, server: FaultyServer) -> None:
    keys.press("ctrl+n")
    keys.wait("Pull model")
    keys.type("fresh")
    keys.press("Return")
    keys.screen.wait_no_window("Pull model")
    keys.wait_state("running")
    keys.wait("Ollama Tray")
    keys.press("F6", "space")  # from the table to the first row of the panel
    keys.wait_state("paused")
    keys.press("space")
    keys.wait_state("running", "waiting")
    server.state.set_speed(500 * MB)
    wait_for(lambda: "fresh:latest" in server.state.names())


def test_delete_asks_and_the_safe_answer_is_the_near_one(keys: Keys, server: FaultyServer) -> None:
    keys.press("Home", "Delete")
    keys.wait("Delete")
    keys.press("Return")  # Cancel has the focus
    keys.screen.wait_no_window("Delete")
    assert "alpha:latest" in server.state.names()
    keys.wait("Ollama Tray")
    keys.press("Delete")
    keys.wait("Delete")
    keys.press("alt+d")
    wait_for(lambda: "alpha:latest" not in server.state.names())
    keys.wait("Ollama Tray")
    keys.app.wait_for(lambda: keys.status()["models"] == 2, message="still listed")
    keys.press("Delete")  # the next row has become current
    keys.wait("Delete")
    keys.press("Escape")
    keys.screen.wait_no_window("Delete")
    assert sorted(server.state.names()) == ["beta:latest", "gamma:latest"]


def test_settings_menus_and_the_end(keys: Keys) -> None:
    keys.press("ctrl+comma")
    settings = keys.wait("Settings")
    keys.press("Down", "Tab", "Escape")
    keys.screen.wait_no_window(settings.title)
    keys.wait("Ollama Tray")
    keys.press("F1")
    keys.wait("Help")
    keys.press("Escape")
    keys.screen.wait_no_window("Help")
    keys.wait("Ollama Tray")
    keys.press("F10", "Escape")
    keys.press("Home", "shift+F10", "Escape")
    keys.press("ctrl+w")
    keys.screen.wait_no_window("Ollama Tray")
    keys.app.tray_item().click("Open Ollama Tray")
    keys.wait("Ollama Tray")
    keys.press("ctrl+q")
    assert keys.app.wait() == 0
