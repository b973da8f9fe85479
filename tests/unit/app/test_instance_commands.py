"""What another start asks of the running program: answered first, done afterwards."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from tray_app.app.instance_commands import InstanceCommands
from tray_app.commands import Commands
from tray_app.core.keeping.measuring import Measurements
from tray_app.core.keeping.records import Capacity, KeepRequest, KeptModel, Measurement
from tray_app.core.payloads import (
    ModelRef,
    PullRequest,
    ServerStart,
    StartKind,
    StartPhase,
    UpdateRequest,
)
from tray_app.core.records import (
    ModelRecord,
    Poll,
    RunningModel,
    Server,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.core.renaming import Ending, RenameOutcome
from tray_app.core.updates.facts import ModelVerdict
from tray_app.core.updates.verdicts import Standing, Verdict
from tray_app.desktop.instance.protocol import KEEP_OFF, Renamed, renamed_args, update_args
from tray_app.desktop.instance.single_instance import (
    Handover,
    InstanceCommand,
    InstanceRequest,
    Outcome,
    SingleInstance,
    ask,
)
from tray_app.state.app_state import AppState

pytestmark = pytest.mark.skipif(
    sys.platform == "win32",
    reason="both ends are in one process here, and Qt's pipes keep the interpreter while they wait",
)

C = InstanceCommand
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
ONLINE = ServerStatus("local", ServerState.ONLINE, since=NOW)
ONE_MODEL = Snapshot("local", (ModelRecord("local", "here:latest"),), (), "0.32.1", NOW, 0.0)
HALF = "\ud800"
NO_TEXT = "\udcff"  # a byte that is no UTF-8, as Python has it in argv


class Program(QObject):
    """The running program, every part of which is as slow as whoever asks is patient: nothing that
    was asked for is done before the answer is there."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__()
        self.data_dir = data_dir
        self.done: list[Any] = []
        self.is_late = False
        self.is_visible = False
        self._is_answered = threading.Event()
        self.state = AppState(Server("local", "", "http://127.0.0.1:9"), self)
        self.commands = Commands(self)
        self.commands.quit_now_requested.connect(lambda: self._do("quit"))
        self.commands.pull_requested.connect(self._do)
        self.commands.update_requested.connect(self._do)
        self.commands.update_confirm_dialog_requested.connect(self._do)
        self.commands.keep_requested.connect(self._do)
        self.commands.keep_stop_requested.connect(self._do)
        self.commands.pull_dialog_requested.connect(self._do)
        self.commands.details_dialog_requested.connect(lambda ref: self._do(ref.name))
        self.instance = SingleInstance(data_dir)
        assert self.instance.claim()
        self.answers = InstanceCommands(self.state, self.commands, cast("Any", self), self)
        assert self.instance.listen(self.answers.answer)

    def show(self, token: str = "") -> None:
        self._do(f"window {token}".strip())

    def _do(self, what: object) -> None:
        self.is_late = self.is_late or not self._is_answered.wait(10)
        self.done.append(what)

    def ask(self, command: InstanceCommand, *args: str) -> Handover:
        """What another start gets, asking from its own thread."""
        handover = ask(command, args, self.data_dir, timeout_s=20)
        self._is_answered.set()
        return handover


Ask = Callable[..., Handover]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Program]:
    folder = Path(f"/tmp/ot-{os.getpid()}")
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "let-me-in")
    made = Program(tmp_path)
    yield made
    made.instance.close()
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


@pytest.fixture
def asked(program: Program, qtbot: QtBot) -> Ask:
    """Ask while the program's event loop runs, and wait until all is done."""

    def ask_it(command: InstanceCommand, *args: str, things: int = 1) -> Handover:
        with ThreadPoolExecutor(1) as other:
            asking = other.submit(program.ask, command, *args)
            qtbot.waitUntil(asking.done, timeout=30_000)
            qtbot.waitUntil(lambda: len(program.done) >= things, timeout=30_000)
        return asking.result()

    return ask_it


@pytest.mark.parametrize(
    ("command", "args", "done"),
    [
        (C.RAISE, (), ["window let-me-in"]),
        (C.SHOW, (), ["window let-me-in"]),
        (C.SHOW, ("here",), ["window let-me-in", "here:latest"]),
        (C.SHOW, ("ollama-tray://pull/phi4",), ["window let-me-in", "phi4"]),
        (C.QUIT, (), ["quit"]),
        (
            C.KEEP,
            ("local", "HERE", "8192"),
            [KeepRequest(ModelRef("local", "here:latest"), 8192)],
        ),
        (C.KEEP, ("local", "here", KEEP_OFF), [ModelRef("local", "here:latest")]),
        (
            C.PULL,
            ("phi4", "qwen3:8b"),
            [PullRequest("local", "phi4:latest"), PullRequest("local", "qwen3:8b")],
        ),
        (
            C.UPDATE,
            update_args([("here:latest", "a" * 64), ("b:1b", "b" * 64)], 7, loads_again=True),
            [
                UpdateRequest(
                    (
                        ModelRef("local", "here:latest", "a" * 64),
                        ModelRef("local", "b:1b", "b" * 64),
                    ),
                    7,
                    loads_again=True,
                )
            ],
        ),
    ],
)
def test_it_answers_before_it_does_what_takes_time(
    program: Program, asked: Ask, command: InstanceCommand, args: tuple[str, ...], done: list[Any]
) -> None:
    program.state.take_poll(Poll(ONLINE, ONE_MODEL))
    handover = asked(command, *args, things=len(done))
    assert handover.outcome is Outcome.ANSWERED
    assert handover.answer.is_ok
    assert program.done == done
    assert not program.is_late, "something was done before the answer was there"


@pytest.mark.parametrize(
    ("command", "args", "error"),
    [
        (C.SHOW, ("missing",), "no model with this name"),
        (C.SHOW, ("ollama-tray://erase/all",), "Links look like"),
        (C.SHOW, (HALF,), "no model with this name"),
    ],
)
def test_what_it_cannot_do_it_says_and_shows_the_window(
    program: Program, asked: Ask, command: InstanceCommand, args: tuple[str, ...], error: str
) -> None:
    handover = asked(command, *args)
    assert not handover.answer.is_ok
    assert error in handover.answer.data["error"]
    assert program.done == ["window let-me-in"]


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("7", ""),
        ("7", "", "a:1b"),
        ("-1", "", "a:1b", "a" * 64),
        ("366", "", "a:1b", "a" * 64),
        ("1" * 5000, "", "a:1b", "a" * 64),
        ("7", "yes", "a:1b", "a" * 64),
        ("7", "", "a:1b", "a" * 63),
        ("7", "", "a b", "a" * 64),
        ("7", "", HALF, "a" * 64),
    ],
)
def test_what_is_no_update_does_nothing(
    program: Program, asked: Ask, args: tuple[str, ...]
) -> None:
    assert not asked(C.UPDATE, *args, things=0).answer.is_ok
    assert program.done == []


def test_a_rename_in_a_terminal_is_told_to_all(program: Program, asked: Ask) -> None:
    program.state.set_server(Server("local", "", "http://127.0.0.1:9"))
    program.state.renames.renamed.connect(program._do)
    told = Renamed("local", "127.0.0.1:9", "old:1", "New:1", "a" * 64)
    assert asked(C.RENAMED, *renamed_args(told)).answer.is_ok
    source = ModelRef("local", "old:1", "a" * 64)
    assert program.done == [RenameOutcome(source, "New:1", Ending.RENAMED, "New:1", "a" * 64)]
    assert not program.is_late


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("local", "127.0.0.1:9", "old:1", "new:1"),
        ("local", "127.0.0.1:9", "old:1", "new:1", "a" * 63),
        ("local", "127.0.0.1:9", "old:1", "a b", "a" * 64),
        ("local", "127.0.0.1:8", "old:1", "new:1", "a" * 64),
        ("nas", "127.0.0.1:9", "old:1", "new:1", "a" * 64),
        ("local", "127.0.0.1:9", "", "new:1", "a" * 64),
        ("local", "127.0.0.1:9", "old:1", HALF, "a" * 64),
    ],
)
def test_what_is_no_rename_of_a_server_here_does_nothing(
    program: Program, asked: Ask, args: tuple[str, ...]
) -> None:
    program.state.renames.renamed.connect(program._do)
    assert not asked(C.RENAMED, *args, things=0).answer.is_ok
    assert program.done == []


@pytest.mark.parametrize("name", [HALF, NO_TEXT, f"phi4{HALF}", "\udc00\ud800"])
def test_half_a_character_is_no_name(asked: Ask, name: str) -> None:
    handover = asked(C.PULL, name, things=0)
    assert handover.outcome is Outcome.ANSWERED
    assert not handover.answer.is_ok
    assert handover.answer.data["name"].encode(), "it can be printed"


@pytest.mark.parametrize("rest", [HALF, NO_TEXT, "%ED%A0%80", "%FF", f"phi4{NO_TEXT}"])
def test_nor_does_it_come_through_a_link(program: Program, asked: Ask, rest: str) -> None:
    asked(C.SHOW, f"ollama-tray://pull/{rest}", things=2)
    words = program.done[1]
    assert "\ufffd" in words
    assert words.encode()


def test_a_link_of_the_first_start_is_no_other(program: Program, qtbot: QtBot) -> None:
    program._is_answered.set()
    assert program.answers.open_link(f"ollama-tray://pull/phi4{HALF}").is_ok
    qtbot.waitUntil(lambda: program.done == ["phi4\ufffd"])


def test_status_with_a_name_that_is_no_text(program: Program, asked: Ask) -> None:
    program.state.set_server(Server("local", HALF, f"http://{NO_TEXT}:1"))
    handover = asked(C.STATUS, things=0)
    assert handover.answer.is_ok
    assert "\ufffd" in handover.answer.data["server"]


def test_status_tells_of_every_server_and_of_no_secret(program: Program, asked: Ask) -> None:
    state = program.state
    nas = Server("nas", "nas", "https://anna:geheim@nas.example")
    state.set_servers((Server("local"), nas, Server("lab", "lab")), "local", "nas")
    state.take_poll(Poll(replace(ONLINE, version="0.32.1"), ONE_MODEL))
    loaded = (RunningModel("nas", "b:1"),)
    models = (ModelRecord("nas", "a:1"), ModelRecord("nas", "b:1"))
    on_nas = replace(ONE_MODEL, server_id="nas", models=models, running=loaded)
    state.take_poll(Poll(replace(ONLINE, server_id="nas"), on_nas))
    state.take_poll(Poll(ServerStatus("nas", ServerState.OFFLINE, since=NOW)))
    state.set_start(ServerStart("nas", StartKind.WAKE, StartPhase.WAITING, 0.0, 180.0))
    data = asked(C.STATUS, things=0).answer.data
    assert "geheim" not in json.dumps(data)
    assert (data["server"], data["state"], data["models"]) == ("", "online", 1)
    assert data["servers"] == [
        {
            "id": "local",
            "name": "This computer",
            "server": "",
            "is_default": True,
            "state": "online",
            "message": "online",
            "version": "0.32.1",
            "models": 1,
            "listed_at": NOW.isoformat(),
            "loaded": 0,
        },
        {
            "id": "nas",
            "name": "nas",
            "server": "https://nas.example",
            "is_default": False,
            "state": "starting",
            "message": "waking…",
            "version": "",
            "models": 2,
            "listed_at": NOW.isoformat(),
            "loaded": None,
        },
        {
            "id": "lab",
            "name": "lab",
            "server": "",
            "is_default": False,
            "state": "connecting",
            "message": "connecting…",
            "version": "",
            "models": None,
            "listed_at": None,
            "loaded": None,
        },
    ]


def test_the_default_server_is_meant_and_another_one_where_it_has_not_got_it(
    program: Program, asked: Ask
) -> None:
    refs: list[ModelRef] = []
    program.commands.details_dialog_requested.connect(refs.append)
    program.state.set_servers((Server("nas"), Server("local")), "local", "nas")
    program.state.take_poll(Poll(ONLINE, ONE_MODEL))
    models = (ModelRecord("nas", "here:latest"), ModelRecord("nas", "there:latest"))
    on_nas = replace(ONE_MODEL, server_id="nas", models=models)
    program.state.take_poll(Poll(replace(ONLINE, server_id="nas"), on_nas))
    for number, name in enumerate(("here", "there"), 1):
        asked(C.SHOW, name, things=2 * number)
    assert [ref.key for ref in refs] == [("local", "here:latest"), ("nas", "there:latest")]
    asked(C.PULL, "new", things=5)
    assert program.done[-1] == PullRequest("local", "new:latest")


@pytest.mark.parametrize("token", [NO_TEXT, "x\0y", "x\n", "x" * 5000])
def test_a_token_that_no_desktop_gave_is_left_out(
    program: Program, qtbot: QtBot, token: str
) -> None:
    program._is_answered.set()
    assert program.answers.answer(InstanceRequest(C.RAISE, (), token)).is_ok
    qtbot.waitUntil(lambda: program.done == ["window"])


@pytest.mark.parametrize(
    ("typed", "name", "digest"),
    [
        ("HERE", "here:latest", "0" * 64),
        ("ollama pull here", "here:latest", "0" * 64),
        ("New-Model", "New-Model:latest", ""),
    ],
)
def test_an_installed_model_is_pulled_under_the_name_that_the_server_lists(
    program: Program, asked: Ask, typed: str, name: str, digest: str
) -> None:
    record = ModelRecord("local", "here:latest", digest="0" * 64)
    snapshot = Snapshot("local", (record,), (), "0.32.1", NOW, 0.0)
    program.state.take_poll(Poll(ONLINE, snapshot))
    assert asked(C.PULL, typed).answer.is_ok
    assert program.done == [PullRequest("local", name, digest)]


def test_what_is_kept_nowhere_else_is_asked_about_in_the_window(
    program: Program, asked: Ask
) -> None:
    record = ModelRecord("local", "here:latest", digest="0" * 64)
    program.state.take_poll(Poll(ONLINE, Snapshot("local", (record,), (), "0.32.1", NOW, 0.0)))
    made = Verdict(Standing.MADE_HERE, record.digest)
    program.state.set_verdict(ModelVerdict(record.key, made))
    answer = asked(C.PULL, "here", "there", things=2).answer
    assert answer.is_ok
    assert answer.data["asking"] == ["here:latest"]
    assert program.done == [
        ModelRef("local", "here:latest", "0" * 64),
        PullRequest("local", "there:latest"),
    ]


@pytest.mark.parametrize(
    "args",
    [(), ("local", "here"), ("local", "here", "many"), ("nobody", "here", ""), ("", "here", "")],
)
def test_what_cannot_be_kept_is_refused_in_words(asked: Ask, args: tuple[str, ...]) -> None:
    answer = asked(C.KEEP, *args, things=0).answer
    assert not answer.is_ok
    assert answer.data["error"]


def test_what_leaves_no_room_is_refused_with_the_reason(program: Program, asked: Ask) -> None:
    facts, size = program.state.keeping, 7_000_000_000
    models = (ModelRecord("local", "a:1", "a" * 64), ModelRecord("local", "b:1", "b" * 64))
    program.state.take_poll(Poll(ONLINE, replace(ONE_MODEL, models=models)))
    taken = (
        Measurement("local", row.digest, 4096, size, size, NOW, is_default=True) for row in models
    )
    facts.set_measurements(Measurements(taken))
    facts.set_capacity("local", Capacity(12_000_000_000))
    facts.set_kept((KeptModel("local", "a:1"),))
    answer = asked(C.KEEP, "local", "b:1", "", things=0).answer
    assert not answer.is_ok
    assert "a:1 is kept and leaves no room" in answer.data["error"]
