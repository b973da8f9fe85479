"""The plan of an import: for each line of a list what is so on a server, and what would be done.

Pure: whoever shows it brings the facts and gets the same plan for them every time. Where all is
there, nothing is left to do: importing a list twice does nothing the second time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.installed import InstalledModels
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lists.records import BadLine, ListEntry, ModelList, Recipe
from tray_app.core.names import canonical
from tray_app.core.pulls.states import UNFINISHED, PullItem
from tray_app.core.sharing import KnownLayers, LayerIndex, freed
from tray_app.core.updates.answers import AnswerKind, RegistryAnswer

if TYPE_CHECKING:
    from tray_app.core.records import Layer, ModelRecord


class PlanStatus(StrEnum):
    """How a line stands. Those of CHOICES can be ticked."""

    TO_DOWNLOAD = "to_download"
    OTHER_PUBLISHED = "other_published"  # the registry has another version than the list means
    OTHER_HERE = "other_here"  # the server has another one
    RECIPE = "recipe"
    RECIPE_WITHOUT_BASE = "recipe_without_base"  # neither in the list nor on the server
    CLOUD = "cloud"
    NOT_LOOKED_UP = "not_looked_up"  # nobody answered
    HERE = "here"
    DOWNLOADING = "downloading"
    NOT_FOUND = "not_found"
    NEEDS_NEWER = "needs_newer"  # a newer Ollama
    BAD = "bad"
    SAME = "same"  # as an earlier line


CHOICES = frozenset(
    {
        PlanStatus.TO_DOWNLOAD,
        PlanStatus.OTHER_PUBLISHED,
        PlanStatus.OTHER_HERE,
        PlanStatus.RECIPE,
        PlanStatus.RECIPE_WITHOUT_BASE,
        PlanStatus.CLOUD,
        PlanStatus.NOT_LOOKED_UP,
    }
)
_UNTICKED = frozenset({PlanStatus.OTHER_HERE, PlanStatus.RECIPE_WITHOUT_BASE})
_LAST = frozenset({PlanStatus.NOT_FOUND, PlanStatus.NEEDS_NEWER, PlanStatus.BAD, PlanStatus.SAME})
_PULLED = frozenset(
    {
        PlanStatus.TO_DOWNLOAD,
        PlanStatus.OTHER_PUBLISHED,
        PlanStatus.CLOUD,
        PlanStatus.NOT_LOOKED_UP,
    }
)
_UNHAD = frozenset({PlanStatus.NOT_FOUND, PlanStatus.NOT_LOOKED_UP})
_ABSENT = frozenset({AnswerKind.ABSENT, AnswerKind.PRIVATE})


@dataclass(frozen=True, slots=True)
class Looked:
    """What was learned of a name for a server. `held` are layers that the server has, whoever uses
    them; None = that is not known yet."""

    answer: RegistryAnswer
    held: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What a plan is made of, all of one server. `looked` is by canonical name, `pulls` are the
    downloads of that server. `is_made_here` tells of models that no registry has."""

    installed: InstalledModels = field(default_factory=InstalledModels)
    looked: Mapping[str, Looked] = field(default_factory=dict)
    pulls: Mapping[str, PullItem] = field(default_factory=dict)
    layer_index: LayerIndex = field(default_factory=LayerIndex)
    here: AbstractSet[str] = frozenset()
    """Layers of all models there."""
    is_made_here: Callable[[ModelRecord], bool] = lambda _: False


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of a list, as it stands on a server. `to_fetch` are the layers that are missing
    there with their bytes, None = not known. `is_open`: that is still looked up. `permille` is how
    far a download is, `failure` why nothing was learned, `published` the digest at the registry.
    `record` is what the server has under that name."""

    row: ListEntry | BadLine
    status: PlanStatus
    to_fetch: Mapping[str, int] | None = None
    is_open: bool = False
    can_tick: bool = False
    is_ticked_first: bool = False
    permille: int | None = None
    failure: AnswerKind | None = None
    published: str = ""
    record: ModelRecord | None = None

    @property
    def number(self) -> int:
        return self.row.line

    @property
    def fetch_bytes(self) -> int | None:
        return None if self.to_fetch is None else sum(self.to_fetch.values())

    @property
    def entry(self) -> ListEntry | None:
        return self.row if isinstance(self.row, ListEntry) else None

    @property
    def place(self) -> int:
        """What can be chosen comes first, what cannot be had last."""
        if self.can_tick:
            return 0
        return 2 if self.status in _LAST else 1


def asked_about(models: ModelList, facts: PlanFacts) -> tuple[ListEntry, ...]:
    """The names that a registry has to be asked about: what is there as the list means it, is not
    among them, nor is what is on its way, nor what no registry has."""
    return tuple(entry for entry in models.models if _is_asked_about(entry, facts))


def _is_asked_about(entry: ListEntry, facts: PlanFacts) -> bool:
    if entry.is_cloud or entry.recipe is not None or entry.key in facts.pulls:
        return False
    record = facts.installed.by_key.get(entry.key)
    return record is None or not (_is_here(entry, record) or facts.is_made_here(record))


def plan(models: ModelList, facts: PlanFacts) -> tuple[PlanLine, ...]:
    """A line for each row of the list, in the order of the file."""
    listed = {entry.key for entry in models.models}
    lines = tuple(_line(row, facts, listed) for row in models.rows)
    if not any(line.status in _UNHAD for line in lines):
        return lines
    sources = _sources(lines, facts)
    return tuple(_as_copy(line, sources) if line.status in _UNHAD else line for line in lines)


def _sources(lines: Iterable[PlanLine], facts: PlanFacts) -> dict[str, str]:
    """By digest, the name of a model that is here or can be had."""
    found = {record.digest: record.name for record in facts.installed.by_key.values()}
    for line in lines:
        entry = line.entry
        if entry is not None and entry.digest and line.status in _PULLED - _UNHAD:
            found.setdefault(entry.digest, entry.name)
    return found


def _as_copy(line: PlanLine, sources: Mapping[str, str]) -> PlanLine:
    """What no registry has under its name, and is the very same as another model: a copy of it."""
    entry = line.entry
    source = sources.get(entry.digest, "") if entry is not None and entry.digest else ""
    if entry is None or not source or canonical(source) == entry.key:
        return line
    return _choice(replace(entry, recipe=Recipe(source)), PlanStatus.RECIPE, {})


def in_order(lines: Iterable[PlanLine]) -> list[PlanLine]:
    """As they are shown: what can be chosen, what is here, what cannot be had."""
    return sorted(lines, key=lambda line: line.place)


def _line(row: ListEntry | BadLine, facts: PlanFacts, listed: AbstractSet[str]) -> PlanLine:
    if isinstance(row, BadLine):
        return PlanLine(row, PlanStatus.BAD)
    if row.same_as:
        return PlanLine(row, PlanStatus.SAME)
    pull = facts.pulls.get(row.key)
    if pull is not None:
        progress = pull.progress
        permille = progress.permille if progress is not None else None
        return PlanLine(row, PlanStatus.DOWNLOADING, permille=permille)
    record = facts.installed.by_key.get(row.key)
    if _is_here(row, record):
        return PlanLine(row, PlanStatus.HERE, record=record)
    if row.recipe is not None and record is None:
        base = canonical(row.recipe.base)
        has_base = base in facts.installed or base in listed
        status = PlanStatus.RECIPE if has_base else PlanStatus.RECIPE_WITHOUT_BASE
        return _choice(row, status, {})
    if row.is_cloud:
        return _choice(row, PlanStatus.CLOUD, {})
    return _looked_up(row, record, facts)


def _is_here(row: ListEntry, record: ModelRecord | None) -> bool:
    """Whether a server has what a line means. A stub of the cloud has no version worth a word."""
    if record is None:
        return False
    is_any = not row.digest or not record.digest or row.is_cloud or record.is_cloud
    return is_any or row.digest == record.digest


def _looked_up(row: ListEntry, record: ModelRecord | None, facts: PlanFacts) -> PlanLine:
    """A name that a registry was asked about, or is being."""
    is_fixed = record is not None and (row.recipe is not None or facts.is_made_here(record))
    if record is not None and is_fixed:
        # A pull would take away what cannot be had again.
        return PlanLine(row, PlanStatus.OTHER_HERE, record=record)
    looked = facts.looked.get(row.key)
    other = PlanStatus.OTHER_HERE if record is not None else None
    if looked is None:
        return _choice(row, other or PlanStatus.TO_DOWNLOAD, None, record, is_open=True)
    answer = looked.answer
    if not answer.is_answer or answer.manifest is None:
        return _unanswered(row, record, answer)
    manifest = answer.manifest
    if record is not None and manifest.is_called(record.digest):
        # What the list means is not published any more; what is, is here.
        return PlanLine(row, PlanStatus.OTHER_HERE, record=record, published=answer.digest)
    is_open = looked.held is None
    held = facts.here | (looked.held or frozenset())
    to_fetch = None if is_open else _missing(manifest.layers, held)
    if other is None and row.digest and not manifest.is_called(row.digest):
        other = PlanStatus.OTHER_PUBLISHED
    status = other or PlanStatus.TO_DOWNLOAD
    return _choice(row, status, to_fetch, record, is_open=is_open, published=answer.digest)


def _unanswered(row: ListEntry, record: ModelRecord | None, answer: RegistryAnswer) -> PlanLine:
    """The registry does not have it, or has not said."""
    if record is not None:
        # It is here; what else there would be does not matter enough to be offered.
        return PlanLine(row, PlanStatus.OTHER_HERE, record=record)
    if answer.kind in _ABSENT:
        return PlanLine(row, PlanStatus.NOT_FOUND)
    if answer.kind is AnswerKind.NEEDS_NEWER:
        return PlanLine(row, PlanStatus.NEEDS_NEWER)
    return PlanLine(
        row, PlanStatus.NOT_LOOKED_UP, can_tick=True, is_ticked_first=True, failure=answer.kind
    )


def _choice(
    row: ListEntry,
    status: PlanStatus,
    to_fetch: Mapping[str, int] | None,
    record: ModelRecord | None = None,
    *,
    is_open: bool = False,
    published: str = "",
) -> PlanLine:
    return PlanLine(
        row,
        status,
        to_fetch,
        is_open,
        can_tick=True,
        is_ticked_first=status not in _UNTICKED,
        published=published,
        record=record,
    )


def _missing(layers: Iterable[Layer], held: AbstractSet[str]) -> dict[str, int]:
    return {x.digest: x.size_bytes or 0 for x in layers if x.digest not in held}


def layers_here(models: Iterable[ModelRecord], layer_index: LayerIndex) -> frozenset[str]:
    """The layers of all models of a server, as far as they are known."""
    known: Iterable[KnownLayers | None] = map(layer_index.of, models)
    return frozenset(layer.digest for one in known if one is not None for layer in one.layers)


def unfinished_pulls(items: Iterable[PullItem], server_id: str) -> dict[str, PullItem]:
    """The downloads of a server that are under way or will be, by canonical name."""
    return {
        canonical(item.name): item
        for item in items
        if item.server_id == server_id and item.state in UNFINISHED
    }


@dataclass(frozen=True, slots=True)
class Totals:
    """What is chosen. `fetch` are the layers to download, each once; `open_count` of the chosen are
    still looked up, `unknown_count` can be of any size."""

    chosen: int
    of: int
    fetch: Mapping[str, int]
    open_count: int = 0
    unknown_count: int = 0

    @property
    def fetch_bytes(self) -> int:
        return sum(self.fetch.values())


def totals(lines: Collection[PlanLine], is_ticked: Callable[[PlanLine], bool]) -> Totals:
    """What the ticked lines amount to together."""
    chosen = [line for line in lines if line.can_tick and is_ticked(line)]
    fetch: dict[str, int] = {}
    for line in chosen:
        fetch |= line.to_fetch or {}
    unknown = [line for line in chosen if line.to_fetch is None]
    open_count = sum(line.is_open for line in unknown)
    return Totals(len(chosen), len(lines), fetch, open_count, len(unknown) - open_count)


@dataclass(frozen=True, slots=True)
class Unlisted:
    """The models of a server that a list does not name and that may be deleted: nothing is that is
    `kept` by others. `frees_bytes` is "up to" unless `is_exact`."""

    models: tuple[ModelRecord, ...] = ()
    frees_bytes: int = 0
    is_exact: bool = True
    kept: int = 0


def unlisted(
    listed: ModelList,
    models: Iterable[ModelRecord],
    layer_index: LayerIndex,
    must_stay: Callable[[ModelRecord], bool],
) -> Unlisted:
    """What *Also delete what isn’t listed* would delete. `must_stay` tells of what never goes this
    way: pinned, starred, kept, loaded models, and old versions, which go by themselves."""
    if not listed.models:
        return Unlisted()  # a file without a name is no reason to delete anything
    installed = tuple(models)
    bases = {canonical(e.recipe.base) for e in listed.models if e.recipe is not None}
    named = listed.mentioned | bases
    others = [model for model in installed if canonical(model.name) not in named]
    going = tuple(model for model in others if not must_stay(model))
    effect = freed(going, installed, layer_index)
    return Unlisted(going, effect.freed_bytes, effect.is_exact, len(others) - len(going))


@dataclass(frozen=True, slots=True)
class Work:
    """What an import does, from the lines that were chosen."""

    pulls: tuple[str, ...] = ()
    updates: tuple[ModelRecord, ...] = ()
    recipes: tuple[ListEntry, ...] = ()

    def __len__(self) -> int:
        return len(self.pulls) + len(self.updates) + len(self.recipes)


def work_of(lines: Iterable[PlanLine], is_ticked: Callable[[PlanLine], bool]) -> Work:
    """What the ticked lines ask for, in the order of the file."""
    chosen = sorted(
        (line for line in lines if line.can_tick and is_ticked(line)), key=lambda line: line.number
    )
    return Work(
        tuple(line.entry.name for line in chosen if line.status in _PULLED and line.entry),
        tuple(
            line.record
            for line in chosen
            if line.status is PlanStatus.OTHER_HERE and line.record is not None
        ),
        tuple(
            line.entry
            for line in chosen
            if line.status in (PlanStatus.RECIPE, PlanStatus.RECIPE_WITHOUT_BASE) and line.entry
        ),
    )
