"""Frozen records of what a server told us. Data only: no parsing, no wording, no Qt.

Everything is keyed by (server id, name); details are cached by digest, never by name.
Datetimes are aware UTC, `*_s` are seconds of a monotonic clock, `*_bytes` are bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from itertools import compress
from operator import attrgetter, not_
from typing import TYPE_CHECKING, Any

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.sign_in import SecretState

if TYPE_CHECKING:
    from tray_app.core.endpoint import Endpoint
    from tray_app.core.errors import OllamaError

ModelKey = tuple[str, str]
"""(server id, name)."""

_name = attrgetter("name")


def _others(models: tuple[ModelRecord, ...], than: tuple[ModelRecord, ...]) -> tuple[Any, ...]:
    # Thousands: all is asked in C.
    known = set(map(id, than))
    return tuple(compress(models, map(not_, map(known.__contains__, map(id, models)))))


@dataclass(frozen=True, slots=True)
class ModelDetails:
    """The `details` object of /api/tags, /api/ps and /api/show. "" and None mean "not told"."""

    parent_model: str = ""
    format: str = ""
    family: str = ""
    families: tuple[str, ...] = ()
    parameter_size: str = ""
    quantization_level: str = ""
    context_length: int | None = None
    embedding_length: int | None = None


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """One row of /api/tags. `digest` is bare 64 hex ("" if the server sent none)."""

    server_id: str
    name: str
    digest: str = ""
    size_bytes: int | None = None
    modified_at: datetime | None = None
    details: ModelDetails = field(default_factory=ModelDetails)
    capabilities: tuple[str, ...] = ()
    remote_model: str = ""
    remote_host: str = ""

    @property
    def key(self) -> ModelKey:
        return (self.server_id, self.name)

    @property
    def is_cloud(self) -> bool:
        """Runs on ollama.com; nothing but a stub is stored here."""
        return bool(self.remote_host or self.remote_model)

    @property
    def short_digest(self) -> str:
        return self.digest[:12]


@dataclass(frozen=True, slots=True)
class RunningModel:
    """One row of /api/ps. `expires_at` None means "kept until unloaded"; `forever_at` is then the
    moment in centuries that the server tells instead, which moves with each use as any other."""

    server_id: str
    name: str
    digest: str = ""
    size_bytes: int | None = None
    size_vram_bytes: int | None = None
    expires_at: datetime | None = None
    context_length: int | None = None
    details: ModelDetails = field(default_factory=ModelDetails)
    forever_at: datetime | None = field(default=None, compare=False)

    @property
    def key(self) -> ModelKey:
        return (self.server_id, self.name)


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """What is in memory: how many models, and their bytes, None = not told of all of them."""

    count: int = 0
    total_bytes: int | None = None
    graphics_bytes: int | None = None

    @classmethod
    def of(cls, running: Iterable[RunningModel] | None) -> MemoryUse:
        """The sums over one /api/ps; two names of one model are one row there."""
        rows = list(running or ())
        return cls(
            len(rows),
            _sum_of_all(row.size_bytes for row in rows),
            _sum_of_all(row.size_vram_bytes for row in rows),
        )

    @property
    def is_in_graphics(self) -> bool:
        """Whether all of it is known to be in graphics memory."""
        total, graphics = self.total_bytes, self.graphics_bytes
        return bool(total) and graphics is not None and graphics >= (total or 0)


def _sum_of_all(parts: Iterable[int | None]) -> int | None:
    total = 0
    for part in parts:
        if part is None:
            return None
        total += part
    return total


class LayerKind(StrEnum):
    """The last word of a layer's media type `application/vnd.ollama.image.*`, and the config."""

    MODEL = "model"
    PROJECTOR = "projector"
    ADAPTER = "adapter"
    TEMPLATE = "template"
    SYSTEM = "system"
    PARAMS = "params"
    MESSAGES = "messages"
    LICENSE = "license"
    TENSOR = "tensor"
    CONFIG = "config"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Layer:
    """One blob of a manifest. `digest` is `sha256:` + 64 hex; `size_bytes` None = not told."""

    digest: str
    kind: LayerKind
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest: what a name consists of. `digest` is bare hex over its raw bytes.

    `trimmed_digest` is that of the bytes without white space at their end, which a server may give
    instead, "" = the same. `layers` are in manifest order with the config last, each digest once:
    the order in which a pull fetches them. `is_from_registry`: the bytes are a registry's; an
    Ollama server ends those that it writes itself, and before 0.19 all, with a new line.
    """

    digest: str
    layers: tuple[Layer, ...]
    pushed_at: datetime | None = None
    is_from_registry: bool = False
    trimmed_digest: str = ""

    def is_called(self, digest: str) -> bool:
        """Whether a server that has this very manifest may give `digest` for it."""
        return bool(digest) and digest in (self.digest, self.trimmed_digest)

    @property
    def total_bytes(self) -> int:
        return sum(layer.size_bytes or 0 for layer in self.layers)


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The answer of /api/show. Absent strings are "". `layers` holds what is known of the blobs:
    from the modelfile's FROM lines (weights, projectors, adapters; sizes None), or the whole
    manifest when it could be read (`has_all_layers`), then `is_from_registry` when no server
    wrote it. `problems`: what was left out as unusable."""

    server_id: str
    name: str
    digest: str = ""
    details: ModelDetails = field(default_factory=ModelDetails)
    license: str = ""
    modelfile: str = ""
    parameters: str = ""
    template: str = ""
    system: str = ""
    messages: tuple[tuple[str, str], ...] = ()
    model_info: tuple[tuple[str, Any], ...] = ()
    tensor_count: int = 0
    capabilities: tuple[str, ...] = ()
    modified_at: datetime | None = None
    requires: str = ""
    remote_model: str = ""
    remote_host: str = ""
    layers: tuple[Layer, ...] = ()
    has_all_layers: bool = False
    is_from_registry: bool = False
    problems: tuple[str, ...] = ()

    @property
    def key(self) -> ModelKey:
        return (self.server_id, self.name)

    def info(self, suffix: str) -> Any:
        """The value of the first `model_info` key that ends in `.suffix`, or None."""
        return next((v for k, v in self.model_info if k.endswith("." + suffix)), None)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One row of the server's list of suggested models."""

    name: str
    description: str = ""
    vram_bytes: int | None = None

    @property
    def is_cloud(self) -> bool:
        return self.name.endswith(("-cloud", ":cloud"))


@dataclass(frozen=True, slots=True)
class Server:
    """A server as the program shows it. `label` "" = named by its address, which is as typed.

    `is_in_all`: it is part of "All servers". `can_wake`: its hardware address is known.
    `is_leaving`: it is removed when its downloads are over.
    """

    id: str
    label: str = ""
    address: str = ""
    is_in_all: bool = True
    can_wake: bool = False
    is_leaving: bool = False


class ServerState(StrEnum):
    """How a server stands, as a person would say it. Exactly one page or bar per value."""

    CONNECTING = "connecting"  # no answer yet, nothing failed
    ONLINE = "online"
    STARTING = "starting"  # accepts, does not answer
    OFFLINE = "offline"  # refused, no route, lost, timed out
    REFUSED = "refused"  # 401, 403, TLS: it is there and will not have us
    NOT_OLLAMA = "not_ollama"
    FAILING = "failing"  # answers, but with errors or nonsense
    WAITING = "waiting"  # not asked: what signs in is not there yet, see `secret`


AWAY = frozenset(
    {
        *(ServerState.OFFLINE, ServerState.REFUSED, ServerState.NOT_OLLAMA),
        *(ServerState.FAILING, ServerState.WAITING),
    }
)
"""The states of a server that is out of reach: nothing can be asked of it."""


@dataclass(frozen=True, slots=True)
class News:
    """How a list differs from the one before, `since`: `changed` are the models that are new or not
    what they were, `gone` the names that are in it no more."""

    since: tuple[ModelRecord, ...]
    changed: tuple[ModelRecord, ...]
    gone: frozenset[str]

    @classmethod
    def between(cls, since: tuple[ModelRecord, ...], models: tuple[ModelRecord, ...]) -> News:
        """Of two lists that have no name twice. Models are the same if they are one object: who
        reads lists hands out what has not changed again."""
        changed, left = _others(models, since), _others(since, models)
        return cls(since, changed, frozenset(map(_name, left)) - frozenset(map(_name, changed)))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One poll's whole answer. `running` None = /api/ps not available (then unknown, not "none").

    `models` keep the server's order; of very many the first are kept, and `left_out` counts the
    rest. `problems` names rows or fields that were unusable. `is_old`: of an earlier run of the
    program; shown until the server answers, and never taken for an answer. `news` spare who has
    the list before a look at thousands that are as they were: see `news_since`.
    """

    server_id: str
    models: tuple[ModelRecord, ...]
    running: tuple[RunningModel, ...] | None
    version: str
    taken_at: datetime
    taken_s: float
    problems: tuple[str, ...] = ()
    left_out: int = 0
    is_old: bool = False
    news: News | None = field(default=None, compare=False, repr=False)

    def news_since(self, models: object) -> News | None:
        """How `models` differ from that very list; None = not known, so look at each."""
        return self.news if self.news is not None and self.news.since is models else None


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """How a server stands now. Emitted when it changes, and with each new retry time.

    `since` is when this state began, `last_answer_at` the time of the last good snapshot,
    `retry_s` the monotonic time of the next try (None while one is under way). `secret` is why
    a WAITING one is not asked.
    """

    server_id: str
    state: ServerState
    since: datetime
    version: str = ""
    error: OllamaError | None = None
    last_answer_at: datetime | None = None
    retry_s: float | None = None
    secret: SecretState = SecretState.NOT_NEEDED

    @property
    def is_online(self) -> bool:
        return self.state is ServerState.ONLINE

    @property
    def is_away(self) -> bool:
        """Whether it is out of reach."""
        return self.state in AWAY


@dataclass(frozen=True, slots=True)
class Poll:
    """What one poll brought: how the server stands now, and its answer (None = no new one).
    `asked` is the address that was asked."""

    status: ServerStatus
    snapshot: Snapshot | None = None
    asked: Endpoint | None = field(default=None, repr=False)
