"""Deleting a model that may be loaded, by the demo server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes import FaultyServer, faults
from tray_app.core.errors import (
    Cancelled,
    Changed,
    ListProblem,
    ModelNotFound,
    NotDone,
    ServerFailed,
)
from tray_app.core.records import ModelRecord
from tray_app.ollama import OllamaClient
from tray_app.ollama.deleting import UNLOAD_WAIT_S, delete_unloaded


@pytest.fixture
def tiny(client: OllamaClient) -> ModelRecord:
    record = client.get("tiny")
    assert record is not None
    return record


def paths(server: FaultyServer) -> list[str]:
    return [request.path for request in server.requests]


def test_a_loaded_model_leaves_the_memory_first(
    client: OllamaClient, server: FaultyServer, tiny: ModelRecord
) -> None:
    server.state.load("tiny")
    delete_unloaded(client, tiny)
    assert server.state.names() == ["other:q4"]
    assert client.list_running() == ()
    assert paths(server).index("/api/generate") < paths(server).index("/api/delete")


def test_what_somebody_else_deletes_meanwhile_is_gone(
    client: OllamaClient, server: FaultyServer, tiny: ModelRecord
) -> None:
    server.state.remove("tiny")
    assert delete_unloaded(client, tiny) is False
    other = client.get("other:q4")
    assert other is not None
    assert delete_unloaded(client, other) is True


def test_a_server_that_knows_nothing_of_what_it_lists_is_believed_in_neither(
    client: OllamaClient, server: FaultyServer, tiny: ModelRecord
) -> None:
    server.fault("/api/delete", faults.error_json(404, "model 'tiny' not found"))
    with pytest.raises(ModelNotFound):
        delete_unloaded(client, tiny)


def test_a_copy_that_is_loaded_under_its_own_name_stays_loaded(
    client: OllamaClient, server: FaultyServer, tiny: ModelRecord
) -> None:
    client.copy("tiny:latest", "mine:one")
    mine = client.get("mine:one")
    assert mine is not None
    server.state.load("tiny")
    delete_unloaded(client, mine)
    assert [row.name for row in client.list_running() or ()] == ["tiny:latest"]
    # A name that is gone is nobody's: what is loaded under it is this one.
    client.copy("tiny:latest", "mine:one")
    server.state.remove("tiny")
    delete_unloaded(client, replace(mine, modified_at=None))
    assert client.list_running() == ()


def test_what_is_not_loaded_or_runs_elsewhere_is_not_unloaded(
    client: OllamaClient, server: FaultyServer, tiny: ModelRecord
) -> None:
    delete_unloaded(client, tiny)
    other = client.get("other:q4")
    assert other is not None
    server.state.load("other:q4")
    delete_unloaded(client, replace(other, remote_host="https://ollama.com"))
    assert server.state.names() == []
    assert "/api/generate" not in paths(server)


def test_it_does_not_wait_for_ever(client: OllamaClient, tiny: ModelRecord) -> None:
    client.load("tiny")
    times = iter((0.0, UNLOAD_WAIT_S))
    delete_unloaded(client, tiny, lambda: next(times))
    assert client.get("tiny") is None


def test_a_cancel_ends_the_wait(
    client: OllamaClient, server: FaultyServer, tiny: ModelRecord
) -> None:
    server.state.load("tiny")

    def clock() -> float:
        client.cancel()
        return 0.0

    with pytest.raises(Cancelled):
        delete_unloaded(client, tiny, clock)
    assert "tiny:latest" in server.state.names()


def test_a_500_counts_only_while_the_model_is_there(
    client: OllamaClient, server: FaultyServer, tiny: ModelRecord
) -> None:
    refusal = faults.error_json(500, "remove blobs/sha256-aa: permission denied")
    server.fault("/api/delete", refusal, times=1)
    with pytest.raises(ServerFailed):
        delete_unloaded(client, tiny)

    def half(call: faults.Call) -> None:
        server.state.remove("tiny")
        refusal(call)

    server.fault("/api/delete", half, times=1)
    delete_unloaded(client, tiny)


def test_what_changed_meanwhile_stays(
    client: OllamaClient, server: FaultyServer, tiny: ModelRecord
) -> None:
    with pytest.raises(Changed):
        delete_unloaded(client, replace(tiny, digest="0" * 64))
    assert "tiny:latest" in server.state.names()


def test_the_list_is_believed_and_not_the_status(
    client: OllamaClient, server: FaultyServer, tiny: ModelRecord
) -> None:
    server.fault("/api/delete", faults.empty_ok())
    with pytest.raises(NotDone) as caught:
        delete_unloaded(client, tiny)
    assert caught.value == NotDone("tiny:latest", problem=ListProblem.STILL_THERE)


def test_another_model_of_the_name_may_be_there_by_then(
    client: OllamaClient, server: FaultyServer, tiny: ModelRecord
) -> None:
    def replaced(call: faults.Call) -> None:
        server.state.remove("tiny")
        server.clear("/api/delete")
        with OllamaClient(server.url) as somebody:
            somebody.copy("other:q4", "tiny")
        faults.empty_ok()(call)

    server.fault("/api/delete", replaced)
    delete_unloaded(client, tiny)
    assert "tiny:latest" in server.state.names()
