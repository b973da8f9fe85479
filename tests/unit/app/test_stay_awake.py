"""StayAwake: when the computer is kept awake, and when no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from tests.support import facts
from tray_app.app.stay_awake import StayAwake
from tray_app.core.pulls.rules import SystemConditions
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.records import Server
from tray_app.desktop.awake.base import Awake
from tray_app.settings import Settings
from tray_app.state.app_state import AppState

HERE = PullItem("1", "here", "x:latest", PullState.WAITING, datetime(2026, 11, 28, tzinfo=UTC))
THERE = replace(HERE, id="2", server_id="nas")
RUNNING = PullState.RUNNING


class System(Awake):
    """Agrees to everything; counts what it is asked for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.holds = 0
        self.is_closed = False

    def hold(self) -> None:
        self.holds += 1
        self._take(True)

    def release(self) -> None:
        self._take(False)

    def close(self) -> None:
        super().close()
        self.is_closed = True


class World:
    def __init__(self) -> None:
        self.settings = Settings(None)
        servers = (Server("here", "", "127.0.0.1:11434"), Server("nas", "nas", "192.168.1.30"))
        self.state = AppState(servers[0])
        self.state.set_servers(servers, "here", "")
        self.system: System | None = None
        self.stay_awake = StayAwake(self.settings, self.state, make=self._make)

    def move(self, item: PullItem, state: PullState) -> None:
        facts.set_download(self.state, replace(item, state=state))

    @property
    def is_awake(self) -> bool:
        return self.state.is_kept_awake

    def _make(self, parent: QObject) -> Awake:
        self.system = System(parent)
        return self.system


@pytest.fixture
def world(qtbot: QtBot) -> Iterator[World]:
    made = World()
    yield made
    made.stay_awake.close()


def test_nothing_is_asked_before_a_byte_moves(world: World) -> None:
    world.move(HERE, PullState.WAITING)
    world.move(HERE, PullState.PREPARING)
    assert world.system is None
    world.move(HERE, RUNNING)
    assert world.is_awake


@pytest.mark.parametrize("state", [each for each in PullState if each is not RUNNING])
def test_let_go_with_the_last_byte(world: World, state: PullState) -> None:
    world.move(HERE, RUNNING)
    world.move(HERE, state)
    assert not world.is_awake


def test_let_go_when_the_last_download_is_taken_away(world: World) -> None:
    world.move(HERE, RUNNING)
    facts.remove_download(world.state, HERE.id)
    assert not world.is_awake


def test_held_while_any_of_several_moves_and_asked_for_once(world: World) -> None:
    other = replace(HERE, id="3")
    world.move(HERE, RUNNING)
    world.move(other, RUNNING)
    world.move(HERE, PullState.DONE)
    assert world.is_awake
    assert world.system is not None
    asked = world.system.holds
    for count in range(100):
        facts.set_download(world.state, replace(other, state=RUNNING, fetched_bytes=count))
    assert world.system.holds == asked
    world.move(other, PullState.PAUSED)
    assert not world.is_awake


def test_another_computer_downloads_by_itself(world: World) -> None:
    world.move(THERE, RUNNING)
    assert world.system is None


def test_a_server_that_moves_to_another_computer(world: World) -> None:
    world.move(HERE, RUNNING)
    world.state.set_servers((Server("here", "", "192.168.1.30"),), "here", "here")
    assert not world.is_awake
    world.move(HERE, PullState.STALLED)
    world.move(HERE, RUNNING)
    assert not world.is_awake


def test_the_setting(world: World) -> None:
    world.settings.set("keep_awake", False)
    world.move(HERE, RUNNING)
    assert world.system is None
    world.settings.set("keep_awake", True)
    assert world.is_awake
    world.settings.set("keep_awake", False)
    assert not world.is_awake


def test_a_battery_that_gets_low(world: World) -> None:
    world.move(HERE, RUNNING)
    world.state.set_conditions(SystemConditions(on_battery=True, battery_percent=20))
    assert world.is_awake
    world.state.set_conditions(SystemConditions(on_battery=True, battery_percent=19))
    assert not world.is_awake
    world.state.set_conditions(SystemConditions(on_battery=False))
    assert world.is_awake


def test_what_moves_before_it_is_there_counts(world: World) -> None:
    world.move(HERE, RUNNING)
    late = System()
    stay_awake = StayAwake(world.settings, world.state, make=lambda _: late)
    assert late.is_held
    stay_awake.close()


def test_the_end_of_the_program_lets_go(world: World) -> None:
    world.move(HERE, RUNNING)
    world.stay_awake.close()
    assert world.system is not None
    assert world.system.is_closed
    assert not world.is_awake
