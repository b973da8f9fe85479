"""The words of the dialog *Create from file*, and of what is dragged over the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tray_app.core.creates.costs import CreateCost, Room
from tray_app.core.creates.refusals import NameFault, ServerFault, Standing
from tray_app.core.errors import BadName, NameProblem
from tray_app.core.gguf.records import FileFault, GgufHeader, Refusal
from tray_app.core.names import ModelName
from tray_app.text.creating import shown_path
from tray_app.text.estimates import EstimateLine, LineTone
from tray_app.text.names import name_problem
from tray_app.text.plain import one_line
from tray_app.text.units import size, size_wanted, spoken_size
from tray_app.text.wording import (
    dotted,
    fill,
    isolated,
    join,
    number,
    sentences,
    tr,
)

if TYPE_CHECKING:
    from tray_app.core.creates.files import FileFacts, Projector
    from tray_app.core.gguf.weights import QuantizeChoice

_NAME_LIMIT = 120
_FILE_LIMIT = 160
_MAX_NAMES = 3
_GIT_LFS = "version https://git-lfs…"


class NoticeWords(NamedTuple):
    """What the one notice of the dialog says."""

    title: str
    body: str


def create_title(place: int = 1, count: int = 1) -> str:
    """The window's title; of several files, which one it is."""
    if count < 2:
        return tr("Create from file")
    text = tr("Create from file ({n} of {count})")
    return fill(text, n=number(place), count=number(count))


# The file.


def shown_file(path: str) -> str:
    """The name of a file without its folder."""
    return one_line(Path(path).name, _FILE_LIMIT)


def file_line(facts: FileFacts) -> str:
    """ "Gemma 3 4B · F16 · 7.8 GB · context 131,072 · chat template"; of a file that could not be
    read "1.2 KB in ~/Downloads"."""
    header = facts.header
    if header is None:
        if not facts.stamps:
            return ""
        folder = shown_path(str(Path(facts.path).parent))
        return fill(tr("{size} in {folder}"), size=size(facts.size_bytes), folder=folder)
    context = ""
    if header.context_length:
        context = fill(tr("context {n}"), n=number(header.context_length))
    return dotted(
        _title(header),
        one_line(header.file_type, 20),
        size(facts.size_bytes),
        context,
        tr("chat template") if header.has_chat_template else "",
    )


def _title(header: GgufHeader) -> str:
    title, label = one_line(header.title, 80), one_line(header.size_label, 20)
    if label and label.casefold() not in title.casefold():
        title = f"{title} {label}".strip()
    return title or one_line(header.architecture, 40)


def spoken_file(facts: FileFacts | None, path: str) -> str:
    """For a screen reader: "File x.gguf, Gemma 3 4B, F16, 7.8 gigabytes"."""
    parts = [fill(tr("File {name}", "spoken"), name=shown_file(path))]
    if facts is not None and facts.header is not None:
        parts += [_title(facts.header), one_line(facts.header.file_type, 20)]
    if facts is not None and facts.stamps:
        parts.append(spoken_size(facts.size_bytes))
    return tr(", ", "between parts of a line").join(part for part in parts if part)


def parts_line(count: int) -> str:
    """ "All 4 parts are there"; "" for a file in one piece."""
    return tr("All %Ln parts are there", "", count) if count > 1 else ""


def projector_line(projector: Projector) -> str:
    """The check box that takes it along."""
    text = tr("With {file}, so that it sees pictures")
    if projector.hears and projector.sees:
        text = tr("With {file}, so that it sees pictures and hears sound")
    elif projector.hears:
        text = tr("With {file}, so that it hears sound")
    return fill(text, file=isolated(shown_file(projector.path)))


def with_projector() -> str:
    """The check box, where which of several is chosen beside it."""
    return tr("With", "a file beside the model's, which is chosen behind this word")


# Notices.


def refusal_words(facts: FileFacts) -> NoticeWords:
    """Why no model can be made of it."""
    refusal = facts.refusal or Refusal(FileFault.DAMAGED)
    return _REFUSALS[refusal.fault](facts, refusal)


def _not_gguf(_facts: FileFacts, refusal: Refusal) -> NoticeWords:
    title = tr("This isn’t a GGUF file")
    if refusal.is_git_lfs:
        text = tr("It begins with “{text}”: a pointer to a file that wasn’t downloaded.")
        return NoticeWords(title, fill(text, text=_GIT_LFS))
    begins = one_line(refusal.begins, 24)
    if not begins:
        return NoticeWords(title, tr("It is empty.") if not refusal.size_bytes else "")
    return NoticeWords(title, fill(tr("It begins with “{text}”."), text=begins))


def _cut_off(facts: FileFacts, refusal: Refusal) -> NoticeWords:
    title = tr("The file is incomplete")
    if refusal.needed_bytes is None:
        return NoticeWords(title, tr("It ends too early. Download it again."))
    text = tr("It should have {needed} and has {size}. Download it again.")
    has = refusal.size_bytes or facts.size_bytes
    return NoticeWords(title, fill(text, needed=size(refusal.needed_bytes), size=size(has)))


def _part_missing(facts: FileFacts, _refusal: Refusal) -> NoticeWords:
    missing = facts.missing
    folder = shown_path(str(Path(facts.path).parent))
    if len(missing) == 1:
        part = missing[0]
        title = fill(
            tr("Part {n} of {count} is missing"), n=number(part.number), count=number(part.count)
        )
        text = tr("{name} isn’t beside the others in {folder}.")
        name = isolated(one_line(part.name, _FILE_LIMIT))
        return NoticeWords(title, fill(text, name=name, folder=folder))
    count = missing[0].count if missing else 0
    title = fill(tr("%Ln of {count} parts are missing", "", len(missing)), count=number(count))
    names = join((one_line(part.name, _FILE_LIMIT) for part in missing), _MAX_NAMES)
    text = tr("{names} aren’t beside the others in {folder}.")
    return NoticeWords(title, fill(text, names=names, folder=folder))


def _projector_alone(facts: FileFacts, _refusal: Refusal) -> NoticeWords:
    header = facts.header
    title = tr("This is only the part that sees")
    if header is not None and header.hears and not header.sees:
        title = tr("This is only the part that hears")
    return NoticeWords(title, tr("Choose the model’s own file; the projector is found beside it."))


def _no_model(facts: FileFacts, refusal: Refusal) -> NoticeWords:
    kind = one_line(refusal.context or (facts.header.type if facts.header else ""), 40)
    body = fill(tr("It says that it is “{kind}”."), kind=kind) if kind else ""
    return NoticeWords(tr("This GGUF file is no model"), body)


_REFUSALS: dict[FileFault, Callable[[FileFacts, Refusal], NoticeWords]] = {
    FileFault.GONE: lambda facts, _: NoticeWords(
        tr("The file isn’t there any more"), shown_path(facts.path)
    ),
    FileFault.UNREADABLE: lambda facts, refusal: NoticeWords(
        tr("The file can’t be read"), one_line(refusal.context) or shown_path(facts.path)
    ),
    FileFault.NOT_GGUF: _not_gguf,
    FileFault.CUT_OFF: _cut_off,
    FileFault.OLD_KIND: lambda *_: NoticeWords(
        tr("This GGUF file is of an old kind"), tr("Ollama reads versions 2 and 3, little-endian.")
    ),
    FileFault.DAMAGED: lambda *_: NoticeWords(
        tr("The file is damaged"),
        tr("It begins as a GGUF file and then makes no sense. Download it again."),
    ),
    FileFault.HEADER_TOO_LARGE: lambda *_: NoticeWords(
        tr("What this GGUF file says of itself is too long"),
        tr("Ollama Tray reads at most 64 MB of it."),
    ),
    FileFault.PART_MISSING: _part_missing,
    FileFault.PROJECTOR_ALONE: _projector_alone,
    FileFault.NO_MODEL: _no_model,
}


def changed_words() -> NoticeWords:
    """The file was written to."""
    return NoticeWords(
        tr("The file has changed"), tr("It was written to while the dialog was open.")
    )


def adapter_words() -> NoticeWords:
    """It is no model by itself."""
    return NoticeWords(
        tr("This is an adapter, not a model"), tr("It needs the model it was made for.")
    )


def unknown_kind_words(architecture: str, server_label: str) -> NoticeWords:
    """The server may refuse it."""
    title = fill(
        tr("“{server}” may not know “{kind}”"),
        server=one_line(server_label, 60),
        kind=one_line(architecture, 40),
    )
    text = tr(
        "If so, it refuses only after the upload, with “exit status 1”. No model of this kind is "
        "installed there."
    )
    return NoticeWords(title, text)


def pull_hint_words(name: str, cost: CreateCost | None) -> NoticeWords:
    """It can be pulled as well."""
    title = tr("It can also be pulled")
    if cost is not None and cost.is_up_to and cost.going_bytes:
        title = tr("Pulling it needs a third of the space")
    text = tr("{name} has the same name.")
    return NoticeWords(title, fill(text, name=isolated(one_line(name, 200))))


# The fields.


def name_line(standing: Standing, server_label: str, *, is_ours: bool, is_listed: bool) -> str:
    """What is right about the name. `is_ours`: nobody has typed it; `is_listed`: the models of the
    server are known."""
    free = ""
    if is_listed and standing.name_fault is None:
        free = fill(tr("Free on “{server}”."), server=one_line(server_label, 60))
    return sentences(tr("Made from the file’s name.") if is_ours else "", free)


def name_fault_line(standing: Standing, text: str) -> str:
    """What is wrong with it; "" for nothing."""
    fault = standing.name_fault
    existing = isolated(one_line(standing.existing, _NAME_LIMIT))
    if fault is NameFault.BAD:
        return name_problem(standing.bad_name or BadName(text, "", NameProblem.EMPTY))
    if fault is NameFault.RESERVED:
        tag = one_line(text.rpartition(":")[2], 40)
        return fill(tr("“:{tag}” has a meaning of its own. Choose another tag."), tag=tag)
    if fault is NameFault.EXISTS:
        return fill(tr("{name} exists. Creating would replace it."), name=existing)
    if fault is NameFault.IN_LINE:
        return fill(tr("{name} is in the downloads already."), name=existing)
    return ""


def server_fault_line(fault: ServerFault | None, server_label: str, version: str) -> str:
    """What stands against the server; "" for nothing."""
    texts = {
        ServerFault.NO_PROJECTOR: tr(
            "“{server}” runs Ollama {version}, which takes no projector. Update it, or leave the "
            "projector out."
        ),
        ServerFault.NO_PARTS: tr(
            "“{server}” runs Ollama {version}, which takes no file in several parts. Update it, or "
            "join the parts."
        ),
        ServerFault.AWAY: tr("Can’t reach “{server}”. It’s created when it is back."),
    }
    if fault is None:
        return ""
    label = one_line(server_label, 60)
    return fill(texts[fault], server=label, version=one_line(version, 20))


def kept_type(file_type: str) -> str:
    """The choice that changes nothing: "Keep F16"."""
    return fill(tr("Keep {type}", "the type of a file's weights"), type=one_line(file_type, 20))


def quantize_choice(choice: QuantizeChoice) -> str:
    """ "Q8_0, about 4.1 GB"."""
    text = tr("{type}, about {size}", "what a file becomes")
    return fill(text, type=choice.file_type, size=size(choice.size_bytes))


def quantize_line() -> str:
    """What it means to quantize."""
    return tr("Smaller and faster, a little less exact. Ollama does it, which takes minutes.")


# What it costs.


def upload_figure(cost: CreateCost) -> tuple[str, str]:
    """The figure, and the words in its place where nothing has to be uploaded."""
    if cost.upload_bytes:
        return size(cost.upload_bytes), ""
    return "", tr("Nothing: it’s already on the server")


def create_disk_line(cost: CreateCost, place: str, *, is_here: bool) -> EstimateLine:
    """The line "Disk space". `place` is the server's folder or its name in quotes; `is_here`: it is
    this computer's disk."""
    needed = size_wanted(cost.needed_bytes)
    if cost.room is Room.UNKNOWN:
        title = tr("Not known") if is_here else tr("Not known for another computer")
        text = tr("It needs {size} for now.")
        if cost.is_up_to:
            text = tr("It needs up to {size} for now.")
        return EstimateLine(title, fill(text, size=needed))
    if cost.room is Room.SHORT:
        title = tr("Not enough: needs {size} for now")
        if cost.is_up_to:
            title = tr("Not enough: needs up to {size} for now")
        tone = LineTone.BAD
    else:
        title = tr("Enough: needs {size} for now")
        if cost.is_up_to:
            title = tr("Enough: needs up to {size} for now")
        tone = LineTone.GOOD
    free = fill(tr("{size} free on {place}."), size=size(cost.free_bytes), place=place)
    return EstimateLine(fill(title, size=needed), sentences(free, _afterwards(cost)), tone)


def _afterwards(cost: CreateCost) -> str:
    taken, going = size(cost.taken_bytes), size(cost.going_bytes)
    if not cost.going_bytes:
        return fill(tr("Afterwards {taken} are taken."), taken=taken)
    text = tr(
        "Afterwards {taken} are taken; {going} of them go when Ollama is started more than an "
        "hour later."
    )
    if cost.is_up_to:
        text = tr(
            "Afterwards up to {taken} are taken; {going} of them go when Ollama is started more "
            "than an hour later."
        )
    return fill(text, taken=taken, going=going)


def quoted_server(server_label: str) -> str:
    """A server in the middle of a sentence: "“studio”"."""
    return fill(tr("“{server}”"), server=one_line(server_label, 60))


# What is dragged over the window.


class DropWords(NamedTuple):
    """What dropping would do, and what that means."""

    title: str
    body: str


def drop_create(names: Sequence[str], size_bytes: int, server_label: str) -> DropWords:
    """Files that models can be made of. `names` are those suggested, `size_bytes` 0 = not known;
    `server_label` "" = it is still to be chosen."""
    count = len(names)
    title = tr("Drop to create %Ln models", "", count)
    if count == 1:
        title = fill(tr("Drop to create {name}"), name=isolated(_base(names[0])))
    uploaded = ""
    if size_bytes and server_label:
        text = tr("{size} will be uploaded to “{server}”.")
        uploaded = fill(text, size=size(size_bytes), server=one_line(server_label, 60))
    elif size_bytes:
        uploaded = fill(tr("{size} will be uploaded."), size=size(size_bytes))
    return DropWords(title, sentences(uploaded, tr("You see what it costs first.")))


def _base(name: str) -> str:
    try:
        return one_line(ModelName.parse(name).model, 60)
    except BadName:
        return one_line(name, 60)


def drop_refused() -> str:
    """Nothing can come of it."""
    return tr("Only GGUF files, model lists, names and links")
