"""The files of a create: what is known of them, and under which names a server gets them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.surrogates import well_formed

if TYPE_CHECKING:
    from tray_app.core.creates.records import CreateRequest

_PART = lazy_pattern(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf")
_SUFFIX = ".gguf"


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """Tells whether a file is still the one that was read."""

    size_bytes: int
    modified_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that was read to its end: as long as its identity is the same, this is its `digest`
    (`sha256:…`)."""

    path: str
    identity: FileIdentity
    digest: str


def paths_of(request: CreateRequest) -> tuple[str, ...]:
    """All files that are uploaded."""
    return (*request.files, request.projector) if request.projector else request.files


def sent_names(request: CreateRequest) -> dict[str, str]:
    """The name under which each file goes to the server, by path: never more than the last part of
    a path, as others may read it in the model.

    The parts of a split file have to be named as llama.cpp names them, whatever they are called
    here; all end as Ollama knows such files.
    """
    names = _part_names(request.files) if len(request.files) > 1 else {}
    for path in paths_of(request):
        if path not in names:
            names[path] = _free_name(_with_suffix(_last_part(path)), names.values())
    return names


def _part_names(paths: tuple[str, ...]) -> dict[str, str]:
    count = len(paths)
    found = [_PART.fullmatch(_last_part(path)) for path in paths]
    stems = {match["stem"] if match else "" for match in found}
    places = [(int(match["number"]), int(match["count"])) if match else None for match in found]
    if len(stems) == 1 and places == [(number + 1, count) for number in range(count)]:
        return {path: _last_part(path) for path in paths}
    stem = _with_suffix(_last_part(paths[0])).removesuffix(_SUFFIX)
    return {
        path: f"{stem}-{number:05d}-of-{count:05d}{_SUFFIX}" for number, path in enumerate(paths, 1)
    }


def _free_name(name: str, taken: Iterable[str]) -> str:
    others = {each.casefold() for each in taken}
    while name.casefold() in others:
        name = f"mmproj-{name}"
    return name


def _last_part(path: str) -> str:
    """Of a path of this system, or of another one: a folder's name must not get out."""
    return well_formed(re.split(r"[/\\]", path)[-1])


def _with_suffix(name: str) -> str:
    return name if name.endswith(_SUFFIX) else f"{name}{_SUFFIX}"
