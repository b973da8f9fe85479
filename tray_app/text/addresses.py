"""Addresses of servers as people know them: "This computer", "nas", "192.168.1.20:11434"."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from tray_app.text.plain import one_line
from tray_app.text.wording import tr

_DEFAULT_PORT = 11434
_SCHEME_PORTS = {"http": 80, "https": 443}
_LABEL_LIMIT = 80


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """An address taken apart for sentences. `label` is never empty."""

    label: str
    host: str
    port: int
    is_local: bool

    @property
    def host_port(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def server_address(label: str, address: str) -> ServerAddress:
    """What can be said of `address`, which may be anything a person typed or "" for here."""
    host, port = _host_and_port(address)
    is_local = is_loopback(host)
    if is_local and host in ("", "0.0.0.0", "::"):  # noqa: S104
        host = "127.0.0.1"
    shown = one_line(label, _LABEL_LIMIT) or (tr("This computer") if is_local else host)
    return ServerAddress(shown, host, port, is_local)


def server_name(label: str, address: str) -> str:
    """The name of a server on screen: its label, else "This computer" or the host."""
    return server_address(label, address).label


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this computer."""
    if host.casefold() in ("", "localhost") or host.casefold().endswith(".localhost"):
        return True
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return False
    return found.is_loopback or found.is_unspecified


def _host_and_port(address: str) -> tuple[str, int]:
    text = address.strip().strip("\"'")
    scheme, separator, rest = text.rpartition("://")
    if not separator:
        scheme, rest = "", text
    if re.fullmatch(r"[0-9a-fA-F.]*:[0-9a-fA-F.]*:[0-9a-fA-F:.]*", rest):
        rest = f"[{rest}]"  # a bare IPv6 address
    default = _SCHEME_PORTS.get(scheme.casefold(), _DEFAULT_PORT)
    try:
        parts = urlsplit(f"//{rest}")
        return one_line(parts.hostname or "", _LABEL_LIMIT), parts.port or default
    except ValueError:
        return one_line(rest, _LABEL_LIMIT), default
