"""`look`: what a file is, with its parts and the projectors beside it. The disk is handed in."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from tray_app.core.creates.files import FileFacts, FileStamp, MissingPart, Projector
from tray_app.core.file_failures import FileFailed
from tray_app.core.gguf.header import read_header
from tray_app.core.gguf.names import (
    SplitName,
    base_of,
    file_name,
    is_projector_name,
    split_name,
    suggested_name,
)
from tray_app.core.gguf.origins import pull_hint
from tray_app.core.gguf.records import FileFault, GgufHeader, GgufKind, GgufRefused, Refusal
from tray_app.core.gguf.weights import Weights, quantize_choices

if TYPE_CHECKING:
    from tray_app.core.gguf.cursor import ReadAt

_MAX_PROJECTORS = 16
_MAX_MISSING = 100


class Disk(Protocol):
    """Files of this computer, by their absolute paths."""

    def stamp(self, path: str) -> FileStamp | None:
        """None = there is no such file."""

    def open(self, path: str) -> AbstractContextManager[ReadAt]:
        """Raises FileFailed, as does what it gives."""

    def beside(self, path: str) -> tuple[str, ...]:
        """The paths of all files in the same folder; () where that cannot be listed."""

    def downloaded_from(self, path: str) -> str:
        """The address that a browser noted beside the file, "" = none."""


def look(path: str, disk: Disk, projector: str = "") -> FileFacts:
    """What is known of the file at `path`. `projector` was chosen together with it."""
    stamp = disk.stamp(path)
    if stamp is None:
        return FileFacts(path, (path,), refusal=Refusal(FileFault.GONE, path))
    facts = FileFacts(
        path,
        (path,),
        stamp.size_bytes,
        stamps=(stamp,),
        name=suggested_name(file_name(path)),
    )
    header = _read(stamp, disk)
    if isinstance(header, Refusal):
        return replace(facts, refusal=header)
    facts = replace(facts, header=header)
    match header.kind:
        case GgufKind.PROJECTOR:
            return replace(facts, refusal=Refusal(FileFault.PROJECTOR_ALONE, path))
        case GgufKind.OTHER:
            refusal = Refusal(FileFault.NO_MODEL, path, context=header.type)
            return replace(facts, refusal=refusal)
    beside = disk.beside(path)
    if header.is_split:
        facts = _with_parts(facts, header, beside, disk)
    if facts.refusal is not None or facts.header is None:
        return facts
    header = facts.header
    facts = replace(
        facts,
        name=suggested_name(file_name(path), header.file_type),
        pull_hint=pull_hint(path, header, disk.downloaded_from(path)),
    )
    if header.kind is GgufKind.ADAPTER:
        return facts
    if header.can_be_quantized:
        facts = replace(facts, choices=quantize_choices(header.weights, header.header_bytes))
    return _with_projectors(facts, header, beside, disk, projector)


def is_changed(facts: FileFacts, disk: Disk) -> bool:
    """Whether one of its files has been written to or is gone since."""
    return any(disk.stamp(stamp.path) != stamp for stamp in facts.stamps)


def _read(stamp: FileStamp, disk: Disk) -> GgufHeader | Refusal:
    try:
        with disk.open(stamp.path) as read:
            return read_header(read, stamp.size_bytes)
    except GgufRefused as error:
        return replace(error.refusal, path=stamp.path)
    except FileFailed as error:
        return Refusal(FileFault.UNREADABLE, stamp.path, context=error.context)


def _with_parts(
    facts: FileFacts, header: GgufHeader, beside: tuple[str, ...], disk: Disk
) -> FileFacts:
    name, number, count = file_name(facts.path), header.split_no + 1, header.split_count
    named = split_name(name)
    if named is None or (named.number, named.count) != (number, count):
        # Ollama goes by the names of the parts, which must say what is in them.
        named = SplitName(base_of(name), number, count)
    by_name = {file_name(path): path for path in beside}
    headers: list[GgufHeader] = []
    stamps: list[FileStamp] = []
    missing: list[MissingPart] = []
    for part in range(1, count + 1):
        path = by_name.get(named.part(part), "")
        stamp = disk.stamp(path) if path else None
        found = _read(stamp, disk) if stamp is not None else None
        if isinstance(found, Refusal):
            return replace(facts, refusal=found, stamps=(*stamps, *_stamps(stamp)))
        if (
            stamp is None
            or found is None
            or (found.split_no + 1, found.split_count) != (part, count)
        ):
            if len(missing) < _MAX_MISSING:
                missing.append(MissingPart(part, count, named.part(part)))
            continue
        headers.append(found)
        stamps.append(stamp)
    stamps = stamps or list(facts.stamps)
    facts = replace(
        facts,
        files=tuple(stamp.path for stamp in stamps),
        size_bytes=sum(stamp.size_bytes for stamp in stamps),
        stamps=tuple(stamps),
        header=_together(headers or [header]),
        missing=tuple(missing),
    )
    if missing:
        return replace(facts, refusal=Refusal(FileFault.PART_MISSING, facts.path))
    return facts


def _stamps(stamp: FileStamp | None) -> tuple[FileStamp, ...]:
    return () if stamp is None else (stamp,)


def _together(headers: list[GgufHeader]) -> GgufHeader:
    """The first part tells what the model is, all of them have its weights."""
    weights = Weights()
    for header in headers:
        weights += header.weights
    return replace(
        headers[0],
        weights=weights,
        is_stored_as_is=any(header.is_stored_as_is for header in headers),
        sees=any(header.sees for header in headers),
        hears=any(header.hears for header in headers),
    )


def _with_projectors(
    facts: FileFacts, header: GgufHeader, beside: Iterable[str], disk: Disk, chosen: str
) -> FileFacts:
    if header.sees:  # it has one of its own
        return facts
    names = sorted(path for path in beside if is_projector_name(file_name(path)))
    names.sort(key=lambda path: not _is_related(facts.path, path))
    paths = dict.fromkeys((chosen, *names) if chosen else names)
    found: list[Projector] = []
    stamps: list[FileStamp] = []
    for path in list(paths)[:_MAX_PROJECTORS]:
        stamp = disk.stamp(path)
        other = _read(stamp, disk) if stamp is not None else None
        if stamp is None or not isinstance(other, GgufHeader):
            continue
        if other.kind is GgufKind.PROJECTOR:
            is_likely = path == chosen or _fits(facts.path, header, path, other)
            found.append(
                Projector(path, stamp.size_bytes, other.sees, other.hears, is_likely=is_likely)
            )
            stamps.append(stamp)
    found.sort(key=lambda each: (each.path != chosen, not each.is_likely))
    return replace(facts, projectors=tuple(found), stamps=(*facts.stamps, *stamps))


def _fits(path: str, header: GgufHeader, projector: str, other: GgufHeader) -> bool:
    one, length = header.embedding_length, other.projection_length
    if one and length and length >= _LEAST_LENGTH and length % one:
        return False
    return _is_related(path, projector)


# Shorter ones are those of the part that sees itself, in files for the first LLaVA.
_LEAST_LENGTH = 1536
_GENERAL_NAMES = frozenset({"", "model"})


def _is_related(path: str, projector: str) -> bool:
    """Whether a projector may be that of a model by their names; some say nothing but `mmproj`."""
    model = base_of(file_name(path)).casefold()
    other = base_of(file_name(projector)).casefold()
    return other in _GENERAL_NAMES or model.startswith(other) or other.startswith(model)
