"""PullGate: which rule, if any, keeps a download from running. Starts and stops nothing itself.

The rules are `core.pull_rules`; who measures disks is `disk_watch`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from tray_app.core.pulls.rules import DiskSpace, RuleState, missing_bytes
from tray_app.core.pulls.states import Hold, PullItem


@dataclass(frozen=True, slots=True)
class HoldReason:
    """Why a download waits, and until when or for how much space."""

    hold: Hold
    until: time | None = None
    missing_bytes: int = 0


class PullGate:
    """Keeps the newest verdict of the rules and what is known of the disks."""

    def __init__(self) -> None:
        self.verdict = RuleState()
        self._rooms: dict[str, DiskSpace] = {}

    def set_disk_space(self, room: DiskSpace) -> None:
        self._rooms[room.server_id] = room

    def to_fetch(self, item: PullItem) -> int:
        """Bytes that `item` would still write to its server's disk; 0 while not known."""
        room = self._rooms.get(item.server_id)
        return room.to_fetch.get(item.id, 0) if room is not None else 0

    def held(self, item: PullItem, *, is_here: bool, kept: int, reserved: int) -> HoldReason | None:
        """What holds `item`; `is_here`: its server is on this computer; `reserved`: the bytes that
        downloads before it are still going to write, `kept` those that are to stay free."""
        hold = self.verdict.here if is_here else self.verdict.elsewhere
        if hold is not None:
            return HoldReason(hold, self.verdict.until if hold is Hold.QUIET_HOURS else None)
        room = self._rooms.get(item.server_id)
        if room is None or room.free_bytes is None:
            return None
        missing = missing_bytes(
            self.to_fetch(item),
            room.free_bytes - reserved,
            kept,
            is_held=item.hold is Hold.DISK,
        )
        return HoldReason(Hold.DISK, missing_bytes=missing) if missing else None
