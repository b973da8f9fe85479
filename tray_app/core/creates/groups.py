"""What was dropped or chosen together: several parts of one file, and a file with its projector,
are one model."""

from __future__ import annotations

from collections.abc import Iterable

from tray_app.core.gguf.names import (
    base_of,
    file_name,
    folder_of,
    is_gguf,
    is_projector_name,
    split_name,
)
from tray_app.core.lazy_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileGroup:
    """One model: the file that `look` is given (of parts, the first that is there), all the paths
    that belong to it, and the projector among them ("" = none)."""

    path: str
    paths: tuple[str, ...]
    projector: str = ""


def group_paths(paths: Iterable[str]) -> tuple[FileGroup, ...]:
    """The models among `paths`, in their order; what is no .gguf file is left out.

    Goes by names alone, so that it can be asked while something is dragged.
    """
    models: dict[tuple[str, str], list[str]] = {}
    projectors: list[str] = []
    for path in dict.fromkeys(paths):
        name = file_name(path)
        if not is_gguf(name):
            continue
        if is_projector_name(name):
            projectors.append(path)
            continue
        split = split_name(name)
        whole = f"{split.base}-of-{split.count}" if split else name
        models.setdefault((folder_of(path), whole), []).append(path)
    groups = [FileGroup(min(files), tuple(sorted(files))) for files in models.values()]
    return tuple(_with_projectors(groups, projectors))


def _with_projectors(groups: list[FileGroup], projectors: list[str]) -> list[FileGroup]:
    left = []
    for path in projectors:
        index = _owner(groups, path)
        if index is None:
            left.append(FileGroup(path, (path,)))
        else:
            group = groups[index]
            groups[index] = FileGroup(group.path, (*group.paths, path), path)
    return groups + left


def _owner(groups: list[FileGroup], projector: str) -> int | None:
    """The model a projector is for: the only one, else the one with its name."""
    if len(groups) == 1:
        return 0 if not groups[0].projector else None
    wanted = base_of(file_name(projector)).casefold()
    for index, group in enumerate(groups):
        base = base_of(file_name(group.path)).casefold()
        if wanted and not group.projector and (base.startswith(wanted) or wanted.startswith(base)):
            return index
    return None
