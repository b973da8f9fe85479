"""The virtual desktop itself, with a tiny tray program in place of Ollama Tray."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.desktop.conftest import StartApp
from tests.desktop.harness.bus import Bus
from tests.desktop.harness.desktop import TOOLS, Mode, VirtualDesktop
from tests.desktop.harness.monitor import NotificationMonitor
from tests.desktop.harness.processes import pids_marked
from tests.desktop.harness.program import CRASH_TITLE, ROOT, App
from tests.support.tools import require
from tests.support.waiting import wait_for
from tray_app.desktop.instance.single_instance import InstanceCommand, ask

LOGGING = """import logging, os; os.makedirs("data/log", exist_ok=True)
logging.basicConfig(filename="data/log/the.log", level="INFO",
    format="%(asctime)s %(levelname).1s %(threadName)s %(name)s: %(message)s")
log = logging.getLogger("x")"""
DIALOG = """
import signal, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel
application = QApplication(sys.argv)
asked = []
signal.signal(signal.SIGTERM, lambda *_: asked.append(1))
ticking = QTimer()
ticking.timeout.connect(lambda: asked and application.quit())
ticking.start(50)
label = QLabel("Hello")
label.setWindowTitle(sys.argv[1])
label.show()
sys.exit(application.exec())
"""
TINY = [sys.executable, str(Path(__file__).with_name("tiny_tray.py"))]


@pytest.fixture(params=["full", "fake"])
def any_desktop(request: pytest.FixtureRequest) -> VirtualDesktop:
    found: VirtualDesktop = request.getfixturevalue(
        "desktop" if request.param == "full" else "fake_desktop"
    )
    return found


def test_tray_item_is_found_and_driven(any_desktop: VirtualDesktop, start_app: StartApp) -> None:
    app = start_app(any_desktop, command=TINY)
    item = app.tray_item()
    assert item.pid == app.pid
    assert item.tooltip() == "Tiny tray"
    menu = item.menu()
    assert menu.labels() == ["Show window", "Notify", "-", "Keep awake", "a_b", "More", "Quit"]
    assert menu.find("More").labels() == ["Red", "Never"]
    assert not menu.find("More", "Never").is_enabled
    assert menu.find("Keep awake").is_checked is False
    assert menu.find("Quit").is_checked is None

    item.click("Keep awake")
    wait_for(lambda: item.menu().find("Keep awake").is_checked)

    blue = item.pixmap()
    item.click("More", "Red")
    wait_for(lambda: item.tooltip() == "Red now")
    assert item.pixmap() != blue

    with pytest.raises(AssertionError, match="disabled"):
        item.click("More", "Never")
    with pytest.raises(AssertionError, match="no menu entry 'Sing'"):
        item.click("Sing")
    assert app.quit("Quit") == 0


def test_window_comes_and_is_seen(
    any_desktop: VirtualDesktop, start_app: StartApp, tmp_path: Path
) -> None:
    app = start_app(any_desktop, command=TINY)
    item = app.tray_item()
    assert any_desktop.screen.windows(app.pid) == []
    item.activate()
    window = app.window("Tiny")
    assert (window.width, window.height) == (300, 200)
    picture = any_desktop.screen.picture(tmp_path / "screen.png")
    assert picture.read_bytes().startswith(b"\x89PNG")
    any_desktop.screen.close(window)
    any_desktop.screen.wait_no_window("Tiny")


def test_notification_is_recorded(any_desktop: VirtualDesktop, start_app: StartApp) -> None:
    app = start_app(any_desktop, command=TINY)
    app.tray_item().click("Notify")
    one = any_desktop.notifications.wait(lambda one: one.title == "Title")
    assert one.body == "Body <b>text</b>"
    assert one.error is None
    assert one.id


def test_click_on_a_notification_reaches_the_program(
    fake_desktop: VirtualDesktop, start_app: StartApp
) -> None:
    app = start_app(fake_desktop, command=TINY)
    app.tray_item().click("Notify")
    one = fake_desktop.notifications.wait()
    assert one.id is not None
    fake_desktop.services.click(one.id)
    app.wait_output("clicked")
    fake_desktop.services.dismiss(one.id)
    wait_for(lambda: fake_desktop.notifications.recorded()[0].is_closed)


@pytest.mark.parametrize("fake_desktop", [{"notifications": False}], indirect=True)
def test_without_notifications_the_call_fails(
    fake_desktop: VirtualDesktop, start_app: StartApp
) -> None:
    app = start_app(fake_desktop, command=TINY)
    item = app.tray_item()
    assert not fake_desktop.bus.has_owner("org.freedesktop.Notifications")
    item.click("Notify")
    assert fake_desktop.notifications.wait().error == "org.freedesktop.DBus.Error.ServiceUnknown"
    fake_desktop.services.start_notifications()
    item.click("Notify")
    assert fake_desktop.notifications.wait(lambda one: one.error is None).title == "Title"


@pytest.mark.parametrize("fake_desktop", [{"tray": False}], indirect=True)
def test_without_a_tray_the_program_knows(
    fake_desktop: VirtualDesktop, start_app: StartApp
) -> None:
    app = start_app(fake_desktop, command=TINY)
    app.wait_output("no tray")
    assert not fake_desktop.tray.is_there()
    fake_desktop.services.start_tray()
    assert fake_desktop.tray.is_there()


def test_an_item_comes_back_to_a_restarted_tray_and_goes_with_its_program(
    fake_desktop: VirtualDesktop, start_app: StartApp
) -> None:
    app = start_app(fake_desktop, command=TINY)
    app.tray_item()
    fake_desktop.services.stop_tray()
    assert fake_desktop.tray.items() == []
    fake_desktop.services.start_tray()
    assert app.tray_item().tooltip() == "Tiny tray"
    app.end()
    wait_for(lambda: fake_desktop.tray.items() == [])


def test_a_bare_desktop_has_nothing(bare_desktop: VirtualDesktop, start_app: StartApp) -> None:
    app = start_app(bare_desktop, command=TINY)
    app.wait_output("no tray")
    assert not bare_desktop.tray.is_there()
    assert not bare_desktop.bus.has_owner("org.freedesktop.Notifications")


def test_connections_leave_no_open_file_behind(bare_desktop: VirtualDesktop) -> None:
    files = Path("/proc/self/fd")
    before = len(list(files.iterdir()))
    for _ in range(3):
        Bus(bare_desktop.address).close()
        NotificationMonitor(bare_desktop.address).close()
    assert len(list(files.iterdir())) <= before


def test_nothing_of_a_desktop_outlives_it(desktop: VirtualDesktop) -> None:
    marker = desktop.environment["VIRTUAL_DESKTOP"]
    folder = desktop.folder
    assert len(pids_marked("VIRTUAL_DESKTOP", marker)) >= 5
    desktop.stop()
    assert pids_marked("VIRTUAL_DESKTOP", marker) == []
    assert not folder.exists()


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("import sys; sys.exit(3)", "exit code 3"),
        ("raise KeyError('x')", "exit code 1"),
        ("import os; os.abort()", "exit code -6"),
        ("import sys; print('Traceback (most recent call last):')", "it printed:"),
        ("import sys; print('QThread: Destroyed while thread is still running')", "it printed:"),
        (f"{LOGGING}; log.warning('x'); log.info('y')", r"it wrote to the\.log:\n.* W .*: x$"),
        (f"{LOGGING}; log.critical('x')\ntry: 1 / 0\nexcept Exception: log.exception('z')",
         r"(?s)it wrote to the\.log:\n.* C .*: x\n.*: z\nTraceback.*ZeroDivisionError"),
        (f"{LOGGING}; open('data/log/crash.log', 'w').write('Stack:')", "hung or died:\nStack:"),
    ],
)  # fmt: skip
def test_a_bad_end_fails(
    bare_desktop: VirtualDesktop, tmp_path: Path, code: str, complaint: str
) -> None:
    app = App(bare_desktop, tmp_path, command=[sys.executable, "-c", code])
    app.wait()
    with pytest.raises(AssertionError, match=complaint):
        app.end()


@pytest.mark.parametrize("code", [f"{LOGGING}; log.info('x')", f"{LOGGING}; log.error('a fault')"])
def test_what_is_expected_may_be_logged(
    bare_desktop: VirtualDesktop, tmp_path: Path, code: str
) -> None:
    allowed = ("a fau.t",)
    command = [sys.executable, "-c", code]
    app = App(bare_desktop, tmp_path, command=command, allowed_logs=allowed)
    app.wait()
    app.end()
    # What an earlier run has logged is not held against a later one.
    with App(bare_desktop, tmp_path, command=[sys.executable, "-c", LOGGING]) as again:
        again.wait()


@pytest.mark.allow_logs("Broken: a slot")
def test_a_fault_in_the_program_fails_the_test(
    fake_desktop: VirtualDesktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", fake_desktop.environment["XDG_RUNTIME_DIR"])
    program = Path(__file__).with_name("breaking_program.py")
    data = tmp_path / "data"
    command = [sys.executable, str(program), "--data-dir", str(data)]
    app = App(fake_desktop, tmp_path, command=command)
    app.window("Ollama Tray")
    ask(InstanceCommand.SHOW, ("slot",), data, timeout_s=15)
    app.window(CRASH_TITLE)
    with pytest.raises(AssertionError, match=r"(?s)it wrote to ollama-tray\.log:.*Broken: a slot"):
        app.end()


def test_a_dialog_about_a_fault_fails_the_test(
    fake_desktop: VirtualDesktop, tmp_path: Path
) -> None:
    app = App(fake_desktop, tmp_path, command=[sys.executable, "-c", DIALOG, CRASH_TITLE])
    app.window(CRASH_TITLE)
    with pytest.raises(AssertionError, match="on screen at the end"):
        app.end()


def test_a_program_that_does_not_end_is_ended(bare_desktop: VirtualDesktop, tmp_path: Path) -> None:
    stubborn = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('on', flush=True); signal.pause()"
    )
    app = App(bare_desktop, tmp_path, command=[sys.executable, "-c", stubborn])
    app.wait_output("on")
    with pytest.raises(AssertionError, match="still runs"):
        app.end(timeout_s=0.2)
    assert app.process.return_code == -signal.SIGKILL


def test_the_command_line_runs_a_program_and_ends_with_it(tmp_path: Path) -> None:
    require(*TOOLS[Mode.BARE])
    state = tmp_path / "state.json"
    harness = [sys.executable, "-m", "tests.desktop.harness", "--state", str(state)]
    log = tmp_path / "log"
    with log.open("wb") as output:
        run = subprocess.Popen(
            [*harness, "run", "--", *TINY],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(lambda: "\ntray" in log.read_text(), timeout_s=30)
        menu = _drive(harness, "menu")
        assert "Tiny tray" in menu
        assert "[ ] Keep awake" in menu
        known = json.loads(state.read_text())
        assert known.get("XDG_RUNTIME_DIR") == os.environ.get("XDG_RUNTIME_DIR")
        assert known["HOME"] == os.environ["HOME"]
        picture = tmp_path / "screen.png"
        _drive(harness, "picture", str(picture))
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert str(Path.home()) not in log.read_text()
        run.send_signal(signal.SIGINT)
        assert run.wait(20) == 130
    finally:
        run.kill()
        run.wait()
    assert not state.exists()


def _drive(harness: list[str], *arguments: str) -> str:
    done = subprocess.run(
        [*harness, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout
