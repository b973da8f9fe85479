"""Fixtures of the desktop tests: a virtual desktop for each test, and the program on it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.desktop.harness.desktop import TOOLS, Mode, VirtualDesktop
from tests.desktop.harness.program import App
from tests.support.guards import allowed_logs
from tests.support.tools import require

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]

StartApp = Callable[..., App]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.desktop)


@pytest.fixture
def desktop() -> Iterator[VirtualDesktop]:
    """A desktop with a real window manager, tray and notification daemon."""
    require(*TOOLS[Mode.FULL])
    with VirtualDesktop(Mode.FULL) as started:
        yield started


@pytest.fixture
def fake_desktop(request: pytest.FixtureRequest) -> Iterator[VirtualDesktop]:
    """A desktop whose tray and notifications are ours.

    `@pytest.mark.parametrize("fake_desktop", [{"tray": False}], indirect=True)` gives options.
    """
    require(*TOOLS[Mode.FAKE])
    with VirtualDesktop(Mode.FAKE, **getattr(request, "param", {})) as started:
        yield started


@pytest.fixture
def bare_desktop() -> Iterator[VirtualDesktop]:
    """A desktop without window manager, tray and notifications."""
    require(*TOOLS[Mode.BARE])
    with VirtualDesktop(Mode.BARE) as started:
        yield started


@pytest.fixture
def start_app(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[StartApp]:
    """Return a function `start(desktop, *arguments, **options)`, see `App`; one data folder.

    What still runs at the end of the test is ended; how it ended and what it logged is checked.
    """
    allowed = allowed_logs(request.node)
    with ExitStack() as running:

        def start(desktop: VirtualDesktop, *arguments: str, **options: Any) -> App:
            options.setdefault("allowed_logs", allowed)
            return running.enter_context(App(desktop, tmp_path, *arguments, **options))

        yield start


@pytest.fixture(scope="module")
def shared_desktop() -> Iterator[VirtualDesktop]:
    """One fake desktop for many runs of the program, one after the other."""
    require(*TOOLS[Mode.FAKE])
    with VirtualDesktop(Mode.FAKE) as started:
        yield started
