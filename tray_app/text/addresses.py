"""Addresses of servers as people know them: "This computer", "nas", "192.168.1.20:11434"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from tray_app.core.endpoint import (
    address_fault,
    dialable,
    is_loopback,
    shown_address,
    split_address,
)
from tray_app.core.errors import AddressFault
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text.plain import one_line
from tray_app.text.wording import fill, tr

_LABEL_LIMIT = 80


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """An address taken apart for sentences. `label` is never empty."""

    label: str
    host: str
    port: int
    is_local: bool
    scheme: str = "http"
    path: str = ""

    @property
    def host_port(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def with_sign_in(self) -> str:
        """How the address is written with a name and a password."""
        return f"{self.scheme}://name:password@{self.host_port}{self.path}"


def server_address(label: str, address: str) -> ServerAddress:
    """What can be said of `address`, which may be anything a person typed or "" for here."""
    # Every look at the window names its servers. What signs in is kept nowhere.
    found = _read(address) if "@" in address else _known(address)
    shown = one_line(label, _LABEL_LIMIT) or (tr("This computer") if found.is_local else found.host)
    return replace(found, label=shown)


def _read(address: str) -> ServerAddress:
    """All but the label."""
    parts = split_address(shown_address(address))
    host, port = parts.host.lower(), parts.port_number
    if port is None and parts.port.isdecimal():  # else it may be a password without its host
        host = f"{host}:{parts.port}"
    host = one_line(dialable(host), _LABEL_LIMIT)
    is_local = is_loopback(host)
    scheme = parts.scheme.casefold() or ("https" if parts.is_ollama_com else "http")
    path = parts.path.strip("/")
    return ServerAddress(
        "",
        host,
        port or parts.default_port,
        is_local,
        one_line(scheme, _LABEL_LIMIT),
        one_line(f"/{path}", _LABEL_LIMIT) if path else "",
    )


_known = lru_cache(maxsize=64)(_read)


def server_name(label: str, address: str) -> str:
    """The name of a server on screen: its label, else "This computer" or the host."""
    return server_address(label, address).label


def address_problem(address: str) -> str:
    """What is wrong with a typed address, "" when it may be one."""
    fault = address_fault(address)
    return "" if fault is None else fault_problem(fault, address)


def fault_problem(fault: AddressFault, address: str) -> str:
    """What is wrong with a text that is no address."""
    if fault is AddressFault.HOST:
        text = tr("“{text}” isn’t the address of a server.")
        return fill(text, text=one_line(shown_address(address), _LABEL_LIMIT))
    return _PROBLEMS[fault]()


def port_note() -> str:
    """Which port counts where none is written."""
    return tr("Without a port, 11434 is used; with http:// it is 80, with https:// 443.")


def ambiguous_address() -> str:
    """Why an address with such a password is refused; does not repeat it."""
    return tr(
        "It isn’t clear where the password ends. In names and passwords, write %2F for /, "
        "%3F for ? and %23 for #."
    )


_PROBLEMS: dict[AddressFault, Callable[[], str]] = {
    AddressFault.EMPTY: lambda: tr("Type an address, like 127.0.0.1:11434."),
    AddressFault.SPACE: lambda: tr("An address can’t contain a space."),
    AddressFault.SCHEME: lambda: tr("An address starts with http:// or https://, or with neither."),
    AddressFault.PASSWORD: lambda: tr(
        "Leave the password out: it would be written to the settings file."
    ),
    AddressFault.AMBIGUOUS: ambiguous_address,
    AddressFault.NO_HOST: lambda: tr("The name of the computer is missing."),
    AddressFault.BRACKETS: lambda: tr("A bracket is missing, as in [::1]:11434."),
    AddressFault.PORT: lambda: tr("A port is a number from 1 to 65535."),
}
