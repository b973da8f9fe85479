"""Entries of the tray's menu about one download or one loaded model.

The lines about everything together are in `tray`; these have no room for more than the essence.
"""

from __future__ import annotations

from datetime import datetime

from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.records import RunningModel
from tray_app.text.downloads import pull_hold, pull_phase
from tray_app.text.plain import one_line
from tray_app.text.pull_errors import pull_error_reason
from tray_app.text.times import elapsed, is_forever, roughly, seconds_until, time_left
from tray_app.text.units import amount, percent, size, speed
from tray_app.text.wording import fill, isolated, tr

_NAME_LIMIT = 60


def tray_pull_title(item: PullItem) -> str:
    """The entry of a download: "qwen3:14b, 66%", "gemma3:12b, verifying"."""
    name = isolated(one_line(item.name, _NAME_LIMIT))
    reached = percent(item.progress.permille) if item.progress else ""
    if reached and item.state in _WITH_PERCENT:
        text = tr("{name}, {percent}, {state}", "a download in the tray menu")
        return fill(text, name=name, percent=reached, state=pull_phase(item))
    text = tr("{name}, {state}", "a download in the tray menu")
    return fill(text, name=name, state=pull_phase(item))


def tray_pull_lines(item: PullItem, now_s: float, server_label: str = "") -> tuple[str, ...]:
    """What stands above the actions of a download; no line is empty."""
    progress = item.progress
    if item.error is not None:
        is_final = item.state is PullState.FAILED
        reason = pull_error_reason(item.error, server_label, is_final=is_final)
        return (one_line(reason, 120),)
    held = pull_hold(item)
    if held:
        return (held,)
    if progress is None:
        return ()
    if item.state is PullState.VERIFYING:
        return (elapsed(now_s - progress.phase_since_s),)
    if not progress.completed_bytes and progress.total_bytes is None:
        return ()
    reached = amount(progress.completed_bytes, progress.total_bytes, progress.is_total_known)
    if item.state is not PullState.RUNNING:
        return (reached,)
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


_WITH_PERCENT = frozenset({PullState.PAUSED, PullState.WAITING, PullState.RETRYING})
