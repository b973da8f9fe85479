"""What holds for every test: a home of its own, no stray logs, threads or timers."""

from tests.support.isolation import isolate_environment

_HOME = isolate_environment()  # before anything reads the environment

import hypothesis  # noqa: E402
import pytest  # noqa: E402

from tests.support.guards import no_unexpected_logs, nothing_left_behind  # noqa: E402

__all__ = ["no_unexpected_logs", "nothing_left_behind"]

# Absolute times say nothing on a loaded machine.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the session's home."""
    _HOME.cleanup()
