"""What holds for every test: a home of its own, no stray logs, threads or timers."""

import gc
import sys
from collections.abc import Generator
from typing import Any

from tests.support.isolation import isolate_environment

_HOME = isolate_environment()  # before anything reads the environment

import hypothesis  # noqa: E402
import pytest  # noqa: E402
from PySide6.QtCore import QLocale  # noqa: E402
from pytestqt.qtbot import QtBot  # noqa: E402

from tests.support.guards import (  # noqa: E402
    hooks_given_back,
    no_unexpected_logs,
    nothing_left_behind,
    pytest_runtest_makereport,
    pytest_runtest_teardown,
)

__all__ = [
    "hooks_given_back",
    "no_unexpected_logs",
    "nothing_left_behind",
    "pytest_runtest_makereport",
    "pytest_runtest_teardown",
]

if sys.platform == "win32":  # elsewhere LC_ALL says it
    QLocale.setDefault(QLocale.c())

# Absolute times say nothing on a loaded machine.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")


@pytest.fixture
def qtbot(qtbot: QtBot) -> Generator[QtBot, None, None]:
    """The bot of the plug-in, which keeps what it is to close: a window that nobody else knows any
    more would else be collected as garbage in the middle of an event of its own, a crash."""
    kept: list[Any] = []
    add = qtbot.addWidget

    def keep(widget: Any, **options: Any) -> None:
        kept.append(widget)
        add(widget, **options)

    qtbot.addWidget = keep  # type: ignore[method-assign]
    yield qtbot
    kept.clear()


def pytest_collection_finish() -> None:
    """Spare the collector, and the guards, all that is there before the first test."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Let a worker tell also of a test that has logged half a character."""
    return _encodable((yield))


def _encodable(data: Any) -> Any:
    if isinstance(data, str):
        return data if data.isascii() else data.encode(errors="replace").decode()
    if isinstance(data, dict):
        return {key: _encodable(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return type(data)(_encodable(value) for value in data)
    return data


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the session's home."""
    _HOME.cleanup()
