"""How the program ends, by whatever ends it, and that the next start is none the worse."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.desktop.conftest import StartApp
from tests.desktop.harness.desktop import TOOLS, Mode, VirtualDesktop
from tests.desktop.harness.program import CRASH_TITLE, App
from tests.desktop.harness.screen import Window
from tests.fakes import FaultyServer, small
from tests.support.tools import require
from tests.support.waiting import wait_for
from tray_app.desktop.instance.single_instance import InstanceCommand, Outcome, ask
from tray_app.paths import paths

PROGRAM = str(Path(__file__).with_name("breaking_program.py"))
MB = 1_000_000


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    library = small.library("here", published=("one",))
    with FaultyServer(library=library, speed_bytes_s=2 * MB, tick_s=0.03) as fake:
        yield fake


class Run:
    """The program, and a way to have things happen inside it."""

    def __init__(self, app: App) -> None:
        self.app = app

    def act(self, *words: str, command: InstanceCommand = InstanceCommand.SHOW) -> None:
        handover = ask(command, words, self.app.data_folder, timeout_s=15)
        assert handover.outcome is Outcome.ANSWERED
        assert handover.answer.is_ok, handover.answer

    def wait_label(self, start: str) -> str:
        def found() -> str | None:
            labels = self.app.tray_item().menu().labels()
            return next((label for label in labels if label.startswith(start)), None)

        return self.app.wait_for(found, message=f"no menu entry {start!r}")

    def status(self) -> dict[str, object]:
        answer = ask(InstanceCommand.STATUS, (), self.app.data_folder, timeout_s=15).answer
        return dict(answer.data)

    def start_pull(self) -> None:
        """Begin a download that goes on for longer than any test."""
        self.act("one", command=InstanceCommand.PULL)

        def is_running() -> bool:
            rows = self.status().get("downloads")
            return isinstance(rows, list) and any(row["completed_bytes"] for row in rows)

        self.app.wait_for(is_running, message="no download began")

    def queue(self) -> list[dict[str, object]]:
        """The downloads on disk."""
        file = paths(self.app.data_folder).queue_file
        return list(json.loads(file.read_text(encoding="utf-8"))["items"])

    def log(self) -> str:
        return paths(self.app.data_folder).log_file.read_text(encoding="utf-8")


StartRun = Callable[..., Run]


@pytest.fixture
def start_run(
    start_app: StartApp, server: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> StartRun:
    """Return a function that starts the program on a desktop with `server`."""

    def start(desktop: VirtualDesktop, *arguments: str, expected_code: int = 0) -> Run:
        monkeypatch.setenv("XDG_RUNTIME_DIR", desktop.environment["XDG_RUNTIME_DIR"])
        desktop.environment["OLLAMA_HOST"] = server.url
        desktop.environment["HTTPS_PROXY"] = "http://127.0.0.1:9"
        app = start_app(
            desktop,
            *("--data-dir", str(tmp_path / "data"), *arguments),
            command=[sys.executable, PROGRAM],
            # As it is for people: nobody else writes down how a process died.
            environment={"PYTHONFAULTHANDLER": ""},
            expected_code=expected_code,
        )
        run = Run(app)
        app.wait_for(lambda: run.status().get("state") == "online", message="not online")
        return run

    return start


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("is_hidden", [True, False])
def test_a_signal_ends_it_with_a_download_running(
    shared_desktop: VirtualDesktop, start_run: StartRun, number: signal.Signals, is_hidden: bool
) -> None:
    run = start_run(shared_desktop, *(["--hidden"] if is_hidden else []))
    if not is_hidden:
        run.app.window("Ollama Tray")
    run.start_pull()
    run.app.process.signal(number)
    assert run.app.wait() == 0
    (row,) = run.queue()
    assert row["name"] == "one:latest"
    again = start_run(shared_desktop, "--hidden")
    assert again.wait_label("one:latest, ")


@pytest.mark.parametrize("fake_desktop", [{"tray": True}, {"tray": False}], indirect=True)
def test_the_end_of_the_session_asks_nothing(
    fake_desktop: VirtualDesktop, start_run: StartRun
) -> None:
    run = start_run(fake_desktop)
    run.app.window("Ollama Tray")
    run.start_pull()
    run.act("session")
    assert run.app.wait() == 0
    assert [row["name"] for row in run.queue()] == ["one:latest"]


@pytest.mark.parametrize("fake_desktop", [{"tray": False}], indirect=True)
def test_closing_the_window_without_a_tray_asks_when_downloads_run(
    fake_desktop: VirtualDesktop, start_run: StartRun
) -> None:
    run = start_run(fake_desktop)
    window = run.app.window("Ollama Tray")
    run.start_pull()
    fake_desktop.screen.close(window)
    question = run.app.window("Quit")
    fake_desktop.screen.focus(question)
    fake_desktop.screen.keys("Escape")
    wait_for(lambda: len(fake_desktop.screen.windows(run.app.pid)) == 1)
    assert run.status()["state"] == "online"
    fake_desktop.screen.close(window)
    fake_desktop.screen.focus(run.app.window("Quit"))
    fake_desktop.screen.keys("Tab", "Return")
    assert run.app.wait() == 0


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("slot", "a slot in MainThread"),
        ("worker", "a slot in"),
        ("thread", "a plain thread"),
    ],
)
@pytest.mark.allow_logs("Broken: a ")
def test_an_error_that_nobody_caught_is_told_once_and_survived(
    fake_desktop: VirtualDesktop, start_run: StartRun, act: str, said: str
) -> None:
    run = start_run(fake_desktop, "--hidden")
    run.act(act)
    box = run.app.window(CRASH_TITLE)
    wait_for(lambda: f"Broken: {said}" in run.log())
    assert "Traceback (most recent call last)" in run.log()
    assert str(Path.home()) not in run.log()
    run.act(act)  # the same again: no second dialog, and not told twice in the log
    assert run.status()["state"] == "online"
    fake_desktop.screen.focus(box)
    fake_desktop.screen.keys("Escape")
    fake_desktop.screen.wait_no_window(CRASH_TITLE)
    assert run.log().count("Traceback (most recent call last)") == 1
    run.start_pull()
    run.app.end()
    again = start_run(fake_desktop, "--hidden")
    assert again.wait_label("one:latest, ")


@pytest.mark.allow_logs("Broken: a ")
def test_many_errors_are_one_dialog(fake_desktop: VirtualDesktop, start_run: StartRun) -> None:
    run = start_run(fake_desktop)
    run.app.window("Ollama Tray")
    run.act("storm")

    def copied() -> str:
        run.act("press", "C&opy")
        run.act("clipboard")
        return run.app.output().rpartition("<end>")[0].rpartition("<end>")[2]

    def dialogs() -> list[Window]:
        found = fake_desktop.screen.windows(run.app.pid)
        return [window for window in found if CRASH_TITLE in window.title]

    box = run.app.window(CRASH_TITLE)
    run.app.wait_for(
        lambda: "… and 59 more errors since then." in copied(), message="not all are counted"
    )
    assert copied().count("Traceback (most recent call last)") == 3
    assert [window.id for window in dialogs()] == [box.id]
    assert run.log().count("not caught in thread") == 6  # the first and the tenth of each
    fake_desktop.screen.focus(box)
    fake_desktop.screen.keys("Escape")
    fake_desktop.screen.wait_no_window(CRASH_TITLE)
    run.act("storm")  # nothing that was not told already …
    run.act("slot")  # … but this
    run.app.window(CRASH_TITLE)
    run.app.wait_for(lambda: "Broken: a slot in" in copied(), message="not told")
    assert "Broken: a storm" not in copied()
    assert len(dialogs()) == 1


@pytest.mark.parametrize(
    ("act", "code"), [("segfault", -signal.SIGSEGV), ("abort", -signal.SIGABRT)]
)
def test_a_hard_crash_leaves_a_trace_and_does_not_block_the_next_start(
    fake_desktop: VirtualDesktop, start_run: StartRun, act: str, code: int
) -> None:
    run = start_run(fake_desktop, "--hidden", expected_code=code)
    run.start_pull()
    run.act(act)
    assert run.app.wait() == code
    trace = (paths(run.app.data_folder).log / "crash.log").read_text(encoding="utf-8")
    assert f"do_{act}" in trace
    again = start_run(fake_desktop, "--hidden")
    assert again.wait_label("one:latest, ")


@pytest.mark.allow_logs("X11 connection broke")
def test_the_screen_goes_away_under_it(start_run: StartRun) -> None:
    require(*TOOLS[Mode.FAKE])
    with VirtualDesktop(Mode.FAKE) as first:
        run = start_run(first, "--hidden", expected_code=1)
        run.start_pull()
        first.kill_screen()
        code = run.app.wait()
        assert code == 1
    assert [row["name"] for row in run.queue()] == ["one:latest"]


def test_diagnostics_of_the_running_program(
    fake_desktop: VirtualDesktop, start_run: StartRun
) -> None:
    run = start_run(fake_desktop)
    run.app.window("Ollama Tray")
    run.act("diagnostics")
    run.app.wait_output("Last errors in the log" if "W " in run.log() else "Folders")
    said = run.app.output()
    assert "Window system: xcb" in said
    assert "Notifications: fake 1" in said
    assert "Tray: yes" in said
    assert "1 model, answered in" in said
