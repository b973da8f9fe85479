"""CreateFiles: a file is read for who asks, again where it has changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QDeadlineTimer, QObject
from pytestqt.qtbot import QtBot

from tests.fakes.gguf import model
from tray_app.app.create_files import CreateFiles
from tray_app.commands import Commands
from tray_app.core.creates.files import FileFacts
from tray_app.core.creates.groups import FileGroup
from tray_app.core.gguf.records import FileFault
from tray_app.core.records import Server
from tray_app.state.app_state import AppState
from tray_app.workers.runner import JobRunner


@pytest.fixture
def owner(qtbot: QtBot) -> Iterator[QObject]:
    made = QObject()
    yield made
    made.deleteLater()


@pytest.fixture
def runner(owner: QObject) -> Iterator[JobRunner]:
    made = JobRunner(owner)
    yield made
    made.close()
    assert made.wait(QDeadlineTimer(3000))


def test_a_file_is_read_and_again_where_it_has_changed(
    qtbot: QtBot, owner: QObject, runner: JobRunner, tmp_path: Path
) -> None:
    state, commands = AppState(Server("local"), owner), Commands(owner)
    CreateFiles(runner, state, commands, owner)
    told: list[FileFacts] = []
    state.creates.file_read.connect(told.append)
    path = model().write(tmp_path / "Tiny-F16.gguf")
    group = FileGroup(str(path), (str(path),))

    def ask() -> FileFacts:
        count = len(told)
        commands.create_files_requested.emit(group)
        qtbot.waitUntil(lambda: len(told) > count)
        return told[-1]

    first = ask()
    assert first.header is not None
    assert (first.path, first.name) == (str(path), "tiny:f16")
    assert ask() is first
    os.utime(path, ns=(1, 1))
    assert ask() != first
    path.write_bytes(b"PK")
    assert ask().fault is FileFault.NOT_GGUF
    path.unlink()
    assert ask().fault is FileFault.GONE
