"""What a pull would mean, in words: sizes, disk, memory, licence."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core import errors as e
from tray_app.core.estimate import DiskFit, Missing, PullCheck, PullEstimate, disk_fit
from tray_app.core.keeping.records import Capacity, Measurement
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.memory_fit import DEFAULT_CONTEXT, FitKind, MemoryFit
from tray_app.core.pulls.states import Hold
from tray_app.text.downloads import ordinal
from tray_app.text.keeping import measured_pull_line
from tray_app.text.lookups import lookup_reason
from tray_app.text.names import registry_name, short_name
from tray_app.text.plain import one_line
from tray_app.text.times import age, time_of_day, utc_now
from tray_app.text.units import amount, amount_wanted, percent, size, size_wanted
from tray_app.text.wording import (
    dotted,
    english_singular,
    fill,
    isolated,
    join,
    number,
    tr,
)

if TYPE_CHECKING:
    from tray_app.core.pulls.rules import HoldReason, Room

_NAMES_SHOWN = 2


class LineTone(StrEnum):
    """How good a line's news are."""

    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class EstimateLine:
    """One line of the card: what is so, and what it means."""

    title: str
    body: str = ""
    tone: LineTone = LineTone.NONE


def looking_up(name: str) -> str:
    """ "Looking up qwen3:14b on ollama.com…"."""
    text = tr("Looking up {name} on {registry}…")
    return fill(text, name=short_name(name), registry=registry_name(name))


def model_line(estimate: PullEstimate) -> str:
    """ "13B parameters · Q4_0 · GGUF"; what is not told is left out."""
    details = estimate.details
    if details is None:
        is_lost = estimate.details_reason not in (Missing.PENDING, Missing.NONE)
        return tr("Parameters and quantization not known") if is_lost else ""
    count = one_line(details.parameter_size, 20)
    return dotted(
        fill(tr("{count} parameters"), count=count) if count else "",
        one_line(details.quantization_level, 20),
        one_line(details.format, 20).upper(),
    )


def download_figure(estimate: PullEstimate) -> tuple[str, str]:
    """The figure and the quiet words behind it: "7.4 GB", "of 8.0 GB"."""
    fetched, whole = size(estimate.fetch_bytes), size(estimate.total_bytes)
    # Not "15 GB of 15 GB", which would say that nothing is here yet.
    is_told_apart = estimate.is_partly_here and fetched != whole
    return fetched, fill(tr("of {size}"), size=whole) if is_told_apart else ""


def here_line(estimate: PullEstimate) -> str:
    """ "645 MB already here, shared with llava:13b"."""
    here = size(estimate.here_bytes)
    if not estimate.shared_with:
        return fill(tr("{size} already here"), size=here)
    names = join([short_name(name) for name in estimate.shared_with], _NAMES_SHOWN)
    return fill(tr("{size} already here, shared with {names}"), size=here, names=names)


def fetch_line(estimate: PullEstimate) -> str:
    """ "7.4 GB to fetch"."""
    return fill(tr("{size} to fetch"), size=size(estimate.fetch_bytes))


def newer_version(estimate: PullEstimate) -> str:
    """ "Newer version: 4.4 GB to download"."""
    return fill(tr("Newer version: {size} to download"), size=size(estimate.fetch_bytes))


def disk_line(
    estimate: PullEstimate, room: Room | None = None, keep_free_bytes: int = 0
) -> EstimateLine | None:
    """The line "Disk space"; None while it is looked up."""
    space = estimate.space
    if space is None or room is None:
        return _unknown_disk(estimate)
    free = size(room.free_bytes)
    fit = disk_fit(room, keep_free_bytes)
    others = size(room.others_bytes) if room.others_bytes else ""
    if fit is DiskFit.SHORT:
        text = tr("{size} short. Delete models you don’t use, or move the model folder.")
        if others:
            text = tr(
                "{size} short, as other downloads need {others}. Delete models you "
                "don’t use, or move the model folder."
            )
        body = fill(text, size=size_wanted(-room.left_bytes), others=others)
        return EstimateLine(fill(tr("Not enough: {size} free"), size=free), body, LineTone.BAD)
    text = tr("{size} left after this download, on {folder}.")
    if others:
        text = tr("{size} left after this download and {others} for other downloads, on {folder}.")
    body = fill(
        text,
        size=size(room.left_bytes),
        others=others,
        folder=isolated(_breakable(one_line(space.folder, 200))),
    )
    if fit is DiskFit.TIGHT:
        return EstimateLine(fill(tr("Tight: {size} free"), size=free), body, LineTone.CAUTION)
    return EstimateLine(fill(tr("Enough: {size} free"), size=free), body, LineTone.GOOD)


def _unknown_disk(estimate: PullEstimate) -> EstimateLine | None:
    if estimate.space_reason is Missing.PENDING:
        return None
    if estimate.space_reason is Missing.REMOTE:
        return EstimateLine(tr("Not known for a remote server"))
    if estimate.space_reason is Missing.NO_FOLDER:
        body = tr("The server’s model folder can’t be found or read on this computer.")
        return EstimateLine(tr("Not known"), body)
    return EstimateLine(tr("Not known"))


def _breakable(path: str) -> str:
    """A path that may be broken at its separators."""
    return path.replace("/", "/\u200b").replace("\\", "\\\u200b")


def memory_title(estimate: PullEstimate) -> str:
    """What the memory line is about."""
    is_main = estimate.fit is not None and estimate.fit.kind is FitKind.PROCESSOR
    return tr("Memory") if is_main else tr("Graphics memory")


def memory_line(estimate: PullEstimate) -> EstimateLine | None:
    """The line "Graphics memory"; None while it is looked up."""
    if estimate.fit is None:
        is_pending = estimate.fit_reason is Missing.PENDING
        return None if is_pending else EstimateLine(tr("Not known"))
    if estimate.taken is not None:
        return _taken(estimate.taken, estimate.fit)
    return _FITS[estimate.fit.kind](estimate.fit)


def _taken(taken: Measurement, fit: MemoryFit) -> EstimateLine:
    """What it took when it ran here: no estimate."""
    total = fit.total_bytes if taken.graphics_bytes else None
    when = age(taken.at, utc_now())
    ago = when[:1].lower() + when[1:]  # "Yesterday", in the middle of a sentence
    title, body = measured_pull_line(taken, Capacity(total), ago)
    is_on_card = taken.permille >= 1000
    tone = LineTone.GOOD if is_on_card else LineTone.CAUTION
    return EstimateLine(title, body, tone if taken.graphics_bytes else LineTone.NONE)


def _assumption() -> str:
    text = tr(
        "Estimate for the default context of {count} tokens, with nothing else loaded. "
        "A longer context needs more."
    )
    return fill(text, count=number(DEFAULT_CONTEXT))


def _fits(fit: MemoryFit) -> EstimateLine:
    title = fill(tr("Fits: about {amount}"), amount=_amount(fit))
    body = _assumption()
    if fit.total_bytes is None:
        body = tr("Models here have used more than that before. A long context needs more.")
    return EstimateLine(title, body, LineTone.GOOD)


def _partly(fit: MemoryFit) -> EstimateLine:
    title = fill(tr("Fits partly: about {percent} of it"), percent=percent(fit.permille))
    return EstimateLine(
        title, tr("The rest runs on the processor and is slower."), LineTone.CAUTION
    )


def _too_large(fit: MemoryFit) -> EstimateLine:
    body = fill(
        tr("About {percent} would fit. The rest runs on the processor and will be slow."),
        percent=percent(fit.permille),
    )
    title = fill(tr("Too large for {size}"), size=size(fit.total_bytes))
    return EstimateLine(title, body, LineTone.CAUTION)


def _measured(fit: MemoryFit) -> EstimateLine:
    title = fill(tr("Fits: measured {amount}"), amount=_amount(fit))
    return EstimateLine(title, tone=LineTone.GOOD)


def _processor(fit: MemoryFit) -> EstimateLine:
    body = fill(tr("Needs about {amount} memory."), amount=_amount(fit))
    tone = LineTone.CAUTION if fit.is_too_much else LineTone.NONE
    return EstimateLine(tr("No graphics card found"), body, tone)


def _unknown_total(fit: MemoryFit) -> EstimateLine:
    title = fill(tr("Needs about {size}"), size=size_wanted(fit.needed_bytes))
    return EstimateLine(title, tr("Ollama doesn’t say how much memory there is."))


def _amount(fit: MemoryFit) -> str:
    if fit.total_bytes is not None and fit.is_too_much:
        return amount_wanted(fit.needed_bytes, fit.total_bytes)
    return amount(fit.needed_bytes, fit.total_bytes)


_FITS: dict[FitKind, Callable[[MemoryFit], EstimateLine]] = {
    FitKind.FITS: _fits,
    FitKind.PARTLY: _partly,
    FitKind.TOO_LARGE: _too_large,
    FitKind.MEASURED: _measured,
    FitKind.PROCESSOR: _processor,
    FitKind.UNKNOWN: _unknown_total,
}


def license_line(estimate: PullEstimate) -> EstimateLine | None:
    """The line "License"; None while it is looked up."""
    if estimate.licenses:
        names = [one_line(each.name, 60) for each in estimate.licenses]
        return EstimateLine(join(dict.fromkeys(names), _NAMES_SHOWN))
    reason = estimate.licenses_reason
    if reason is Missing.PENDING:
        return None
    if reason is Missing.NONE:
        return EstimateLine(tr("None stated"))
    said = lookup_reason(reason) if isinstance(reason, e.OllamaError) else ""
    return EstimateLine(tr("Not known"), fill(tr("Couldn’t be read ({reason})."), reason=said))


@dataclass(frozen=True, slots=True)
class _Wait:
    reason: HoldReason
    server: str
    keep_free_bytes: int
    max_pulls: int


def pull_wait_note(
    reason: HoldReason, server_label: str, keep_free_bytes: int = 0, max_pulls: int = 1
) -> str:
    """Said before a download is asked for that will not start at once: what it will wait for."""
    return _WAITS[reason.hold](_Wait(reason, server_label, keep_free_bytes, max_pulls))


def _waits_for_clock(wait: _Wait) -> str:
    if wait.reason.until is None:
        return tr("It will wait until the quiet hours end.")
    text = tr("It will wait until {time}, when the quiet hours end.")
    return fill(text, time=time_of_day(wait.reason.until))


def _waits_for_room(wait: _Wait) -> str:
    text = tr("It will wait for {size} more free disk space: you keep {kept} free.")
    return fill(text, size=size_wanted(wait.reason.missing_bytes), kept=size(wait.keep_free_bytes))


def _waits_in_line(wait: _Wait) -> str:
    place = wait.reason.position
    text = english_singular(
        wait.max_pulls, "It will be {nth} in line: downloads run one at a time."
    ) or tr(
        "It will be {nth} in line: %Ln downloads run at a time.",
        "{n} is the bare number",
        wait.max_pulls,
    )
    return fill(text, nth=ordinal(place), n=number(place))


_WAITS: dict[Hold, Callable[[_Wait], str]] = {
    Hold.SERVER: lambda wait: fill(
        tr("It will wait until “{server}” answers."), server=one_line(wait.server, 60)
    ),
    Hold.QUIET_HOURS: _waits_for_clock,
    Hold.METERED: lambda _: tr("It will wait: this connection is metered."),
    Hold.BATTERY: lambda _: tr("It will wait: this computer is running on battery power."),
    Hold.DISK: _waits_for_room,
    Hold.LINE: _waits_in_line,
    Hold.OFF: lambda wait: fill(
        tr("It will wait: “{server}” is switched off."), server=one_line(wait.server, 60)
    ),
    Hold.NO_SERVER: lambda _: tr("It will wait: its server is not set up any more."),
}


def pull_button(estimate: PullEstimate, *, is_wrong: bool = False) -> str:
    """The primary button, with its mnemonic; `is_wrong` = it would probably fail."""
    if is_wrong:
        return tr("&Pull anyway")
    if estimate.standing in (PullCheck.CURRENT, PullCheck.UNCHECKED):
        return tr("&Pull again")
    to_fetch = size(estimate.fetch_bytes)
    if estimate.standing is PullCheck.UPDATE:
        return fill(tr("&Update {size}"), size=to_fetch)
    return fill(tr("&Pull {size}"), size=to_fetch) if estimate.fetch_bytes else tr("&Pull")
