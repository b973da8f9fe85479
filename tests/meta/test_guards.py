"""The guards that every test runs under do fail the tests that they should fail."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[2]

_SETTINGS = """
[pytest]
qt_api = pyside6
qt_log_level_fail = WARNING
filterwarnings = error
markers =
    allow_logs
    allow_threads
"""
# With an application from the start: a thread that comes to its event loop without one warns.
_CONFTEST = """
from PySide6.QtWidgets import QApplication
from tests.support import guards
from tests.support.guards import *
from tests.support.guards import pytest_runtest_makereport, pytest_runtest_teardown
guards._GRACE_S = 0.5
APPLICATION = QApplication([])
"""

_LOGS = """
import logging
def test():
    logging.getLogger("a.b").warning("the disk is full")
"""
_EXPECTED_LOGS = """
import logging, pytest
@pytest.mark.allow_logs("disk is .*full")
def test():
    logging.getLogger("a.b").warning("the disk is very full")
"""
_OTHER_LOGS = _EXPECTED_LOGS.replace("very full", "gone")
_INFO = _LOGS.replace("warning", "info")
_THREAD = """
import threading
EVENT = threading.Event()
def test():
    threading.Thread(target=EVENT.wait, name="forgotten", daemon=True).start()
"""
_SHORT_THREAD = """
import threading
def test():
    threading.Timer(0.2, lambda: None).start()
"""
_QTHREAD = """
from PySide6.QtCore import QThread
KEPT = []
def test():
    KEPT.append(QThread(objectName="forgotten"))
    KEPT[0].start()
def test_end():
    KEPT[0].quit()
    KEPT[0].wait()
"""
_ENDED_QTHREAD = """
from PySide6.QtCore import QThread
def test():
    thread = QThread()
    thread.start()
    thread.quit()
    thread.wait()
"""
_TIMER = """
from PySide6.QtCore import QTimer
KEPT = []
def test(qtbot):
    KEPT.append(QTimer(objectName="forgotten"))
    KEPT[0].start(1000)
"""
_OWNED_TIMER = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
def test(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    QTimer(widget).start(1000)
"""
_OLD_TIMER = """
import pytest
from PySide6.QtCore import QTimer
@pytest.fixture(scope="module")
def timer():
    return QTimer(objectName="old")
def test_that_comes_first(timer, qtbot):
    pass
def test(timer, qtbot):
    timer.start(1000)
def test_that_comes_later(timer, qtbot):
    timer.stop()
"""
_CYCLE = """
import socket
def test():
    kept = [socket.socket()]
    kept.append(kept)
def test_that_comes_later():
    pass
"""
_QT_WARNING = """
from PySide6.QtCore import qWarning
def test():
    qWarning("the plug is out")
"""
_EXCEPTION_IN_SLOT = """
from PySide6.QtCore import QTimer
def test(qtbot):
    with qtbot.waitSignal(_timer().timeout):
        pass
def _timer():
    global T
    T = QTimer(singleShot=True)
    T.timeout.connect(lambda: 1 / 0)
    T.start(0)
    return T
"""
_EXCEPTION_IN_THREAD = """
import threading
def test():
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
"""
_EXCEPTION_IN_QTHREAD = """
from PySide6.QtCore import QObject, QThread, Signal, Slot
class Worker(QObject):
    asked = Signal()
    def __init__(self):
        super().__init__()
        self.asked.connect(self.work)
    @Slot()
    def work(self):
        self.thread().quit()
        raise ZeroDivisionError("in a worker")
def test(qtbot):
    thread, worker = QThread(), Worker()
    worker.moveToThread(thread)
    thread.start()
    worker.asked.emit()
    assert thread.wait(5000)
"""
_EXCEPTION_IN_DEL = """
class Mine:
    def __del__(self):
        raise ValueError("in the end")
def test():
    Mine()
"""
_EXCEPTION_IN_HANDLER = """
import logging
class Broken(logging.Handler):
    def emit(self, record):
        try:
            1 / 0
        except ZeroDivisionError:
            self.handleError(record)
def test():
    log = logging.getLogger("broken")
    log.setLevel(logging.INFO)
    log.addHandler(Broken())
    log.info("x")
    log.handlers.clear()
"""
_EXCEPTION_IN_CHILD = """
import subprocess, sys
def test():
    subprocess.run([sys.executable, "-c", "1 / 0"])
"""
_EXCEPTION_AT_THE_END = """
import pytest
from PySide6.QtCore import QTimer
@pytest.fixture
def broken(qtbot):
    yield
    timer = QTimer(singleShot=True)
    timer.timeout.connect(lambda: 1 / 0)
    timer.start(0)
    qtbot.waitUntil(lambda: not timer.isActive())
def test(broken):
    pass
"""
_EXCEPTION_IN_PAINT = """
from PySide6.QtWidgets import QWidget
class Broken(QWidget):
    def paintEvent(self, event):
        raise ValueError("no paint")
def test(qtbot):
    widget = Broken()
    qtbot.addWidget(widget)
    widget.grab()
"""
_QT_WARNING_AT_THE_END = """
import pytest
from PySide6.QtCore import qWarning
@pytest.fixture
def broken(qtbot):
    yield
    qWarning("the plug is out, at last")
def test(broken):
    pass
"""
_HOOK = """
import sys
def test():
    sys.excepthook = print
"""
_BLIND = """
import sys
from PySide6.QtCore import QCoreApplication
from tray_app.log import CrashReporter
def test(qtbot):
    reporter = CrashReporter()
    reporter.install()
    try:
        _broken()
    finally:
        reporter.uninstall()
def _broken():
    from PySide6.QtCore import QTimer
    timer = QTimer(singleShot=True)
    timer.timeout.connect(lambda: 1 / 0)
    timer.start(0)
    while timer.isActive():
        QCoreApplication.processEvents()
"""
_EXPECTED_TRACEBACK = """
import subprocess, sys, pytest
@pytest.mark.allow_logs("ZeroDivisionError")
def test():
    subprocess.run([sys.executable, "-c", "1 / 0"])
"""
_QUIET_CHILD = """
import subprocess, sys
def test():
    subprocess.run([sys.executable, "-c", "import sys; print('well', file=sys.stderr)"])
"""
_WARNING = """
import warnings
def test():
    warnings.warn("old", DeprecationWarning)
"""


_WRONG = {
    "logs": (_LOGS, "the disk is full"),
    "other_logs": (_OTHER_LOGS, "the disk is gone"),
    "thread": (_THREAD, "left behind: forgotten"),
    "qthread": (_QTHREAD, "left behind: QThread forgotten"),
    "timer": (_TIMER, "left behind: QTimer forgotten"),
    "old_timer": (_OLD_TIMER, "left behind: QTimer old"),
    "cycle": (_CYCLE, "unclosed <socket"),
    "qt_warning": (_QT_WARNING, "the plug is out"),
    "slot": (_EXCEPTION_IN_SLOT, "ZeroDivisionError"),
    "slot_in_worker": (_EXCEPTION_IN_QTHREAD, "ZeroDivisionError: in a worker"),
    "plain_thread": (_EXCEPTION_IN_THREAD, "ZeroDivisionError"),
    "paint": (_EXCEPTION_IN_PAINT, "paintEvent(): no paint"),
    "del": (_EXCEPTION_IN_DEL, "ValueError: in the end"),
    "handler": (_EXCEPTION_IN_HANDLER, "--- Logging error ---"),
    "child": (_EXCEPTION_IN_CHILD, "ZeroDivisionError"),
    "slot_at_the_end": (_EXCEPTION_AT_THE_END, "ZeroDivisionError"),
    "qt_warning_at_the_end": (_QT_WARNING_AT_THE_END, "the plug is out, at last"),
    "hook": (_HOOK, "left behind: sys.excepthook"),
    "reporter": (_BLIND, "CRITICAL tray_app.log: not caught in thread MainThread"),
    "warning": (_WARNING, "DeprecationWarning: old"),
}
_RIGHT = {
    "info": _INFO,
    "expected_logs": _EXPECTED_LOGS,
    "short_thread": _SHORT_THREAD,
    "ended_qthread": _ENDED_QTHREAD,
    "owned_timer": _OWNED_TIMER,
    "expected_traceback": _EXPECTED_TRACEBACK,
    "quiet_child": _QUIET_CHILD,
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One inner session of all the snippets: file → "" if all passed, else what was said."""
    folder = tmp_path_factory.mktemp("inner")
    (folder / "pytest.ini").write_text(_SETTINGS)
    (folder / "conftest.py").write_text(_CONFTEST)
    for name, text in ({k: v[0] for k, v in _WRONG.items()} | _RIGHT).items():
        (folder / f"test_{name}.py").write_text(text)
    report = folder / "report.xml"
    subprocess.run(
        [sys.executable, "-m", "pytest", f"--junitxml={report}", "-p", "no:cacheprovider", folder],
        cwd=ROOT,
        check=False,
        capture_output=True,
        timeout=100,
    )
    found: dict[str, str] = {}
    for case in ET.parse(report).iter("testcase"):
        name = case.attrib["classname"].rpartition("test_")[2]
        complaints = "".join(
            f"{child.get('message')}\n{child.text}\n"
            for child in case
            if child.tag in ("failure", "error")
        )
        found[name] = found.get(name, "") + complaints
    return found


@pytest.mark.parametrize("name", _WRONG)
def test_what_is_wrong_fails(outcomes: dict[str, str], name: str) -> None:
    assert _WRONG[name][1] in outcomes[name]


@pytest.mark.parametrize("name", _RIGHT)
def test_what_is_right_passes(outcomes: dict[str, str], name: str) -> None:
    assert outcomes[name] == ""
