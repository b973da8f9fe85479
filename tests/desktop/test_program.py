"""The whole program as a process on virtual desktops: tray, window, downloads, the end."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.desktop.conftest import StartApp
from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.program import ROOT, App
from tests.fakes import FaultyServer, faults, small, stream_faults
from tests.support.complaints import complaints
from tests.support.waiting import wait_for

MB = 1_000_000


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    """A server with two models, and two to pull that take a while."""
    library = small.library("here", "other", published=("one", "two"))
    with FaultyServer(library=library, speed_bytes_s=20 * MB, tick_s=0.03) as fake:
        yield fake


class Run:
    """The program on one desktop with one server."""

    def __init__(self, app: App, desktop: VirtualDesktop) -> None:
        self.app = app
        self.desktop = desktop

    def tooltip(self) -> str:
        return self.app.tray_item().tooltip().replace("\u00a0", " ")

    def wait_tooltip(self, *parts: str) -> None:
        self.app.wait_for(
            lambda: any(part in self.tooltip() for part in parts),
            message=f"{parts} never in the tooltip",
        )

    def labels(self) -> list[str]:
        return self.app.tray_item().menu().labels()

    def wait_label(self, start: str, end: str = "") -> str:
        def found() -> str | None:
            labels = self.labels()
            return next((x for x in labels if x.startswith(start) and x.endswith(end)), None)

        return self.app.wait_for(found, message=f"no menu entry {start!r} … {end!r}")

    def click_pull(self, name: str, action: str) -> None:
        """Click an action of a download, whose label changes all the time."""

        def is_clicked() -> bool:
            label = self.wait_label(f"{name}, ")
            try:
                self.app.tray_item().click(label, action)
            except AssertionError:
                return False  # it has another label by now
            return True

        self.app.wait_for(is_clicked, message=f"could not click {action!r} of {name}")

    def verb(self, *words: str, expected_code: int = 0) -> str:
        """A verb in a terminal, on the same data folder."""
        done = subprocess.run(
            [sys.executable, "-m", "tray_app", *words, "--data-dir", str(self.app.data_folder)],
            env={**self.desktop.environment, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == expected_code, done.stderr
        assert complaints(done.stderr) == []
        return done.stdout + done.stderr


StartRun = Callable[..., Run]


@pytest.fixture
def start_run(
    start_app: StartApp, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> StartRun:
    """Return a function that starts the program on a desktop with `server`."""

    def start(desktop: VirtualDesktop, *arguments: str) -> Run:
        desktop.environment["OLLAMA_HOST"] = server.url
        # No test asks the real registry: what is not on this computer goes to a closed port.
        desktop.environment["HTTPS_PROXY"] = "http://127.0.0.1:9"
        return Run(start_app(desktop, *arguments), desktop)

    return start


def pull(run: Run, name: str) -> None:
    said = run.verb("pull", name)
    assert "is pulling" in said


def test_the_window_opens_from_the_tray_and_closing_it_keeps_the_program(
    desktop: VirtualDesktop, start_run: StartRun
) -> None:
    run = start_run(desktop, "--hidden")
    run.wait_tooltip("2 models", "0 loaded", "This computer")
    assert desktop.screen.windows(run.app.pid) == []
    run.wait_label("This computer: online")
    run.app.tray_item().click("Open Ollama Tray")
    window = run.app.window("Ollama Tray")
    assert (window.width, window.height) == (960, 600)
    desktop.screen.close(window)
    desktop.screen.wait_no_window("Ollama Tray")
    run.wait_label("This computer: online")
    assert run.app.quit("Quit Ollama Tray") == 0


def test_suggestions_are_asked_for_when_somebody_looks(
    fake_desktop: VirtualDesktop, start_run: StartRun, server: FaultyServer
) -> None:
    path = "/api/experimental/model-recommendations"
    run = start_run(fake_desktop, "--hidden")
    run.wait_label("This computer: online")
    assert server.asked(path) == []
    run.app.tray_item().click("Open Ollama Tray")
    run.app.wait_for(lambda: server.asked(path), message="no suggestions asked for")


def test_a_pull_is_seen_in_the_tray_and_told_when_it_is_done(
    fake_desktop: VirtualDesktop, start_run: StartRun, server: FaultyServer
) -> None:
    run = start_run(fake_desktop, "--hidden")
    run.wait_label("This computer: online")
    idle = run.app.tray_item().pixmap()
    pull(run, "one")
    run.wait_label("one:latest, ")
    run.wait_tooltip("1 download")
    assert run.app.tray_item().pixmap() != idle
    server.state.set_speed(500 * MB)
    notice = fake_desktop.notifications.wait()
    assert notice.title == "Download finished"
    assert notice.body.startswith("one is ready to use") or "one:latest" in notice.body
    assert "one:latest" in server.state.names()
    fake_desktop.services.click(notice.id or 0)
    run.app.window("Ollama Tray")


def test_a_failure_is_told_with_its_reason(
    fake_desktop: VirtualDesktop, start_run: StartRun, server: FaultyServer
) -> None:
    text = "write /models/blobs/sha256-aa-partial: no space left on device <b>x</b>"
    server.state.fail_pull("one", text)
    run = start_run(fake_desktop, "--hidden")
    run.wait_label("This computer: online")
    pull(run, "one")
    notice = fake_desktop.notifications.wait()
    assert notice.title == "Download failed"
    assert "<b>" not in notice.body


def test_pause_and_resume_from_the_tray_menu(
    fake_desktop: VirtualDesktop, start_run: StartRun, server: FaultyServer
) -> None:
    run = start_run(fake_desktop, "--hidden")
    run.wait_label("This computer: online")
    server.state.set_speed(0.5 * MB)
    pull(run, "one")
    run.click_pull("one:latest", "Pause")
    run.wait_label("one:latest, ", "paused")
    assert "one:latest" not in server.state.names()
    run.click_pull("one:latest", "Resume")
    server.state.set_speed(500 * MB)
    wait_for(lambda: "one:latest" in server.state.names())
    fake_desktop.notifications.wait(lambda n: n.title == "Download finished")


def test_a_killed_program_finds_its_queue_again(
    fake_desktop: VirtualDesktop, start_run: StartRun, server: FaultyServer
) -> None:
    run = start_run(fake_desktop, "--hidden")
    run.wait_label("This computer: online")
    server.state.set_speed(0.5 * MB)
    pull(run, "one")
    pull(run, "two")
    run.wait_label("one:latest, ")
    run.app.kill()
    again = start_run(fake_desktop, "--hidden")
    again.wait_label("one:latest, ")
    again.wait_label("two:latest, ")
    server.state.set_speed(500 * MB)
    wait_for(lambda: {"one:latest", "two:latest"} <= set(server.state.names()))


def test_the_server_killed_in_mid_pull_and_started_again(
    fake_desktop: VirtualDesktop, start_run: StartRun, server: FaultyServer
) -> None:
    run = start_run(fake_desktop, "--hidden")
    run.wait_label("This computer: online")
    server.state.set_speed(0.5 * MB)
    pull(run, "one")
    run.wait_label("one:latest, ")
    server.kill()
    run.wait_label("This computer: offline")
    run.wait_label("1 download waits")
    server.restart()
    server.state.set_speed(500 * MB)
    wait_for(lambda: "one:latest" in server.state.names(), timeout_s=30)
    run.wait_label("This computer: online")


@pytest.mark.parametrize("fake_desktop", [{"tray": False}], indirect=True)
def test_without_a_tray_the_window_is_shown_and_closing_it_quits(
    fake_desktop: VirtualDesktop, start_run: StartRun
) -> None:
    run = start_run(fake_desktop)
    window = run.app.window("Ollama Tray")
    fake_desktop.screen.close(window)
    assert run.app.wait() == 0


@pytest.mark.parametrize("fake_desktop", [{"tray": False}], indirect=True)
def test_a_tray_that_comes_late_is_used(fake_desktop: VirtualDesktop, start_run: StartRun) -> None:
    run = start_run(fake_desktop, "--hidden")
    fake_desktop.services.start_tray()
    run.wait_label("This computer: online")


def test_a_second_start_raises_the_first_and_goes(
    fake_desktop: VirtualDesktop, start_run: StartRun
) -> None:
    run = start_run(fake_desktop, "--hidden")
    run.wait_label("This computer: online")
    run.verb()
    run.app.window("Ollama Tray")
    assert '"running": true' in run.verb("status", "--json")
    run.verb("quit")
    assert run.app.wait() == 0


MOMENTS = [random.Random(number).uniform(0.0, 1.5) for number in range(30)]


@pytest.mark.parametrize("number", range(30))
def test_quitting_at_any_moment(
    number: int,
    shared_desktop: VirtualDesktop,
    start_run: StartRun,
    server: FaultyServer,
) -> None:
    """First poll, mid pull, verify, stalled server, dialog open: rc 0, nothing printed."""
    kind = number % 6
    server.state.verify_s = 5.0
    if kind == 1:
        server.fault("*", faults.never_answer())
    elif kind == 2:
        server.fault("/api/pull", stream_faults.stall_mid_line(layer="first"))
    elif kind == 3:
        server.state.set_speed(2000 * MB)
    elif kind == 4:
        server.fault("/api/tags", faults.slow_headers(0.2))
    run = start_run(shared_desktop, *(["--hidden"] if number % 2 else []))
    run.app.tray_item()  # before, nothing has begun that could be ended
    if kind in (2, 3, 5):
        run.wait_label("This computer: online")
        pull(run, "one")
    moment_s = MOMENTS[number]
    started_s = time.monotonic()
    wait_for(lambda: time.monotonic() - started_s > moment_s)
    run.app.end()


@pytest.mark.parametrize("name", ["html", "reset", "truncated", "forbidden", "empty", "500"])
def test_rubbish_from_the_server_is_shown_and_survived(
    name: str, shared_desktop: VirtualDesktop, start_run: StartRun, server: FaultyServer
) -> None:
    run = start_run(shared_desktop, "--hidden")
    run.wait_label("This computer: online")
    fault = {
        "html": faults.html_ok,
        "reset": faults.reset_before_headers,
        "truncated": faults.truncated_json,
        "forbidden": faults.forbidden,
        "empty": faults.empty_ok,
        "500": faults.error_html,
    }[name]()
    server.fault("*", fault)
    run.app.tray_item().click("Open Ollama Tray")
    run.app.window("Ollama Tray")
    run.app.wait_for(
        lambda: "This computer: online" not in run.labels()[0], message="fault not seen"
    )
    server.clear()
    run.wait_label("This computer: online")


def test_no_display_is_said_and_is_no_crash(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "tray_app", "--data-dir", str(tmp_path / "data")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert "no display" in done.stderr
    assert complaints(done.stderr) == []
