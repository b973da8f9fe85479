"""How long an event waits in the GUI thread while much is going on; the floor does nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tests.bench.children import Process
from tests.bench.starting import PROBE, Scene, scene
from tests.bench.table import Line, compared

PULLS = 8
_CASES = (
    # Each stream sends 16 lines a second; the list is another one at every poll.
    ("10 000 models, 8 pulls", ("--models", "10000", "--speed", "80e6")),
    ("1 000 models, 8 pulls at full speed", ("--models", "1000", "--speed", "80e9")),
)
Seen = dict[str, Any]


def latency(runs: int, seconds: float) -> list[Line]:
    """With the window open. The longest wait is the longest of all runs."""
    lines: list[Line] = []
    for what, arguments in _CASES:
        program: list[Seen] = []
        floor: list[Seen] = []
        with scene(*arguments, "--changing", "2", "--pulls", str(PULLS)) as here:
            for _ in range(runs):
                program.append(_watch(here, int(arguments[1]), seconds))
                floor.append(_watch_floor(here, seconds))
        lines += [
            compared(f"event wait, median: {what}", "ms", _all(program, "p50"), _all(floor, "p50")),
            compared(
                f"event wait, 99 %: {what}", "ms",
                _all(program, "p99"), _all(floor, "p99"), most=16,
            ),
            compared(f"event wait, longest: {what}", "ms", _longest(program), _longest(floor)),
            compared(f"CPU of a core: {what}", "%", _all(program, "cpu"), _all(floor, "cpu")),
        ]  # fmt: skip
    return lines


def _watch(here: Scene, models: int, seconds: float) -> Seen:
    probe = f"latency:{seconds:g} pulls:{PULLS}"
    with here.program(module=PROBE, probe=probe) as process:
        seen = _seen(process)
    (here.folder / "state" / "downloads.json").unlink(missing_ok=True)
    if (seen["moving"], seen["models"]) != (PULLS, models):
        raise RuntimeError(f"not all of it was going on: {seen}")
    return seen


def _watch_floor(here: Scene, seconds: float) -> Seen:
    with here.floor("--window", "--latency", str(seconds)) as process:
        return _seen(process)


def _seen(process: Process) -> Seen:
    seen: Seen = json.loads(process.line("result"))
    process.wait()
    return seen


def _all(seen: Sequence[Seen], key: str) -> list[float]:
    return [one[key] for one in seen]


def _longest(seen: Sequence[Seen]) -> list[float]:
    return [max(one["max"] for one in seen)]
