"""Bytes → JSON values."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tray_app.core.decode import MAX_INT, as_object, parse_json, size_field, text_field
from tray_app.core.errors import BadAnswer


def test_bad_utf8_is_replaced_inside_strings() -> None:
    assert parse_json(b'{"a": "x\xff\xfe"}') == {"a": "x\ufffd\ufffd"}


def test_half_a_surrogate_pair_becomes_printable() -> None:
    value = parse_json(rb'{"\ud800": ["\uDFFF", "\ud83d\ude00"], "n": 1.5}')
    assert value == {"?": ["?", "😀"], "n": 1.5}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>",
        b'{"a": ',
        b"{'a': 1}",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"[" * 200_000,
        b"1" * 5000,
        b'{"a": 1}{"b": 2}',
        rb'["\ud800", ' + b"[" * 200_000,
    ],
)
def test_no_json_is_a_bad_answer(raw: bytes) -> None:
    with pytest.raises(BadAnswer) as caught:
        parse_json(raw, "nas:11434")
    assert (caught.value.field, caught.value.reference) == ("body", "nas:11434")
    assert len(caught.value.context) < 1000


@settings(max_examples=50)
@given(st.binary(max_size=60))
def test_any_bytes(raw: bytes) -> None:
    with suppress(BadAnswer):
        parse_json(raw)


def test_as_object_names_the_field() -> None:
    assert as_object({"a": 1}, "body") == {"a": 1}
    with pytest.raises(BadAnswer) as caught:
        as_object(["x" * 5000], "models")
    assert caught.value.field == "models"
    assert len(caught.value.context) <= 120


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (None, 0),
        (0, 0),
        (5, 5),
        (5.0, 5),
        (-3, 0),
        (2**63 - 1, MAX_INT),
        (2**70, MAX_INT),
        (1e300, MAX_INT),
    ],
)
def test_size_field(value: object, size: int) -> None:
    assert size_field({"total": value}, "total") == size


@pytest.mark.parametrize("value", [True, "5", [], {}, 1.5, float("nan"), float("inf")])
def test_size_field_of_a_wrong_type(value: object) -> None:
    with pytest.raises(BadAnswer) as caught:
        size_field({"total": value}, "total", "m")
    assert (caught.value.field, caught.value.reference) == ("total", "m")


def test_text_field() -> None:
    assert text_field({"status": "x"}, "status") == "x"
    assert text_field({"status": None}, "status") == ""
    assert text_field({}, "status") == ""
    with pytest.raises(BadAnswer) as caught:
        text_field({"status": 3}, "status", "m")
    assert (caught.value.field, caught.value.reference) == ("status", "m")
