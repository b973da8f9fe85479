"""In which order downloads are shown, and which place each has in the waiting line."""

from __future__ import annotations

from collections.abc import Iterable

from tray_app.core.payloads import PullOrder
from tray_app.core.pulls.states import ACTIVE, PullItem, PullState

_RANK = {
    PullState.RETRYING: 0,  # it keeps its place among the active ones
    PullState.WAITING: 1,
    PullState.PAUSED: 2,
    PullState.FAILED: 3,
    PullState.CANCELED: 4,
    PullState.DONE: 4,
}


def display_order(items: Iterable[PullItem]) -> PullOrder:
    """Active, waiting, paused, failed, done; ended ones newest first, the rest as in the queue."""
    ranked: list[tuple[int, float, int, str]] = []
    for place, item in enumerate(items):
        rank = 0 if item.state in ACTIVE else _RANK[item.state]
        ended = -item.finished_at.timestamp() if item.finished_at and rank >= 3 else 0.0
        ranked.append((rank, ended, place, item.id))
    return PullOrder(tuple(entry[3] for entry in sorted(ranked)))


def line_positions(items: Iterable[PullItem]) -> dict[str, int]:
    """1-based places of the waiting ones, by id."""
    waiting = [item.id for item in items if item.state is PullState.WAITING]
    return {item_id: place for place, item_id in enumerate(waiting, 1)}
