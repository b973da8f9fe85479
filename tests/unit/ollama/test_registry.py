from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fakes import FaultyServer, small
from tests.unit.ollama.raw_server import Connection, RawServer, always, silent
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import (
    AccessRefused,
    BadAnswer,
    Cancelled,
    ModelNotFound,
    NotOllama,
    OllamaError,
    ProxyFailed,
    PullFailed,
    PullFailure,
    TimedOut,
    TooOld,
)
from tray_app.core.names import ModelName
from tray_app.core.records import LayerKind
from tray_app.ollama import CancelScope, OllamaClient, Registry, fetch_manifest, registry_url
from tray_app.ollama.registry import _next_hop
from tray_app.ollama.responses import Answer

NAME = ModelName.parse("tiny")
MANIFEST = json.dumps({"layers": [], "config": {"digest": "sha256:" + "1" * 64, "size": 5}})


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("tiny", published=("fresh",))) as running:
        yield running


def ask(handler: Callable[[Connection], object], **options: float) -> object:
    with RawServer(handler) as server:
        try:
            return Registry({NAME.host: server.url}, **options).fetch_manifest(NAME)
        except OllamaError as error:
            return error


def test_where_manifests_are() -> None:
    assert registry_url(NAME) == ("https://registry.ollama.ai:443/v2/library/tiny/manifests/latest")
    name = ModelName.parse("localhost:5000/me/x:v1")
    assert Registry().url(name) == "https://localhost:5000/v2/me/x/manifests/v1"
    assert Registry().url(name, is_insecure=True).startswith("http://localhost:5000/")
    mapped = Registry({"Registry.Ollama.ai": "http://127.0.0.1:4711/mirror"})
    assert mapped.url(NAME) == "http://127.0.0.1:4711/mirror/v2/library/tiny/manifests/latest"
    rest = Registry({NAME.host: "http://127.0.0.1:1", "*": "http://127.0.0.1:2"})
    assert rest.url(NAME).startswith("http://127.0.0.1:1/")
    assert rest.url(name).startswith("http://127.0.0.1:2/")


def test_the_digest_is_that_of_an_installed_model(server: FaultyServer) -> None:
    manifest = Registry({"registry.ollama.ai": server.url}).fetch_manifest(NAME)
    with OllamaClient(server.url) as client:
        record = client.get("tiny")
    assert record is not None
    assert manifest.digest == record.digest
    assert manifest.total_bytes == record.size_bytes
    assert manifest.layers[0].kind is LayerKind.MODEL
    assert manifest.layers[-1].kind is LayerKind.CONFIG


def test_a_missing_model(server: FaultyServer) -> None:
    registry = Registry({"registry.ollama.ai": server.url})
    with pytest.raises(ModelNotFound) as caught:
        registry.fetch_manifest(ModelName.parse("nothing:v1"))
    assert caught.value.reference == "nothing:v1"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("1700000000", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ("0", None),
        ("soon", None),
        ("9" * 40, None),
    ],
)
def test_the_time_of_the_push(header: str, expected: datetime | None) -> None:
    manifest = ask(always(MANIFEST, Ollama_Push_Time=header))
    assert manifest.pushed_at == expected  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"body": "requires a newer version", "status": "412 P"}, TooOld),
        ({"body": "{}", "status": "401 U"}, AccessRefused),
        ({"body": "404 page not found", "status": "404 N", "content_type": "x"}, ModelNotFound),
        ({"body": "405 method not allowed", "status": "405 N"}, PullFailure.REFUSED),
        ({"body": "slow down", "status": "429 T"}, PullFailure.REGISTRY_LIMITS),
        ({"body": "oops", "status": "500 E"}, PullFailure.REGISTRY_FAILED),
        ({"body": "<html>Bad</html>", "status": "502 B"}, PullFailure.REGISTRY_FAILED),
        ({"body": "", "status": "407 P"}, ProxyFailed),
        ({"body": "", "status": "302 F", "Location": "http://example.com/"}, PullFailure.WEB_PAGE),
        ({"body": "<html>log in</html>", "content_type": "text/html"}, PullFailure.WEB_PAGE),
        ({"body": "<html>blocked</html>", "status": "403 F"}, PullFailure.WEB_PAGE),
        ({"body": "<!DOCTYPE html><html>no</html>", "status": "404 N"}, PullFailure.WEB_PAGE),
        ({"body": "{}"}, BadAnswer),
        ({"body": '{"layers": [7]}'}, BadAnswer),
    ],
)
def test_what_a_registry_may_answer(
    answer: dict[str, str], expected: type[OllamaError] | PullFailure
) -> None:
    found = ask(always(**answer))
    assert (found.kind if isinstance(found, PullFailed) else type(found)) is expected


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        ("120", 120),
        ("0", 600),
        ("soon", 600),
        ("", 600),
        ("9" * 40, 24 * 3600),
        ("-5", 600),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 600),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 24 * 3600),
    ],
)
def test_how_long_a_registry_wants_to_be_left_alone(header: str, wait_s: int) -> None:
    found = ask(always("slow down", status="429 T", Retry_After=header))
    assert isinstance(found, PullFailed)
    assert found.wait_s == wait_s


def test_a_silent_registry_does_not_hold_anybody_up() -> None:
    assert isinstance(ask(silent, read_timeout_s=0.05), TimedOut)


def test_a_lookup_can_be_cancelled() -> None:
    scope = CancelScope()
    scope.cancel()
    with pytest.raises(Cancelled):
        fetch_manifest(ModelName.parse("127.0.0.1:9/me/x"), scope=scope)


BLOB = b'{"model_type":"13B"}'
BLOB_DIGEST = "sha256:" + hashlib.sha256(BLOB).hexdigest()


def blob(handler: Callable[[Connection], object], **options: Any) -> object:
    with RawServer(handler) as server:
        asked = {"digest": BLOB_DIGEST, "max_bytes": 1000, **options}
        try:
            return Registry({NAME.host: server.url}).fetch_blob(NAME, **asked)
        except OllamaError as error:
            return error


def test_a_blob_is_what_its_digest_says() -> None:
    assert blob(always(BLOB)) == BLOB
    assert isinstance(blob(always(BLOB + b" ")), BadAnswer)
    assert isinstance(blob(always(BLOB), max_bytes=5), BadAnswer)
    assert isinstance(blob(always(b"", status="404 N")), ModelNotFound)
    assert isinstance(blob(always(b"{}", status="401 U")), AccessRefused)


@pytest.mark.parametrize("digest", ["", "sha256:../../etc/passwd", "md5:" + "0" * 32])
def test_only_digests_are_asked_for(digest: str) -> None:
    with RawServer(always(BLOB)) as server:
        registry = Registry({NAME.host: server.url})
        with pytest.raises(BadAnswer):
            registry.fetch_blob(NAME, digest, max_bytes=1000)
        assert server.requests == []


def test_a_blob_may_lie_on_another_host_that_is_told_nothing() -> None:
    with RawServer(always(BLOB)) as other:
        location = f"http://localhost:{other.port}/files/x?key=a%2Fb"
        moved = always(b"", status="307 T", Location=location)
        with RawServer(moved) as server:
            url = server.url.replace("://", "://me:secret@")
            assert Registry({"*": url}).fetch_blob(NAME, BLOB_DIGEST, max_bytes=1000) == BLOB
            assert b"authorization" in server.requests[0].lower()
        head = other.requests[0].lower()
        assert head.startswith(b"get /files/x?key=a%2fb ")
        assert b"authorization" not in head


@pytest.mark.parametrize(
    "location",
    ["", "ftp://example.com/x", "http://me:pw@localhost/x", "http://[bad/x", "file:///etc/passwd"],
)
def test_other_redirects_are_not_followed(location: str) -> None:
    assert isinstance(blob(always(b"", status="307 T", Location=location)), NotOllama)


def test_a_blob_does_not_go_round_in_circles() -> None:
    def around(connection: Connection) -> None:
        while connection.request():
            connection.answer(b"", status="307 T", Location="/v2/again")

    found = blob(around)
    assert isinstance(found, PullFailed)
    assert found.kind is PullFailure.WEB_PAGE


def test_from_elsewhere_no_redirect_leads_to_this_computer() -> None:
    answer = Answer(307, {"location": "https://127.0.0.1/x"})
    with pytest.raises(NotOllama):
        _next_hop(Endpoint.parse("https://registry.example"), "/v2/x", answer)
    plain = Answer(307, {"location": "http://cdn.example/x"})
    with pytest.raises(NotOllama):
        _next_hop(Endpoint.parse("https://registry.example"), "/v2/x", plain)
    good = Answer(307, {"location": "https://cdn.example/a?b=c"})
    found, path = _next_hop(Endpoint.parse("https://registry.example"), "/v2/x", good)
    assert (found.host, path) == ("cdn.example", "/a?b=c")
