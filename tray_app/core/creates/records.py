"""What a person asks to be made, and where each such thing stands.

A model is made from a file of this computer (`CreateRequest`), which takes minutes and is a row of
the downloads (`CreateItem`), or from a model that is installed (`DeriveRequest`), which does not.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass

if TYPE_CHECKING:
    from tray_app.core.errors import OllamaError
    from tray_app.core.payloads import ModelRef
    from tray_app.core.records import ModelKey

ParameterValue = int | float | bool | str | tuple[str, ...]
"""A tuple is a list of texts, as `stop` has."""


class FormKind(StrEnum):
    """What a form for a model is for."""

    NEW = "new"
    EDIT = "edit"
    REBUILD = "rebuild"  # a model of a person's own, on the new version of its base


@dataclass(frozen=True, slots=True)
class CreateRequest:
    """Make `name` on a server from files of this computer.

    `files` are the absolute paths of one model, of a split one all its parts in order;
    `projector` that of the file that lets it see or hear, "" = none. `adapter` True = `files` is
    one adapter for the installed model `base`. `quantize` is a type as Ollama spells it (`Q4_K_M`),
    "" = as the file is. `architecture`, `file_type` and `size_bytes` (of all files together) are
    those read here.
    """

    server_id: str
    name: str
    files: tuple[str, ...]
    projector: str = ""
    adapter: bool = False
    base: str = ""
    quantize: str = ""
    architecture: str = ""
    file_type: str = ""
    size_bytes: int = 0
    projector_bytes: int = 0
    is_stored_as_is: bool = False
    """Ollama keeps such a file as it comes (tensors `v.*`, `mm.*`, …), without a second copy."""


class CreateState(StrEnum):
    """Where it stands; one row look each."""

    WAITING = "waiting"  # in line, or its server is away: CreateItem.is_server_away
    CHECKING = "checking"  # SHA-256 of the files
    LOOKING = "looking"  # whether the server has them
    UPLOADING = "uploading"
    MAKING = "making"  # the server checks it, or quantizes it; it cannot be interrupted
    ASKED = "asked"  # canceled while it was made: a person is asked what becomes of it
    TO_BE_DELETED = "to_be_deleted"  # it is deleted once it is there
    WATCHING = "watching"  # the connection is lost, the server goes on
    FAILED = "failed"
    CANCELED = "canceled"
    DELETED = "deleted"  # made, and deleted as a person wanted
    DONE = "done"

    @property
    def is_ended(self) -> bool:
        return self in _ENDED

    @property
    def is_at_server(self) -> bool:
        """Whether Ollama works on it, whatever becomes of us."""
        return self in _AT_SERVER


_ENDED = frozenset(
    {CreateState.FAILED, CreateState.CANCELED, CreateState.DELETED, CreateState.DONE}
)
_AT_SERVER = frozenset(
    {CreateState.MAKING, CreateState.ASKED, CreateState.TO_BE_DELETED, CreateState.WATCHING}
)


class CreateFault(StrEnum):
    """Why it failed, where that has words of its own."""

    EXIT_STATUS = "exit_status"  # an unknown architecture or a full disk: Ollama does not tell
    NO_SPACE = "no_space"
    NO_QUANTIZER = "no_quantizer"  # llama-quantize is missing
    CANNOT_QUANTIZE = "cannot_quantize"  # neither F16, BF16 nor F32
    TOO_LARGE = "too_large"  # 413 of a proxy
    BLOB_MISSING = "blob_missing"  # twice
    FILE_GONE = "file_gone"
    FILE_CHANGED = "file_changed"
    NAME_TAKEN = "name_taken"
    OTHER = "other"  # CreateItem.error says it


@dataclass(frozen=True, slots=True)
class CreateItem:
    """One row of the downloads of kind *create*. `*_s` are monotonic seconds.

    `completed_bytes` of `total_bytes` belong to the phase (checking, uploading, or making where
    lines of progress come; `total_bytes` 0 = no percentage). `uploaded` are the paths that are on
    the server. `digest` (bare hex) is that of the model made, "" before.
    """

    id: str
    request: CreateRequest
    state: CreateState
    added_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    completed_bytes: int = 0
    total_bytes: int = 0
    speed_bytes_s: float | None = None
    eta_s: float | None = None
    state_since_s: float = 0.0
    active_s: float = 0.0
    is_server_away: bool = False
    was_on_server: bool = False
    """Nothing had to be uploaded."""
    position: int = 0
    uploaded: tuple[str, ...] = ()
    digest: str = ""
    fault: CreateFault | None = None
    error: OllamaError | None = None
    needed_bytes: int = 0
    free_bytes: int | None = None
    """Of the server's disk when it failed; None = not known."""

    @property
    def server_id(self) -> str:
        return self.request.server_id

    @property
    def name(self) -> str:
        return self.request.name

    @property
    def key(self) -> ModelKey:
        return (self.request.server_id, self.request.name)

    @property
    def is_ended(self) -> bool:
        return self.state.is_ended


@dataclass(frozen=True, slots=True)
class ModelChanges:
    """What differs from the model that another one is made of; only that is sent.

    None = taken over. `parameters` holds (name, value) of those that are set and (name, None) of
    those that go back to Ollama's default; `()` as a value empties a list. `messages` are (role,
    content).
    """

    system: str | None = None
    template: str | None = None
    parameters: tuple[tuple[str, ParameterValue | None], ...] = ()
    messages: tuple[tuple[str, str], ...] | None = None
    license: str | None = None

    @property
    def is_empty(self) -> bool:
        return self == ModelChanges()


@dataclass(frozen=True, slots=True)
class DeriveRequest:
    """Make `name` from the installed model `base`, as long as that has the digest a person saw.

    `replaces` is the digest of the model called `name` that a person has seen and wants to have in
    its place, "" = the name has to be free. With the name of the base it is edited in place.
    Made-here models only. `keep_name` is what a copy of the present version is called then, "" =
    none is kept. `may_unload`: it is loaded, and is unloaded first.
    """

    base: ModelRef
    name: str
    changes: ModelChanges
    keep_name: str = ""
    may_unload: bool = False
    replaces: str = ""

    @property
    def is_edit(self) -> bool:
        """Whether a model that is there becomes another version of itself."""
        return bool(self.replaces)


@dataclass(frozen=True, slots=True)
class Derived:
    """It was made. `lost` are the capabilities of the base that the result does not have;
    `version` that of the server, `kept` the copy of the version before."""

    request: DeriveRequest
    ref: ModelRef
    lost: tuple[str, ...] = ()
    version: str = ""
    kept: ModelRef | None = None


@dataclass(frozen=True, slots=True)
class RebuildRequest:
    """Build a model that was made here anew, on the version that its base has now, with what it
    has of its own."""

    child: ModelRef
    base: ModelRef


@dataclass(frozen=True, slots=True)
class UndoRequest:
    """Make `edited` what it was before, as its copy `kept` is; each only while its digest is the
    one given."""

    edited: ModelRef
    kept: ModelRef


@dataclass(frozen=True, slots=True)
class Undone:
    """`edited` is what it was before. `dropped` is the copy, which went as it was the same then,
    None = it is still there."""

    edited: ModelRef
    dropped: ModelRef | None = None
