"""DaySet: what a set of dates does, in the bits of one number."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.core.use.days import MAX_BYTES, DaySet

DAYS = st.dates(date(2024, 1, 1), date(2050, 12, 31))


def made(days: set[date]) -> DaySet:
    found = DaySet()
    for day in days:
        found = found.with_day(day)
    return found


@given(st.sets(DAYS, max_size=20), st.sets(DAYS, max_size=20), DAYS, DAYS)
def test_it_is_a_set_of_days(days: set[date], others: set[date], first: date, last: date) -> None:
    found = made(days)
    assert len(found) == len(days)
    assert all(day in found for day in days)
    assert (found.first, found.last) == (min(days, default=None), max(days, default=None))
    assert found & made(others) == made(days & others)
    assert found | made(others) == made(days | others)
    assert found.between(first, last) == made({day for day in days if first <= day <= last})
    assert DaySet.of_bytes(found.to_bytes()) == found


def test_what_is_older_than_two_years_or_to_come_goes() -> None:
    today = date(2030, 6, 1)
    days = {today, today - timedelta(days=731), today - timedelta(days=732), date(2031, 1, 1)}
    assert made(days).kept(today) == made({today, today - timedelta(days=731)})


def test_days_before_all_watching_are_not_kept() -> None:
    assert DaySet().with_day(date(1970, 1, 1)) == DaySet()
    assert date(1970, 1, 1) not in made({date(2024, 1, 1)})
    assert DaySet().with_day(date(9999, 1, 1)) == DaySet()


def test_a_file_cannot_bring_a_number_without_end() -> None:
    with pytest.raises(ValueError, match="4001 bytes"):
        DaySet.of_bytes(b"\1" * (MAX_BYTES + 1))
