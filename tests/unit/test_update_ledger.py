"""The ledger on disk: as input, after faults, and between two programs."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.support.odd_files import held, paths_in, with_value
from tests.unit.core.updates.test_ledger_rows import RECORDS
from tests.unit.core.updates.world import NOW, OLD
from tray_app.core.file_failures import FileFailed
from tray_app.core.updates.ledger import Ledger, Pin
from tray_app.core.updates.ledger_rows import to_row
from tray_app.update_ledger import LedgerFile


def content() -> dict[str, object]:
    return {"version": 1, "rows": [to_row(record) for record in RECORDS]}


def saved(file: LedgerFile, ledger: Ledger) -> Ledger:
    """Written as the program does it: what is on disk comes back."""
    merged = file.write(ledger.take_changes(), tuple(ledger))
    if merged is not None:
        ledger.merge(merged)
    return ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "updates.json"


def test_it_is_there_again(path: Path) -> None:
    ledger = LedgerFile(path).load()
    ledger.pin("local", "tiny")
    ledger.note_seen("tiny", OLD, OLD, NOW)
    saved(LedgerFile(path), ledger)
    again = LedgerFile(path).load()
    assert sorted(map(repr, again)) == sorted(map(repr, ledger))
    assert again.is_pinned("local", "tiny:latest")
    assert again.has_seen("tiny", OLD)
    assert not again.has_changed


def test_it_is_for_its_owner_alone(path: Path) -> None:
    ledger = Ledger()
    ledger.pin("local", "tiny")
    saved(LedgerFile(path), ledger)
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o077 == 0


def test_two_programs_lose_nothing_of_each_other(path: Path) -> None:
    window, verb = LedgerFile(path), LedgerFile(path)
    ours, theirs = window.load(), verb.load()
    ours.pin("local", "a")
    saved(window, ours)
    theirs.pin("local", "b")
    saved(verb, theirs)
    assert theirs.is_pinned("local", "a")
    assert window.has_changed()
    ours.unpin("local", "a")
    ours.pin("local", "c")
    saved(window, ours)
    assert [ours.is_pinned("local", name) for name in "abc"] == [False, True, True]
    again = LedgerFile(path).load()
    assert [again.is_pinned("local", name) for name in "abc"] == [False, True, True]
    assert not window.has_changed()


def test_a_file_that_was_removed_is_written_again(path: Path) -> None:
    file = LedgerFile(path)
    ledger = file.load()
    ledger.pin("local", "a")
    saved(file, ledger)
    path.unlink()
    ledger.pin("local", "b")
    saved(file, ledger)
    again = LedgerFile(path).load()
    assert [again.is_pinned("local", name) for name in "ab"] == [True, True]


@pytest.mark.parametrize(
    "text",
    [
        "", "nonsense", "[]", "7", '{"version": 1}', '{"version": 1, "rows": {}}',
        '{"version": "1", "rows": []}', '{"version": true, "rows": []}',
        '{"version": 2, "rows": []}',
    ],
)  # fmt: skip
def test_what_is_no_file_of_ours_is_kept(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    file = LedgerFile(path)
    ledger = file.load()
    assert len(ledger) == 0
    assert file.broken_path is not None
    assert file.broken_path.read_text(encoding="utf-8") == text
    ledger.pin("local", "a")
    saved(file, ledger)
    assert LedgerFile(path).load().is_pinned("local", "a")


def test_any_single_value_may_be_wrong(path: Path) -> None:
    """The other rows are there all the same, and the file is kept."""
    path.parent.mkdir()
    whole = content()
    for place in paths_in(whole):
        for value in ("null", "-1", "true", '"\\ud800"', "[]", "{}", "1e400"):
            path.write_text(with_value(whole, place, value), encoding="utf-8")
            file = LedgerFile(path)
            found = len(file.load())
            if len(place) > 1:
                assert found >= len({record.key for record in RECORDS}) - 1
            for kept in path.parent.glob("*.bad*"):
                kept.unlink()


def test_a_broken_file_does_not_cost_what_the_program_knows(path: Path) -> None:
    file = LedgerFile(path)
    ledger = file.load()
    ledger.pin("local", "a")
    saved(file, ledger)
    path.write_text("{ nonsense", encoding="utf-8")
    ledger.pin("local", "b")
    saved(file, ledger)
    again = LedgerFile(path).load()
    assert [again.is_pinned("local", name) for name in "ab"] == [True, True]
    assert file.broken_path is not None


def test_what_cannot_be_read_is_not_written_over(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    before = json.dumps(content())
    path.write_text(before, encoding="utf-8")
    file = LedgerFile(path)
    with monkeypatch.context() as patch:
        held(patch, 99, "read_bytes")
        ledger = file.load()
        assert file.unreadable is not None
        ledger.pin("local", "a")
        changes = ledger.take_changes()
        with pytest.raises(FileFailed):
            file.write(changes, tuple(ledger))
        ledger.give_back(changes)
    assert path.read_text(encoding="utf-8") == before
    saved(file, ledger)
    again = LedgerFile(path).load()
    assert again.is_pinned("local", "a")
    assert len(again) == len({record.key for record in RECORDS}) + 1


@pytest.mark.skipif(sys.platform == "win32", reason="rights are others there")
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may all")
def test_a_folder_that_may_not_be_written_fails(path: Path) -> None:
    path.parent.mkdir(mode=0o500)
    ledger = Ledger()
    ledger.pin("local", "a")
    with pytest.raises(FileFailed):
        LedgerFile(path).write(ledger.take_changes(), tuple(ledger))


def test_a_name_that_could_not_be_read_again_keeps_no_other_from_being_written(path: Path) -> None:
    ledger = Ledger([Pin("local", "a\tb"), Pin("local", "fine")])
    LedgerFile(path).write({}, tuple(ledger))
    assert list(LedgerFile(path).load()) == [Pin("local", "fine")]


def test_nothing_is_written_for_a_folder_in_the_way(path: Path) -> None:
    path.mkdir(parents=True)
    file = LedgerFile(path)
    ledger = file.load()
    assert file.unreadable is not None
    ledger.pin("local", "a")
    with pytest.raises(FileFailed):
        file.write(ledger.take_changes(), tuple(ledger))
