"""What a verb in the terminal costs: `ollama-tray list` against a script that does the same."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from tests.bench.children import ROOT, Process, environment
from tests.bench.lists import GrowingList
from tests.bench.proof import prove, prove_equal
from tests.bench.table import Line, compared, in_turns
from tests.support.isolation import home_variables

MODELS = 30
_SCRIPT = Path(__file__).with_name("bare_list.py")


def listing(runs: int) -> list[Line]:
    """CPU time of the whole process, of both with the same server."""
    names = {row["name"] for row in GrowingList(MODELS).rows}  # as the server makes them
    with tempfile.TemporaryDirectory(prefix="ollama-tray-bench-") as home:
        variables = environment(os.environ, **home_variables(Path(home)), LC_ALL="C.UTF-8")
        with Process(variables, "tests.bench.server", "--models", str(MODELS)) as server:
            url = server.line("url")
            program, floor = in_turns(
                runs,
                lambda: cpu_ms(variables, names, "-m", "tray_app", "list", "--server", url),
                lambda: cpu_ms(variables, names, str(_SCRIPT), url),
            )
    return [
        compared(
            "CPU of `ollama-tray list`, floor: bare script with requests", "ms", program, floor,
            most_ratio=1.4, seen=f"{MODELS} names printed by both",
        )
    ]  # fmt: skip


def cpu_ms(variables: Mapping[str, str], names: Collection[str], *arguments: str) -> float:
    """CPU time of a Python process that prints all these names, each on a line of its own."""
    child = subprocess.Popen(
        [sys.executable, *arguments],
        env=dict(variables),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    with child.stdout:
        printed = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    prove_equal(f"exit code of {arguments[0]}", child.returncode, 0)
    prove_printed(printed, names)
    return (used.ru_utime + used.ru_stime) * 1000


def prove_printed(printed: str, names: Collection[str]) -> None:
    """Every name begins a line."""
    prove(names, "there is nothing to list")
    firsts = [line.split(maxsplit=1)[0] for line in printed.splitlines() if line.strip()]
    prove_equal("names printed", sum(first in names for first in firsts), len(names))
    prove(set(names) <= set(firsts), "a name was not printed")
