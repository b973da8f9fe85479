"""A line of the table: medians, the ratio to the floor, the target."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.bench.proof import prove, prove_equal

HEAD = ("What", "Program", "Floor", "Ratio", "Target", "", "Seen")
_RIGHT = ("Program", "Floor", "Ratio", "Target")


@dataclass(frozen=True)
class Line:
    """`is_met` None: there is no target. A floor or a ratio of "" does not exist. `seen` is what
    proves that the numbers are of what the line says, or why there are none."""

    what: str
    program: str
    floor: str = ""
    ratio: str = ""
    target: str = ""
    is_met: bool | None = None
    seen: str = ""
    has_failed: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        """The texts of the line, in the order of HEAD."""
        mark = {None: "", True: "ok", False: "MISSED"}[self.is_met]
        if self.has_failed:
            mark = "FAILED"
        return (self.what, self.program, self.floor, self.ratio, self.target, mark, self.seen)


def failed(what: str, reason: str) -> Line:
    """A line for what could not be measured though everything for it is there."""
    return Line(what, "–", seen=" ".join(reason.split()).replace("|", "¦"), has_failed=True)


def compared(
    what: str,
    unit: str,
    program: Sequence[float],
    floor: Sequence[float],
    *,
    seen: str,
    most_ratio: float | None = None,
    most: float | None = None,
    may_floor_rest: bool = False,
) -> Line:
    """Medians of both, and the median of the ratios of runs in pairs, which suffers least from
    whatever else the machine does. Targets: `most_ratio` × the floor, or `most` units.

    `seen` is what proves it. Raises NotMeasured when there is no proof, or nothing but zeros where
    a floor that does nothing at all cannot be.
    """
    prove(seen, f"{what}: nothing was seen of it")
    prove_equal(f"{what}: runs of the floor", len(floor), len(program))
    prove(any(value > 0 for value in program), f"{what}: the program took nothing")
    prove(most_ratio is None or not may_floor_rest, f"{what}: no ratio to a floor at rest")
    prove(may_floor_rest or any(value > 0 for value in floor), f"{what}: the floor took nothing")
    mine, theirs = statistics.median(program), statistics.median(floor)
    ratios = [one / other for one, other in zip(program, floor, strict=True) if other]
    ratio = statistics.median(ratios) if ratios else None
    target, is_met = "", None
    if most_ratio is not None and ratio is not None:
        target, is_met = f"≤ {most_ratio:g} ×", ratio <= most_ratio
    elif most is not None:
        target, is_met = f"≤ {most:g} {unit}", mine <= most
    return Line(
        what,
        number(mine, unit),
        number(theirs, unit),
        "" if ratio is None else f"{ratio:.2f} ×",
        target,
        is_met,
        seen,
    )


def number(value: float, unit: str) -> str:
    """Three digits that matter, and the unit."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:.{digits}f} {unit}"


def in_turns(
    runs: int, program: Callable[[], float], floor: Callable[[], float]
) -> tuple[list[float], list[float]]:
    """Both `runs` times in pairs, the first of a pair taking turns, after one run that does not
    count: whatever else the machine does meets both alike."""
    mine: list[float] = []
    theirs: list[float] = []
    program(), floor()
    for turn in range(runs):
        if turn % 2:
            theirs.append(floor())
            mine.append(program())
        else:
            mine.append(program())
            theirs.append(floor())
    return mine, theirs


def as_text(lines: Sequence[Line]) -> str:
    """The table of all lines."""
    return as_grid(HEAD, [line.cells for line in lines], _RIGHT)


def as_grid(head: Sequence[str], lines: Sequence[Sequence[str]], right: Sequence[str]) -> str:
    """A Markdown table that is also good to read as it is. `right` are the columns of numbers."""
    rows = [head, *lines]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    is_number = [title in right for title in head]
    rule = [f"{'-' * (w - 1)}:" if n else "-" * w for w, n in zip(widths, is_number, strict=True)]
    shown = [
        [
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(row, widths, is_number, strict=True)
        ]
        for row in rows
    ]
    shown.insert(1, rule)
    return "\n".join("| " + " | ".join(row) + " |" for row in shown)
