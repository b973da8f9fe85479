"""Words about models that are kept in memory, about loads, and about the memory they took."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tray_app.core.keeping.records import (
    Capacity,
    KeepKind,
    KeepNews,
    KeepNote,
    KeepStatus,
    Loading,
    Measurement,
    NoRoom,
)
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text.messages import NoticeText
from tray_app.text.plain import one_line
from tray_app.text.times import clock_time, elapsed, full_time, roughly, seconds_ago
from tray_app.text.units import in_one_unit, percent, size
from tray_app.text.wording import (
    english_singular,
    fill,
    isolated,
    join,
    number,
    sentences,
    tr,
)

_NAMES_SHOWN = 3
_NAME = 60


def _shown(name: str) -> str:
    return isolated(one_line(name, _NAME))


# What was measured.


def took(taken: Measurement | None, capacity: Capacity | None = None) -> str:
    """In the menu of contexts: "6.3 GB", "12.9 GB, 82% on the card", "not measured"."""
    if taken is None:
        return tr("not measured")
    if taken.permille == 1000 or (capacity is not None and not capacity.is_graphics):
        return size(taken.size_bytes)
    return took_where(taken)


def took_where(taken: Measurement) -> str:
    """ "7.9 GB, all on the card", "12.9 GB, 82% on the card", "9.1 GB, on the processor"."""
    amount = size(taken.size_bytes)
    if taken.permille == 1000:
        return fill(tr("{size}, all on the card"), size=amount)
    if not taken.graphics_bytes:
        return fill(tr("{size}, on the processor"), size=amount)
    share = percent(max(10, taken.permille))
    return fill(tr("{size}, {percent} on the card"), size=amount, percent=share)


def measured_tip(taken: Measurement) -> str:
    """When that was, with which Ollama, and what else was loaded."""
    beside = ""
    if taken.beside:
        names = join((one_line(name, _NAME) for name in taken.beside), _NAMES_SHOWN)
        beside = fill(tr("Beside it: {names}"), names=names)
    version = fill(tr("Ollama {version}"), version=one_line(taken.version, 20))
    return "\n".join(
        part for part in (full_time(taken.at), version if taken.version else "", beside) if part
    )


def context_label(context: int | None) -> str:
    """ "Context 16,384", "Default context"."""
    if context is None:
        return tr("Default context")
    return fill(tr("Context {count}"), count=number(context))


def context_entry(context: int, *, is_default: bool = False) -> str:
    """In the menu of contexts: "16,384", "4,096 (default)"."""
    if is_default:
        return fill(tr("{count} (default)", "a context length"), count=number(context))
    return number(context)


# Loads.


def loading_tip(loading: Loading, now_s: float) -> str:
    """ "Loading with context 32,768, 14 s. Last time it took 21 s."."""
    time = elapsed(now_s - loading.began_s)
    if loading.is_stopping:
        return tr("Stopping…")
    if loading.context_length is None:
        first = fill(tr("Loading, {time}."), time=time)
    else:
        text = tr("Loading with context {count}, {time}.")
        first = fill(text, count=number(loading.context_length), time=time)
    return sentences(first, _last_time(loading))


def _last_time(loading: Loading) -> str:
    if loading.last_s is None:
        return ""
    return fill(tr("Last time it took {time}."), time=elapsed(max(1.0, loading.last_s)))


# How a kept model stands.


@dataclass(frozen=True, slots=True)
class KeepText:
    """A line with an icon, and what stands below it."""

    glyph: str
    title: str
    body: str = ""
    is_warning: bool = False


def loading_text(loading: Loading, now_s: float) -> KeepText:
    """A load of ours in the card of a model's memory."""
    if loading.is_stopping:
        return KeepText("", tr("Stopping…"))
    title = fill(tr("Loading, {time}"), time=elapsed(now_s - loading.began_s))
    context = ""
    if loading.context_length is not None:
        context = fill(tr("Context {count}."), count=number(loading.context_length))
    return KeepText("", title, sentences(context, _last_time(loading)))


def keep_text(
    status: KeepStatus, now: datetime, *, is_again: bool, is_online: bool = True
) -> KeepText:
    """How a kept model stands, in the card of its memory; `is_again`: what was pushed out is loaded
    again; `is_online`: its server answers."""
    match status.kind:
        case KeepKind.OUT:
            return KeepText("warning", _not_in_memory(), _out(status, is_again=is_again), True)
        case KeepKind.GIVEN_UP:
            return KeepText("warning", tr("No longer kept"), _given_up(status), True)
        case KeepKind.LEFT_OUT:
            return KeepText("warning", _not_in_memory(), _left_out(status), True)
        case KeepKind.WAITING:
            waits = tr("Kept, not in memory yet") if is_online else tr("Kept, waits for Ollama")
            return KeepText("keep", waits)
        case KeepKind.MISSING:
            return KeepText("warning", _not_in_memory(), is_warning=True)
    if status.put_back_at is not None and status.overwritten_s is not None:
        return KeepText("keep", tr("Kept loaded"), _overwritten(status, now))
    body = tr("Loaded again if something pushes it out.") if is_again else ""
    return KeepText("keep", tr("Kept loaded"), body)


def _not_in_memory() -> str:
    return tr("Kept, but not in memory")


def _overwritten(status: KeepStatus, now: datetime) -> str:
    put_back_at = status.put_back_at or now
    ago = seconds_ago(max(0.0, (now - put_back_at).total_seconds()))
    seconds = status.overwritten_s or 0
    minutes = round(seconds / 60)
    if minutes:
        first = english_singular(minutes, "Another program set 1 minute.") or tr(
            "Another program set %Ln minutes.", "", minutes
        )
    else:
        first = fill(tr("Another program set {time}."), time=roughly(seconds))
    return sentences(first, fill(tr("Put back {ago}."), ago=ago))


def _out(status: KeepStatus, *, is_again: bool) -> str:
    time = clock_time(status.at)
    if status.by:
        first = fill(tr("{name} took its place at {time}."), name=_shown(status.by), time=time)
    else:
        first = fill(tr("Another program unloaded it at {time}."), time=time)
    then = tr("Load it again by hand.")
    if is_again:
        then = tr("It’s loaded again when it fits and nobody else loaded a model for 5 minutes.")
    return sentences(first, then)


def _given_up(status: KeepStatus) -> str:
    time = clock_time(status.at)
    if status.is_failure:
        text = tr("It could not be loaded three times in an hour, last at {time}.")
        return fill(text, time=time)
    if not status.by:
        text = tr("It was pushed out of memory three times in an hour, last at {time}.")
        return fill(text, time=time)
    text = tr("It was pushed out of memory three times in an hour, last at {time} by {name}.")
    return fill(text, time=time, name=_shown(status.by))


def _left_out(status: KeepStatus) -> str:
    text = tr("Left out: {size} don’t fit beside the others.")
    return fill(text, size=size(status.needed_bytes))


def kept_tip(status: KeepStatus, context: int | None, *, is_online: bool) -> str:
    """What hovering the badge "Kept" tells."""
    match status.kind:
        case KeepKind.OUT if status.by:
            text = tr("Kept, but {name} took its place at {time}")
            return fill(text, name=_shown(status.by), time=clock_time(status.at))
        case KeepKind.OUT:
            text = tr("Kept, but another program unloaded it at {time}")
            return fill(text, time=clock_time(status.at))
        case KeepKind.LEFT_OUT:
            text = tr("Kept, but left out: {size} don’t fit beside the others")
            return fill(text, size=size(status.needed_bytes))
        case KeepKind.WAITING | KeepKind.MISSING:
            return tr("Kept, not in memory yet") if is_online else tr("Kept, waits for Ollama")
    if context is None:
        return tr("Kept loaded with the default context")
    return fill(tr("Kept loaded with context {count}"), count=number(context))


def no_room_reason(room: NoRoom) -> str:
    """Why a model cannot be kept: "qwen3:8b is kept and leaves no room: 6.3 + 18.1 of 12.0 GB"."""
    parts, whole = in_one_unit((room.other_bytes, room.needed_bytes), room.room_bytes)
    sums = fill(tr("{one} + {other} of {whole}"), one=parts[0], other=parts[1], whole=whole)
    if len(room.others) > 1:
        text = tr("{names} are kept and leave no room: {sums}")
        return fill(text, names=join(map(_shown, room.others), _NAMES_SHOWN), sums=sums)
    text = tr("{name} is kept and leaves no room: {sums}")
    return fill(text, name=_shown(room.others[0]), sums=sums)


# What is told once.


def keep_note_line(note: KeepNote) -> str:
    """The line of a banner."""
    name = _shown(note.ref.name)
    match note.news:
        case KeepNews.RELEASED:
            return fill(tr("Unloaded {name}. It’s no longer kept."), name=name)
        case KeepNews.STOPPED:
            return fill(tr("Stopped loading {name}."), name=name)
        case KeepNews.GIVEN_UP:
            given_up = fill(tr("{name} is no longer kept."), name=name)
            return sentences(given_up, _why_given_up(note))
    room = note.no_room
    if room is None:
        return fill(tr("{name} isn’t kept."), name=name)
    parts, whole = in_one_unit((room.other_bytes, room.needed_bytes), room.room_bytes)
    text = tr("{others} and {name} don’t fit together: {one} and {other} of {whole}.")
    others = join(map(_shown, room.others), _NAMES_SHOWN)
    first = fill(text, others=others, name=name, one=parts[0], other=parts[1], whole=whole)
    return sentences(first, fill(tr("{name} isn’t kept."), name=name))


def released_line(names: Iterable[str]) -> str:
    """Several were unloaded at once that were kept."""
    listed = join(map(_shown, names), _NAMES_SHOWN)
    return fill(tr("Unloaded {names}. They are no longer kept."), names=listed)


def _why_given_up(note: KeepNote) -> str:
    if note.is_failure:
        return tr("It could not be loaded three times.")
    if not note.by:
        return tr("It was pushed out of memory three times.")
    text = tr("It was pushed out of memory three times, last by {name}.")
    return fill(text, name=_shown(note.by))


def notice_not_kept(note: KeepNote, server_label: str = "") -> NoticeText:
    """The notification; `server_label` only where there are several."""
    if note.no_room is not None:
        title = fill(tr("Can’t keep {name} loaded"), name=_shown(note.ref.name))
        return NoticeText(title, keep_note_line(note))
    title = fill(tr("No longer keeping {name}"), name=_shown(note.ref.name))
    if server_label:
        text = tr("No longer keeping {name} on {server}")
        title = fill(text, name=_shown(note.ref.name), server=_shown(server_label))
    return NoticeText(title, _why_given_up(note))


# The page of the settings.


def kept_row_line(status: KeepStatus | None, taken: Measurement | None, server: str) -> str:
    """Below a model's name in the list of those that are kept."""
    if status is not None and status.kind is KeepKind.MISSING:
        return fill(tr("Not installed on “{server}” now"), server=one_line(server, _NAME))
    if status is not None and status.kind is KeepKind.LEFT_OUT:
        text = tr("Left out: {size} don’t fit beside")
        return fill(text, size=size(status.needed_bytes))
    if taken is None:
        return tr("Not measured yet")
    return fill(tr("Took {took}"), took=took_where(taken))


def kept_sum(
    count: int, taken_bytes: int, capacity: Capacity, *, is_all: bool, are_first: bool
) -> str:
    """Right of the list: "Together the first two took 8.5 of 12.0 GB of graphics memory."; "" where
    one or nothing was measured."""
    if count < 2 or not taken_bytes:
        return ""
    total = capacity.total_bytes
    if total is not None and total >= taken_bytes:
        parts, whole = in_one_unit((taken_bytes,), total)
        took_words = fill(tr("{part} of {whole}", "bytes"), part=parts[0], whole=whole)
    else:
        took_words = size(taken_bytes)
    if not capacity.is_graphics:
        text = tr("Together they took {amount} of memory.")
        return fill(text, amount=took_words)
    if is_all:
        return fill(tr("Together they took {amount} of graphics memory."), amount=took_words)
    if count == 2 and are_first:
        text = tr("Together the first two took {amount} of graphics memory.")
        return fill(text, amount=took_words)
    text = tr("Together those that fit took {amount} of graphics memory.")
    return fill(text, amount=took_words)


def kept_on(name: str, server: str) -> str:
    """A kept model where there are several servers: "qwen3:8b on studio"."""
    text = tr("{name} on {server}", "a model in the settings")
    return fill(text, name=name, server=isolated(one_line(server, _NAME)))


def on_server(server: str) -> str:
    """Behind a model's name: "on studio"."""
    text = tr("on {server}", "behind the name of a model")
    return fill(text, server=isolated(one_line(server, _NAME)))


# The tray.


def tray_loading(loading: Loading, now_s: float) -> str:
    """ "Loading gemma3:4b, 14 s"."""
    name = _shown(loading.ref.name)
    if loading.is_stopping:
        return fill(tr("Stopping {name}…"), name=name)
    text = tr("Loading {name}, {time}")
    return fill(text, name=name, time=elapsed(now_s - loading.began_s))


def tray_keep(name: str, server_label: str = "") -> str:
    """ "Keep qwen3:8b loaded"; `server_label` only where its server is to be named."""
    if server_label:
        text = tr("Keep {name} on {server} loaded")
        return fill(text, name=_shown(name), server=_shown(server_label))
    return fill(tr("Keep {name} loaded"), name=_shown(name))


def tray_load_again(name: str) -> str:
    """ "Load qwen3:8b again (kept)"."""
    return fill(tr("Load {name} again (kept)"), name=_shown(name))


def measured_pull_line(taken: Measurement, capacity: Capacity, ago: str) -> tuple[str, str]:
    """In the card of a pull: "Stayed on the card: 39.8 of 48.0 GB" and what that is known from."""
    amount = size(taken.size_bytes)
    total = capacity.total_bytes
    if capacity.is_graphics and total is not None and total >= taken.size_bytes:
        parts, whole = in_one_unit((taken.size_bytes,), total)
        amount = fill(tr("{part} of {whole}", "bytes"), part=parts[0], whole=whole)
    if taken.permille == 1000:
        title = fill(tr("Stayed on the card: {amount}"), amount=amount)
    elif taken.graphics_bytes:
        share = percent(max(10, taken.permille))
        title = fill(tr("{percent} stayed on the card, of {size}"), percent=share, size=amount)
    else:
        title = fill(tr("Ran on the processor: {size}"), size=amount)
    text = tr("Measured here with context {count}, {ago}.")
    return title, fill(text, count=number(taken.context_length), ago=ago)


def none_kept() -> str:
    """Where the list of kept models is empty."""
    return tr("No model is kept loaded. Ollama unloads each 5 minutes after its last use.")


def more_in_window(count: int) -> str:
    """Below as many models as a menu takes."""
    text = tr("{count} more, in the menu of the main window")
    return fill(text, count=number(count))
