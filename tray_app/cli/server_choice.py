"""Which server a command line means, and the settings that count in a terminal too.

Reads the settings file without the object that watches and mends it: a verb changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tray_app import text
from tray_app.cli.arguments import Invocation
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import BadAddress
from tray_app.core.file_failures import reason
from tray_app.jsonfile import BrokenFile, read
from tray_app.paths import paths
from tray_app.settings.servers import ServerEntry, endpoint_of
from tray_app.settings.values import SettingsValues, from_json


@dataclass(frozen=True, slots=True)
class ServerChoice:
    """The server that is meant. `is_default` = it is the one the running program would use."""

    endpoint: Endpoint
    label: str = ""
    server_id: str = "local"
    is_default: bool = True

    @property
    def name(self) -> str:
        """As the window calls it: "nas", "This computer"."""
        return text.server_name(self.label, self.endpoint.display)

    @property
    def is_installed(self) -> bool | None:
        """Whether Ollama is installed here; None when the server is elsewhere."""
        from tray_app.ollama.local_store import is_installed  # only when a server does not answer

        return is_installed() if self.endpoint.is_loopback else None


def load_settings(data_dir: Path | None) -> tuple[SettingsValues, str]:
    """The settings and what is wrong with their file ("" = nothing)."""
    file = paths(data_dir).settings_file
    try:
        values, problems = from_json(read(file))
    except BrokenFile as error:
        return SettingsValues(), str(error)
    except OSError as error:
        return SettingsValues(), f"{file}: {reason(error)}"
    return values, "; ".join(problems)


def choose(
    invocation: Invocation, settings: SettingsValues, environ: Mapping[str, str]
) -> ServerChoice:
    """--server (an address, or a label or id of the settings), else OLLAMA_HOST, else the
    settings' default. Raises BadAddress."""
    entry = next((found for found in settings.servers if _is_called(found, invocation)), None)
    if entry is not None:
        chosen = ServerChoice(endpoint_of(entry, environ), entry.label, entry.id)
    elif invocation.server:
        chosen = ServerChoice(Endpoint.parse(invocation.server))
    elif environ.get("OLLAMA_HOST", "").strip():
        chosen = ServerChoice(Endpoint.from_environment(environ))
    else:
        return _default(settings, environ)
    try:
        default = _default(settings, environ)
    except BadAddress:  # of another server than the one that is meant
        return replace(chosen, is_default=False)
    endpoint = chosen.endpoint.signed_in(environ)
    if endpoint == default.endpoint:
        return default
    return replace(chosen, endpoint=endpoint, is_default=False)


def _default(settings: SettingsValues, environ: Mapping[str, str]) -> ServerChoice:
    if not settings.servers:
        return ServerChoice(Endpoint.from_environment(environ))
    entry = next(
        (found for found in settings.servers if found.id == settings.default_server),
        settings.servers[0],
    )
    return ServerChoice(endpoint_of(entry, environ), entry.label, entry.id)


def _is_called(entry: ServerEntry, invocation: Invocation) -> bool:
    wanted = invocation.server.casefold()
    return bool(wanted) and wanted in (entry.label.casefold(), entry.id.casefold())
