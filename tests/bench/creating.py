"""Creates: reading and uploading a large file, against `sha256sum` and a bare upload.

What is measured runs in a process of its own: `python -m tests.bench.creating URL FOLDER MB RUNS`.
The file is written anew, and read once before: nobody waits for a disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests
from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEventLoop

import dev
from tests.bench.children import Process, memory_mib, offscreen, result_of, tell_of
from tests.bench.lateness import Lateness
from tests.bench.proof import prove, prove_equal
from tests.bench.table import Line, compared, in_turns
from tray_app.core.creates.records import CreateItem, CreateRequest, CreateState
from tray_app.core.creates.uploads import KnownFile
from tray_app.core.endpoint import Endpoint
from tray_app.ollama.cancel import CancelScope
from tray_app.ollama.client import OllamaClient
from tray_app.ollama.creating import FileUpload, hashed
from tray_app.workers.creates.queue import CreateQueue
from tray_app.workers.jobs import Target
from tray_app.workers.runner import JobRunner

MB = 1_000_000
MEGABYTES, QUICK_MEGABYTES = 5000, 300
MOST_RATIO = 1.25
"""At least 80 % of what others reach."""
_MOST_S = 600


def creating(runs: int, megabytes: int) -> list[Line]:
    """The size can be chosen by OLLAMA_TRAY_BENCH_MB."""
    megabytes = int(os.environ.get("OLLAMA_TRAY_BENCH_MB") or megabytes)
    with tempfile.TemporaryDirectory(prefix="ollama-tray-bench-") as home:
        variables = offscreen(Path(home))
        with Process(variables, "tests.bench.sink") as sink:
            found = result_of(
                variables,
                "tests.bench.creating",
                *(sink.line("url"), home, str(megabytes), str(runs)),
            )
    seen = f"{megabytes} MB each time"
    late, memory = found["late"], found["memory"]
    return [
        compared(
            "a file hashed, floor: sha256sum", "s", *found["hashed"],
            most_ratio=MOST_RATIO, seen=seen,
        ),
        compared(
            "a file uploaded, floor: bare requests", "s", *found["uploaded"],
            most_ratio=MOST_RATIO, seen=seen,
        ),
        compared(
            "event wait, 99 %: a model made of a file", "ms", [late["p99"]], [late["p50"]],
            most=16, seen=f"{seen}, {late['ticks']} timed, {found['reports']} rows told",
        ),
        compared(
            "memory after a create, floor: before it", "MiB", *memory, most_ratio=1.05, seen=seen
        ),
    ]  # fmt: skip


# In the process that measures itself.


def measure(url: str, folder: Path, megabytes: int, runs: int) -> object:
    """Everything, one after the other."""
    file = folder / "large.gguf"
    _write(file, megabytes)
    known = hashed(str(file), CancelScope(), _nothing)
    programs = in_turns(runs, lambda: _hash(file, known), lambda: _sha256sum(file, known))
    uploads = in_turns(runs, lambda: _upload(url, known), lambda: _bare_upload(url, file, known))
    _create(url, file)  # what is loaded once, is loaded
    before = memory_mib()[0]
    late, reports = _create(url, file)
    memory = [[memory_mib()[0]], [before]]
    return {
        "hashed": programs,
        "uploaded": uploads,
        "late": late,
        "reports": reports,
        "memory": memory,
    }


def _write(file: Path, megabytes: int) -> None:
    """Bytes that no file system can leave out."""
    piece = os.urandom(MB)
    with file.open("wb") as output:
        for number in range(megabytes):
            output.write(number.to_bytes(8, "little") + piece[8:])


def _nothing(_count: int) -> None:
    """Nobody looks."""


def _hash(file: Path, known: KnownFile) -> float:
    started_s = time.perf_counter()
    found = hashed(str(file), CancelScope(), _nothing)
    took_s = time.perf_counter() - started_s
    prove_equal("the digest", found.digest, known.digest)
    return took_s


def _sha256sum(file: Path, known: KnownFile) -> float:
    program = dev.find_program("sha256sum")
    prove(program, "no sha256sum")
    started_s = time.perf_counter()
    said = subprocess.run([str(program), file], check=True, capture_output=True, text=True).stdout
    took_s = time.perf_counter() - started_s
    prove_equal("the digest of sha256sum", f"sha256:{said.split()[0]}", known.digest)
    return took_s


def _upload(url: str, known: KnownFile) -> float:
    scope = CancelScope()
    with OllamaClient(url, scope=scope) as client:
        client.version()
        started_s = time.perf_counter()
        client.upload_blob(known.digest, FileUpload(known, scope, _nothing))
        took_s = time.perf_counter() - started_s
    _prove_uploaded(url, known)
    return took_s


def _bare_upload(url: str, file: Path, known: KnownFile) -> float:
    with requests.Session() as session, file.open("rb") as content:
        session.get(f"http://{url}/api/version", timeout=10)
        started_s = time.perf_counter()
        session.post(f"http://{url}/api/blobs/{known.digest}", data=content, timeout=_MOST_S)
        took_s = time.perf_counter() - started_s
    _prove_uploaded(url, known)
    return took_s


def _prove_uploaded(url: str, known: KnownFile) -> None:
    blobs = requests.get(f"http://{url}/blobs", timeout=10).json()
    size = known.identity.size_bytes
    prove_equal("what arrived", blobs, {f"/api/blobs/{known.digest}": size})
    requests.delete(f"http://{url}/api/blobs", timeout=10)


def _create(url: str, file: Path) -> tuple[dict[str, float], int]:
    """One create in its lane, with an eye on the GUI thread."""
    runner = JobRunner()
    queue = CreateQueue(runner, {"bench": Target("bench", Endpoint.parse(url))}.get)
    loop = QEventLoop()
    told: list[CreateItem] = []
    seen: list[dict[str, float]] = []
    lateness = Lateness(_MOST_S, loop)
    lateness.ended.connect(seen.append)

    def note(item: CreateItem) -> None:
        told.append(item)
        if item.is_ended and not seen:
            lateness.end()
            loop.quit()

    queue.changed.connect(note)
    lateness.begin()
    queue.set_server_online("bench", True)
    queue.add(CreateRequest("bench", "large", (str(file),)))
    loop.exec()
    queue.close()
    runner.close()
    prove(runner.wait(QDeadlineTimer(10_000)), "a thread did not end")
    prove_equal("the end", told[-1].state, CreateState.DONE)
    states = {item.state for item in told}
    prove({CreateState.CHECKING, CreateState.UPLOADING} <= states, f"only {states} were seen")
    requests.delete(f"http://{url}/api/blobs", timeout=10)
    return seen[0], len(told)


def main() -> int:
    """Measure and print what was found."""
    app = QCoreApplication(["bench"])
    url, folder, megabytes, runs = sys.argv[1:]
    code = tell_of(lambda: measure(url, Path(folder), int(megabytes), int(runs)))
    del app
    return code


if __name__ == "__main__":
    sys.exit(main())
