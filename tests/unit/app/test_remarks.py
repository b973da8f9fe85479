"""Remarks: stars and notes are kept, and go with the models that are deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QDeadlineTimer, QObject
from pytestqt.qtbot import QtBot

from tray_app.app.remarks import Remarks
from tray_app.core.payloads import DeleteOutcome, ModelRef, ModelRefs, NoteRequest
from tray_app.core.records import Server
from tray_app.core.remarks import MAX_NOTE, NO_REMARK, Remark
from tray_app.core.renaming import Ending, RenameOutcome
from tray_app.state.app_state import AppState
from tray_app.workers.runner import JobRunner

QWEN, GEMMA = ModelRef("local", "qwen3:8b"), ModelRef("local", "gemma3:4b")


class Run:
    """One run of the program, as far as remarks go."""

    def __init__(self, file: Path) -> None:
        self.root = QObject()
        self.state = AppState(Server("local", "", "http://127.0.0.1:11434"), self.root)
        self.runner = JobRunner(self.root)
        self.remarks = Remarks(self.state, self.runner, file, self.root)

    def end(self) -> None:
        self.runner.close()
        assert self.runner.wait(QDeadlineTimer(5000))
        self.remarks.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "remarks.json"


@pytest.fixture
def run(qtbot: QtBot, file: Path) -> Iterator[Run]:
    made = Run(file)
    with qtbot.waitSignal(made.state.remarks.loaded):
        made.remarks.start()
    yield made
    made.end()


def again(qtbot: QtBot, run: Run, file: Path) -> Run:
    run.end()
    made = Run(file)
    with qtbot.waitSignal(made.state.remarks.loaded):
        made.remarks.start()
    return made


def test_they_are_there_in_the_next_run(qtbot: QtBot, run: Run, file: Path) -> None:
    run.remarks.star(ModelRefs((QWEN, GEMMA)))
    run.remarks.note(NoteRequest(GEMMA, "  Pictures,\n mostly "))
    run.remarks.unstar(ModelRefs((GEMMA,)))
    later = again(qtbot, run, file)
    assert later.state.remarks.remark(QWEN.key) == Remark(True)
    assert later.state.remarks.remark(GEMMA.key) == Remark(False, "Pictures, mostly")
    assert later.state.remarks.is_starred(("local", "library/Qwen3:8b"))
    later.end()


def test_a_deleted_model_takes_them_along(qtbot: QtBot, run: Run, file: Path) -> None:
    run.remarks.star(ModelRefs((QWEN, GEMMA)))
    run.state.tell_deleted(DeleteOutcome((QWEN,), ()))
    assert not run.state.remarks.is_starred(QWEN.key)
    later = again(qtbot, run, file)
    assert [stored.key for stored in later.state.remarks.all] == [GEMMA.key]
    later.end()


def test_a_renamed_model_keeps_them(run: Run) -> None:
    run.remarks.note(NoteRequest(QWEN, "Daily driver"))
    run.state.renames.tell_renamed(RenameOutcome(QWEN, GEMMA.name, Ending.RENAMED))
    assert run.state.remarks.remark(QWEN.key) == NO_REMARK
    assert run.state.remarks.remark(GEMMA.key).note == "Daily driver"


def test_what_is_said_before_the_file_is_read_counts(qtbot: QtBot, file: Path) -> None:
    file.parent.mkdir()
    rows = [
        {"server_id": "local", "name": QWEN.name, "is_starred": True, "note": "old"},
        {"server_id": "local", "name": GEMMA.name, "is_starred": True, "note": ""},
    ]
    file.write_text(json.dumps({"version": 1, "records": rows}), encoding="utf-8")
    run = Run(file)
    run.remarks.note(NoteRequest(QWEN, "new"))
    with qtbot.waitSignal(run.state.remarks.loaded):
        run.remarks.start()
    assert run.state.remarks.remark(QWEN.key).note == "new"
    assert run.state.remarks.is_starred(GEMMA.key)
    run.end()
    names = [row["note"] for row in json.loads(file.read_text(encoding="utf-8"))["records"]]
    assert sorted(names) == ["", "new"]


@pytest.mark.parametrize(
    "rows",
    [
        "no list",
        [{"server_id": "local", "name": "a:1b", "is_starred": "yes"}],
        [{"server_id": "", "name": "a:1b", "is_starred": True}],
        [{"server_id": "local", "name": "a:1b"}],
        [["local", "a:1b"]],
    ],
)
def test_a_file_that_cannot_be_used_is_kept(qtbot: QtBot, file: Path, rows: object) -> None:
    file.parent.mkdir()
    file.write_text(json.dumps({"version": 1, "records": rows}), encoding="utf-8")
    run = Run(file)
    with qtbot.waitSignal(run.state.remarks.loaded):
        run.remarks.start()
    assert run.state.remarks.all == ()
    assert any(".bad" in path.name for path in file.parent.iterdir())
    run.remarks.star(ModelRefs((QWEN,)))
    run.end()
    assert len(json.loads(file.read_text(encoding="utf-8"))["records"]) == 1


def test_notes_are_one_short_line(run: Run) -> None:
    run.remarks.note(NoteRequest(QWEN, "x\x07\ud800" + "y" * 900))
    note = run.state.remarks.remark(QWEN.key).note
    assert len(note) == MAX_NOTE
    assert note.startswith("xyy")
