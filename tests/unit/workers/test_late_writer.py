"""Writes that wait for more to come: together, one after the other, none lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tray_app.core.errors import OllamaError
from tray_app.workers.late_writer import LateWriter
from tray_app.workers.runner import Job, JobRunner


class WriteJob(Job):
    def __init__(self, what: str, gate: threading.Event) -> None:
        super().__init__()
        self.what = what
        self._gate = gate

    def perform(self) -> str:
        assert self._gate.wait(20)
        if self.what == "bad":
            raise OllamaError("disk", "full")
        return self.what


class Book:
    """What is to be written, and what has been."""

    def __init__(self, runner: JobRunner) -> None:
        self.gate = threading.Event()
        self.text = ""
        self.seen: list[str] = []
        self.writer = LateWriter(runner, "book", self._job, 0.01, runner)
        self.writer.written.connect(self._on_writer_written)
        self.writer.given_up.connect(self._on_writer_given_up)
        self.writer.failed.connect(self._on_writer_failed)

    def add(self, text: str) -> None:
        self.text += text
        self.writer.soon()

    def _job(self) -> WriteJob | None:
        text, self.text = self.text, ""
        return WriteJob(text, self.gate) if text else None

    def _on_writer_written(self, text: str) -> None:
        self.seen.append(text)
        self.writer.soon()

    def _on_writer_given_up(self, job: WriteJob) -> None:
        self.seen.append(f"not {job.what}")

    def _on_writer_failed(self, error: OllamaError) -> None:
        self.seen.append(error.context)


@pytest.fixture
def book(runner: JobRunner) -> Iterator[Book]:
    made = Book(runner)
    yield made
    made.gate.set()


def test_what_comes_together_is_written_together(qtbot: QtBot, book: Book) -> None:
    book.gate.set()
    book.add("a")
    book.add("b")
    qtbot.waitUntil(lambda: book.seen == ["ab"])
    assert not book.writer.is_writing


def test_what_comes_meanwhile_is_written_behind_it(qtbot: QtBot, book: Book) -> None:
    book.add("a")
    qtbot.waitUntil(lambda: book.writer.is_writing)
    book.add("b")
    book.add("c")
    assert book.seen == []
    book.gate.set()
    qtbot.waitUntil(lambda: book.seen == ["a", "bc"])


def test_what_was_not_written_is_given_back(qtbot: QtBot, book: Book, runner: JobRunner) -> None:
    book.gate.set()
    book.add("bad")
    qtbot.waitUntil(lambda: book.seen == ["not bad", "full"])
    assert not book.writer.is_writing
    book.gate.clear()
    runner.submit(WriteJob("of somebody else", book.gate), "book")
    book.add("c")
    qtbot.waitUntil(lambda: book.writer.is_writing)
    runner.cancel_where(lambda job: isinstance(job, WriteJob) and job.what == "c")
    book.gate.set()
    qtbot.waitUntil(lambda: not book.writer.is_writing)
    assert book.seen[2:] == ["not c"]


def test_after_the_end_none_begins(qtbot: QtBot, book: Book, runner: JobRunner) -> None:
    book.gate.set()
    book.add("a")
    book.writer.stop()
    done: list[object] = []
    other = WriteJob("other", book.gate)
    other.succeeded.connect(done.append)
    runner.submit(other, "book")
    qtbot.waitUntil(lambda: done == ["other"])
    assert (book.seen, book.text) == ([], "a")
