"""The tray's lines about everything together: tooltip and the menu's first line.

Those about one download or one model are in `tray_entries`.
"""

from __future__ import annotations

from collections.abc import Callable

from tray_app import APP_NAME
from tray_app.core.pulls.states import PullSummary
from tray_app.core.records import RunningModel, ServerState, ServerStatus
from tray_app.text.addresses import server_address
from tray_app.text.downloads import downloads_line
from tray_app.text.plain import one_line, shortened
from tray_app.text.servers import refusal
from tray_app.text.times import clock_time
from tray_app.text.units import size
from tray_app.text.wording import english_singular, fill, tr

_TOOLTIP_LIMIT = 120


def tray_state_line(
    label: str,
    status: ServerStatus | None,
    running: tuple[RunningModel, ...] | None = None,
) -> str:
    """The tray menu's first line: "This computer: online, 2 loaded"."""
    server = label or server_address("", "").label
    if status is not None and status.is_online:
        if not running:
            return fill(tr("{server}: online"), server=server)
        loaded = tr("%Ln loaded", "models", len(running))
        return fill(tr("{server}: online, {loaded}"), server=server, loaded=loaded)
    return _away_line(server, status)


def _away_line(server: str, status: ServerStatus | None) -> str:
    if status is not None and status.state is ServerState.OFFLINE:
        since = clock_time(status.since)
        return fill(tr("{server}: offline since {time}"), server=server, time=since)
    if status is not None and status.state is ServerState.REFUSED:
        return fill(tr("{server}: {problem}"), server=server, problem=refusal(status))
    state = ServerState.CONNECTING if status is None else status.state
    return fill(_AWAY[state](), server=server)


_AWAY: dict[ServerState, Callable[[], str]] = {
    ServerState.CONNECTING: lambda: tr("{server}: connecting…"),
    ServerState.STARTING: lambda: tr("{server}: starting…"),
    ServerState.NOT_OLLAMA: lambda: tr("{server}: another program answers"),
    ServerState.FAILING: lambda: tr("{server}: reports an error"),
}


def tray_tooltip(
    label: str,
    status: ServerStatus | None,
    running: tuple[RunningModel, ...] | None,
    summary: PullSummary,
    updates: int = 0,
) -> str:
    """Two lines of plain text, at most 120 characters."""
    name = label or server_address("", "").label
    server = shortened(one_line(name), 40)
    is_online = status is not None and status.is_online
    second = downloads_line(summary) if is_online and (summary.active or summary.waiting) else ""
    if not second:
        second = _idle_line(server, running, updates) if is_online else _away_line(server, status)
    return f"{APP_NAME}\n{shortened(second, _TOOLTIP_LIMIT - len(APP_NAME) - 1)}"


def _idle_line(server: str, running: tuple[RunningModel, ...] | None, updates: int) -> str:
    total = sum(model.size_bytes or 0 for model in running or ())
    parts = []
    if running:
        loaded = tr("%Ln loaded", "models", len(running))
        if total:
            loaded = fill(tr("{loaded}, {size}"), loaded=loaded, size=size(total))
        parts.append(loaded)
    if updates:
        parts.append(english_singular(updates, "1 update") or tr("%Ln updates", "", updates))
    if not parts:
        return fill(tr("{server}: online"), server=server)
    return fill(tr("{server}: {facts}"), server=server, facts=tr("; ").join(parts))
