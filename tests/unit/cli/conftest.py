"""A demo server with a few small models, and a terminal in front of it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, small
from tests.unit.cli.typing_in import Terminal
from tray_app import text
from tray_app.core.pulls.policy import RetryPolicy


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    library = small.library("tiny", "other:q4", "me/tiny:v2", published=("fresh",))
    with FaultyServer(library=library) as running:
        yield running


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passing faults are asked about again at once."""
    hasty = functools.partial(RetryPolicy, pauses_s=(0.01,), jitter=0.0)
    monkeypatch.setattr("tray_app.settings.pull_limits.RetryPolicy", hasty)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else is asked than the server on this computer."""
    monkeypatch.setattr("tray_app.diagnosis.servers.own_addresses", tuple)
    monkeypatch.setattr("tray_app.cli.doctor.Releases", lambda _: None)
    monkeypatch.setattr("tray_app.cli.doctor.REGISTRY_URL", "")


@pytest.fixture
def terminal(server: FaultyServer, tmp_path: Path) -> Iterator[Terminal]:
    yield Terminal(server, tmp_path)
    text.configure(size_units="decimal")
