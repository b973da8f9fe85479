"""What a look at the whole program asks and finds: versions, servers, folders, past errors …

Facts only; the words are in `tray_app.text`, the looking is in `tray_app.diagnosis`.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.sign_in import SecretState, SignInKind

if TYPE_CHECKING:
    from tray_app.core.endpoint import Endpoint
    from tray_app.core.errors import OllamaError
    from tray_app.core.releases import Release


@dataclass(frozen=True, slots=True)
class Versions:
    """Of the program and of what it stands on; "" = not known."""

    program: str
    python: str
    qt: str
    pyside: str
    requests: str
    system: str
    machine: str
    form: str  # "source", "package", "frozen", …
    qt_problem: str = ""  # why Qt can't be loaded, as the system's loader or Python says it


@dataclass(frozen=True, slots=True)
class DesktopFacts:
    """What the desktop offers. None and "" = not known, or not asked for on this system.

    `platform` is Qt's plugin, known only where there is a window. `problem` says why the session
    bus could not be asked.
    """

    desktop: str = ""
    session: str = ""
    platform: str = ""
    has_tray: bool | None = None
    has_notifier: bool | None = None
    notifier: str = ""
    abilities: tuple[str, ...] = ()
    problem: str = ""
    autostart: bool | None = None


@dataclass(frozen=True, slots=True)
class ServerTarget:
    """One server to be asked. `label` "" = it has none.

    `endpoint` None = it cannot be asked: its address is none (`error`), or what signs in to it is
    not there (`secret`); `address` is then what is known of it. `models_folder` is where this
    computer sees its models, "" = where Ollama keeps them.
    """

    endpoint: Endpoint | None
    label: str = ""
    server_id: str = "local"
    is_default: bool = True
    address: str = ""
    needs_secret: bool = False
    sign_in: SignInKind = SignInKind.NONE
    secret: SecretState = SecretState.NOT_NEEDED
    is_secret_unread: bool = False
    """Whoever asks does not read the keyring."""
    error: OllamaError | None = None
    models_folder: str = ""
    can_wake: bool = False
    is_given: bool = False
    """Its address comes from the environment and cannot be changed here."""

    @property
    def place(self) -> str:
        """Where it is, as people see it."""
        return self.endpoint.display if self.endpoint is not None else self.address

    @property
    def is_local(self) -> bool:
        """Whether it is on this computer."""
        return self.endpoint is not None and self.endpoint.is_loopback


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """A server's models folder as this computer sees it. `folder` "" = it is not seen.

    `strays` are files that are no manifests where only those may lie, `damaged` the names of
    models whose manifest cannot be read, `emptied` those of them whose has no byte. Both stop
    Ollama from cleaning up, and so does `no_prune`: the place where OLLAMA_NOPRUNE is set.
    """

    folder: str = ""
    problem: str = ""
    free_bytes: int | None = None
    strays: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    emptied: frozenset[str] = frozenset()
    no_prune: str = ""


@dataclass(frozen=True, slots=True)
class InstallFacts:
    """What can be seen of how this computer got its Ollama; paths are "" where there is none."""

    platform: str = ""
    program: str = ""
    """The program with all links followed."""
    has_app: bool = False
    container_tool: str = ""
    """"docker" or "podman"."""


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """One server, asked just now. `error` None = it answers."""

    label: str
    address: str
    server_id: str = "local"
    is_default: bool = True
    is_local: bool = False
    is_installed: bool | None = None
    version: str = ""
    answered_s: float | None = None
    models: int | None = None
    error: OllamaError | None = None
    clock_ahead_s: float | None = None
    """How far the server's clock is ahead of ours; None = it does not tell."""
    open_at: str = ""
    """Where in the network it answers without a sign-in, though it is this computer's own."""
    is_encrypted: bool = False
    is_signed_in: bool = False
    """Whether something that signs in goes with every request."""
    sends_secrets_in_clear: bool = False
    odd_sources: tuple[str, ...] = ()
    """Models that were pulled from a bare address instead of a registry with a name."""
    host: str = ""
    own_address: str = ""
    """The same server by its IP address, where it was asked by a name; "" = not known."""
    sent_headers: tuple[str, ...] = ()
    """The names of the headers that signed in."""
    can_wake: bool = False
    is_given: bool = False
    sign_in: SignInKind = SignInKind.NONE
    secret: SecretState = SecretState.NOT_NEEDED
    is_secret_unread: bool = False
    is_asked: bool = True
    """False = what signs in is not there, so nothing was sent."""
    store: StoreFacts | None = None
    install: InstallFacts | None = None
    newest: str = ""
    """The newest Ollama there is; "" = not known, or not to be asked for."""


class FolderKind(StrEnum):
    """What a folder is for."""

    SETTINGS = "settings"
    DOWNLOADS = "downloads"
    LOG = "log"
    MODELS = "models"


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """`free_bytes` on its disk. The models' folder belongs to the server: we need not write it."""

    kind: FolderKind
    path: str
    free_bytes: int | None = None
    is_writable: bool = True


class InstanceState(StrEnum):
    """Whether the program runs."""

    RUNNING = "running"
    NOT_RUNNING = "not_running"
    SILENT = "silent"  # runs, and does not answer


@dataclass(frozen=True, slots=True)
class InstanceFacts:
    """The running program, as it describes itself."""

    state: InstanceState = InstanceState.NOT_RUNNING
    version: str = ""
    has_tray: bool | None = None
    downloads: int | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything together. `settings` are those that are not at their default; `proxy` is what
    requests to ollama.com go through, "" for none; `local_proxy` what other programs would go
    through to this very computer."""

    versions: Versions
    desktop: DesktopFacts = field(default_factory=DesktopFacts)
    servers: tuple[ServerFacts, ...] = ()
    folders: tuple[FolderFacts, ...] = ()
    instance: InstanceFacts = field(default_factory=InstanceFacts)
    settings: tuple[tuple[str, str], ...] = ()
    settings_problem: str = ""
    errors: tuple[str, ...] = ()
    proxy: str = ""
    local_proxy: str = ""
    registry_error: OllamaError | None = None
    newer: Release | None = None
    """A newer Ollama Tray, if one is known of."""
    private: tuple[tuple[str, str], ...] = ()
    """What a report for others does not repeat, each with what stands in its place."""

    @property
    def has_tray(self) -> bool | None:
        """What the running program sees counts for more than what the bus says."""
        return self.desktop.has_tray if self.instance.has_tray is None else self.instance.has_tray
