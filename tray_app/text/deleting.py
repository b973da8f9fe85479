"""The question before a delete: what it frees, what stays and for whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text.names import registry_name
from tray_app.text.plain import one_line
from tray_app.text.several import cannot_reach, servers_count
from tray_app.text.units import size
from tray_app.text.wording import english_singular, fill, join, sentences, tr

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord
    from tray_app.core.sharing import Freed

_NAME_LIMIT = 120
_MAX_NAMES = 4


class NoteKind(StrEnum):
    """What a note is about; decides its glyph and color."""

    LOADED = "loaded"
    SHARED = "shared"
    MADE_HERE = "made_here"
    CLOUD = "cloud"
    DOWNLOADING = "downloading"


@dataclass(frozen=True, slots=True)
class DeleteNote:
    """One further paragraph."""

    kind: NoteKind
    text: str


@dataclass(frozen=True, slots=True)
class DeleteQuestion:
    """Everything a delete dialog says. `body` is the first paragraph."""

    window_title: str
    title: str
    body: str
    notes: tuple[DeleteNote, ...]
    button: str


def delete_question(
    records: Sequence[ModelRecord],
    freed: Freed,
    *,
    server_label: str = "",
    loaded: Collection[str] = (),
    made_here: Collection[str] = (),
    downloading: str = "",
) -> DeleteQuestion:
    """The words for deleting `records`.

    `server_label` only where there are several servers; `loaded` and `made_here` are names;
    `downloading` is a model that is being pulled and shares layers with one of these.
    """
    count = len(records)
    notes = []
    if any(record.name in loaded for record in records):
        notes.append(DeleteNote(NoteKind.LOADED, _loaded(count)))
    if freed.shared_with:
        notes.append(DeleteNote(NoteKind.SHARED, _shared(freed)))
    if count == 1 and records[0].name in made_here:
        notes.append(DeleteNote(NoteKind.MADE_HERE, made_here_line()))
    if downloading:
        notes.append(DeleteNote(NoteKind.DOWNLOADING, _waits(downloading)))
    return DeleteQuestion(
        english_singular(count, "Delete model") or tr("Delete models", "title of a window"),
        delete_title([record.name for record in records], server_label),
        _body(records, freed, made_here),
        tuple(notes),
        english_singular(count, "Delete") or _delete_button(count),
    )


@dataclass(frozen=True, slots=True)
class DeleteGroup:
    """What is to be deleted on one of several servers. `freed` None: it is out of reach, and its
    models are left out. `loaded` and `made_here` are names."""

    server_label: str
    records: tuple[ModelRecord, ...]
    freed: Freed | None
    loaded: tuple[str, ...] = ()
    made_here: tuple[str, ...] = ()


def delete_servers_question(
    groups: Sequence[DeleteGroup], *, downloading: str = ""
) -> DeleteQuestion:
    """The words for deleting models of several servers."""
    here = [group for group in groups if group.freed is not None]
    records = [record for group in here for record in group.records]
    window_title = tr("Delete models", "title of a window")
    if not records:
        title = cannot_reach([group.server_label for group in groups])
        return DeleteQuestion(window_title, title, left_out_line(), (), tr("Delete", "button"))
    notes = []
    loaded = [(name, group.server_label) for group in here for name in group.loaded]
    if len(loaded) == 1:
        notes.append(DeleteNote(NoteKind.LOADED, _loaded_on(*loaded[0])))
    elif loaded:
        notes.append(DeleteNote(NoteKind.LOADED, _loaded(len(loaded))))
    if downloading:
        notes.append(DeleteNote(NoteKind.DOWNLOADING, _waits(downloading)))
    title = delete_title([record.name for record in records], here[0].server_label)
    if len(here) > 1:
        title = tr("Delete %Ln models from {servers}?", "", len(records))
        title = fill(title, servers=servers_count(len(here)))
    return DeleteQuestion(
        window_title,
        title,
        _body_of_groups(records, here),
        tuple(notes),
        english_singular(len(records), "Delete") or _delete_button(len(records)),
    )


def _body_of_groups(records: Sequence[ModelRecord], groups: Sequence[DeleteGroup]) -> str:
    if all(record.is_cloud for record in records):
        return cloud_only_line()
    effects = [group.freed for group in groups if group.freed is not None]
    # Those of which nothing is known: the others free so much at least.
    freed_bytes = sum(effect.freed_bytes for effect in effects)
    words = _not_known()
    if freed_bytes:
        is_exact = all(effect.is_exact for effect in effects)
        text = tr("This frees {size}.") if is_exact else tr("This frees up to {size}.")
        words = fill(text, size=size(freed_bytes))
    elif all(effect.is_exact for effect in effects):
        words = tr("This frees no disk space.")
    is_made = any(group.made_here for group in groups)
    again = english_singular(len(records), "You can pull the model again later.") or tr(
        "You can pull the models again later.", "", len(records)
    )
    return sentences(words, "" if is_made else again)


def group_effect(group: DeleteGroup) -> str:
    """Beside the name of a server: "frees 13.2 GB"."""
    if group.freed is None:
        return tr("out of reach")
    if not group.freed.freed_bytes:
        return tr("frees no disk space") if group.freed.is_exact else ""
    text = tr("frees {size}") if group.freed.is_exact else tr("frees up to {size}")
    return fill(text, size=size(group.freed.freed_bytes))


def left_out_line() -> str:
    """Below a model whose server is out of reach."""
    return tr("Left out. Nothing is deleted later by itself.")


def _delete_button(count: int) -> str:
    if count == 1:
        return tr("Delete", "button")
    return tr("Delete %Ln models", "button", count)


def delete_title(names: Sequence[str], server_label: str = "") -> str:
    """ "Delete qwen3:8b?", "Delete 4 models from “studio”?"."""
    if len(names) == 1:
        text = tr("Delete {name} from “{server}”?") if server_label else tr("Delete {name}?")
        return fill(text, name=one_line(names[0], _NAME_LIMIT), server=server_label)
    text = tr("Delete %Ln models?", "", len(names))
    if server_label:
        text = tr("Delete %Ln models from “{server}”?", "", len(names))
    return fill(text, server=server_label)


def made_here_line() -> str:
    """Said of a model that no registry has."""
    return tr("Made on this server. It can’t be pulled again.")


def loaded_now_line() -> str:
    """Below a loaded model in the list."""
    return tr("Loaded now")


def cloud_only_line() -> str:
    """Said of a cloud model."""
    return tr("This removes the entry only. Nothing is stored here.")


def _body(records: Sequence[ModelRecord], freed: Freed, made_here: Collection[str]) -> str:
    if all(record.is_cloud for record in records):
        return cloud_only_line()
    more = ""
    if len(records) > 1:
        more = _share_each_other(freed) if freed.within else ""
    elif not (records[0].name in made_here or _is_kept_whole(freed)):
        more = pull_again_line(records[0].name)
    return sentences(_frees(freed), more)


def pull_again_line(name: str) -> str:
    """The way back, where there may be one."""
    text = tr("You can pull it again as long as {registry} has it.")
    return fill(text, registry=registry_name(name))


def _is_kept_whole(freed: Freed) -> bool:
    """Whether others hold all of it, as an exact copy does."""
    return freed.is_exact and not freed.freed_bytes


def _frees(freed: Freed) -> str:
    if not freed.freed_bytes:
        return tr("This frees no disk space.") if freed.is_exact else _not_known()
    values = {"size": size(freed.freed_bytes), "listed": size(freed.listed_bytes)}
    # Where others keep a part, the sum that a person sees in the list needs to be named; not as
    # "15 GB of 15 GB", of which nothing would be left to keep.
    is_part = bool(freed.shared_with) and values["size"] != values["listed"]
    if freed.is_exact:
        text = tr("This frees {size} of {listed}.") if is_part else tr("This frees {size}.")
    elif is_part:
        text = tr("This frees up to {size} of {listed}.")
    else:
        text = tr("This frees up to {size}.")
    return fill(text, **values)


def _not_known() -> str:
    return tr("It isn’t known how much this frees.")


def _share_each_other(freed: Freed) -> str:
    text = tr("{names} share {size} of the {listed} listed here.")
    return fill(
        text,
        names=join(freed.within, _MAX_NAMES),
        size=size(freed.within_bytes),
        listed=size(freed.listed_bytes),
    )


def _shared(freed: Freed) -> str:
    values = {"size": size(freed.shared_bytes), "names": join(freed.shared_with, _MAX_NAMES)}
    if not freed.is_exact:
        text = tr("The rest is shared with {names} and stays.")
    elif not freed.freed_bytes:
        text = tr("All {size} are shared with {names} and stay.")
    else:
        text = tr("The other {size} are shared with {names} and stay.")
    return fill(text, **values)


def _loaded(count: int) -> str:
    if count == 1:
        return tr(
            "It’s loaded now and will be unloaded first. "
            "Apps that are using it will stop getting answers."
        )
    return tr(
        "Loaded models will be unloaded first. Apps that are using them will stop getting answers."
    )


def _loaded_on(name: str, server_label: str) -> str:
    text = tr(
        "{name} is loaded on “{server}” and will be unloaded first. "
        "Apps that are using it will stop getting answers."
    )
    return fill(text, name=one_line(name, _NAME_LIMIT), server=server_label)


def _waits(name: str) -> str:
    text = tr(
        "{name} is being downloaded and shares layers with it. "
        "The delete waits until that download is done."
    )
    return fill(text, name=one_line(name, _NAME_LIMIT))


def frees_if_deleted(freed: Freed) -> str:
    """In the details: "5.2 GB, nothing is shared"."""
    if not freed.freed_bytes and not freed.is_exact:
        return tr("Not known")
    if freed.shared_with:
        text = tr("{size}, {shared} stay for {names}")
        if not freed.is_exact:
            text = tr("Up to {size}, the rest stays for {names}")
        elif not freed.freed_bytes:
            text = tr("Nothing, all {shared} stay for {names}")
    elif not freed.is_exact:
        text = tr("Up to {size}")
    elif freed.shared_bytes:
        text = tr("{size}, almost nothing is shared")
    else:
        text = tr("{size}, nothing is shared")
    return fill(text, **_values(freed))


def layers_note(name: str, freed: Freed) -> str:
    """Under the table of all layers."""
    intro = tr("Layers used by several models are stored once.")
    text = tr("Deleting {name} would free {size}.")
    if not freed.freed_bytes:
        text = tr("Deleting {name} would free no disk space.")
    elif not freed.is_exact:
        text = tr("Deleting {name} would free up to {size}.")
    elif freed.shared_with:
        text = tr("Deleting {name} would free {size}; {shared} stay for {names}.")
    return sentences(intro, fill(text, name=one_line(name, _NAME_LIMIT), **_values(freed)))


def _values(freed: Freed) -> dict[str, str]:
    return {
        "size": size(freed.freed_bytes),
        "shared": size(freed.shared_bytes),
        "names": join(freed.shared_with, _MAX_NAMES),
    }
