from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from tests.fakes import FaultyServer, small
from tests.unit.ollama.raw_server import Connection, RawServer, always, silent
from tray_app.core.errors import (
    BadAnswer,
    Cancelled,
    ModelNotFound,
    NotOllama,
    OllamaError,
    ServerFailed,
    TimedOut,
    TooOld,
    Unauthorized,
)
from tray_app.core.names import ModelName
from tray_app.core.records import LayerKind
from tray_app.ollama import CancelScope, OllamaClient, Registry, fetch_manifest, registry_url

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
        ({"body": "{}", "status": "401 U"}, Unauthorized),
        ({"body": "404 page not found", "status": "404 N", "content_type": "x"}, ModelNotFound),
        ({"body": "405 method not allowed", "status": "405 N"}, ServerFailed),
        ({"body": "slow down", "status": "429 T", "content_type": "text/plain"}, ServerFailed),
        ({"body": "oops", "status": "500 E", "content_type": "text/plain"}, ServerFailed),
        ({"body": "", "status": "302 F", "Location": "http://example.com/"}, NotOllama),
        ({"body": "<html>log in</html>", "content_type": "text/html"}, NotOllama),
        ({"body": "{}"}, BadAnswer),
        ({"body": '{"layers": [7]}'}, BadAnswer),
    ],
)
def test_what_a_registry_may_answer(answer: dict[str, str], expected: type[OllamaError]) -> None:
    assert type(ask(always(**answer))) is expected


def test_a_silent_registry_does_not_hold_anybody_up() -> None:
    assert isinstance(ask(silent, read_timeout_s=0.05), TimedOut)


def test_a_lookup_can_be_cancelled() -> None:
    scope = CancelScope()
    scope.cancel()
    with pytest.raises(Cancelled):
        fetch_manifest(ModelName.parse("127.0.0.1:9/me/x"), scope=scope)
