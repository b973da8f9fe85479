"""Use: the program's facts reach the watcher of use, and what it knows reaches who asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QDeadlineTimer, QObject
from pytestqt.qtbot import QtBot

from tray_app.app.use import Use
from tray_app.core.payloads import BusyModel, ModelRef, Verb
from tray_app.core.records import (
    Layer,
    LayerKind,
    ModelInfo,
    ModelRecord,
    Poll,
    RunningModel,
    Server,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.core.updates.facts import NewVersion
from tray_app.core.use.ledger import Known
from tray_app.state.app_state import AppState
from tray_app.workers.estimates.layer_index import LayerReader
from tray_app.workers.runner import JobRunner

START = datetime(2026, 5, 4, 12, tzinfo=UTC)
QWEN = ModelRecord("local", "qwen3:8b", "a1", modified_at=START - timedelta(days=9))
REF = ModelRef("local", "qwen3:8b", "a1")


class World:
    """The program, as far as use goes."""

    def __init__(self, qtbot: QtBot, file: Path) -> None:
        self.root = QObject()
        self.server = Server("local", "", "http://127.0.0.1:11434")
        self.state = AppState(self.server, self.root)
        self.runner = JobRunner(self.root)
        self.layers = LayerReader(self.runner, lambda _: None, self.root)
        self.at_s = 0.0
        self.use = Use(
            self.state,
            self.runner,
            self.layers,
            file,
            self.root,
            now=lambda: self.now,
            monotonic=lambda: self.at_s,
        )
        with qtbot.waitSignal(self.state.use.changed):
            self.use.start()

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=self.at_s)

    def poll(self, *running: RunningModel, after_s: float = 15.0) -> None:
        self.at_s += after_s
        status = ServerStatus("local", ServerState.ONLINE, START)
        snapshot = Snapshot("local", (QWEN,), running, "0.32.1", self.now, self.at_s)
        self.state.take_poll(Poll(status, snapshot))

    def lose(self) -> None:
        status = ServerStatus("local", ServerState.OFFLINE, self.now)
        self.state.take_poll(Poll(status, None))

    def row(self) -> RunningModel:
        return RunningModel("local", "qwen3:8b", "a1", expires_at=self.now + timedelta(minutes=5))

    def known(self) -> Known:
        return self.state.use.last_use(QWEN, is_loaded=False).known


@pytest.fixture
def world(qtbot: QtBot, tmp_path: Path) -> Iterator[World]:
    made = World(qtbot, tmp_path / "use.sqlite")
    yield made
    made.use.close()
    made.runner.close()
    assert made.runner.wait(QDeadlineTimer(5000))


def test_polls_tell_of_use(qtbot: QtBot, world: World) -> None:
    world.poll()
    assert world.known() is Known.UNKNOWN
    world.poll()
    assert world.known() is Known.BEFORE
    with qtbot.waitSignal(world.state.use.changed) as told:
        world.poll(world.row())
    assert told.args == ["local"]
    assert world.known() is Known.USED
    assert world.state.use.last_use(QWEN, is_loaded=True).known is Known.NOW


def test_what_the_window_loads_is_no_use(world: World) -> None:
    world.poll()
    world.state.set_busy(BusyModel(REF, Verb.LOAD))
    world.poll(world.row())
    world.state.set_busy(BusyModel(REF, None))
    world.poll(world.row())
    assert world.known() is Known.BEFORE
    world.poll(world.row())
    assert world.known() is Known.USED


def test_a_load_that_is_being_stopped_is_no_use(world: World) -> None:
    world.poll()
    world.state.set_busy(BusyModel(REF, Verb.LOAD))
    world.state.set_busy(BusyModel(REF, Verb.STOP))
    world.poll(world.row())
    assert world.known() is Known.BEFORE


def test_saying_how_long_a_model_stays_is_no_use(world: World) -> None:
    world.poll()
    row = world.row()
    world.poll(row)
    assert world.known() is Known.USED
    used_at = world.state.use.last_use(QWEN, is_loaded=False).at
    world.use.note_asked(REF)
    world.use.note_asked(REF)  # another one of the same model, before the first has ended
    world.use.note_answered(REF)
    world.poll(world.row(), after_s=70)
    world.use.note_answered(REF)
    world.poll(world.row(), after_s=70)
    assert world.state.use.last_use(QWEN, is_loaded=False).at == used_at
    world.poll(world.row(), after_s=70)
    assert world.state.use.last_use(QWEN, is_loaded=False).at == world.now


def test_a_server_that_is_away_is_not_watched(world: World) -> None:
    world.poll()
    world.lose()
    world.poll(world.row())
    assert world.known() is Known.UNKNOWN


def test_another_address_is_another_server(world: World) -> None:
    world.poll()
    world.poll(world.row())
    world.state.set_servers((Server("local", "", "http://127.0.0.1:9999"),), "local", "local")
    assert world.known() is Known.UNKNOWN


def test_a_server_that_is_switched_off_is_remembered(world: World) -> None:
    other = Server("nas", "nas", "http://127.0.0.1:9998")
    world.state.set_servers((world.server, other), "local", "")
    world.poll()
    world.poll(world.row())
    world.state.set_servers((other,), "nas", "nas", off=(world.server,))
    assert world.known() is Known.USED


def test_an_update_takes_the_use_along(world: World) -> None:
    world.poll()
    world.poll(world.row())
    newer = ModelRecord("local", "qwen3:8b", "b2", modified_at=world.now)
    world.use.note_updated(NewVersion(newer, "a1"))
    assert world.state.use.last_use(newer, is_loaded=False).known is Known.USED


def test_layers_that_are_read_later_join_what_belongs_together(world: World) -> None:
    world.poll()
    world.poll(world.row())
    copy = ModelRecord("local", "copy:latest", "c3", modified_at=QWEN.modified_at)
    assert world.state.use.last_use(copy, is_loaded=False).known is Known.BEFORE
    for record in (QWEN, copy):
        layers = (Layer("w", LayerKind.MODEL, 5),)
        world.layers.add(ModelInfo("local", record.name, record.digest, layers=layers))
    assert world.state.use.last_use(copy, is_loaded=False).known is Known.USED
