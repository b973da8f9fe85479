"""Endpoint: the address of an Ollama server, read as Ollama itself reads OLLAMA_HOST.

The only parser of addresses: what is said of one, or may be kept of it, is asked here too. The
rules are those of `envconfig.Host()` and `ConnectableHost()` in Ollama's source; what goes beyond
them (names and passwords, unspecified addresses, the ends of pasted URLs) is said where it
happens. Where Ollama takes its default for what is wrong, an address is refused here: another
server than the one that was meant must not be asked.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import field, replace
from typing import NamedTuple
from urllib.parse import quote, unquote

from tray_app.core.errors import AddressFault, BadAddress
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.redaction import redacted

DEFAULT_PORT = 11434
SYSTEM_PROXY, NO_PROXY = "system", "none"
_VARIABLE = "OLLAMA_HOST"
_SCHEME_PORTS = {"http": 80, "https": 443}
_ILLEGAL = lazy_pattern(r"[\s\x00-\x20\x7f<>\"'`\\^{}|?#/@\[\]!$&()*+,;=~]")
_MISTYPED_SCHEME = lazy_pattern(r"(?i)https?(?:/+|:(?![0-9]+(?:/|$)))")
_NUMBER = lazy_pattern(r"[+-]?[0-9]{1,10}")
_QUERY = lazy_pattern(r"([?#]).+", re.DOTALL)
# The ends of URLs that other programs want, or that their users paste: calls, not addresses.
_CALL = lazy_pattern(
    r"(?i)/+(?:api|v1)(?:/+(?:tags|ps|show|version|chat|generate|embed|embeddings|pull|push|create"
    r"|copy|delete|status|me|user|signin|signout|web_search|web_fetch|blobs|models|completions"
    r"|responses|messages|images|audio|files|moderations|rerank|experimental)"
    r"(?:/.*)?)?/*$"
)


class AddressParts(NamedTuple):
    """An address taken apart, each part as it was typed and "" where it is left out. An IPv6
    address in `host` has no brackets; names and passwords are still quoted."""

    scheme: str
    username: str
    password: str
    host: str
    port: str
    path: str

    @property
    def default_port(self) -> int:
        """The port that counts without one, as Ollama has it."""
        if self.is_ollama_com:
            return 443
        return _SCHEME_PORTS.get(self.scheme.casefold(), DEFAULT_PORT)

    @property
    def port_number(self) -> int | None:
        """None where there is none, or what is there cannot be one."""
        port = int(self.port) if _NUMBER.fullmatch(self.port) else 0
        return port if 0 < port <= 65535 else None

    @property
    def is_ambiguous(self) -> bool:
        """Whether other programs would find another host in it, and send a password there."""
        return any(mark in part for part in (self.username, self.password) for mark in "/?#")

    @property
    def is_ollama_com(self) -> bool:
        """Whether it is the one name that means https without saying so."""
        return self == ("", "", "", "ollama.com", "", "")


def split_address(address: str) -> AddressParts:
    """The parts of a text that may be an address. Never fails; judges nothing."""
    scheme, _, rest = _split_scheme(address)
    # Ollama knows no names and passwords here; reverse proxies in front of it do. The last "@"
    # ends them, as a person means it: the first "/" may be in the password, and what is before
    # it is no host then.
    user, _, rest = rest.rpartition("@")
    place, _, path = rest.partition("/")
    username, _, password = user.partition(":")
    split = _split_host_port(place)
    if split is None:
        bare = place[1:-1] if place.startswith("[") and place.endswith("]") else place
        split = bare if _is_ip(bare) else place, ""
    return AddressParts(scheme, username, password, *split, path)


def shown_address(address: str) -> str:
    """A text that may be an address as it may be shown, logged and stored: as typed, without name
    and password, and without what is behind a "?"."""
    scheme, separator, rest = _split_scheme(address)
    return redacted(scheme + separator + _QUERY.sub(r"\1…", rest.rpartition("@")[2]))


def without_query(address: str) -> str:
    """A text that may be an address without what is behind its "?" or "#": no request has that,
    and it may be a secret."""
    if split_address(address).is_ambiguous:
        return address
    return re.split(r"[?#]", address, maxsplit=1)[0]


def has_password(address: str) -> bool:
    """Whether an address carries a secret, which a settings file must not hold."""
    return bool(split_address(address).password)


def address_fault(address: str) -> AddressFault | None:
    """What is wrong with an address to be kept; None when it may be one."""
    if not _trimmed(address):
        return AddressFault.EMPTY
    if has_password(address):
        return AddressFault.PASSWORD
    try:
        Endpoint.parse(address)
    except BadAddress as error:
        return error.fault
    return None


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this computer; "" and unspecified addresses do."""
    name = host.casefold().rstrip(".")
    if name in ("", "localhost") or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified


def is_local_address(address: str) -> bool:
    """Whether an address, as typed or stored, is one of this computer."""
    return is_loopback(dialable(split_address(shown_address(address)).host))


def dialable(host: str) -> str:
    """`host`, or loopback for "" and unspecified addresses: a server listens there, but a client
    cannot dial them on every system."""
    if not host:
        return "127.0.0.1"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "::1"
    return str(address)


@dataclass(frozen=True, slots=True)
class Access:
    """What it takes to get to a server, beside its address.

    `headers` go with every request to its origin and to no other; `ca_file` holds certificates
    that are trusted beside the system's; `proxy` is SYSTEM_PROXY, NO_PROXY or the address of one.
    """

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    ca_file: str = ""
    proxy: str = field(default=SYSTEM_PROXY, repr=False)


_NOTHING_MORE = Access()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where requests go. `path` is "" or starts with "/" and never ends with one.

    `username` and `password` (plain, "" = none) are kept out of `display`, `str()` and `repr()`.
    """

    scheme: str = "http"
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    path: str = ""
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    access: Access = _NOTHING_MORE

    @classmethod
    def parse(cls, text: str) -> Endpoint:
        """Read an address as OLLAMA_HOST is read; "" gives 127.0.0.1:11434.

        `0.0.0.0` and `::` become loopback, and the path of a call (`/v1`, `/api/tags`) is left
        out. Raises BadAddress for whatever is wrong, also where Ollama would take a default.
        """
        parts = split_address(text)
        shown = shown_address(text)
        if parts.is_ambiguous:
            raise BadAddress(shown, fault=AddressFault.AMBIGUOUS)
        scheme = parts.scheme.casefold() or ("https" if parts.is_ollama_com else "http")
        if scheme not in _SCHEME_PORTS:
            raise BadAddress(shown, shown_address(scheme), AddressFault.SCHEME)
        if _MISTYPED_SCHEME.match(shown.partition("://")[2] if parts.scheme else shown):
            raise BadAddress(shown, fault=AddressFault.SCHEME)
        if not parts.host and not parts.port and _trimmed(text):
            raise BadAddress(shown, fault=AddressFault.NO_HOST)
        _check_port(parts)
        host = _checked_host(shown, dialable(parts.host))
        if _has_odd(parts.path):
            raise BadAddress(shown, shown_address(parts.path), AddressFault.SPACE)
        return cls(
            scheme,
            host,
            parts.port_number or parts.default_port,
            _prefix(parts.path),
            unquote(parts.username),
            unquote(parts.password),
        )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Endpoint:
        """The server that OLLAMA_HOST names. Raises BadAddress, which names the variable."""
        try:
            return cls.parse(environ.get(_VARIABLE, ""))
        except BadAddress as error:
            raise BadAddress(
                f"{_VARIABLE}={error.reference}", error.context, error.fault
            ) from error

    def signed_in(self, environ: Mapping[str, str]) -> Endpoint:
        """This server with the name and password that OLLAMA_HOST has for it: a file of settings
        holds none."""
        if self.username or self.password:
            return self
        try:
            other = self.from_environment(environ)
        except BadAddress:
            return self
        if (other.scheme, other.host, other.port) != (self.scheme, self.host, self.port):
            return self
        return replace(self, username=other.username, password=other.password)

    def with_access(self, access: Access) -> Endpoint:
        """This server, reached in that way."""
        return replace(self, access=access)

    @property
    def sends_secrets_in_clear(self) -> bool:
        """Whether what signs in can be read on the way."""
        has_secret = bool(self.password or self.username or self.access.headers)
        return has_secret and self.scheme == "http" and not self.is_loopback

    def url(self, path: str) -> str:
        """The URL of `path` ("/api/tags") at this server, without name and password."""
        return f"{self.scheme}://{self.netloc}{quote(self.path, safe='/%')}{path}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: what a secret is given to."""
        return f"{self.scheme}://{self.netloc.casefold().rstrip('.')}"

    @property
    def netloc(self) -> str:
        """`host:port`, IPv6 in brackets."""
        host = self.host.replace("%", "%25")
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    @property
    def display(self) -> str:
        """As shown to people: `127.0.0.1:11434`, `https://example.com/ollama`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.scheme == "http":
            return f"{host}:{self.port}{self.path}"
        port = "" if self.port == _SCHEME_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"

    def __str__(self) -> str:
        """A text that `parse` turns into this again (name and password aside)."""
        return f"{self.scheme}://{self.netloc.replace('%25', '%')}{self.path}"

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this computer."""
        return is_loopback(self.host)


def _split_scheme(address: str) -> tuple[str, str, str]:
    """Scheme ("" = none), "://" and the rest. Where there is a "@", only ours are schemes: another
    may be a name and password."""
    trimmed = _trimmed(address)
    scheme, separator, rest = trimmed.partition("://")
    if separator and (scheme.casefold() in _SCHEME_PORTS or "@" not in trimmed):
        return scheme, separator, rest
    return "", "", trimmed


def _trimmed(address: str) -> str:
    return address.strip().strip("\"'`<>").strip()


def _has_odd(text: str) -> bool:
    """Whether there is a space in it, or something that cannot be seen."""
    return any(c.isspace() or not c.isprintable() for c in text)


def _prefix(path: str) -> str:
    """The path below which a server is: "" or "/ollama"."""
    prefix = "/" + re.split(r"[?#]", path)[0].strip("/")
    while (shorter := _CALL.sub("", prefix)) != prefix:
        prefix = shorter
    return prefix.rstrip("/")


def _check_port(parts: AddressParts) -> None:
    if parts.port and parts.port_number is None:
        # Only a number is repeated: the rest may be a password that was written without a host.
        port = parts.port if _NUMBER.fullmatch(parts.port) else "…"
        host = f"[{parts.host}]" if _is_ip(parts.host) and ":" in parts.host else parts.host
        raise BadAddress(f"{shown_address(host)}:{port}", port, AddressFault.PORT)


def _checked_host(text: str, host: str) -> str:
    if _has_odd(host):
        raise BadAddress(text, shown_address(host), AddressFault.SPACE)
    if host.count("[") != host.count("]"):
        raise BadAddress(text, shown_address(host), AddressFault.BRACKETS)
    if _ILLEGAL.search(host) or (":" in host and not _is_ip(host)):
        raise BadAddress(text, shown_address(host))
    try:
        host.encode("idna")
    except UnicodeError:
        if not _is_ip(host):
            raise BadAddress(text, shown_address(host)) from None
    return host


def _split_host_port(hostport: str) -> tuple[str, str] | None:
    """Go's net.SplitHostPort; None where it gives an error."""
    before, colon, port = hostport.rpartition(":")
    if not colon:
        return None
    if hostport.startswith("["):
        end = hostport.find("]")
        return (before[1:-1], port) if end == len(before) - 1 else None
    if ":" in before or "[" in before or "]" in before:
        return None
    return before, port


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
