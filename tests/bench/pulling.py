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
from itertools import count as count_from
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEventLoop

from tests.bench.children import Process, memory_mib, offscreen, result_of, tell_of
from tests.bench.feeder import OTHER_LINES, STEP_BYTES, answer
from tests.bench.proof import count, prove, prove_equal
from tests.bench.table import Line, compared, in_turns
from tray_app.core.endpoint import Endpoint
from tray_app.core.payloads import PullRequest
from tray_app.core.pulls.progress import LayerProgress, LayerState, PullPhase, PullProgress
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.pulls.tracker import PullTracker
from tray_app.core.records import LayerKind
from tray_app.workers.jobs import Target
from tray_app.workers.pulls.job import PullJob, PullReport
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.pulls.store import PullStore
from tray_app.workers.runner import JobRunner

LINES = 20_000
FLOOD = 200_000
ROWS = 50
SERVER = "bench"
_WAIT_MS = 10_000


def progress(runs: int) -> list[Line]:
    """Lines of a pull as fast as they can be taken in, against reading and decoding them alone."""
    with tempfile.TemporaryDirectory(prefix="ollama-tray-bench-") as home:
        variables = offscreen(Path(home))
        with Process(variables, "tests.bench.feeder") as feeder:
            address = feeder.line("url")
            speed = result_of(variables, "tests.bench.pulling", "progress", address, str(runs))
            memory = result_of(variables, "tests.bench.pulling", "memory", address)
    return [
        compared(
            "progress lines handled in a CPU second", "MB", *speed,
            seen=f"{len(speed[0])} whole pulls of {count(LINES)} lines",
        ),
        compared(
            "memory after 200 000 progress lines, floor: after 20 000", "MiB", *memory,
            most_ratio=1.02, seen=f"whole pulls of {count(LINES)} and {count(FLOOD)} lines",
        ),
    ]  # fmt: skip


def queue_file(runs: int) -> list[Line]:
    """Writing a queue of many rows against writing as many bytes as safely."""
    with tempfile.TemporaryDirectory(prefix="ollama-tray-bench-") as folder:
        found = result_of(
            offscreen(Path(folder)), "tests.bench.pulling", "queue", folder, str(runs)
        )
    return [
        compared(
            f"queue file of {ROWS} rows written (not in the GUI thread)", "ms", *found[0],
            seen=f"{len(found[0][0])} files of {ROWS} rows",
        ),
        compared(
            f"what the GUI thread does for it, {ROWS} rows", "ms", *found[1], most=1,
            seen=f"{len(found[1][0])} files of {ROWS + 1} rows",
        ),
    ]  # fmt: skip


# In the process that measures itself.


def pull(address: str, lines: int) -> float:
    """Pull with a real job in its lane; CPU seconds of the whole process."""
    runner = JobRunner()
    target = Target(SERVER, Endpoint.parse(address))
    name = f"lines-{lines}"
    tracker = PullTracker(name)
    item = PullItem("item", "local", name, PullState.RUNNING, datetime.now(UTC))
    job = PullJob(target, item, tracker)
    loop = QEventLoop()
    outcome: list[PullReport] = []
    faults: list[object] = []
    job.succeeded.connect(outcome.append)
    job.failed.connect(faults.append)
    job.finished.connect(loop.quit)
    started_s = time.process_time()
    runner.submit(job, "pull 1")
    loop.exec()
    used_s = time.process_time() - started_s
    runner.close()
    runner.wait(QDeadlineTimer(3000))
    prove(outcome, f"the pull failed: {faults}")
    reached = outcome[0].progress
    prove_equal("the pull's phase", reached.phase, PullPhase.DONE)
    prove_equal("bytes pulled", reached.completed_bytes, lines * STEP_BYTES)
    # All but the first line tell of bytes that came since the one before.
    prove_equal("bytes heard of", outcome[0].new_bytes, (lines - 1) * STEP_BYTES)
    return used_s


def read(address: str, lines: int) -> float:
    """The floor: read the same answer, decode every line."""
    host, _, port = address.partition(":")
    started_s = time.process_time()
    connection = http.client.HTTPConnection(host, int(port))
    connection.request("POST", "/api/pull", json.dumps({"model": f"lines-{lines}"}))
    number, last = 0, {}
    for line in connection.getresponse():
        last = json.loads(line)
        number += 1
    connection.close()
    used_s = time.process_time() - started_s
    prove_equal("lines of the floor", number, lines + OTHER_LINES)
    prove_equal("the floor's last line", last, {"status": "success"})
    return used_s


def measure_progress(address: str, runs: int) -> object:
    """Megabytes a CPU second."""
    megabytes = len(answer(LINES)) / 1e6
    return in_turns(
        runs,
        lambda: megabytes / pull(address, LINES),
        lambda: megabytes / read(address, LINES),
    )


def measure_memory(address: str) -> object:
    """Memory after many lines, and after a tenth of them."""
    pull(address, LINES)
    before = memory_mib()[0]
    pull(address, FLOOD)
    return [[memory_mib()[0]], [before]]


def measure_queue(folder: Path, runs: int) -> list[tuple[list[float], list[float]]]:
    """The write itself, and what its cause costs the GUI thread."""
    file = folder / "state" / "downloads.json"
    items = [_item(number) for number in range(ROWS)]
    store = PullStore(file)
    numbers = count_from(1)

    def write() -> float:
        before = _identity(file)
        took_ms = _timed(lambda: store.save(items, next(numbers)))
        prove(_identity(file) != before, "the queue file was not written")
        prove_equal("names in the queue file", names_in(file), {item.name for item in items})
        return took_ms

    def bare() -> float:
        data, copy = file.read_bytes(), folder / "bare.json"
        before = _identity(copy)
        took_ms = _timed(lambda: _write_safely(copy, data))
        prove(_identity(copy) != before, "the floor's file was not written")
        prove_equal("bytes of the floor", copy.read_bytes(), data)
        return took_ms

    written = in_turns(runs, write, bare)
    runner = JobRunner()
    # A store of its own, as in a program that has just started.
    queue = PullQueue(runner, lambda _: None, PullStore(file))
    queue.load(is_resuming=False)
    old = {item.name for item in queue.items()}
    prove_equal("rows in the queue", len(old), ROWS)

    def add() -> float:
        name = f"new-{next(numbers)}"
        added: list[str] = []
        took_ms = _timed(lambda: added.append(queue.add(PullRequest(SERVER, name))))
        wait_in_gui(lambda: names_in(file) == {*old, name}, "the new row is not in the queue file")
        queue.cancel(added[0])
        queue.remove(added[0])
        wait_in_gui(lambda: names_in(file) == old, "the row is still in the queue file")
        return took_ms

    try:
        return [written, in_turns(runs, add, bare)]
    finally:
        queue.close()
        runner.close()
        runner.wait(QDeadlineTimer(3000))


def _identity(file: Path) -> tuple[int, int] | None:
    """Another one for every file that was put in the place of the one before."""
    if not file.exists():
        return None
    facts = file.stat()
    return facts.st_ino, facts.st_mtime_ns


def names_in(file: Path) -> set[str]:
    """The names in a queue file."""
    return {item["name"] for item in json.loads(file.read_bytes())["items"]}


def wait_in_gui(condition: Callable[[], bool], missing: str) -> None:
    """Wait while the event loop runs. Raises NotMeasured when it takes too long."""
    deadline = QDeadlineTimer(_WAIT_MS)
    while not condition():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
        prove(not deadline.hasExpired(), missing)


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


def main() -> int:
    """Measure one thing and print what was found."""
    app = QCoreApplication(["bench"])
    what, *rest = sys.argv[1:]
    if what == "progress":
        code = tell_of(lambda: measure_progress(rest[0], int(rest[1])))
    elif what == "memory":
        code = tell_of(lambda: measure_memory(rest[0]))
    else:
        code = tell_of(lambda: measure_queue(Path(rest[0]), int(rest[1])))
    del app
    return code


if __name__ == "__main__":
    sys.exit(main())
