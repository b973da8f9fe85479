"""ServerEntry: a server as it stands in the settings. No secret does."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from tray_app.core.endpoint import SYSTEM_PROXY, Access, Endpoint, has_password
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.sign_in import (
    Header,
    Secrets,
    SignIn,
    SignInKind,
    header_fault,
    request_headers,
)
from tray_app.core.wake import hardware_address
from tray_app.settings.checks import BadValue, choice, flag, listed, text

LOCAL = "local"
"""The id of the server that Ollama's own tools would use; it is always there."""
BESIDE_LOCAL = "environment"
"""The id of that server where LOCAL was given another address, which is kept."""
DEFAULT_ADDRESS = "127.0.0.1:11434"
HOST_VARIABLE = "OLLAMA_HOST"


_NO_SIGN_IN = SignIn()


@dataclass(frozen=True, slots=True)
class ServerEntry:
    """A server that a person set up. `address` is as typed; `label` "" = named by its address.

    `proxy` is SYSTEM_PROXY, NO_PROXY or the address of one. `models_folder` is where this computer
    sees the server's models, "" = where Ollama keeps them. `is_leaving`: it is removed as soon as
    its downloads are over.
    """

    id: str
    label: str = ""
    address: str = ""
    is_on: bool = True
    is_in_all: bool = True
    sign_in: SignIn = _NO_SIGN_IN
    ca_file: str = ""
    proxy: str = SYSTEM_PROXY
    mac: str = ""
    broadcast: str = ""
    models_folder: str = ""
    is_leaving: bool = False

    @property
    def is_given(self) -> bool:
        """Its address is what Ollama's own tools would use, and cannot be changed here."""
        return self.id == BESIDE_LOCAL or (self.id == LOCAL and not self.address)


_DEFAULT = ServerEntry("")
_MAX_ID = 1000  # as in the files of downloads
_ALWAYS = ("id", "label", "address")
_TEXTS = ("label", "address", "ca_file", "proxy", "broadcast", "models_folder")


def all_servers(stored: Iterable[ServerEntry]) -> tuple[ServerEntry, ...]:
    """The servers there are: those that are set up, and the one that Ollama's own tools would use.
    Who had set up others before there could be several does not find it switched on. One is on,
    whatever a file says."""
    found = tuple(stored)
    if not any(entry.is_given for entry in found):
        is_taken = any(entry.id == LOCAL for entry in found)
        found = (ServerEntry(BESIDE_LOCAL if is_taken else LOCAL, is_on=not found), *found)
    if not any(entry.is_on for entry in found):
        found = (replace(found[0], is_on=True), *found[1:])
    return found


def servers_used(entries: tuple[ServerEntry, ...]) -> tuple[ServerEntry, ...]:
    """Those that are on; of `all_servers` at least one is."""
    return tuple(entry for entry in entries if entry.is_on)


def default_of(entries: tuple[ServerEntry, ...], wanted: str) -> ServerEntry:
    """The one that is meant where none is named: that of the id `wanted`, if it is on."""
    used = servers_used(entries)
    return next((entry for entry in used if entry.id == wanted), used[0])


def address_of(entry: ServerEntry, environ: Mapping[str, str]) -> str:
    """Where the server is, as typed."""
    if not entry.is_given:
        return entry.address
    return environ.get(HOST_VARIABLE, "").strip() or DEFAULT_ADDRESS


def endpoint_of(
    entry: ServerEntry, environ: Mapping[str, str], secret_headers: Mapping[str, str] | None = None
) -> Endpoint:
    """Where and how the server is reached. Raises BadAddress.

    `secret_headers` is what the keyring had for it; without, only what is no secret is sent.
    """
    headers: tuple[tuple[str, str], ...] = ()
    if secret_headers is not None:
        headers = tuple(secret_headers.items())
    elif entry.sign_in.kind is SignInKind.HEADERS and not entry.sign_in.needs_secret:
        headers = tuple(request_headers(entry.sign_in, Secrets()).items())
    access = Access(headers, entry.ca_file, entry.proxy)
    return Endpoint.parse(address_of(entry, environ)).signed_in(environ).with_access(access)


def server(value: Any) -> ServerEntry:
    """One entry of the list in the file, or an entry again. Raises BadValue."""
    if isinstance(value, ServerEntry):
        value = entry_to_json(value)
    if not isinstance(value, Mapping):
        raise BadValue("servers with id, label and address")
    found = ServerEntry(
        id=text(value.get("id")),
        is_on=flag(value.get("is_on", True)),
        is_in_all=flag(value.get("is_in_all", True)),
        is_leaving=flag(value.get("is_leaving", False)),
        sign_in=_sign_in(value.get("sign_in", {})),
        mac=_mac(value.get("mac", "")),
        **{name: text(value.get(name, getattr(_DEFAULT, name))) for name in _TEXTS},
    )
    if not 0 < len(found.id) <= _MAX_ID:
        raise BadValue(f"servers with an id of at most {_MAX_ID} characters")
    if has_password(found.address) or has_password(found.proxy):
        raise BadValue("an address without a password")
    return found


def servers(value: Any) -> tuple[ServerEntry, ...]:
    """All of them, however many. Raises BadValue."""
    if not isinstance(value, list | tuple):
        raise BadValue("a list")
    found = tuple(map(server, value))
    if len({entry.id for entry in found}) < len(found):
        raise BadValue("servers with different ids")
    return found


def server_ids(value: Any) -> tuple[str, ...]:
    """Ids of servers, however many. Raises BadValue."""
    if not isinstance(value, list | tuple):
        raise BadValue("a list")
    return tuple(map(text, value))


def usable_servers(value: Any) -> tuple[ServerEntry, ...]:
    """One wrong entry does not take the others with it."""
    items = value if isinstance(value, list) else []
    return tuple(entry for _, entry in _read(items) if entry is not None)


def servers_to_json(entries: tuple[ServerEntry, ...], old: Any) -> list[Any]:
    """For the file. What stands in `old`, the list that was there, and is not ours stays."""
    before = _read(old if isinstance(old, list) else [])
    items = {entry.id: item for item, entry in before if entry is not None}
    # What a person wrote and we cannot read is not ours to delete.
    unusable = [item for item, entry in before if entry is None]
    return [*(_kept(entry, items.get(entry.id, {})) for entry in entries), *unusable]


def entry_to_json(entry: ServerEntry) -> dict[str, Any]:
    """Only what differs from the defaults, and what says which one it is."""
    found = {
        field.name: getattr(entry, field.name)
        for field in fields(entry)
        if field.name in _ALWAYS or getattr(entry, field.name) != getattr(_DEFAULT, field.name)
    }
    if "sign_in" in found:
        found["sign_in"] = _sign_in_to_json(entry.sign_in)
    return found


def _kept(entry: ServerEntry, before: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(entry)}
    foreign = {key: value for key, value in before.items() if key not in names}
    return {**entry_to_json(entry), **foreign}


def _read(items: list[Any]) -> list[tuple[Any, ServerEntry | None]]:
    """Each with the server that it is, None = it cannot be read. Who copies one in the file may
    leave its id: the copy is a server too, and gets one of its own, the same each time."""
    found: list[tuple[Any, ServerEntry | None]] = []
    ids = (item.get("id") for item in items if isinstance(item, dict))
    given = {each for each in ids if isinstance(each, str)}
    taken: set[str] = set()
    for item in items:
        try:
            entry = server(item)
        except BadValue:
            found.append((item, None))
            continue
        if entry.id in taken:
            entry = replace(entry, id=_free_id(entry.id, given | taken))
        taken.add(entry.id)
        found.append((item, entry))
    return found


def _free_id(like: str, taken: Collection[str]) -> str:
    names = (f"{like[: _MAX_ID - 10]}-{number}" for number in itertools.count(2))
    return next(name for name in names if name not in taken)


def _sign_in(value: Any) -> SignIn:
    if not isinstance(value, Mapping):
        raise BadValue("a sign-in with its kind")
    kind = SignInKind(choice(*SignInKind)(value.get("kind", SignInKind.NONE.value)))
    headers = tuple(map(_header, listed(value.get("headers", []))))
    for index in range(len(headers)):
        fault = header_fault(headers, index)
        if fault is not None:
            raise BadValue(f"headers that can be sent, not one with the fault “{fault}”")
    return SignIn(kind, text(value.get("username", "")), headers)


def _header(value: Any) -> Header:
    if not isinstance(value, Mapping):
        raise BadValue("headers with name, value and is_secret")
    is_secret = flag(value.get("is_secret", True))
    # A secret that somebody wrote into the file is not taken from there.
    return Header(text(value.get("name")), "" if is_secret else text(value.get("value", "")),
                  is_secret)  # fmt: skip


def _sign_in_to_json(sign_in: SignIn) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": sign_in.kind.value}
    if sign_in.username:
        found["username"] = sign_in.username
    if sign_in.headers:
        found["headers"] = [
            {"name": header.name, "is_secret": True}
            if header.is_secret
            else {"name": header.name, "value": header.value, "is_secret": False}
            for header in sign_in.headers
        ]
    return found


def _mac(value: Any) -> str:
    if text(value) and hardware_address(value) is None:
        raise BadValue("a hardware address like 3c:7c:3f:1a:2b:4d")
    return str(value)
