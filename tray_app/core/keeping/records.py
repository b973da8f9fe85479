"""Records of keeping: which models are to stay in memory, how that stands, what memory they took.

Names are compared as Ollama does; measurements belong to the weights, so that they outlive an
update that leaves these as they are.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import canonical
from tray_app.core.payloads import ModelRef

if TYPE_CHECKING:
    from tray_app.core.records import ModelKey, RunningModel

MAX_KEPT = 100
MAX_MEASUREMENTS = 2000
MAX_CONTEXT = 100_000_000
"""Tokens; no model knows so many."""
_NEVER = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class KeptModel:
    """A model that is to stay in memory. `context_length` None = the server's default."""

    server_id: str
    name: str
    context_length: int | None = None

    @property
    def key(self) -> ModelKey:
        """The same for equal names, however they are spelled."""
        return (self.server_id, canonical(self.name))

    @property
    def ref(self) -> ModelRef:
        return ModelRef(self.server_id, self.name)


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a model took in memory on a server with one context.

    `weights` is the digest of its weights, "" while only that of its manifest, `digest`, is known.
    `beside` are the names of what else was loaded. `is_default`: the server chose the context.
    `load_s` is how long our last load of it took, None = others loaded it.
    """

    server_id: str
    digest: str
    context_length: int
    size_bytes: int
    graphics_bytes: int
    at: datetime
    weights: str = ""
    version: str = ""
    beside: tuple[str, ...] = ()
    is_default: bool = False
    load_s: float | None = None

    @property
    def key(self) -> tuple[str, str, int]:
        return (self.server_id, self.weights or self.digest, self.context_length)

    @property
    def permille(self) -> int:
        """How much of it was on the graphics card."""
        return min(1000, self.graphics_bytes * 1000 // self.size_bytes) if self.size_bytes else 0


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much memory a server has for models; `total_bytes` None = not known. `is_graphics`: it is
    that of the graphics card."""

    total_bytes: int | None = None
    is_graphics: bool = True


class KeepKind(StrEnum):
    """How a kept model stands."""

    KEPT = "kept"  # in memory, or nothing is known against it
    OUT = "out"  # it was in memory and is no more
    WAITING = "waiting"  # for its server, or for its turn
    LEFT_OUT = "left_out"  # it does not fit beside those before it
    MISSING = "missing"  # its server does not have it
    GIVEN_UP = "given_up"  # not kept any more


@dataclass(frozen=True, slots=True)
class KeepStatus:
    """How a kept model stands. `at` and `by`: when it went out of memory, and for which model ("" =
    not known). `overwritten_s`: another program said that it should stay so long, which was put
    back `put_back_at`. `needed_bytes` and `room_bytes`: what it takes, and of how much all
    together, where it is LEFT_OUT. `is_failure`: GIVEN_UP as loading failed, not pushed out."""

    kind: KeepKind
    at: datetime | None = None
    by: str = ""
    overwritten_s: int | None = None
    put_back_at: datetime | None = None
    needed_bytes: int | None = None
    room_bytes: int | None = None
    is_failure: bool = False


@dataclass(frozen=True, slots=True)
class Loading:
    """A load of ours that is under way. `began_s` is of the monotonic clock, `last_s` how long the
    last one took (None = not known). `is_stopping`: nobody wants it any more."""

    ref: ModelRef
    began_s: float
    context_length: int | None = None
    last_s: float | None = None
    is_stopping: bool = False


@dataclass(frozen=True, slots=True)
class KeepRequest:
    """Keep a model in memory, loading it first where it is not there. `context_length` None = the
    one that it has, or the default. `instead_of`: a model that is kept no more from then on."""

    ref: ModelRef
    context_length: int | None = None
    instead_of: ModelRef | None = None


@dataclass(frozen=True, slots=True)
class KeptModels:
    """All models that are to be kept, in their order."""

    models: tuple[KeptModel, ...]


class KeepNews(StrEnum):
    """What is told once."""

    RELEASED = "released"  # unloaded by a person, so kept no more
    NO_ROOM = "no_room"  # does not fit beside another kept one, so it is not kept
    GIVEN_UP = "given_up"
    STOPPED = "stopped"  # a load was stopped


@dataclass(frozen=True, slots=True)
class NoRoom:
    """Why a model cannot be kept: `others` are kept and take `other_bytes`, it takes
    `needed_bytes`, and there are `room_bytes` for all."""

    others: tuple[str, ...]
    other_bytes: int
    needed_bytes: int
    room_bytes: int


@dataclass(frozen=True, slots=True)
class KeepNote:
    """`by` is what took its place, "" = not known; `no_room` why it is not kept. `is_failure`:
    given up as loading failed. `context_length` is what it was kept with."""

    news: KeepNews
    ref: ModelRef
    by: str = ""
    context_length: int | None = None
    no_room: NoRoom | None = None
    is_failure: bool = False


def stays(running: RunningModel, now: datetime) -> bool:
    """Whether a loaded model stays until somebody unloads it."""
    return running.expires_at is None or running.expires_at - now > _NEVER
