"""The processes that are measured: starting and ending them, their memory and CPU time.

Linux: what a process costs is read from /proc.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.bench.proof import NotMeasured
from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[2]
# The caches of compiled modules, which every installed program has, and no other help or burden.
_UNWANTED = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONFAULTHANDLER", "OLLAMA_HOST")

# Longer than anything here takes; one that hangs is ended then.
_LINE_S = 120.0
_RESULT_S = 900.0


def environment(base: Mapping[str, str], **more: str) -> dict[str, str]:
    """The variables of a measured process."""
    kept = {name: value for name, value in base.items() if name not in _UNWANTED}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def offscreen(home: Path) -> dict[str, str]:
    """The variables of a process that draws, but for nobody."""
    return environment(os.environ, QT_QPA_PLATFORM="offscreen", HOME=str(home))


class Command:
    """A program whose stdout is lines "WORD REST" for us. Ended on leaving `with`."""

    def __init__(self, variables: Mapping[str, str], *command: str) -> None:
        self.spawned_ns = time.monotonic_ns()
        self._child = subprocess.Popen(
            command,
            env=dict(variables),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._child.poll() is None:
            self._child.kill()
        self._child.wait()
        if self._child.stdout is not None:
            self._child.stdout.close()

    @property
    def pid(self) -> int:
        return self._child.pid

    def line(self, word: str, timeout_s: float = _LINE_S) -> str:
        """Wait for the line that begins with `word`; what follows it. Raises NotMeasured when the
        process ends without it, with its own words when it failed."""
        return self.lines(word, timeout_s=timeout_s)[word]

    def lines(self, *words: str, timeout_s: float = _LINE_S) -> dict[str, str]:
        """The same of several lines, which may come in any order."""
        assert self._child.stdout is not None
        found: dict[str, str] = {}
        limit = threading.Timer(timeout_s, self._child.kill)
        limit.start()
        try:
            for line in self._child.stdout:
                first, _, rest = line.rstrip("\n").partition(" ")
                if first == "failed":
                    raise NotMeasured(rest)
                if first in words:
                    found.setdefault(first, rest)
                if len(found) == len(words):
                    return found
        finally:
            limit.cancel()
        silent = ", ".join(repr(word) for word in words if word not in found)
        raise NotMeasured(f"it ended ({self._child.wait()}) and never said {silent}")

    def since_spawn_ms(self, word: str) -> float:
        """Wait for "WORD NANOSECONDS" (of the monotonic clock); how long after the start."""
        return (int(self.line(word)) - self.spawned_ns) / 1e6

    def quit_ms(self) -> float:
        """Send SIGTERM; how long it takes to end. It has to end well."""
        started_ns = time.monotonic_ns()
        self._child.send_signal(signal.SIGTERM)
        self.wait()
        return (time.monotonic_ns() - started_ns) / 1e6

    def wait(self) -> None:
        """Wait until it has ended by itself, well."""
        code = self._child.wait(30)
        if code:
            raise RuntimeError(f"it ended with {code}")

    def cpu_s(self) -> float:
        """CPU time of all its threads so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def cpu_ns_by_thread(self) -> dict[str, int]:
        """CPU time so far of every thread there is: finer than `cpu_s` by far."""
        tasks = Path(f"/proc/{self.pid}/task")
        return {
            task.name: int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()
        }

    def mb_from_disk(self) -> float:
        """What had to be read from the disk for it, as it was not in memory."""
        for line in Path(f"/proc/{self.pid}/io").read_text().splitlines():
            key, _, number = line.partition(":")
            if key == "read_bytes":
                return int(number) / 1e6
        raise NotMeasured("the system does not tell what is read from the disk")

    def memory_mib(self) -> tuple[float, float]:
        """RSS and PSS."""
        return memory_mib(self.pid)


class Process(Command):
    """`python -m MODULE …`"""

    def __init__(self, variables: Mapping[str, str], module: str, *arguments: str) -> None:
        super().__init__(variables, sys.executable, "-m", module, *arguments)


def memory_mib(pid: int | str = "self") -> tuple[float, float]:
    """RSS and PSS of a process."""
    found = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        key, _, rest = line.partition(":")
        found[key] = int(rest.split()[0]) / 1024
    return found["Rss"], found["Pss"]


def used_ms(before: Mapping[str, int], after: Mapping[str, int]) -> float:
    """CPU time between two answers of `cpu_ns_by_thread`."""
    return sum(ns - before.get(thread, 0) for thread, ns in after.items()) / 1e6


def result_of(variables: Mapping[str, str], module: str, *arguments: str) -> Any:
    """What a module that measures itself prints: one line "result JSON"."""
    with Process(variables, module, *arguments) as child:
        return json.loads(child.line("result", _RESULT_S))


def tell(result: object) -> None:
    """In such a module: print the result."""
    print("result", json.dumps(result), flush=True)


def tell_of(measure: Callable[[], object]) -> int:
    """In such a module: print what `measure` has found, or why it could not measure; exit code."""
    try:
        tell(measure())
    except (NotMeasured, AssertionError) as error:
        print("failed", " ".join(str(error).split()), flush=True)
        return 1
    return 0


def settle(child: Command, *, quiet_s: float = 1.0) -> None:
    """Wait until a process has used no CPU time for a while."""
    last, since = child.cpu_s(), time.monotonic()

    def is_quiet() -> bool:
        nonlocal last, since
        now = child.cpu_s()
        if now != last:
            last, since = now, time.monotonic()
        return time.monotonic() - since >= quiet_s

    wait_for(is_quiet, timeout_s=60, interval_s=0.1, message="it never came to rest")
