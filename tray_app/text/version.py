"""The tab *Version* of a model's details: what differs, and what was said of the model."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tray_app.core.records import LayerKind, ModelInfo
from tray_app.core.updates.verdicts import Marks, Standing, Verdict
from tray_app.text.models import layer_label
from tray_app.text.names import registry_name
from tray_app.text.plain import one_line
from tray_app.text.times import clock_time, day
from tray_app.text.units import size, spoken_size
from tray_app.text.updates import kept_until_line, skipped_line
from tray_app.text.wording import english_singular, fill, number, tr

if TYPE_CHECKING:
    from tray_app.core.updates.differences import Difference
    from tray_app.core.updates.ledger import Made

_MAX_TOLD = 6
"""Parameters that are named; more of them are not worth a screen."""


def difference_titles(name: str) -> tuple[str, str, str, str]:
    """The headings of the table."""
    at = fill(tr("At {registry}"), registry=registry_name(name))
    return tr("Part"), tr("Here"), at, tr("To download")


def difference_cells(each: Difference) -> tuple[str, str, str, str]:
    """A row of the table."""
    part = layer_label(each.kind)
    if each.here_bytes is None:
        here = tr("none") if each.is_here_known else tr("not known")
    else:
        here = size(each.here_bytes) if each.here_bytes else tr("not known")
    if each.is_same:
        return part, here, tr("the same"), tr("nothing", "to download")
    fetch = size(each.fetch_bytes) if each.fetch_bytes else tr("nothing", "to download")
    if each.there_bytes is None:
        return part, here, tr("gone there"), fetch
    there = size(each.there_bytes)
    if each.here_bytes is not None:
        there = fill(tr("{size}, other content"), size=there)
    return part, here, there, fetch


def spoken_difference(each: Difference, name: str) -> str:
    """For a screen reader: "Weights, here 7.4 gigabytes, at ollama.com other content, 7.4 gigabytes
    to download"."""
    part, here, there, fetch = difference_cells(each)
    if each.here_bytes:
        here = spoken_size(each.here_bytes)
    if not each.is_same and each.there_bytes is not None and each.here_bytes is not None:
        there = tr("other content")
    if each.fetch_bytes:
        fetch = spoken_size(each.fetch_bytes)
    return fill(
        tr("{part}, here {here}, at {registry} {there}, {fetch} to download"),
        part=part,
        here=here,
        registry=registry_name(name),
        there=there,
        fetch=fetch,
    )


def difference_tip(each: Difference) -> str:
    """The digests of a part."""
    lines = []
    if each.here:
        lines.append(fill(tr("Here: {digests}"), digests=" ".join(each.here[:4])))
    if each.there and not each.is_same:
        lines.append(fill(tr("There: {digests}"), digests=" ".join(each.there[:4])))
    return "\n".join(lines)


def only_weights_known() -> str:
    return tr("Only the weights are known for this server.")


def asking(name: str) -> str:
    """ "Asking ollama.com…"."""
    return fill(tr("Asking {registry}…"), registry=registry_name(name))


def card_button(verdict: Verdict, marks: Marks) -> str:
    """What the card of the verdict offers; "" = nothing."""
    if marks.is_backup or verdict.standing in (Standing.MADE_HERE, Standing.CLOUD):
        return ""
    if verdict.failure is not None:
        return tr("Try now")
    if verdict.standing is Standing.NEEDS_SERVER:
        return tr("How…")
    if verdict.standing is Standing.ABSENT:
        return tr("Ask again")
    if verdict.standing is Standing.NOT_ASKED:
        return tr("Settings…")
    return tr("Check now")


def pin_helper() -> str:
    return tr("Left out of “Update all”, and nothing is told of newer ones.")


def never_helper() -> str:
    return tr("No registry is asked about it, whatever is checked.")


def version_line(verdict: Verdict, marks: Marks) -> tuple[str, str, str]:
    """Of the version at the registry: what it is, what skipping it means, and the button."""
    if marks.is_skipped:
        return skipped_line(verdict), tr("You hear of the next one only."), tr("&Offer again")
    when = verdict.pushed_at or verdict.checked_at
    title = fill(tr("Version of {date}"), date=day(when, with_year=False))
    return title, tr("Skip it to hear of the next one only."), tr("S&kip it")


def old_version_lines(made: Made, held_bytes: int | None) -> tuple[str, str]:
    """Of a kept version: what it is, and where and how long it is kept."""
    title = fill(tr("Old version, before {date}"), date=day(made.at, with_year=False))
    return title, kept_until_line(made, held_bytes)


def update_button(verdict: Verdict, fetch_bytes: int) -> str:
    """The button of the footer, with its mnemonic."""
    if verdict.standing is Standing.CHANGED:
        return tr("&Update anyway…")
    return fill(tr("&Update {size}"), size=size(fetch_bytes))


def go_back_title(made: Made) -> str:
    """ "Go back to the version before 24 November?": of which day it was, nobody knows."""
    text = tr("Go back to the version before {date}?")
    return fill(text, date=day(made.at, with_year=False))


def go_back_body(name: str, updated_at: datetime | None) -> str:
    """What going back means."""
    text = tr("{name} becomes what it was before the update of {date}. Nothing is downloaded.")
    return fill(text, name=one_line(name, 120), date=day(updated_at, with_year=False))


def replace_title(name: str) -> str:
    """ "Replace hf.co/me/x:Q4_K_M?"."""
    return fill(tr("Replace {name}?"), name=one_line(name, 80))


def replace_body(name: str) -> str:
    """Why that is asked."""
    text = tr("It differs from {registry}. It may be older there, or was changed here.")
    return fill(text, registry=registry_name(name))


def lost_part(each: Difference) -> tuple[str, str]:
    """What is lost of a part: "Weights", "9.0 GB, replaced by 8.8 GB"."""
    part = layer_label(each.kind)
    if each.there_bytes is None:
        return part, tr("gone there")
    here = size(each.here_bytes) if each.here_bytes else ""
    there = size(each.there_bytes)
    if not here:
        return part, fill(tr("replaced by {size}"), size=there)
    return part, fill(tr("{here}, replaced by {there}"), here=here, there=there)


def keep_this_words(days: int) -> str:
    """With its mnemonic."""
    return fill(tr("&Keep this version for {days} days"), days=number(days))


def made_body(name: str, server: str) -> str:
    """Why that is asked of a model that was made on its server."""
    text = tr(
        "It was made on “{server}” and is kept nowhere else. Pulling this name from {registry}"
        " replaces it."
    )
    return fill(text, server=server, registry=registry_name(name))


def lost_words(info: ModelInfo | None) -> tuple[tuple[str, str], ...]:
    """What somebody has given a model here: "System prompt", "412 characters"."""
    if info is None:
        return ()
    parts = []
    if info.system:
        count = english_singular(len(info.system), "1 character") or tr(
            "%Ln characters", "", len(info.system)
        )
        parts.append((layer_label(LayerKind.SYSTEM), count))
    told = [" ".join(line.split()) for line in info.parameters.splitlines()]
    told = [one_line(line, 60) for line in told if line]
    if told:
        words = tr(", ", "between parts of a line").join(told[:_MAX_TOLD])
        more = " …" if len(told) > _MAX_TOLD else ""
        parts.append((layer_label(LayerKind.PARAMS), f"{words}{more}"))
    if info.messages:
        parts.append((layer_label(LayerKind.MESSAGES), number(len(info.messages))))
    return tuple(parts)


def kept_as(name: str) -> str:
    """ "As coder:latest-before-2026-11-24."."""
    return fill(tr("As {name}."), name=one_line(name, 200))


def replace_button(fetch_bytes: int) -> str:
    """ "Replace, 8.8 GB", with its mnemonic."""
    if not fetch_bytes:
        return tr("&Replace")
    return fill(tr("&Replace, {size}"), size=size(fetch_bytes))


def changed_title(name: str) -> str:
    """ "mistral:7b has changed meanwhile. Update it still?"."""
    return fill(tr("{name} has changed meanwhile. Update it still?"), name=one_line(name, 80))


def changed_body(server: str, changed_at: datetime | None) -> str:
    """Who has changed it, as far as that is known."""
    if changed_at is None:
        text = tr("Somebody replaced it on “{server}”, after you chose to update.")
        return fill(text, server=server)
    text = tr("Somebody replaced it on “{server}” at {time}, after you chose to update.")
    return fill(text, server=server, time=clock_time(changed_at))
