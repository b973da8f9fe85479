"""What a look at the whole program asks and finds: versions, servers, folders, past errors …

Facts only; the words are in `tray_app.text`, the looking is in `tray_app.diagnosis`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import OllamaError


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
    """One server to be asked. `label` "" = it has none."""

    endpoint: Endpoint
    label: str = ""
    server_id: str = "local"
    is_default: bool = True


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """One server, asked just now. `error` None = it answers."""

    label: str
    address: str
    is_default: bool = True
    is_installed: bool | None = None
    version: str = ""
    answered_s: float | None = None
    models: int | None = None
    error: OllamaError | None = None
    clock_ahead_s: float | None = None
    """How far the server's clock is ahead of ours; None = it does not tell."""
    open_at: str = ""
    """Where in the network it answers without a sign-in, though it is this computer's own."""
    sends_secrets_in_clear: bool = False
    odd_sources: tuple[str, ...] = ()
    """Models that were pulled from a bare address instead of a registry with a name."""


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

    @property
    def has_tray(self) -> bool | None:
        """What the running program sees counts for more than what the bus says."""
        return self.desktop.has_tray if self.instance.has_tray is None else self.instance.has_tray
