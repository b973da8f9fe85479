"""What the window says of updates: its actions and why not, the banner of the filter, and what
there is to say when an update is through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from tray_app.core.updates.facts import AfterUpdate, BackupNews, BackupNote, CheckState, Way
from tray_app.core.updates.verdicts import Marks, Standing, Verdict
from tray_app.text.names import registry_name
from tray_app.text.plain import one_line
from tray_app.text.times import clock_time, day_and_time
from tray_app.text.units import size, spoken_size
from tray_app.text.updates import (
    all_current,
    copies_line,
    failure_reason,
    not_checked,
    short_version,
    updates_found,
)
from tray_app.text.wording import NBSP, english_singular, fill, number, sentences, tr

if TYPE_CHECKING:
    from tray_app.core.payloads import MoveOutcome

_MAX_NAME = 120


def update_action(way: Way, fetch_bytes: int, standing: Standing = Standing.WEIGHTS) -> str:
    """What stands in menus: "Update, 7.4 GB", with dots where it is asked further."""
    if way is Way.CONFIRM or standing is Standing.CHANGED:
        return tr("Update anyway…")
    if way is Way.NONE:
        return tr("Update", "a model")
    words = tr("Update, {size}") if way is Way.AT_ONCE else tr("Update, {size}…")
    return fill(words, size=size(fetch_bytes))


def update_all_action(fetch_bytes: int) -> str:
    """ "Update all, 17.4 GB…"."""
    return fill(tr("Update all, {size}…"), size=size(fetch_bytes)) if fetch_bytes else tr(
        "Update all…"
    )  # fmt: skip


def why_no_update(verdict: Verdict, marks: Marks, name: str) -> str:
    """Why a model cannot be updated; "" = it can."""
    if marks.is_backup:
        return tr("An old version that is kept")
    if marks.is_pinned:
        return tr("Pinned. Unpin it first")
    if verdict.standing is Standing.NEEDS_SERVER:
        return needs_ollama(verdict)
    if verdict.standing is Standing.ABSENT:
        return fill(tr("Not at {registry} under this name"), registry=registry_name(name))
    return _WHY_NOT.get(verdict.standing, lambda: "")()


def no_updates() -> str:
    """Why none of several can be."""
    return tr("No updates available")


def why_not_checked(verdict: Verdict) -> str:
    """Why no registry is asked about a model; "" = it is."""
    if verdict.standing in (Standing.MADE_HERE, Standing.CLOUD, Standing.NOT_ASKED):
        return _WHY_NOT[verdict.standing]()
    return ""


def looking(check: CheckState) -> str:
    """ "Looking for newer versions… 8 of 14"."""
    if not check.total:
        return tr("Looking for newer versions…")
    text = tr("Looking for newer versions… {done} of {total}")
    return fill(text, done=number(check.done), total=number(check.total))


def checked_line(check: CheckState, now: datetime) -> str:
    """ "Checked today, 09:00."."""
    if check.checked_at is None:
        return ""
    return fill(tr("Checked {time}."), time=day_and_time(check.checked_at, now))


def found_line(count: int, fetch_bytes: int, check: CheckState, now: datetime) -> str:
    """ "3 newer versions, 12.4 GB to download. Checked today, 09:00."."""
    return sentences(updates_found(count, fetch_bytes), checked_line(check, now))


def current_line(count: int, check: CheckState, now: datetime) -> str:
    """ "All 12 models are up to date. Checked today, 09:00."."""
    return sentences(all_current(count), checked_line(check, now))


def failed_line(check: CheckState, verdict: Verdict, name: str) -> str:
    """ "2 of 14 models couldn’t be checked: no answer from ollama.com. Trying again at 10:04.";
    `verdict` is that of one of them, `name` its name."""
    reason = ""
    if verdict.failure is not None:
        reason = failure_reason(verdict.failure, registry_name(name))
    again = ""
    if check.retry_at is not None:
        again = fill(tr("Trying again at {time}."), time=clock_time(check.retry_at))
    if not reason:
        text = tr("{count} of {total} models couldn’t be checked.")
        counts = {"count": number(check.failed), "total": number(check.total)}
        return sentences(fill(text, **counts), again)
    return sentences(not_checked(check.failed, check.total, reason), again)


def spoken_updates(count: int, fetch_bytes: int) -> str:
    """Said by a screen reader: "3 updates found, 12.4 gigabytes"."""
    found = english_singular(count, "1 update found") or tr("%Ln updates found", "", count)
    return fill(
        tr("{found}, {size}", "3 updates found, 12.4 gigabytes"),
        found=found,
        size=spoken_size(fetch_bytes),
    )


def part_of(fetch_bytes: int, whole_bytes: int) -> str:
    """ "7.4 of 8 GB", each as it reads alone; "2 kB" where the units differ."""
    part, whole = size(fetch_bytes), size(whole_bytes)
    value, _, unit = part.partition(NBSP)
    if part == whole or fetch_bytes >= whole_bytes or unit != whole.partition(NBSP)[2]:
        return part
    return fill(tr("{part} of {whole}", "bytes"), part=value, whole=whole)


def to_download_line(selected: int, count: int, fetch_bytes: int, listed_bytes: int) -> str:
    """The status bar: "2 of 3 selected · 12.4 of 13.2 GB to download"."""
    text = tr("{selected} of {count} selected · {amount} to download")
    return fill(
        text,
        selected=number(selected),
        count=number(count),
        amount=part_of(fetch_bytes, listed_bytes),
    )  # fmt: skip


# After an update.


def after_update_line(after: AfterUpdate) -> str:
    """Who still has the old version."""
    name = after.updated.name
    if len(after.copies) + len(after.children) > 1:
        return copies_line([ref.name for ref in (*after.copies, *after.children)], name)
    if after.copies:
        return copies_line([after.copies[0].name], name)
    text = tr("{child} was built on the old version of {name}.")
    child = one_line(after.children[0].name, _MAX_NAME)
    return fill(text, child=child, name=one_line(name, _MAX_NAME))


def backup_line(note: BackupNote) -> str:
    """What there is to say of a kept version before its end, and after."""
    name = one_line(note.backup.source, _MAX_NAME)
    if note.news is BackupNews.IS_LOADED:
        return fill(tr("The old version of {name} stays: it is loaded."), name=name)
    frees = ""
    if note.freed_bytes:
        frees = fill(tr("That frees {size}."), size=size(note.freed_bytes))
    return sentences(fill(tr("The old version of {name} is removed tomorrow."), name=name), frees)


def moved_line(outcome: MoveOutcome) -> str:
    """What became of a copy that was to follow."""
    name = one_line(outcome.request.copy.name, _MAX_NAME)
    if outcome.is_moved:
        return fill(tr("Moved {name}."), name=name)
    return fill(tr("{name} has changed meanwhile, so it was left alone."), name=name)


def went_back_line(name: str) -> str:
    """A model is again what it was before an update."""
    text = tr("{name} is what it was before the update, and pinned.")
    return fill(text, name=one_line(name, _MAX_NAME))


def needs_ollama(verdict: Verdict) -> str:
    """ "Needs Ollama 0.34"."""
    version = short_version(verdict.requires)
    if not version:
        return tr("Needs a newer Ollama")
    return fill(tr("Needs Ollama {version}"), version=version)


_WHY_NOT: dict[Standing, Callable[[], str]] = {
    Standing.CURRENT: lambda: tr("This model is up to date"),
    Standing.UNKNOWN: lambda: tr("Not checked yet"),
    Standing.MADE_HERE: lambda: tr("Made on this server"),
    Standing.CLOUD: lambda: tr("Runs on ollama.com"),
    Standing.NOT_ASKED: lambda: tr("Not looked up"),
}
