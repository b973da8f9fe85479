"""When downloads may run."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.core.pulls.rules import (
    GB,
    ROOM_MARGIN_BYTES,
    QuietHours,
    RuleChoices,
    SystemConditions,
    evaluate,
    may_stay_awake,
    missing_bytes,
)
from tray_app.core.pulls.states import Hold

DAY = datetime.combine(date(2026, 11, 24), time())
NIGHT = QuietHours(time(23), time(7))
OFFICE = QuietHours(time(8), time(17, 30))
MOMENTS = st.datetimes(DAY, DAY + timedelta(days=400))
TIMES = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@pytest.mark.parametrize(
    ("hours", "at", "is_quiet", "next_change"),
    [
        (NIGHT, time(22, 59), False, DAY + timedelta(hours=23)),
        (NIGHT, time(23), True, DAY + timedelta(days=1, hours=7)),
        (NIGHT, time(0), True, DAY + timedelta(hours=7)),
        (NIGHT, time(6, 59, 59), True, DAY + timedelta(hours=7)),
        (NIGHT, time(7), False, DAY + timedelta(hours=23)),
        (OFFICE, time(7, 59), False, DAY + timedelta(hours=8)),
        (OFFICE, time(8), True, DAY + timedelta(hours=17, minutes=30)),
        (OFFICE, time(17, 30), False, DAY + timedelta(days=1, hours=8)),
        (QuietHours(time(9), time(9)), time(9), False, None),
    ],
)
def test_quiet_hours(
    hours: QuietHours, at: time, is_quiet: bool, next_change: datetime | None
) -> None:
    assert hours.covers(at) is is_quiet
    assert hours.next_change(datetime.combine(DAY, at)) == next_change


@given(TIMES, TIMES, MOMENTS)
def test_quiet_hours_change_then_and_not_before(start: time, end: time, now: datetime) -> None:
    hours = QuietHours(start, end)
    change = hours.next_change(now)
    if change is None:
        assert start == end
        assert not hours.covers(now.time())
        return
    assert now < change <= now + timedelta(days=1)
    assert hours.covers(change.time()) is not hours.covers(now.time())
    just_before = change - timedelta(microseconds=1)
    assert hours.covers(just_before.time()) is hours.covers(now.time())


@given(TIMES, TIMES)
def test_quiet_hours_are_written_as_they_are_read(start: time, end: time) -> None:
    assert QuietHours.parse(str(QuietHours(start, end))) == QuietHours(start, end)


@pytest.mark.parametrize("text", ["", "23:00", "23:00-", "25:00-07:00", "a-b"])
def test_no_quiet_hours(text: str) -> None:
    with pytest.raises(ValueError):
        QuietHours.parse(text)


ON_BATTERY = SystemConditions(on_battery=True, is_metered=False)
METERED = SystemConditions(on_battery=False, is_metered=True)
ALL = RuleChoices(pause_on_battery=True, pause_on_metered=True, quiet_hours=NIGHT)
NONE = RuleChoices(pause_on_battery=False, pause_on_metered=False)
NOON, MIDNIGHT = DAY + timedelta(hours=12), DAY


@pytest.mark.parametrize(
    ("choices", "conditions", "now", "here", "elsewhere"),
    [
        (ALL, SystemConditions(), NOON, None, None),
        (ALL, SystemConditions(False, False), NOON, None, None),
        (ALL, ON_BATTERY, NOON, Hold.BATTERY, None),
        (ALL, METERED, NOON, Hold.METERED, None),
        (ALL, SystemConditions(True, True), NOON, Hold.METERED, None),
        (ALL, SystemConditions(), MIDNIGHT, Hold.QUIET_HOURS, Hold.QUIET_HOURS),
        (ALL, ON_BATTERY, MIDNIGHT, Hold.BATTERY, Hold.QUIET_HOURS),
        (NONE, SystemConditions(True, True), MIDNIGHT, None, None),
        (RuleChoices(), ON_BATTERY, NOON, None, None),
        (RuleChoices(), METERED, NOON, Hold.METERED, None),
    ],
)
def test_the_verdict(
    choices: RuleChoices,
    conditions: SystemConditions,
    now: datetime,
    here: Hold | None,
    elsewhere: Hold | None,
) -> None:
    verdict = evaluate(choices, conditions, now)
    assert (verdict.here, verdict.elsewhere) == (here, elsewhere)


def test_the_verdict_knows_when_the_clock_changes_it() -> None:
    at_night = evaluate(ALL, SystemConditions(), MIDNIGHT)
    assert (at_night.until, at_night.next_s) == (time(7), 7 * 3600)
    at_noon = evaluate(ALL, SystemConditions(), NOON)
    assert (at_noon.until, at_noon.next_s) == (None, 11 * 3600)
    assert evaluate(NONE, METERED, NOON).next_s is None


@pytest.mark.parametrize(
    ("to_fetch", "free", "kept", "missing"),
    [
        (10 * GB, 15 * GB, 5 * GB, 0),
        (10 * GB, 15 * GB - 1, 5 * GB, 1 + ROOM_MARGIN_BYTES),
        (10 * GB, 2 * GB, 5 * GB, 13 * GB + ROOM_MARGIN_BYTES),
        (0, 0, 5 * GB, 0),  # all is here already, or nothing is known yet
        (10 * GB, 0, 0, 0),  # the rule is off
    ],
)
def test_room(to_fetch: int, free: int, kept: int, missing: int) -> None:
    assert missing_bytes(to_fetch, free, kept, is_held=False) == missing


@pytest.mark.parametrize("free", [0, 2 * GB, 15 * GB - 1])
def test_the_number_that_is_said_does_not_change_when_the_wait_begins(free: int) -> None:
    said = [missing_bytes(10 * GB, free, 5 * GB, is_held=is_held) for is_held in (False, True)]
    assert said[0] == said[1] > 0


def test_the_missing_room_is_the_same_before_and_while_it_waits() -> None:
    before = missing_bytes(10 * GB, 14 * GB, 5 * GB, is_held=False)
    assert before == missing_bytes(10 * GB, 14 * GB, 5 * GB, is_held=True) > GB


def test_who_waits_for_room_goes_on_when_there_is_a_little_more() -> None:
    assert missing_bytes(10 * GB, 15 * GB, 5 * GB, is_held=True) == ROOM_MARGIN_BYTES
    assert missing_bytes(10 * GB, 15 * GB + ROOM_MARGIN_BYTES, 5 * GB, is_held=True) == 0


@pytest.mark.parametrize(
    ("on_battery", "percent", "may"),
    [
        (None, None, True),
        (False, 5, True),
        (True, None, True),
        (True, 20, True),
        (True, 19, False),
        (True, 0, False),
    ],
)
def test_a_low_battery_lets_the_computer_sleep(
    on_battery: bool | None, percent: int | None, may: bool
) -> None:
    conditions = SystemConditions(on_battery=on_battery, battery_percent=percent)
    assert may_stay_awake(conditions) is may
