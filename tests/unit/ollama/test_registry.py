from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
from tray_app.core.updates.answers import AnswerKind, RegistryAnswer
from tray_app.ollama import CancelScope, OllamaClient, Registry, fetch_manifest, registry_url
from tray_app.ollama.registry import _next_hop
from tray_app.ollama.responses import Answer

NAME = ModelName.parse("tiny")
MANIFEST = json.dumps({"layers": [], "config": {"digest": "sha256:" + "1" * 64, "size": 5}})


MANIFEST_DIGEST = hashlib.sha256(MANIFEST.encode()).hexdigest()


@dataclass
class Place:
    """A registry's place of one name: what HEAD and GET of its manifest, and its blobs, answer."""

    body: bytes = MANIFEST.encode()
    head: str = "200 OK"
    get: str = "200 OK"
    content_type: str = "application/json"
    blobs: dict[str, bytes] = field(default_factory=dict)
    ollama_content_digest: str = ""
    ollama_push_time: str = ""

    def __call__(self, connection: Connection) -> None:
        while request := connection.request():
            method, path, _ = request.split(b" ", 2)
            digest = path.decode().rpartition("/")[2]
            if method == b"HEAD":
                told = {"ollama-content-digest": self.ollama_content_digest}
                told["ollama-push-time"] = self.ollama_push_time
                lines = [f"HTTP/1.1 {self.head}", f"Content-Type: {self.content_type}"]
                lines += [f"{name}: {value}" for name, value in told.items() if value]
                connection.send("\r\n".join([*lines, "Content-Length: 0", "", ""]).encode())
            elif b"/manifests/" in path:
                connection.answer(self.body, self.get, self.content_type)
            else:
                is_there = digest in self.blobs
                connection.answer(self.blobs.get(digest, b"{}"), "200 OK" if is_there else "404 N")


def methods(server: RawServer) -> list[str]:
    return [request.partition(b" ")[0].decode() for request in server.requests]


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
    place = Place(ollama_push_time=header, ollama_content_digest=MANIFEST_DIGEST)
    with RawServer(place) as server:
        registry = Registry({NAME.host: server.url})
        assert registry.fetch_manifest(NAME, wants_push_time=True).pushed_at == expected
        assert registry.fetch_manifest(NAME).pushed_at is None
        assert methods(server) == ["GET", "HEAD", "GET"]


@pytest.mark.parametrize("digest", ["0" * 64, ""])
def test_the_time_of_another_push_says_nothing(digest: str) -> None:
    place = Place(ollama_push_time="1700000000", ollama_content_digest=digest)
    with RawServer(place) as server:
        registry = Registry({NAME.host: server.url})
        assert registry.fetch_manifest(NAME, wants_push_time=True).pushed_at is None


def test_a_registry_without_head_tells_no_time() -> None:
    with RawServer(Place(head="405 N")) as server:
        registry = Registry({NAME.host: server.url})
        assert registry.fetch_manifest(NAME, wants_push_time=True).pushed_at is None


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


# -- what a name stands for now --------------------------------------------------------------------


def config_blob(content: dict[str, str]) -> tuple[str, bytes]:
    data = json.dumps(content).encode()
    return f"sha256:{hashlib.sha256(data).hexdigest()}", data


def whole(requires: str = "", ending: str = "") -> tuple[bytes, dict[str, bytes]]:
    """A manifest with weights and a config, and its blobs."""
    digest, data = config_blob({"requires": requires} if requires else {"model_type": "8B"})
    document = {
        "layers": [
            {
                "mediaType": "application/vnd.ollama.image.model",
                "digest": f"sha256:{'2' * 64}",
                "size": 40,
            }
        ],
        "config": {"digest": digest, "size": len(data)},
    }
    return (json.dumps(document) + ending).encode(), {digest: data}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def look(
    place: Callable[[Connection], object], *settled: str, limit_s: float | None = None
) -> tuple[RegistryAnswer, list[str]]:
    """The answer, and the methods of the requests it took."""
    with RawServer(place) as server:
        registry = Registry({NAME.host: server.url})
        with registry.session(limit_s=limit_s) as session:
            return session.look(NAME, settled.__contains__), methods(server)


def test_one_request_says_that_nothing_changed() -> None:
    body, blobs = whole()
    place = Place(body, blobs=blobs, ollama_content_digest=sha(body), ollama_push_time="1700000000")
    answer, asked = look(place, sha(body))
    assert (answer.kind, answer.digest, asked) == (AnswerKind.SETTLED, sha(body), ["HEAD"])
    assert answer.pushed_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_another_version_is_read() -> None:
    body, blobs = whole(requires="0.34.0")
    place = Place(body, blobs=blobs, ollama_content_digest=f"SHA256:{sha(body).upper()}")
    answer, asked = look(place, "0" * 64)
    assert (answer.kind, answer.digest, answer.requires) == (
        AnswerKind.MANIFEST, sha(body), "0.34.0"
    )  # fmt: skip
    assert answer.manifest is not None
    assert answer.manifest.total_bytes > 40
    assert asked == ["HEAD", "GET", "GET"]


@pytest.mark.parametrize("head", ["405 N", "501 N", "200 OK"])
def test_a_registry_that_tells_no_digest_is_asked_for_all(head: str) -> None:
    body, blobs = whole()
    answer, asked = look(Place(body, head, blobs=blobs), sha(body))
    assert (answer.kind, asked) == (AnswerKind.SETTLED, ["HEAD", "GET"])


def test_white_space_at_the_end_of_a_manifest() -> None:
    body, blobs = whole(ending="\n")
    answer, _ = look(Place(body, blobs=blobs, ollama_content_digest=sha(body)))
    assert answer.manifest is not None
    assert answer.manifest.is_called(sha(body))
    assert answer.manifest.is_called(sha(body.rstrip()))


def test_a_push_between_two_questions_leaves_the_time_unknown() -> None:
    body, blobs = whole()
    place = Place(body, blobs=blobs, ollama_content_digest="3" * 64, ollama_push_time="1700000000")
    answer, _ = look(place)
    assert (answer.kind, answer.digest, answer.pushed_at) == (AnswerKind.MANIFEST, sha(body), None)


def test_a_config_that_cannot_be_read_is_no_obstacle() -> None:
    body, _ = whole(requires="0.34.0")
    answer, _ = look(Place(body))
    assert (answer.kind, answer.requires) == (AnswerKind.MANIFEST, "")


NOTHING_IN_IT = b'{"schemaVersion":2,"layers":[]}'
HTML = "text/html; charset=utf-8"
PAGE = b"<!doctype html><html>Welcome</html>"


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (Place(head="404 N"), AnswerKind.ABSENT),
        (Place(head="401 U"), AnswerKind.PRIVATE),
        (Place(head="412 P"), AnswerKind.NEEDS_NEWER),
        (Place(head="429 T"), AnswerKind.LIMITED),
        (Place(head="500 E"), AnswerKind.FAILING),
        (Place(head="502 B", content_type=HTML), AnswerKind.FAILING),
        (Place(head="511 L"), AnswerKind.UNUSABLE),
        (Place(head="403 F"), AnswerKind.UNUSABLE),
        (Place(head="302 F"), AnswerKind.UNUSABLE),
        (Place(head="404 N", content_type=HTML), AnswerKind.UNUSABLE),
        (Place(head="401 U", content_type=HTML), AnswerKind.UNUSABLE),
        (Place(content_type=HTML), AnswerKind.UNUSABLE),
        (Place(PAGE), AnswerKind.UNUSABLE),
        (Place(b"{}"), AnswerKind.UNUSABLE),
        (Place(b"[]"), AnswerKind.UNUSABLE),
        (Place(b"no JSON"), AnswerKind.UNUSABLE),
        (Place(NOTHING_IN_IT), AnswerKind.UNUSABLE),
        (Place(b'{"layers": [7]}'), AnswerKind.UNUSABLE),
        (Place(MANIFEST.encode()), AnswerKind.UNUSABLE),
        (Place(b" " * (4 * 1024 * 1024 + 1)), AnswerKind.UNUSABLE),
        (Place(head="405 N", get="404 N"), AnswerKind.ABSENT),
        (Place(get="429 T"), AnswerKind.LIMITED),
        (Place(get="503 S"), AnswerKind.FAILING),
    ],
)
def test_no_other_answer_is_a_version(place: Place, kind: AnswerKind) -> None:
    answer, _ = look(place)
    assert answer == RegistryAnswer(kind)


def test_a_slow_registry_and_one_that_goes_away() -> None:
    assert look(silent, limit_s=0.2)[0].kind is AnswerKind.UNREACHABLE
    with RawServer(silent) as server:
        url = server.url
    with Registry({NAME.host: url}).session() as session:
        assert session.look(NAME).kind is AnswerKind.UNREACHABLE


def test_a_registry_that_drips_has_no_more_time_than_one_that_is_silent() -> None:
    def drip(connection: Connection) -> None:
        connection.request()
        with contextlib.suppress(OSError):
            connection.send(b"HTTP/1.1 200 OK\r\n")
            while not connection.server.gone.wait(0.02):
                connection.send(b"X: 1\r\n")

    began_s = time.monotonic()
    assert look(drip, limit_s=0.3)[0].kind is AnswerKind.UNREACHABLE
    assert time.monotonic() - began_s < 3


def test_connections_are_kept_for_the_next_name() -> None:
    body, blobs = whole()
    place = Place(body, blobs=blobs, ollama_content_digest=sha(body))
    with RawServer(place) as server, Registry({NAME.host: server.url}).session() as session:
        for _ in range(3):
            assert session.look(NAME, {sha(body)}.__contains__).kind is AnswerKind.SETTLED
        assert (server.connections, methods(server)) == (1, ["HEAD"] * 3)


def test_a_question_ends_with_its_scope() -> None:
    scope = CancelScope()
    scope.cancel()
    with Registry().session(scope) as session, pytest.raises(Cancelled):
        session.look(ModelName.parse("127.0.0.1:9/me/x"))


def test_no_redirect_of_a_manifest_is_followed_to_another_place() -> None:
    body, blobs = whole()
    with RawServer(Place(body, blobs=blobs)) as other:
        location = f"http://localhost:{other.port}/v2/library/tiny/manifests/latest"

        def moved(connection: Connection) -> None:
            while connection.request():
                connection.answer(b"", status="307 T", Location=location)

        assert look(moved)[0].kind is AnswerKind.UNUSABLE
        assert other.requests == []
