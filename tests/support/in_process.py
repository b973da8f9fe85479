"""A client of a demo server without the network between them: the same handlers, a tenth of the
time."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping
from typing import Any

from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import OllamaError, TimedOut
from tray_app.demo import DemoState
from tray_app.demo.exchange import Exchange
from tray_app.demo.handlers.routes import dispatch
from tray_app.ollama import OllamaClient
from tray_app.ollama.responses import Answer
from tray_app.ollama.transport import MAX_BODY_BYTES, Transport, Upload


class MemoryExchange(Exchange):
    """A request that came over no socket. No time passes for it."""

    def __init__(self, method: str, path: str, body: bytes) -> None:
        self.method = method
        self.target = self.path = path
        self.query = ""
        self.headers = http.client.HTTPMessage()
        self.body = body
        self.has_started = False
        self.is_gone = False
        self.answer = Answer(0)

    def read_body(self) -> None:
        """It is there."""

    def reply(
        self,
        status: int,
        body: bytes = b"",
        content_type: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        *,
        length: int | None = None,
        is_flushed: bool = False,
    ) -> None:
        self.has_started = True
        fields = {"content-type": content_type} if content_type else {}
        self.answer = Answer(status, fields, body, "http://demo", self.path)

    def wait(self, seconds: float) -> None:
        """Nobody hangs up."""

    def pause(self, seconds: float) -> None:
        """Nobody waits."""


class InProcess(Transport):
    """Asks the handlers themselves; `before` hears of each request."""

    def __init__(self, state: DemoState, before: Callable[[str, str], None]) -> None:
        super().__init__(Endpoint.parse("127.0.0.1:1"))
        self._state = state
        self._before = before

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        upload: Upload | None = None,
        read_timeout_s: float | None = 30.0,
        silence: type[OllamaError] = TimedOut,
        max_bytes: int = MAX_BODY_BYTES,
    ) -> Answer:
        self._before(method, path)
        data = b"" if body is None else json.dumps(body).encode()
        exchange = MemoryExchange(method, path, data)
        dispatch(self._state, exchange)
        return exchange.answer


def client_of(state: DemoState, before: Callable[[str, str], None]) -> OllamaClient:
    """A client in front of `state`."""
    client = OllamaClient(Endpoint.parse("127.0.0.1:1"))
    client._transport = InProcess(state, before)
    return client
