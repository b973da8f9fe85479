"""Other programs that list the models of a server, beside ours: `python -m tests.bench peers`.

--ollama, --oterm, --parllama PROGRAM   where they are, if not on PATH; one that is not there is a
                                        line that says so, and nothing is installed
--runs N                                of each, in turns (9)
--write                                 add the table to RESULTS.md, as a chapter of its own

All ask the same server, and time runs until the names of all its models were written to the
terminal, or painted in the window; CPU time until then says more on a busy machine. What stays is
weighed three seconds later, with all that it has started; what ends at once, at its largest.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.children import environment
from tests.bench.lists import GrowingList
from tests.bench.proof import NotMeasured, prove
from tests.bench.registrations import Registrations
from tests.bench.screen import Screen, total_cpu_ms, total_mib
from tests.bench.starting import PROBE, Scene, missing, prove_filled, scene, wait_more
from tests.bench.table import as_grid, number
from tests.support.waiting import wait_for
from tray_app import __version__

MODELS = 12
HEAD = ("What", "Version", "Start to list", "CPU", "RSS", "PSS", "Seen")
_RIGHT = ("Start to list", "CPU", "RSS", "PSS")
_SETTLED_S = 3.0
_VERSION_S = 60.0


@dataclass(frozen=True)
class Seen:
    """What one run has found."""

    took_ms: float
    cpu_ms: float
    rss_mib: float
    pss_mib: float


@dataclass(frozen=True)
class Row:
    """Something to measure; without a way to do so, `seen` says why."""

    what: str
    version: str = "–"
    measure: Callable[[], Seen] | None = None
    seen: str = ""

    def cells(self, found: Sequence[Seen]) -> tuple[str, ...]:
        """The line of the table, in the order of HEAD."""
        if not found:
            return (self.what, self.version, "–", "–", "–", "–", self.seen)
        return (
            self.what,
            self.version,
            number(statistics.median(one.took_ms for one in found), "ms"),
            number(statistics.median(one.cpu_ms for one in found), "ms"),
            number(statistics.median(one.rss_mib for one in found), "MiB"),
            number(statistics.median(one.pss_mib for one in found), "MiB"),
            f"{len(found)} × {self.seen}",
        )


@dataclass(frozen=True)
class InTerminal:
    """A program that is started in a terminal; `opens` are a word to wait for and keys to press
    then, if it does not show its list by itself."""

    variables: dict[str, str]
    command: tuple[str, ...]
    names: frozenset[str]
    opens: tuple[str, str] | None = None

    def stay(self) -> Seen:
        """Of one that stays."""
        with Screen(self.variables, *self.command) as screen:
            took_ms, cpu_ms = self._wait(screen), screen.cpu_ms()
            screen.rest(_SETTLED_S)
            return Seen(took_ms, cpu_ms, *screen.memory_mib())

    def end(self) -> Seen:
        """Of one that ends by itself. It is weighed in a run of its own, since looking takes
        time."""
        with Screen(self.variables, *self.command) as screen:
            took_ms = self._wait(screen)
            screen.wait_end()
            cpu_ms = screen.cpu_ms()
        with Screen(self.variables, *self.command) as screen:
            largest = screen.wait_largest_mib()
        prove(min(largest), "it had ended before it was weighed")
        return Seen(took_ms, cpu_ms, *largest)

    def _wait(self, screen: Screen) -> float:
        if self.opens is not None:
            word, keys = self.opens
            screen.wait_words([word])
            screen.press(keys)
        return (screen.wait_words(self.names) - screen.spawned_ns) / 1e6


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure all that are there, and print the table."""
    from tests.bench import __main__ as bench  # which calls this
    from tests.bench import machine

    parser = argparse.ArgumentParser(prog="python -m tests.bench peers", description=__doc__)
    for name in ("ollama", "oterm", "parllama"):
        parser.add_argument(f"--{name}", default=shutil.which(name) or "", metavar="PROGRAM")
    parser.add_argument("--runs", type=int, default=bench.RUNS)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    if lacking := missing():
        print(f"not measured: needs {', '.join(lacking)}")
        return 1
    with (
        scene("--models", str(MODELS)) as here,
        Registrations(here.desktop.address) as registrations,
    ):
        rows = [
            *peers(here, options.ollama, options.oterm, options.parllama),
            *ours(here, registrations),
        ]
        lines, has_failed = measure_all(rows, options.runs)
    table = as_grid(HEAD, lines, _RIGHT)
    how = f"Medians of runs in turns, with the same {MODELS} models of one server."
    if not machine.is_quiet():
        how += " The machine was busy with other things."
    print(f"{machine.describe()}\n{how}\n\n{table}")
    if options.write:
        bench.write(f"{machine.describe()}.\n{how}", table, "Beside other programs, ")
    return 1 if has_failed else 0


def measure_all(rows: Sequence[Row], runs: int) -> tuple[list[tuple[str, ...]], bool]:
    """The lines of the table, and whether anything that is there could not be measured. The first
    run of each does not count."""
    found: dict[str, list[Seen]] = {row.what: [] for row in rows}
    failed: dict[str, str] = {}
    for turn in range(runs + 1):
        for row in rows:
            if row.measure is None or row.what in failed:
                continue
            print(f"{row.what}, {turn} of {runs} …", file=sys.stderr, flush=True)
            try:
                seen = row.measure()
            except (NotMeasured, AssertionError, OSError) as error:
                failed[row.what] = " ".join(f"FAILED: {error}".split()).replace("|", "¦")
                continue
            if turn:
                found[row.what].append(seen)
    lines = [
        Row(row.what, row.version, seen=failed[row.what]).cells(())
        if row.what in failed
        else row.cells(found[row.what])
        for row in rows
    ]
    return lines, bool(failed)


def peers(here: Scene, ollama: str, oterm: str, parllama: str) -> list[Row]:
    """Those of other people."""
    variables = environment(
        here.desktop.environment,
        TERM="xterm-256color",
        OLLAMA_HOST=here.url,
        OLLAMA_URL=here.url,
        OTERM_DATA_DIR=str(here.folder / "oterm"),
        LITELLM_LOCAL_MODEL_COST_MAP="True",  # else parllama waits for prices from the net
    )
    del variables["PYTHONPATH"]  # none of their business
    names = listed()
    return [
        _peer("`ollama list`", ollama, lambda: InTerminal(variables, (ollama, "list"), names).end,
              "all names in the terminal; memory at its largest"),
        _peer("oterm", oterm, lambda: _oterm(variables, oterm, names),
              "all names in its dialog for a new chat, asked for by key at once; no splash screen"),
        _peer("parllama", parllama, lambda: _parllama(variables, parllama, names, here.url),
              "all names in its list of local models"),
    ]  # fmt: skip


def listed() -> frozenset[str]:
    """The names of the models, as the server makes them."""
    return frozenset(row["name"] for row in GrowingList(MODELS).rows)


def _peer(what: str, program: str, begin: Callable[[], Callable[[], Seen]], seen: str) -> Row:
    if not program or shutil.which(program) is None:
        return Row(what, seen="not measured: it is not there")
    return Row(what, version_of(program), begin(), seen)


def version_of(program: str) -> str:
    """What it says of itself."""
    said = subprocess.run(
        [program, "--version"], capture_output=True, text=True, timeout=_VERSION_S, check=False
    )
    found = re.search(r"\d+(\.\d+)+\w*", said.stdout + said.stderr)
    return found[0] if found else "–"


def _oterm(variables: dict[str, str], program: str, names: frozenset[str]) -> Callable[[], Seen]:
    folder = Path(variables["OTERM_DATA_DIR"])
    folder.mkdir()
    (folder / "config.json").write_text('{"splash-screen": false}', encoding="utf-8")
    new_chat = ("Welcome to oterm!", "\x0e")
    return InTerminal(variables, (program,), names, new_chat).stay


def _parllama(
    variables: dict[str, str], program: str, names: frozenset[str], url: str
) -> Callable[[], Seen]:
    command = (program, "-u", url, "-s", "local", "--use-last-tab-on-startup", "0")
    with Screen(variables, *command) as screen:  # the very first time it shows its options
        screen.wait_words(["Local model list refreshed"])
    return InTerminal(variables, command, names).stay


def ours(here: Scene, registrations: Registrations) -> list[Row]:
    """Ours, in three ways."""
    variables = environment(here.desktop.environment, TERM="xterm-256color")
    command = (sys.executable, "-m", "tray_app", "list", "--server", here.url)

    def hidden() -> Seen:
        registrations.forget()
        polls = here.polls()
        with here.program("--hidden") as process:
            took_ms = (registrations.next_ns(process.pid) - process.spawned_ns) / 1e6
            wait_more(here.polls, polls, "no poll")
            return _weighed(took_ms, process.pid)

    def shown() -> Seen:
        with here.program(module=PROBE, probe="painted") as process:
            told = process.lines("painted", "result")
            prove_filled(json.loads(told["result"]), MODELS)
            took_ms = (int(told["painted"]) - process.spawned_ns) / 1e6
            return _weighed(took_ms, process.pid)

    return [
        Row("Ollama Tray, `list`", __version__, InTerminal(variables, command, listed()).end,
            "all names in the terminal; memory at its largest"),
        Row("Ollama Tray, in the tray", __version__, hidden,
            "time is to the icon in the tray; weighed with the list read"),
        Row("Ollama Tray, with its window", __version__, shown, "all rows in the painted window"),
    ]  # fmt: skip


def _weighed(took_ms: float, pid: int) -> Seen:
    cpu_ms, until_s = total_cpu_ms(pid), time.monotonic() + _SETTLED_S
    wait_for(lambda: time.monotonic() >= until_s, timeout_s=2 * _SETTLED_S, interval_s=0.1)
    return Seen(took_ms, cpu_ms, *total_mib(pid))
