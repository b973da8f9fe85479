"""Models made of files in the whole program: from a command to the list, and through its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QDeadlineTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.contract.gguf_file import plain_bytes
from tests.fakes import FaultyServer, small
from tests.widgets.programs import running_program
from tray_app.app.application import Application
from tray_app.core.creates.records import CreateRequest, CreateState
from tray_app.core.updates.ledger import MadeBy
from tray_app.paths import paths
from tray_app.settings import ServerEntry

S = CreateState


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("here")) as running:
        yield running


@pytest.fixture
def application(
    qapp: QApplication, qtbot: QtBot, server: FaultyServer, tmp_path: Path
) -> Iterator[Application]:
    with running_program(qapp, server, tmp_path) as made:
        made._build_creates()  # as the dialog's opening has it done
        yield made


@pytest.fixture
def request_of(tmp_path: Path) -> CreateRequest:
    file = tmp_path / "mine.gguf"
    file.write_bytes(plain_bytes(7, floats=300_000))
    return CreateRequest("demo", "mine", (str(file),), architecture="llama")


def states(application: Application) -> list[CreateState]:
    return [item.state for item in application.state.creates.items]


def test_a_file_becomes_a_model_of_our_own(
    application: Application, request_of: CreateRequest, qtbot: QtBot
) -> None:
    application.commands.create_requested.emit(request_of)
    qtbot.waitUntil(lambda: states(application) == [S.DONE], timeout=10_000)
    qtbot.waitUntil(lambda: application.state.record(("demo", "mine:latest")) is not None)
    assert application.updates is not None
    ledger = application.updates.checker.ledger
    digest = application.state.creates.items[0].digest
    made = ledger.made("demo", "mine:latest", digest)
    assert made is not None
    assert made.by is MadeBy.CREATE
    application.commands.create_remove_requested.emit(application.state.creates.items[0].id)
    assert states(application) == []


@pytest.mark.parametrize("state", [S.CHECKING, S.UPLOADING, S.MAKING])
def test_the_program_ends_in_the_middle(
    application: Application,
    server: FaultyServer,
    request_of: CreateRequest,
    qtbot: QtBot,
    state: CreateState,
) -> None:
    server.state.quantizer.seconds = 1.0
    if state is S.UPLOADING:
        server.fault("*", lambda call: call.stall(), method="POST")
    facts = application.state.creates
    seen: list[tuple[int, int]] = []

    def note(_item: object) -> None:
        seen.append((facts.active, facts.at_server))

    facts.changed.connect(note)
    application.commands.create_requested.emit(request_of)
    qtbot.waitUntil(lambda: state in states(application) or S.MAKING in states(application))
    if state is S.MAKING:
        qtbot.waitUntil(lambda: bool(server.asked("/api/create")))
        assert (facts.active, facts.at_server) == (0, 1)
    assert (1, 0) in seen
    deadline = QDeadlineTimer(3000)
    application.shutdown.quit_now()
    assert application.runner.wait(deadline)
    stored = paths(application.invocation.data_dir).creates_file.read_text()  # type: ignore[arg-type]
    assert "mine" in stored
    # What Ollama works on, it goes on with.
    if state is S.MAKING:
        qtbot.waitUntil(lambda: "mine:latest" in server.state.names(), timeout=10_000)
    server.clear()


def test_a_server_that_is_removed_takes_what_was_to_be_made_along(
    application: Application, server: FaultyServer, request_of: CreateRequest, qtbot: QtBot
) -> None:
    server.fault("*", lambda call: call.stall(), method="POST")
    application.commands.create_requested.emit(request_of)
    qtbot.waitUntil(lambda: S.UPLOADING in states(application), timeout=10_000)
    other = ServerEntry("other", "other", "127.0.0.1:1")
    application.settings.update({"servers": (other,), "default_server": "other"})
    qtbot.waitUntil(lambda: states(application) == [S.CANCELED])
    server.clear()
