from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.core.updates.world import DAY, NOW
from tray_app.core.updates.ledger import Rounds
from tray_app.core.updates.schedule import (
    Conditions,
    Every,
    Plan,
    Wait,
    after_round,
    plan,
)

H, M = timedelta(hours=1), timedelta(minutes=1)
GOOD = Conditions()


def at(rounds: Rounds, *, awake: timedelta = -DAY, jitter: float = 0.0, every: Every = Every.DAY,
       conditions: Conditions = GOOD) -> timedelta | None:  # fmt: skip
    """When, from now on."""
    found = plan(every, rounds, NOW + awake, jitter, NOW, conditions)
    return None if found.at is None else found.at - NOW


@pytest.mark.parametrize(("jitter", "first"), [(0.0, 2 * M), (1.0, 10 * M), (0.5, 6 * M)])
def test_the_first_chance_comes_a_little_after_a_start(jitter: float, first: timedelta) -> None:
    assert at(Rounds(), awake=timedelta(0), jitter=jitter) == first
    old = Rounds(NOW - 21 * H)
    assert at(old, awake=timedelta(0), jitter=jitter) == first


def test_a_young_check_is_not_repeated() -> None:
    assert at(Rounds(NOW - 19 * H), awake=timedelta(0)) == H
    assert at(Rounds(NOW - 19 * H), every=Every.WEEK) == 6 * DAY + H
    assert at(Rounds(NOW - 10 * DAY), every=Every.NEVER) is None


@pytest.mark.parametrize(("failures", "pause"), [(1, H), (2, 3 * H), (3, 9 * H), (9, 9 * H)])
def test_a_failed_round_is_tried_again(failures: int, pause: timedelta) -> None:
    assert at(Rounds(NOW - 30 * H, NOW, failures)) == pause
    assert at(Rounds(None, NOW, failures)) == pause
    # A wake in between does not bring it forward.
    assert at(Rounds(None, NOW, failures), awake=timedelta(0)) == pause


def test_a_good_round_after_a_failed_one_counts() -> None:
    assert at(Rounds(NOW, NOW - H, 2)) == 20 * H


@pytest.mark.parametrize("rounds", [Rounds(NOW + DAY), Rounds(None, NOW + DAY, 2)])
def test_times_in_the_future_say_nothing(rounds: Rounds) -> None:
    """The clock was set back."""
    assert at(rounds, awake=timedelta(0)) == 2 * M


@pytest.mark.parametrize(
    ("conditions", "wait"),
    [
        (Conditions(is_online=False, is_metered=True), Wait.OFFLINE),
        (Conditions(is_metered=True), Wait.METERED),
        (Conditions(is_metered=True, minds_metered=False), None),
        (Conditions(battery_percent=19), Wait.BATTERY),
        (Conditions(battery_percent=20), None),
        (Conditions(battery_percent=None), None),
    ],
)
def test_what_a_due_round_waits_for(conditions: Conditions, wait: Wait | None) -> None:
    found = plan(Every.DAY, Rounds(), NOW - DAY, 0.0, NOW, conditions)
    assert found.wait is wait
    assert found.is_due(NOW) is (wait is None)


def test_what_is_due() -> None:
    assert Plan(NOW).is_due(NOW)
    assert not Plan(NOW + M).is_due(NOW)
    assert not Plan().is_due(NOW)


def test_what_is_remembered_of_rounds() -> None:
    rounds = Rounds(NOW - DAY)
    for failures in (1, 2, 3, 3):
        rounds = after_round(rounds, NOW, has_failed=True)
        assert rounds == Rounds(NOW - DAY, NOW, failures)
    assert after_round(rounds, NOW, has_failed=False) == Rounds(NOW)
