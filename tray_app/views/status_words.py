"""Lines of the status bar that depend on what the window shows; all other words are text's."""

from __future__ import annotations

from datetime import datetime

from tray_app.core.records import ServerState, ServerStatus
from tray_app.core.sharing import Freed
from tray_app.text import (
    last_reached_line,
    number,
    offline_since_line,
    refreshed_line,
    selection_line,
    server_state,
    size,
    tr,
)


def shown_line(shown: int, count: int) -> str:
    """`3 of 11 models`, while search or filter hide some."""
    return tr("{shown} of {count} models").format(shown=number(shown), count=number(count))


def selected_line(selected: int, count: int, freed: Freed) -> str:
    """`3 of 11 selected · 21.4 GB, deleting them frees 17.0 GB`; the last only if that is known."""
    if freed.is_exact:
        return selection_line(selected, count, freed.listed_bytes, freed.freed_bytes)
    return tr("{n} of {count} selected · {size}, deleting them frees up to {freed}").format(
        n=number(selected),
        count=number(count),
        size=size(freed.listed_bytes),
        freed=size(freed.freed_bytes),
    )


def away_line(status: ServerStatus, host: str) -> str:
    """What stands left while there is no list: `Offline since 14:32`."""
    if status.state in (ServerState.CONNECTING, ServerState.STARTING):
        return tr("Connecting to {address}").format(address=host)
    if status.state is ServerState.OFFLINE:
        return offline_since_line(status)
    return server_state(status)


def age_line(status: ServerStatus | None, taken_at: datetime | None, now: datetime) -> str:
    """`Refreshed 12 s ago`, or `Last reached 14:32` while the server is away."""
    if status is not None and status.state is not ServerState.ONLINE:
        return last_reached_line(status.last_answer_at or taken_at)
    return refreshed_line((now - taken_at).total_seconds()) if taken_at else ""
