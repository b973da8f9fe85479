"""The tray's lines: tooltip, the menu's first lines, its entries about downloads and loaded models.

The entries have no room for more than the essence.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tray_app import APP_NAME
from tray_app.core.pulls.states import PullItem, PullState, PullSummary
from tray_app.core.records import MemoryUse, RunningModel, ServerStatus
from tray_app.text.addresses import server_address
from tray_app.text.downloads import downloads_line, pull_phase, pull_wait
from tray_app.text.plain import one_line, shortened
from tray_app.text.pull_errors import pull_error_reason
from tray_app.text.servers import server_words
from tray_app.text.times import (
    day_and_time,
    elapsed,
    is_forever,
    roughly,
    seconds_until,
    time_left,
)
from tray_app.text.units import amount, percent, size, speed
from tray_app.text.wording import english_singular, fill, isolated, number, tr

if TYPE_CHECKING:
    from tray_app.core.payloads import ServerStart

_TOOLTIP_LIMIT = 120
_NAME_LIMIT = 60
_SERVER_LIMIT = 30


def tray_state_line(
    label: str,
    status: ServerStatus | None,
    running: tuple[RunningModel, ...] | None = None,
    start: ServerStart | None = None,
) -> str:
    """A server's line in the tray's menu: "This computer: online, 2 loaded"."""
    server = label or server_address("", "").label
    words = server_words(status, start)
    if status is not None and status.is_online and running:
        loaded = tr("%Ln loaded", "models", len(running))
        words = fill(tr("online, {loaded}", "2 loaded"), loaded=loaded)
    return fill(tr("{server}: {state}", "studio: online"), server=server, state=words)


def tray_servers_line(online: int, total: int) -> str:
    """All servers in one line: "5 of 6 servers online"."""
    text = tr("{online} of {total} servers online")
    return fill(text, online=number(online), total=number(total))


def wake_entry(label: str) -> str:
    """The entry that wakes a server: "Wake “nas”"."""
    return fill(tr("Wake “{server}”"), server=label)


def tray_tooltip(
    label: str,
    status: ServerStatus | None,
    running: tuple[RunningModel, ...] | None,
    summary: PullSummary,
    updates: int = 0,
    start: ServerStart | None = None,
    made: str = "",
) -> str:
    """Two lines of plain text, at most 120 characters. `made` says which models are made."""
    name = label or server_address("", "").label
    server = shortened(one_line(name), 40)
    is_online = status is not None and status.is_online
    second = downloads_line(summary) if is_online and (summary.active or summary.waiting) else ""
    if made and is_online:
        second = tr("; ").join(part for part in (second, made) if part)
    if not second and is_online:
        parts = _idle_parts(MemoryUse.of(running), updates)
        if parts:
            facts = tr("; ").join(parts)
            second = fill(tr("{server}: {facts}"), server=server, facts=facts)
    return _tooltip(second or tray_state_line(server, status, None, start))


def tray_tooltip_of_several(
    online: int,
    total: int,
    use: MemoryUse,
    summary: PullSummary,
    updates: int = 0,
    made: str = "",
) -> str:
    """The same for several servers."""
    waits = summary.waits_for_server
    is_busy = summary.active or summary.waiting > waits
    if is_busy or made:
        parts = [downloads_line(summary) if is_busy else "", made]
        return _tooltip(tr("; ").join(part for part in parts if part))
    parts = [tray_servers_line(online, total)]
    if waits:
        parts.append(
            english_singular(waits, "1 download waits") or tr("%Ln downloads wait", "", waits)
        )
    else:
        parts += _idle_parts(use, updates)
    return _tooltip(tr("; ").join(parts))


def _tooltip(second: str) -> str:
    return f"{APP_NAME}\n{shortened(second, _TOOLTIP_LIMIT - len(APP_NAME) - 1)}"


def _idle_parts(use: MemoryUse, updates: int) -> list[str]:
    parts = []
    if use.count:
        loaded = tr("%Ln loaded", "models", use.count)
        if use.total_bytes:
            loaded = fill(tr("{loaded}, {size}"), loaded=loaded, size=size(use.total_bytes))
        parts.append(loaded)
    if updates:
        parts.append(english_singular(updates, "1 update") or tr("%Ln updates", "", updates))
    return parts


def tray_pull_title(item: PullItem, server_label: str = "") -> str:
    """The entry of a download: "qwen3:14b, 66%", "gemma3:12b on studio, verifying". `server_label`
    only where its server is to be named."""
    name = isolated(one_line(item.name, _NAME_LIMIT))
    if server_label:
        text = tr("{name} on {server}", "a download in the tray menu")
        name = fill(text, name=name, server=isolated(shortened(server_label, _SERVER_LIMIT)))
    reached = percent(item.progress.permille) if item.progress and item.progress.permille else ""
    if reached and item.state in _WITH_PERCENT:
        text = tr("{name}, {percent}, {state}", "a download in the tray menu")
        return fill(text, name=name, percent=reached, state=pull_phase(item))
    text = tr("{name}, {state}", "a download in the tray menu")
    return fill(text, name=name, state=pull_phase(item))


def tray_pull_lines(
    item: PullItem, now_s: float, server_label: str = "", start: ServerStart | None = None
) -> tuple[str, ...]:
    """What stands above the actions of a download; no line is empty. `start`: how its server is
    being brought back."""
    progress = item.progress
    lines: tuple[str, ...] = ()
    if item.error is not None:
        is_final = item.state is PullState.FAILED
        reason = pull_error_reason(item.error, server_label, is_final=is_final)
        lines = (one_line(reason, 120),)
    if item.state is PullState.WAITING:
        lines = (*lines, pull_wait(item, server_label, start))
    if item.error is not None or progress is None:
        return lines
    if item.state is PullState.VERIFYING:
        return (elapsed(now_s - progress.phase_since_s),)
    if not progress.completed_bytes and progress.total_bytes is None:
        return lines
    reached = amount(progress.completed_bytes, progress.total_bytes, progress.is_total_known)
    if item.state is not PullState.RUNNING:
        return (*lines, reached)
    rate = speed(progress.speed_bytes_s)
    if rate:
        reached = fill(tr("{amount}, {speed}", "of a download"), amount=reached, speed=rate)
    left = time_left(progress.eta_s)
    return (reached, left) if left else (reached,)


def tray_unload_line(model: RunningModel, now: datetime) -> str:
    """ "Unload llama3.2:latest (2.9 GB, 4 min left)", "Unload qwen3:8b (6.3 GB, kept)"."""
    name = isolated(one_line(model.name, _NAME_LIMIT))
    if is_forever(model.expires_at, now) or model.expires_at is None:
        left = tr("kept", "a model stays in memory")
    else:
        seconds = seconds_until(model.expires_at, now)
        left = fill(tr("{time} left"), time=roughly(seconds))
    if model.size_bytes is None:
        return fill(tr("Unload {name} ({left})"), name=name, left=left)
    text = tr("Unload {name} ({size}, {left})")
    return fill(text, name=name, size=size(model.size_bytes), left=left)


def tray_updates(count: int) -> str:
    """The submenu of the updates: "Updates (3)"."""
    return fill(tr("Updates ({count})"), count=number(count))


def tray_update_all(fetch_bytes: int) -> str:
    """ "Update all, 17.4 GB…"."""
    return fill(tr("Update all, {size}…"), size=size(fetch_bytes))


def tray_update(name: str, fetch_bytes: int, server_label: str = "", *, asks: bool) -> str:
    """ "llava:13b, 7.4 GB", "qwen3:8b on studio, 5.0 GB"; with dots where a dialog `asks` first."""
    shown = isolated(one_line(name, _NAME_LIMIT))
    if server_label:
        text = tr("{name} on {server}", "a model in the tray menu")
        shown = fill(text, name=shown, server=isolated(shortened(server_label, _SERVER_LIMIT)))
    text = tr("{name}, {size}", "an update in the tray menu")
    if asks:
        text = tr("{name}, {size}…", "an update in the tray menu that asks first")
    return fill(text, name=shown, size=size(fetch_bytes))


def tray_checked(checked_at: datetime, now: datetime) -> str:
    """ "Checked today, 09:00"."""
    return fill(tr("Checked {time}", "when"), time=day_and_time(checked_at, now))


_WITH_PERCENT = frozenset({PullState.PAUSED, PullState.WAITING, PullState.RETRYING})
