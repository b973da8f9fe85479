"""Answers a pull of `lines-N` with N lines of progress, as fast as they are taken, and lists the
models that were pulled.

`python -m tests.bench.feeder` prints "url HOST:PORT" and serves until it is killed. Like a real
server it sends every line as a chunk of its own; they are all made beforehand.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterable

_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
)
_DIGEST = "sha256:" + "ab" * 32
STEP_BYTES = 250_000
OTHER_LINES = 4


def answer(count: int) -> bytes:
    """The whole answer: the lines of progress, and OTHER_LINES about the rest of the pull."""
    total = count * STEP_BYTES
    lines: list[dict[str, object]] = [{"status": "pulling manifest"}]
    status = f"pulling {_DIGEST[7:19]}"
    for number in range(1, count + 1):
        completed = number * STEP_BYTES
        layer = {"digest": _DIGEST, "total": total, "completed": completed}
        lines.append({"status": status, **layer})
    lasts = ("verifying sha256 digest", "writing manifest", "success")
    lines.extend({"status": last} for last in lasts)
    pieces = [json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines]
    chunks = [f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces]
    return _HEAD + b"".join(chunks) + b"0\r\n\r\n"


def listed(counts: Iterable[int]) -> bytes:
    """The answer of /api/tags after pulls of so many lines."""
    rows = [{"name": f"lines-{count}:latest", "model": f"lines-{count}:latest"} for count in counts]
    body = json.dumps({"models": rows}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body


def main() -> None:
    """Serve one connection after the other."""
    answers: dict[int, bytes] = {}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        print(f"url {host}:{port}", flush=True)
        while True:
            connection, _ = listener.accept()
            with connection:
                asked = _request(connection)
                pulled = re.search(rb"lines-(\d+)", asked)
                if pulled is not None:
                    count = int(pulled[1])
                    if count not in answers:
                        answers[count] = answer(count)
                    told = answers[count]
                elif asked:
                    told = listed(answers)
                else:
                    continue
                try:
                    connection.sendall(told)
                except OSError:
                    continue


def _request(connection: socket.socket) -> bytes:
    """A request for a list has no body."""
    received = b""
    while piece := connection.recv(65536):
        received += piece
        head, is_whole, body = received.partition(b"\r\n\r\n")
        if is_whole and (head.startswith(b"GET ") or b"lines-" in body):
            break
    return received


if __name__ == "__main__":
    main()
