"""Keeping in the whole program: from a command to the row, and to the end of the program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, small
from tests.widgets.programs import running_program
from tray_app.app.application import Application
from tray_app.core.keeping.records import KeepKind, KeepRequest
from tray_app.core.payloads import DiskTarget, ModelRef, Verb
from tray_app.itemmodels.rows import Badge
from tray_app.views.main_window.window import MainWindow

KEY = ("demo", "tiny:latest")


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("tiny", "other"), tick_s=0.01, load_s=0.2) as running:
        yield running


@pytest.fixture
def application(
    qapp: QApplication, qtbot: QtBot, server: FaultyServer, tmp_path: Path
) -> Iterator[Application]:
    with running_program(qapp, server, tmp_path) as made:
        qtbot.waitUntil(lambda: made.keeping is not None)
        yield made


def badges() -> tuple[Badge, ...]:
    """Of the row of the one model that is kept."""
    windows = QApplication.topLevelWidgets()
    window = next(each for each in windows if isinstance(each, MainWindow) and each.isVisible())
    index = window.models.find(KEY)
    return window.models.row_at(index.row()).badges if index.isValid() else ()


def test_a_model_is_kept_shown_and_unloaded(
    application: Application, server: FaultyServer, qtbot: QtBot
) -> None:
    state, commands = application.state, application.commands
    qtbot.waitUntil(lambda: state.record(KEY) is not None, timeout=10_000)
    ref = ModelRef(*KEY)
    commands.keep_requested.emit(KeepRequest(ref, 2048))
    assert state.busy(KEY) is Verb.LOAD
    qtbot.waitUntil(lambda: badges()[:2] == (Badge.LOADED, Badge.KEPT), timeout=10_000)
    status = state.keeping.status(KEY)
    assert status is not None
    assert status.kind is KeepKind.KEPT
    assert [row.context_length for row in server.state.memory.rows()] == [2048]
    record = state.record(KEY)
    assert record is not None
    assert [each.context_length for each in state.keeping.measured_of(record)] == [2048]
    commands.unload_requested.emit(ref)
    qtbot.waitUntil(lambda: badges() == (), timeout=10_000)
    assert state.keeping.kept == ()
    assert server.state.memory.rows() == []


def test_a_kept_model_is_not_offered_to_free_space(application: Application, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: application.state.is_online(KEY[0]))
    application._build_for_window()  # as the window's opening has it done
    disk = application.disk
    assert disk is not None
    assert not disk._is_kept(KEY)
    disk.watch(DiskTarget(KEY[0]))
    qtbot.waitUntil(lambda: application.state.disk.freeing(KEY[0]) is not None)
    application.commands.keep_requested.emit(KeepRequest(ModelRef(*KEY)))
    qtbot.waitUntil(lambda: disk._is_kept(KEY))
    assert disk._watches[KEY[0]].is_stale


def test_a_load_is_stopped(application: Application, server: FaultyServer, qtbot: QtBot) -> None:
    server.state.load_s = 60.0
    state, commands = application.state, application.commands
    qtbot.waitUntil(lambda: state.record(KEY) is not None, timeout=10_000)
    commands.keep_requested.emit(KeepRequest(ModelRef(*KEY)))
    qtbot.waitUntil(lambda: bool(server.asked("/api/generate")), timeout=10_000)
    commands.load_stop_requested.emit(ModelRef(*KEY))
    assert state.busy(KEY) is Verb.STOP
    qtbot.waitUntil(lambda: state.busy(KEY) is None, timeout=10_000)
    assert state.keeping.loads == ()
    assert server.state.memory.rows() == []


def test_the_program_ends_in_the_middle_of_a_load(
    application: Application, server: FaultyServer, qtbot: QtBot
) -> None:
    server.state.load_s = 60.0
    qtbot.waitUntil(lambda: application.state.record(KEY) is not None, timeout=10_000)
    application.commands.keep_requested.emit(KeepRequest(ModelRef(*KEY)))
    qtbot.waitUntil(lambda: bool(server.asked("/api/generate")), timeout=10_000)
    # The fixture ends the program, which leaves no thread behind.
