"""What a client is told and what it changes, on the demo server and on servers that do not keep to
the protocol."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, faults, small
from tests.support.waiting import wait_for
from tests.unit.ollama.raw_server import Connection, RawServer, always
from tray_app.core.errors import (
    BadAnswer,
    BadName,
    Changed,
    Forbidden,
    ModelNotFound,
    NotDone,
    NotOllama,
    OllamaError,
    ServerFailed,
    Starting,
    TimedOut,
    TooLarge,
    TooOld,
    Unreachable,
)
from tray_app.core.records import LayerKind
from tray_app.ollama import CloudStatus, Endpoint, OllamaClient
from tray_app.ollama.deleting import delete_unloaded
from tray_app.text import error_text

ROOT = Path(__file__).parents[3]


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("tiny", "other:q4", "me/tiny:v2")) as running:
        yield running


@pytest.fixture
def client(server: FaultyServer) -> Iterator[OllamaClient]:
    with OllamaClient(server.url, server_id="s1") as made:
        yield made


def names(client: OllamaClient) -> set[str]:
    return {model.name for model in client.list_models()}


def sent(server: FaultyServer, path: str) -> list[dict[str, object]]:
    return [request.json for request in server.requests if request.path == path]


def test_needs_no_qt_and_no_requests_to_be_imported() -> None:
    code = (
        "import sys, tray_app.ollama\n"
        "assert not [m for m in sys.modules if m.partition('.')[0] in ('PySide6', 'requests')]\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_the_address_comes_from_where_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "0.0.0.0:7")
    assert OllamaClient().endpoint == Endpoint("http", "127.0.0.1", 7)
    assert OllamaClient("nas").endpoint == Endpoint("http", "nas", 11434)
    assert OllamaClient(Endpoint("https", "nas", 443)).endpoint.scheme == "https"


def test_lists_models(client: OllamaClient) -> None:
    models = {model.name: model for model in client.list_models()}
    assert set(models) == {"tiny:latest", "other:q4", "me/tiny:v2"}
    tiny = models["tiny:latest"]
    assert tiny.server_id == "s1"
    assert len(tiny.digest) == 64
    assert tiny.size_bytes is not None
    assert tiny.size_bytes > 40_000_000
    assert tiny.modified_at is not None


def test_finds_by_prefix_of_name_or_model(client: OllamaClient) -> None:
    assert {model.name for model in client.find("TINY")} == {"tiny:latest", "me/tiny:v2"}
    assert {model.name for model in client.find("me/")} == {"me/tiny:v2"}
    assert client.find("iny") == ()
    assert len(client.find("")) == 3


def test_gets_one_row_by_any_spelling(client: OllamaClient) -> None:
    for text in ("tiny", "Tiny:LATEST", "tiny:latest", "registry.ollama.ai/library/tiny"):
        found = client.get(text)
        assert found is not None
        assert found.name == "tiny:latest"
    assert client.get("nothing") is None


def test_a_name_spelt_out_wins_over_one_that_means_the_same() -> None:
    rows = {"models": [{"name": "A:latest", "digest": "1"}, {"name": "a:latest", "digest": "2"}]}
    with RawServer(always(json.dumps(rows))) as server:
        client = OllamaClient(server.url)
        digests = [client.get(name).digest for name in ("a:latest", "A:latest", "a")]  # type: ignore[union-attr]
    assert digests == ["2", "1", "1"]


def test_shows_details(client: OllamaClient, server: FaultyServer) -> None:
    record = client.get("tiny")
    assert record is not None
    info = client.details("tiny")
    assert (info.name, info.digest) == ("tiny:latest", record.digest)
    assert info.license.startswith("MIT")
    assert [layer.kind for layer in info.layers] == [LayerKind.MODEL]
    assert sent(server, "/api/show") == [{"model": "tiny:latest", "name": "tiny:latest"}]


@pytest.mark.parametrize("method", ["show", "details"])
def test_details_of_a_missing_model(client: OllamaClient, method: str) -> None:
    with pytest.raises(ModelNotFound) as caught:
        getattr(client, method)("nothing")
    assert caught.value.reference == "nothing"


def test_status_and_recommendations(client: OllamaClient, server: FaultyServer) -> None:
    assert client.status() == CloudStatus(False, "none")
    assert any(row.name for row in client.recommendations())
    server.fault("*", faults.reply(404, b"404 page not found", "text/plain"))
    assert client.status() is None
    assert client.recommendations() == ()
    assert client.list_running() is None


@pytest.mark.parametrize("body", ['{"cloud": null}', '{"cloud": {"source": 1}}', "{}"])
def test_an_odd_status(body: str) -> None:
    with RawServer(always(body)) as server:
        assert OllamaClient(server.url).status() == CloudStatus(False, "")


# -- is it Ollama? ---------------------------------------------------------------------------------


def pages(**bodies: str) -> object:
    """A server that knows these paths ("/" is `root`) and answers 404 as Go does elsewhere."""

    def handle(connection: Connection) -> None:
        while raw := connection.request():
            path = raw.split(b" ")[1].decode().strip("/") or "root"
            if path in bodies:
                connection.answer(bodies[path], content_type="text/plain")
            else:
                connection.answer("404 page not found", "404 Not Found", "text/plain")

    return handle


@pytest.mark.parametrize(
    ("root", "expected"), [("Ollama is running", TooOld), ("Welcome", NotOllama)]
)
def test_a_server_without_versions(root: str, expected: type[Exception]) -> None:
    with RawServer(pages(root=root)) as server, pytest.raises(expected):  # type: ignore[arg-type]
        OllamaClient(server.url).version()


@pytest.mark.parametrize("body", ["{}", '{"version": 7}', "[]", "null"])
def test_a_version_that_is_none(body: str) -> None:
    with RawServer(always(body)) as server, pytest.raises(NotOllama):
        OllamaClient(server.url).version()


def test_a_server_without_a_list() -> None:
    with RawServer(pages()) as server, pytest.raises(NotOllama):  # type: ignore[arg-type]
        OllamaClient(server.url).list_models()


def test_forbidden_by_its_host_check(client: OllamaClient, server: FaultyServer) -> None:
    server.fault("*", faults.forbidden())
    with pytest.raises(Forbidden):
        client.version()


# -- snapshots -------------------------------------------------------------------------------------


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_snapshot(server: FaultyServer) -> None:
    with OllamaClient(server.url, server_id="s1") as client:
        client.load("tiny")
        snapshot = client.snapshot()
    assert snapshot.server_id == "s1"
    assert snapshot.version == server.state.version
    assert {model.name for model in snapshot.models} == {"tiny:latest", "other:q4", "me/tiny:v2"}
    assert [row.name for row in snapshot.running or ()] == ["tiny:latest"]
    assert snapshot.problems == ()
    assert snapshot.taken_at.tzinfo is not None


def test_the_version_is_asked_once_a_minute_and_after_a_failure(server: FaultyServer) -> None:
    clock = Clock()
    client = OllamaClient(server.url, clock=clock)

    def asked() -> int:
        return sum(request.path == "/api/version" for request in server.requests)

    client.snapshot()
    clock.now_s += 30
    client.snapshot()
    assert asked() == 1
    clock.now_s += 31
    client.snapshot()
    assert asked() == 2
    server.fault("/api/tags", faults.error_json(), times=1)
    with pytest.raises(ServerFailed):
        client.snapshot()
    client.snapshot()
    assert asked() == 3


def test_without_ps_the_rest_is_still_true(client: OllamaClient, server: FaultyServer) -> None:
    server.fault("/api/ps", faults.reply(404, b"404 page not found", "text/plain"))
    assert client.snapshot().running is None
    assert client.snapshot().problems == ()
    server.fault("/api/ps", faults.error_json(500, "busy"))
    snapshot = client.snapshot()
    assert snapshot.running is None
    assert len(snapshot.models) == 3
    assert "busy" in snapshot.problems[0]


def test_a_connection_lost_between_the_answers_spoils_the_snapshot(
    client: OllamaClient, server: FaultyServer
) -> None:
    server.fault("/api/ps", faults.reset_before_headers())
    with pytest.raises(Unreachable):
        client.snapshot()


def test_a_bad_list_is_named(client: OllamaClient, server: FaultyServer) -> None:
    server.fault("/api/tags", faults.reply_json(200, {"models": "many"}))
    with pytest.raises(BadAnswer) as caught:
        client.snapshot()
    assert caught.value.field == "models"


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/api/version", Starting), ("/api/tags", Starting), ("/api/ps", TimedOut)],
)
def test_silence_means_starting_where_every_server_answers_at_once(
    server: FaultyServer, monkeypatch: pytest.MonkeyPatch, path: str, expected: type[Exception]
) -> None:
    for name in ("QUICK", "RUNNING", "LIST", "FIRST_LIST"):
        monkeypatch.setattr(f"tray_app.ollama.client.{name}_TIMEOUT_S", 0.1)
    server.fault(path, faults.never_answer())
    client = OllamaClient(server.url)
    call = {"/api/version": client.version, "/api/tags": client.list_models}
    with pytest.raises(expected):
        call.get(path, client.list_running)()


def test_deletes(client: OllamaClient, server: FaultyServer) -> None:
    client.delete("other:q4")
    assert names(client) == {"tiny:latest", "me/tiny:v2"}
    assert sent(server, "/api/delete") == [{"model": "other:q4", "name": "other:q4"}]
    with pytest.raises(ModelNotFound):
        client.delete("other:q4")


def test_deletes_only_what_was_seen(client: OllamaClient) -> None:
    record = client.get("tiny")
    assert record is not None
    with pytest.raises(Changed):
        client.delete("tiny:latest", digest="0" * 64)
    with pytest.raises(ModelNotFound):
        client.delete("nothing", digest="0" * 64)
    client.delete("tiny:latest", digest=record.digest)
    assert "tiny:latest" not in names(client)


@pytest.mark.parametrize("name", ["tiny:local", "", "a b"])
def test_refuses_to_delete_what_could_mean_another_model(client: OllamaClient, name: str) -> None:
    with pytest.raises(BadName):
        client.delete(name)
    assert "tiny:latest" in names(client)


ODD_NAMES = ["x" * 85 + ":latest", "a b:latest", "é:1", "h/u/v/w:1", ".x:latest", "x:", "a:b:c"]


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("digest", ["", "0" * 64])
def test_a_name_of_the_server_is_good_enough_to_act_on(
    server: FaultyServer, client: OllamaClient, name: str, digest: str
) -> None:
    """Whatever our grammar says of it."""
    row = {"name": name, "model": name, "digest": "0" * 64, "size": 1}
    server.fault("/api/tags", faults.reply_json(200, {"models": [row]}), times=None)
    for path in ("/api/delete", "/api/generate", "/api/show", "/api/copy"):
        server.fault(path, faults.reply_json(200, {}), times=None)
    client.delete(name, digest)
    client.unload(name)
    client.load(name)
    client.copy(name, "mine:one")
    assert client.show(name).name == name
    record = client.get(name)
    assert record is not None
    assert record.name == name
    with pytest.raises(NotDone):  # it is listed for ever
        delete_unloaded(client, record)
    deleted = {"model": name, "name": name}
    assert sent(server, "/api/delete") == [deleted, deleted]


REPORTED: dict[str, type[OllamaError]] = {
    '{"error": "blob in use"}': ServerFailed,
    '{"error": {"message": "blob in use", "code": 1}}': ServerFailed,
    '{"error": "model \'tiny\' not found"}': ModelNotFound,
    '{"status": "success", "error": ["x"]}': ServerFailed,
}


@pytest.mark.parametrize(("body", "expected"), REPORTED.items())
def test_an_error_reported_with_a_200_is_one(body: str, expected: type[OllamaError]) -> None:
    calls: list[Callable[[OllamaClient], object]] = [
        lambda client: client.delete("tiny"),
        lambda client: client.unload("tiny"),
        lambda client: client.load("tiny"),
        lambda client: client.show("tiny"),
    ]
    with RawServer(always(body)) as server:
        for call in calls:
            with pytest.raises(expected) as caught:
                call(OllamaClient(server.url))
            assert getattr(caught.value, "status", 200) == 200
        with pytest.raises(ServerFailed):
            OllamaClient(server.url).list_running()
        with pytest.raises(NotOllama):  # nor does it tell a version
            OllamaClient(server.url).list_models()


@pytest.mark.parametrize("body", [{"error": "no room"}, {"error": {"message": "no room"}}])
def test_a_copy_that_failed_with_a_200_failed(
    client: OllamaClient, server: FaultyServer, body: object
) -> None:
    server.fault("/api/copy", faults.reply_json(200, body))
    with pytest.raises(ServerFailed) as caught:
        client.copy("tiny:latest", "mine:one")
    assert caught.value.text == "no room"


@pytest.mark.parametrize("body", ["", "null", "{}", '{"error": null}', '{"error": ""}', "[]"])
def test_nothing_reported_is_success(body: str) -> None:
    with RawServer(always(body)) as server:
        OllamaClient(server.url).delete("tiny")


_CALLS: dict[str, Callable[[OllamaClient], Callable[[], object]]] = {
    "/api/version": lambda client: client.version,
    "/api/ps": lambda client: client.list_running,
    "/api/show": lambda client: lambda: client.show("tiny"),
}


@pytest.mark.parametrize(
    ("path", "limit", "words"),
    [
        ("/api/version", 4096, "The version number from “nas” is larger than 4.1 KB"),
        ("/api/ps", 1_000_000, "The list of loaded models from “nas” is larger than 1 MB"),
        ("/api/show", 8_000_000, "The description of a model from “nas” is larger than 8 MB"),
    ],
)
def test_an_answer_has_a_limit_that_its_call_needs(path: str, limit: int, words: str) -> None:
    body = {"version": "1", "models": [], "license": ""}
    rest = limit - len(json.dumps({**body, "x": ""}))
    for extra, is_refused in ((rest, False), (rest + 1, True)):
        raw = json.dumps({**body, "x": "y" * extra}).encode()
        with RawServer(always(raw)) as other:
            call = _CALLS[path](OllamaClient(other.url))
            if not is_refused:
                call()
                continue
            with pytest.raises(TooLarge) as caught:
                call()
            assert error_text(caught.value, "nas").body.replace("\u00a0", " ").startswith(words)


def test_a_list_of_running_models_that_is_too_long_does_not_hide_the_others(
    server: FaultyServer, client: OllamaClient
) -> None:
    row = {"name": "x" * 100, "size": 1}
    server.fault("/api/ps", faults.reply_json(200, {"models": [row] * 10_000}))
    snapshot = client.snapshot()
    assert (len(snapshot.models), snapshot.running) == (3, None)
    assert "more than 1000000 bytes" in snapshot.problems[0]


def test_copies(client: OllamaClient) -> None:
    client.copy("tiny:latest", "mine:one")
    copied, source = client.get("mine:one"), client.get("tiny")
    assert copied is not None
    assert source is not None
    assert copied.digest == source.digest
    with pytest.raises(ModelNotFound):
        client.copy("nothing", "mine:two")


def test_never_copies_over_a_model(client: OllamaClient) -> None:
    with pytest.raises(ServerFailed) as caught:
        client.copy("tiny:latest", "OTHER:q4")
    assert caught.value.status == 409


@pytest.mark.parametrize("name", ["x:local", "x:cloud", "x:20b-cloud", "x y", ""])
def test_refuses_names_that_would_be_misrouted(
    client: OllamaClient, server: FaultyServer, name: str
) -> None:
    with pytest.raises(BadName):
        client.copy("tiny:latest", name)
    assert sent(server, "/api/copy") == []


def test_loads_and_unloads(client: OllamaClient, server: FaultyServer) -> None:
    client.load("tiny", keep_alive_s=-1, context_length=8192)
    (row,) = client.list_running() or ()
    assert (row.name, row.expires_at) == ("tiny:latest", None)
    client.unload("tiny")
    wait_for(lambda: client.list_running() == ())
    load, unload = sent(server, "/api/generate")
    assert load["keep_alive"] == -1
    assert load["options"] == {"num_ctx": 8192}
    assert unload["keep_alive"] == 0
    with pytest.raises(ModelNotFound):
        client.load("nothing")


def test_loads_with_the_servers_own_expiry(client: OllamaClient, server: FaultyServer) -> None:
    client.load("tiny")
    assert sent(server, "/api/generate") == [{"model": "tiny", "name": "tiny", "stream": False}]


def test_loads_embedding_models_through_embed() -> None:
    with FaultyServer() as server, OllamaClient(server.url) as client:
        client.load("nomic-embed-text", keep_alive_s=300)
        assert "nomic-embed-text:latest" in [row.name for row in client.list_running() or ()]
        (embed,) = sent(server, "/api/embed")
        assert (embed["input"], embed["keep_alive"]) == ([], 300)


def test_a_load_that_fails(client: OllamaClient, server: FaultyServer) -> None:
    server.fault("/api/generate", faults.error_json(500, "out of memory"))
    with pytest.raises(ServerFailed) as caught:
        client.load("tiny")
    assert caught.value.text == "out of memory"


@pytest.mark.parametrize("name", ["gpt-oss:120b-cloud", "gpt-oss:cloud"])
def test_never_sends_cloud_names_to_generate(
    client: OllamaClient, server: FaultyServer, name: str
) -> None:
    client.unload(name)
    with pytest.raises(ServerFailed):
        client.load(name)
    assert sent(server, "/api/generate") == []
