"""Verdicts on installed models in words: badge, tooltip, the line and the card of *Details*."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from tray_app.core.errors import BadName
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import ModelName
from tray_app.core.records import LayerKind
from tray_app.core.updates.answers import ABSENT_FOR, AnswerKind
from tray_app.core.updates.schedule import Every
from tray_app.core.updates.verdicts import NO_MARKS, Marks, Standing, Verdict
from tray_app.text.models import layer_label
from tray_app.text.names import registry_name
from tray_app.text.plain import one_line
from tray_app.text.times import clock_time, day, day_and_time
from tray_app.text.units import size
from tray_app.text.wording import english_singular, fill, join, number, sentences, tr

if TYPE_CHECKING:
    from tray_app.core.updates.facts import CheckState
    from tray_app.core.updates.ledger import Made


@dataclass(frozen=True, slots=True)
class Subject:
    """The model that a verdict is about, as its words need it: `server` is the label of its
    server, `version` the Ollama there; `made` what we know of a model of our own making,
    `modified_at` when what is installed came there. `is_never_asked`: a person wants nobody to be
    asked about its name."""

    name: str
    server: str = ""
    version: str = ""
    parent: str = ""
    made: Made | None = None
    modified_at: datetime | None = None
    is_never_asked: bool = False


@dataclass(frozen=True, slots=True)
class VerdictCard:
    """What stands above the differences in *Details*."""

    title: str
    body: str = ""


def update_badge(verdict: Verdict, marks: Marks = NO_MARKS) -> str:
    """The word on a row's badge, "" = it has none."""
    if marks.is_backup:
        return tr("Old version")
    if marks.is_pinned:
        return tr("Pinned")
    if verdict.is_offered and not marks.is_skipped:
        return tr("Update", "badge: there is one")
    if verdict.standing is Standing.NEEDS_SERVER and not marks.is_skipped:
        needs = short_version(verdict.requires)
        return fill(tr("Needs {version}"), version=needs) if needs else tr("Needs a newer Ollama")
    return ""


def update_tooltip(verdict: Verdict, subject: Subject, marks: Marks = NO_MARKS) -> str:
    """What the badge means; "" where there is none."""
    if marks.is_pinned and not marks.is_backup:
        left_out = tr("Left out of “Update all”")
        if verdict.is_offered or verdict.standing is Standing.NEEDS_SERVER:
            return sentences(_ended(left_out), tr("A newer version is there."))
        return left_out
    if marks.is_left_alone:
        return ""
    if verdict.standing is Standing.NEEDS_SERVER:
        return needs_server_line(verdict, subject)
    return newer_line(verdict) if verdict.is_offered else ""


def newer_line(verdict: Verdict) -> str:
    """ "Newer version: 4.4 GB of 4.7 GB to download", "Only the template changed: 2 kB"."""
    if verdict.standing is Standing.SMALL:
        changed = changed_line(verdict.parts)
        if not verdict.fetch_bytes:
            return changed
        return fill(tr("{change}: {size}"), change=changed, size=size(verdict.fetch_bytes))
    there, here = size(verdict.total_bytes), size(verdict.here_bytes)
    if verdict.here_bytes > verdict.total_bytes and there != here:
        return fill(tr("Rebuilt: {there} instead of {here}"), there=there, here=here)
    if verdict.fetch_bytes == 0:
        return tr("Newer version: nothing to download")
    fetched = size(verdict.fetch_bytes)
    if verdict.fetch_bytes is None or fetched == there:
        return fill(tr("Newer version: {size} to download"), size=there)
    text = tr("Newer version: {size} of {whole} to download")
    return fill(text, size=fetched, whole=there)


def needs_server_line(verdict: Verdict, subject: Subject) -> str:
    """ "A newer version needs Ollama 0.34. “studio” runs 0.32.1."."""
    return sentences(_ended(_needs(verdict)), _runs(subject))


def verdict_line(verdict: Verdict, subject: Subject, now: datetime, marks: Marks = NO_MARKS) -> str:
    """One line for *Overview* and the terminal: "Up to date, checked today, 09:00"."""
    if marks.is_backup:
        return tr("An old version that is kept")
    line = _line(verdict, subject, now)
    if marks.is_pinned:
        return fill(tr("{line} (pinned)"), line=line)
    if marks.is_skipped and verdict.is_offered:
        return skipped_line(verdict)
    return line


def _line(verdict: Verdict, subject: Subject, now: datetime) -> str:
    standing, registry = verdict.standing, registry_name(subject.name)
    if standing is Standing.CURRENT:
        if verdict.failure is not None:
            return _up_to_date_on(verdict)
        text = tr("Up to date, checked {time}")
        return fill(text, time=day_and_time(verdict.checked_at, now))
    if standing in (Standing.WEIGHTS, Standing.SMALL):
        return newer_line(verdict)
    if standing is Standing.CHANGED:
        return sentences(_ended(_differs(registry)), _may_be_older())
    if standing is Standing.NEEDS_SERVER:
        return needs_server_line(verdict, subject)
    if standing is Standing.ABSENT:
        return _absent(verdict, registry)
    if standing is Standing.UNKNOWN:
        return _unchecked_line(verdict, registry)
    return _UNASKED[standing]()


def verdict_card(
    verdict: Verdict,
    subject: Subject,
    now: datetime,
    marks: Marks = NO_MARKS,
    check: CheckState | None = None,
) -> VerdictCard:
    """Title and explanation of the verdict in *Details*; `check` tells when all are asked about."""
    standing, registry = verdict.standing, registry_name(subject.name)
    if marks.is_backup or standing is Standing.MADE_HERE:
        return VerdictCard(tr("Made on this server"), _origin(subject))
    if standing is Standing.CLOUD:
        text = tr("Nothing is stored here, so there is nothing to update.")
        return VerdictCard(tr("Runs on ollama.com"), text)
    if standing is Standing.NOT_ASKED:
        return VerdictCard(tr("Not looked up"), _not_allowed(subject))
    if standing is Standing.UNKNOWN:
        body = _next_check(registry, check, now)
        if verdict.failure is not None:
            text = tr("Couldn’t check: {reason}.")
            reason = failure_reason(verdict.failure, registry)
            body = sentences(fill(text, reason=reason), body)
        return VerdictCard(tr("Not checked yet"), body)
    if standing is Standing.ABSENT:
        return VerdictCard(_absent(verdict, registry), _absence(verdict, subject, now))
    if standing is Standing.CURRENT and verdict.failure is not None:
        return VerdictCard(_up_to_date_on(verdict), _not_since_then(verdict, registry))
    return VerdictCard(_title(verdict, registry), _explanation(verdict, subject, registry, now))


def updates_found(count: int, fetch_bytes: int) -> str:
    """ "3 newer versions, 12.4 GB to download."."""
    found = english_singular(count, "1 newer version") or tr("%Ln newer versions", "", count)
    return fill(tr("{found}, {size} to download."), found=found, size=size(fetch_bytes))


def all_current(count: int) -> str:
    """ "All 12 models are up to date."."""
    if not count:
        return tr("No model could be compared with a registry.")
    return english_singular(count, "1 model is up to date.") or tr(
        "All %Ln models are up to date.", "", count
    )


def not_checked(count: int, total: int, reason: str) -> str:
    """ "2 of 14 models couldn’t be checked: no answer from ollama.com."."""
    text = tr("{count} of {total} models couldn’t be checked: {reason}.")
    return fill(text, count=number(count), total=number(total), reason=reason)


def checking(check: CheckState) -> str:
    """While all are asked about: "Checking… 8 of 14"."""
    if not check.total:
        return tr("Checking…")
    text = tr("Checking… {done} of {total}")
    return fill(text, done=number(check.done), total=number(check.total))


def last_check(check: CheckState, newer: int, now: datetime) -> str:
    """Beside *Check now*: "Last check: today, 09:00. 2 of 14 models have a newer version."."""
    if check.checked_at is None and not check.failed:
        return tr("Not checked yet")
    when, found, failed = "", "", ""
    if check.checked_at is not None:
        when = fill(tr("Last check: {time}."), time=day_and_time(check.checked_at, now))
    if newer and check.total >= newer:
        text = tr("{count} of {total} models have a newer version.")
        found = fill(text, count=number(newer), total=number(check.total))
    elif newer:
        found = english_singular(newer, "1 model has a newer version.") or tr(
            "%Ln models have a newer version.", "", newer
        )
    if check.failed:
        text = tr("{count} of {total} models couldn’t be checked.")
        failed = fill(text, count=number(check.failed), total=number(check.total))
    return sentences(when, found, failed)


def names_button(count: int) -> str:
    """What shows the names that are never looked up: "Show 2 names"."""
    return english_singular(count, "Show 1 name") or tr("Show %Ln names", "", count)


def needs_room(fetch_bytes: int, freed_bytes: int) -> str:
    """ "Needs 12.4 GB for now; about 11.9 GB of it come back when the old versions go."."""
    if not freed_bytes:
        return fill(tr("Needs {size}."), size=size(fetch_bytes))
    text = tr("Needs {size} for now; about {freed} of it come back when the old versions go.")
    return fill(text, size=size(fetch_bytes), freed=size(min(freed_bytes, fetch_bytes)))


def update_question(count: int, server: str) -> str:
    """The title of the sheet: "Update 3 models on “studio”?"."""
    text = tr("Update %Ln models on “{server}”?", "", count)
    return fill(english_singular(count, "Update 1 model on “{server}”?") or text, server=server)


def copies_line(copies: list[str], name: str) -> str:
    """After an update: "coder:latest is a copy of the old version of mistral:7b."."""
    if len(copies) > 1:
        text = tr("%Ln models still use the old version of {name}.", "", len(copies))
        return fill(text, name=one_line(name, 120))
    text = tr("{copy} is a copy of the old version of {name}.")
    return fill(text, copy=one_line(copies[0], 120), name=one_line(name, 120))


def failure_reason(failure: AnswerKind, registry: str) -> str:
    """Why a question was not answered: "no answer from ollama.com"."""
    text = _FAILURES.get(failure, lambda: tr("no usable answer from {registry}"))()
    return fill(text, registry=registry)


def skipped_line(verdict: Verdict) -> str:
    """ "Version of 24 November: skipped"."""
    when = verdict.pushed_at or verdict.checked_at
    return fill(tr("Version of {date}: skipped"), date=day(when, with_year=False))


def kept_until_line(made: Made, held_bytes: int | None) -> str:
    """Of an old version: "Kept until 1 December as llava:13b-before-…. It holds 7.4 GB."."""
    name = one_line(made.name, 200)
    if made.keep_until is None:
        kept = fill(tr("Kept as {name}."), name=name)
    else:
        text = tr("Kept until {date} as {name}.")
        kept = fill(text, date=day(made.keep_until, with_year=False), name=name)
    holds = fill(tr("It holds {size}."), size=size(held_bytes)) if held_bytes else ""
    return sentences(kept, holds)


def _title(verdict: Verdict, registry: str) -> str:
    if verdict.standing is Standing.CURRENT:
        return tr("Up to date")
    if verdict.standing is Standing.CHANGED:
        return _differs(registry)
    if verdict.standing is Standing.NEEDS_SERVER:
        return _needs(verdict)
    return newer_line(verdict)


def _explanation(verdict: Verdict, subject: Subject, registry: str, now: datetime) -> str:
    if verdict.failure is not None:
        text = tr("Couldn’t check since {date}: {reason}.")
        reason = failure_reason(verdict.failure, registry)
        stale = fill(text, date=day(verdict.checked_at, with_year=False), reason=reason)
    else:
        stale = ""
    if verdict.standing is Standing.CHANGED:
        return sentences(_may_be_older(), stale or tr("What differs is listed below."))
    if verdict.standing is Standing.NEEDS_SERVER:
        first = tr("Update Ollama there first.")
        return sentences(_runs(subject), first, stale)
    checked = stale or _checked(verdict, now)
    if verdict.pushed_at is None:
        return checked
    date = day(verdict.pushed_at)
    if verdict.standing is Standing.CURRENT:
        return sentences(fill(tr("Published on {date}."), date=date), checked)
    text = tr("Published on {registry} on {date}.")
    yours = ""
    is_larger = verdict.standing is Standing.WEIGHTS and verdict.here_bytes <= verdict.total_bytes
    if subject.modified_at is not None and is_larger:
        yours = fill(tr("Yours is of {date}."), date=day(subject.modified_at))
    return sentences(fill(text, registry=registry, date=date), yours, checked)


def _checked(verdict: Verdict, now: datetime) -> str:
    if verdict.checked_at is None:
        return ""
    return fill(tr("Checked {time}."), time=day_and_time(verdict.checked_at, now))


def _needs(verdict: Verdict) -> str:
    needs = short_version(verdict.requires)
    if not needs:
        return tr("A newer version needs a newer Ollama")
    return fill(tr("A newer version needs Ollama {version}"), version=needs)


def _runs(subject: Subject) -> str:
    if not subject.version:
        return ""
    text = tr("“{server}” runs {version}.")
    return fill(text, server=subject.server, version=one_line(subject.version, 20))


def _differs(registry: str) -> str:
    return fill(tr("Differs from {registry}"), registry=registry)


def _may_be_older() -> str:
    return tr("It may be older there, or was changed here.")


def _absent(verdict: Verdict, registry: str) -> str:
    text = tr("Not at {registry} under this name")
    if verdict.is_private:
        text = tr("Private or gone at {registry}")
    return fill(text, registry=registry)


def _absence(verdict: Verdict, subject: Subject, now: datetime) -> str:
    if verdict.is_private:
        text = tr("{host} answers that it has no such model, or hides it.")
        return fill(text, host=_host(subject.name))
    again = ""
    if verdict.checked_at is not None:
        text = tr("It isn’t asked for again before {date}.")
        again = fill(text, date=day(verdict.checked_at + ABSENT_FOR, with_year=False))
    return sentences(_checked(verdict, now), again)


def _up_to_date_on(verdict: Verdict) -> str:
    return fill(tr("Up to date on {date}"), date=day(verdict.checked_at, with_year=False))


def _not_since_then(verdict: Verdict, registry: str) -> str:
    reason = failure_reason(verdict.failure or AnswerKind.UNUSABLE, registry)
    return fill(tr("Couldn’t check since then: {reason}."), reason=reason)


def _unchecked_line(verdict: Verdict, registry: str) -> str:
    if verdict.failure is None:
        return tr("Not checked yet")
    reason = failure_reason(verdict.failure, registry)
    return fill(tr("Couldn’t check ({reason})"), reason=reason)


def _origin(subject: Subject) -> str:
    nowhere = tr("Not looked up anywhere.")
    made = subject.made
    source = one_line(made.source if made is not None else subject.parent, 120)
    if not source:
        return nowhere
    if made is None:
        return sentences(fill(tr("From {name}."), name=source), nowhere)
    text = tr("From {name}, on {date}.")
    return sentences(fill(text, name=source, date=day(made.at, with_year=False)), nowhere)


def _next_check(registry: str, check: CheckState | None, now: datetime) -> str:
    """ "ollama.com is asked once a day. Next time: today, 14:40."."""
    if check is None or check.every is None:
        return ""
    often = fill(_OFTEN[check.every](), registry=registry)
    if check.next_at is None or check.next_at <= now:
        return often
    when = day_and_time(check.next_at, now)
    if check.next_at.astimezone().date() != now.astimezone().date():
        date, time = day(check.next_at, with_year=False), clock_time(check.next_at)
        when = fill(tr("{date}, {time}"), date=date, time=time)
    return sentences(often, fill(tr("Next time: {time}."), time=when))


def _not_allowed(subject: Subject) -> str:
    if subject.is_never_asked:
        return tr("You chose that no registry is asked about this name.")
    host = _host(subject.name)
    if not host:
        return ""
    return fill(tr("{host} isn’t allowed in Settings, Updates."), host=host)


def _host(name: str) -> str:
    try:
        return one_line(ModelName.parse(name).host, 80)
    except BadName:
        return ""


def short_version(version: str) -> str:
    """ "0.34.0" → "0.34": what a person says."""
    short = one_line(version, 20).removeprefix("v")
    return short.removesuffix(".0") if short.count(".") > 1 else short


def _ended(title: str) -> str:
    return fill(tr("{sentence}.", "a title that becomes a sentence"), sentence=title)


def changed_line(parts: tuple[LayerKind, ...]) -> str:
    """ "Only the template changed", "Template and license changed"."""
    if len(parts) == 1:
        return _ONLY.get(parts[0], lambda: tr("Only small parts changed"))()
    named = [part for part in parts if part in _INNER]
    if not named:
        return tr("Only small parts changed")
    words = [layer_label(named[0]), *(_INNER[part]() for part in named[1:])]
    return fill(tr("{parts} changed"), parts=join(words))


_ONLY: dict[LayerKind, Callable[[], str]] = {
    LayerKind.TEMPLATE: lambda: tr("Only the template changed"),
    LayerKind.SYSTEM: lambda: tr("Only the system prompt changed"),
    LayerKind.PARAMS: lambda: tr("Only the parameters changed"),
    LayerKind.MESSAGES: lambda: tr("Only the example messages changed"),
    LayerKind.LICENSE: lambda: tr("Only the license changed"),
    LayerKind.CONFIG: lambda: tr("Only the configuration changed"),
}
_INNER: dict[LayerKind, Callable[[], str]] = {
    LayerKind.TEMPLATE: lambda: tr("template", "part of a model, in a list"),
    LayerKind.SYSTEM: lambda: tr("system prompt", "part of a model, in a list"),
    LayerKind.PARAMS: lambda: tr("parameters", "part of a model, in a list"),
    LayerKind.MESSAGES: lambda: tr("messages", "part of a model, in a list"),
    LayerKind.LICENSE: lambda: tr("license", "part of a model, in a list"),
}
_FAILURES: dict[AnswerKind, Callable[[], str]] = {
    AnswerKind.UNREACHABLE: lambda: tr("no answer from {registry}"),
    AnswerKind.LIMITED: lambda: tr("{registry} takes no more questions for now"),
    AnswerKind.FAILING: lambda: tr("{registry} has a problem"),
}
_OFTEN: dict[Every, Callable[[], str]] = {
    Every.NEVER: lambda: tr("{registry} is only asked when you choose to check."),
    Every.DAY: lambda: tr("{registry} is asked once a day."),
    Every.WEEK: lambda: tr("{registry} is asked once a week."),
}
_UNASKED: dict[Standing, Callable[[], str]] = {
    Standing.MADE_HERE: lambda: tr("Made on this server"),
    Standing.CLOUD: lambda: tr("Runs on ollama.com"),
    Standing.NOT_ASKED: lambda: tr("Not looked up"),
}
