"""JSON, times and durations as a Go program writes them."""

from __future__ import annotations

import pytest

from tray_app.demo.gojson import (
    DurationError,
    encode,
    human_number,
    parse_duration,
    printed,
    rfc3339,
)


def test_json_is_compact_and_escapes_html() -> None:
    assert encode({"a": "<b> & ü"}) == b'{"a":"\\u003cb\\u003e \\u0026 \xc3\xbc"}'


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_500_000_000, "1970-01-01T00:00:01.5Z"),
        (1, "1970-01-01T00:00:00.000000001Z"),
    ],
)
def test_times_drop_trailing_zeros(ns: int, text: str) -> None:
    assert rfc3339(ns) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10m", 600), ("1h30m", 5400), ("-1m", -60), ("0", 0), ("1.5s", 1.5), ("300ms", 0.3)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("300", 'time: missing unit in duration "300"'),
        ("-1", 'time: missing unit in duration "-1"'),
        ("", 'time: invalid duration ""'),
        ("soon", 'time: invalid duration "soon"'),
        ("3days", 'time: unknown unit "days" in duration "3days"'),
    ],
)
def test_bad_durations_are_refused_in_go_s_words(text: str, complaint: str) -> None:
    with pytest.raises(DurationError) as caught:
        parse_duration(text)
    assert str(caught.value) == complaint


@pytest.mark.parametrize(
    ("count", "text"),
    [(8_030_000_000, "8.0B"), (10_000_032, "10.00M"), (1024, "1K"), (7, "7"), (10**9, "1B")],
)
def test_parameter_counts(count: int, text: str) -> None:
    assert human_number(count) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2048, "2048"),
        (0.6, "0.6"),
        ("<|im_end|>", '"<|im_end|>"'),
        (True, "true"),
        (1_000_000, "1e+06"),
        (1e-06, "1e-06"),
        (123456789, "1.23456789e+08"),
    ],
)
def test_parameter_values(value: object, text: str) -> None:
    assert printed(value) == text
