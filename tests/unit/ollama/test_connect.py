"""Connecting, silence and connections that are kept."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable

import pytest

from tests.unit.ollama.asking import free_port, outcome_of, transport
from tests.unit.ollama.raw_server import Connection, RawServer, always, silent
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import (
    BadAddress,
    OllamaError,
    Starting,
    TimedOut,
    Unreachable,
    UnreachableKind,
)
from tray_app.ollama.cancel import CancelScope
from tray_app.ollama.connect import DialFailed, dial
from tray_app.ollama.transport import Transport


def test_refused() -> None:
    port = free_port()
    with pytest.raises(Unreachable) as caught:
        transport(f"127.0.0.1:{port}").json("GET", "/x")
    assert caught.value.kind is UnreachableKind.REFUSED
    assert caught.value.reference == f"127.0.0.1:{port}"


def test_refused_on_every_address_of_a_name() -> None:
    with pytest.raises(Unreachable) as caught:
        transport(f"localhost:{free_port()}").json("GET", "/x")
    assert caught.value.kind is UnreachableKind.REFUSED


def test_name_lookup(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*args: object, **kwargs: object) -> object:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(Unreachable) as caught:
        transport("nas.example").json("GET", "/x")
    assert caught.value.kind is UnreachableKind.NAME_LOOKUP


def test_name_lookup_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()

    def getaddrinfo(*args: object, **kwargs: object) -> object:
        let_go.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    try:
        with pytest.raises(Unreachable) as caught:
            transport("nas.example", connect_timeout_s=0.05).json("GET", "/x")
    finally:
        let_go.set()
    assert caught.value.kind is UnreachableKind.NAME_LOOKUP


def test_the_second_address_is_tried() -> None:
    with RawServer(always("1")) as server:
        # Nothing listens on ::1 at this port.
        assert transport(f"localhost:{server.port}").json("GET", "/x") == 1


def test_connecting_takes_too_long(full_backlog: tuple[str, int]) -> None:
    with pytest.raises(TimedOut):
        transport("{}:{}".format(*full_backlog), connect_timeout_s=0.05).json("GET", "/x")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems fail in other ways")
def test_no_route() -> None:
    with pytest.raises(Unreachable) as caught:
        transport("255.255.255.255:9").json("GET", "/x")
    assert caught.value.kind is UnreachableKind.NO_ROUTE


def test_of_several_addresses_the_most_telling_failure_counts(
    monkeypatch: pytest.MonkeyPatch, full_backlog: tuple[str, int]
) -> None:
    refused, silent_one, no_route = ("127.0.0.1", free_port()), full_backlog, ("255.255.255.255", 9)

    def kind_of(*addresses: tuple[str, int]) -> UnreachableKind | None:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", each) for each in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        with pytest.raises(DialFailed) as caught:
            dial("nas.example", 1, 0.1)
        return caught.value.kind

    assert kind_of(refused, silent_one) is UnreachableKind.REFUSED
    assert kind_of(no_route, silent_one) is None
    assert kind_of(no_route, refused) is UnreachableKind.REFUSED
    assert kind_of() is None


def test_an_address_that_requests_cannot_use() -> None:
    bad = Transport(Endpoint("http", "*", 1))
    with pytest.raises(BadAddress):
        bad.json("GET", "/x")


@pytest.mark.parametrize("silence", [Starting, TimedOut])
def test_a_server_that_accepts_and_says_nothing(silence: type[OllamaError]) -> None:
    error = outcome_of(silent, read_timeout_s=0.05, silence=silence)
    assert type(error) is silence


def drip(head: bytes, piece: bytes) -> Callable[[Connection], object]:
    def handle(connection: Connection) -> None:
        connection.request()
        connection.send(head)
        scope = CancelScope()
        while not scope.wait(0.01):
            connection.send(piece)

    return handle


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n", b"a"),
    ],
    ids=["head", "body"],
)
def test_an_answer_that_drips_for_ever_has_a_deadline(head: bytes, piece: bytes) -> None:
    with RawServer(drip(head, piece)) as server, pytest.raises(TimedOut):
        transport(server.url, connect_timeout_s=0.1).json("GET", "/x", read_timeout_s=0.1)


def test_connections_are_kept_and_closed() -> None:
    with RawServer(always("1")) as server:
        link = transport(server.url)
        for _ in range(5):
            link.json("GET", "/x")
        assert server.connections == 1
        link.close()
        link.json("GET", "/x")
        assert server.connections == 2
        link.close()


def test_a_get_on_a_connection_that_died_meanwhile_is_asked_again() -> None:
    def first_hangs_up(connection: Connection) -> None:
        connection.request()
        if connection.server.connections > 1:
            connection.answer("1")

    with RawServer(first_hangs_up) as server:
        assert transport(server.url).json("GET", "/x") == 1
        assert server.connections == 2


def test_a_post_is_never_repeated() -> None:
    with RawServer(lambda connection: connection.request()) as server, pytest.raises(Unreachable):
        transport(server.url).json("POST", "/x", {})
    assert server.connections == 1
