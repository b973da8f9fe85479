"""A registry on loopback that a real Ollama pulls from: it can be slow, stall, break and lie.

Pull from it with ``insecure: true`` and the name `LocalRegistry.name(…)`.
"""

from __future__ import annotations

import contextlib
import hashlib
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from tray_app.demo.store.package import MANIFEST_TYPE, Package, sha256_digest

_PIECE = 32 * 1024
_UNKNOWN = b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}'


class LocalRegistry:
    """Manifests and blobs in memory, over plain HTTP.

    Thread: every method and setting may be used from any thread.
    """

    def __init__(self) -> None:
        self.manifests: dict[str, bytes] = {}
        self.blobs: dict[str, bytes] = {}
        self.pushed_s: dict[str, int] = {}
        """Path of a manifest → when it was pushed; told to HEAD alone, as is its digest."""
        self.refusals: dict[str, tuple[int, str]] = {}
        """Path of a manifest → status and body instead of it."""
        self.speed_bytes_s = 0.0
        """For all connections together; 0 is as fast as it goes."""
        self.damaged: set[str] = set()
        """Digests that are sent with wrong bytes."""
        self.requests: list[tuple[str, str, str]] = []
        """Method, path and Range of everything asked."""
        self._flow = threading.Event()
        self._flow.set()
        self._lock = threading.Lock()
        self._next_at = 0.0
        self._is_cut = False
        self._server = _Server(("127.0.0.1", 0), _Handler, self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="local-registry"
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def name(self, path: str) -> str:
        """A model's name at this registry."""
        return f"localhost:{self.port}/{path}"

    def add(self, path: str, tag: str, package: Package, weights: bytes) -> None:
        """Offer a model under `namespace/model` and a tag."""
        self.manifests[f"/v2/{path}/manifests/{tag}"] = package.manifest
        self.pushed_s[f"/v2/{path}/manifests/{tag}"] = int(time.time())
        for blob in package.blobs:
            data = weights if blob.text is None else blob.text
            if sha256_digest(data) != blob.digest:
                raise ValueError(f"{blob.kind} has another digest")
            self.blobs[blob.digest] = data

    def stall(self) -> None:
        """Accept, but send no byte of a blob until `flow`."""
        self._flow.clear()

    def flow(self) -> None:
        """Send again."""
        self._flow.set()

    def cut(self) -> None:
        """Break off the blob connections that are open now."""
        self._is_cut = True

    def start(self) -> Self:
        """Listen."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End, with every connection."""
        self._is_cut = True
        self._flow.set()
        self._server.shutdown()
        for connection in list(self._server.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()
        self._thread.join()

    def pace(self, size: int) -> bool:
        """Wait until `size` bytes may be sent; False when they must not be sent at all."""
        self._flow.wait()
        if self.speed_bytes_s > 0:
            with self._lock:
                now = time.monotonic()
                self._next_at = max(now, self._next_at) + size / self.speed_bytes_s
                wait_s = self._next_at - now
            threading.Event().wait(wait_s)
        return not self._is_cut

    def begin(self) -> None:
        """A new blob connection is not cut by an earlier `cut`."""
        self._is_cut = False


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, address: tuple[str, int], handler: Any, registry: LocalRegistry) -> None:
        super().__init__(address, handler)
        self.registry = registry
        self.connections: set[socket.socket] = set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what the tests make it do."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self._open.add(self.connection)

    def finish(self) -> None:
        self._open.discard(self.connection)
        super().finish()

    @property
    def _open(self) -> set[socket.socket]:
        found: set[socket.socket] = self.server.connections  # type: ignore[attr-defined]
        return found

    @property
    def registry(self) -> LocalRegistry:
        found: LocalRegistry = self.server.registry  # type: ignore[attr-defined]
        return found

    def do_GET(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def _serve(self) -> None:
        path = urlsplit(self.path).path
        self.registry.requests.append((self.command, path, self.headers.get("Range", "")))
        digest = path.rpartition("/")[2]
        if path in self.registry.refusals:
            status, text = self.registry.refusals[path]
            self._answer(status, text.encode())
        elif path in self.registry.manifests:
            manifest = self.registry.manifests[path]
            told = self._told_by_head(path, manifest) if self.command == "HEAD" else ()
            self._answer(200, manifest, ("Content-Type", MANIFEST_TYPE), *told)
        elif digest not in self.registry.blobs:
            self._answer(404, _UNKNOWN, ("Content-Type", "application/json"))
        elif path.startswith("/data/"):
            self._data(digest)
        elif self.command == "HEAD":
            self._answer(200, self.registry.blobs[digest])
        else:
            # The server looks for a redirect to another host name, and takes ranges from there.
            target = f"http://127.0.0.1:{self.registry.port}/data/{digest}"
            self._answer(307, b"", ("Location", target))

    def _told_by_head(self, path: str, manifest: bytes) -> tuple[tuple[str, str], ...]:
        digest = ("ollama-content-digest", hashlib.sha256(manifest).hexdigest())
        return digest, ("ollama-push-time", str(self.registry.pushed_s.get(path, 0)))

    def _answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _data(self, digest: str) -> None:
        data = self.registry.blobs[digest]
        start, end = 0, len(data) - 1
        wanted = self.headers.get("Range", "")
        if wanted.startswith("bytes="):
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start, end = int(first), min(int(last or end), end)
        part = data[start : end + 1]
        if digest in self.registry.damaged:
            part = bytes(len(part))
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(part)))
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{end}/{len(data)}")
        self.end_headers()
        self.registry.begin()
        for at in range(0, len(part), _PIECE):
            piece = part[at : at + _PIECE]
            if not self.registry.pace(len(piece)):
                self.close_connection = True
                return
            self.wfile.write(piece)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Keep the tests' output clean."""
