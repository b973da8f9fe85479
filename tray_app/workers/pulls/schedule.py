"""Schedule: which downloads may run and which wait, and why: places, rules, disks, servers away.

It decides and acts on nothing: the queue does what it says. The rules are `core.pulls.rules`, who
measures disks is `disk_watch`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping

from tray_app.core.pulls.policy import QueueLimits, has_named_time
from tray_app.core.pulls.rules import (
    Claims,
    DiskSpace,
    HoldReason,
    Layers,
    RuleState,
    missing_bytes,
    ruled_out,
)
from tray_app.core.pulls.states import ACTIVE, IN_TRANSFER, Hold, PullState
from tray_app.workers.pulls.entry import PullEntry, find_entry


class Schedule:
    """Keeps what decides: `limits` and `rule_state`, which servers answer, what is free on disks.

    `is_here` tells whether a server is on this computer: only there do all rules count.
    """

    def __init__(self, limits: QueueLimits, is_here: Callable[[str], bool]) -> None:
        self.limits = limits
        self.rule_state = RuleState()
        self._is_here = is_here
        self._online: dict[str, bool] = {}
        self._used: Mapping[str, bool] | None = None
        self._disks: dict[str, DiskSpace] = {}

    def set_online(self, server_id: str, is_online: bool) -> bool:
        """Whether a server answers; gives whether that is news."""
        is_news = self._online.get(server_id) is not is_online
        self._online[server_id] = is_online
        return is_news

    def is_online(self, server_id: str) -> bool:
        """Whether a server answers, as far as is known."""
        return self._online.get(server_id, False)

    def is_used(self, server_id: str) -> bool:
        """Whether a server is switched on; all are before anybody has said which there are."""
        return self._used is None or bool(self._used.get(server_id))

    def set_servers(self, used: Mapping[str, bool]) -> bool:
        """All servers there are, and whether each is switched on; gives whether that is news."""
        is_news = self._used != used
        self._used = dict(used)
        return is_news

    def set_disk_space(self, space: DiskSpace) -> None:
        self._disks[space.server_id] = space

    def overruled(self, entries: Collection[PullEntry]) -> list[tuple[PullEntry, HoldReason]]:
        """The running ones that the rules do not allow any more: they go back to the line; so do
        those that would soon try again, if nothing may be asked of their server."""
        found: list[tuple[PullEntry, HoldReason]] = []
        claims: dict[str, Claims] = defaultdict(Claims)
        for entry in entries:
            state = entry.item.state
            is_trying = state is PullState.RETRYING and not has_named_time(entry.item)
            reason = self._unused(entry) if state in ACTIVE or is_trying else None
            if reason is None and state in IN_TRANSFER:
                reason = self._ruled_out(entry, claims)
            if reason is not None:
                found.append((entry, reason))
            elif state in ACTIVE:
                self._claim(entry, claims)
        return found

    def decide(
        self, entries: Collection[PullEntry], leaving: Collection[PullEntry], saved_number: int
    ) -> list[tuple[PullEntry, HoldReason | None]]:
        """What each waiting one waits for, in order; None = it starts now.

        `leaving` have no row any more, but their attempts have not ended. `saved_number` is the
        state of the queue file that is on disk: nothing starts before the disk knows it.
        """
        decisions: list[tuple[PullEntry, HoldReason | None]] = []
        claims: dict[str, Claims] = defaultdict(Claims)
        taken = len(leaving) + sum(1 for entry in entries if entry.is_busy)
        for entry in entries:
            if entry.item.state in ACTIVE:
                self._claim(entry, claims)
        for entry in entries:
            if entry.item.state is not PullState.WAITING:
                continue
            reason = self._reason(entry, taken, claims)
            if reason is None and not _may_ask(entry, leaving, saved_number):
                reason = HoldReason(Hold.LINE)
            if reason is None:
                taken += 1
                self._claim(entry, claims)
            decisions.append((entry, reason))
        return decisions

    def _reason(
        self, entry: PullEntry, taken: int, claims: Mapping[str, Claims]
    ) -> HoldReason | None:
        unused = self._unused(entry)
        if unused is not None:
            return unused
        if not self.is_online(entry.item.server_id):
            return HoldReason(Hold.SERVER)
        reason = self._ruled_out(entry, claims)
        if reason is not None or entry.is_forced or entry.is_next:
            return reason
        return HoldReason(Hold.LINE) if taken >= self.limits.max_pulls else None

    def _unused(self, entry: PullEntry) -> HoldReason | None:
        """Nothing is asked of a server that is switched off or gone, whatever a person wants."""
        server_id = entry.item.server_id
        if self.is_used(server_id):
            return None
        return HoldReason(Hold.OFF if server_id in (self._used or ()) else Hold.NO_SERVER)

    def _ruled_out(self, entry: PullEntry, claims: Mapping[str, Claims]) -> HoldReason | None:
        """What the rules say; they do not count for what a person started all the same."""
        if entry.is_forced:
            return None
        item, rules = entry.item, self.rule_state
        is_here = rules.here is rules.elsewhere or self._is_here(item.server_id)
        reason = ruled_out(rules, is_here=is_here)
        if reason is not None:
            return reason
        disk = self._disks.get(item.server_id)
        if disk is None or disk.free_bytes is None:
            return None
        claimed = claims[item.server_id]
        missing = missing_bytes(
            claimed.missing_of(self._layers(entry)),
            disk.free_bytes - claimed.total_bytes,
            self.limits.keep_free_bytes,
            is_held=item.hold is Hold.DISK,
        )
        return HoldReason(Hold.DISK, missing_bytes=missing) if missing else None

    def _claim(self, entry: PullEntry, claims: Mapping[str, Claims]) -> None:
        """Count what a download before the next ones is still going to write to the same disk."""
        claims[entry.item.server_id].add(self._layers(entry))

    def _layers(self, entry: PullEntry) -> Layers:
        """What it would still write to its server's disk; nothing while not known."""
        disk = self._disks.get(entry.item.server_id)
        return disk.layers_of(entry.item) if disk is not None else {}


def _may_ask(entry: PullEntry, leaving: Collection[PullEntry], saved_number: int) -> bool:
    """Not before the row is on disk, nor while an earlier attempt has not ended."""
    if entry.job is not None or entry.save_number is None or entry.save_number > saved_number:
        return False
    return find_entry(leaving, entry.item.server_id, entry.item.name) is None
