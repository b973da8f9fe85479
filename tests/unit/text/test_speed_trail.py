"""The scale of the speed graph and its words for a screen reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app import text
from tray_app.text import speed_scale, spoken_trail


@pytest.mark.parametrize(
    ("peak", "top"),
    [(0, 1), (1, 1), (3, 5), (6, 10), (999, 1000), (1000, 1000), (1001, 2000), (47.1e6, 50e6),
     (50e6, 50e6), (50.1e6, 100e6), (1.2e9, 2e9)],
)  # fmt: skip
def test_the_top_is_a_round_number(peak: float, top: float) -> None:
    assert speed_scale(peak) == top


def test_in_1024s_it_is_round_there() -> None:
    text.configure("binary")
    try:
        assert speed_scale(47.1e6) == 50 * 1024**2
        assert text.speed(speed_scale(47.1e6)).replace("\u00a0", " ") == "50.0 MiB/s"
    finally:
        text.configure("decimal")


@given(st.floats(0, 1e15))
def test_nothing_is_above_the_top_and_it_is_not_far_below(peak: float) -> None:
    assert peak <= speed_scale(peak) <= max(1.0, peak * 2.6)


def test_spoken() -> None:
    assert spoken_trail(47.1e6, 40.2e6).replace("\u00a0", " ") == (
        "On average 40.2 MB per second, at most 47.1 MB"
    )
