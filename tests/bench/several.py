"""Eight servers: three that answer, two that refuse, one silent, one slow, one switched off.

Those that are no good must cost the others, and the person, nothing.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.children import Process, environment, result_of, settle, used_ms
from tests.bench.latency import prove_ticking
from tests.bench.proof import count, prove_at_least, prove_equal
from tests.bench.registrations import Registrations
from tests.bench.server import TAGS
from tests.bench.starting import PROBE, Scene, counts_of, scene, wait_more, write_settings
from tests.bench.table import Line, compared, in_turns
from tests.support.waiting import wait_for

MODELS = 1000
LIVE, SLOW_S = 3, 2.0
ANSWERING = LIVE + 1
_LIST = ("--models", str(MODELS))
# Asked this often while the window is hidden; a little is left to chance.
_POLL_S = 15.5
_POLLING = "tests.bench.polling"


@dataclass(frozen=True)
class Eight:
    """The addresses of the servers, by what they are like."""

    live: tuple[str, ...]
    refused: tuple[str, ...]
    silent: str
    slow: str
    off: str

    def settings(self) -> dict[str, Any]:
        """As a person has them, with all of them shown in one table."""
        others = [*self.refused, self.silent, self.slow]
        urls = [*self.live, *others, self.off]
        return {
            "max_pulls": 8,
            "shown_server": "",
            "default_server": "s0",
            "servers": [
                {"id": f"s{n}", "label": f"server {n}", "address": url, "is_on": url != self.off}
                for n, url in enumerate(urls)
            ],
        }

    def alone(self) -> dict[str, Any]:
        """Only the first of them, switched on like the others."""
        one = [{"id": "s0", "label": "server 0", "address": self.live[0]}]
        return {"max_pulls": 8, "servers": one, "default_server": "s0"}

    def asked(self, url: str) -> int:
        """How often a server was asked for its list."""
        return counts_of(url)["asked"].get(TAGS, 0)

    def prove_left_alone(self) -> None:
        """Nobody asks the one that is off, and the silent one has answered nothing."""
        prove_equal("requests to the server that is off", counts_of(self.off)["asked"], {})
        prove_equal("answers of the silent server", counts_of(self.silent)["answered"], {})


@contextmanager
def eight(*more: str) -> Iterator[Eight]:
    """Processes of their own, all but those that refuse."""
    with contextlib.ExitStack() as stack:

        def start(*arguments: str) -> str:
            variables = environment(os.environ)
            process = Process(variables, "tests.bench.server", *arguments)
            return stack.enter_context(process).line("url")

        live = tuple(start(*_LIST, *more) for _ in range(LIVE))
        silent, slow = start(*_LIST, "--stalled"), start(*_LIST, "--delay", str(SLOW_S))
        yield Eight(live, (_refusing(), _refusing()), silent, slow, start())


def _refusing() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def several(runs: int, seconds: float, idle_s: float) -> list[Line]:
    """All that eight servers cost."""
    return [
        *_waiting(max(1, runs // 3), seconds),
        *_idle(idle_s),
        *_refresh(runs),
        *_leaving(runs),
    ]


def _waiting(runs: int, seconds: float) -> list[Line]:
    """How long events wait while the window shows all of them, and every list changes."""
    program: list[dict[str, Any]] = []
    floor: list[dict[str, Any]] = []
    with eight("--changing", "2") as servers, scene() as here:
        write_settings(here.folder, **servers.settings())
        for _ in range(runs):
            with here.program(module=PROBE, probe=f"latency:{seconds:g}") as process:
                program.append(json.loads(process.line("result")))
                process.wait()
            prove_shown(program[-1])
            with here.floor("--window", "--latency", str(seconds)) as process:
                process.line("painted")
                floor.append(json.loads(process.line("result")))
                process.wait()
        servers.prove_left_alone()
    one = program[0]
    told = f"{count(one['rows'])} rows of {one['servers']} servers, {one['answers']} polls"
    what = "8 servers with 1 000 models"

    def line(name: str, key: str, unit: str = "ms", most: float | None = None) -> Line:
        values = [[each[key] for each in seen] for seen in (program, floor)]
        if key == "max":
            values = [[max(each)] for each in values]
        return compared(f"{name}: {what}", unit, *values, most=most, seen=told)

    return [
        line("event wait, 99 %", "p99", most=16),
        line("event wait, longest", "max"),
        line("CPU of a core", "cpu", "%"),
    ]


def prove_shown(seen: dict[str, Any]) -> None:
    """All that answers was in one table, and new lists came all the time."""
    prove_ticking(seen)
    prove_equal("rows in the table", seen["rows"], ANSWERING * MODELS)
    prove_equal("servers that were heard meanwhile", seen["servers"] >= LIVE, True)
    prove_at_least("answers with another list", seen["other_lists"], LIVE)
    prove_equal("the keyring's package is loaded", seen["keyring"], 0)


def _idle(seconds: float) -> list[Line]:
    """CPU time in the tray while nothing happens; the floor is the program with one of them."""
    with eight() as servers, scene() as here, tempfile.TemporaryDirectory() as folder:
        alone = Scene(here.desktop, Path(folder), here.url)
        write_settings(here.folder, **servers.settings())
        write_settings(alone.folder, **servers.alone())
        with here.program("--hidden") as all_of_them, alone.program("--hidden") as one:
            for url in (*servers.live, servers.slow):
                wait_more(functools.partial(servers.asked, url), 0, f"no poll of {url}")
            settle(one)
            settle(all_of_them, quiet_s=0.5)
            asked = sum(map(servers.asked, servers.live))
            before = [process.cpu_ns_by_thread() for process in (all_of_them, one)]
            until = time.monotonic() + seconds
            wait_for(lambda: time.monotonic() >= until, timeout_s=2 * seconds, interval_s=0.5)
            after = [process.cpu_ns_by_thread() for process in (all_of_them, one)]
            asked = sum(map(servers.asked, servers.live)) - asked
        servers.prove_left_alone()
    prove_at_least(f"polls of {LIVE} servers", asked, int(seconds / _POLL_S) * (LIVE + 1))
    mine, theirs = map(used_ms, before, after)
    return [
        compared(
            f"CPU of {seconds:g} s idle in the tray: 8 servers, floor: one of them", "ms",
            [mine], [theirs], seen=f"{asked} polls of those that answer",
        )
    ]  # fmt: skip


def _refresh(runs: int) -> list[Line]:
    """From asking all of them to the last answer; the floor asks only those that answer."""
    with eight() as servers, tempfile.TemporaryDirectory() as home:
        variables = environment(os.environ, HOME=home)
        others = ("--", *servers.refused, servers.silent, servers.slow)
        ask: Callable[..., dict[str, Any]] = functools.partial(
            result_of, variables, _POLLING, str(runs)
        )
        found = [ask(*servers.live, *others), ask(*servers.live)]
        servers.prove_left_alone()
    for each in found:
        prove_equal("models that were told of", each["rows"], LIVE * MODELS)
        prove_equal("refreshes", len(each["took"]), runs)
    return [
        compared(
            "refresh of three servers beside four bad ones, floor: alone", "ms",
            found[0]["took"], found[1]["took"], most=1000,
            seen=f"{count(LIVE * MODELS)} models each time",
        )
    ]  # fmt: skip


def _leaving(runs: int) -> list[Line]:
    """From SIGTERM to the end, while the silent and the slow one are being asked."""
    with eight() as servers, scene() as here, Registrations(here.desktop.address) as registrations:
        write_settings(here.folder, **servers.settings())

        def ours() -> float:
            with here.program("--hidden") as process:
                registrations.next_ns(process.pid)
                settle(process, quiet_s=0.3)
                # It was just asked again, and will say nothing for as long as it is waited for.
                asked = functools.partial(_requests, servers)
                wait_more(asked, asked(), "the silent one was not asked")
                return process.quit_ms()

        def bare() -> float:
            with here.floor() as process:
                registrations.next_ns(process.pid)
                settle(process, quiet_s=0.3)
                return process.quit_ms()

        program, floor = in_turns(runs, ours, bare)
        servers.prove_left_alone()
    return [
        compared(
            "quit, 8 servers, the silent one being asked", "ms", program, floor, most=500,
            seen=f"{len(program)} good ends, each while it was asked",
        )
    ]  # fmt: skip


def _requests(servers: Eight) -> int:
    """What the silent one was asked so far."""
    return sum(counts_of(servers.silent)["asked"].values())
