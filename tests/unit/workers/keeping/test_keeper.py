"""The keeper of kept models and measurements: read once, written now and then, nothing lost."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tray_app import jsonfile
from tray_app.core.keeping.records import MAX_KEPT, KeptModel, Measurement
from tray_app.memory_file import MemoryFile, Remembered
from tray_app.workers.keeping.keeper import MemoryKeeper
from tray_app.workers.runner import JobRunner

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
A, B, C = (KeptModel("local", f"{name}:1") for name in "abc")
TAKEN = Measurement("local", "a" * 64, 4096, 6, 6, AT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory.json"


def made(runner: JobRunner, path: Path | None) -> MemoryKeeper:
    return MemoryKeeper(runner, MemoryFile(path) if path else None, runner, save_s=0.01)


def loaded(qtbot: QtBot, keeper: MemoryKeeper) -> MemoryKeeper:
    with qtbot.waitSignal(keeper.loaded):
        keeper.load()
    return keeper


def test_what_changes_is_written_soon(qtbot: QtBot, runner: JobRunner, path: Path) -> None:
    keeper = loaded(qtbot, made(runner, path))
    assert keeper.change_kept(lambda kept: (*kept, A))
    assert not keeper.change_kept(lambda kept: kept)
    qtbot.waitUntil(lambda: MemoryFile(path).load().kept == (A,))
    keeper.measurements.take_all((TAKEN,))
    keeper.save()
    qtbot.waitUntil(lambda: MemoryFile(path).load().measured == (TAKEN,))


def test_what_was_said_before_the_file_was_read_counts(
    qtbot: QtBot, runner: JobRunner, path: Path
) -> None:
    MemoryFile(path).write(Remembered((A, B), (TAKEN,)))
    keeper = made(runner, path)
    keeper.change_kept(lambda kept: (*kept, C))
    keeper.change_kept(lambda kept: (model for model in kept if model != A))
    loaded(qtbot, keeper)
    assert keeper.kept == (B, C)
    assert tuple(keeper.measurements) == (TAKEN,)
    qtbot.waitUntil(lambda: MemoryFile(path).load().kept == (B, C))


def test_a_file_that_says_nothing_new_is_not_written(
    qtbot: QtBot, runner: JobRunner, path: Path
) -> None:
    MemoryFile(path).write(Remembered((A,), (TAKEN,)))
    before = path.stat().st_mtime_ns
    keeper = loaded(qtbot, made(runner, path))
    keeper.save()
    keeper.close()
    assert path.stat().st_mtime_ns == before


def test_what_changes_while_it_is_written_is_written_too(
    qtbot: QtBot, runner: JobRunner, path: Path
) -> None:
    keeper = loaded(qtbot, made(runner, path))
    with jsonfile.locked(path):
        keeper.change_kept(lambda kept: (*kept, A))
        qtbot.waitUntil(lambda: bool(runner.active()))
        keeper.change_kept(lambda kept: (*kept, B))
    qtbot.waitUntil(lambda: MemoryFile(path).load().kept == (A, B))


def test_a_write_that_fails_is_told_and_made_good_later(
    qtbot: QtBot, runner: JobRunner, path: Path
) -> None:
    keeper = loaded(qtbot, made(runner, path))
    path.mkdir()
    with qtbot.waitSignal(keeper.failed):
        keeper.change_kept(lambda kept: (*kept, A))
    path.rmdir()
    qtbot.waitUntil(lambda: not runner.active())
    keeper.close()
    assert MemoryFile(path).load().kept == (A,)


def test_the_end_of_the_program_leaves_nothing_unwritten(
    qtbot: QtBot, runner: JobRunner, path: Path
) -> None:
    keeper = MemoryKeeper(runner, MemoryFile(path), runner, save_s=600)
    loaded(qtbot, keeper)
    keeper.change_kept(lambda kept: (*kept, A))
    keeper.close()
    assert MemoryFile(path).load().kept == (A,)


def test_so_many_and_each_once(qtbot: QtBot, runner: JobRunner) -> None:
    keeper = loaded(qtbot, made(runner, None))
    many = tuple(KeptModel("local", f"m{number}:1") for number in range(MAX_KEPT + 5))
    keeper.change_kept(lambda _: (A, KeptModel("local", "A:1", 8192), *many))
    assert len(keeper.kept) == MAX_KEPT
    assert keeper.kept[0] == KeptModel("local", "A:1", 8192)
