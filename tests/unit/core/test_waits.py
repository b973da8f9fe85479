"""How long is asked to wait: spans, moments, headers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tray_app.core.waits import header_wait_s, named_wait_s

NOW = datetime(2026, 11, 28, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("try again in 5 minutes", 300),
        ("Retry-After: 120", 120),
        ("rate limited, retry after 90 seconds", 90),
        ("retry in 30s", 30),
        ('{"retry_after": 60}', 60),
        ('{"retry_after_ms": 61000}', 61),
        ('{"retry_after_seconds":7}', 7),
        ('{"retryAfter":"15"}', 15),
        ("wait 1m30s", 90),
        ("try again in 1 minute and 30 seconds", 90),
        ("the limit resets in 2h0m0s", 7200),
        ("please wait 10 min.", 600),
        ("try again in 0.5 s", 1),
        ("retry after 3 days", 24 * 3600),
        ("retry-after: 999999999", 24 * 3600),
        ("try again in an hour", 3600),
        ("Try again in 2 hours and 5 minutes", 7500),
        ("try again in one minute and a second", 61),
        ("Too many requests, come back in 10 minutes", 600),
        ("blocked for 15 minutes", 900),
        ("X-RateLimit-Reset: 50", 50),
        # no times, and moments, which need a clock
        ("", 0),
        ("try again later", 0),
        ("max retries exceeded: 17 of 20", 0),
        ("Retry-After: Wed, 21 Oct 2026 07:28:00 GMT", 0),
        ("retry after 2026-10-21T07:28:00Z", 0),
        ("try again at 17:30", 0),
        ("dial tcp 1.2.3.4:443", 0),
        ("i/o timeout after 30 seconds", 0),
        ("try again and do it", 0),
        ("retry_after: 1795899000", 0),
        ("wait " * 10_000, 0),
        ("retry " + "1s" * 2_000, 2_000),
    ],
)
def test_the_time_that_is_named(text: str, seconds: int) -> None:
    assert named_wait_s(text) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Retry after 2026-11-28T20:50:00Z", 1200),
        ("try again after 2026-11-28 20:50 UTC", 1200),
        ("the limit resets at 2026-11-28T21:50:00.5+01:00", 1200),
        ('{"retryAfter":"2026-11-28T20:31:00.000Z"}', 60),
        ("rate limit resets at Sat, 28 Nov 2026 20:50:00 GMT", 1200),
        ("Retry-After: Sat, 28 Nov 2026 20:30:30 GMT", 30),
        ("try again at 20:55 UTC", 1500),
        ("try again at 8:30 UTC", 12 * 3600),
        ("X-RateLimit-Reset: 1795899000", 1200),
        ('{"retry_after": 1795899000}', 1200),
        ("retry after 2027-11-28T20:50:00Z", 24 * 3600),
        # past, impossible, of no zone, of something else
        ("Retry after 2026-11-28T20:10:00Z", 0),
        ("Retry after 2026-13-48T20:10:00Z", 0),
        ("try again at 25:90 UTC", 0),
        ("try again at 20:55", 0),
        ("retry_after: 1000000001", 0),
        ("built 2026-11-28T20:50:00Z", 0),
        ("Retry after 9999-12-31T23:59:59-23:59", 24 * 3600),
    ],
)
def test_a_moment_that_is_named(text: str, seconds: int) -> None:
    assert named_wait_s(text, NOW) == seconds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("Sat, 28 Nov 2026 20:31:30 GMT", 90),
        ("Sat, 28 Nov 2026 20:31:30", 90),
        ("1795899000", 1200),
        ("9" * 400, 24 * 3600),
        ("Sat, 28 Nov 2015 20:31:30 GMT", 0),
        ("soon", 0),
        ("\u0663", 0),
        ("", 0),
    ],
)
def test_a_header(header: str, seconds: int) -> None:
    assert header_wait_s(header, NOW) == seconds
