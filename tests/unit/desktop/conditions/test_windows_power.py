"""What Windows' answer about its power supply means."""

import pytest

from tray_app.desktop.conditions.windows_power import battery_percent, on_battery


@pytest.mark.parametrize(
    ("line", "battery", "meaning"),
    [
        (0, 1, True),
        (0, 0, True),
        (1, 8, False),
        (1, 0x80, None),  # a desktop
        (0, 0x80, None),
        (255, 1, None),
        (1, 255, False),
    ],
)
def test_answers(line: int, battery: int, meaning: bool | None) -> None:
    assert on_battery(line, battery) is meaning


@pytest.mark.parametrize(("told", "percent"), [(0, 0), (20, 20), (100, 100), (255, None)])
def test_charges(told: int, percent: int | None) -> None:
    assert battery_percent(told) == percent
