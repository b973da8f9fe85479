"""Endpoint: the address of an Ollama server, read as Ollama itself reads OLLAMA_HOST.

The rules are those of `envconfig.Host()` and `ConnectableHost()` in Ollama's source; what goes
beyond them (names and passwords, unspecified addresses) is said where it happens.
"""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from tray_app.core.errors import BadAddress

DEFAULT_PORT = 11434
_SCHEME_PORTS = {"http": 80, "https": 443}
_ILLEGAL = re.compile(r"[\s\x00-\x20\x7f<>\"'`\\^{}|?#/@\[\]]")
_NUMBER = re.compile(r"[+-]?[0-9]{1,10}")

log = logging.getLogger(__name__)


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

    @classmethod
    def parse(cls, text: str) -> Endpoint:
        """Read an address as OLLAMA_HOST is read; "" gives 127.0.0.1:11434.

        A port that is none becomes the scheme's default, as in Ollama. `0.0.0.0` and `::` become
        loopback: a server listens there, but a client cannot dial them on every system. Raises
        BadAddress for what cannot be an address at all.
        """
        trimmed = text.strip().strip("\"'").strip()
        scheme, separator, rest = trimmed.partition("://")
        default_port = DEFAULT_PORT
        if not separator:
            scheme, rest = "http", trimmed
            if trimmed == "ollama.com":
                scheme, default_port = "https", 443
        else:
            scheme = scheme.casefold()
            if scheme not in _SCHEME_PORTS:
                raise BadAddress(text, scheme)
            default_port = _SCHEME_PORTS[scheme]
        hostport, _, path = rest.partition("/")
        # Ollama knows no names and passwords here; reverse proxies in front of it do.
        userinfo, _, hostport = hostport.rpartition("@")
        username, _, password = userinfo.partition(":")
        host, port = _host_and_port(text, hostport, default_port)
        path = re.split(r"[?#]", path)[0].strip("/")
        return cls(
            scheme,
            host,
            port,
            f"/{path}" if path else "",
            unquote(username),
            unquote(password),
        )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Endpoint:
        """The server that OLLAMA_HOST names. Raises BadAddress."""
        return cls.parse(environ.get("OLLAMA_HOST", ""))

    def url(self, path: str) -> str:
        """The URL of `path` ("/api/tags") at this server, without name and password."""
        return f"{self.scheme}://{self.netloc}{quote(self.path, safe='/%')}{path}"

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
        name = self.host.casefold().rstrip(".")
        if name == "localhost" or name.endswith(".localhost"):
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return bool((mapped or address).is_loopback)


def _host_and_port(text: str, hostport: str, default_port: int) -> tuple[str, int]:
    split = _split_host_port(hostport)
    if split is None:
        host, port_text = hostport.strip("[]") if _is_ip(hostport.strip("[]")) else hostport, ""
    else:
        host, port_text = split
    host = _dialable(host)
    if _ILLEGAL.search(host) or (":" in host and not _is_ip(host)):
        raise BadAddress(text, host)
    try:
        host.encode("idna")
    except UnicodeError:
        if not _is_ip(host):
            raise BadAddress(text, host) from None
    port = int(port_text) if _NUMBER.fullmatch(port_text) else -1
    if not 0 <= port <= 65535:
        if port_text:
            log.info("address %r: no port %r, using %d", hostport, port_text, default_port)
        port = default_port
    return host, port


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


def _dialable(host: str) -> str:
    if not host:
        return "127.0.0.1"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "::1"
    return str(address)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
