"""A poll of thousands of models that did not change: nobody who hears of it looks at each of them.

Counted is how many models are looked at, never time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pytestqt.qtbot import QtBot

from tests.unit.workers.scripted import SERVER, World
from tray_app.core.endpoint import Endpoint
from tray_app.core.estimate import Lookup
from tray_app.core.payloads import PullRequest
from tray_app.core.pulls.policy import QueueLimits
from tray_app.core.pulls.states import PullState
from tray_app.core.records import (
    Manifest,
    ModelRecord,
    News,
    Poll,
    RunningModel,
    Server,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.desktop.tray.facts import TrayFacts, facts_of
from tray_app.itemmodels.model_table import ModelTableModel
from tray_app.ollama.registry import Registry
from tray_app.state.app_state import AppState
from tray_app.workers.estimates.estimator import Estimator, _Asked, _Disk
from tray_app.workers.estimates.layer_index import LayerReader
from tray_app.workers.jobs import Target
from tray_app.workers.pulls.disk_watch import MAX_KNOWN, DiskWatch
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.runner import JobRunner

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
MANY = 3000
TARGET = Target(SERVER, Endpoint.parse("http://127.0.0.1:1"))


class CountedModels(tuple[ModelRecord, ...]):  # noqa: SLOT001 - it counts
    """Counts how many of its models are looked at by whoever goes through them."""

    looked_at = 0

    def __iter__(self) -> Iterator[ModelRecord]:
        for model in super().__iter__():
            self.looked_at += 1
            yield model


def models(*, has_digest: bool = True) -> CountedModels:
    return CountedModels(
        ModelRecord(SERVER, f"model-{n:05d}:latest", f"{n:064x}" if has_digest else "", 5, NOW)
        for n in range(MANY)
    )


def snapshot(of: CountedModels, second: int = 0) -> Snapshot:
    running = (RunningModel(SERVER, "model-00001:latest", f"{1:064x}", 9, 9),)
    return Snapshot(SERVER, of, running, "0.32.1", NOW + timedelta(seconds=second), float(second))


Hear = Callable[[Snapshot], object]


def hearing_state() -> Hear:
    state = AppState(Server(SERVER))
    shown: list[TrayFacts] = []

    def hear(snapshot: Snapshot) -> None:
        status = ServerStatus(SERVER, ServerState.ONLINE, NOW)
        state.take_poll(Poll(status, snapshot))
        assert state.record((SERVER, "model-00007:latest")) is not None
        assert "model-00007:latest" in state.installed(SERVER)
        before = shown[-1] if shown else None
        shown.append(facts_of(state, needs_attention=False, before=before))

    return hear


def hearing_queue(runner: JobRunner, qtbot: QtBot) -> Hear:
    world = World()
    queue = PullQueue(
        runner,
        {SERVER: TARGET}.get,
        limits=QueueLimits(max_pulls=30),
        client_factory=world.open_client,
        parent=runner,
    )
    queue.note_snapshot(replace(snapshot(CountedModels()), models=()))
    ids = [queue.add(PullRequest(SERVER, f"new-{n}:latest")) for n in range(20)]
    qtbot.waitUntil(lambda: len(world.open) == len(ids))
    for item_id in ids:
        queue.pause(item_id)
    world.let_go()
    assert {item.state for item in queue.items()} == {PullState.PAUSED}
    return queue.note_snapshot


def hearing_estimator(runner: JobRunner) -> Hear:
    estimator = Estimator(runner, {SERVER: TARGET}.get, Registry(), lambda _: False, runner)
    estimator._asked[SERVER] = _Asked(_Disk(), is_seen=True)
    estimator._take(Lookup("", "new:latest", Manifest("e" * 64, ())))
    return estimator.note_snapshot


def hearing_layers(runner: JobRunner) -> Hear:
    reader = LayerReader(runner, {SERVER: TARGET}.get, runner)
    reader.set_watched(True)
    return reader.note_snapshot


@pytest.fixture
def hear(request: pytest.FixtureRequest, runner: JobRunner, qtbot: QtBot) -> Hear:
    if request.param == "queue":
        return hearing_queue(runner, qtbot)
    if request.param == "state":
        return hearing_state()
    return hearing_estimator(runner) if request.param == "estimator" else hearing_layers(runner)


@pytest.mark.parametrize("hear", ["state", "queue", "estimator", "layers"], indirect=True)
def test_the_same_models_again_are_not_looked_at(hear: Hear) -> None:
    same = models(has_digest=False)
    hear(snapshot(same))
    first = same.looked_at
    assert MANY <= first <= 8 * MANY, "looked at a few times, whatever the number of downloads"
    for second in range(1, 6):
        hear(snapshot(same, second))
    assert same.looked_at == first
    other = models(has_digest=False)
    hear(snapshot(other, 9))
    assert other.looked_at >= MANY, "others are"


def test_where_one_has_changed_the_others_are_not_looked_at() -> None:
    state, table = AppState(Server(SERVER)), ModelTableModel()
    status = ServerStatus(SERVER, ServerState.ONLINE, NOW)
    before = models()
    other = replace(before[7], digest="e" * 64)
    after = CountedModels((other, *before[:7], *before[8:]))
    news = News(before, (other,), frozenset())
    for told in (snapshot(before), replace(snapshot(after, 2), news=news)):
        state.take_poll(Poll(status, told))
        table.set_snapshot(told)
        assert state.record(other.key) is not None
        assert other.name in state.installed(SERVER)
    assert after.looked_at == 0
    for found in (
        state.record(other.key),
        state.installed(SERVER).by_key[other.name],
        table.record(other.key),
    ):
        assert found is other


def test_the_folder_is_recognized_by_a_few(runner: JobRunner) -> None:
    watch = DiskWatch(runner, {SERVER: TARGET}.get, tuple, runner)
    many = models()
    watch.note_snapshot(snapshot(many))
    assert many.looked_at <= MAX_KNOWN + 1
