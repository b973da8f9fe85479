"""RuleWatcher: settings, clock and system to the queue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from tray_app.app.downloads import RuleWatcher, choices_of
from tray_app.core.pulls.rules import GB, QuietHours, SystemConditions
from tray_app.core.pulls.states import Hold
from tray_app.desktop.conditions.base import Network, Power
from tray_app.settings import Settings
from tray_app.settings.pull_limits import limits_of
from tray_app.settings.values import SettingsValues
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.runner import JobRunner


class PowerCord(Power):
    def plug(self, is_in: bool | None) -> None:
        self._take(None if is_in is None else not is_in)


class Phone(Network):
    def use(self, is_used: bool) -> None:
        self._take(is_used)


class World:
    """A queue, its watcher, and a system that does what a test says."""

    def __init__(self) -> None:
        self.now = datetime.combine(date(2026, 11, 24), time(12))
        self.settings = Settings(None)
        self.runner = JobRunner()
        self.queue = PullQueue(self.runner, lambda _: None, limits=limits_of(self.values))
        self.watcher = RuleWatcher(
            self.settings,
            self.queue,
            power=self._power,
            network=self._network,
            now=lambda: self.now,
        )

    @property
    def values(self) -> SettingsValues:
        return self.settings.values

    def _power(self, parent: QObject) -> Power:
        self.cord = PowerCord(parent)
        return self.cord

    def _network(self, parent: QObject) -> Network:
        self.phone = Phone(parent)
        return self.phone

    def hold(self) -> Hold | None:
        return self.queue._schedule.rule_state.here


@pytest.fixture
def world(qtbot: QtBot) -> Iterator[World]:
    made = World()
    yield made
    made.watcher.close()
    made.queue.close()
    made.runner.close()
    qtbot.waitUntil(lambda: not made.runner.active())


def test_limits_are_those_of_the_settings(world: World) -> None:
    limits = limits_of(world.values)
    assert (limits.max_pulls, limits.stall_s, limits.keep_free_bytes) == (1, 60.0, 5 * GB)
    assert limits.policy.is_retrying
    world.settings.update({"restart_stalled": False, "retry_pulls": False, "keep_free_gb": 0})
    limits = limits_of(world.values)
    assert (limits.stall_s, limits.keep_free_bytes) == (0.0, 0)
    assert not limits.policy.is_retrying
    assert world.queue._schedule.limits == limits, "the queue was told"


def test_choices_are_those_of_the_settings(world: World) -> None:
    assert choices_of(world.values).quiet_hours is None
    world.settings.set("is_quiet_at_times", True)
    assert choices_of(world.values).quiet_hours == QuietHours(time(7), time(23))


def test_the_system_is_asked_when_it_matters(world: World) -> None:
    assert world.watcher.conditions == SystemConditions()
    world.watcher.start()
    seen: list[SystemConditions] = []
    world.watcher.conditions_changed.connect(seen.append)
    world.phone.use(True)
    world.cord.plug(False)
    assert seen == [SystemConditions(None, True), SystemConditions(True, True)]
    cord = world.cord
    world.watcher.start()
    assert world.cord is cord, "once"


def test_metered_and_battery_hold_when_they_are_to(world: World) -> None:
    world.watcher.start()
    world.phone.use(True)
    assert world.hold() is Hold.METERED
    world.settings.set("pause_on_metered", False)
    assert world.hold() is None
    world.cord.plug(False)
    assert world.hold() is None
    world.settings.set("pause_on_battery", True)
    assert world.hold() is Hold.BATTERY
    world.cord.plug(True)
    assert world.hold() is None


def test_quiet_hours_begin_and_end_with_the_clock(world: World, qtbot: QtBot) -> None:
    world.settings.set("is_quiet_at_times", True)
    assert world.hold() is Hold.QUIET_HOURS
    assert world.queue._schedule.rule_state.until == time(23)
    timer = world.watcher._timer
    assert 0 < timer.remainingTime() <= 60_001
    world.now = datetime.combine(world.now.date(), time(22, 59, 59, 990_000))
    world.watcher.evaluate()
    assert world.hold() is Hold.QUIET_HOURS
    world.now = datetime.combine(world.now.date(), time(23))
    qtbot.waitUntil(lambda: world.hold() is None)
    world.settings.set("is_quiet_at_times", False)
    assert not timer.isActive()
