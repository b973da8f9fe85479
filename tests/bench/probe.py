"""The program itself, with instruments in its GUI thread: `python -m tests.bench.probe …`.

Its arguments are the program's own; ours are in the variable BENCH_PROBE, words apart by spaces:

    painted        print when the table was first painted with rows
    pulls:N        start N endless downloads first, and print when all of them move
    latency:S      then watch for S seconds how late events are, print that and quit
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from tests.bench.children import tell
from tests.bench.lateness import Lateness
from tray_app.core.pulls.states import PullItem

if TYPE_CHECKING:
    from tray_app.app.application import Application

# The start is what other lines of the table are about.
_WARM_UP_MS = 4000


class Instruments(QObject):
    """What was asked for, in the GUI thread of the program."""

    def __init__(self, application: Application) -> None:
        super().__init__(application)
        self.app = application
        words = dict(word.partition(":")[::2] for word in os.environ["BENCH_PROBE"].split())
        self._pulls = int(words.get("pulls", 0))
        self._moving: set[str] = set()
        self._lateness = Lateness(float(words.get("latency", 0)), self)
        self._lateness.ended.connect(self._on_lateness_ended)
        if "painted" in words:
            self._watch_painting()
        if self._pulls:
            self.app.queue.item_changed.connect(self._on_queue_item_changed)
        for number in range(self._pulls):
            self.app.pull(f"endless-{number}:latest")  # as tests.bench.server calls them
        if "latency" in words:
            QTimer.singleShot(_WARM_UP_MS, self._lateness.begin)

    def _watch_painting(self) -> None:
        from tests.bench.painted import Painted

        main = self.app.window._windows().main
        painted = Painted(main.view.viewport(), lambda: main.models.rowCount() > 0)
        painted.happened.connect(self._on_painted_happened)

    def _on_painted_happened(self) -> None:
        print(f"painted {time.monotonic_ns()}", flush=True)

    def _on_queue_item_changed(self, item: PullItem) -> None:
        if item.fetched_bytes and len(self._moving) < self._pulls:
            self._moving.add(item.id)
            if len(self._moving) == self._pulls:
                print(f"moving {time.monotonic_ns()}", flush=True)

    def _on_lateness_ended(self, result: dict[str, float]) -> None:
        models = self.app.state.snapshot(self.app.state.server.id)
        tell(
            {**result, "moving": len(self._moving), "models": len(models.models if models else ())}
        )
        self.app.shutdown.quit_now()


def main() -> int:
    """Run the program as `python -m tray_app` does."""
    from tray_app import __main__
    from tray_app.app import application

    class Watched(application.Application):
        def start(self) -> None:
            super().start()
            Instruments(self)

    setattr(application, "Application", Watched)  # noqa: B010 - the start looks it up by name
    return __main__.main()


if __name__ == "__main__":
    sys.exit(main())
