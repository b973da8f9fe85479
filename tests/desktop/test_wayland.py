"""The program on Wayland: sway without a screen, with our own tray and notifications."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.desktop.conftest import StartApp
from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.program import App
from tests.desktop.harness.wayland import Sway, needed_tools
from tests.support.tools import require
from tests.support.waiting import wait_for
from tray_app import APP_ID
from tray_app.desktop.instance.single_instance import InstanceCommand, ask

# Qt's own, at the end of each window.
pytestmark = pytest.mark.allow_logs(r"qt\.qpa\.wayland\.textinput: .*disableSurface")


@pytest.fixture
def sway(fake_desktop: VirtualDesktop) -> Iterator[Sway]:
    require(*needed_tools())
    with Sway(fake_desktop) as started:
        yield started


Start = Callable[..., App]


@pytest.fixture
def start(
    sway: Sway,
    fake_desktop: VirtualDesktop,
    start_app: StartApp,
    monkeypatch: pytest.MonkeyPatch,
) -> Start:
    """Start the program on sway with the demo server."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", fake_desktop.environment["XDG_RUNTIME_DIR"])

    def begin(*arguments: str, command: Sequence[str] | None = None, token: str = "") -> App:
        environment = {**sway.environment, "XDG_ACTIVATION_TOKEN": token}
        return start_app(fake_desktop, *arguments, environment=environment, command=command)

    return begin


def window(sway: Sway, app: App, title: str = "Ollama Tray") -> dict[str, Any]:
    return app.wait_for(
        lambda: next((one for one in sway.windows(app.pid) if title in str(one["name"])), None),
        message=f"no window {title!r}",
    )


def wait_online(app: App) -> None:
    app.wait_for(
        lambda: app.tray_item().menu().labels()[0].startswith("This computer: online"),
        message="not online",
    )


def test_tray_window_and_its_end(
    sway: Sway, start: Start, fake_desktop: VirtualDesktop, tmp_path: Path
) -> None:
    app = start("--demo", "--hidden")
    wait_online(app)
    assert sway.windows(app.pid) == []
    app.tray_item().click("Open Ollama Tray")
    shown = window(sway, app)
    assert shown["app_id"] == APP_ID, "the desktop entry is found by it"
    picture = tmp_path / "wayland.png"
    wait_for(lambda: sway.picture(picture).stat().st_size > 10_000, message="nothing painted")
    sway.control(f"[con_id={shown['id']}] kill")
    wait_for(lambda: sway.windows(app.pid) == [])
    wait_online(app)
    assert app.quit() == 0


def test_a_dialog_and_a_notice_that_brings_the_window(
    sway: Sway, start: Start, fake_desktop: VirtualDesktop
) -> None:
    app = start("--demo", "--hidden")
    wait_online(app)
    app.tray_item().click("Pull model…")
    dialog = window(sway, app, "Pull model")
    sway.control(f"[con_id={dialog['id']}] kill")
    wait_for(lambda: len(sway.windows(app.pid)) == 1)
    sway.control(f"[con_id={window(sway, app)['id']}] kill")
    wait_for(lambda: sway.windows(app.pid) == [])
    ask(InstanceCommand.PULL, ("all-minilm",), app.data_folder, timeout_s=15)
    notice = fake_desktop.notifications.wait(timeout_s=60)
    assert notice.title == "Download finished"
    fake_desktop.services.click(notice.id or 0)
    window(sway, app)


def test_a_second_start_raises_the_first(sway: Sway, start: Start, tmp_path: Path) -> None:
    app = start()
    first = window(sway, app)
    elsewhere = [sys.executable, "-m", "tray_app", "--demo", "--data-dir", str(tmp_path / "other")]
    other = start(command=elsewhere)  # another program that has the keyboard now
    window(sway, other)
    wait_for(lambda: window(sway, other)["focused"])
    assert not window(sway, app)["focused"]
    again = start(token="from-a-launcher")
    assert again.wait() == 0
    wait_for(lambda: sway.windows(app.pid)[0]["visible"])
    assert window(sway, app)["id"] == first["id"]
    status = ask(InstanceCommand.STATUS, (), app.data_folder, timeout_s=15).answer
    assert status.data["window"] is True


@pytest.mark.allow_logs("Wayland connection broke", r"qt\.qpa\.wayland")
def test_the_compositor_goes_away_under_it(
    fake_desktop: VirtualDesktop, start_app: StartApp
) -> None:
    require(*needed_tools())
    with Sway(fake_desktop) as sway:
        app = start_app(fake_desktop, "--demo", environment=sway.environment, expected_code=255)
        window(sway, app)
    assert app.wait() == 255
