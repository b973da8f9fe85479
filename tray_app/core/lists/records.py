"""What stands in a list of models: names with versions, recipes, and lines that are no names."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from enum import StrEnum

from tray_app.core.creates.records import ModelChanges
from tray_app.core.errors import BadName, OllamaError
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import canonical


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model was made from another one: only what differs from `base` is in `changes`.
    Without any change it is a copy. `base_digest` is bare hex, "" = not told."""

    base: str
    changes: ModelChanges = field(default_factory=ModelChanges)
    base_digest: str = ""

    @property
    def is_copy(self) -> bool:
        return self.changes.is_empty


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One model of a list. `line` counts from 1: the line of a text, the entry of a .json.

    `digest` (bare hex) is the version that the list means, "" = any. `same_as` is the line that has
    named it before, 0 = none did.
    """

    line: int
    name: str
    digest: str = ""
    size_bytes: int | None = None
    recipe: Recipe | None = None
    is_cloud: bool = False
    same_as: int = 0

    @property
    def key(self) -> str:
        return canonical(self.name)


class RecipeFault(StrEnum):
    """Why the recipe of an entry cannot be followed."""

    SHAPE = "shape"  # not written as a recipe is
    BASE = "base"  # what it is made from has no name
    PARAMETER = "parameter"  # context: its name; a value that Ollama would choke on


class BadRecipe(OllamaError):
    """`reference` is the model's name, `context` the offending piece."""

    is_permanent = True

    def __init__(self, reference: str, context: str, fault: RecipeFault) -> None:
        super().__init__(reference, context)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no name, or an entry whose recipe cannot be followed. `text` is its
    beginning."""

    line: int
    text: str
    error: BadName | BadRecipe


class ListFault(StrEnum):
    """Why a file is no list at all."""

    TOO_LARGE = "too_large"
    NOT_TEXT = "not_text"
    NOT_JSON = "not_json"
    NOT_A_LIST = "not_a_list"  # JSON, but of something else
    NEWER = "newer"  # of a later version of this program


class BadList(OllamaError):
    """A file that cannot be read as a list. `reference` is its name, `context` what is the matter
    in the words of whoever found it."""

    is_permanent = True

    def __init__(self, reference: str, context: str, fault: ListFault) -> None:
        super().__init__(reference, context)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class ModelList:
    """A list as it was read. `rows` are in the order of the file.

    `source` is the file's name, "" = pasted text. `server` and `made_on` are what its first line
    tells. `mentioned` are the canonical names of all models that stand there, also those that
    cannot be carried along: what is mentioned is listed. `is_cut`: there was more of it.
    """

    source: str
    rows: tuple[ListEntry | BadLine, ...]
    server: str = ""
    made_on: date | None = None
    mentioned: frozenset[str] = frozenset()
    is_json: bool = False
    is_cut: bool = False
    has_bad_recipes: bool = False
    """The recipes beside it could not be read."""

    @property
    def entries(self) -> tuple[ListEntry, ...]:
        return tuple(row for row in self.rows if isinstance(row, ListEntry))

    @property
    def models(self) -> tuple[ListEntry, ...]:
        """Each model once."""
        return tuple(entry for entry in self.entries if not entry.same_as)

    @property
    def first_bad(self) -> BadLine | None:
        return next((row for row in self.rows if isinstance(row, BadLine)), None)

    @property
    def has_recipes(self) -> bool:
        return any(entry.recipe is not None for entry in self.entries)


class LeftOut(StrEnum):
    """Why a model of a server stands in a list as a note only."""

    CLOUD = "cloud"
    MADE_HERE = "made_here"


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model to be written into a list. `left_out`: no server can pull it; `recipe`: but this
    makes it. A digest is bare hex."""

    name: str
    digest: str = ""
    size_bytes: int | None = None
    left_out: LeftOut | None = None
    recipe: Recipe | None = None
