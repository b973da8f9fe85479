"""Which models share which layers, of several servers: one that hangs keeps no other waiting."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, faults, small
from tray_app.core.endpoint import Endpoint
from tray_app.ollama.client import OllamaClient
from tray_app.workers.estimates.layer_index import LayerReader
from tray_app.workers.jobs import Target
from tray_app.workers.runner import JobRunner


@pytest.fixture
def hung() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("one")) as fake:
        yield fake


@pytest.fixture
def quick() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("two")) as fake:
        yield fake


def test_a_server_that_hangs_keeps_no_other_waiting(
    qtbot: QtBot, runner: JobRunner, hung: FaultyServer, quick: FaultyServer
) -> None:
    targets = {
        "hung": Target("hung", Endpoint.parse(hung.url)),
        "quick": Target("quick", Endpoint.parse(quick.url)),
    }
    reader = LayerReader(runner, targets.get, runner)
    digests = {}
    for server_id, target in targets.items():
        with OllamaClient(target.endpoint, server_id=server_id) as client:
            snapshot = client.snapshot()
        reader.note_snapshot(snapshot)
        digests[server_id] = snapshot.models[0].digest
    hung.fault("/api/show", faults.never_answer())
    for server_id in targets:
        reader.read(server_id)
    qtbot.waitUntil(lambda: digests["quick"] in reader.layer_index.by_digest, timeout=8000)
    qtbot.waitUntil(lambda: bool(hung.asked("/api/show")), timeout=8000)
    assert digests["hung"] not in reader.layer_index.by_digest
    hung.clear()
    qtbot.waitUntil(lambda: digests["hung"] in reader.layer_index.by_digest, timeout=8000)
