"""Cancelling, from another thread, whatever is blocked: nobody waits for a network."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.support.waiting import wait_for
from tests.unit.ollama.raw_server import TLS, Connection, RawServer, lines, silent
from tray_app.core.endpoint import Access, Endpoint
from tray_app.core.errors import Cancelled, ServerFailed
from tray_app.ollama import OllamaClient
from tray_app.ollama.cancel import CancelScope, ScopeCancelled
from tray_app.ollama.connect import calling, dial
from tray_app.ollama.http_session import HttpSession

# Far below every timeout in play, far above what a loaded machine needs.
SOON_S = 1.5


class Blocked:
    """Runs a call in a thread and keeps what it raised, and when."""

    def __init__(self, call: Callable[[], object]) -> None:
        self.error: BaseException | None = None
        self.ended_s = 0.0
        self._call = call
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._call()
        except BaseException as error:  # noqa: BLE001
            self.error = error
        self.ended_s = time.monotonic()

    def cancel(self, scope: CancelScope) -> float:
        """Cancel, and return how long it took to be free."""
        started_s = time.monotonic()
        scope.cancel()
        assert time.monotonic() - started_s < SOON_S, "cancel() itself blocked"
        self._thread.join(20)
        assert not self._thread.is_alive()
        return self.ended_s - started_s

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()


@pytest.fixture(params=[False, True], ids=["shutdown", "handle"])
def scope(request: pytest.FixtureRequest) -> CancelScope:
    """Both ways of freeing a reader; the second is what Windows gets."""
    return CancelScope(closes_handles=request.param)


def test_frees_a_connect(full_backlog: tuple[str, int], scope: CancelScope) -> None:
    client = OllamaClient("{}:{}".format(*full_backlog), scope=scope, connect_timeout_s=30)
    blocked = Blocked(client.version)
    wait_for(lambda: len(scope._sockets) == 1)
    assert blocked.cancel(scope) < SOON_S
    assert isinstance(blocked.error, Cancelled)


def test_frees_a_reader_of_headers(scope: CancelScope) -> None:
    with RawServer(silent) as server:
        client = OllamaClient(server.url, scope=scope)
        blocked = Blocked(lambda: client.load("llama3"))
        wait_for(lambda: server.requests)
        assert blocked.is_running
        assert blocked.cancel(scope) < SOON_S
        assert isinstance(blocked.error, Cancelled)


def test_frees_a_reader_of_a_silent_stream_and_the_server_notices(scope: CancelScope) -> None:
    with RawServer(lines(b'{"status":"verifying sha256 digest"}\n', ends=False)) as server:
        client = OllamaClient(server.url, scope=scope)
        seen: list[object] = []
        blocked = Blocked(lambda: seen.extend(client.pull("llama3")))
        wait_for(lambda: server.requests)
        assert blocked.cancel(scope) < SOON_S
        assert isinstance(blocked.error, Cancelled)
        assert server.gone.wait(5)


def test_frees_a_reader_in_the_middle_of_a_line(scope: CancelScope) -> None:
    with RawServer(lines(b'{"status":"pul', ends=False)) as server:
        client = OllamaClient(server.url, scope=scope)
        blocked = Blocked(lambda: list(client.pull("llama3")))
        wait_for(lambda: server.requests)
        assert blocked.cancel(scope) < SOON_S
        assert isinstance(blocked.error, Cancelled)


def test_ends_a_busy_stream(scope: CancelScope) -> None:
    def flood(connection: Connection) -> None:
        connection.request()
        connection.head()
        while True:
            connection.chunk(b'{"status":"pulling","total":9}\n' * 50)

    with RawServer(flood) as server:
        client = OllamaClient(server.url, scope=scope)
        count = [0]

        def read() -> None:
            for _ in client.pull("llama3"):
                count[0] += 1

        blocked = Blocked(read)
        wait_for(lambda: count[0] > 1000)
        assert blocked.cancel(scope) < SOON_S
        assert isinstance(blocked.error, Cancelled)


def test_frees_a_tls_handshake(scope: CancelScope) -> None:
    with RawServer(lambda connection: connection.hold()) as server:
        url = server.url.replace("http:", "https:")
        client = OllamaClient(url, scope=scope)
        blocked = Blocked(client.version)
        assert server.reached.wait(5)
        wait_for(lambda: any(sock.fileno() >= 0 for sock in scope._sockets))
        assert blocked.cancel(scope) < SOON_S
        assert isinstance(blocked.error, Cancelled)


def test_frees_a_reader_under_tls(scope: CancelScope) -> None:
    with RawServer(silent, certificate="valid.pem") as server:
        access = Access(ca_file=str(TLS / "valid.pem"))
        client = OllamaClient(Endpoint.parse(server.url).with_access(access), scope=scope)
        blocked = Blocked(lambda: client.load("llama3"))
        wait_for(lambda: server.requests)
        assert blocked.cancel(scope) < SOON_S
        assert isinstance(blocked.error, Cancelled)


def test_frees_a_name_lookup(scope: CancelScope, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, let_go = threading.Event(), threading.Event()

    def getaddrinfo(*args: object, **kwargs: object) -> object:
        asked.set()
        let_go.wait(20)
        raise socket.gaierror(-2, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    client = OllamaClient("nas.example", scope=scope, connect_timeout_s=30)
    blocked = Blocked(client.version)
    assert asked.wait(5)
    try:
        assert blocked.cancel(scope) < SOON_S
        assert isinstance(blocked.error, Cancelled)
    finally:
        let_go.set()


def test_a_cancelled_scope_lets_nothing_begin() -> None:
    with RawServer(silent) as server:
        client = OllamaClient(server.url)
        client.cancel()
        for call in (client.version, client.list_models, lambda: client.unload("x")):
            with pytest.raises(Cancelled):
                call()
        with pytest.raises(Cancelled):
            next(client.pull("llama3"))
        assert server.connections == 0
        with calling(client.scope, None), pytest.raises(ScopeCancelled):
            dial("127.0.0.1", server.port, 5)


def test_one_scope_ends_all_its_clients_and_no_other() -> None:
    ours, theirs = CancelScope(), CancelScope()
    with RawServer(silent) as server:
        clients = [OllamaClient(server.url, scope=ours) for _ in range(3)]
        other = OllamaClient(server.url, scope=theirs)
        blocked = [Blocked(lambda c=client: c.load("x")) for client in clients]  # type: ignore[misc]
        bystander = Blocked(lambda: other.load("x"))
        wait_for(lambda: len(server.requests) == 4)
        for each in blocked:
            assert each.cancel(ours) < SOON_S
        assert bystander.is_running
        assert bystander.cancel(theirs) < SOON_S


def test_cancelling_twice_and_early_is_harmless() -> None:
    scope = CancelScope()
    scope.cancel()
    scope.cancel()
    assert scope.is_cancelled
    assert scope.wait(60) is True
    with socket.socket() as sock, pytest.raises(ScopeCancelled):
        scope.attach(sock)
    woken: list[int] = []
    with scope.waking(lambda: woken.append(1)):
        assert woken == [1]
    with pytest.raises(Cancelled):
        scope.raise_if_cancelled("x")


def test_waits_are_ended_early() -> None:
    scope = CancelScope()
    assert scope.wait(0) is False
    blocked = Blocked(lambda: scope.wait(60))
    assert blocked.cancel(scope) < SOON_S
    assert blocked.error is None


@pytest.mark.parametrize(
    "ask", [OllamaClient.version, lambda client: next(client.pull("x"))], ids=["answer", "stream"]
)
def test_a_cancel_between_head_and_body_hangs_up(
    ask: Callable[[OllamaClient], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    send, given = HttpSession.send, []

    def send_and_cancel(session: HttpSession, *args: Any, **options: Any) -> requests.Response:
        given.append(send(session, *args, **options))
        client.cancel()
        return given[-1]

    monkeypatch.setattr(HttpSession, "send", send_and_cancel)
    body = lines(b'{"version":"1.2.3","status":"pulling manifest"}\n', ends=False)
    with RawServer(body) as server, OllamaClient(server.url) as client:
        with pytest.raises(Cancelled):
            ask(client)
        assert [each.raw.closed for each in given] == [True]
        assert all(sock.fileno() < 0 for sock in client.scope._sockets)


def test_closing_hangs_up_though_somebody_keeps_an_error() -> None:
    def refuse(connection: Connection) -> None:
        connection.request()
        connection.answer('{"error":"no"}', status="500 Internal Server Error")
        connection.hold()

    with RawServer(refuse) as server, OllamaClient(server.url) as client:
        with pytest.raises(ServerFailed) as kept:
            next(client.pull("llama3"))
        client.close()
        assert server.gone.wait(5)
        assert kept.value.__traceback__ is not None


def test_closing_a_pull_hangs_up() -> None:
    still_asking = b'{"status":"pulling manifest"}\n'
    with (
        RawServer(lines(still_asking, ends=False)) as server,
        OllamaClient(server.url) as client,
    ):
        stream = client.pull("llama3")
        assert next(stream) == {"status": "pulling manifest"}
        stream.close()
        assert server.gone.wait(5)
