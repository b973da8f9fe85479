"""The settings page Downloads: the queue, when it may run, and what it must not do."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QTime, Slot

from tray_app.core.pulls.rules import QuietHours
from tray_app.text import tr
from tray_app.views.components.inputs import TimeBox
from tray_app.views.components.labels import PlainLabel
from tray_app.views.settings.hosts import HostsCard
from tray_app.views.settings.rows import CheckControlRow, SettingsPage
from tray_app.views.theme import TextRole

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState

MAX_PULLS = 8
MAX_STALL_S = 3600
MAX_KEEP_GB = 9_999


class DownloadsPage(SettingsPage):
    """Only what this system can tell of itself is offered."""

    def __init__(self, settings: Settings, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(settings, parent)
        self._state = state
        self._add_queue()
        self._add_times()
        self._add_safety()
        self.finish()
        state.conditions_changed.connect(self._show_conditions)
        self._show_conditions()

    def _add_queue(self) -> None:
        queue = self.add_group(tr("Queue"))
        self.add_number(
            queue,
            "max_pulls",
            tr("Downloads at the &same time"),
            1,
            MAX_PULLS,
            tr("One is usually fastest: Ollama already opens 16 connections for each download."),
        )
        self.add_check(
            queue, "resume_pulls", tr("&Continue unfinished downloads when Ollama Tray starts")
        )
        self.add_check(
            queue,
            "retry_pulls",
            tr("&Retry automatically after network errors"),
            tr(
                "Up to 10 times, with growing pauses. Errors that a retry can’t fix are never"
                " retried."
            ),
        )
        seconds = self.number("stall_s", 10, MAX_STALL_S)
        seconds.setSuffix(tr(" s", "seconds, behind a number"))
        seconds.setSingleStep(10)
        seconds.setAccessibleName(tr("Seconds without data"))
        stalled = CheckControlRow(
            tr("R&estart a download that has stalled"),
            (seconds,),
            tr("When no data has arrived for"),
        )
        self.bind_check(stalled.box, "restart_stalled")
        queue.add_row(stalled)
        self.add_check(
            queue,
            "keep_awake",
            tr("Keep this computer a&wake while it downloads"),
            tr("Not below 20% on battery. The screen may still turn off."),
        )

    def _add_times(self) -> None:
        times = self.add_group(tr("When to download"))
        self._times = times
        self.metered = self.add_check(
            times, "pause_on_metered", tr("Pause on &metered connections")
        )
        self.battery = self.add_check(times, "pause_on_battery", tr("Pause on &battery"))
        self.start, self.end = TimeBox(), TimeBox()
        self.start.setAccessibleName(tr("Download from"))
        self.end.setAccessibleName(tr("Download until"))
        between = PlainLabel(tr("and", "between two times"), TextRole.SECONDARY, wrap=False)
        only = CheckControlRow(tr("&Only between"), (self.start, between, self.end))
        self.bind_check(only.box, "is_quiet_at_times")
        self._show_hours(self.settings.values.quiet_hours)
        self.follow("quiet_hours", self._show_hours)
        self.start.timeChanged.connect(self._on_time_changed)
        self.end.timeChanged.connect(self._on_time_changed)
        times.add_row(only)

    def _add_safety(self) -> None:
        safety = self.add_group(tr("Safety"))
        keep = self.add_number(
            safety,
            "keep_free_gb",
            tr("&Keep free on the model disk"),
            0,
            MAX_KEEP_GB,
            tr("A download pauses when less is left."),
        )
        keep.setSuffix(tr(" GB", "behind a number"))
        keep.setSpecialValueText(tr("Off", "nothing is kept free"))
        self.hosts = HostsCard(
            self.settings,
            "insecure_hosts",
            tr("Registries without encryption"),
            tr(
                "Models from these hosts are fetched over plain HTTP. Anyone on the way can read"
                " and change them. Add only registries in your own network."
            ),
            is_warning=True,
        )
        self.column.addSpacing(12)
        self.column.addWidget(self.hosts)

    @Slot()
    def _show_conditions(self) -> None:
        conditions = self._state.conditions
        self._times.show_row(self.metered, conditions.is_metered is not None)
        self._times.show_row(self.battery, conditions.on_battery is not None)

    def _show_hours(self, text: str) -> None:
        """The setting has the hours without downloads, the page those with them."""
        hours = QuietHours.parse(text)
        for box, moment in ((self.start, hours.end), (self.end, hours.start)):
            box.blockSignals(True)  # else the first would write a span that nobody wanted
            box.setTime(QTime(moment.hour, moment.minute))
            box.blockSignals(False)

    def _on_time_changed(self) -> None:
        start, end = (
            time(box.time().hour(), box.time().minute()) for box in (self.start, self.end)
        )
        self.settings.set("quiet_hours", str(QuietHours(start=end, end=start)))
