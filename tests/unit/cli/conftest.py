"""A demo server with a few small models, and a terminal in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, small
from tests.unit.cli.typing_in import Terminal
from tray_app import text


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    library = small.library("tiny", "other:q4", "me/tiny:v2", published=("fresh",))
    with FaultyServer(library=library) as running:
        yield running


@pytest.fixture
def terminal(server: FaultyServer, tmp_path: Path) -> Iterator[Terminal]:
    yield Terminal(server, tmp_path)
    text.configure(size_units="decimal")
