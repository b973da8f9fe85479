"""How long an event waits in the GUI thread while much is going on; the floor does nothing."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from typing import Any

from tests.bench.children import Process
from tests.bench.proof import count, prove_at_least, prove_equal
from tests.bench.starting import PROBE, Scene, scene
from tests.bench.table import Line, compared

PULLS = 8
LEAST_TICKS = 100
_CASES = (
    # Each stream sends 16 lines a second; the list is another one at every poll.
    ("10 000 models, 8 pulls", ("--models", "10000", "--speed", "80e6"), ""),
    ("1 000 models, 8 pulls at full speed", ("--models", "1000", "--speed", "80e9"), ""),
    ("10 000 models, 8 pulls, pull dialog", ("--models", "10000", "--speed", "80e6"), "llama"),
)
_WANTED = (33.0, 12.0)  # ms and % of a core, in the first of them
Seen = dict[str, Any]


def latency(runs: int, seconds: float) -> list[Line]:
    """With the window open. The longest wait is the longest of all runs."""
    lines: list[Line] = []
    for what, arguments, typed in _CASES:
        program: list[Seen] = []
        floor: list[Seen] = []
        with scene(*arguments, "--changing", "2", "--pulls", str(PULLS)) as here:
            for _ in range(runs):
                program.append(_watch(here, int(arguments[1]), seconds, typed))
                floor.append(_watch_floor(here, seconds))
        told = _told(program)
        longest_ms, cpu = _WANTED if what == _CASES[0][0] else (None, None)
        lines += [
            compared(
                f"event wait, median: {what}", "ms",
                _all(program, "p50"), _all(floor, "p50"), seen=told,
            ),
            compared(
                f"event wait, 99 %: {what}", "ms",
                _all(program, "p99"), _all(floor, "p99"), most=16, seen=told,
            ),
            compared(
                f"event wait, longest: {what}", "ms",
                _longest(program), _longest(floor), most=longest_ms, seen=told,
            ),
            compared(
                f"CPU of a core: {what}", "%",
                _all(program, "cpu"), _all(floor, "cpu"), most=cpu, seen=told,
            ),
        ]  # fmt: skip
    return lines


def _watch(here: Scene, models: int, seconds: float, typed: str) -> Seen:
    probe = f"latency:{seconds:g} pulls:{PULLS}"
    if typed:
        probe += f" dialog:{typed}"
    with here.program(module=PROBE, probe=probe) as process:
        seen = _seen(process)
    (here.folder / "state" / "downloads.json").unlink(missing_ok=True)
    prove_busy(seen, models, seconds)
    if typed:
        prove_dialog(seen, typed)
    return seen


def prove_busy(seen: Seen, models: int, seconds: float) -> None:
    """All downloads went on, the list changed, and the window showed both."""
    prove_ticking(seen)
    prove_equal("rows in the table", seen["rows"], models)
    prove_at_least("rows on screen", seen["on_screen"], 1)
    prove_equal("downloads in the window", seen["downloads"], PULLS)
    prove_equal("downloads that went on", seen["moving"], PULLS)
    prove_at_least("bytes fetched", seen["bytes"], 1)
    prove_at_least("events of downloads", seen["events"], PULLS * seconds)
    prove_at_least("answers to polls", seen["answers"], 1)
    prove_at_least("answers with another list", seen["other_lists"], 1)


def prove_dialog(seen: Seen, typed: str) -> None:
    """The pull dialog was open all the time, and spoke of what was typed."""
    prove_equal("typed in the pull dialog", seen.get("typed"), typed)
    prove_at_least("names in the pull dialog", seen.get("names", 0), 1)


def prove_ticking(seen: Seen) -> None:
    """There were enough events for one in a hundred of them to mean something."""
    prove_at_least("events timed", seen["ticks"], LEAST_TICKS)


def _watch_floor(here: Scene, seconds: float) -> Seen:
    with here.floor("--window", "--latency", str(seconds)) as process:
        process.line("painted")
        seen = _seen(process)
    prove_ticking(seen)
    return seen


def _seen(process: Process) -> Seen:
    seen: Seen = json.loads(process.line("result"))
    process.wait()
    return seen


def _told(program: Sequence[Seen]) -> str:
    one = program[0]
    events, polls, ticks = (
        round(statistics.median(_all(program, key))) for key in ("events", "answers", "ticks")
    )
    dialog = f", {one['names']} names in the pull dialog" if "typed" in one else ""
    return (
        f"{count(one['rows'])} rows, {one['on_screen']} on screen, {one['moving']} downloads, "
        f"{events} events of them, {polls} polls, {count(ticks)} timed{dialog}"
    )


def _all(seen: Sequence[Seen], key: str) -> list[float]:
    return [one[key] for one in seen]


def _longest(seen: Sequence[Seen]) -> list[float]:
    return [max(one["max"] for one in seen)]
