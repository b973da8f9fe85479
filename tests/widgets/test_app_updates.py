"""Updates in the whole program: from a command to the row, and to the end of the program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, faults, small
from tests.unit.workers.updates.conftest import library
from tests.widgets.programs import running_program
from tray_app.app.application import Application
from tray_app.core.payloads import ModelRef
from tray_app.core.pulls.states import PullState
from tray_app.core.updates.verdicts import Standing

S = Standing
KEY = ("demo", "tiny:latest")


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=library("tiny", "other"), tick_s=0.01) as running:
        yield running


@pytest.fixture
def application(qapp: QApplication, server: FaultyServer, tmp_path: Path) -> Iterator[Application]:
    with running_program(qapp, server, tmp_path) as made:
        yield made


def wait_for_standing(application: Application, qtbot: QtBot, standing: Standing) -> None:
    def check() -> None:
        assert application.state.verdict(KEY).standing is standing

    qtbot.waitUntil(check, timeout=10_000)


def test_a_newer_version_is_found_shown_and_taken(
    application: Application, server: FaultyServer, qtbot: QtBot
) -> None:
    state, commands = application.state, application.commands
    qtbot.waitUntil(lambda: state.record(KEY) is not None)
    commands.update_check_requested.emit()
    wait_for_standing(application, qtbot, S.CURRENT)
    qtbot.waitUntil(lambda: not state.update_check.is_running)
    newer = small.model("tiny two", 50_000_000)
    server.state.publish("tiny", newer)
    commands.update_check_requested.emit()
    wait_for_standing(application, qtbot, S.WEIGHTS)
    assert state.update_count == 1
    record = state.record(KEY)
    assert record is not None
    commands.update_one_requested.emit(ModelRef(*KEY, record.digest))
    qtbot.waitUntil(
        lambda: [item.state for item in state.downloads] == [PullState.DONE], timeout=10_000
    )
    wait_for_standing(application, qtbot, S.CURRENT)
    qtbot.waitUntil(lambda: state.record(KEY).digest == newer.digest)  # type: ignore[union-attr]
    assert state.update_count == 0


def test_the_program_ends_in_the_middle_of_a_check(
    application: Application, server: FaultyServer, qtbot: QtBot
) -> None:
    server.fault("*", faults.never_answer(), method="HEAD")
    qtbot.waitUntil(lambda: application.state.record(KEY) is not None)
    application.commands.update_check_requested.emit()
    qtbot.waitUntil(lambda: any(r.method == "HEAD" for r in server.requests), timeout=10_000)
    # The fixture ends the program, which leaves no thread behind.
