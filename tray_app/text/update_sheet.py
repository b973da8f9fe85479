"""The sheet before several updates, in words: its rows, what they need, and its choices."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tray_app.core.estimate import DiskFit
from tray_app.text.estimates import EstimateLine, LineTone
from tray_app.text.plain import one_line
from tray_app.text.times import clock_time, day
from tray_app.text.units import size, size_wanted, spoken_size
from tray_app.text.updates import needs_room, update_question
from tray_app.text.updating import needs_ollama
from tray_app.text.wording import english_singular, fill, number, sentences, tr

if TYPE_CHECKING:
    from tray_app.core.updates.verdicts import Verdict


def sheet_title(count: int, labels: tuple[str, ...]) -> str:
    """ "Update 3 models on “This computer”?", "Update 3 models on 2 servers?"."""
    if len(labels) < 2:
        return update_question(count, labels[0] if labels else "")
    text = tr("Update %Ln models on {servers} servers?", "", count)
    words = english_singular(count, "Update 1 model on {servers} servers?") or text
    return fill(words, servers=number(len(labels)))


def rest_line() -> str:
    """Beneath the title."""
    return tr("The others stay as they are. Downloads go on when this window is closed.")


def loaded_note() -> str:
    return tr("Loaded now: unloaded first")


def needs_note(verdict: Verdict, server: str, version: str) -> str:
    """ "Needs Ollama 0.34. “studio” runs 0.33.1."."""
    needs = fill(
        tr("{sentence}.", "a title that becomes a sentence"), sentence=needs_ollama(verdict)
    )
    runs = ""
    if version:
        text = tr("“{server}” runs {version}.")
        runs = fill(text, server=server, version=one_line(version, 20))
    return sentences(needs, runs)


def changed_note(registry: str) -> str:
    text = tr("Differs from {registry}. Update it alone, from its row.")
    return fill(text, registry=registry)


def asleep_note(server: str, *, can_wake: bool) -> str:
    """Of a server that is off."""
    if can_wake:
        return fill(tr("Would wait for “{server}” to wake up"), server=server)
    return fill(tr("Would wait for “{server}”"), server=server)


def spoken_row(name: str, fetch_bytes: int, whole_bytes: int, note: str = "") -> str:
    """For a screen reader: "llava:13b, 7.4 of 8.0 gigabytes"."""
    text = tr("{name}, {fetched} of {whole}", "llava:13b, 7.4 gigabytes of 8 gigabytes")
    words = fill(
        text,
        name=one_line(name, 120),
        fetched=spoken_size(fetch_bytes),
        whole=spoken_size(whole_bytes),
    )
    return tr(", ", "between parts of a line").join(part for part in (words, note) if part)


def disk_line(fit: DiskFit | None, free_bytes: int | None) -> EstimateLine:
    """ "Enough: 212 GB free"; `fit` None = not known."""
    if fit is None:
        return EstimateLine(tr("Free space not known"))
    free = size(free_bytes)
    if fit is DiskFit.SHORT:
        return EstimateLine(fill(tr("Not enough: {size} free"), size=free), tone=LineTone.BAD)
    if fit is DiskFit.TIGHT:
        return EstimateLine(fill(tr("Tight: {size} free"), size=free), tone=LineTone.CAUTION)
    return EstimateLine(fill(tr("Enough: {size} free"), size=free), tone=LineTone.GOOD)


def room_line(fetch_bytes: int, freed_bytes: int, kept_until: datetime | None) -> str:
    """What they need, and when it comes back."""
    if kept_until is None or not freed_bytes:
        return needs_room(fetch_bytes, freed_bytes)
    text = tr("Needs {size} for now; about {freed} of it come back on {date}.")
    return fill(
        text,
        size=size(fetch_bytes),
        freed=size(min(freed_bytes, fetch_bytes)),
        date=day(kept_until, with_year=False),
    )


def group_line(
    fetch_bytes: int, free_bytes: int | None, fit: DiskFit | None, away: str = ""
) -> EstimateLine:
    """Right in the head of a server's rows: "12.4 GB, 212 GB free", "off since 14:02"."""
    if away:
        return EstimateLine(away)
    need = size(fetch_bytes)
    if free_bytes is None or fit is None:
        return EstimateLine(fill(tr("{size}, free space not known"), size=need))
    if fit is DiskFit.SHORT:
        text = tr("{missing} short: {free} free")
        missing = size_wanted(fetch_bytes - free_bytes)
        line = fill(text, missing=missing, free=size(free_bytes))
        return EstimateLine(line, tone=LineTone.BAD)
    return EstimateLine(fill(tr("{size}, {free} free"), size=need, free=size(free_bytes)))


def off_since(since: datetime) -> str:
    """ "off since 14:02"."""
    return fill(tr("off since {time}"), time=clock_time(since))


def keep_words(days: int) -> str:
    """With its mnemonic."""
    return fill(tr("&Keep the old versions for {days} days"), days=number(days))


def keep_helper(held_bytes: int, until: datetime) -> str:
    """ "They hold 11.9 GB until 1 December. You can go back at any time."."""
    text = tr("They hold {size} until {date}.")
    held = fill(text, size=size(held_bytes), date=day(until, with_year=False))
    return sentences(held if held_bytes else "", tr("You can go back at any time."))


def load_helper(names: tuple[str, ...]) -> str:
    """ "qwen3:8b, with the same context and for as long."."""
    if len(names) > 1:
        return tr("%Ln models, with the same context and for as long.", "", len(names))
    return fill(tr("{name}, with the same context and for as long."), name=names[0])


def named_on(name: str, server: str) -> str:
    """ "qwen3:8b on “This computer”"."""
    return fill(tr("{name} on “{server}”"), name=one_line(name, 120), server=server)


def update_button(count: int, fetch_bytes: int) -> str:
    """ "Update 3, 12.4 GB", with its mnemonic."""
    text = tr("&Update {count}, {size}")
    return fill(text, count=number(count), size=size(fetch_bytes))


def gone_note() -> str:
    return tr("Is gone")


def current_note() -> str:
    return tr("Up to date meanwhile")
