"""A demo server in a process of its own: long lists that change, and endless downloads.

`python -m tests.bench.server [--models N] [--changing SECONDS] [--pulls N] [--speed BYTES]
[--stalled] [--delay SECONDS]` prints "url URL" and serves until it is killed.

What it was asked and what it has answered so far it says at /bench/counts.
"""

from __future__ import annotations

import argparse
import json
import signal
import threading
from collections import Counter

from tests.bench.lists import GrowingList
from tray_app.demo import DemoServer, Library, build_package
from tray_app.demo.exchange import JSON, Exchange
from tray_app.demo.store.weights import Shape, language_model

_SHAPE = Shape("llama", 2, 64, 128, 2, 2, 8192, 256)
ENDLESS_BYTES = 10**15
TAGS = "/api/tags"
COUNTS = "/bench/counts"


def pull_name(number: int) -> str:
    """The name of an endless download."""
    return f"endless-{number}:latest"


class BenchServer(DemoServer):
    """Answers /api/tags from a GrowingList, everything else as the demo server does."""

    def __init__(
        self, models: int, pulls: int, speed_bytes_s: float, *, has_digests: bool = True
    ) -> None:
        library = Library()
        for number in range(pulls):
            weights = language_model(
                f"endless {number}", ENDLESS_BYTES, _SHAPE, parameters=8_000_000_000, name="endless"
            )
            package = build_package(weights, template="{{ .Prompt }}", parameter_size="8.0B")
            library.published.append((pull_name(number), package, 3600.0))
        super().__init__(library=library, speed_bytes_s=speed_bytes_s)
        self.list = GrowingList(models, has_digests=has_digests)
        self.body = self.list.body()
        self.is_stalled = False
        self.delay_s = 0.0
        self._counting = threading.Lock()
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()  # of all lists together that were sent

    def respond(self, exchange: Exchange) -> None:
        """Answer one request."""
        if exchange.path == COUNTS:
            with self._counting:
                counts = {
                    "asked": dict(self.asked),
                    "answered": dict(self.answered),
                    "rows": dict(self.rows),
                }
            exchange.reply_json(200, counts)
            return
        with self._counting:
            self.asked[exchange.path] += 1
        if self.is_stalled:
            exchange.read_body()
            while True:
                exchange.wait(3600)
        if self.delay_s:
            exchange.read_body()
            exchange.wait(self.delay_s)
        self._answer(exchange)
        with self._counting:
            self.answered[exchange.path] += 1
            if exchange.path == TAGS:
                self.rows[TAGS] += len(self.list.rows)

    def _answer(self, exchange: Exchange) -> None:
        if exchange.path == TAGS:
            exchange.read_body()
            exchange.reply(200, self.body, JSON)
        elif exchange.path == "/api/show":
            exchange.read_body()
            exchange.reply_json(200, self.list.show(json.loads(exchange.body)["model"]))
        else:
            super().respond(exchange)

    def change(self) -> None:
        """One in a hundred models changes."""
        self.list.change()
        self.body = self.list.body()

    def replace(self) -> None:
        """One in two hundred models goes, and as many others come."""
        self.list.replace()
        self.body = self.list.body()


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", type=int, default=12)
    parser.add_argument("--changing", type=float, default=0.0)
    parser.add_argument("--pulls", type=int, default=0)
    parser.add_argument("--speed", type=float, default=80e6)
    parser.add_argument("--stalled", action="store_true")
    parser.add_argument("--delay", type=float, default=0.0)
    options = parser.parse_args()
    done = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    with BenchServer(options.models, options.pulls, options.speed) as server:
        server.is_stalled, server.delay_s = options.stalled, options.delay
        print("url", server.url, flush=True)
        while not done.wait(options.changing or 3600.0):
            server.change()


if __name__ == "__main__":
    main()
