"""Copying and renaming: which names are refused, what a copy made, what is to be done next.

Ollama cannot rename. A model is copied, and its old name deleted once the server's list shows the
copy: the list is believed, no status. Servers tell names apart without regard to case, and write
each part of a name as some other model has it already: a copy may be listed under another spelling
than was asked for, and one whose name differs in case alone is not made at all.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.errors import BadName, NameProblem, OllamaError, ServerFailed
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.names import ModelName, canonical
from tray_app.core.payloads import ModelRef

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord


class NameRefusal(StrEnum):
    """Why a model cannot get a name; one value per sentence below the field."""

    BLANK = "blank"
    GRAMMAR = "grammar"  # Refused.error says what is wrong
    RESERVED = "reserved"  # its tag means something else to the server
    UNCHANGED = "unchanged"
    CASE_ONLY = "case_only"  # copying does nothing then, and deleting takes the only one
    EXISTS = "exists"


@dataclass(frozen=True, slots=True)
class Refused:
    """`tag` is the one that is reserved."""

    reason: NameRefusal
    error: BadName | None = None
    tag: str = ""


def new_name(
    text: str, source: str, taken: Container[str], *, is_rename: bool
) -> ModelName | Refused:
    """The name that a person gives to `source`, or to a copy of it. `taken` holds the canonical
    names of all models of the server."""
    try:
        name = ModelName.parse(text)
    except BadName as error:
        if error.problem is NameProblem.EMPTY:
            return Refused(NameRefusal.BLANK)
        return Refused(NameRefusal.GRAMMAR, error)
    if name.has_misrouted_tag or name.source:
        return Refused(NameRefusal.RESERVED, tag=name.source or name.tag)
    key = canonical(str(name))
    if is_rename and key == canonical(source):
        is_same = str(name) == source
        return Refused(NameRefusal.UNCHANGED if is_same else NameRefusal.CASE_ONLY)
    if key in taken or key == canonical(source):
        return Refused(NameRefusal.EXISTS)
    return name


def is_deletable(name: str) -> bool:
    """Whether a server can delete the model that it lists as `name`: of `x:local` it would take
    `x:latest`, or find nothing."""
    try:
        return ModelName.parse(name).source != "local"
    except BadName:
        return True


_FULL = lazy_pattern(
    r"no space left on device|not enough space on the disk|disk quota exceeded", re.IGNORECASE
)


def is_about_space(error: OllamaError | None) -> bool:
    """Whether the server says that its disk is full."""
    return isinstance(error, ServerFailed) and _FULL.search(error.text) is not None


class Ending(StrEnum):
    """What became of a copy or a rename."""

    COPIED = "copied"
    RENAMED = "renamed"
    # Nothing was done.
    GONE = "gone"  # there is no such model any more
    CHANGED = "changed"  # it is not the version that a person saw
    TAKEN = "taken"  # another model has the new name by now
    LOADED = "loaded"  # by somebody else meanwhile, and nobody was asked
    UNDELETABLE = "undeletable"
    # The copy is not there.
    NOT_MADE = "not_made"
    DISK_FULL = "disk_full"
    DAMAGED = "damaged"  # most often so too, and a name without a model is left
    # Both are there.
    DIFFERS = "differs"  # they are not the same model
    NOT_DELETED = "not_deleted"
    BROKEN_OFF = "broken_off"  # nobody answers any more: `settled` tells once the list is seen

    @property
    def is_done(self) -> bool:
        return self in (Ending.COPIED, Ending.RENAMED)


@dataclass(frozen=True, slots=True)
class RenameOutcome:
    """`name` is what the server calls the copy, "" = there is none; `digest` what both have.
    `is_rename` False = the model was to be copied. `error` is what the server said."""

    source: ModelRef
    destination: str
    ending: Ending
    name: str = ""
    digest: str = ""
    is_rename: bool = True
    error: OllamaError | None = None

    @property
    def is_folded(self) -> bool:
        """Whether the server spells the name otherwise than a person did."""
        return self.name not in ("", self.destination)

    @property
    def ref(self) -> ModelRef:
        """The model under its new name."""
        return ModelRef(self.source.server_id, self.name or self.destination, self.digest)


@dataclass(frozen=True, slots=True)
class CleanUp:
    """What became of the damaged name that a copy had left: whether it is gone."""

    ref: ModelRef
    is_clean: bool


class Phase(StrEnum):
    """Where a course stands, each named after what is to be done next."""

    LOOK_FIRST = "look_first"
    COPY = "copy"
    LOOK_FOR_COPY = "look_for_copy"
    DELETE = "delete"
    LOOK_AT_LAST = "look_at_last"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Course:
    """One copy or rename under way. Whoever does what `phase` says tells it by `looked`, `copied`
    and `deleted`, which give the course from there on. `old` is the model as it was at first, and
    the row to delete; `copy` the row that the copy made."""

    source: ModelRef
    destination: str
    is_rename: bool
    phase: Phase = Phase.LOOK_FIRST
    old: ModelRecord | None = None
    copy: ModelRecord | None = None
    ending: Ending | None = None

    def over(self, ending: Ending) -> Course:
        return replace(self, phase=Phase.OVER, ending=ending)

    def outcome(self, error: OllamaError | None = None) -> RenameOutcome:
        """What became of it; BROKEN_OFF of one that is not over."""
        old, copy = self.old, self.copy
        return RenameOutcome(
            self.source,
            self.destination,
            self.ending or Ending.BROKEN_OFF,
            copy.name if copy is not None else "",
            old.digest if old is not None else self.source.digest,
            self.is_rename,
            error,
        )


def looked(course: Course, rows: Sequence[ModelRecord]) -> Course:
    """The server's list is `rows`."""
    if course.phase is Phase.LOOK_FIRST:
        return _begun(course, rows)
    if course.phase is Phase.LOOK_FOR_COPY:
        return _checked(course, rows)
    if course.phase is Phase.LOOK_AT_LAST:
        return _ended(course, rows)
    return course


def copied(course: Course) -> Course:
    """The server was asked to copy, whatever it answered."""
    return replace(course, phase=Phase.LOOK_FOR_COPY)


def deleted(course: Course) -> Course:
    """The server was asked to delete the old name, whatever it answered."""
    return replace(course, phase=Phase.LOOK_AT_LAST)


def settled(outcome: RenameOutcome, rows: Sequence[ModelRecord]) -> RenameOutcome:
    """What became of one that broke off, as a later list of the server tells."""
    old = _row(outcome.source.name, rows)
    copy = same_named(outcome.destination, rows)
    is_made = copy is not None and copy.digest == outcome.digest != ""
    is_old_there = old is not None and old.digest == outcome.digest
    if not is_made:
        ending = Ending.NOT_MADE if old is not None else Ending.GONE
    elif not outcome.is_rename:
        ending = Ending.COPIED
    else:
        ending = Ending.NOT_DELETED if is_old_there else Ending.RENAMED
    name = copy.name if copy is not None and is_made else ""
    error = None if ending.is_done else outcome.error
    return replace(outcome, ending=ending, name=name, error=error)


def same_named(name: str, rows: Iterable[ModelRecord]) -> ModelRecord | None:
    """The row of a name, however the server spells it."""
    key = canonical(name)
    return next((row for row in rows if canonical(row.name) == key), None)


def _row(name: str, rows: Iterable[ModelRecord]) -> ModelRecord | None:
    """The row of exactly this name."""
    return next((row for row in rows if row.name == name), None)


def _begun(course: Course, rows: Sequence[ModelRecord]) -> Course:
    source = course.source
    old = _row(source.name, rows)
    if old is None:
        return course.over(Ending.GONE)
    course = replace(course, old=old)
    if source.digest and old.digest != source.digest:
        return course.over(Ending.CHANGED)
    if same_named(course.destination, rows) is not None:
        return course.over(Ending.TAKEN)
    if course.is_rename and (not is_deletable(old.name) or _has_twin(old, rows)):
        return course.over(Ending.UNDELETABLE)
    return replace(course, phase=Phase.COPY)


def _has_twin(old: ModelRecord, rows: Iterable[ModelRecord]) -> bool:
    """Whether another row has the same name but for its case: made by hand, and which of the two a
    deletion takes is chance."""
    key = canonical(old.name)
    return sum(canonical(row.name) == key for row in rows) > 1


def _checked(course: Course, rows: Sequence[ModelRecord]) -> Course:
    before, old = course.old, _row(course.source.name, rows)
    copy = same_named(course.destination, rows)
    course = replace(course, copy=copy)
    if before is None or copy is None:
        return course.over(Ending.NOT_MADE if old is not None else Ending.GONE)
    if not _is_same(copy, before):
        return course.over(Ending.DIFFERS)
    if not course.is_rename:
        return course.over(Ending.COPIED)
    if old is None:
        return course.over(Ending.RENAMED)  # somebody else has deleted it
    if not _is_same(old, before) or canonical(old.name) == canonical(copy.name):
        return course.over(Ending.DIFFERS)
    if _has_twin(old, rows):
        return course.over(Ending.NOT_DELETED)
    return replace(course, phase=Phase.DELETE)


def _is_same(one: ModelRecord, other: ModelRecord) -> bool:
    """Whether two rows are one model; of rows that tell no digest nobody knows."""
    return one.digest == other.digest != "" and one.size_bytes == other.size_bytes


def _ended(course: Course, rows: Sequence[ModelRecord]) -> Course:
    before, old = course.old, _row(course.source.name, rows)
    is_old_there = before is not None and old is not None and old.digest == before.digest
    copy = same_named(course.destination, rows)
    course = replace(course, copy=copy)
    if copy is None:
        return course.over(Ending.NOT_MADE if is_old_there else Ending.GONE)
    return course.over(Ending.NOT_DELETED if is_old_there else Ending.RENAMED)
