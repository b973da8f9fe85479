"""The few words on and about the graph of a download's speed."""

from __future__ import annotations

import math

from tray_app.text.units import size
from tray_app.text.wording import fill, is_binary, tr

_STEPS = (1.0, 2.0, 5.0, 10.0)


def speed_scale(peak_bytes_s: float) -> float:
    """A round speed not below the peak, for the top of a scale: 1, 2 or 5 times a power of ten
    of the unit that speeds are written in."""
    least = max(1.0, peak_bytes_s)
    unit, base = 1.0, 1024.0 if is_binary() else 1000.0
    while least >= unit * base:
        unit *= base
    power = 10.0 ** math.floor(math.log10(least / unit))
    return next(unit * power * step for step in _STEPS if unit * power * step >= least)


def spoken_trail(peak_bytes_s: float, mean_bytes_s: float) -> str:
    """For a screen reader: "On average 40.2 MB per second, at most 47.1 MB"."""
    return fill(
        tr("On average {mean} per second, at most {peak}"),
        mean=size(round(mean_bytes_s)),
        peak=size(round(peak_bytes_s)),
    )
