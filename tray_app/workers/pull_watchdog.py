"""PullWatchdog: what happens to downloads by the clock alone.

A stalled attempt is ended and asked for again, a retry comes due, a canceled row goes, and the
computer may have slept. The server sends identical lines during a stall, so bytes are watched,
not lines.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Slot

from tray_app.core.errors import PullFailed, PullFailure
from tray_app.core.pulls.policy import Remedy
from tray_app.core.pulls.states import IN_TRANSFER, PullEvent, PullState
from tray_app.workers.pull_engine import PullEngine
from tray_app.workers.pulls.entry import PullEntry

log = logging.getLogger(__name__)

SAVE_PROGRESS_S = 5.0
CANCELED_ROW_S = 10.0
SLEPT_S = 30.0
S, E = PullState, PullEvent


class PullWatchdog(PullEngine):
    """Adds the clock to the engine. Signals and threads are those of PullEngine."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ticked_s: float | None = None
        self._progress_saved_s = self._clock()

    @Slot()
    def _on_timer_timeout(self) -> None:
        now_s = self._clock()
        if self._ticked_s is not None and now_s - self._ticked_s >= SLEPT_S:
            self.on_woke()
        self._ticked_s = now_s
        for entry in list(self._entries.values()):
            self._watch(entry, now_s)
        if now_s - self._progress_saved_s >= SAVE_PROGRESS_S:
            self._progress_saved_s = now_s
            self._save(is_progress=True)
        self._after()
        if not self._timer.isActive():
            self._ticked_s = None  # idle: a late next tick is no sleep

    def _watch(self, entry: PullEntry, now_s: float) -> None:
        item = entry.item
        if item.state is S.RETRYING and item.retry_s is not None and now_s >= item.retry_s:
            self._step(entry, E.RETRY_DUE)
        elif item.state is S.CANCELED and now_s - item.state_since_s >= CANCELED_ROW_S:
            self._drop(entry)
        elif item.state in IN_TRANSFER and entry.job is None:
            if entry.restart_at_s is not None and now_s >= entry.restart_at_s:
                self._start_attempt(entry)
        elif item.state in IN_TRANSFER:
            self._watch_bytes(entry, now_s)

    def _watch_bytes(self, entry: PullEntry, now_s: float) -> None:
        stall_s = self._limits.stall_s
        silent_s = now_s - entry.last_byte_s
        if not stall_s or silent_s < stall_s / 2 or entry.is_restarted:
            return
        self._step(entry, E.STALL)
        self._set(entry, replace(entry.item, restart_s=entry.last_byte_s + stall_s))
        if silent_s >= stall_s:
            log.info("pull of %s: no data for %.0f s, asking again", entry.item.name, silent_s)
            self._restart_stalled(entry)

    def _restart_stalled(self, entry: PullEntry) -> None:
        """End an attempt that gets nowhere; it is asked for again after a pause."""
        attempt = entry.item.attempt + 1
        stalled = PullFailed(entry.item.name, "", PullFailure.STALLED)
        if self._limits.policy.remedy(stalled, attempt, 0) is Remedy.GIVE_UP:
            self._step(entry, E.REFUSED, stalled)
        else:
            self._retry_later(entry, stalled, attempt)

    def _restart_softly(self, entry: PullEntry) -> None:
        """End the attempt and ask again at once; not a fault, not counted."""
        entry.last_byte_s = self._clock()
        if entry.job is not None:
            entry.job.cancel()

    @Slot()
    def on_woke(self) -> None:
        """The computer slept: connections are dead, which is nobody's fault."""
        for entry in list(self._entries.values()):
            if entry.item.state in IN_TRANSFER:
                self._restart_softly(entry)
