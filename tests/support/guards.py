"""What fails a test for what it leaves behind, logs or prints, on top of what it asserts.

Used by every test through tests/conftest.py. Until the end of the test's own code, exceptions in
slots and Qt's warnings (`qt_log_level_fail` in pyproject.toml) are failed by pytest-qt; what comes
while its fixtures are taken down, and what other code prints, is failed here.
"""

import gc
import logging
import re
import sys
import threading
import weakref
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.complaints import complaints
from tests.support.waiting import wait_for

_GRACE_S = 10.0
_TASKS = Path("/proc/self/task")
_HOOKS = ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook"))
_has_failed = pytest.StashKey[bool]()
_older_qt_objects: weakref.WeakSet[Any] = weakref.WeakSet()
"""Threads and timers that were there before the test that is running."""


class _Recorder(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def no_unexpected_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test that logs at WARNING or above, unless `@pytest.mark.allow_logs` expects it."""
    recorder = _Recorder()
    root = logging.getLogger()
    root.addHandler(recorder)
    yield
    root.removeHandler(recorder)
    patterns = allowed_logs(request.node)
    unexpected = [
        f"{record.levelname} {record.name}: {record.getMessage()}"
        for record in recorder.records
        if not any(re.search(pattern, record.getMessage()) for pattern in patterns)
    ]
    if unexpected:
        pytest.fail("unexpected log records:\n  " + "\n  ".join(unexpected), pytrace=False)


def allowed_logs(item: pytest.Item) -> tuple[str, ...]:
    """Regular expressions for what a test expects to be logged or printed."""
    marker = item.get_closest_marker("allow_logs")
    return () if marker is None else (marker.args or ("",))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail the test during which a traceback or a warning of Qt's was printed, by whomever:
    handlers of logging, code without a handler, child processes."""
    report = yield
    if report.failed:
        item.stash[_has_failed] = True
    elif report.when == "teardown" and not item.stash.get(_has_failed, False):
        printed = "\n".join(text for name, text in report.sections if "stderr" in name)
        found = complaints(printed, allowed_logs(item))
        if found:
            report.outcome = "failed"
            report.longrepr = "printed to stderr:\n" + "\n".join(found)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Fail the test whose fixtures make Qt warn; pytest-qt listens no more by then."""
    core = sys.modules.get("PySide6.QtCore")
    if core is None:
        return (yield)
    said: list[str] = []
    harmless = (core.QtMsgType.QtDebugMsg, core.QtMsgType.QtInfoMsg)

    def listen(kind: Any, _: Any, message: str) -> None:
        if kind not in harmless:
            said.append(message)

    before = core.qInstallMessageHandler(listen)
    try:
        result = yield
    finally:
        core.qInstallMessageHandler(before)
    ignored = [pattern for mark in item.iter_markers("qt_log_ignore") for pattern in mark.args]
    unexpected = [text for text in said if not any(re.search(one, text) for one in ignored)]
    if unexpected:
        pytest.fail("Qt warned at the end:\n  " + "\n  ".join(unexpected), pytrace=False)
    return result


@pytest.fixture(autouse=True)
def hooks_given_back() -> Iterator[None]:
    """Fail the test that goes on catching what nobody caught: later tests would pass blindly."""
    before = [getattr(module, name) for module, name in _HOOKS]
    yield
    left = []
    for (module, name), hook in zip(_HOOKS, before, strict=True):
        # pytest-qt takes its own back once it has caught something.
        if getattr(module, name) not in (hook, getattr(module, f"__{name}__")):
            setattr(module, name, hook)
            left.append(f"{module.__name__}.{name}")
    if left:
        pytest.fail("left behind: " + ", ".join(left), pytrace=False)


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test that leaves a Python thread, a QThread or a running QTimer behind.

    What is there before a test is frozen: neither the collector nor this guard has to walk through
    all that the tests of a whole run have made. Garbage is collected before the next test begins,
    so that what it says in its end is told of the test that made it, or of its neighbor."""
    gc.collect()
    _older_qt_objects.update(_new_qt_objects())
    gc.freeze()
    before = set(threading.enumerate())
    tasks_before = _native_tasks()
    uses_qt = bool({"qtbot", "qapp"} & set(request.fixturenames))
    objects_before = {id(found) for found in _running_qt_objects()} if uses_qt else set()
    yield
    marker = request.node.get_closest_marker("allow_threads")
    allowed = re.compile("|".join(marker.args)) if marker is not None else None

    def threads_left() -> list[str]:
        return [
            thread.name
            for thread in threading.enumerate()
            if thread not in before
            # One per foreign thread that ran Python; it stays listed after its end.
            and not isinstance(thread, threading._DummyThread)
            and thread.is_alive()
            and not (allowed and allowed.search(thread.name))
        ]

    def objects_left() -> list[str]:
        if not uses_qt and _native_tasks() == tasks_before:
            return []
        return [
            _describe(found)
            for found in _running_qt_objects()
            if id(found) not in objects_before
            and not (allowed and allowed.search(found.objectName()))
        ]

    def is_clean() -> bool:
        if not threads_left() and not objects_left():
            return True
        _delete_what_is_due()
        return False

    try:
        wait_for(is_clean, timeout_s=_GRACE_S, interval_s=0.02)
    except AssertionError:
        pytest.fail("left behind: " + ", ".join(threads_left() + objects_left()), pytrace=False)


def _native_tasks() -> frozenset[str]:
    # Cheap, so that the walk through all objects is done only where there is something to find.
    return frozenset(task.name for task in _TASKS.iterdir()) if _TASKS.is_dir() else frozenset("?")


def _running_qt_objects() -> list[Any]:
    core = sys.modules.get("PySide6.QtCore")
    if core is None:
        return []
    from shiboken6 import isValid

    return [
        candidate
        for candidate in {*_older_qt_objects, *_new_qt_objects()}
        if isValid(candidate)
        and (
            candidate.isActive()
            if isinstance(candidate, core.QTimer)
            else candidate.isRunning() and not _is_main_or_adopted(candidate, core)
        )
    ]


def _new_qt_objects() -> list[Any]:
    """All threads and timers that the collector knows and that are not frozen."""
    core = sys.modules.get("PySide6.QtCore")
    if core is None:
        return []
    # Asking a set is several times as fast as issubclass(), for hundreds of thousands of objects.
    kinds = _with_subclasses(core.QThread) | _with_subclasses(core.QTimer)
    return [candidate for candidate in gc.get_objects() if type(candidate) in kinds]


def _with_subclasses(kind: type) -> set[type]:
    found = {kind}
    subclasses: list[type] = type.__subclasses__(kind)
    for subclass in subclasses:
        found |= _with_subclasses(subclass)
    return found


def _is_main_or_adopted(thread: Any, core: Any) -> bool:
    application = core.QCoreApplication.instance()
    is_main = thread is (application.thread() if application else core.QThread.currentThread())
    return is_main or thread.metaObject().className() == "QAdoptedThread"


def _delete_what_is_due() -> None:
    gc.collect()
    core = sys.modules.get("PySide6.QtCore")
    application = core.QCoreApplication.instance() if core else None
    if core is not None and application is not None:
        core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)
        application.processEvents()


def _describe(found: Any) -> str:
    name = found.objectName() or "without a name"
    parent = found.parent()
    owner = f" of {type(parent).__name__}" if parent is not None else ""
    return f"{type(found).__name__} {name}{owner}"
