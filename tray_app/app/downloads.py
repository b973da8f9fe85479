"""Downloads: what stands around the download queue: rules, disk, the question of Cancel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from tray_app.core.pulls.policy import is_cancel_asked
from tray_app.core.pulls.rules import QuietHours, RuleChoices, SystemConditions, evaluate
from tray_app.desktop.conditions.system import system_network, system_power
from tray_app.settings.pull_limits import limits_of
from tray_app.workers.pulls.disk_watch import DiskWatch

if TYPE_CHECKING:
    from tray_app.core.pulls.states import PullItem
    from tray_app.core.records import Snapshot
    from tray_app.desktop.conditions.base import Network, Power
    from tray_app.settings import Settings
    from tray_app.settings.values import SettingsValues
    from tray_app.workers.jobs import Target
    from tray_app.workers.pulls.queue import PullQueue
    from tray_app.workers.runner import JobRunner

MAX_NAP_S = 60.0
"""Clocks are set and computers sleep: the time of day is looked at so often, where it matters."""

_LIMITS = frozenset({"max_pulls", "retry_pulls", "restart_stalled", "stall_s", "keep_free_gb"})
_RULES = frozenset({"pause_on_metered", "pause_on_battery", "is_quiet_at_times", "quiet_hours"})


def choices_of(values: SettingsValues) -> RuleChoices:
    """The rules that the settings want."""
    hours = QuietHours.parse(values.quiet_hours) if values.is_quiet_at_times else None
    return RuleChoices(values.pause_on_battery, values.pause_on_metered, hours)


def local_now() -> datetime:
    """The time of day here, without a zone."""
    return datetime.now(UTC).astimezone().replace(tzinfo=None)


class RuleWatcher(QObject):
    """Signals: `conditions_changed` when the system tells something new, `evaluated` with what the
    rules amount to, each time they are looked at.

    Thread: the GUI thread. The system is not asked before `start`.
    """

    conditions_changed = Signal(object)  # SystemConditions
    evaluated = Signal(object)  # RuleState

    def __init__(
        self,
        settings: Settings,
        queue: PullQueue,
        parent: QObject | None = None,
        *,
        power: Callable[[QObject], Power] = system_power,
        network: Callable[[QObject], Network] = system_network,
        now: Callable[[], datetime] = local_now,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._queue = queue
        self._makers = (power, network)
        self._now = now
        self._power: Power | None = None
        self._network: Network | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)  # a coarse one may come too early
        self._timer.setObjectName("rules")
        self._timer.timeout.connect(self.evaluate)
        settings.changed.connect(self._on_settings_changed)

    @property
    def conditions(self) -> SystemConditions:
        """What the system tells by now."""
        return SystemConditions(
            self._power.on_battery if self._power is not None else None,
            self._network.is_metered if self._network is not None else None,
            self._power.percent if self._power is not None else None,
            self._network.is_online if self._network is not None else None,
        )

    @property
    def is_started(self) -> bool:
        """Whether the system is asked."""
        return self._power is not None

    @Slot()
    def start(self) -> None:
        """There are downloads, or somebody looks: from now on it matters."""
        if self._power is not None:
            return
        make_power, make_network = self._makers
        self._power = make_power(self)
        self._network = make_network(self)
        for source in (self._power, self._network):
            source.changed.connect(self._on_source_changed)
            source.start()
        self.evaluate()

    def close(self) -> None:
        self._timer.stop()
        for source in (self._power, self._network):
            if source is not None:
                source.close()

    @Slot()
    def evaluate(self) -> None:
        """Tell the queue what holds now, and wake up when the clock may change it."""
        verdict = evaluate(choices_of(self._settings.values), self.conditions, self._now())
        self._queue.set_rule(verdict.here, verdict.elsewhere, verdict.until)
        self.evaluated.emit(replace(verdict, next_s=None))
        if verdict.next_s is None:
            self._timer.stop()
        else:
            self._timer.start(round(min(verdict.next_s, MAX_NAP_S) * 1000) + 1)

    @Slot()
    def _on_source_changed(self) -> None:
        self.evaluate()
        self.conditions_changed.emit(self.conditions)

    @Slot(str)
    def _on_settings_changed(self, name: str) -> None:
        if name in _LIMITS:
            self._queue.set_limits(limits_of(self._settings.values))
        elif name in _RULES:
            self.evaluate()


class Downloads(QObject):
    """Thread: GUI thread. `ask_cancel` asks a person before much is thrown away."""

    def __init__(
        self,
        settings: Settings,
        queue: PullQueue,
        runner: JobRunner,
        target_of: Callable[[str], Target | None],
        ask_cancel: Callable[[PullItem], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._queue = queue
        self._ask_cancel = ask_cancel
        self.rules = RuleWatcher(settings, queue, self)
        self.disk = DiskWatch(runner, target_of, queue.items, self)
        queue.item_added.connect(self.rules.start)
        for signal in (queue.item_added, queue.item_changed, queue.item_removed):
            signal.connect(self.disk.note_items)
        self.disk.measured.connect(queue.set_disk_space)
        self.rules.evaluate()

    def note_snapshot(self, snapshot: Snapshot) -> None:
        """What is installed now."""
        self._queue.note_snapshot(snapshot)
        self.disk.note_snapshot(snapshot)

    @Slot()
    def on_woke(self) -> None:
        """The computer slept: the time of day is another."""
        self._queue.on_woke()
        self.rules.evaluate()

    @Slot(str)
    def cancel(self, item_id: str) -> None:
        """A person cancels a download: asked back when much of it is there already."""
        item = self._queue.item(item_id)
        if item is not None and is_cancel_asked(item):
            self._ask_cancel(item)
        else:
            self._queue.cancel(item_id)

    def close(self) -> None:
        self.rules.close()
        self.disk.close()
