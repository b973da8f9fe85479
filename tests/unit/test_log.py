"""The log file, what is kept out of it, and what nobody caught."""

import logging
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, qWarning
from pytestqt.qtbot import QtBot

from tray_app import log
from tray_app.core.payloads import Crashes
from tray_app.paths import CRASH_FILE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """A log file in use."""
    path = tmp_path / "log" / "ollama-tray.log"
    root = logging.getLogger()
    level = root.level
    log.set_up(path)
    yield path
    log.take_down()
    root.setLevel(level)


def content(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_lines_have_time_level_thread_and_origin(file: Path) -> None:
    logging.getLogger("tray_app.x").info("hello %s", "there")
    assert content(file).splitlines()[-1].endswith(" I MainThread tray_app.x: hello there")


def test_debug_only_when_verbose(file: Path) -> None:
    logging.getLogger("tray_app.x").debug("one")
    log.set_up(file, is_verbose=True)
    logging.getLogger("tray_app.x").debug("two")
    assert "one" not in content(file)
    assert "two" in content(file)


def test_setting_up_again_does_not_double_lines(file: Path) -> None:
    log.set_up(file)
    log.set_up(file)
    logging.getLogger("tray_app.x").info("only once")
    assert content(file).count("only once") == 1


def test_nothing_goes_to_stderr_unasked(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("tray_app.x").info("quiet")
    assert capsys.readouterr().err == ""


def test_stderr_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up(None, to_stderr=True)
    try:
        logging.getLogger("tray_app.x").info("loud")
    finally:
        log.take_down()
    captured = capsys.readouterr()
    assert "loud" in captured.err
    assert captured.out == ""


@pytest.mark.allow_logs("no log file")
def test_a_folder_that_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log").write_text("in the way")
    log.set_up(tmp_path / "log" / "x.log")
    log.take_down()
    assert "no log file" in capsys.readouterr().err


def test_the_file_rotates(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_MAX_BYTES", 2000)
    log.set_up(file)
    for number in range(200):
        logging.getLogger("tray_app.x").info("line %d", number)
    files = sorted(entry.name for entry in file.parent.iterdir())
    assert files == [file.name, *(f"{file.name}.{n}" for n in (1, 2, 3))]
    assert "line 199" in content(file)


def test_a_server_cannot_forge_lines(file: Path) -> None:
    before = len(content(file).splitlines())
    logging.getLogger("tray_app.x").info("says %s", "a\n2026 I MainThread x: b\x1b[31m\u202e\r\n")
    lines = content(file).splitlines()
    assert len(lines) == before + 1
    assert "\\n2026" in lines[-1]
    assert "\x1b" not in lines[-1]


def test_a_megabyte_is_cut(file: Path) -> None:
    logging.getLogger("tray_app.x").info("x" * 1_000_000)
    assert len(content(file)) < 20_000


def test_lone_surrogates_do_not_break_logging(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("tray_app.x").info("odd \ud83d end")
    assert "end" in content(file)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "raw",
    [
        "Authorization: Bearer hunter2hunter2",
        "{'Authorization': 'Bearer hunter2hunter2', 'Accept': '*/*'}",
        "{'authorization': b'Basic hunter2'}",
        "authorization=hunter2",
        "Proxy-Authorization: Basic hunter2",
        "Cookie: hunter2",
        "X-Api-Key: hunter2",
        "api_key=hunter2",
        "GET http://me:hunter2@nas:11434/api/tags",
        "proxy https://hunter2@proxy.example:8080 refused",
        "?token=hunter2&x=1",
        '{"access_token": "hunter2"}',
        "password: hunter2",
        "sent Bearer hunter2hunter2 along",
    ],
)
def test_secrets_stay_out(file: Path, raw: str) -> None:
    logging.getLogger("tray_app.x").info("request failed: %s", raw)
    assert "hunter2" not in content(file)
    assert "request failed" in content(file)
    assert "•••" in content(file)


@pytest.mark.parametrize(
    "raw",
    [
        "GET http://127.0.0.1:11434/api/tags",
        "pulled hf.co/user/repo:Q4_K_M",
        "151936 tokens",
        "the tokenizer.ggml.tokens list has 3 values",
        "me@example.com",
    ],
)
def test_ordinary_lines_stay_as_they_are(raw: str) -> None:
    assert log.without_secrets(raw) == raw


@given(st.text())
def test_the_filter_never_fails(raw: str) -> None:
    assert isinstance(log.without_secrets(raw), str)


def test_the_home_folder_is_not_named(file: Path) -> None:
    logging.getLogger("tray_app.x").info("models in %s", Path.home() / "models")
    assert str(Path.home()) not in content(file)
    assert "~" in content(file)


def test_tracebacks_are_cleaned_too(file: Path) -> None:
    try:
        raise RuntimeError("http://me:hunter2@nas")
    except RuntimeError:
        logging.getLogger("tray_app.x").info("failed", exc_info=True)
    assert "Traceback" in content(file)
    assert "hunter2" not in content(file)


@pytest.mark.allow_logs("from Qt")
def test_messages_of_qt_are_logged(file: Path) -> None:
    qWarning("a warning from Qt")
    assert content(file).splitlines()[-1].endswith(" W MainThread qt: a warning from Qt")


@pytest.fixture
def reporter(qapp: QCoreApplication) -> Iterator[log.CrashReporter]:
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    made = log.CrashReporter()
    made.install()
    yield made
    made.uninstall()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == hooks


def crash(message: str) -> None:
    try:
        raise RuntimeError(message)
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)


def fail_here(message: str) -> None:
    raise RuntimeError(message)


def report(error: Exception) -> None:
    """As Python does with what nobody caught."""
    sys.excepthook(type(error), error, error.__traceback__)


def crash_elsewhere(message: str) -> None:
    try:
        fail_here(message)
    except RuntimeError as error:
        report(error)


@pytest.mark.allow_logs("not caught in thread")
def test_crashes_are_told_later_and_together(
    reporter: log.CrashReporter, qtbot: QtBot, file: Path
) -> None:
    seen: list[Crashes] = []
    reporter.crashed.connect(seen.append)
    for number in range(30):
        crash(f"token=hunter2 {number}")
    assert seen == [], "not inside the handler that failed"
    qtbot.waitUntil(lambda: bool(seen))
    assert [(len(one.traces), one.count) for one in seen] == [(1, 30)]
    assert "RuntimeError" in seen[0].traces[0]
    assert "hunter2" not in seen[0].traces[0]
    crash("once more")
    crash_elsewhere("another")
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert (len(seen[1].traces), seen[1].count) == (2, 32)
    assert seen[1].traces[0] == seen[0].traces[0]
    assert "fail_here" in seen[1].traces[1]
    since = seen[1].since(seen[0])
    assert (since.traces, since.count) == (seen[1].traces[1:], 2)


@pytest.mark.allow_logs("not caught in thread")
def test_a_storm_is_told_at_a_walk(
    reporter: log.CrashReporter, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Showing the dialog may be what fails, each time anew."""
    reporter._pace.setInterval(100)
    seen: list[Crashes] = []

    def fail_again(crashes: Crashes) -> None:
        seen.append(crashes)
        crash("again")

    reporter.crashed.connect(fail_again)
    crash("first")
    times: list[float] = []
    reporter.crashed.connect(lambda _: times.append(time.monotonic()))
    qtbot.waitUntil(lambda: len(seen) >= 4)
    reporter.crashed.disconnect(fail_again)
    assert [one.count for one in seen[:4]] == [1, 2, 3, 4]
    assert all(after - before > 0.08 for before, after in pairwise(times))


@pytest.mark.allow_logs("not caught in thread")
def test_what_is_kept_of_crashes_is_bounded(
    reporter: log.CrashReporter, qtbot: QtBot, file: Path
) -> None:
    seen: list[Crashes] = []
    reporter.crashed.connect(seen.append)
    for number in range(40):
        try:
            exec(compile("x" * 20_000, f"<code {number}>", "exec"))
        except NameError as error:
            report(error)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0].count == 40
    assert len(seen[0].traces) == 20
    assert sum(map(len, seen[0].traces)) < 210_000
    assert len(content(file)) < 500_000


@pytest.mark.allow_logs("not caught in thread", "poll broke")
def test_the_same_traceback_is_counted_not_written(reporter: log.CrashReporter, file: Path) -> None:
    for number in range(1234):
        crash(f"number {number}")
        try:
            fail_here("each time")
        except RuntimeError:
            logging.getLogger("tray_app.x").exception("poll broke")
    crash_elsewhere("another")
    lines = content(file).splitlines()
    for words in ("C MainThread tray_app.log: not caught", "E MainThread tray_app.x: poll broke"):
        told = [line for line in lines if words in line]
        ends = [line.partition(" (")[2] for line in told]
        assert ends[:4] == ["", "10 times by now)", "100 times by now)", "1000 times by now)"]
        assert len(told) == (5 if "caught" in words else 4)
    assert sum("Traceback" in line for line in lines) == 9
    assert "RuntimeError: another" in content(file)


@pytest.mark.allow_logs("not caught in thread worker")
def test_a_crash_in_a_thread_is_told_in_the_gui_thread(
    reporter: log.CrashReporter, qtbot: QtBot
) -> None:
    threads: list[threading.Thread] = []
    reporter.crashed.connect(lambda _: threads.append(threading.current_thread()))

    def fail() -> None:
        raise ValueError("in a thread")

    thread = threading.Thread(target=fail, name="worker")
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(threads))
    assert threads == [threading.main_thread()]


def test_leaving_is_no_crash(reporter: log.CrashReporter, qtbot: QtBot) -> None:
    seen: list[Crashes] = []
    reporter.crashed.connect(seen.append)

    def leave() -> None:
        raise SystemExit(3)

    thread = threading.Thread(target=leave, name="worker")
    thread.start()
    thread.join()
    QCoreApplication.sendPostedEvents()
    assert seen == []


@pytest.mark.allow_logs("not raisable")
def test_faults_of_destructors_are_only_logged(
    reporter: log.CrashReporter, caplog: pytest.LogCaptureFixture
) -> None:
    class Faulty:
        def __del__(self) -> None:
            raise ValueError("in a destructor")

    seen: list[Crashes] = []
    reporter.crashed.connect(seen.append)
    Faulty()
    QCoreApplication.sendPostedEvents()
    assert "not raisable" in caplog.text
    assert seen == []


@pytest.mark.skipif(
    sys.platform == "win32" or not Path("/dev/full").exists(), reason="needs /dev/full"
)
def test_a_full_disk_is_no_reason_for_tracebacks(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ollama-tray.log").symlink_to("/dev/full")
    (tmp_path / CRASH_FILE).symlink_to("/dev/full")
    log.set_up(tmp_path / "ollama-tray.log")
    logging.getLogger("tray_app.x").info("no room for this")
    log.take_down()
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
@pytest.mark.parametrize("umask", [0o000, 0o022], ids=oct)
def test_the_log_is_nobody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, umask: int
) -> None:
    monkeypatch.setattr(log, "_MAX_BYTES", 1000)
    path = tmp_path / "deeper" / "log" / "ollama-tray.log"
    old = os.umask(umask)
    try:
        log.set_up(path)
        for number in range(30):
            logging.getLogger("tray_app.x").info("line %d, and some more words", number)
        log.take_down()
    finally:
        os.umask(old)
    assert len(list(path.parent.iterdir())) > 2
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


FAILING_PAINT = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QWidget
from tray_app.log import CrashReporter

class Failing(QWidget):
    def paintEvent(self, event):
        painter = QPainter(self)
        painter.drawPoint(1, 1)
        1 // 0

app = QApplication([])
told = []
reporter = CrashReporter()
reporter.crashed.connect(lambda crashes: told.append(len(crashes.traces)))
reporter.install()
for _ in range(3):
    widget = Failing()
    widget.show()
    QApplication.processEvents()
    widget.deleteLater()
QTimer.singleShot(0, app.quit)
app.exec()
reporter.uninstall()
sys.exit(0 if told == [1] else 1)
"""


def test_a_paint_that_fails_does_not_end_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAILING_PAINT],
        cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"Painter" not in done.stderr
