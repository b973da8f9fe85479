"""PullLine: which downloads run and which wait: places, rules, servers that are away.

Why one is held by a rule stands in `pull_gate`; how one starts and what becomes of it in
`pull_engine`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject

from tray_app.core.errors import OllamaError
from tray_app.core.pulls.policy import QueueLimits
from tray_app.core.pulls.states import ACTIVE, IN_TRANSFER, Hold, PullEvent, PullState
from tray_app.workers.jobs import Target
from tray_app.workers.pull_gate import HoldReason, PullGate
from tray_app.workers.pull_rows import PullRows
from tray_app.workers.pulls.entry import PullEntry
from tray_app.workers.pulls.store import PullStore
from tray_app.workers.runner import JobRunner

S, E = PullState, PullEvent


class PullLine(PullRows):
    """Adds the line to the rows. Signals and threads are those of PullRows."""

    def __init__(
        self,
        runner: JobRunner,
        store: PullStore | None,
        target_of: Callable[[str], Target | None],
        limits: QueueLimits,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(runner, store, parent)
        self._target_of = target_of
        self._limits = limits
        self._online: dict[str, bool] = {}
        self._gate = PullGate()

    def _step(self, entry: PullEntry, event: PullEvent, error: OllamaError | None = None) -> None:
        raise NotImplementedError

    def _start_attempt(self, entry: PullEntry) -> None:
        raise NotImplementedError

    def _hold_back(self) -> None:
        """Send running downloads that a rule does not allow any more back to the line."""
        reserved: dict[str, int] = {}
        for entry in list(self._entries.values()):
            if entry.item.state in IN_TRANSFER and (held := self._held(entry, reserved)):
                self._step(entry, E.HELD)
                self._show_hold(entry, held)
            elif entry.item.state in ACTIVE:
                self._reserve(entry, reserved)

    def _fill(self) -> None:
        """Start waiting downloads, in order, as far as places, rules and servers allow."""
        reserved: dict[str, int] = {}
        taken = len(self._leaving) + sum(1 for e in self._entries.values() if e.is_busy)
        for entry in self._entries.values():
            if entry.item.state in ACTIVE:
                self._reserve(entry, reserved)
        for entry in list(self._entries.values()):
            if entry.item.state is not S.WAITING:
                continue
            held = self._hold_of(entry, taken, reserved)
            if held is None and self._may_ask(entry):
                taken += 1
                self._reserve(entry, reserved)
                self._step(entry, E.START)
                self._start_attempt(entry)
            else:
                self._show_hold(entry, held)

    def _may_ask(self, entry: PullEntry) -> bool:
        """Not before the row is on disk, nor while an earlier attempt has not ended."""
        is_asked_for = entry.job is not None or self._is_asked_for(entry.item)
        return not is_asked_for and self._is_on_disk(entry)

    def _hold_of(self, entry: PullEntry, taken: int, reserved: dict[str, int]) -> HoldReason | None:
        if not self._online.get(entry.item.server_id, False):
            return HoldReason(Hold.SERVER)
        held = self._held(entry, reserved)
        if held is not None or entry.is_forced or entry.is_next:
            return held
        return HoldReason(Hold.LINE) if taken >= self._limits.max_pulls else None

    def _held(self, entry: PullEntry, reserved: dict[str, int]) -> HoldReason | None:
        """What the rules say; they do not count for what a person started all the same."""
        if entry.is_forced:
            return None
        verdict = self._gate.verdict
        return self._gate.held(
            entry.item,
            is_here=verdict.here is verdict.elsewhere or self._is_here(entry.item.server_id),
            kept=self._limits.keep_free_bytes,
            reserved=reserved.get(entry.item.server_id, 0),
        )

    def _is_here(self, server_id: str) -> bool:
        target = self._target_of(server_id)
        return target is None or target.endpoint.is_loopback

    def _reserve(self, entry: PullEntry, reserved: dict[str, int]) -> None:
        server_id = entry.item.server_id
        reserved[server_id] = reserved.get(server_id, 0) + self._gate.to_fetch(entry.item)

    def _show_hold(self, entry: PullEntry, held: HoldReason | None) -> None:
        held = held or HoldReason(Hold.LINE)
        item = replace(
            entry.item,
            hold=held.hold,
            hold_until=held.until,
            missing_bytes=held.missing_bytes,
        )
        self._set(entry, item)
