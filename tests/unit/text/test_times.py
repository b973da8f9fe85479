import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from tests.unit.text.test_units import plain
from tray_app import text

NOW = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A zone with summer time."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system has no tzset")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("ago", "shown"),
    [
        (timedelta(0), "Today, 14:30"),
        (timedelta(hours=5, minutes=16), "Today, 09:14"),
        (timedelta(hours=15), "Yesterday"),
        (timedelta(days=1, hours=14), "Yesterday"),
        (timedelta(days=1, hours=15), "2 days ago"),
        (timedelta(days=3, hours=15), "3 days ago"),
        (timedelta(days=5), "5 days ago"),
        (timedelta(days=13), "13 days ago"),
        (timedelta(days=14), "2 weeks ago"),
        (timedelta(days=44), "6 weeks ago"),
        (timedelta(days=59), "8 weeks ago"),
        (timedelta(days=60), "2 months ago"),
        (timedelta(days=122), "4 months ago"),
        (timedelta(days=209), "6 months ago"),
        (timedelta(days=210), "7 months ago"),
        (timedelta(days=364), "12 months ago"),
        (timedelta(days=729), "24 months ago"),
        (timedelta(days=729, hours=23, minutes=40), "1 year ago"),
        (timedelta(days=13, hours=23, minutes=29), "13 days ago"),
        (timedelta(days=13, hours=23, minutes=30), "2 weeks ago"),
        (timedelta(days=731), "2 years ago"),
        (-timedelta(hours=2), "Today, 16:30"),
        (-timedelta(days=2), "26/11/2026"),
    ],
)
def test_age(ago: timedelta, shown: str) -> None:
    assert text.age(NOW - ago, NOW) == shown


# Hours, and what `ollama list` 0.32.1 printed for a model of that age.
OLLAMAS = (
    (50.0, "2 days ago"), (335.4, "13 days ago"), (335.6, "2 weeks ago"), (336.0, "2 weeks ago"),
    (1416.0, "8 weeks ago"), (1440.0, "2 months ago"), (5016.0, "6 months ago"),
    (5040.0, "7 months ago"), (8736.0, "12 months ago"), (8784.0, "12 months ago"),
    (17496.0, "24 months ago"), (17544.0, "2 years ago"), (26280.0, "3 years ago"),
    (35768.4, "4 years ago"), (15625.74, "21 months ago"), (58859.76, "6 years ago"),
    (29803.01, "3 years ago"), (24958.14, "2 years ago"), (19182.51, "2 years ago"),
    (59057.36, "6 years ago"), (29530.18, "3 years ago"), (17218.86, "23 months ago"),
    (28641.77, "3 years ago"), (7356.18, "10 months ago"), (37319.73, "4 years ago"),
    (26635.32, "3 years ago"), (17620.82, "2 years ago"), (46913.07, "5 years ago"),
    (49616.8, "5 years ago"), (840.55, "5 weeks ago"), (31976.78, "3 years ago"),
    (16462.84, "22 months ago"), (56118.36, "6 years ago"), (46925.12, "5 years ago"),
    (14776.57, "20 months ago"), (16097.19, "22 months ago"), (9327.35, "12 months ago"),
    (59330.05, "6 years ago"), (17625.92, "2 years ago"), (36501.46, "4 years ago"),
    (28503.62, "3 years ago"), (38709.99, "4 years ago"), (36250.63, "4 years ago"),
    (44620.96, "5 years ago"), (7133.94, "9 months ago"), (45635.66, "5 years ago"),
    (18075.65, "2 years ago"), (32032.73, "3 years ago"), (20199.82, "2 years ago"),
    (17843.78, "2 years ago"), (31815.08, "3 years ago"), (27886.45, "3 years ago"),
    (21693.67, "2 years ago"), (44713.52, "5 years ago"), (35468.33, "4 years ago"),
    (2232.94, "3 months ago"), (15182.0, "21 months ago"), (27363.49, "3 years ago"),
    (54998.48, "6 years ago"), (53281.92, "6 years ago"),
)  # fmt: skip


def test_ages_are_those_of_ollama_list() -> None:
    said = [(hours, text.age(NOW - timedelta(hours=hours), NOW)) for hours, _ in OLLAMAS]
    assert said == list(OLLAMAS)


def test_age_of_nothing() -> None:
    assert text.age(None, NOW) == "—"
    assert text.age(datetime(1, 1, 1, tzinfo=UTC), NOW) == "—"
    assert text.age(datetime.max.replace(tzinfo=UTC), NOW) in ("—", "31/12/9999")


def test_days_are_those_of_this_computer(berlin: None) -> None:
    now = datetime(2026, 7, 10, 22, 30, tzinfo=UTC)  # 00:30 on the 11th here
    assert text.age(now - timedelta(hours=1), now) == "Yesterday"
    assert text.age(datetime(2026, 7, 6, 21, 0, tzinfo=UTC), now) == "4 days ago"
    assert text.clock_time(now) == "00:30"


@given(st.datetimes(), st.integers(1_577_836_800, 4_102_444_800))
def test_every_moment_has_an_age(moment: datetime, now_s: int) -> None:
    assert text.age(moment.replace(tzinfo=UTC), datetime.fromtimestamp(now_s, UTC))


class WindowsMoment(datetime):
    """One of a system that knows its own zone from 1970 to 3000 only, as Windows does."""

    def astimezone(self, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        if tz is None and not 1970 < self.year < 3000:
            raise OSError(22, "Invalid argument")
        return super().astimezone(tz)


OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
EDGES = ("0001-01-01", "1970-01-01", "3001-01-01", "9999-12-31T23:59:59")
MOMENTS = st.one_of(st.datetimes(), st.sampled_from(EDGES).map(datetime.fromisoformat))


@given(MOMENTS, OFFSETS, MOMENTS, OFFSETS, st.sampled_from((datetime, WindowsMoment)))
def test_every_moment_can_be_shown_at_any_time(
    moment: datetime, zone: tzinfo, now: datetime, zone_of_now: tzinfo, kind: type[datetime]
) -> None:
    moment, now = (
        kind.combine(each.date(), each.time(), tz)
        for each, tz in ((moment, zone), (now, zone_of_now))
    )
    assert text.age(moment, now)
    assert text.clock_time(moment)
    assert text.day_and_time(moment, now)
    assert text.full_time(moment)
    assert text.seconds_until(moment, now) >= 0
    assert text.is_forever(moment, now) in (True, False)


@pytest.mark.parametrize("kind", [datetime, WindowsMoment])
def test_moments_beyond_what_a_system_knows(kind: type[datetime]) -> None:
    old, late = kind(1955, 3, 4, 9, 5, tzinfo=UTC), kind(3500, 6, 7, 23, 59, tzinfo=UTC)
    assert text.full_time(old) == "Friday, 4 March 1955, 09:05"
    assert text.day_and_time(late, NOW) == "07/06/3500, 23:59"
    assert text.day_and_time(late, late) == "today, 23:59"
    assert text.age(late, NOW) == "07/06/3500"
    assert text.age(late, late) == "Today, 23:59"
    assert text.clock_time(late) == "23:59"
    assert text.full_time(kind.max.replace(tzinfo=UTC)) == "Friday, 31 December 9999, 23:59"
    assert text.full_time(kind.min.replace(tzinfo=UTC)) == "Monday, 1 January 0001, 00:00"


@pytest.mark.parametrize("kind", [datetime, WindowsMoment])
def test_summer_time_of_years_that_a_system_does_not_know(
    berlin: None, kind: type[datetime]
) -> None:
    assert text.clock_time(kind(3400, 7, 1, 12, 0, tzinfo=UTC)) == "14:00"
    assert text.clock_time(kind(3400, 1, 1, 12, 0, tzinfo=UTC)) == "13:00"
    assert text.full_time(kind(3400, 12, 31, 23, 30, tzinfo=UTC)).endswith("3401, 00:30")
    assert text.clock_time(kind.max.replace(tzinfo=UTC)) == "23:59"


@given(st.integers(0, 4000), st.integers(0, 4000))
def test_older_never_reads_younger(one: int, other: int) -> None:
    def days(shown: str) -> int:
        if not shown[0].isdigit():
            return 0 if shown.startswith("Today") else 1
        count, unit = shown.split()[:2]
        return int(count) * {"day": 1, "week": 7, "month": 30, "year": 365}[unit.rstrip("s")]

    young, old = sorted((one, other))
    assert days(text.age(NOW - timedelta(days=young), NOW)) <= days(
        text.age(NOW - timedelta(days=old), NOW)
    )


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (48.9, "48 s"),
        (60, "1 min"),
        (228, "3 min 48 s"),
        (3600, "1 h"),
        (3905, "1 h 5 min"),
        (86_400, "1 d"),
        (97_200, "1 d 3 h"),
        (-5, "0 s"),
    ],
)
def test_elapsed(seconds: float, shown: str) -> None:
    assert plain(text.elapsed(seconds)) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, ""),
        (0, "a few seconds left"),
        (9.9, "a few seconds left"),
        (48, "48 s left"),
        (76, "1 min 16 s left"),
        (599, "9 min 59 s left"),
        (720, "12 min left"),
        (3900, "1 h 5 min left"),
        (86_401, "more than a day left"),
        (1e12, "more than a day left"),
    ],
)
def test_time_left(seconds: float | None, shown: str) -> None:
    assert plain(text.time_left(seconds)) == shown


def test_rough_times() -> None:
    assert plain(text.about_time_left(76)) == "about 1 min left"
    assert plain(text.about_time_left(3)) == "a few seconds left"
    assert plain(text.about_time_left(None)) == ""
    assert plain(text.roughly(3599)) == "1 h"
    assert plain(text.seconds_ago(12.4)) == "12 s ago"


def test_moments() -> None:
    assert text.clock_time(NOW) == "14:30"
    assert text.clock_time(None) == "—"
    assert text.day_and_time(NOW, NOW) == "today, 14:30"
    assert text.day_and_time(NOW - timedelta(days=1), NOW) == "yesterday, 14:30"
    assert text.day_and_time(NOW - timedelta(days=9), NOW) == "15/11/2026, 14:30"
    assert text.full_time(NOW) == "Tuesday, 24 November 2026, 14:30"
    assert text.full_time(None) == "—"


def test_the_locale_decides_on_the_clock() -> None:
    QLocale.setDefault(QLocale("en_US"))
    text.configure()
    assert text.clock_time(NOW).split()[-1] == "PM"


def test_the_nameless_locale_has_no_seconds() -> None:
    QLocale.setDefault(QLocale.c())
    text.configure()
    assert text.clock_time(NOW) == "14:30"


def test_spoken_time() -> None:
    assert text.spoken_time(76) == "1 minute 16 seconds"
    assert text.spoken_time(3600) == "1 hour"
    assert text.spoken_time(0) == "0 seconds"


def test_kept_until_unloaded() -> None:
    assert text.is_forever(None, NOW)
    assert text.is_forever(NOW + timedelta(days=106_000), NOW)
    assert not text.is_forever(NOW + timedelta(minutes=5), NOW)
    assert text.seconds_until(NOW - timedelta(seconds=1), NOW) == 0
