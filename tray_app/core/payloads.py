"""Payloads of signals that are neither records of a server nor errors: wishes and outcomes.

A wish (`…Wish`, emitted by a `*_requested` signal) says what a person asked for; an outcome says
what became of it. Frozen data only.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.connection_cases import ConnectionCase, connection_case
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.records import ModelKey, Recommendation, ServerState, ServerStatus
from tray_app.core.sign_in import Secrets, SecretState, SignIn, SignInKind

if TYPE_CHECKING:
    from tray_app.core.endpoint import Endpoint
    from tray_app.core.errors import OllamaError
    from tray_app.core.pulls.updates import UpdatePlan
    from tray_app.core.tls import CaFile, OfferedCertificate


class LoginRefusal(StrEnum):
    """Why a desktop's portal did not switch start at login."""

    REFUSED = "refused"  # by the person, now or earlier
    NOT_OFFERED = "not_offered"
    NO_ANSWER = "no_answer"
    NOT_DONE = "not_done"


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Points at one model. `digest` (bare hex) is what a person saw; "" = any."""

    server_id: str
    name: str
    digest: str = ""

    @property
    def key(self) -> ModelKey:
        return (self.server_id, self.name)


@dataclass(frozen=True, slots=True)
class ModelRefs:
    """Several models, in the order they are to be treated."""

    refs: tuple[ModelRef, ...]


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Pull `name` to a server. `old_digest` set = an update of an installed model; with `update`
    it is looked at again right before, and what stands there is done around it."""

    server_id: str
    name: str
    old_digest: str = ""
    update: UpdatePlan | None = None


@dataclass(frozen=True, slots=True)
class PullMove:
    """Move a download to `index` of the whole list's order (0 = first)."""

    id: str
    index: int


@dataclass(frozen=True, slots=True)
class PullOrder:
    """The ids of all downloads in their order."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeleteRequest:
    """Delete these models; each only while its digest is still the one a person saw.
    `loaded` are the names to unload first, `asked` all that were asked for together, on other
    servers too (() = these)."""

    refs: tuple[ModelRef, ...]
    loaded: tuple[str, ...] = ()
    asked: tuple[ModelRef, ...] = ()


@dataclass(frozen=True, slots=True)
class DiskTarget:
    """Look at the disk of a server, for the download `item_id` that waits for space there, or for
    `name`, which would need `missing_bytes` more of it; 0 = for nothing in particular."""

    server_id: str
    item_id: str = ""
    name: str = ""
    missing_bytes: int = 0


@dataclass(frozen=True, slots=True)
class NoteRequest:
    """Keep a note of a model; "" = none."""

    ref: ModelRef
    note: str


@dataclass(frozen=True, slots=True)
class CopyRequest:
    """Copy a model to a new name on the same server."""

    source: ModelRef
    destination: str


@dataclass(frozen=True, slots=True)
class RenameRequest:
    """Give a model another name on its server. `may_unload`: if it is loaded, unload it first."""

    source: ModelRef
    destination: str
    may_unload: bool = False


@dataclass(frozen=True, slots=True)
class CreatePaths:
    """Files of this computer that a person has chosen or dropped, as absolute paths."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """Update these models, each only while its digest is still the one a person saw. `keep_days`:
    how long their old versions are kept, 0 = they are not; `loads_again`: what is loaded now is
    loaded again afterwards."""

    refs: tuple[ModelRef, ...]
    keep_days: int = 0
    loads_again: bool = False


@dataclass(frozen=True, slots=True)
class GoBackRequest:
    """Make `name` what a kept version is; it is pinned then, so that it stays."""

    backup: ModelRef
    name: str


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """After an update: let a copy of the old version, `copy`, be what `updated` is now. Each only
    while its digest is the one given."""

    copy: ModelRef
    updated: ModelRef


@dataclass(frozen=True, slots=True)
class MoveOutcome:
    """What became of it: `is_moved` False = it had changed meanwhile, so it was left alone."""

    request: MoveRequest
    is_moved: bool


KEEP_FOREVER_S = -1
"""The `keep_alive_s` of a model that stays until somebody unloads it."""


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """Load a model or change how long it stays. `keep_alive_s` None = the server's default,
    negative = until unloaded. `context_length` is passed on so that a loaded runner is kept."""

    ref: ModelRef
    keep_alive_s: int | None = None
    context_length: int | None = None


class Verb(StrEnum):
    """What was tried; names follow Ollama's own verbs, where it has one."""

    SHOW = "show"
    PULL = "pull"
    DELETE = "delete"
    COPY = "copy"
    RENAME = "rename"
    CREATE = "create"
    LOAD = "load"
    UNLOAD = "unload"
    STOP = "stop"  # give up a load that is under way
    GO_BACK = "go_back"
    MOVE = "move"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Failure:
    """`verb` on `ref` failed with `error`."""

    verb: Verb
    ref: ModelRef
    error: OllamaError


@dataclass(frozen=True, slots=True)
class DeleteOutcome:
    """What became of a DeleteRequest: each ref is in exactly one of the three. `gone`: somebody
    else had deleted them. `asked` is that of the request: each server tells for itself."""

    deleted: tuple[ModelRef, ...]
    failures: tuple[Failure, ...]
    gone: tuple[ModelRef, ...] = ()
    asked: tuple[ModelRef, ...] = ()

    @property
    def is_mixed(self) -> bool:
        """Whether it is the part of one server of what was asked for on several."""
        return len({ref.server_id for ref in self.asked}) > 1


@dataclass(frozen=True, slots=True)
class BusyModel:
    """A model something is being done to; `verb` None = nothing any more."""

    ref: ModelRef
    verb: Verb | None


@dataclass(frozen=True, slots=True)
class ServerDraft:
    """A server as a form has it, to be tried: nothing of it need be saved yet.

    `number` tells one question from another. `secrets` are what was typed; `kept` names those that
    were left as they are: SignInKind.TOKEN, SignInKind.PASSWORD or names of headers.
    """

    number: int
    server_id: str
    endpoint: Endpoint
    sign_in: SignIn = field(default_factory=SignIn)
    secrets: Secrets = field(default_factory=Secrets, repr=False)
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServerTest:
    """Outcome of trying a draft. `error` None = it is an Ollama server that answers.

    `sent` is what signed in. `offer` is an address that would do instead, `certificate` what
    the server showed that is not trusted.
    """

    number: int
    endpoint: Endpoint
    version: str = ""
    model_count: int = 0
    running_count: int | None = 0  # None = not told
    elapsed_s: float = 0.0
    error: OllamaError | None = None
    sent: SignInKind = SignInKind.NONE
    offer: str = ""
    certificate: OfferedCertificate | None = None

    @property
    def case(self) -> ConnectionCase:
        return connection_case(self.error, self.version)


class StartKind(StrEnum):
    """How a server that does not answer is brought back."""

    SERVICE = "service"  # the system's service manager is asked
    APP = "app"  # Ollama's own app is opened
    WAKE = "wake"  # its computer sleeps, and gets a packet that wakes it

    @property
    def usual_s(self) -> float:
        """So long its first answer may take; then it is said that there is none."""
        return _USUAL_S[self]


_USUAL_S = {StartKind.SERVICE: 30.0, StartKind.APP: 90.0, StartKind.WAKE: 180.0}


class LocalOllama(StrEnum):
    """What this computer has of Ollama, where a server on it does not answer."""

    ABSENT = "absent"
    BY_HAND = "by_hand"  # installed without a service or an app
    STARTABLE = "startable"
    HIDDEN = "hidden"  # our sandbox hides it from us


class StartPhase(StrEnum):
    """How far that is."""

    WAITING = "waiting"  # asked; it ends with the first answer of the server
    FAILED = "failed"  # it ended again
    NOT_ALLOWED = "not_allowed"
    NO_ANSWER = "no_answer"  # not in time
    NO_SERVICE = "no_service"  # nothing here that could be asked
    PORT_TAKEN = "port_taken"


@dataclass(frozen=True, slots=True)
class ServerStart:
    """A server that a person wants back. `began_s` is of the monotonic clock, `patience_s` how long
    its first answer is waited for, `lasted_s` how long it took until it had failed. `service` is
    its unit, `details` what the system said; `sandbox` is what keeps us from asking, "Flatpak"."""

    server_id: str
    kind: StartKind
    phase: StartPhase
    began_s: float
    patience_s: float
    service: str = ""
    details: str = ""
    lasted_s: float = 0.0
    sandbox: str = ""

    @property
    def is_waiting(self) -> bool:
        return self.phase is StartPhase.WAITING


_SILENT = frozenset({ServerState.CONNECTING, ServerState.OFFLINE, ServerState.STARTING})


def is_starting(status: ServerStatus | None, start: ServerStart | None) -> bool:
    """Whether a server is on its way back: somebody brings it, and nothing answers there yet."""
    is_silent = status is None or status.state in _SILENT
    return is_silent and start is not None and start.phase is StartPhase.WAITING


def seen_state(status: ServerStatus | None, start: ServerStart | None = None) -> ServerState:
    """How a server stands as a person sees it: one that is on its way back is starting."""
    if is_starting(status, start):
        return ServerState.STARTING
    return ServerState.CONNECTING if status is None else status.state


@dataclass(frozen=True, slots=True)
class SecretsGiven:
    """What a person typed to sign in to a server: into the keyring, and nowhere else. `kept` as in
    ServerDraft."""

    server_id: str
    secrets: Secrets = field(repr=False)
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecretsKept:
    """What became of it: the secrets of a server count, and are KEPT, UNTIL_QUIT or REFUSED."""

    server_id: str
    state: SecretState


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """What stands on the way to `endpoint`: what its CA file holds, and the proxy that the system's
    settings mean for it ("" = none); and the folder of models that was found here for it."""

    endpoint: Endpoint
    ca_file: CaFile | None = None
    proxy: str = ""
    models_folder: str = ""


@dataclass(frozen=True, slots=True)
class OtherAddress:
    """A server at another address, for a person to look at before it is saved."""

    server_id: str
    address: str


@dataclass(frozen=True, slots=True)
class ServerRemoval:
    """Remove a server: `drops_downloads` = its unfinished ones too, else it goes after them."""

    server_id: str
    drops_downloads: bool = False


@dataclass(frozen=True, slots=True)
class Recommendations:
    """The server's suggestions for an empty list; may be empty. `is_cloud_off`: no model of the
    cloud can run there."""

    server_id: str
    rows: tuple[Recommendation, ...]
    is_cloud_off: bool = False


@dataclass(frozen=True, slots=True)
class Crashes:
    """What nobody caught since the program started: one traceback for each place where something
    failed, as far as they are kept, and how often something did altogether."""

    traces: tuple[str, ...] = ()
    count: int = 0

    def since(self, before: Crashes) -> Crashes:
        """What has come since it was as `before`."""
        return Crashes(self.traces[len(before.traces) :], self.count - before.count)
