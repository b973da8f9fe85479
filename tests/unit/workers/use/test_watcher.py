"""UseWatcher: polls become what is known of use, over restarts and what happens to files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QDeadlineTimer
from pytestqt.qtbot import QtBot

from tray_app.core.payloads import ModelRef
from tray_app.core.records import (
    Layer,
    LayerKind,
    ModelInfo,
    ModelRecord,
    RunningModel,
    Snapshot,
)
from tray_app.core.sharing import LayerIndex
from tray_app.core.use.ledger import Known
from tray_app.use_file import UseFile
from tray_app.workers.runner import JobRunner
from tray_app.workers.use.watcher import UseWatcher

START = datetime(2026, 5, 4, 12, tzinfo=UTC)
FIVE = timedelta(minutes=5)
QWEN = ModelRecord("local", "qwen3:8b", "a1", modified_at=START - timedelta(days=9))
INDEX = LayerIndex().with_info(
    ModelInfo("local", "qwen3:8b", "a1", layers=(Layer("w1", LayerKind.MODEL, 5),))
)


class Life:
    """One run of the program; each poll comes 15 s after the one before."""

    def __init__(self, runner: JobRunner, path: Path, at_s: float = 0.0) -> None:
        self.at_s = at_s
        self.watcher = UseWatcher(runner, UseFile(path), monotonic=lambda: self.at_s, save_s=0.01)
        self.told: list[str] = []
        self.watcher.used.connect(self.told.append)

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=self.at_s)

    def poll(self, *running: RunningModel, after_s: float = 15.0) -> None:
        self.at_s += after_s
        models = (QWEN,)
        self.watcher.take_snapshot(
            Snapshot("local", models, running, "0.32.1", self.now, self.at_s)
        )

    def row(self, ends_at: datetime | None = None) -> RunningModel:
        return RunningModel("local", "qwen3:8b", "a1", expires_at=ends_at or self.now + FIVE)

    def known(self) -> Known:
        return self.watcher.last_use(QWEN, self.now, is_loaded=False).known


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    made = JobRunner()
    yield made
    made.close()
    assert made.wait(QDeadlineTimer(5000))


@pytest.fixture
def begin(qtbot: QtBot, runner: JobRunner, tmp_path: Path) -> Callable[[float], Life]:
    def make(at_s: float = 0.0) -> Life:
        life = Life(runner, tmp_path / "use.sqlite", at_s)
        with qtbot.waitSignal(life.watcher.loaded):
            life.watcher.start()
        return life

    return make


def test_a_request_between_two_polls_is_a_use(begin: Callable[..., Life]) -> None:
    life = begin()
    row = life.row()
    life.poll(row)
    life.poll(row)
    assert life.known() is Known.BEFORE
    life.poll(life.row())
    assert life.known() is Known.USED
    assert life.told == ["local", "local"]  # first seen, then used


def test_it_is_remembered_over_a_restart(qtbot: QtBot, begin: Callable[..., Life]) -> None:
    life = begin()
    life.poll()
    life.poll(life.row())
    used_at = life.now
    life.watcher.close()
    again = begin(86_400.0)
    found = again.watcher.last_use(QWEN, again.now, is_loaded=False)
    assert (found.known, found.at) == (Known.USED, used_at)
    assert again.watcher.ledger.watches[0].watched_s == 15.0


def test_it_is_written_while_the_program_runs(
    qtbot: QtBot, begin: Callable[..., Life], tmp_path: Path
) -> None:
    life = begin()
    life.poll()
    life.poll(life.row())
    qtbot.waitUntil(lambda: len(UseFile(tmp_path / "use.sqlite").load()) == 1)


def test_our_own_load_is_no_use(begin: Callable[..., Life]) -> None:
    life = begin()
    ref = ModelRef("local", "qwen3:8b")
    life.poll()
    life.watcher.begin_own(ref)
    life.poll(life.row())
    life.watcher.end_own(ref)
    row = life.row(life.now + FIVE * 2)
    life.poll(row)
    life.poll(row)
    assert life.known() is Known.BEFORE
    life.poll(life.row())
    assert life.known() is Known.USED


def test_a_server_that_was_away_is_not_watched(begin: Callable[..., Life]) -> None:
    life = begin()
    life.poll()
    life.watcher.lose("local")
    row = life.row()
    life.poll(row, after_s=60.0)
    assert life.known() is Known.UNKNOWN
    life.poll(row)
    assert life.known() is Known.BEFORE


def test_weights_that_are_learned_later_take_the_use_along(begin: Callable[..., Life]) -> None:
    life = begin()
    life.poll()
    life.poll(life.row())
    assert [use.weights for use in life.watcher.ledger.models] == ["a1"]
    life.watcher.set_layer_index(INDEX)
    assert [use.weights for use in life.watcher.ledger.models] == ["w1"]
    assert life.known() is Known.USED


def test_an_update_goes_on_from_what_was_known(begin: Callable[..., Life]) -> None:
    life = begin()
    life.poll()
    life.poll(life.row())
    newer = ModelRecord("local", "qwen3:8b", "b2", modified_at=life.now)
    life.watcher.note_updated(newer, "a1", has_copies=False)
    assert life.watcher.last_use(newer, life.now, is_loaded=False).known is Known.USED
    assert life.known() is Known.BEFORE


def test_a_server_that_is_another_one_is_forgotten(begin: Callable[..., Life]) -> None:
    life = begin()
    life.poll()
    life.poll(life.row())
    life.watcher.forget_server("local")
    assert life.known() is Known.UNKNOWN


def test_cloud_models_are_not_watched(begin: Callable[..., Life]) -> None:
    life = begin()
    life.poll()
    life.poll()
    cloud = ModelRecord("local", "big:cloud", "c", remote_host="https://ollama.com:443")
    assert cloud.is_cloud
    assert life.watcher.last_use(cloud, life.now, is_loaded=False).known is Known.UNKNOWN


def test_a_disk_that_is_full_loses_nothing(
    qtbot: QtBot, begin: Callable[..., Life], tmp_path: Path
) -> None:
    life = begin()
    (tmp_path / "use.sqlite").mkdir()
    life.poll()
    life.poll(life.row())
    qtbot.waitUntil(lambda: not life.watcher.is_writing)
    (tmp_path / "use.sqlite").rmdir()
    life.poll(life.row())
    qtbot.waitUntil(lambda: len(UseFile(tmp_path / "use.sqlite").load()) == 1)


@pytest.mark.parametrize("name", ["QWEN3:8b", "qwen3:8b-copy"])
def test_what_we_do_by_another_name_of_the_same_weights_is_no_use(
    begin: Callable[..., Life], name: str
) -> None:
    life = begin()
    copied = ModelInfo("local", "qwen3:8b-copy", "c3", layers=(Layer("w1", LayerKind.MODEL, 5),))
    life.watcher.set_layer_index(INDEX.with_info(copied))
    life.poll()
    life.watcher.begin_own(ModelRef("local", name, "c3"))
    life.poll(life.row())
    life.watcher.end_own(ModelRef("local", name, "c3"))
    assert life.known() is Known.BEFORE


def test_a_server_that_moves_the_time_after_its_answer_is_waited_for(
    begin: Callable[..., Life],
) -> None:
    life = begin()
    row = life.row()
    life.poll(row)
    life.watcher.begin_own(ModelRef("local", "qwen3:8b", "a1"))
    life.watcher.end_own(ModelRef("local", "qwen3:8b", "a1"))
    life.poll(row, after_s=0.2)
    life.poll(life.row(), after_s=2.0)
    assert life.known() is Known.BEFORE
