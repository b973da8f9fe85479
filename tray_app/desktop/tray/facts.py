"""TrayFacts: all that the tray's icon, tooltip and menu are made from.

Loaded before the first tray icon, so it takes the records' types for type checking only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tray_app.core.pulls.states import PullItem, PullSummary
    from tray_app.core.records import RunningModel, ServerStatus, Snapshot


@dataclass(frozen=True, slots=True)
class TrayFacts:
    """What was told last; None = nothing yet."""

    server_label: str = ""
    status: ServerStatus | None = None
    snapshot: Snapshot | None = None
    items: tuple[PullItem, ...] = ()
    summary: PullSummary | None = None
    needs_attention: bool = False
    updates: int = 0

    @property
    def is_online(self) -> bool:
        return self.status is not None and self.status.is_online

    @property
    def running(self) -> tuple[RunningModel, ...] | None:
        """Models in memory now; None = not known."""
        if self.snapshot is None or not self.is_online:
            return None
        return self.snapshot.running
