"""UseLedger: what is remembered of use, and what can be said of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tray_app.core.use import ledger as module
from tray_app.core.use.ledger import Known, LastUse, ModelUse, UseLedger

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def ledger() -> UseLedger:
    """Watched for ten days, every second day for an hour."""
    found = UseLedger()
    for days in range(10, -1, -2):
        found.note_watched("local", 3600, NOW - days * DAY)
    return found


def said(
    ledger: UseLedger, weights: str, *, came_at: datetime | None = None, is_loaded: bool = False
) -> LastUse:
    return ledger.last_use("local", weights, NOW, came_at=came_at, is_loaded=is_loaded)


def test_the_last_use_and_its_days(ledger: UseLedger) -> None:
    for days in (8, 4, 4, 3):
        ledger.note_used("local", "w", NOW - days * DAY)
    assert said(ledger, "w") == LastUse(Known.USED, NOW - 3 * DAY, 2, 6)
    assert said(ledger, "w", is_loaded=True) == LastUse(Known.NOW, None, 2, 6)


def test_never_seen_means_since_we_watch(ledger: UseLedger) -> None:
    since = NOW - 10 * DAY
    assert said(ledger, "w") == LastUse(Known.BEFORE, since, 0, 6)
    assert said(ledger, "w", came_at=since - DAY) == LastUse(Known.BEFORE, since, 0, 6)
    assert said(ledger, "w", came_at=NOW - 4 * DAY).known is Known.NOT_YET
    assert said(ledger, "w", came_at=NOW - 4 * DAY).watched_days == 3


def test_in_memory_is_not_used(ledger: UseLedger) -> None:
    ledger.note_seen("local", "w", NOW - 2 * DAY)
    assert said(ledger, "w").known is Known.BEFORE


def test_nobody_watches() -> None:
    found = UseLedger().last_use("local", "w", NOW, came_at=None, is_loaded=False)
    assert found == LastUse(Known.UNKNOWN)


def test_a_clock_that_was_wrong_tells_nothing_of_the_future(ledger: UseLedger) -> None:
    ledger.note_used("local", "w", NOW - 4 * DAY)
    ledger.note_used("local", "w", NOW + 400 * DAY)
    found = said(ledger, "w")
    assert found.known is Known.USED
    assert found.at is not None
    assert found.at.date() == (NOW - 4 * DAY).date()
    ledger.note_used("local", "only", NOW + 400 * DAY)
    assert said(ledger, "only").known is Known.BEFORE


def test_a_use_within_a_minute_is_not_written_again(ledger: UseLedger) -> None:
    ledger.note_used("local", "w", NOW)
    ledger.take_changes()
    ledger.note_used("local", "w", NOW + timedelta(seconds=30))
    assert ledger.take_changes() == ({}, {})
    ledger.note_used("local", "w", NOW + timedelta(minutes=2))
    assert list(ledger.take_changes()[0]) == [("local", "w")]


def test_weights_that_become_known_take_over_what_was_known(ledger: UseLedger) -> None:
    ledger.note_used("local", "digest", NOW - 4 * DAY)
    ledger.note_used("local", "w", NOW - 6 * DAY)
    ledger.take_changes()
    ledger.join("local", "digest", "w")
    assert said(ledger, "w") == LastUse(Known.USED, NOW - 4 * DAY, 2, 6)
    changes, _ = ledger.take_changes()
    assert changes[("local", "digest")] is None
    ledger.join("local", "w", "new", keeps=True)
    assert said(ledger, "new") == said(ledger, "w")


def test_a_server_that_is_another_now_is_forgotten(ledger: UseLedger) -> None:
    ledger.note_used("local", "w", NOW)
    ledger.note_used("nas", "w", NOW)
    ledger.take_changes()
    ledger.forget_server("local")
    assert ledger.take_changes() == ({("local", "w"): None}, {"local": None})
    assert [use.key for use in ledger.models] == [("nas", "w")]


def test_a_ledger_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_MODELS", 3)
    ledger = UseLedger(ModelUse("local", f"w{n}", NOW, NOW + n * DAY) for n in range(3))
    ledger.note_used("local", "new", NOW + 5 * DAY)
    assert {use.weights for use in ledger.models} == {"w1", "w2", "new"}
