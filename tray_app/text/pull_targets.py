"""Servers that may pull a model, one line each: what it would mean there, and what is asked for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tray_app.core.estimate import DiskFit as Fit
from tray_app.core.estimate import Missing, PullEstimate, disk_fit
from tray_app.core.memory_fit import FitKind, MemoryFit
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.text.estimates import EstimateLine, LineTone
from tray_app.text.names import registry_name
from tray_app.text.plain import one_line
from tray_app.text.times import clock_time, day
from tray_app.text.units import amount_wanted, percent, size, size_wanted, spoken_size
from tray_app.text.wording import fill, isolated, sentences, tr

if TYPE_CHECKING:
    from tray_app.core.pulls.rules import Room

_LABEL_LIMIT = 60


def target_is_off(server_label: str, since: datetime, *, is_ticked: bool, can_wake: bool) -> str:
    """ "Off since 14:02. It would wait for “nas” to wake up."."""
    if is_ticked and can_wake:
        text = tr("Off since {time}. It waits for “{server}” to wake up.")
    elif is_ticked:
        text = tr("Off since {time}. It waits for “{server}” to come back.")
    elif can_wake:
        text = tr("Off since {time}. It would wait for “{server}” to wake up.")
    else:
        text = tr("Off since {time}. It would wait for “{server}” to come back.")
    return fill(text, time=clock_time(since), server=one_line(server_label, _LABEL_LIMIT))


def target_is_switched_off(server_label: str) -> str:
    """It was there when the dialog opened."""
    return fill(tr("“{server}” is switched off"), server=one_line(server_label, _LABEL_LIMIT))


def target_too_old(server_label: str, version: str, needs: str) -> str:
    """ "Needs Ollama 0.12 or newer. “studio” runs 0.9.2."."""
    return fill(
        tr("Needs Ollama {needs} or newer. “{server}” runs {version}."),
        needs=one_line(needs, 20),
        server=one_line(server_label, _LABEL_LIMIT),
        version=one_line(version, 20),
    )


def target_download(item: PullItem) -> str:
    """It is in the queue already."""
    if item.state is PullState.PAUSED:
        return tr("This download is paused")
    if item.state is PullState.WAITING:
        return tr("Already waiting in line")
    return tr("Already downloading")


def replaced_version(modified_at: datetime | None) -> str:
    """ "Replaces the version of 12 July"."""
    if modified_at is None:
        return tr("Replaces the version that is there")
    return fill(tr("Replaces the version of {date}"), date=day(modified_at, with_year=False))


def target_room(
    estimate: PullEstimate, room: Room | None, keep_free_bytes: int = 0
) -> tuple[EstimateLine, ...]:
    """Disk and graphics memory of a server for what would be fetched; nothing of what is still
    being looked up."""
    memory = _memory(estimate.fit)
    is_memory_open = estimate.fit is None and estimate.fit_reason is Missing.PENDING
    if room is None:
        if estimate.space_reason is Missing.PENDING:
            return _lines(memory)
        if memory is None and not is_memory_open:
            return _lines(_info(tr("Free space and graphics memory aren’t known there")))
        return _lines(memory, _info(tr("Free space isn’t known there")))
    disk = _disk(room, keep_free_bytes)
    if disk.tone is LineTone.GOOD and estimate.fit is not None and _is_fitting(estimate.fit):
        text = tr("{size} free, fits in graphics memory")
        return (EstimateLine(fill(text, size=size(room.free_bytes)), tone=LineTone.GOOD),)
    if memory is None and not is_memory_open and disk.tone is LineTone.GOOD:
        memory = _info(tr("Whether it fits in graphics memory isn’t known there"))
    return _lines(disk, memory if disk.tone is not LineTone.BAD else None)


def _lines(*lines: EstimateLine | None) -> tuple[EstimateLine, ...]:
    return tuple(line for line in lines if line is not None)


def _info(text: str) -> EstimateLine:
    return EstimateLine(text)


def _disk(room: Room, keep_free_bytes: int) -> EstimateLine:
    free, fit = size(room.free_bytes), disk_fit(room, keep_free_bytes)
    if fit is Fit.SHORT:
        text = tr("{size} short: {free} free")
        line = fill(text, size=size_wanted(-room.left_bytes), free=free)
        return EstimateLine(line, tone=LineTone.BAD)
    if fit is Fit.TIGHT:
        return EstimateLine(fill(tr("Tight: {size} free"), size=free), tone=LineTone.CAUTION)
    return EstimateLine(fill(tr("{size} free"), size=free), tone=LineTone.GOOD)


def _is_fitting(fit: MemoryFit) -> bool:
    return fit.kind in (FitKind.FITS, FitKind.MEASURED)


def _memory(fit: MemoryFit | None) -> EstimateLine | None:
    """None = not known."""
    if fit is None or fit.kind is FitKind.UNKNOWN:
        return None
    if _is_fitting(fit):
        return EstimateLine(tr("Fits in graphics memory"), tone=LineTone.GOOD)
    if fit.kind is FitKind.PROCESSOR:
        if fit.total_bytes is None or not fit.is_too_much:
            return _info(tr("No graphics card found"))
        needs = amount_wanted(fit.needed_bytes, fit.total_bytes)
        line = fill(tr("Needs about {amount} memory."), amount=needs)
        return EstimateLine(line, tone=LineTone.CAUTION)
    text = tr("Fits partly: about {percent} of it in graphics memory")
    if fit.kind is FitKind.TOO_LARGE:
        text = tr("Too large: about {percent} of it fits in graphics memory")
    line = fill(text, percent=percent(fit.permille))
    return EstimateLine(line, tone=LineTone.CAUTION)


def target_free(estimate: PullEstimate) -> str:
    """What is known of the disk where the size is not."""
    if estimate.space is None:
        return tr("Free space isn’t known there")
    return fill(tr("{size} free"), size=size(estimate.space.free_bytes))


def spoken_target(server_label: str, estimate: PullEstimate | None, room: Room | None) -> str:
    """For a screen reader: "Pull on studio, 8.0 gigabytes, 96 gigabytes free"."""
    parts = [fill(tr("Pull on {server}"), server=isolated(one_line(server_label, _LABEL_LIMIT)))]
    if estimate is not None and estimate.fetch_bytes:
        parts.append(spoken_size(estimate.fetch_bytes))
    if room is not None:
        parts.append(fill(tr("{size} free"), size=spoken_size(room.free_bytes)))
    return tr(", ", "between parts of a line").join(parts)


def pull_on_button(count: int, fetch_bytes: int | None, *, is_wrong: bool = False) -> str:
    """The primary button for `count` servers, with its mnemonic; `fetch_bytes` None = not known of
    all of them, `is_wrong` = one of them would probably fail."""
    if is_wrong and count:
        return tr("&Pull anyway")
    to_fetch = size(fetch_bytes) if fetch_bytes else ""
    if count < 2:
        return fill(tr("&Pull {size}"), size=to_fetch) if to_fetch and count else tr("&Pull")
    if to_fetch:
        return fill(tr("&Pull on %Ln servers, {size}", "", count), size=to_fetch)
    return tr("&Pull on %Ln servers", "", count)


def add_on_button(count: int) -> str:
    """The same for a model that runs elsewhere."""
    return tr("&Add on %Ln servers", "", count) if count > 1 else tr("&Add")


def pulls_itself(server_labels: list[str], name: str) -> str:
    """Below the name field, when a model of one server is pulled on another."""
    registry = registry_name(name)
    if len(server_labels) == 1:
        label = one_line(server_labels[0], _LABEL_LIMIT)
        text = fill(
            tr("“{server}” pulls it itself from {registry}."), server=label, registry=registry
        )
    else:
        text = fill(tr("Each server pulls it itself from {registry}."), registry=registry)
    return sentences(text, tr("Nothing is copied between your computers."))
