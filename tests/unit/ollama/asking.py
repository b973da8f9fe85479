"""What every test of the transport needs."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping

from tests.unit.ollama.raw_server import Connection, RawServer
from tray_app.core.endpoint import SYSTEM_PROXY, Access, Endpoint
from tray_app.core.errors import (
    OllamaError,
)
from tray_app.ollama.transport import Transport

JSON_404 = '{"error":"model \'x\' not found"}'


def transport(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    ca_file: str = "",
    proxy: str = SYSTEM_PROXY,
    **options: object,
) -> Transport:
    access = Access(tuple((headers or {}).items()), ca_file, proxy)
    return Transport(Endpoint.parse(url).with_access(access), **options)  # type: ignore[arg-type]


def outcome_of(handler: Callable[[Connection], object], **options: object) -> object:
    """What a GET gives, or the error it ends in."""
    with RawServer(handler) as server:
        try:
            return transport(server.url).json("GET", "/x", **options)  # type: ignore[arg-type]
        except OllamaError as error:
            return error


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])
