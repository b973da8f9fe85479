"""Pollers without a window: how long it takes until every server that answers has been heard.

`python -m tests.bench.polling RUNS URL… [-- URL…]`: the servers before the "--" answer, those
behind it do not, or not at once; all are asked at the same moment, as when the window is opened.
"""

from __future__ import annotations

import os
import sys
import time

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEventLoop, QTimer

from tests.bench.children import tell_of
from tests.bench.proof import prove, prove_equal
from tray_app.core.endpoint import Endpoint
from tray_app.core.records import Poll
from tray_app.workers.pollers import Pollers

_LIMIT_MS = int(os.environ.get("BENCH_LIMIT_MS", "20000"))


class Heard:
    """Who of the servers that answer has done so since it was asked last."""

    def __init__(self, pollers: Pollers, wanted: set[str]) -> None:
        self._pollers = pollers
        self._wanted = wanted
        self._missing: set[str] = set()
        self.rows: dict[str, int] = {}
        self._loop = QEventLoop()
        pollers.polled.connect(self._on_polled)

    def refresh_ms(self) -> float:
        """Ask all; how long until the last answer."""
        self._missing = set(self._wanted)
        started_s = time.monotonic()
        self._pollers.refresh_all()
        self.wait()
        return (time.monotonic() - started_s) * 1000

    def wait(self) -> None:
        """Until everybody who answers was heard."""
        limit = QTimer(singleShot=True, interval=_LIMIT_MS)
        limit.timeout.connect(self._loop.quit)
        limit.start()
        if self._missing:
            self._loop.exec()
        limit.stop()
        prove_equal("servers that were not heard", sorted(self._missing), [])

    def begin(self) -> None:
        """The first answers have yet to come."""
        self._missing = set(self._wanted)

    def _on_polled(self, poll: Poll) -> None:
        if poll.snapshot is not None:
            self.rows[poll.status.server_id] = len(poll.snapshot.models)
            self._missing.discard(poll.status.server_id)
            if not self._missing:
                self._loop.quit()


def measure(runs: int, live: list[str], others: list[str]) -> dict[str, object]:
    """One number a run."""
    QCoreApplication([])
    pollers = Pollers()
    heard = Heard(pollers, set(live))
    heard.begin()
    for url in (*live, *others):
        pollers.start(url, Endpoint.parse(url))
    try:
        heard.wait()
        took = [heard.refresh_ms() for _ in range(runs)]
    finally:
        pollers.close()
        has_ended = pollers.wait(QDeadlineTimer(10_000))
    prove(has_ended, "the pollers did not end")
    return {"took": took, "rows": sum(heard.rows[url] for url in live)}


def main() -> int:
    """Measure, and print it."""
    runs, *urls = sys.argv[1:]
    live = urls[: urls.index("--")] if "--" in urls else urls
    return tell_of(lambda: measure(int(runs), live, urls[len(live) + 1 :]))


if __name__ == "__main__":
    sys.exit(main())
