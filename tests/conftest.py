"""What holds for every test: a home of its own, no stray logs, threads or timers."""

import gc

from tests.support.isolation import isolate_environment

_HOME = isolate_environment()  # before anything reads the environment

import hypothesis  # noqa: E402
import pytest  # noqa: E402

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

# Absolute times say nothing on a loaded machine.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")


def pytest_collection_finish() -> None:
    """Spare the collector, and the guards, all that is there before the first test."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the session's home."""
    _HOME.cleanup()
