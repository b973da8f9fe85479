"""Streams of lines."""

from __future__ import annotations

import pytest

from tests.unit.ollama.asking import JSON_404, transport
from tests.unit.ollama.raw_server import Connection, RawServer, always, lines
from tray_app.core.errors import (
    BadAnswer,
    ModelNotFound,
    NotOllama,
    OllamaError,
    ServerFailed,
    Unreachable,
    UnreachableKind,
)
from tray_app.ollama.transport import MAX_LINE_BYTES


def stream(*parts: bytes, ends: bool = True) -> list[bytes]:
    with RawServer(lines(*parts, ends=ends)) as server:
        return list(transport(server.url).lines("POST", "/x", {}))


def test_lines_are_cut_at_line_ends_only() -> None:
    assert stream(b"a", b"b\nc", b"\n\r\n\n", b"d\ne\nf") == [b"ab", b"c", b"d", b"e", b"f"]
    assert stream() == []


def test_lines_come_at_once_even_without_chunks() -> None:
    def close_delimited(connection: Connection) -> None:
        connection.request()
        connection.send(b"HTTP/1.0 200 OK\r\n\r\none\ntwo\n")
        connection.hold()

    with RawServer(close_delimited) as server:
        found = transport(server.url).lines("POST", "/x", {})
        assert [next(found), next(found)] == [b"one", b"two"]
        found.close()


def test_a_long_line_is_taken_and_an_endless_one_is_not() -> None:
    long = b"x" * 1_000_000
    assert stream(long, b"\nshort\n") == [long, b"short"]

    def endless(connection: Connection) -> None:
        connection.request()
        connection.head()
        while True:
            connection.chunk(b"x" * 65536)

    with RawServer(endless) as server, pytest.raises(BadAnswer) as caught:
        list(transport(server.url).lines("POST", "/x", {}, name="m"))
    assert caught.value.field == "line"
    assert MAX_LINE_BYTES >= 1_000_000


def test_a_stream_that_breaks_gives_its_lines_first() -> None:
    def broken(connection: Connection) -> None:
        connection.request()
        connection.head()
        connection.chunk(b"one\n")
        connection.send(b"ff\r\ntw")

    with RawServer(broken) as server:
        found = transport(server.url).lines("POST", "/x", {})
        assert next(found) == b"one"
        with pytest.raises(Unreachable) as caught:
            next(found)
    assert caught.value.kind is UnreachableKind.LOST


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"body": '{"error":"invalid"}', "status": "400 B"}, ServerFailed),
        ({"body": JSON_404, "status": "404 N"}, ModelNotFound),
        ({"body": "<html>", "content_type": "text/html"}, NotOllama),
        ({"body": "x" * 200_000, "status": "500 E", "content_type": "text/plain"}, ServerFailed),
    ],
)
def test_a_stream_that_does_not_begin(answer: dict[str, str], expected: type[OllamaError]) -> None:
    with RawServer(always(**answer)) as server, pytest.raises(expected):
        list(transport(server.url).lines("POST", "/x", {}, name="m"))
