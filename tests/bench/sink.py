"""Takes uploads as fast as they come and lists what was made of them.

`python -m tests.bench.sink` prints "url HOST:PORT" and serves until it is killed. It keeps nothing
and hashes nothing, so that it is nobody's limit; a layer is there once it was uploaded, until
`DELETE /api/blobs` forgets all.
"""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_PIECE = memoryview(bytearray(1024 * 1024))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    blobs: dict[str, int] = {}
    models: list[str] = []

    def do_HEAD(self) -> None:
        self._answer(200 if self.path in self.blobs else 404)

    def do_GET(self) -> None:
        if self.path == "/api/tags":
            rows = [{"name": name, "model": name, "digest": "ab" * 32} for name in self.models]
            self._answer(200, {"models": rows})
        elif self.path == "/blobs":
            self._answer(200, self.blobs)
        else:
            self._answer(200, {"version": "0.33.1"} if self.path == "/api/version" else {})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if self.path == "/api/create":
            self.models.append(json.loads(self.rfile.read(length))["model"])
            self._answer(200, {"status": "success"})
            return
        left = length
        while left:
            count = self.rfile.readinto(_PIECE[: min(left, len(_PIECE))])  # type: ignore[attr-defined]
            if not count:
                return
            left -= count
        self.blobs[self.path] = length
        self._answer(201)

    def do_DELETE(self) -> None:
        self.blobs.clear()
        self.models.clear()
        self._answer(200)

    def _answer(self, status: int, value: object = None) -> None:
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Says nothing."""


def main() -> None:
    """Serve until killed."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        host, port = server.server_address[:2]
        print(f"url {host}:{port}", flush=True)  # type: ignore[str-bytes-safe]
        server.serve_forever()


if __name__ == "__main__":
    main()
