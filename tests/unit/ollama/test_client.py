"""What a client changes: delete, copy, load, unload."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, faults, small
from tests.support.waiting import wait_for
from tray_app.core.errors import (
    BadName,
    Changed,
    ModelNotFound,
    ServerFailed,
)
from tray_app.ollama import OllamaClient

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
