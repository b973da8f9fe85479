"""Downloads: bytes of progress a CPU second, memory over many lines, the queue file.

What is measured runs in processes of their own: `python -m tests.bench.pulling WHAT …`.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEventLoop

from tests.bench.children import Process, memory_mib, offscreen, result_of, tell
from tests.bench.feeder import answer
from tests.bench.table import Line, compared, in_turns
from tray_app.core.endpoint import Endpoint
from tray_app.core.payloads import PullRequest
from tray_app.core.pulls.progress import LayerProgress, LayerState, PullPhase, PullProgress
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.pulls.tracker import PullTracker
from tray_app.core.records import LayerKind
from tray_app.workers.jobs import Target
from tray_app.workers.pulls.job import PullJob
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.pulls.store import PullStore
from tray_app.workers.runner import JobRunner

LINES = 20_000
FLOOD = 200_000
ROWS = 50
SERVER = "bench"


def progress(runs: int) -> list[Line]:
    """Lines of a pull as fast as they can be taken in, against reading and decoding them alone."""
    with tempfile.TemporaryDirectory(prefix="ollama-tray-bench-") as home:
        variables = offscreen(Path(home))
        with Process(variables, "tests.bench.feeder") as feeder:
            address = feeder.line("url")
            speed = result_of(variables, "tests.bench.pulling", "progress", address, str(runs))
            memory = result_of(variables, "tests.bench.pulling", "memory", address)
    return [
        compared("progress lines handled in a CPU second", "MB", *speed),
        compared("memory after 200 000 progress lines, floor: after 20 000", "MiB", *memory,
                 most_ratio=1.02),
    ]  # fmt: skip


def queue_file(runs: int) -> list[Line]:
    """Writing a queue of many rows against writing as many bytes as safely."""
    with tempfile.TemporaryDirectory(prefix="ollama-tray-bench-") as folder:
        found = result_of(
            offscreen(Path(folder)), "tests.bench.pulling", "queue", folder, str(runs)
        )
    return [
        compared(f"queue file of {ROWS} rows written (not in the GUI thread)", "ms", *found[0]),
        compared(f"what the GUI thread does for it, {ROWS} rows", "ms", *found[1], most=1),
    ]


# In the process that measures itself.


def _pull(address: str, lines: int) -> float:
    """Pull with a real job in its lane; CPU seconds of the whole process."""
    runner = JobRunner()
    target = Target(SERVER, Endpoint.parse(address))
    name = f"lines-{lines}"
    tracker = PullTracker(name)
    job = PullJob(target, "item", name, tracker)
    loop = QEventLoop()
    outcome: list[object] = []
    job.succeeded.connect(outcome.append)
    job.finished.connect(loop.quit)
    started_s = time.process_time()
    runner.submit(job, "pull 1")
    loop.exec()
    used_s = time.process_time() - started_s
    runner.close()
    runner.wait(QDeadlineTimer(3000))
    if not outcome:
        raise RuntimeError("the pull failed")
    return used_s


def _read(address: str, lines: int) -> float:
    """The floor: read the same answer, decode every line."""
    host, _, port = address.partition(":")
    started_s = time.process_time()
    connection = http.client.HTTPConnection(host, int(port))
    connection.request("POST", "/api/pull", json.dumps({"model": f"lines-{lines}"}))
    for line in connection.getresponse():
        json.loads(line)
    connection.close()
    return time.process_time() - started_s


def measure_progress(address: str, runs: int) -> None:
    """Megabytes a CPU second."""
    megabytes = len(answer(LINES)) / 1e6
    tell(
        in_turns(
            runs,
            lambda: megabytes / _pull(address, LINES),
            lambda: megabytes / _read(address, LINES),
        )
    )


def measure_memory(address: str) -> None:
    """Memory after many lines, and after a tenth of them."""
    _pull(address, LINES)
    before = memory_mib()[0]
    _pull(address, FLOOD)
    tell([[memory_mib()[0]], [before]])


def measure_queue(folder: Path, runs: int) -> None:
    """The write itself, and what its cause costs the GUI thread."""
    items = [_item(number) for number in range(ROWS)]
    store = PullStore(folder / "state" / "downloads.json")
    number = 0

    def write() -> float:
        nonlocal number
        number += 1
        return _timed(lambda: store.save(items, number))

    def bare() -> float:
        data = (folder / "state" / "downloads.json").read_bytes()
        return _timed(lambda: _write_safely(folder / "bare.json", data))

    written = in_turns(runs, write, bare)
    runner = JobRunner()
    queue = PullQueue(runner, lambda _: None, store)
    queue.load(is_resuming=False)
    names = [f"new-{number}" for number in range(2 * runs + 2)]

    def add() -> float:
        took_ms = _timed(lambda: queue.add(PullRequest(SERVER, names.pop())))
        queue.cancel(queue.items()[0].id)
        QCoreApplication.processEvents()
        return took_ms

    tell([written, in_turns(runs, add, bare)])
    queue.close()
    runner.close()
    runner.wait(QDeadlineTimer(3000))


def _timed(work: Callable[[], object]) -> float:
    started_s = time.perf_counter()
    work()
    return (time.perf_counter() - started_s) * 1000


def _write_safely(file: Path, data: bytes) -> None:
    partial = file.with_suffix(".new")
    with partial.open("wb") as output:
        output.write(data)
        output.flush()
        os.fsync(output.fileno())
    partial.replace(file)


def _item(number: int) -> PullItem:
    now = datetime.now(UTC)
    layers = tuple(
        LayerProgress(
            f"sha256:{number * 10 + k:064x}", LayerKind.OTHER, 10**9, 10**8, LayerState.RUNNING
        )
        for k in range(5)
    )
    shown = PullProgress(PullPhase.DOWNLOAD, 5 * 10**8, 5 * 10**9, True, 100, layers=layers)
    return PullItem(
        id=f"{number:032x}", server_id=SERVER, name=f"model-{number}:8b", state=PullState.PAUSED,
        added_at=now, started_at=now, progress=shown, fetched_bytes=10**8,
    )  # fmt: skip


def main() -> None:
    """Measure one thing and print what was found."""
    app = QCoreApplication(["bench"])
    what, *rest = sys.argv[1:]
    if what == "progress":
        measure_progress(rest[0], int(rest[1]))
    elif what == "memory":
        measure_memory(rest[0])
    else:
        measure_queue(Path(rest[0]), int(rest[1]))
    del app


if __name__ == "__main__":
    main()
