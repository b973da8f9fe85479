"""A check of 500 installed names, all current, at a registry 30 ms away, in the whole program.

What is measured runs in a process of its own: `python -m tests.bench.checking URL HOME`. The server
is in another one, and is the registry too: `python -m tests.bench.checking`.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import cast

import requests

from tests.bench.children import Process, offscreen, result_of, tell_of
from tests.bench.proof import prove, prove_at_least, prove_equal
from tests.bench.table import Line, number
from tray_app.demo import DemoServer, Library
from tray_app.demo.exchange import Exchange

NAMES = 500
DELAY_S = 0.03
MOST_REQUESTS, MOST_S, MOST_LATE_MS = 520, 20.0, 16.0
_WATCHED_S, _LIST_S, _PATIENCE_MS = 5.0, 20.0, 60_000
_COUNT = "/bench/asked"


class RegistryServer(DemoServer):
    """Answers as a registry a moment later, and says how often it was asked."""

    asked = 0
    _counting = threading.Lock()

    def respond(self, exchange: Exchange) -> None:
        """Answer one request."""
        if exchange.path == _COUNT:
            exchange.reply_json(200, {"asked": self.asked})
            return
        if exchange.path.startswith("/v2/"):
            with self._counting:
                self.asked += 1
            exchange.wait(DELAY_S)
        super().respond(exchange)


def checking() -> list[Line]:
    """Requests, time, and how long events wait meanwhile."""
    with tempfile.TemporaryDirectory(prefix="ollama-tray-bench-") as home:
        variables = offscreen(Path(home))
        with Process(variables, "tests.bench.checking") as server:
            found = result_of(variables, "tests.bench.checking", server.line("url"), home)
    seen = f"{found['current']} models are called current"
    return [
        _line("requests to the registry", found["asked"], "", MOST_REQUESTS, seen),
        _line("the check of 500 names", found["took_s"], "s", MOST_S, seen),
        _line(
            "event wait p99 meanwhile", found["p99"], "ms", MOST_LATE_MS, f"{found['ticks']} ticks"
        ),
    ]


def _line(what: str, value: float, unit: str, most: float, seen: str) -> Line:
    target = f"≤ {most:g} {unit}".strip()
    return Line(what, number(value, unit), target=target, is_met=value <= most, seen=seen)


# In the processes.


def serve() -> None:
    """Until SIGTERM."""
    from tests.fakes import small

    done = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    library = Library()
    for at in range(NAMES):
        name = f"model{at:03}:8b"
        package = small.model(name)
        library.installed.append((name, package, 86400.0 * 100))
        library.published.append((name, package, 86400.0 * 200))
    with RegistryServer(library=library) as server:
        print("url", server.url, flush=True)
        done.wait()


def measure(url: str, home: Path) -> dict[str, float]:
    """Check all in the whole program, with its window open."""
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from tests.bench.lateness import Lateness
    from tray_app.app.application import Application
    from tray_app.app.demo import Demo
    from tray_app.cli import Invocation
    from tray_app.core.updates.verdicts import Standing
    from tray_app.desktop.instance.single_instance import SingleInstance
    from tray_app.desktop.tray.tray import Tray
    from tray_app.paths import paths
    from tray_app.settings import ServerEntry

    class AllRegistries:
        """A server that is all registries, too, as in a demo."""

        server = ServerEntry("demo", "", url)
        registry_urls = {"*": url}

        def close(self) -> None:
            """It belongs to another process."""

    app = QApplication([])
    instance = SingleInstance(home)
    instance.claim()
    application = Application(
        *(app, Tray(app), Invocation(data_dir=home), paths(home), instance),
        cast("Demo", AllRegistries()),
    )
    application.connect_parts()
    application.servers.take()
    application.window.show()
    application._build_late()
    state = application.state
    late: list[dict[str, float]] = []

    def has_list() -> bool:
        snapshot = state.snapshot("demo")
        return snapshot is not None and not snapshot.is_old and len(snapshot.models) == NAMES

    end_s = time.monotonic() + _LIST_S
    while not has_list() and time.monotonic() < end_s:
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 100)
    prove(has_list(), "the list did not come")
    watch = Lateness(_WATCHED_S, app)
    watch.ended.connect(late.append)
    timer = QTimer(app, interval=20)
    before = _asked(url)
    started_s = time.monotonic()
    took: list[float] = []

    def look() -> None:
        if not took and state.update_check.checked_at is not None:
            took.append(time.monotonic() - started_s)
        if took and late:
            app.quit()

    timer.timeout.connect(look)
    timer.start()
    application.commands.update_check_requested.emit()
    watch.begin()
    QTimer.singleShot(_PATIENCE_MS, app.quit)
    app.exec()
    prove(took, "the check did not end")
    prove(late, "nobody watched")
    prove_at_least("seconds of the check", took[0], _WATCHED_S)
    snapshot = state.snapshot("demo")
    rows = snapshot.models if snapshot is not None else ()
    current = sum(state.verdict(row.key).standing is Standing.CURRENT for row in rows)
    prove_equal("models that are called current", current, NAMES)
    asked = _asked(url) - before
    application.after_loop()
    instance.close()
    return {"asked": asked, "took_s": took[0], "current": current, **late[0]}


def _asked(url: str) -> int:
    return int(requests.get(url + _COUNT, timeout=10).json()["asked"])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(tell_of(lambda: measure(sys.argv[1], Path(sys.argv[2]))))
    serve()
