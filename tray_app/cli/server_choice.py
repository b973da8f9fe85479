"""Which server a command line means, and the settings that count in a terminal too.

Reads the settings file without the object that watches and mends it: a verb changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app import text
from tray_app.core.endpoint import Endpoint, shown_address
from tray_app.core.errors import BadAddress, SeveralServers
from tray_app.core.file_failures import reason
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.sign_in import SignIn
from tray_app.jsonfile import BrokenFile, read
from tray_app.paths import paths
from tray_app.settings.servers import (
    HOST_VARIABLE,
    ServerEntry,
    address_of,
    all_servers,
    default_of,
    endpoint_of,
)
from tray_app.settings.values import SettingsValues, from_json

if TYPE_CHECKING:
    from tray_app.cli.arguments import Invocation

_NO_SIGN_IN = SignIn()


@dataclass(frozen=True, slots=True)
class ServerChoice:
    """The server that is meant. `is_default` = it is the one the running program would use.
    `lacks` says what signs in to it and is out of a terminal's reach, "" = nothing. `problem`: its
    address is none, and nothing is asked of `endpoint`."""

    endpoint: Endpoint
    label: str = ""
    server_id: str = "local"
    is_default: bool = True
    sign_in: SignIn = _NO_SIGN_IN
    lacks: str = ""
    problem: BadAddress | None = None

    @property
    def name(self) -> str:
        """As the window calls it: "nas", "This computer"."""
        return text.server_name(self.label, self.endpoint.display)

    @property
    def shown_in_json(self) -> str:
        """What scripts know it by: the same in every language, and good for --server."""
        return self.label or self.endpoint.display

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


def labels(settings: SettingsValues) -> list[str]:
    """What may be written behind --server, in the settings' order."""
    return [entry.label for entry in all_servers(settings.servers) if entry.label]


def choose(
    invocation: Invocation, settings: SettingsValues, environ: Mapping[str, str]
) -> ServerChoice:
    """--server (a label, id or address), else OLLAMA_HOST, else the settings' default. Raises
    BadAddress and SeveralServers.

    Who names a server gets it though it is off; the default is one that is on.
    """
    entries = all_servers(settings.servers)
    default = default_of(entries, settings.default_server)
    if invocation.server:
        entry = _called(entries, invocation.server, environ)
        if entry is not None:
            return _choice(entry, default, endpoint_of(entry, environ))
        endpoint = Endpoint.parse(invocation.server)
    elif environ.get(HOST_VARIABLE, "").strip():
        endpoint = Endpoint.from_environment(environ)
    else:
        return _choice(default, default, endpoint_of(default, environ))
    return _at(endpoint, sorted(entries, key=lambda e: (e.id != default.id, not e.is_on)),
               default, environ)  # fmt: skip


def _choice(entry: ServerEntry, default: ServerEntry, endpoint: Endpoint) -> ServerChoice:
    is_default = entry.id == default.id
    return ServerChoice(endpoint, entry.label, entry.id, is_default, entry.sign_in)


def _called(
    entries: Sequence[ServerEntry], wanted: str, environ: Mapping[str, str]
) -> ServerEntry | None:
    """The server of that name; a label counts before an id. A file that somebody edited may have
    two of one label."""
    name = wanted.casefold()
    found = [entry for entry in entries if entry.label.casefold() == name]
    if len(found) > 1:
        places = tuple(shown_address(address_of(entry, environ)) for entry in found)
        raise SeveralServers(wanted, addresses=places)
    found += [entry for entry in entries if entry.id.casefold() == name]
    return found[0] if found else None


def _at(
    endpoint: Endpoint,
    entries: Sequence[ServerEntry],
    default: ServerEntry,
    environ: Mapping[str, str],
) -> ServerChoice:
    """The first server at that address, with all that is set for it."""
    for entry in entries:
        try:
            known = endpoint_of(entry, environ)
        except BadAddress:  # of another server than the one that is meant
            continue
        if known.netloc == endpoint.netloc and known.url("") == endpoint.url(""):
            found = _choice(entry, default, known)
            if not endpoint.username and not endpoint.password:
                return found
            pair = (endpoint.username, endpoint.password)
            is_same = pair == (known.username, known.password)
            own = replace(known, username=pair[0], password=pair[1])
            return replace(found, endpoint=own, sign_in=_NO_SIGN_IN,
                           is_default=found.is_default and is_same)  # fmt: skip
    return ServerChoice(endpoint.signed_in(environ), is_default=False)
