"""Making a model of another one when the end of it is not heard: the list is believed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fakes import FaultyServer, faults, small
from tests.fakes.server import Call, Fault
from tray_app.core.creates.records import DeriveRequest, ModelChanges
from tray_app.core.errors import (
    Cancelled,
    ModelNotFound,
    NotDone,
    ProxyFailed,
    ServerFailed,
    Unreachable,
)
from tray_app.core.payloads import ModelRef
from tray_app.ollama import OllamaClient
from tray_app.ollama.deriving import derive

CHANGES = ModelChanges(system="Be terse.")
PATH = "/api/create"


@pytest.fixture
def request_(client: OllamaClient) -> DeriveRequest:
    record = client.get("tiny")
    assert record is not None
    return DeriveRequest(ModelRef("local", record.name, record.digest), "mine:latest", CHANGES)


def no_time() -> Callable[[], float]:
    """A clock after which there is no more waiting."""
    return iter([0.0, *[1000.0] * 50]).__next__


def made_unheard(then: Fault) -> Fault:
    """The server makes it, and we are told `then`."""

    def fault(call: Call) -> None:
        call.server.state.install("mine:latest", small.model("mine", system="Be terse."))
        then(call)

    return fault


@pytest.mark.parametrize(
    "then",
    [
        faults.reset_before_headers(),
        faults.close_before_headers(),
        faults.error_html(504),
        faults.error_html(502),
    ],
)
def test_what_is_in_the_list_was_made(
    client: OllamaClient, server: FaultyServer, request_: DeriveRequest, then: Fault
) -> None:
    server.fault(PATH, made_unheard(then))
    assert derive(client, request_).ref.name == "mine:latest"
    # Not as a stream, or it would have been stranded.
    assert [each.json["stream"] for each in server.requests if each.path == PATH] == [False]


@pytest.mark.parametrize(
    ("then", "error"),
    [
        (faults.reset_before_headers(), Unreachable),
        (faults.error_html(504), ProxyFailed),
    ],
)
def test_what_never_comes_into_the_list_has_failed(
    client: OllamaClient,
    server: FaultyServer,
    request_: DeriveRequest,
    then: Fault,
    error: type[Exception],
) -> None:
    server.fault(PATH, then)
    with pytest.raises(error):
        derive(client, request_, clock=no_time())


def test_a_refusal_is_not_waited_on(
    client: OllamaClient, server: FaultyServer, request_: DeriveRequest
) -> None:
    server.fault(PATH, faults.error_json(500, "write x: no space left on device"))
    with pytest.raises(ServerFailed):
        derive(client, request_)


def test_a_success_that_the_list_does_not_know_is_none(
    client: OllamaClient, server: FaultyServer, request_: DeriveRequest
) -> None:
    server.fault(PATH, faults.reply_json(200, {"status": "success"}))
    with pytest.raises(NotDone):
        derive(client, request_)


def test_watching_ends_when_the_program_does(
    client: OllamaClient, server: FaultyServer, request_: DeriveRequest
) -> None:
    def fault(call: Call) -> None:
        client.cancel()
        faults.reset_before_headers()(call)

    server.fault(PATH, fault)
    with pytest.raises(Cancelled):
        derive(client, request_)


def test_nothing_is_asked_of_a_base_that_is_not_listed(
    client: OllamaClient, server: FaultyServer, request_: DeriveRequest
) -> None:
    server.state.remove("tiny")
    with pytest.raises(ModelNotFound):
        derive(client, request_)
    assert all(each.path != PATH for each in server.requests)


def test_what_the_server_drops_is_told(
    client: OllamaClient, server: FaultyServer, request_: DeriveRequest
) -> None:
    shown = iter([["completion", "tools"], ["completion"]])

    def fault(call: Call) -> None:
        call.exchange.reply_json(200, {"capabilities": next(shown)})

    server.fault("/api/show", fault)
    derived = derive(client, request_)
    assert (derived.lost, derived.version) == (("tools",), server.state.version)
