"""ModelRow: one model with everything that the table asks for often, worked out once: what sorts
the rows at once, what only shown or searched rows need when it is first asked for.

Sort keys, the text that the search looks into, kind and badges live here; words for cells are
in columns.py. No Qt.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.names import canonical
from tray_app.core.remarks import NO_REMARK, Remark
from tray_app.core.updates.verdicts import (
    NO_MARKS,
    UNJUDGED,
    Marks,
    Standing,
    Verdict,
    is_counted,
)

if TYPE_CHECKING:
    from tray_app.core.keeping.records import KeepStatus
    from tray_app.core.payloads import Verb
    from tray_app.core.records import ModelRecord, RunningModel, ServerState
    from tray_app.core.use.ledger import LastUse


class ModelKind(StrEnum):
    """What a model is for; decides the icon in front of its name."""

    CHAT = "chat"
    VISION = "vision"
    IMAGE = "image"
    EMBEDDING = "embedding"


class Badge(StrEnum):
    """The badges of a row, in the order in which they are shown."""

    LOADED = "loaded"
    KEPT = "kept"
    UPDATE = "update"
    NEEDS_SERVER = "needs_server"  # a newer version, for a newer Ollama
    CLOUD = "cloud"
    PINNED = "pinned"
    OLD_VERSION = "old_version"  # kept beside its update


@dataclass(frozen=True, slots=True)
class Busy:
    """What is being done to a model. `permille` only for updates, None = not known."""

    verb: Verb
    permille: int | None = None


@dataclass(frozen=True, slots=True)
class KeptMark:
    """A model that is to stay in memory: how that stands, and with which context (None = the
    server's default)."""

    status: KeepStatus
    context_length: int | None = None


_NUMBER = lazy_pattern(r"([0-9]+)")
_SORTED = 200  # characters: whoever has longer names has the rest sorted plainly
_LENGTHS = tuple(f"{length:03d}" for length in range(100))
_PARAMETERS = lazy_pattern(r"\s*(\d+(?:\.\d+)?)\s*([KMBT]?)", re.IGNORECASE)
_FACTORS = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
# Servers before 0.30 do not list capabilities; these families tell as much.
_EMBEDDING_FAMILIES = frozenset({"bert", "nomic-bert", "nomic-bert-moe", "jina-bert-v2"})
_VISION_FAMILIES = frozenset({"clip", "mllama"})


def natural_key(text: str) -> str:
    """A string that sorts as people count: "qwen2" before "qwen10", upper and lower case alike."""
    parts = _NUMBER.split(text.casefold())
    for place in range(1, len(parts), 2):
        digits = parts[place].lstrip("0") or "0"
        length = len(digits)
        # Looked up, as thousands of names come at once and formatting takes longer than all else.
        parts[place] = (_LENGTHS[length] if length < len(_LENGTHS) else f"{length:03d}") + digits
    return "".join(parts)


def parameter_count(text: str) -> float | None:
    """ "116.8B" → 116.8e9; None when the server's text is no number."""
    match = _PARAMETERS.match(text)
    return float(match[1]) * _FACTORS[match[2].upper()] if match else None


def kind_of(record: ModelRecord) -> ModelKind:
    """What `record` is for, by its capabilities, or by its families where a server tells none."""
    capabilities = record.capabilities
    families = {record.details.family, *record.details.families}
    if "embedding" in capabilities or (not capabilities and families & _EMBEDDING_FAMILIES):
        return ModelKind.EMBEDDING
    if "vision" in capabilities or (not capabilities and families & _VISION_FAMILIES):
        return ModelKind.VISION
    if "image" in capabilities:
        return ModelKind.IMAGE
    return ModelKind.CHAT


@dataclass(frozen=True, slots=True)
class ListedServer:
    """A server whose models are listed: its name on screen, and how it stands while its list is an
    old one (None = it is the one of now), in `words` too. `version` is that of its Ollama."""

    id: str
    label: str = ""
    state: ServerState | None = None
    words: str = ""
    version: str = ""


class RowServer:
    """What the rows of one server have in common; one object for all of them. `place` is its place
    among the servers, `folded` what the search looks into."""

    __slots__ = ("folded", "place", "shown")

    def __init__(self, shown: ListedServer, place: int) -> None:
        self.place = place
        self.show(shown)

    def show(self, shown: ListedServer) -> None:
        """Take over how it is named and how it stands."""
        self.shown = shown
        self.folded = self.label.casefold()

    @property
    def label(self) -> str:
        """Its name on screen."""
        return self.shown.label or self.shown.id

    @property
    def is_stale(self) -> bool:
        """Whether its list is an old one: it is out of reach now."""
        return self.shown.state is not None


@dataclass(frozen=True, slots=True)
class SeenUse:
    """What is known of a model's last use, and of which time that is."""

    use: LastUse
    version: int


class ModelRow:
    """A row of the table. Compared by identity: one object a (server id, name) for its life.

    `cells`, `sort_key` and `sort_value` are caches of columns.py: the texts of this row once they
    were asked for, and its value for the column that was sorted by last. `use` is one of the table.
    """

    __slots__ = (
        "_canonical",
        "_haystack",
        "_kind",
        "badges",
        "busy",
        "cells",
        "disk_bytes",
        "is_backup",
        "is_cloud",
        "is_loaded",
        "is_update",
        "kept",
        "key",
        "marks",
        "record",
        "remark",
        "running",
        "server",
        "sort_key",
        "sort_name",
        "sort_value",
        "use",
        "verdict",
    )

    def __init__(self, record: ModelRecord, server: RowServer | None = None) -> None:
        self.key = (record.server_id, record.name)
        self.server = server or RowServer(ListedServer(record.server_id), 0)
        self._canonical = ""
        self.refresh_place(record.name)
        self.running: RunningModel | None = None
        self.use: SeenUse | None = None
        self.remark = NO_REMARK
        self.busy: Busy | None = None
        self.kept: KeptMark | None = None
        self.verdict = UNJUDGED
        self.marks = NO_MARKS
        self.replace(record)

    def refresh_place(self, name: str) -> None:
        """Its place in the order of names, and among equal ones in that of the servers."""
        # One string instead of a tuple: twice as fast to sort. "\0" comes before everything.
        self.sort_name = f"{natural_key(name[:_SORTED])}\0{name}\0{self.server.place:06d}"

    def replace(self, record: ModelRecord) -> None:
        """Take over a newer record of the same model."""
        self.record = record
        self.sort_key = ""
        self.sort_value: Any = None
        self._kind: ModelKind | None = None
        self._haystack: str | None = None
        self.is_cloud = record.is_cloud
        # Of a cloud model there is nothing here but a stub.
        self.disk_bytes = 0 if self.is_cloud else record.size_bytes or 0
        self.refresh_badges()

    @property
    def kind(self) -> ModelKind:
        """What the model is for."""
        if self._kind is None:
            self._kind = kind_of(self.record)
        return self._kind

    @property
    def is_stale(self) -> bool:
        """Whether it is of an old list: its server is out of reach now."""
        return self.server.is_stale

    @property
    def canonical(self) -> str:
        """The same for equal names, however they are spelled."""
        self._canonical = self._canonical or canonical(self.record.name)
        return self._canonical

    @property
    def haystack(self) -> str:
        """The text that the search looks into."""
        if self._haystack is None:
            record, details = self.record, self.record.details
            words = (record.name, details.family, *details.families, details.quantization_level)
            note = (self.remark.note,) if self.remark.note else ()
            self._haystack = "\n".join((*words, *record.capabilities, *note)).casefold()
        return self._haystack

    def judge(self, verdict: Verdict, marks: Marks) -> None:
        """How it stands to its registry, and what was said about it."""
        self.verdict, self.marks = verdict, marks
        self.sort_key = ""
        self.refresh_badges()

    @property
    def is_starred(self) -> bool:
        return self.remark.is_starred

    def take_remark(self, remark: Remark) -> None:
        """What a person has said of it."""
        self.remark = remark
        self._haystack = None

    def refresh_badges(self) -> None:
        """Work out the badges anew and forget the texts."""
        self.is_loaded = self.running is not None
        self.use = None
        self.cells: tuple[str, ...] | None = None
        verdict, marks = self.verdict, self.marks
        self.is_backup = marks.is_backup
        # A verdict is about one version: of the one that came since nothing is known.
        is_about = verdict.digest == self.record.digest
        self.is_update = is_about and is_counted(verdict, marks)
        is_needy = is_about and verdict.standing is Standing.NEEDS_SERVER
        if not (self.is_loaded or self.is_update or self.is_cloud or is_needy) and not (
            marks.is_left_alone or self.kept is not None
        ):
            self.badges: tuple[Badge, ...] = ()  # as most of thousands
            return
        found = (
            (self.is_loaded, Badge.LOADED),
            (self.kept is not None, Badge.KEPT),
            (self.is_update, Badge.UPDATE),
            (is_needy and not marks.is_left_alone, Badge.NEEDS_SERVER),
            (self.is_cloud, Badge.CLOUD),
            (marks.is_pinned and not self.is_backup, Badge.PINNED),
            (self.is_backup, Badge.OLD_VERSION),
        )
        self.badges = tuple(badge for is_so, badge in found if is_so)
