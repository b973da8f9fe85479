"""Keeping Windows and macOS awake, with a system and a program that do what a test says."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.support.waiting import wait_for
from tray_app.desktop.awake.base import Awake
from tray_app.desktop.awake.macos import MacAwake
from tray_app.desktop.awake.windows import WindowsAwake


def test_a_system_that_keeps_nobody_awake(qtbot: QtBot) -> None:
    awake = Awake()
    awake.hold()
    assert not awake.is_held
    awake.close()


def test_windows_is_told_once_and_told_again_when_it_may_sleep(qtbot: QtBot) -> None:
    told: list[int] = []

    def take(state: int) -> int:
        told.append(state)
        return 0x80000000

    awake = WindowsAwake(set_state=take)
    awake.release()
    awake.hold()
    awake.hold()
    assert awake.is_held
    awake.close()
    assert not awake.is_held
    assert told == [0x80000001, 0x80000000]


def test_windows_that_does_not_take_it(qtbot: QtBot) -> None:
    awake = WindowsAwake(set_state=lambda _: 0)
    with qtbot.assertNotEmitted(awake.changed):
        awake.hold()
    assert not awake.is_held


def caffeinate(folder: Path, words: str) -> str:
    path = folder / "caffeinate"
    path.write_text(f"#!/bin/sh\n{words}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


posix = pytest.mark.skipif(sys.platform == "win32", reason="the program is a shell script")


@posix
def test_caffeinate_runs_as_long_as_it_is_held(qtbot: QtBot, tmp_path: Path) -> None:
    said = tmp_path / "said"
    words = f'echo "$$ $@" > {said}.new; mv {said}.new {said}; exec sleep 1000'
    with closing(MacAwake(program=caffeinate(tmp_path, words))) as awake:
        awake.hold()
        awake.hold()
        qtbot.waitUntil(lambda: awake.is_held)
        wait_for(said.exists)
        pid, *rest = said.read_text(encoding="utf-8").split()
        assert rest == ["-i", "-w", str(os.getpid())]
        awake.release()
        assert not awake.is_held
        qtbot.waitUntil(lambda: not is_running(int(pid)))
        said.unlink()
        awake.hold()
        qtbot.waitUntil(lambda: awake.is_held)
        wait_for(said.exists)
        pid = said.read_text(encoding="utf-8").split()[0]
        awake.close()
        assert not is_running(int(pid)), "the program ends with nothing left behind"


@posix
def test_a_caffeinate_that_ends_by_itself_holds_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    with closing(MacAwake(program=caffeinate(tmp_path, "read line; exit 0"))) as awake:
        with qtbot.waitSignals([awake.changed, awake.changed]):
            awake.hold()
        assert not awake.is_held


def test_no_caffeinate(qtbot: QtBot, tmp_path: Path) -> None:
    with closing(MacAwake(program=str(tmp_path / "none"))) as awake:
        awake.hold()
        qtbot.waitUntil(lambda: awake._process is None)
        assert not awake.is_held
