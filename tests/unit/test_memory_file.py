"""What is kept loaded, on disk: as input, after faults, and from a terminal."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.odd_files import paths_in, with_value
from tray_app.core.file_failures import FileFailed
from tray_app.core.keeping.records import MAX_KEPT, KeptModel, Measurement
from tray_app.memory_file import MemoryFile, Remembered

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
KEPT = (KeptModel("local", "qwen3:8b", 16384), KeptModel("nas", "hf.co/a/b:Q4"))
MEASURED = (
    Measurement(
        *("local", "a" * 64, 16384, 7_900_000_000, 7_900_000_000, AT),
        weights="sha256:" + "b" * 64,
        version="0.33.1",
        beside=("y:1",),
        is_default=True,
        load_s=21.5,
    ),
    Measurement("nas", "c" * 64, 4096, 5, 0, AT),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "memory.json"


def content(path: Path) -> dict[str, Any]:
    MemoryFile(path).write(Remembered(KEPT, MEASURED))
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_it_is_there_again(path: Path) -> None:
    assert MemoryFile(path).load() == Remembered()
    content(path)
    file = MemoryFile(path)
    assert file.load() == Remembered(KEPT, MEASURED)
    assert file.broken_path is None
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o077 == 0


def test_every_odd_value_leaves_the_rest_and_the_file_aside(path: Path) -> None:
    whole = content(path)
    for place in paths_in(whole):
        for odd in ("null", "-1", "9" * 400, '""', f'"{"x" * 5000}"', "[]", "{}", "true", "1.5"):
            path.write_text(with_value(whole, place, odd), encoding="utf-8")
            file = MemoryFile(path)
            found = file.load()
            assert {model.name for model in found.kept} <= {model.name for model in KEPT}
            assert len(found.measured) <= 2
            if file.broken_path is not None:
                assert file.broken_path.exists()
                file.broken_path.unlink()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"version":2,"kept":[],"measured":[]}', "{}x"])
def test_a_file_that_is_none_of_ours_is_put_aside(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    file = MemoryFile(path)
    assert file.load() == Remembered()
    assert file.broken_path == path.with_name("memory.json.bad")
    assert file.broken_path.read_text(encoding="utf-8") == text
    file.write(Remembered(KEPT))
    assert MemoryFile(path).load().kept == KEPT


def test_a_file_that_cannot_be_read_is_not_written_over(path: Path) -> None:
    path.mkdir(parents=True)
    file = MemoryFile(path)
    assert file.load() == Remembered()
    assert file.unreadable is not None
    with pytest.raises(FileFailed):
        file.write(Remembered(KEPT))
    path.rmdir()
    file.write(Remembered(KEPT))
    assert MemoryFile(path).load().kept == KEPT


def test_a_terminal_changes_the_list_and_nothing_else(path: Path) -> None:
    content(path)
    kept = MemoryFile(path).change_kept(lambda models: models[1:])
    assert kept == KEPT[1:]
    assert MemoryFile(path).load() == Remembered(KEPT[1:], MEASURED)


def test_of_too_many_the_first_are_taken(path: Path) -> None:
    many = tuple(KeptModel("local", f"m{number}:1") for number in range(MAX_KEPT + 5))
    MemoryFile(path).write(Remembered(many))
    file = MemoryFile(path)
    assert file.load().kept == many[:MAX_KEPT]
    assert file.broken_path is not None


def test_one_model_is_kept_once(path: Path) -> None:
    twice = (KeptModel("local", "qwen3:8b", 8192), KeptModel("local", "QWEN3:8b", 4096))
    MemoryFile(path).write(Remembered(twice))
    assert MemoryFile(path).load().kept == twice[:1]
