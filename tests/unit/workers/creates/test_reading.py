"""The job that says what a file is: real files, in a lane of its own."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from tests.fakes.gguf import model, part_name, parts, projector
from tests.support.waiting import PATIENCE_MS
from tray_app.core.creates.files import FileFacts
from tray_app.core.gguf.records import FileFault
from tray_app.workers.creates.reading import ReadFileJob
from tray_app.workers.runner import Job, JobRunner


class Listener(QObject):
    """What one job said, heard in the thread of the test."""

    def __init__(self, job: ReadFileJob) -> None:
        super().__init__()
        self.facts: list[FileFacts] = []
        self.cancelled = 0
        job.succeeded.connect(self._on_succeeded)
        job.cancelled.connect(self._on_cancelled)

    @Slot(object)
    def _on_succeeded(self, facts: FileFacts) -> None:
        self.facts.append(facts)

    @Slot()
    def _on_cancelled(self) -> None:
        self.cancelled += 1


class Gate(Job):
    """Holds its lane until it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = threading.Event()

    def perform(self) -> bool:
        return self.opened.wait(10)


def read(job: ReadFileJob) -> FileFacts:
    listener = Listener(job)
    job.run()
    assert len(listener.facts) == 1
    return listener.facts[0]


def test_a_split_model_with_its_projector(tmp_path: Path) -> None:
    for index, part in enumerate(parts(3), 1):
        part.write(tmp_path / part_name("llama-Q4_0", index, 3))
    eyes = projector().write(tmp_path / "mmproj-F16.gguf")
    (tmp_path / "notes.txt").touch()
    found = read(ReadFileJob(str(tmp_path / part_name("llama-Q4_0", 2, 3))))
    assert [Path(path).name for path in found.files] == [
        part_name("llama-Q4_0", index, 3) for index in (1, 2, 3)
    ]
    assert found.size_bytes == sum(Path(path).stat().st_size for path in found.files)
    assert [each.path for each in found.projectors] == [str(eyes)]
    assert (found.fault, found.name) == (None, "llama:q4_0")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", FileFault.NOT_GGUF),
        (b"version https://git-lfs.github.com/spec/v1\n", FileFault.NOT_GGUF),
        (model().encode()[:-1], FileFault.CUT_OFF),
        (projector().encode(), FileFault.PROJECTOR_ALONE),
    ],
)
def test_refusals_are_facts(tmp_path: Path, data: bytes, fault: FileFault) -> None:
    path = tmp_path / "a.gguf"
    path.write_bytes(data)
    assert read(ReadFileJob(str(path))).fault is fault


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    assert read(ReadFileJob(str(tmp_path / "a.gguf"))).fault is FileFault.GONE


def test_a_file_with_more_than_fits_in_memory(tmp_path: Path) -> None:
    path = model().write(tmp_path / "a.gguf")
    os.truncate(path, 2**40)
    found = read(ReadFileJob(str(path)))
    assert (found.fault, found.size_bytes) == (None, 2**40)


def test_what_is_known_is_not_read_again(tmp_path: Path) -> None:
    path = model().write(tmp_path / "a.gguf")
    first = read(ReadFileJob(str(path)))
    assert read(ReadFileJob(str(path), known=first)) is first
    model("gemma3", file_type=15).write(path)
    second = read(ReadFileJob(str(path), known=first))
    assert second.name == "a:q4_k_m"
    path.unlink()
    assert read(ReadFileJob(str(path), known=second)).fault is FileFault.GONE
    # What was gone may have come.
    gone = read(ReadFileJob(str(path)))
    model().write(path)
    assert read(ReadFileJob(str(path), known=gone)).fault is None


def test_it_is_cancelled(tmp_path: Path) -> None:
    job = ReadFileJob(str(model().write(tmp_path / "a.gguf")))
    listener = Listener(job)
    job.cancel()
    job.run()
    assert (listener.facts, listener.cancelled) == ([], 1)


def test_equal_questions_are_asked_once(qtbot: QtBot, runner: JobRunner, tmp_path: Path) -> None:
    path = str(model().write(tmp_path / "a.gguf"))
    job, other = ReadFileJob(path), ReadFileJob(path, projector="/eyes.gguf")
    listeners = [Listener(job), Listener(other)]
    gate = Gate()
    runner.submit(gate, "files")
    assert runner.submit(job, "files") is job
    assert runner.submit(ReadFileJob(path), "files") is job
    assert runner.submit(other, "files") is other
    gate.opened.set()
    qtbot.waitUntil(lambda: all(listener.facts for listener in listeners), timeout=PATIENCE_MS)
    assert [len(listener.facts) for listener in listeners] == [1, 1]
