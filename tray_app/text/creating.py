"""What is said of models that are made from files: in rows, in the tray, in notices, at the end.

The dialog's words are in create_dialog.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tray_app.core.creates.records import CreateFault, CreateItem, CreateState
from tray_app.core.errors import ServerFailed
from tray_app.text.addresses import server_address
from tray_app.text.downloads import ordinal
from tray_app.text.messages import NoticeText, ollama_says
from tray_app.text.names import short_name
from tray_app.text.plain import one_line, shortened
from tray_app.text.pull_errors import pull_error_reason
from tray_app.text.times import day_and_time, elapsed, spoken_time, time_left, utc_now
from tray_app.text.units import amount, percent, size, size_wanted, speed
from tray_app.text.wording import dotted, english_singular, fill, isolated, number, sentences, tr

_NAME_LIMIT = 60
_SERVER_LIMIT = 30
_PATH_LIMIT = 200
_WITH_BYTES = frozenset({CreateState.CHECKING, CreateState.UPLOADING, CreateState.MAKING})


def shown_path(path: str) -> str:
    """A path of this computer as people write it: "~/Downloads/x.gguf"."""
    with suppress(RuntimeError, ValueError):  # no home, or it is elsewhere
        path = str(Path("~") / Path(path).relative_to(Path.home()))
    return isolated(one_line(path, _PATH_LIMIT))


# Rows.


def create_detail(
    item: CreateItem, now_s: float, server_label: str = "", now: datetime | None = None
) -> str:
    """The right end of a row's first line. `now_s` is of the same clock as the item's."""
    return _DETAILS[item.state](_Row(item, now_s, _server(server_label), now))


class _Row(NamedTuple):
    item: CreateItem
    now_s: float
    server: str
    now: datetime | None

    @property
    def lasted(self) -> str:
        return elapsed(self.now_s - self.item.state_since_s)


def _server(label: str) -> str:
    return one_line(label, 80) or server_address("", "").label


def _waiting(row: _Row) -> str:
    if row.item.is_server_away:
        return fill(tr("Waiting for “{server}”"), server=row.server)
    if not row.item.position:
        return tr("Waiting")
    return fill(
        tr("Waiting, {nth} in line", "{n} is the bare number"),
        nth=ordinal(row.item.position),
        n=number(row.item.position),
    )


def _amount(item: CreateItem) -> str:
    return amount(item.completed_bytes, item.total_bytes) if item.total_bytes else ""


def _checking(row: _Row) -> str:
    return dotted(tr("Checking the file"), _amount(row.item))


def _looking(row: _Row) -> str:
    if row.item.was_on_server:
        return tr("Already on the server")
    return tr("Looking whether the server has it…")


def _uploading(row: _Row) -> str:
    item = row.item
    return dotted(tr("Uploading"), _amount(item), speed(item.speed_bytes_s), time_left(item.eta_s))


def _making_words(item: CreateItem) -> str:
    if not item.request.quantize:
        return tr("Ollama checks it")
    return fill(tr("Making {type}", "Q4_K_M"), type=one_line(item.request.quantize, 20))


def _making(row: _Row) -> str:
    return dotted(_making_words(row.item), row.lasted)


def _to_be_deleted(row: _Row) -> str:
    return dotted(_making(row), tr("will be deleted when ready"))


def _watching(row: _Row) -> str:
    words = tr("Connection lost. Ollama goes on; waiting for the model to appear")
    return dotted(words, row.lasted)


def _failed(row: _Row) -> str:
    if row.item.finished_at is None:
        return tr("Failed")
    moment = day_and_time(row.item.finished_at, row.now or utc_now())
    return fill(tr("Failed {moment}", "today, 14:02"), moment=moment)


def _done(row: _Row) -> str:
    item = row.item
    if item.active_s < 1:
        return tr("Done")
    sent = 0 if item.was_on_server else item.request.size_bytes + item.request.projector_bytes
    if not sent:
        return dotted(tr("Done"), elapsed(item.active_s))
    in_time = fill(tr("{size} in {time}"), size=size(sent), time=elapsed(item.active_s))
    return dotted(tr("Done"), in_time)


_DETAILS: dict[CreateState, Callable[[_Row], str]] = {
    CreateState.WAITING: _waiting,
    CreateState.CHECKING: _checking,
    CreateState.LOOKING: _looking,
    CreateState.UPLOADING: _uploading,
    CreateState.MAKING: _making,
    CreateState.ASKED: _making,
    CreateState.TO_BE_DELETED: _to_be_deleted,
    CreateState.WATCHING: _watching,
    CreateState.FAILED: _failed,
    CreateState.CANCELED: lambda _: tr("Canceled, nothing was left behind"),
    CreateState.DELETED: lambda _: tr("Finished and deleted"),
    CreateState.DONE: _done,
}


def create_permille(item: CreateItem) -> int | None:
    """How far its phase is; None = nobody can say."""
    if item.state not in _WITH_BYTES or item.total_bytes <= 0:
        return None
    return max(0, min(1000, item.completed_bytes * 1000 // item.total_bytes))


def create_question() -> str:
    """Asked in its row of who cancels it once Ollama works on it."""
    return tr("Ollama can’t stop here. Delete the result when it’s ready?")


def create_reason(item: CreateItem, server_label: str = "") -> str:
    """Why it failed, on one line; "" when it did not."""
    if item.fault is None or item.state is not CreateState.FAILED:
        return ""
    return _REASONS[item.fault](_Row(item, 0.0, _server(server_label), None))


def _exit_status(row: _Row) -> str:
    item = row.item
    kind = one_line(item.request.architecture, 40)
    if not kind:
        return tr("Ollama refused it: it may not know this kind of model, or its disk is full.")
    text = tr("Ollama refused it: it may not know “{kind}”, or its disk is full.")
    if _is_short(item):
        text = tr("Ollama refused it: its disk is full, or it may not know “{kind}”.")
    return fill(text, kind=kind)


def _is_short(item: CreateItem) -> bool:
    return item.free_bytes is not None and item.free_bytes < item.needed_bytes


def _no_space(row: _Row) -> str:
    item = row.item
    if not item.needed_bytes:
        return fill(tr("Not enough disk space on “{server}”."), server=row.server)
    needed = size_wanted(item.needed_bytes)
    if item.free_bytes is None:
        text = tr("Not enough disk space on “{server}”: needs up to {needed}.")
        return fill(text, server=row.server, needed=needed)
    text = tr("Not enough disk space on “{server}”: needs up to {needed}, and {free} are free.")
    return fill(text, server=row.server, needed=needed, free=size(item.free_bytes))


def _no_quantizer(row: _Row) -> str:
    kept = one_line(row.item.request.file_type, 20) or tr("the file’s own type")
    text = tr(
        "Ollama on “{server}” can’t quantize: its llama-quantize is missing. "
        "Keep {type}, or reinstall Ollama."
    )
    return fill(text, server=row.server, type=kept)


def _too_large(row: _Row) -> str:
    text = tr(
        "The proxy before “{server}” takes no file this large (413). "
        "Raise its limit, or upload on that computer."
    )
    return fill(text, server=row.server)


def _blob_missing(row: _Row) -> str:
    text = tr("The upload vanished from “{server}” before Ollama used it.")
    return fill(text, server=row.server)


def _file_gone(row: _Row) -> str:
    files = row.item.request.files
    text = tr("The file isn’t there any more: {path}")
    return fill(text, path=shown_path(files[0] if files else ""))


def _name_taken(row: _Row) -> str:
    text = tr("{name} exists now. Choose another name.")
    return fill(text, name=isolated(one_line(row.item.name, 120)))


def _other(row: _Row) -> str:
    error = row.item.error
    if error is None:
        return tr("Ollama gave no reason.")
    if isinstance(error, ServerFailed):
        return ollama_says(error.context)
    return pull_error_reason(error, row.server)


_REASONS: dict[CreateFault, Callable[[_Row], str]] = {
    CreateFault.EXIT_STATUS: _exit_status,
    CreateFault.NO_SPACE: _no_space,
    CreateFault.NO_QUANTIZER: _no_quantizer,
    CreateFault.CANNOT_QUANTIZE: lambda _: tr("Only F16, BF16 and F32 files can be quantized."),
    CreateFault.TOO_LARGE: _too_large,
    CreateFault.BLOB_MISSING: _blob_missing,
    CreateFault.FILE_GONE: _file_gone,
    CreateFault.FILE_CHANGED: lambda _: tr(
        "The file has changed since. Start again with the new one."
    ),
    CreateFault.NAME_TAKEN: _name_taken,
    CreateFault.OTHER: _other,
}


class FailureFact(NamedTuple):
    """A line below a row that failed."""

    label: str
    value: str


def create_failure_facts(
    item: CreateItem, server_label: str = "", *, is_kind_there: bool | None = None
) -> tuple[FailureFact, ...]:
    """What is known of a failure, and what only Ollama's log tells. `is_kind_there`: whether a
    model of this architecture is installed there; None = not known."""
    if item.state is not CreateState.FAILED or item.fault is None:
        return ()
    server = _server(server_label)
    facts: list[FailureFact] = []
    is_unclear = item.fault is CreateFault.EXIT_STATUS
    if is_unclear and item.request.architecture:
        kind = _kind_line(one_line(item.request.architecture, 40), server, is_kind_there)
        facts.append(FailureFact(tr("Architecture"), kind))
    if (is_unclear or item.fault is CreateFault.NO_SPACE) and item.needed_bytes:
        facts.append(FailureFact(tr("Disk", "of a server"), _disk_line(item)))
    if is_unclear:
        text = tr("Only the log of Ollama on “{server}” says it.")
        facts.append(FailureFact(tr("Which of the two"), fill(text, server=server)))
    words = one_line(item.error.context) if item.error is not None else ""
    if words:
        facts.append(FailureFact(tr("Ollama says"), fill(tr("“{text}”"), text=words)))
    return tuple(facts)


def _kind_line(kind: str, server: str, is_there: bool | None) -> str:
    if is_there is None:
        return fill(tr("{kind}.", "an architecture"), kind=kind)
    text = tr("{kind}. No model of this kind is installed on “{server}”.")
    if is_there:
        text = tr("{kind}. A model of this kind is installed on “{server}”.")
    return fill(text, kind=kind, server=server)


def _disk_line(item: CreateItem) -> str:
    needed = size_wanted(item.needed_bytes)
    if item.free_bytes is None:
        return fill(tr("Up to {needed} more were needed."), needed=needed)
    text = tr("Up to {needed} more were needed; {free} are free.")
    return fill(text, needed=needed, free=size(item.free_bytes))


def create_error_report(
    item: CreateItem, server_label: str = "", *, is_kind_there: bool | None = None
) -> str:
    """The failure for the clipboard, several lines."""
    facts = create_failure_facts(item, server_label, is_kind_there=is_kind_there)
    lines = [one_line(item.name, 200), create_reason(item, server_label)]
    lines += [
        fill(tr("{label}: {value}", "a fact"), label=fact.label, value=fact.value) for fact in facts
    ]
    return "\n".join(line for line in lines if line)


def create_part(number_: int, count: int) -> str:
    """A file of one that comes in parts: "Part 2 of 4"; of one file "Upload"."""
    if count < 2:
        return tr("Upload", "the file that is uploaded")
    return fill(tr("Part {n} of {count}"), n=number(number_), count=number(count))


def spoken_create(item: CreateItem) -> str:
    """For a screen reader: "uploading, 44 percent, 43 seconds left"."""
    if item.state is CreateState.ASKED:
        return create_question()
    permille = create_permille(item)
    phase = create_phase(item) if item.state is not CreateState.UPLOADING else tr("uploading")
    if permille is None:
        return phase
    share = fill(tr("{value} percent"), value=permille // 10)
    said = fill(tr("{phase}, {share}", "spoken"), phase=phase, share=share)
    if item.state is not CreateState.UPLOADING or item.eta_s is None:
        return said
    return fill(tr("{share}, {time} left"), share=said, time=spoken_time(item.eta_s))


# Tray, summary, notices, quit.


def create_phase(item: CreateItem) -> str:
    """A few words: where it stands, for menus and the terminal."""
    if item.state is CreateState.WAITING or item.is_ended:
        return _PHASES[item.state]()
    if item.state in (CreateState.CHECKING, CreateState.LOOKING):
        return tr("checking the file")
    if item.state is CreateState.UPLOADING:
        reached = percent(create_permille(item))
        words = tr("uploading")
        if not reached:
            return words
        return fill(tr("{phase} {percent}", "uploading 44%"), phase=words, percent=reached)
    if item.state is CreateState.WATCHING:
        return tr("connection lost")
    if not item.request.quantize:
        return tr("Ollama checks it", "in the middle of a line")
    text = tr("making {type}", "Q4_K_M, in the middle of a line")
    return fill(text, type=one_line(item.request.quantize, 20))


_PHASES: dict[CreateState, Callable[[], str]] = {
    CreateState.WAITING: lambda: tr("waiting"),
    CreateState.FAILED: lambda: tr("failed"),
    CreateState.CANCELED: lambda: tr("canceled"),
    CreateState.DELETED: lambda: tr("deleted", "a model that was made"),
    CreateState.DONE: lambda: tr("done"),
}


def tray_create_title(item: CreateItem, server_label: str = "") -> str:
    """The entry of one: "gemma-3-12b-it:q4_k_m, making Q4_K_M". `server_label` only where its
    server is to be named."""
    name = isolated(one_line(item.name, _NAME_LIMIT))
    if server_label:
        text = tr("{name} on {server}", "a model that is made, in the tray menu")
        name = fill(text, name=name, server=isolated(shortened(server_label, _SERVER_LIMIT)))
    text = tr("{name}, {state}", "a model that is made, in the tray menu")
    return fill(text, name=name, state=create_phase(item))


def tray_create_lines(item: CreateItem, now_s: float, server_label: str = "") -> tuple[str, ...]:
    """What stands above the actions of one; no line is empty."""
    if item.state is CreateState.FAILED:
        return (one_line(create_reason(item, server_label), 120),)
    if item.state is CreateState.ASKED:
        return (create_question(),)
    return (create_detail(item, now_s, server_label),)


def creates_line(items: Iterable[CreateItem]) -> str:
    """Those that are not over, for tooltips: "gemma-3-12b-it:q4_k_m, making Q4_K_M",
    "2 models are being made"; "" for none."""
    open_ = [item for item in items if not item.is_ended]
    if len(open_) == 1:
        return tray_create_title(open_[0])
    return tr("%Ln models are being made", "", len(open_)) if open_ else ""


def notice_created(item: CreateItem, server_label: str = "") -> NoticeText:
    """One is ready. `server_label` only where there are several servers."""
    text = tr("{name} is ready to use.")
    if server_label:
        text = tr("{name} is ready to use on “{server}”.")
    ready = fill(text, name=short_name(item.name), server=server_label)
    took = ""
    if item.active_s >= 1:
        took = fill(tr("It took {time}."), time=elapsed(item.active_s))
    return NoticeText(tr("Model created"), sentences(ready, took))


def notice_create_failed(item: CreateItem, server_label: str) -> NoticeText:
    """One is not."""
    text = tr("{name}: {reason}")
    reason = create_reason(item, server_label)
    return NoticeText(tr("Creating failed"), fill(text, name=short_name(item.name), reason=reason))


def goes_on_without_us(count: int) -> str:
    """Who quits is told of what Ollama makes meanwhile; "" for nothing."""
    if not count:
        return ""
    return english_singular(count, "Ollama goes on with 1 model by itself.") or tr(
        "Ollama goes on with %Ln models by itself.", "", count
    )


def created_words(item: CreateItem) -> str:
    """Read out when one has ended; "" where nothing is to be said."""
    text = {
        CreateState.DONE: tr("Model created: {name}"),
        CreateState.FAILED: tr("Creating failed: {name}"),
        CreateState.DELETED: tr("Finished and deleted: {name}"),
    }.get(item.state, "")
    return fill(text, name=one_line(item.name, 80)) if text else ""


def parts_of(files: Sequence[str]) -> tuple[str, ...]:
    """The base names of files, as they may be shown."""
    return tuple(one_line(Path(path).name, 200) for path in files)
