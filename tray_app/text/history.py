"""The rows of the download history, and what is said around them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tray_app.text.plain import capitalized, one_line
from tray_app.text.pull_errors import pull_error_reason
from tray_app.text.times import day_and_time, elapsed
from tray_app.text.units import size, speed
from tray_app.text.wording import MISSING, fill, isolated, tr

if TYPE_CHECKING:
    from tray_app.core.pulls.history import History, PullRecord


class HistoryRow(NamedTuple):
    """One ended download in words, in the order of the columns."""

    name: str
    when: str
    size: str
    time: str
    speed: str
    result: str


def history_titles() -> HistoryRow:
    """The heads of the columns."""
    return HistoryRow(
        tr("Model"), tr("Ended"), tr("Fetched"), tr("Time"), tr("Mean speed"), tr("Result")
    )


def history_row(
    record: PullRecord, now: datetime, server_label: str = "", *, is_named: bool = False
) -> HistoryRow:
    """What became of one download; `is_named`: its server is said, too."""
    fetched = record.fetched_bytes
    name = one_line(record.name)
    if is_named and server_label:
        text = tr("{name} on {server}", "a model on a server")
        name = fill(text, name=isolated(name), server=isolated(server_label))
    return HistoryRow(
        name,
        capitalized(day_and_time(record.finished_at, now)),
        size(fetched) if fetched else MISSING,
        elapsed(record.active_s) if fetched and record.active_s >= 1 else MISSING,
        speed(record.mean_speed_bytes_s) or MISSING,
        _result(record, server_label),
    )


def _result(record: PullRecord, server_label: str) -> str:
    if record.error is not None:
        return fill(tr("Failed: {reason}"), reason=pull_error_reason(record.error, server_label))
    if record.was_here:
        return tr("Already up to date")
    return tr("Updated") if record.is_update else tr("Installed")


def history_note(history: History) -> str:
    """The line above the rows."""
    if history.broken_path:
        text = tr("Part of the earlier history could not be read. The file is kept as {path}.")
        return fill(text, path=history.broken_path)
    if not history.records:
        return tr("Nothing was downloaded in the last 30 days.")
    return tr("What was downloaded in the last 30 days.")
