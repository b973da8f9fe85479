"""What became of copies and renames, told once the server's list is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QDeadlineTimer, QObject

from tray_app.app.renames import Renames
from tray_app.core.endpoint import Endpoint
from tray_app.core.payloads import CopyRequest, ModelRef
from tray_app.core.records import ModelRecord, Poll, Server, ServerState, ServerStatus, Snapshot
from tray_app.core.renaming import CleanUp, Ending, RenameOutcome
from tray_app.ollama.registry import Registry
from tray_app.state.app_state import AppState
from tray_app.workers.jobs import Target
from tray_app.workers.operations import Operations
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.runner import JobRunner

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
OLD = ModelRef("nas", "old:1", "a" * 64)


class World:
    """What is told, in order."""

    def __init__(self, root: QObject, runner: JobRunner) -> None:
        self.state = AppState(Server("nas", "nas", "127.0.0.1:1"), root)

        def target(server_id: str) -> Target:
            return Target(server_id, Endpoint.parse("127.0.0.1:1"))

        queue = PullQueue(runner, target, parent=root)
        self.operations = Operations(runner, queue, target, Registry({}), root)
        self.renames = Renames(self.state, self.operations, root)
        self.told: list[tuple[str, object]] = []
        facts = self.state.renames
        self.state.copied.connect(lambda request: self.told.append(("copied", request)))
        facts.renamed.connect(lambda outcome: self.told.append(("renamed", outcome.ending)))
        facts.failed.connect(lambda outcome: self.told.append(("failed", outcome.ending)))
        facts.cleaned_up.connect(lambda found: self.told.append(("cleaned up", found)))

    def end(self, ending: Ending, *, is_rename: bool = True) -> None:
        name = "New:1" if ending.is_done else ""
        outcome = RenameOutcome(OLD, "new:1", ending, name, OLD.digest, is_rename)
        self.operations.rename_ended.emit(outcome)

    def poll(self, *names: str, server_id: str = "nas", is_old: bool = False) -> None:
        models = tuple(ModelRecord(server_id, name, OLD.digest, 10) for name in names)
        snapshot = Snapshot(server_id, models, (), "0.33.1", NOW, 0.0, is_old=is_old)
        status = ServerStatus(server_id, ServerState.ONLINE, since=NOW)
        self.state.take_poll(Poll(status, snapshot))


@pytest.fixture
def world(qapp: object) -> Iterator[World]:
    root = QObject()
    runner = JobRunner(root)
    yield World(root, runner)
    runner.close()
    assert runner.wait(QDeadlineTimer(5000))


def test_each_ending_is_told_where_it_is_heard(world: World) -> None:
    world.end(Ending.RENAMED)
    world.end(Ending.DIFFERS)
    world.end(Ending.COPIED, is_rename=False)
    world.operations.cleaned_up.emit(CleanUp(OLD, True))
    assert world.told == [
        ("renamed", Ending.RENAMED),
        ("failed", Ending.DIFFERS),
        ("copied", CopyRequest(OLD, "New:1")),
        ("cleaned up", CleanUp(OLD, True)),
    ]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("new:1",), ("renamed", Ending.RENAMED)),
        (("new:1", "old:1"), ("failed", Ending.NOT_DELETED)),
        (("old:1",), ("failed", Ending.NOT_MADE)),
        ((), ("failed", Ending.GONE)),
    ],
)
def test_what_broke_off_is_told_by_the_next_list(
    world: World, names: tuple[str, ...], expected: tuple[str, Ending]
) -> None:
    world.end(Ending.BROKEN_OFF)
    world.poll("new:1", server_id="studio")
    world.poll("old:1", is_old=True)
    assert world.told == []
    world.poll(*names)
    world.poll(*names)
    assert world.told == [expected]


def test_a_copy_that_broke_off_may_be_there(world: World) -> None:
    world.end(Ending.BROKEN_OFF, is_rename=False)
    world.poll("old:1", "New:1")
    assert world.told == [("copied", CopyRequest(OLD, "New:1"))]
