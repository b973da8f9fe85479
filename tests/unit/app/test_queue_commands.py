"""What a terminal asks of the downloads, and what is told of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from PySide6.QtCore import QObject

from tray_app.app.queue_commands import MAX_ROWS, QueueCommands
from tray_app.commands import Commands
from tray_app.core.creates.records import CreateItem, CreateRequest, CreateState
from tray_app.core.pulls.policy import ASK_CANCEL_FROM_BYTES
from tray_app.core.pulls.progress import PullPhase, PullProgress
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.records import Server
from tray_app.desktop.instance.protocol import LINE_LIMIT, answer_line
from tray_app.desktop.instance.single_instance import (
    InstanceAnswer,
    InstanceCommand,
    InstanceRequest,
)
from tray_app.state.app_state import AppState

C, S = InstanceCommand, PullState
NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
WISHES = (
    *("pull_pause_requested", "pull_resume_requested", "pull_retry_requested"),
    *("pull_remove_requested", "pull_cancel_requested", "pull_cancel_now_requested"),
    "create_cancel_requested",
)


def pull(name: str, state: PullState = S.RUNNING, **more: Any) -> PullItem:
    item_id = more.pop("id", name)
    return PullItem(item_id, more.pop("server_id", "local"), name, state, NOW, **more)


def making(name: str, state: CreateState = CreateState.MAKING) -> CreateItem:
    return CreateItem(name, CreateRequest("local", name, ("/x.gguf",)), state, NOW)


class World:
    """The wishes that were made, in order."""

    def __init__(self) -> None:
        self.root = QObject()
        self.state = AppState(Server("local", "", "http://127.0.0.1:9"), self.root)
        nas = Server("nas", "nas", "http://nas:11434")
        self.state.set_servers((self.state.server, nas), "local", "")
        self.commands = Commands(self.root)
        self.done: list[tuple[str, str]] = []
        for wish in WISHES:
            getattr(self.commands, wish).connect(self._noting(wish))
        self.waiting: list[Callable[[], object]] = []
        self.queue = QueueCommands(self.state, self.commands, self.waiting.append, lambda: 100.0)

    def _noting(self, wish: str) -> Callable[[str], None]:
        return lambda item_id: self.done.append((wish, item_id))

    def ask(self, command: InstanceCommand, *args: str) -> InstanceAnswer:
        answer = self.queue.answer(InstanceRequest(command, args))
        assert self.done == [], "something was done before the answer was there"
        for wish in self.waiting:
            wish()
        self.waiting.clear()
        return answer

    def names(self, answer: InstanceAnswer, key: str) -> list[str]:
        return [row["name"] for row in answer.data[key]]


@pytest.fixture
def world(qapp: object) -> World:
    return World()


def test_each_download_is_told(world: World) -> None:
    progress = PullProgress(PullPhase.DOWNLOAD, 3_000_000_000, 9_000_000_000, True, 333)
    world.state.set_downloads(
        [pull("a:1", progress=progress, old_digest="d" * 64), pull("b:1", S.WAITING, position=2)]
    )
    world.state.creates.put(replace(making("c:1"), completed_bytes=1, total_bytes=4))
    rows = world.ask(C.DOWNLOADS).data["downloads"]
    assert [(row["kind"], row["name"], row["percent"]) for row in rows] == [
        ("update", "a:1", 33),
        ("pull", "b:1", None),
        ("create", "c:1", 25),
    ]
    assert rows[0]["message"].replace("\u00a0", " ").startswith("3.0 of 9 GB")
    assert [row["message"] for row in rows[1:]] == ["Waiting, 2nd in line", "making the model"]
    assert {row["server_name"] for row in rows} == {"This computer"}


def test_an_answer_is_one_line_however_many_there_are(world: World) -> None:
    name = "hf.co/some-longer-name/A-Model-With-A-Long-Name-GGUF:Q4_K_M"
    world.state.set_downloads([pull(f"{name}{n}", S.WAITING, position=n) for n in range(400)])
    answer = world.ask(C.DOWNLOADS)
    assert len(answer.data["downloads"]) == MAX_ROWS
    assert answer.data["left_out"] == 400 - MAX_ROWS
    assert len(answer_line(answer)) < LINE_LIMIT
    assert b"too long" not in answer_line(answer)


@pytest.mark.parametrize(
    ("command", "state", "wish"),
    [
        (C.PAUSE, S.RUNNING, "pull_pause_requested"),
        (C.PAUSE, S.WAITING, "pull_pause_requested"),
        (C.PAUSE, S.VERIFYING, ""),
        (C.PAUSE, S.PAUSED, ""),
        (C.PAUSE, S.FAILED, ""),
        (C.RESUME, S.PAUSED, "pull_resume_requested"),
        (C.RESUME, S.FAILED, "pull_retry_requested"),
        (C.RESUME, S.CANCELED, "pull_retry_requested"),
        (C.RESUME, S.RUNNING, ""),
        (C.CANCEL, S.RUNNING, "pull_cancel_now_requested"),
        (C.CANCEL, S.PAUSED, "pull_cancel_now_requested"),
        (C.CANCEL, S.FAILED, "pull_remove_requested"),
        (C.CANCEL, S.FINISHING, ""),
        (C.CANCEL, S.DONE, ""),
    ],
)
def test_what_becomes_of_one_that_is_named(
    world: World, command: InstanceCommand, state: PullState, wish: str
) -> None:
    world.state.set_downloads([pull("a:1", state)])
    answer = world.ask(command, "", "A:1")
    assert answer.is_ok
    assert world.done == ([(wish, "a:1")] if wish else [])
    assert world.names(answer, "done") == (["a:1"] if wish else [])
    assert world.names(answer, "refused") == ([] if wish else ["a:1"])


def test_all_of_them_but_what_cannot_be(world: World) -> None:
    world.state.set_downloads(
        [pull("a:1"), pull("b:1", S.VERIFYING), pull("c:1", S.PAUSED), pull("d:1", S.FAILED)]
    )
    answer = world.ask(C.PAUSE, "")
    assert (world.names(answer, "done"), answer.data["refused"]) == (["a:1"], [])
    world.done.clear()
    world.ask(C.RESUME, "")
    assert world.done == [("pull_resume_requested", "c:1")]


def test_one_that_ended_is_meant_only_where_there_is_no_other(world: World) -> None:
    world.state.set_downloads([pull("a:1", S.FAILED, id="old"), pull("a:1", S.PAUSED, id="new")])
    world.ask(C.RESUME, "", "a:1")
    assert world.done == [("pull_resume_requested", "new")]


def test_a_server_may_be_named(world: World) -> None:
    world.state.set_downloads([pull("a:1"), pull("a:1", server_id="nas", id="there")])
    world.ask(C.PAUSE, "nas", "a:1")
    assert world.done == [("pull_pause_requested", "there")]
    world.done.clear()
    world.ask(C.PAUSE, "", "a:1")
    assert len(world.done) == 2
    world.done.clear()
    answer = world.ask(C.PAUSE, "10.0.0.7:11434", "a:1", "b")
    assert (answer.data["missing"], world.done) == (["a:1", "b"], [])


def test_a_model_that_is_made_can_only_be_canceled(world: World) -> None:
    world.state.creates.put(making("mine:1"))
    assert world.names(world.ask(C.PAUSE, "", "mine:1"), "refused") == ["mine:1"]
    assert world.names(world.ask(C.CANCEL, "", "mine:1"), "done") == ["mine:1"]
    assert world.done == [("create_cancel_requested", "mine:1")]
    world.done.clear()
    world.state.creates.put(making("mine:1", CreateState.DONE))
    assert world.names(world.ask(C.CANCEL, "", "mine:1"), "refused") == ["mine:1"]


def test_it_tells_where_a_terminal_has_to_ask(world: World) -> None:
    progress = PullProgress(PullPhase.DOWNLOAD, 2 * ASK_CANCEL_FROM_BYTES, None)
    world.state.set_downloads([pull("a:1", progress=progress), pull("b:1")])
    rows = world.ask(C.DOWNLOADS).data["downloads"]
    assert [row["asks"] for row in rows] == [True, False]


@pytest.mark.parametrize(("command", "args"), [(C.PAUSE, ()), (C.CANCEL, ()), (C.CANCEL, ("",))])
def test_without_a_name_nothing_is_canceled(
    world: World, command: InstanceCommand, args: tuple[str, ...]
) -> None:
    world.state.set_downloads([pull("a:1")])
    assert not world.ask(command, *args).is_ok
    assert world.done == []


def test_every_phase_of_making_has_words(world: World) -> None:
    for state in CreateState:
        world.state.creates.put(making("mine:1", state))
        (row,) = world.queue.rows()
        assert row["message"]
