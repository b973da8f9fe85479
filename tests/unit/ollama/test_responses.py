"""Answers that are not what was asked for, and what each of them is called."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest

from tests.unit.ollama.asking import JSON_404, outcome_of, transport
from tests.unit.ollama.raw_server import Connection, RawServer, always
from tray_app.core.errors import (
    BadAnswer,
    BadName,
    Encoded,
    Forbidden,
    ModelNotFound,
    NameProblem,
    NotOllama,
    OllamaError,
    ProxyFailed,
    ServerFailed,
    TooLarge,
    TooOld,
    Unauthorized,
    Unreachable,
    UnreachableKind,
)


def test_an_answer() -> None:
    assert outcome_of(always('{"a": [1, null]}')) == {"a": [1, None]}
    assert outcome_of(always("")) is None
    assert outcome_of(always("null")) is None


def hang_up(connection: Connection) -> None:
    connection.request()


def reset(connection: Connection) -> None:
    connection.request()
    connection.reset()


def cut_short(connection: Connection) -> None:
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")


def cut_chunk(connection: Connection) -> None:
    connection.request()
    connection.head("application/json")
    connection.send(b"ff\r\n{")


@pytest.mark.parametrize("handler", [hang_up, reset, cut_short, cut_chunk])
def test_a_connection_that_breaks_is_lost(handler: Callable[[Connection], object]) -> None:
    error = outcome_of(handler)
    assert isinstance(error, Unreachable)
    assert error.kind is UnreachableKind.LOST


@pytest.mark.parametrize(
    "greeting",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x00\x01\x02\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 banana\r\n\r\n",
    ],
    ids=["ssh", "binary", "long header", "no status"],
)
def test_what_is_no_http_is_not_ollama(greeting: bytes) -> None:
    def handle(connection: Connection) -> None:
        connection.request()
        connection.send(greeting)
        connection.hold()

    assert isinstance(outcome_of(handle), NotOllama)


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ("<html>login", "text/html; charset=utf-8", NotOllama),
        ("  <!DOCTYPE html>", "application/json", NotOllama),
        ("hello", "text/plain", BadAnswer),
        ("{", "application/json", BadAnswer),
        ("[" * 100_000, "application/json", BadAnswer),
        (b"\xff\xfe", "application/json", BadAnswer),
    ],
)
def test_a_good_status_with_a_wrong_body(
    body: bytes | str, content_type: str, expected: type[OllamaError]
) -> None:
    assert type(outcome_of(always(body, content_type=content_type))) is expected


def test_a_body_beyond_the_limit_is_not_read_on() -> None:
    def endless(connection: Connection) -> None:
        connection.request()
        connection.head("application/json")
        while True:
            connection.chunk(b" " * 65536)

    with RawServer(endless) as server, pytest.raises(BadAnswer) as caught:
        transport(server.url).request("GET", "/x", max_bytes=1_000_000)
    assert isinstance(caught.value, TooLarge)
    assert (caught.value.field, caught.value.limit_bytes) == ("/x", 1_000_000)


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip", "GZip", "br", "deflate", "x"])
def test_a_compressed_body_was_not_asked_for_and_is_not_unpacked(encoding: str) -> None:
    """A few kB may unpack to gigabytes."""
    packed = gzip.compress(gzip.compress(b" " * 50_000_000))
    error = outcome_of(always(packed, Content_Encoding=encoding))
    assert isinstance(error, Encoded)
    assert error.context == encoding.casefold()
    with RawServer(always(packed, Content_Encoding=encoding)) as server:
        with pytest.raises(Encoded):
            next(transport(server.url).lines("POST", "/x"))
        assert b"accept-encoding: identity" in server.requests[0].lower()


def test_not_compressed_may_be_said_too() -> None:
    assert outcome_of(always("1", Content_Encoding="identity")) == 1


def test_a_compressed_error_is_told_by_its_status() -> None:
    error = outcome_of(always(b"xx", status="401 No", Content_Encoding="gzip"))
    assert isinstance(error, Unauthorized)


def test_of_a_long_error_the_beginning_is_kept() -> None:
    body = json.dumps({"error": "x" * 3_000_000})
    for status in ("500 Oops", "401 No", "502 Bad"):
        error = outcome_of(always(body, status=status))
        assert isinstance(error, OllamaError)
        assert len(error.context) <= 2000


def test_a_long_page_is_still_a_page() -> None:
    page = "<!doctype html>" + "x" * 100_000
    with RawServer(always(page, content_type="text/html")) as server, pytest.raises(NotOllama):
        transport(server.url).json("GET", "/x", max_bytes=4096)


@pytest.mark.parametrize(
    ("status", "body", "content_type", "name", "expected"),
    [
        ("401 Unauthorized", '{"error":"unauthorized"}', "application/json", "", Unauthorized),
        ("403 Forbidden", "", "", "", Forbidden),
        ("407 Proxy", "", "", "", ProxyFailed),
        ("404 Not Found", JSON_404, "application/json", "x", ModelNotFound),
        ("404 Not Found", JSON_404, "application/json", "", ServerFailed),
        ("500 Oops", JSON_404, "application/json", "x", ModelNotFound),
        ("500 Oops", '{"error":"no memory"}', "application/json", "x", ServerFailed),
        ("500 Oops", '{"error":{"message":"odd"}}', "application/json", "x", ServerFailed),
        ("500 Oops", "broken", "text/plain", "x", ServerFailed),
        ("500 Oops", "<html>", "text/html", "x", ProxyFailed),
        ("500 Oops", "", "", "x", ServerFailed),
        ("500 Oops", '{"detail": "broken"}', "application/json", "x", ProxyFailed),
        ("408 Slow", "<html>", "text/html", "x", ProxyFailed),
        ("429 Many", "slow down", "text/plain", "x", ProxyFailed),
        ("429 Many", '{"error":"slow down"}', "application/json", "x", ServerFailed),
        ("503 Busy", "", "", "x", ProxyFailed),
        ("521 Down", "error code: 521", "text/plain", "x", ProxyFailed),
        ("524 Slow", "<!DOCTYPE html><title>524", "text/html", "x", ProxyFailed),
        ("599 Odd", "{}", "application/json", "x", ProxyFailed),
        ("404 No", '{"detail":"Model \'x\' was not found"}', "application/json", "x",
         ModelNotFound),
        ("404 No", '{"detail":"Not Found"}', "application/json", "x", NotOllama),
        ("404 Not Found", "404 page not found", "text/plain", "x", TooOld),
        ("405 No", "405 method not allowed", "text/plain", "x", TooOld),
        ("404 Not Found", "<html>nginx", "text/html", "x", NotOllama),
        ("404 Not Found", "[1]", "application/json", "x", NotOllama),
        ("502 Bad Gateway", "<html>nginx", "text/html", "x", ProxyFailed),
        ("503 Busy", '{"error":"server busy"}', "application/json", "x", ServerFailed),
        ("400 Bad", '{"error":"invalid model name"}', "application/json", "x", ServerFailed),
        ("418 Teapot", "short and stout", "text/plain", "", NotOllama),
    ],
)  # fmt: skip
def test_statuses(
    status: str, body: str, content_type: str, name: str, expected: type[OllamaError]
) -> None:
    error = outcome_of(always(body, status=status, content_type=content_type), name=name)
    assert type(error) is expected


def test_the_servers_words_are_kept() -> None:
    error = outcome_of(always('{"error":"out of \\u003cmemory\\u003e"}', status="500 E"), name="x")
    assert isinstance(error, ServerFailed)
    assert (error.reference, error.text, error.status) == ("x", "out of <memory>", 500)


def test_a_name_that_the_server_refuses_is_explained_by_its_own_grammar() -> None:
    error = outcome_of(always('{"error":"invalid model name"}', status="400 E"), name="a b")
    assert isinstance(error, BadName)
    assert error.problem is NameProblem.SPACE
