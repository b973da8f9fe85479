"""What a person asks for with lists, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass

if TYPE_CHECKING:
    from tray_app.core.errors import OllamaError
    from tray_app.core.estimate import DiskSpace
    from tray_app.core.lists.planning import Looked
    from tray_app.core.lists.records import ListEntry, ModelList
    from tray_app.core.payloads import ModelRef


@dataclass(frozen=True, slots=True)
class ListSource:
    """A list to import: a file's absolute path, else a pasted text; both "" = a person is asked for
    a file. `server_id` "" = into the server that is shown."""

    path: str = ""
    text: str = ""
    server_id: str = ""

    @property
    def is_asked_for(self) -> bool:
        return not self.path and not self.text


@dataclass(frozen=True, slots=True)
class ListRead:
    """What stands in it. `models` None = it could not be read, as `error` says."""

    source: ListSource
    models: ModelList | None = None
    error: OllamaError | None = None


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Write the models of a server into the file `path`; a `.json` has recipes, too."""

    server_id: str
    path: str

    @property
    def has_recipes(self) -> bool:
        return self.path.casefold().endswith(".json")


@dataclass(frozen=True, slots=True)
class Exported:
    """`count` models are in the file, or `error` is why there is none."""

    request: ExportRequest
    count: int = 0
    error: OllamaError | None = None


@dataclass(frozen=True, slots=True)
class ListQuestion:
    """Look these names up for a server; the question before is over."""

    server_id: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What was learned of a name for a server."""

    server_id: str
    name: str
    looked: Looked


@dataclass(frozen=True, slots=True)
class ServerSpace:
    """Where a server keeps its models, and what is free there; None = not known."""

    server_id: str
    space: DiskSpace | None


@dataclass(frozen=True, slots=True)
class ListLookup:
    """How far that is."""

    server_id: str = ""
    done: int = 0
    total: int = 0

    @property
    def is_running(self) -> bool:
        return self.done < self.total


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Have these on a server: `pulls` are downloaded, `updates` too, in place of what is there, and
    `recipes` are followed once what they are made from has come."""

    server_id: str
    pulls: tuple[str, ...] = ()
    updates: tuple[ModelRef, ...] = ()
    recipes: tuple[ListEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class RecipeFailed:
    """A model was not made. `error` None = what it is made from did not come."""

    server_id: str
    name: str
    base: str
    error: OllamaError | None = None
