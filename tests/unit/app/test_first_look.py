"""The first polls wait for the list of an earlier run, and not longer than for that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QDeadlineTimer, QTimer
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer
from tests.support.waiting import wait_for
from tray_app.app import first_look
from tray_app.app.first_look import FirstLook
from tray_app.core.endpoint import Endpoint
from tray_app.core.records import ModelRecord, Poll, Snapshot
from tray_app.workers.last_lists import LastLists, ListFiles
from tray_app.workers.pollers import Pollers
from tray_app.workers.runner import JobRunner

NEVER_MS = 60_000


class Start:
    """A program that starts, with one server."""

    def __init__(self, runner: JobRunner, folder: Path, server: FaultyServer) -> None:
        self.endpoint = Endpoint.parse(server.url)
        self.folder = folder
        self.pollers = Pollers()
        self.lists = LastLists(runner, folder)
        self.look = FirstLook(self.pollers, self.lists)
        self.polls: list[Poll] = []
        self.happened: list[str] = []
        self.pollers.polled.connect(self._on_polled)
        self.lists.loaded.connect(lambda _: self.happened.append("list"))

    def _on_polled(self, poll: Poll) -> None:
        if poll.snapshot is not None:
            self.happened.append("poll")

    def keep_a_list(self) -> None:
        """As an earlier run did."""
        models = (ModelRecord("local", "one"),)
        kept = Snapshot("local", models, (), "0.33.1", datetime.now(UTC), 1.0)
        ListFiles(self.folder).write(replace(kept), self.endpoint.origin)

    def begin(self) -> None:
        self.look.begin(["local"])
        self.pollers.start("local", self.endpoint)

    def load(self) -> None:
        self.lists.load({"local": self.endpoint.origin})


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    jobs = JobRunner()
    yield jobs
    jobs.close()
    assert jobs.wait(QDeadlineTimer(10_000))
    jobs.deleteLater()


@pytest.fixture
def started(runner: JobRunner, tmp_path: Path, qtbot: QtBot) -> Iterator[Start]:
    with FaultyServer() as server:
        made = Start(runner, tmp_path / "lists", server)
        yield made
        made.pollers.close()
        assert made.pollers.wait(QDeadlineTimer(10_000))
        made.look.deleteLater()


def test_without_a_list_nothing_is_waited_for(started: Start, qtbot: QtBot) -> None:
    started.begin()
    qtbot.waitUntil(lambda: started.happened == ["poll"])


@pytest.mark.parametrize("is_shown_first", [True, False])
def test_the_list_comes_first(
    started: Start, qtbot: QtBot, is_shown_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_look, "LIST_MS", NEVER_MS)
    started.keep_a_list()
    started.begin()
    if is_shown_first:
        started.look.note_shown()
        started.load()
    else:
        started.load()
        qtbot.waitUntil(lambda: started.happened == ["list"])
        started.look.note_shown()
    qtbot.waitUntil(lambda: started.happened == ["list", "poll"])


def test_a_list_that_was_read_while_the_window_was_built_is_in_its_first_paint(
    started: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_look, "LIST_MS", NEVER_MS)
    started.keep_a_list()
    started.begin()
    started.load()

    def is_there() -> bool:
        started.look.take_list()
        return bool(started.happened)

    wait_for(is_there)  # no other event is handled meanwhile
    assert started.happened == ["list"]


def test_a_list_that_cannot_be_used_is_not_waited_for_long(
    started: Start, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_look, "LIST_MS", 1)
    started.keep_a_list()
    ListFiles(started.folder).path("local").write_text("nonsense")
    started.begin()
    started.look.note_shown()
    started.load()
    qtbot.waitUntil(lambda: started.happened == ["poll"])


def test_who_quits_meanwhile_starts_no_poll(
    started: Start, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    released: list[Any] = []
    monkeypatch.setattr(first_look, "LIST_MS", 1)
    started.keep_a_list()
    started.begin()
    started.look.note_shown()
    started.pollers.close()
    QTimer.singleShot(5, started.look, lambda: released.append(1))
    qtbot.waitUntil(lambda: bool(released))
    assert started.happened == []
    assert started.pollers.wait(QDeadlineTimer(0))
