"""One HTTP exchange on its socket: read the request, write an answer or a stream, notice who left.

Every write is one segment (headers with body, or one whole chunk), as a Go server's are.
"""

from __future__ import annotations

import http
import io
import socket
from collections.abc import Iterator
from contextlib import suppress
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit

from tray_app.demo.errors import ClientGone, ServerStopping
from tray_app.demo.gojson import encode

if TYPE_CHECKING:
    from tray_app.demo.stopping import StopSign

JSON = "application/json; charset=utf-8"
PLAIN_JSON = "application/json"
NDJSON = "application/x-ndjson"
TEXT = "text/plain; charset=utf-8"
BARE_TEXT = "text/plain"

# Go sends a Content-Length as long as the answer fits its buffer, and chunks beyond it.
_BUFFERED_BYTES = 2048
_READ_BYTES = 256 * 1024
_DRAINED_BYTES = 256 * 1024
"""So much of a request that nobody wants a Go server takes all the same."""
_LINGER_S = 0.5


class Responder(Protocol):
    """What the requests of a connection are answered by: a server, which may be stopping."""

    stopping: StopSign

    def respond(self, exchange: Exchange) -> None:
        """Answer one request."""


class Exchange:
    """A request and the means to answer it. Belongs to the thread of its connection."""

    def __init__(self, handler: ConnectionHandler) -> None:
        self._handler = handler
        self._socket = handler.connection
        self._stopping = handler.stopping
        self.method = handler.command
        self.target = handler.path
        parts = urlsplit(handler.path)
        self.path = unquote(parts.path) if "%" in parts.path else parts.path
        self.query = parts.query
        self.headers = handler.headers
        self.body = b""
        self._is_read = False
        self.has_started = False
        self.is_gone = False
        """The client left while something was written to it; the rest is dropped."""
        self._is_chunked = False

    # -- reading -------------------------------------------------------------------------------

    def body_parts(self) -> Iterator[bytes]:
        """The request's body in pieces; must be read to its end before answering."""
        if self._is_read:
            yield self.body
            return
        self._is_read = True
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            yield from self._chunked_parts()
            return
        left = _number(self.headers.get("Content-Length") or "0", 10)
        while left > 0:
            part = self._handler.rfile.read(min(left, _READ_BYTES))
            if not part:
                raise ClientGone
            left -= len(part)
            yield part

    def reply_unread(self, status: int, body: bytes = b"", content_type: str | None = None) -> None:
        """A whole answer to a request of which not all was read: a short rest is still taken, on a
        long one the connection ends."""
        length = _number(self.headers.get("Content-Length") or "0", 10)
        is_chunked = "chunked" in self.headers.get("Transfer-Encoding", "").lower()
        if not self._is_read and length <= _DRAINED_BYTES and not is_chunked:
            self.read_body()
            self.reply(status, body, content_type)
            return
        self._is_read = True
        self.reply(status, body, content_type, (("Connection", "close"),))
        self.close_after()
        with suppress(OSError, ValueError):
            self._socket.shutdown(socket.SHUT_WR)
            left = _DRAINED_BYTES
            while left > 0 and self._stopping.waits_for(self._socket, _LINGER_S):
                part = self._socket.recv(left)
                if not part:
                    return
                left -= len(part)

    def read_body(self) -> None:
        """Take the whole body into `body`; once is enough."""
        if not self._is_read:
            self.body = b"".join(self.body_parts())

    def _chunked_parts(self) -> Iterator[bytes]:
        rfile = self._handler.rfile
        while True:
            size = _number(rfile.readline().split(b";")[0].decode("latin-1"), 16)
            if size == 0:
                while rfile.readline().strip():
                    pass
                return
            yield rfile.read(size)
            rfile.readline()

    # -- writing -------------------------------------------------------------------------------

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
        """A whole answer; to HEAD only its headers. `length` is for a body that does not exist.

        `is_flushed`: sent as the beginning of a stream that then had nothing more to say.
        """
        fields = list(headers)
        if content_type is not None:
            fields.append(("Content-Type", content_type))
        size = len(body) if length is None else length
        is_head = self.method == "HEAD"
        if is_head and not size:
            pass  # Go leaves the length out
        elif is_flushed or (size > _BUFFERED_BYTES and length is None and not is_head):
            fields.append(("Transfer-Encoding", "chunked"))
            body = _chunk(body) + b"0\r\n\r\n"
        else:
            fields.append(("Content-Length", str(size)))
        self.has_started = True
        self.send(self.head(status, fields) + (b"" if is_head else body))

    def reply_json(self, status: int, value: Any, content_type: str = JSON) -> None:
        """A whole answer of JSON."""
        self.reply(status, encode(value), content_type)

    def reply_encoded(self, status: int, body: bytes) -> None:
        """A whole answer of JSON that is encoded already."""
        self.reply(status, body, JSON)

    def start_stream(self, content_type: str = NDJSON) -> None:
        """Begin a chunked answer with status 200."""
        self.has_started = True
        self._is_chunked = True
        self.send(
            self.head(200, [("Content-Type", content_type), ("Transfer-Encoding", "chunked")])
        )

    def send_line(self, value: Any) -> None:
        """One line of a stream; the headers go out with the first one."""
        self.send_chunk(encode(value) + b"\n")

    def send_chunk(self, data: bytes) -> None:
        """One chunk of a stream."""
        start = b""
        if not self.has_started:
            self.has_started = True
            self._is_chunked = True
            start = self.head(200, [("Content-Type", NDJSON), ("Transfer-Encoding", "chunked")])
        self.send(start + _chunk(data))

    def end_stream(self) -> None:
        """The last chunk."""
        self.send(b"0\r\n\r\n")

    def head(self, status: int, fields: list[tuple[str, str]]) -> bytes:
        """Status line and headers."""
        try:
            reason = http.HTTPStatus(status).phrase
        except ValueError:
            reason = ""
        lines = [f"HTTP/1.1 {status} {reason}"]
        lines += [f"{name}: {value}" for name, value in fields]
        lines.append(f"Date: {formatdate(usegmt=True)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def send(self, data: bytes) -> None:
        """Write bytes as they are; a client that left is only noted."""
        if self.is_gone:
            return
        try:
            self._send_all(memoryview(data))
        except (OSError, ValueError):
            self.is_gone = True
            self.close_after()

    def _send_all(self, left: memoryview) -> None:
        while left:
            if not self._stopping.waits_for(self._socket, to_write=True):
                raise ConnectionAbortedError("the server stops")
            with suppress(BlockingIOError):
                left = left[self._socket.send(left) :]

    def close_after(self) -> None:
        """End the connection after this exchange."""
        self._handler.close_connection = True

    # -- waiting -------------------------------------------------------------------------------

    @property
    def has_left(self) -> bool:
        """Whether the client has hung up by now."""
        return self.is_gone or self._client_left(0.0)

    def wait(self, seconds: float) -> None:
        """Let time pass; ClientGone as soon as the client hangs up."""
        has_left = self.is_gone or self._client_left(seconds)
        is_stopping = self._stopping.is_set()
        if has_left or is_stopping:
            self.is_gone = True
            self.close_after()
            raise ServerStopping if is_stopping else ClientGone

    def pause(self, seconds: float) -> None:
        """Let time pass, whatever the client does."""
        if self._stopping.wait(seconds):
            raise ServerStopping

    def _client_left(self, seconds: float) -> bool:
        timeout = min(max(0.0, seconds), 3600.0)
        try:
            if not self._stopping.waits_for(self._socket, timeout):
                return False
            if self._socket.recv(1, _PEEK) == b"":
                return True
        except (OSError, ValueError):
            return True
        # A pipelined request waits in the socket; it says nothing about leaving.
        self._stopping.wait(timeout)
        return False


class ConnectionHandler(BaseHTTPRequestHandler):
    """The requests of one connection, one after the other."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    responder: Responder
    stopping: StopSign

    def setup(self) -> None:
        """Know the server by what it does here, and wait for nothing longer than for its stop."""
        self.responder = self.server  # type: ignore[assignment]
        self.stopping = self.responder.stopping
        super().setup()
        self.rfile.close()
        self.connection.setblocking(False)
        self.rfile = io.BufferedReader(_Incoming(self.connection, self.stopping))

    def handle_one_request(self) -> None:
        """Read one request and answer it; a broken connection ends quietly."""
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def _answer(self) -> None:
        exchange = Exchange(self)
        try:
            self.responder.respond(exchange)
        except (ClientGone, ServerStopping):
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_DELETE = do_PUT = do_PATCH = do_OPTIONS = _answer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """A demo server does not talk to the terminal."""


class _Incoming(io.RawIOBase):
    """What a client sends; a server that stops hears no more of it."""

    def __init__(self, connection: socket.socket, stopping: StopSign) -> None:
        super().__init__()
        self._connection = connection
        self._stopping = stopping

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while self._stopping.waits_for(self._connection):
            with suppress(BlockingIOError):
                return self._connection.recv_into(buffer)
        return 0


_PEEK = 2  # MSG_PEEK, the same on every platform


def _number(text: str, base: int) -> int:
    try:
        return max(0, int(text.strip(), base))
    except ValueError:
        raise ClientGone from None  # nobody who talks like that can be answered


def _chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n" if data else b""
