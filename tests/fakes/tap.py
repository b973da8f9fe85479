"""An exchange whose answer can be changed on its way out."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
from collections.abc import Callable
from typing import Any

from tray_app.demo.exchange import JSON, Exchange

LineFilter = Callable[["Tap", Any], None]
JsonFilter = Callable[[Any], Any]


class Tap(Exchange):
    """Stands in for an exchange: lines of a stream and JSON answers pass the given filters."""

    def __init__(
        self,
        inner: Exchange,
        *,
        on_line: LineFilter | None = None,
        on_json: JsonFilter | None = None,
    ) -> None:
        self.__dict__.update(inner.__dict__)
        self._on_line = on_line
        self._on_json = on_json

    def send_line(self, value: Any) -> None:
        """Let the filter send the line, or something else."""
        if self._on_line is None:
            super().send_line(value)
        else:
            self._on_line(self, value)

    def pass_line(self, value: Any) -> None:
        """Send a line as it is."""
        super().send_line(value)

    def reply_json(self, status: int, value: Any, content_type: str = JSON) -> None:
        """Send what the filter makes of the answer."""
        changed = value if self._on_json is None else self._on_json(value)
        super().reply_json(status, changed, content_type)

    def reply_encoded(self, status: int, body: bytes) -> None:
        """As `reply_json`."""
        self.reply_json(status, json.loads(body))

    def start_lines(self) -> None:
        """Send the headers of a stream if they are not out yet."""
        if not self.has_started:
            self.start_stream()


def reset(exchange: Exchange) -> None:
    """Break the connection off: the client gets a reset, not an end.

    The server notices as it notices any client that left: a pull stops, a verify goes on.
    """
    handler = exchange._handler
    with contextlib.suppress(OSError):
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.rfile.close()
    handler.connection.close()
    exchange.is_gone = True
    exchange.close_after()


def hang_up(exchange: Exchange) -> None:
    """End the connection in good order, in the middle of an answer."""
    handler = exchange._handler
    with contextlib.suppress(OSError):
        handler.connection.shutdown(socket.SHUT_WR)
    exchange.is_gone = True
    exchange.close_after()
