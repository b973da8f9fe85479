"""What is said about downloads in rows, headers, tooltips, menus, and before one is canceled
."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from tray_app.core.errors import Changed
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.payloads import ServerStart, StartKind, StartPhase
from tray_app.core.pulls.policy import RetryPolicy
from tray_app.core.pulls.progress import LayerProgress, LayerState, PullPhase
from tray_app.core.pulls.states import Hold, PullItem, PullState, PullSummary
from tray_app.core.pulls.updates import UpdatePlan, UpdateStep
from tray_app.text.addresses import server_address
from tray_app.text.names import registry_name, short_name
from tray_app.text.plain import one_line
from tray_app.text.pull_errors import pull_error_reason
from tray_app.text.times import (
    about_time_left,
    day,
    day_and_time,
    elapsed,
    spoken_time,
    time_left,
    time_of_day,
    utc_now,
)
from tray_app.text.units import amount, percent, size, size_wanted, speed
from tray_app.text.wording import dotted, english_singular, fill, number, tr

_WAKING = (StartKind.WAKE, StartPhase.WAITING)
_MAX_ATTEMPTS = RetryPolicy().max_attempts


@dataclass(frozen=True, slots=True)
class _Row:
    item: PullItem
    now_s: float
    server: str
    now: datetime | None
    start: ServerStart | None = None


def pull_detail(
    item: PullItem,
    now_s: float,
    *,
    server_label: str = "",
    now: datetime | None = None,
    start: ServerStart | None = None,
) -> str:
    """The right end of a row's first line. `now_s` is of the same clock as the item's; `start`
    says how its server is being brought back."""
    server = server_label or server_address("", "").label
    row = _Row(item, now_s, server, now, start)
    if item.update is not None and item.state in _UPDATE_DETAILS:
        return _UPDATE_DETAILS[item.state](row, item.update)
    return _DETAILS[item.state](row)


def is_changed_meanwhile(item: PullItem) -> bool:
    """Whether an update has stopped as somebody has replaced its model since it was chosen."""
    is_failed = item.update is not None and item.state is PullState.FAILED
    return is_failed and isinstance(item.error, Changed)


def pull_reason(item: PullItem, server_label: str = "") -> str:
    """Why a download failed, on one line; "" when it did not."""
    if item.error is None:
        return ""
    is_final = item.state is PullState.FAILED
    return pull_error_reason(item.error, server_label, is_final=is_final)


def _waiting(row: _Row) -> str:
    wait = pull_wait(row.item, row.server, row.start)
    start = row.start
    is_waking = start is not None and (start.kind, start.phase) == _WAKING
    if start is not None and is_waking and row.item.hold is Hold.SERVER:
        text = tr("{wait}, {time}", "Waiting for “nas” to wake up, 1 min 10 s")
        wait = fill(text, wait=wait, time=elapsed(row.now_s - start.began_s))
    reason = pull_reason(row.item, row.server).rstrip(".。")
    return fill(tr("{reason}. {wait}"), reason=reason, wait=wait) if reason else wait


def pull_wait(item: PullItem, server_label: str = "", start: ServerStart | None = None) -> str:
    """What a waiting download waits for: its turn, its server, or the end of a rule. `start` says
    how its server is being brought back."""
    if item.hold is Hold.SERVER:
        server = server_label or server_address("", "").label
        if start is None or start.phase is not StartPhase.WAITING:
            return fill(tr("Waiting for “{server}”"), server=server)
        if start.kind is StartKind.WAKE:
            return fill(tr("Waiting for “{server}” to wake up"), server=server)
        return fill(tr("Waiting for “{server}” to start"), server=server)
    if item.hold is Hold.OFF:
        server = server_label or server_address("", "").label
        return fill(tr("Paused: “{server}” is switched off"), server=server)
    if item.hold in _HOLDS:
        return pull_hold(item)
    if not item.position:
        return tr("Waiting")
    return fill(
        tr("Waiting, {nth} in line", "{n} is the bare number"),
        nth=ordinal(item.position),
        n=number(item.position),
    )


def pull_hold(item: PullItem) -> str:
    """Which rule keeps a download from running; "" when none does."""
    return _HOLDS[item.hold](item) if item.hold in _HOLDS else ""


def _quiet(item: PullItem) -> str:
    if item.hold_until is None:
        return tr("Waits until the quiet hours end")
    return fill(tr("Waits until {time}"), time=time_of_day(item.hold_until))


def _no_room(item: PullItem) -> str:
    if not item.missing_bytes:
        return tr("Waits for free disk space")
    text = tr("Waits for {size} more of free disk space")
    return fill(text, size=size_wanted(item.missing_bytes))


_HOLDS: dict[Hold | None, Callable[[PullItem], str]] = {
    Hold.QUIET_HOURS: _quiet,
    Hold.METERED: lambda _: tr("Paused on a metered connection"),
    Hold.BATTERY: lambda _: tr("Paused on battery power"),
    Hold.DISK: _no_room,
    Hold.NO_SERVER: lambda _: tr("Waiting: its server is not set up any more"),
}


def ordinal(n: int) -> str:
    """English only; other languages use the bare number."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    ending = "th" if 10 <= n % 100 <= 20 else endings.get(n % 10, "th")
    return f"{number(n)}{ending}"


def _running(row: _Row) -> str:
    progress = row.item.progress
    if progress is None:
        return ""
    again = ""
    if progress.refetched_bytes:
        again = fill(tr("fetching {size} again"), size=size(progress.refetched_bytes))
    return dotted(
        _amount(row.item),
        again,
        speed(progress.speed_bytes_s),
        time_left(progress.eta_s),
    )


def _amount(item: PullItem) -> str:
    progress = item.progress
    if progress is None or (progress.total_bytes is None and not progress.completed_bytes):
        return ""
    return amount(progress.completed_bytes, progress.total_bytes, progress.is_total_known)


def _stalled(row: _Row) -> str:
    restart_s, since_s = row.item.restart_s, row.item.state_since_s
    if restart_s is None:
        return fill(tr("No data for {time}"), time=elapsed(row.now_s - since_s))
    # A stall is shown from half of its time on, so the last byte came as long before.
    silent_s = row.now_s - (2 * since_s - restart_s)
    left_s = restart_s - row.now_s
    if left_s < 1:
        return fill(tr("No data for {time}. Restarting…"), time=elapsed(silent_s))
    text = tr("No data for {time}. Restarting in {left}")
    return fill(text, time=elapsed(silent_s), left=elapsed(left_s))


def _retrying(row: _Row) -> str:
    item = row.item
    left_s = -1.0 if item.retry_s is None else item.retry_s - row.now_s
    return pull_retry(pull_reason(item, row.server), left_s, item.attempt)


def pull_retry(reason: str, left_s: float, attempt: int) -> str:
    """Why a download waits and when it is tried again: "ollama.com has a problem. Trying again in
    8 s (3 of 10)"."""
    values = {
        "reason": reason.rstrip(".。") or tr("Network error"),
        "time": elapsed(left_s),
        "n": number(max(1, attempt)),
        "all": number(_MAX_ATTEMPTS),
    }
    if left_s < 1:
        return fill(tr("{reason}. Trying again… ({n} of {all})"), **values)
    return fill(tr("{reason}. Trying again in {time} ({n} of {all})"), **values)


def _verifying(row: _Row) -> str:
    progress = row.item.progress
    since_s = row.item.state_since_s
    if progress is not None and progress.phase is PullPhase.VERIFY and progress.phase_since_s:
        since_s = progress.phase_since_s
    return dotted(tr("Verifying files"), elapsed(row.now_s - since_s))


def _paused(row: _Row) -> str:
    return dotted(tr("Paused"), _amount(row.item))


def _failed(row: _Row) -> str:
    if row.item.finished_at is None:
        return tr("Failed")
    moment = day_and_time(row.item.finished_at, row.now or utc_now())
    return fill(tr("Failed {moment}", "today, 14:02"), moment=moment)


def _done(row: _Row) -> str:
    return dotted(tr("Done"), fetched_in(row.item))


def fetched_in(item: PullItem) -> str:
    """ "9.3 GB in 3 min 48 s"; "" when nothing had to be fetched."""
    fetched = item.net_bytes
    if not fetched:
        return ""
    if item.active_s < 1:
        return size(fetched)
    return fill(tr("{size} in {time}"), size=size(fetched), time=elapsed(item.active_s))


def _preparing_update(row: _Row, plan: UpdatePlan) -> str:
    if plan.step is UpdateStep.KEEPING:
        return tr("Keeping the old version…")
    if plan.step is UpdateStep.UNLOADING:
        return tr("Unloading the loaded version…")
    if plan.step is UpdateStep.LOOKING:
        return fill(tr("Asking {registry}…"), registry=registry_name(row.item.name))
    return _DETAILS[row.item.state](row)


def _failed_update(row: _Row, _plan: UpdatePlan) -> str:
    return tr("Stopped: changed meanwhile") if is_changed_meanwhile(row.item) else _failed(row)


def _done_update(row: _Row, plan: UpdatePlan) -> str:
    if plan.was_current:
        return tr("Already up to date. Nothing was pulled")
    kept = ""
    if plan.kept_name and row.item.finished_at is not None:
        until = row.item.finished_at + timedelta(days=plan.keep_days)
        kept = fill(tr("old version kept until {date}"), date=day(until, with_year=False))
    if plan.kept_layers:
        return dotted(tr("Updated, but Ollama kept unused layers"), fetched_in(row.item), kept)
    return dotted(tr("Updated"), fetched_in(row.item), kept)


_UPDATE_DETAILS: dict[PullState, Callable[[_Row, UpdatePlan], str]] = {
    PullState.PREPARING: _preparing_update,
    PullState.FAILED: _failed_update,
    PullState.DONE: _done_update,
}
_DETAILS: dict[PullState, Callable[[_Row], str]] = {
    PullState.WAITING: _waiting,
    PullState.PREPARING: lambda _: tr("Getting the file list…"),
    PullState.RUNNING: _running,
    PullState.STALLED: _stalled,
    PullState.RETRYING: _retrying,
    PullState.VERIFYING: _verifying,
    PullState.FINISHING: lambda _: tr("Finishing…"),
    PullState.PAUSED: _paused,
    PullState.FAILED: _failed,
    PullState.DONE: _done,
    PullState.CANCELED: lambda _: tr("Canceled"),
}


def pull_phase(item: PullItem) -> str:
    """One or two words: where a download stands, for menus and the terminal."""
    if item.state is PullState.RUNNING and item.progress is not None:
        shown = percent(item.progress.permille)
        if shown:
            return shown
    return _PHASES[item.state]()


_PHASES: dict[PullState, Callable[[], str]] = {
    PullState.WAITING: lambda: tr("waiting"),
    PullState.PREPARING: lambda: tr("starting", "a download"),
    PullState.RUNNING: lambda: tr("downloading"),
    PullState.STALLED: lambda: tr("stalled"),
    PullState.RETRYING: lambda: tr("trying again"),
    PullState.VERIFYING: lambda: tr("verifying"),
    PullState.FINISHING: lambda: tr("finishing"),
    PullState.PAUSED: lambda: tr("paused"),
    PullState.FAILED: lambda: tr("failed"),
    PullState.DONE: lambda: tr("done"),
    PullState.CANCELED: lambda: tr("canceled"),
}


def layer_detail(layer: LayerProgress) -> str:
    """The right end of a layer's line: "6.1 of 9.3 GB", "1.7 KB, already here"."""
    whole = size(layer.total_bytes)
    if layer.state is LayerState.HERE:
        return fill(tr("{size}, already here"), size=whole)
    if layer.state is LayerState.WAITING:
        return fill(tr("{size}, waiting"), size=whole)
    if layer.state is LayerState.DONE:
        return whole
    return amount(layer.completed_bytes, layer.total_bytes)


def spoken_progress(item: PullItem) -> str:
    """For a screen reader: "66 percent, 1 minute 16 seconds left"."""
    progress = item.progress
    if item.state is not PullState.RUNNING or progress is None or progress.permille is None:
        return pull_phase(item)
    share = fill(tr("{value} percent"), value=progress.permille // 10)
    if progress.eta_s is None:
        return share
    return fill(tr("{share}, {time} left"), share=share, time=spoken_time(progress.eta_s))


def downloads_line(
    summary: PullSummary, *, has_speed: bool = True, has_servers: bool = False
) -> str:
    """All downloads in one line for tooltips and the tray: "2 downloads, 82%, 41.8 MB/s, 1 min
    16 s left"; "" when there are none. `has_servers`: there are several."""
    count = summary.active + summary.waiting
    if summary.waits_for_server and not summary.active:
        return waits_for_server(summary.waits_for_server, is_of_several=has_servers)
    if summary.waits_for_disk and summary.waits_for_disk == count:
        return waits_for_disk(summary.waits_for_disk)
    if not count:
        if not summary.paused:
            return ""
        paused = summary.paused
        return english_singular(paused, "1 download paused") or tr(
            "%Ln downloads paused", "", paused
        )
    parts = [_downloads(count)]
    if summary.is_verifying:
        parts.append(tr("verifying"))
    else:
        parts.append(percent(summary.permille))
        parts.append(speed(summary.speed_bytes_s) if has_speed else "")
        parts.append(time_left(summary.eta_s))
    return tr(", ", "between parts of a line").join(part for part in parts if part)


def downloads_header(summary: PullSummary) -> str:
    """Beside the panel's title: "2 active, 1 paused, 1 failed · 41.8 MB/s · about 1 min left"."""
    counts = [
        (summary.active, tr("%Ln active", "downloads", summary.active)),
        (summary.waiting, tr("%Ln waiting", "downloads", summary.waiting)),
        (summary.paused, tr("%Ln paused", "downloads", summary.paused)),
        (summary.failed, tr("%Ln failed", "downloads", summary.failed)),
        (summary.done, tr("%Ln done", "downloads", summary.done)),
    ]
    # What is done matters only when nothing else is left to say.
    shown = [words for count, words in counts[:4] if count]
    if not shown and summary.done:
        shown = [counts[4][1]]
    return dotted(
        tr(", ", "between parts of a line").join(shown),
        speed(summary.speed_bytes_s) if summary.active else "",
        about_time_left(summary.eta_s) if summary.active else "",
    )


def stays_awake() -> str:
    """Behind that, while the system is kept from going to sleep."""
    return tr("stays awake", "this computer")


def stays_awake_tip() -> str:
    """Its tooltip."""
    return tr("This computer doesn’t go to sleep while it downloads. Settings, Downloads.")


def downloads_keep_awake() -> str:
    """Why, as the system shows it to who asks what keeps the computer awake."""
    return tr("Models are being downloaded")


def waits_for_server(count: int, *, is_of_several: bool = False) -> str:
    """ "1 download waits for the server", "2 downloads wait for their servers"."""
    if is_of_several:
        return english_singular(count, "1 download waits for its server") or tr(
            "%Ln downloads wait for their servers", "", count
        )
    return english_singular(count, "1 download waits for the server") or tr(
        "%Ln downloads are waiting for the server", "", count
    )


def waits_for_disk(count: int) -> str:
    """ "1 download waits for disk space"."""
    return english_singular(count, "1 download waits for disk space") or tr(
        "%Ln downloads wait for disk space", "", count
    )


def _downloads(count: int) -> str:
    return english_singular(count, "1 download") or tr("%Ln downloads", "", count)


class CancelText(NamedTuple):
    """Question, what it means, and the two answers."""

    title: str
    body: str
    keep: str
    cancel: str


def cancel_question(item: PullItem, server_label: str) -> CancelText:
    """Asked of who cancels a download."""
    return CancelText(
        fill(tr("Cancel the download of {name}?"), name=one_line(short_name(item.name), 120)),
        fill(
            tr(
                "“{server}” keeps the {size} it already has until Ollama is restarted. A download"
                " before that continues from here, a later one starts from the beginning."
            ),
            size=size(item.partial_bytes),
            server=one_line(server_label, 60),
        ),
        tr("&Keep downloading"),
        tr("Cancel &download"),
    )
