"""`python -m tests.bench`: measure, and print one table.

--only NAME   groups whose name contains NAME: icon, frozen, memory, idle, window, click,
              opening, table, latency, servers, progress, queue, create, check, quit, terminal
--quick       three runs each, for a first look
--write       add the table to RESULTS.md, with the date and the machine
peers …       other programs beside ours: see peers.py

Ends with 1 when a group could not prove that it measured what its lines say.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import (
    checking,
    creating,
    frozen,
    latency,
    machine,
    peers,
    pulling,
    several,
    showing,
    starting,
    terminal,
)
from tests.bench.proof import prove
from tests.bench.table import Line, as_text, failed

RESULTS = Path(__file__).with_name("RESULTS.md")
RUNS, QUICK_RUNS = 9, 3
# What goes wrong in a measurement or its proof; NotMeasured is a RuntimeError.
_FAILURES = (
    *(RuntimeError, OSError, AssertionError, ValueError, LookupError),
    subprocess.SubprocessError,
)


@dataclass(frozen=True)
class Group:
    """Lines that are measured together."""

    name: str
    measure: Callable[[bool], Sequence[Line]]
    needs_desktop: bool = False
    needs_linux: bool = False


def _runs(is_quick: bool) -> int:
    return QUICK_RUNS if is_quick else RUNS


GROUPS = (
    Group("icon", lambda quick: starting.icon(_runs(quick)), True),
    Group("frozen", lambda quick: frozen.frozen(_runs(quick)), True, True),
    Group("memory", lambda quick: starting.memory(_runs(quick)), True),
    Group("idle", lambda quick: starting.idle(20 if quick else 60), True),
    Group("window", lambda quick: starting.window(_runs(quick)), True),
    Group("click", lambda quick: starting.click(_runs(quick)), True),
    Group("opening", lambda quick: starting.opening(_runs(quick)), True),
    Group("table", lambda quick: showing.table(_runs(quick))),
    Group("latency", lambda quick: latency.latency(1 if quick else RUNS, 5), True),
    Group(
        "servers", lambda quick: several.several(_runs(quick), 5, 20 if quick else 60), True, True
    ),
    Group("progress", lambda quick: pulling.progress(_runs(quick)), needs_linux=True),
    Group("queue", lambda quick: pulling.queue_file(_runs(quick))),
    Group(
        "create",
        lambda quick: creating.creating(
            QUICK_RUNS, creating.QUICK_MEGABYTES if quick else creating.MEGABYTES
        ),
        needs_linux=True,
    ),
    Group("check", lambda _: checking.checking()),
    Group("quit", lambda quick: starting.leaving(_runs(quick)), True),
    Group("terminal", lambda quick: terminal.listing(_runs(quick)), needs_linux=True),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == ["peers"]:
        return peers.main(words[1:])
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", default="", metavar="NAME")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(words)
    chosen = [group for group in GROUPS if options.only in group.name]
    if not chosen:
        parser.error(f"no group is called that; there are {', '.join(g.name for g in GROUPS)}")
    lines, has_failed = _measure_all(chosen, options.quick)
    table = as_text(lines)
    runs = _runs(options.quick)
    how = f"Medians of {runs} runs beside a floor measured in turns with them."
    if not machine.is_quiet():
        how += " The machine was busy with other things."
    print(f"{machine.describe()}\n{how}\n\n{table}")
    if options.write:
        write(f"{machine.describe()}.\n{how}", table)
    return 1 if has_failed else 0


def _measure_all(groups: Sequence[Group], is_quick: bool) -> tuple[list[Line], bool]:
    """The lines of all groups, and whether any of them failed."""
    lines: list[Line] = []
    has_failed = False
    for group in groups:
        try:
            lines += _measure(group, is_quick)
        except _FAILURES as error:
            # The others are worth having all the same; minutes have gone into them.
            has_failed = True
            lines.append(failed(group.name, f"{type(error).__name__}: {error}"))
            print(f"{group.name} FAILED: {error}", file=sys.stderr, flush=True)
    return lines, has_failed


def _measure(group: Group, is_quick: bool) -> Sequence[Line]:
    is_linux = sys.platform.startswith("linux")
    if (group.needs_linux or group.needs_desktop) and not is_linux:
        return [Line(group.name, "–", seen="not measured: only on Linux")]
    if group.needs_desktop and (lacking := starting.missing()):
        return [Line(group.name, "–", seen=f"not measured: needs {', '.join(lacking)}")]
    print(f"measuring {group.name} …", file=sys.stderr, flush=True)
    lines = group.measure(is_quick)
    prove(lines, "no line came of it")
    return lines


def write(description: str, table: str, title: str = "") -> None:
    """Add a chapter to RESULTS.md."""
    day = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    before = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Measured\n"
    RESULTS.write_text(f"{before}\n## {title}{day}\n\n{description}\n\n{table}\n", encoding="utf-8")


if __name__ == "__main__":
    # Whoever ends it ends what it has started, too: its desktops, servers, programs.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main())
