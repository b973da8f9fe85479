"""A server of raw sockets for what no HTTP server would do; one function answers everything."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

TLS = Path(__file__).parent / "tls"
Handler = Callable[["Connection"], object]


class Connection:
    """One accepted connection, on the server's side."""

    def __init__(self, server: RawServer, sock: socket.socket) -> None:
        self.server = server
        self.sock = sock

    def request(self) -> bytes:
        """Read one request, head and body; b"" when the client is gone."""
        data = b""
        with contextlib.suppress(OSError):
            while b"\r\n\r\n" not in data:
                piece = self.sock.recv(65536)
                if not piece:
                    return b""
                data += piece
            head, _, body = data.partition(b"\r\n\r\n")
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                ),
                0,
            )
            while len(body) < length:
                body += self.sock.recv(65536)
            data = head + b"\r\n\r\n" + body
        self.server.requests.append(data)
        return data

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def answer(
        self,
        body: bytes | str = b"",
        status: str = "200 OK",
        content_type: str = "application/json",
        **headers: str,
    ) -> None:
        """A whole answer."""
        raw = body.encode() if isinstance(body, str) else body
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        lines.append(f"Content-Length: {len(raw)}")
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + raw)

    def head(self, content_type: str = "application/x-ndjson", **headers: str) -> None:
        """The head of a chunked answer."""
        lines = ["HTTP/1.1 200 OK", f"Content-Type: {content_type}", "Transfer-Encoding: chunked"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n")

    def chunk(self, data: bytes) -> None:
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def hold(self) -> None:
        """Wait until the client hangs up or the server stops; sets `server.gone`."""
        with contextlib.suppress(OSError):
            while self.sock.recv(65536):
                pass
        self.server.gone.set()

    def reset(self) -> None:
        """Break the connection off without the usual farewell."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.sock.close()


class RawServer:
    """Listens on loopback; `handler` gets each connection in a thread of its own."""

    def __init__(self, handler: Handler, *, certificate: str = "", family: Any = None) -> None:
        self.handler = handler
        self.requests: list[bytes] = []
        self.connections = 0
        self.reached = threading.Event()  # a handler runs
        self.gone = threading.Event()  # a client hung up
        self._context: ssl.SSLContext | None = None
        if certificate:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(TLS / certificate, TLS / "key.pem")
        self._listener = socket.create_server(
            ("127.0.0.1", 0) if family is None else ("::1", 0),
            family=family or socket.AF_INET,
        )
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._socks: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *exc_info: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._socks:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _start(self, target: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._socks.append(sock)
            self.connections += 1
            self._start(self._serve, sock)

    def _serve(self, plain: socket.socket) -> None:
        sock = plain
        try:
            if self._context is not None:
                sock = self._context.wrap_socket(plain, server_side=True)
                self._socks.append(sock)
            self.reached.set()
            self.handler(Connection(self, sock))
        except OSError:
            pass
        finally:
            sock.close()


def always(body: bytes | str, **answer: str) -> Handler:
    """Answer every request the same."""

    def handle(connection: Connection) -> None:
        while connection.request():
            connection.answer(body, **answer)

    return handle


def silent(connection: Connection) -> None:
    """Read a request and say nothing."""
    connection.request()
    connection.hold()


def lines(*parts: bytes, ends: bool = True) -> Handler:
    """Answer with a chunked stream of `parts`, then end it, or hold it open."""

    def handle(connection: Connection) -> None:
        connection.request()
        connection.head()
        for part in parts:
            connection.chunk(part)
        if ends:
            connection.send(b"0\r\n\r\n")
        connection.hold()

    return handle
