"""A line of the table: medians, the ratio to the floor, the target."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

HEAD = ("What", "Program", "Floor", "Ratio", "Target", "")


@dataclass(frozen=True)
class Line:
    """`is_met` None: there is no target. A floor or a ratio of "" does not exist."""

    what: str
    program: str
    floor: str = ""
    ratio: str = ""
    target: str = ""
    is_met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """The texts of the line, in the order of HEAD."""
        mark = {None: "", True: "ok", False: "MISSED"}[self.is_met]
        return (self.what, self.program, self.floor, self.ratio, self.target, mark)


def compared(
    what: str,
    unit: str,
    program: Sequence[float],
    floor: Sequence[float],
    *,
    most_ratio: float | None = None,
    most: float | None = None,
) -> Line:
    """Medians of both, and the median of the ratios of runs in pairs, which suffers least from
    whatever else the machine does. Targets: `most_ratio` × the floor, or `most` units."""
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
    """A Markdown table that is also good to read as it is."""
    rows = [HEAD, *(line.cells for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    is_number = (False, True, True, True, True, False)
    rule = [f"{'-' * (w - 1)}:" if n else "-" * w for w, n in zip(widths, is_number, strict=True)]
    shown = [
        [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, is_number, strict=True)
        ]
        for row in rows
    ]
    shown.insert(1, rule)
    return "\n".join("| " + " | ".join(row) + " |" for row in shown)
