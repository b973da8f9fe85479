"""Updates in the whole program: from a command to the row, and to the end of the program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, faults, small
from tests.unit.workers.updates.conftest import library
from tray_app.app.application import Application
from tray_app.app.demo import Demo
from tray_app.cli import Invocation
from tray_app.core.payloads import ModelRef
from tray_app.core.pulls.states import PullState
from tray_app.core.updates.verdicts import Standing
from tray_app.desktop.instance.single_instance import SingleInstance
from tray_app.desktop.tray.tray import Tray
from tray_app.paths import paths
from tray_app.settings import ServerEntry

S = Standing
KEY = ("demo", "tiny:latest")


class Registries:
    """A server that is all registries, too, as in a demo."""

    def __init__(self, server: FaultyServer) -> None:
        self.server = ServerEntry("demo", "", server.url)
        self.registry_urls = {"*": server.url}

    def close(self) -> None:
        pass


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=library("tiny", "other"), tick_s=0.01) as running:
        yield running


@pytest.fixture
def application(
    qapp: QApplication, qtbot: QtBot, server: FaultyServer, tmp_path: Path
) -> Iterator[Application]:
    instance = SingleInstance(tmp_path)
    assert instance.claim()
    made = Application(
        qapp,
        Tray(qapp),
        Invocation(data_dir=tmp_path),
        paths(tmp_path),
        instance,
        cast("Demo", Registries(server)),
    )
    made.connect_parts()  # and not started: its crash reporter would keep faults from the test
    made.servers.take()
    made.window.show()
    made._build_updates()
    yield made
    made.after_loop()
    instance.close()
    made.deleteLater()


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
