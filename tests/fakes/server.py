"""A demo server that misbehaves on request, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.fakes.tap import Tap
from tray_app.demo import DemoServer
from tray_app.demo.errors import ClientGone, ServerStopping
from tray_app.demo.exchange import Exchange

_STALL_STEP_S = 0.01
BLOBS = "/api/blobs/"

Fault = Callable[["Call"], None]


@dataclass(frozen=True)
class ReceivedRequest:
    """One request as it arrived, whether or not it was answered."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        """The decoded body, None if it is empty or no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def model(self) -> str:
        """The model that the request names, '' if none."""
        value = self.json
        return str(value.get("model") or value.get("name") or "") if isinstance(value, dict) else ""


@dataclass
class _Armed:
    fault: Fault
    method: str | None
    model: str | None
    left: int | None
    lifted: threading.Event = field(default_factory=threading.Event)
    hits: int = 0


class Call:
    """One request that a fault handles."""

    def __init__(self, server: FaultyServer, exchange: Exchange, armed: _Armed) -> None:
        self.server = server
        self.exchange = exchange
        self._armed = armed

    @property
    def is_lifted(self) -> bool:
        """Whether the fault was cleared meanwhile."""
        return self._armed.lifted.is_set()

    def answer(self, tap: Tap | None = None) -> None:
        """Answer as the demo server does, through a tap if one is given."""
        self.server.answer_normally(tap or self.exchange)

    def stall(self) -> None:
        """Wait until the fault is lifted; ClientGone or ServerStopping end it."""
        while not self.is_lifted:
            self.exchange.wait(_STALL_STEP_S)

    def layers(self) -> list[str]:
        """The digests that a pull goes through, in order; [] for an unknown model."""
        return self.server.layers(self.server.received(self.exchange).model)


class FaultyServer(DemoServer):
    """A DemoServer whose answers can be spoilt, path by path, while it runs.

    Thread: `fault`, `clear` and `requests` may be used from any thread.
    """

    def __init__(self, port: int = 0, **settings: Any) -> None:
        fast = {"tick_s": 0.01, "verify_s": 0.02, "load_s": 0.01, "speed_bytes_s": 500e6}
        super().__init__(port, **(fast | settings))
        self._faults_lock = threading.Lock()
        self._faults: dict[str, _Armed] = {}
        self._requests: list[ReceivedRequest] = []
        self._accepts = True

    # -- scripting -----------------------------------------------------------------------------

    def fault(
        self,
        path: str,
        fault: Fault,
        *,
        times: int | None = None,
        method: str | None = None,
        model: str | None = None,
    ) -> None:
        """Spoil the answers of a path ("*": of all), from now on or `times` times.

        With `method` or `model` only requests of that method, or for that model, are hit.
        """
        armed = _Armed(fault, method, model, times)
        with self._faults_lock:
            old = self._faults.get(path)
            self._faults[path] = armed
        if old is not None:
            old.lifted.set()

    def clear(self, path: str | None = None) -> None:
        """Lift the fault of a path, or all; what stalls because of one goes on."""
        with self._faults_lock:
            paths = list(self._faults) if path is None else [path]
            lifted = [self._faults.pop(each) for each in paths if each in self._faults]
        for armed in lifted:
            armed.lifted.set()

    def refuse(self) -> None:
        """Close the port: new connections are refused, as when the server is down."""
        self.kill()

    def accept(self) -> None:
        """Open the port again."""
        self.start()

    # -- looking -------------------------------------------------------------------------------

    @property
    def requests(self) -> list[ReceivedRequest]:
        """What arrived so far, in order."""
        with self._faults_lock:
            return list(self._requests)

    def asked(self, path: str) -> list[ReceivedRequest]:
        """The requests of one path."""
        return [request for request in self.requests if request.path == path]

    def forget(self) -> None:
        """Empty the list of requests."""
        with self._faults_lock:
            self._requests.clear()

    def layers(self, name: str) -> list[str]:
        """The digests of a model at the registry, in the order of a pull."""
        for item in self.state.published():
            if item.ref.display in (name, f"{name}:latest"):
                return [blob.digest for blob in item.package.blobs]
        return []

    @staticmethod
    def received(exchange: Exchange) -> ReceivedRequest:
        """The record of an exchange."""
        headers = {key.lower(): value for key, value in exchange.headers.items()}
        return ReceivedRequest(exchange.method, exchange.path, exchange.body, headers)

    # -- answering -----------------------------------------------------------------------------

    def respond(self, exchange: Exchange) -> None:
        """Answer one request, spoilt if a fault fits it."""
        if not (exchange.method == "POST" and exchange.path.startswith(BLOBS)):
            exchange.read_body()  # that of an upload may never be read
        request = self.received(exchange)
        with self._faults_lock:
            self._requests.append(request)
            armed = self._fitting(request)
        if armed is None:
            super().respond(exchange)
            return
        try:
            armed.fault(Call(self, exchange, armed))
        except (ClientGone, ServerStopping):
            exchange.close_after()

    def answer_normally(self, exchange: Exchange) -> None:
        """What a server without faults answers."""
        super().respond(exchange)

    def _fitting(self, request: ReceivedRequest) -> _Armed | None:
        for path in (request.path, "*"):
            armed = self._faults.get(path)
            if (
                armed is None
                or armed.method not in (None, request.method)
                or armed.model not in (None, request.model)
            ):
                continue
            armed.hits += 1
            if armed.left is not None:
                armed.left -= 1
                if armed.left <= 0:
                    del self._faults[path]
            return armed
        return None


@pytest.fixture
def faulty_server() -> Iterator[FaultyServer]:
    """A running FaultyServer with the demo's library."""
    with FaultyServer() as server:
        yield server
