"""Pulling and ensuring, over real HTTP, with everything that a stream can do wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fakes import FaultyServer, faults, small
from tests.support.waiting import wait_for
from tests.unit.ollama.raw_server import RawServer, lines
from tray_app.core.errors import (
    BadAnswer,
    BadName,
    Cancelled,
    IncompletePull,
    ListProblem,
    ModelNotFound,
    NotDone,
    PullFailed,
    PullFailure,
    Unreachable,
)
from tray_app.core.pulls.policy import RetryPolicy
from tray_app.core.pulls.progress import PullPhase, PullProgress
from tray_app.core.records import Manifest, ModelRecord
from tray_app.ollama import CancelScope, OllamaClient, Registry, is_up_to_date
from tray_app.ollama import ensure as ensure_module
from tray_app.ollama.ensure import Patience, Retry


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    library = small.library("tiny", published=("fresh", "other:q4"))
    with FaultyServer(library=library) as running:
        yield running


@pytest.fixture
def client(server: FaultyServer) -> Iterator[OllamaClient]:
    registry = Registry({"registry.ollama.ai": server.url})
    with OllamaClient(server.url, registry=registry) as made:
        yield made


def pulls(server: FaultyServer) -> list[Any]:
    return [request.json for request in server.requests if request.path == "/api/pull"]


# -- pull ------------------------------------------------------------------------------------------


def test_gives_the_lines_up_to_success(client: OllamaClient, server: FaultyServer) -> None:
    found = list(client.pull("fresh"))
    assert found[0] == {"status": "pulling manifest"}
    assert found[-1] == {"status": "success"}
    assert client.get("fresh") is not None
    assert pulls(server) == [{"model": "fresh", "name": "fresh", "stream": True}]


def test_insecure_is_only_sent_when_asked_for(client: OllamaClient, server: FaultyServer) -> None:
    list(client.pull("fresh", is_insecure=True))
    assert pulls(server)[0]["insecure"] is True


def test_an_error_line_is_the_last_one(client: OllamaClient) -> None:
    found = list(client.pull("nothing"))
    assert "file does not exist" in found[-1]["error"]


def test_an_error_before_the_stream_is_raised(client: OllamaClient) -> None:
    with pytest.raises(BadName):
        list(client.pull("bad name!"))


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.close_without_success(), IncompletePull),
        (faults.reset_mid_line(), Unreachable),
        (faults.truncated_chunk(), Unreachable),
        (faults.truncated_line(), BadAnswer),
    ],
)
def test_a_stream_that_ends_too_early(
    client: OllamaClient, server: FaultyServer, fault: Any, expected: type[Exception]
) -> None:
    server.fault("/api/pull", fault)
    with pytest.raises(expected):
        list(client.pull("fresh"))


@pytest.mark.parametrize("line", [b"[1]\n", b"nonsense\n", b"17\n"])
def test_a_line_that_is_no_object_is_named(line: bytes) -> None:
    with RawServer(lines(line)) as server, pytest.raises(BadAnswer) as caught:
        list(OllamaClient(server.url).pull("x"))
    assert caught.value.reference == "x"


def test_nothing_is_read_after_success() -> None:
    stream = b'{"status":"success"}\n{"error":"too late"}\n'
    with RawServer(lines(stream, ends=False)) as server:
        assert list(OllamaClient(server.url).pull("x")) == [{"status": "success"}]
        assert server.gone.wait(5)


# -- ensure ----------------------------------------------------------------------------------------


def test_what_is_up_to_date_is_left_alone(client: OllamaClient, server: FaultyServer) -> None:
    before = client.get("tiny")
    ensured = client.ensure("tiny")
    assert ensured.was_present
    assert ensured.record == before
    assert pulls(server) == []


def test_what_is_missing_is_pulled(client: OllamaClient, server: FaultyServer) -> None:
    seen: list[PullProgress] = []
    ensured = client.ensure("fresh", seen.append)
    assert not ensured.was_present
    assert ensured.is_checked
    assert ensured.record is not None
    assert ensured.record.name == "fresh:latest"
    assert seen[-1].phase is PullPhase.DONE
    assert seen[-1].permille == 1000
    assert all(progress.is_total_known for progress in seen), "the manifest was looked up first"
    done = [progress.permille or 0 for progress in seen]
    assert done == sorted(done)


def test_what_is_out_of_date_is_pulled() -> None:
    library = small.library("tiny")
    library.published.append(("fresh", small.model("fresh"), -3600.0))  # pushed after the copy
    with FaultyServer(library=library) as server:
        registry = Registry({"registry.ollama.ai": server.url})
        with OllamaClient(server.url, registry=registry) as client:
            client.copy("tiny", "fresh")
            assert not client.ensure("fresh").was_present
            assert client.ensure("fresh").was_present


def test_cloud_models_that_are_there_are_up_to_date() -> None:
    with FaultyServer() as server, OllamaClient(server.url, registry=Registry({})) as client:
        assert client.ensure("gpt-oss:120b-cloud").was_present
        assert pulls(server) == []


def test_a_success_that_is_not_in_the_list_is_none(
    client: OllamaClient, server: FaultyServer
) -> None:
    server.fault("/api/pull", faults.reply(200, b'{"status":"success"}\n', "application/x-ndjson"))
    with pytest.raises(NotDone) as caught:
        client.ensure("fresh")
    assert caught.value.reference == "fresh:latest"


def test_a_model_without_a_byte_is_none(client: OllamaClient, server: FaultyServer) -> None:
    """A real server makes one of a registry's `{"error": …}` with status 200."""
    row = {"name": "fresh:latest", "model": "fresh:latest", "size": 0, "digest": "a" * 64}

    def pull(call: faults.Call) -> None:
        server.fault("/api/tags", faults.reply_json(200, {"models": [row]}))
        faults.reply(200, b'{"status":"success"}\n', "application/x-ndjson")(call)

    server.fault("/api/pull", pull)
    with pytest.raises(NotDone) as caught:
        client.ensure("fresh")
    assert caught.value == NotDone("fresh:latest", problem=ListProblem.EMPTY)


def test_without_the_registry_the_server_decides(server: FaultyServer) -> None:
    with RawServer(lambda connection: connection.reset()) as down:
        registry = Registry({"registry.ollama.ai": down.url})
        with OllamaClient(server.url, registry=registry) as client:
            ensured = client.ensure("tiny")
    assert not ensured.was_present
    assert not ensured.is_checked
    assert len(pulls(server)) == 1


def test_a_name_that_is_none_is_not_even_asked_for(
    client: OllamaClient, server: FaultyServer
) -> None:
    with pytest.raises(BadName):
        client.ensure("no spaces please")
    assert server.requests == []


def test_a_model_that_nobody_has(client: OllamaClient) -> None:
    with pytest.raises(ModelNotFound):
        client.ensure("nothing")


def test_a_pull_that_joined_a_dying_one_is_asked_for_again(
    client: OllamaClient, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ensure_module, "JOINED_PAUSES_S", (0.0, 0.0))
    server.fault("/api/pull", faults.error_line("context canceled"), times=2)
    assert not client.ensure("fresh").was_present
    assert len(pulls(server)) == 3


def test_that_patience_ends(
    client: OllamaClient, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ensure_module, "JOINED_PAUSES_S", (0.0, 0.0))
    server.fault("/api/pull", faults.error_line("context canceled"))
    with pytest.raises(PullFailed) as caught:
        client.ensure("fresh")
    assert caught.value.kind is PullFailure.CANCELED_BY_SERVER
    assert len(pulls(server)) == 3


def test_waiting_to_ask_again_can_be_cancelled(
    client: OllamaClient, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ensure_module, "JOINED_PAUSES_S", (600.0,))
    server.fault("/api/pull", faults.error_line("context canceled"))

    def cancel_after_the_first() -> None:
        wait_for(lambda: pulls(server))
        client.cancel()

    thread = threading.Thread(target=cancel_after_the_first)
    thread.start()
    with pytest.raises(Cancelled):
        client.ensure("fresh")
    thread.join()


def test_cancelled_while_the_registry_is_asked(server: FaultyServer) -> None:
    scope = CancelScope()
    with RawServer(lambda _: scope.cancel()) as registry_server:
        registry = Registry({"registry.ollama.ai": registry_server.url})
        client = OllamaClient(server.url, registry=registry, scope=scope)
        with pytest.raises(Cancelled):
            client.ensure("fresh")
    assert pulls(server) == []


def test_other_failures_are_raised_at_once(client: OllamaClient, server: FaultyServer) -> None:
    server.fault("/api/pull", faults.error_line("max retries exceeded: EOF"))
    with pytest.raises(PullFailed) as caught:
        client.ensure("fresh")
    assert caught.value.kind is PullFailure.REGISTRY_UNREACHABLE
    assert len(pulls(server)) == 1


# -- patience --------------------------------------------------------------------------------------

HASTY = RetryPolicy(pauses_s=(0.0,))


def test_passing_failures_are_told_and_asked_for_again(
    client: OllamaClient, server: FaultyServer
) -> None:
    server.fault("/api/pull", faults.error_line("EOF"), times=2)
    told: list[Retry] = []
    client.ensure("fresh", patience=Patience(HASTY, on_retry=told.append))
    assert [retry.attempt for retry in told] == [1, 2]
    assert len(pulls(server)) == 3


def test_bytes_renew_the_patience(client: OllamaClient, server: FaultyServer) -> None:
    reached = iter(range(10, 100, 10))

    def a_bit_more(call: faults.Call) -> None:
        done = next(reached)
        rows = [
            {"status": "pulling x", "digest": "sha256:ab", "total": 100, "completed": completed}
            for completed in (done, done + 5)
        ]
        body = "".join(json.dumps(row) + "\n" for row in rows).encode()
        call.exchange.reply(200, body, "application/x-ndjson")

    server.fault("/api/pull", a_bit_more, times=3)
    told: list[Retry] = []
    policy = replace(HASTY, max_attempts=2)
    client.ensure("fresh", patience=Patience(policy, on_retry=told.append))
    assert [retry.attempt for retry in told] == [1, 1, 1]


@pytest.mark.parametrize("fault", [faults.stall(), faults.stall_mid_line(), faults.never_answer()])
def test_a_stall_is_kicked(client: OllamaClient, server: FaultyServer, fault: Any) -> None:
    server.fault("/api/pull", fault, times=1)
    told: list[Retry] = []
    client.ensure("fresh", patience=Patience(HASTY, 0.3, told.append))
    assert [type(retry.error) for retry in told] == [PullFailed]
    assert client.get("fresh") is not None
    assert len(pulls(server)) == 2


def test_identical_lines_are_a_stall_too(client: OllamaClient, server: FaultyServer) -> None:
    server.state.set_speed(0)
    told: list[Retry] = []

    def go_on(retry: Retry) -> None:
        told.append(retry)
        server.state.set_speed(500e6)

    client.ensure("fresh", patience=Patience(HASTY, 0.3, go_on))
    assert [getattr(retry.error, "kind", None) for retry in told] == [PullFailure.STALLED]


def test_the_check_may_be_silent(client: OllamaClient, server: FaultyServer) -> None:
    server.state.verify_s = 0.5
    client.ensure("fresh", patience=Patience(HASTY, 0.2))
    assert len(pulls(server)) == 1


def test_a_cancel_ends_a_watched_pull(client: OllamaClient, server: FaultyServer) -> None:
    server.state.set_speed(0)

    def cancel_when_asked() -> None:
        wait_for(lambda: pulls(server))
        client.cancel()

    thread = threading.Thread(target=cancel_when_asked)
    thread.start()
    with pytest.raises(Cancelled):
        client.ensure("fresh", patience=Patience(HASTY, 60.0))
    thread.join()


def test_up_to_date() -> None:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    record = ModelRecord("s", "x:latest", digest="a" * 64, modified_at=now)
    manifest = Manifest("b" * 64, ())
    assert is_up_to_date(record, Manifest("a" * 64, ()))
    assert not is_up_to_date(record, manifest)
    # An old server's digest is of its own making; then the dates decide.
    assert is_up_to_date(record, replace(manifest, pushed_at=now - timedelta(days=1)))
    assert not is_up_to_date(record, replace(manifest, pushed_at=now + timedelta(days=1)))
