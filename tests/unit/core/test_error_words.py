"""The sentence inside an error."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tray_app.core.error_words import MAX_WORDS, error_words, is_page


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("boom", "boom"),
        ("", ""),
        (None, ""),
        (True, ""),
        (17, "17"),
        # JSON in a text, in JSON in a text
        ('400: {"error":"use another tag or \\"latest\\""}', 'use another tag or "latest"'),
        ('400: {"error":"{\\"errors\\":[{\\"code\\":\\"X\\",\\"message\\":\\"deep\\"}]}"}', "deep"),
        ('pull model manifest: 500: {"errors":[{"code":"INTERNAL_ERROR"}]}', "INTERNAL_ERROR"),
        ('load failed: {"error":"no room"} (again)', "load failed: no room (again)"),
        ('{"error":{"type":"t","message":"slow"}}', "slow"),
        ('{"detail":[{"loc":["body"],"msg":"field required"}]}', "field required"),
        ('{"errors":[{"message":"a"},{"message":"b"},{"message":"a"}]}', "a; b"),
        ('{"error":"the answer was cut in the mid', "the answer was cut in the mid"),
        ('{"error":"cut \\', "cut"),
        ('{"error":"a\\nb"}', "a\nb"),
        # objects
        ({"code": 500, "message": "slow"}, "slow"),
        ({"error": {}}, '{"error": {}}'),
        ({"a": [1]}, '{"a": [1]}'),
        ([{"message": "a"}, "b"], "a; b"),
        # keys of others, in any case; what is there besides names and numbers
        ('{"Message":"not for you"}', "not for you"),
        ('{"fault":{"faultstring":"too many"}}', "too many"),
        ('{"success":false,"error":{"status":500,"messages":["a b","c"]}}', "a b; c"),
        ('{"title":"Invalid","errors":{"name":["must be lower"]}}', "must be lower"),
        ('{"id":"x-1","text":"come back later"}', "come back later"),
        ('{"error":{"type":"overloaded_error","param":null}}', "overloaded_error"),
        ('400: "a quoted text"', "a quoted text"),
        ('dial [::1]:443: {"error":"no way"}', "dial [::1]:443: no way"),
        # pages
        ("<html><head><title>502 Bad &amp; Ugly</title></head></html>", "502 Bad & Ugly"),
        ("pull model manifest: 502: <html>\r\n<title>Bad\r\n Gateway</title>", "Bad Gateway"),
        ("<!DOCTYPE html><body><h1>Log <b>in</b></h1>", "Log in"),
        ('<?xml version="1.0"?><Error><Code>X</Code><Message>Slow</Message></Error>', "Slow"),
        ("<html></html>", ""),
        # what only looks like it
        ("[::1]:80: connection refused", "[::1]:80: connection refused"),
        ('field {"x} of "y"', 'field {"x} of "y"'),
        ('unmarshal {"status": ""} failed', 'unmarshal {"status": ""} failed'),
        ("a <b> c", "a <b> c"),
    ],
)
def test_error_words(value: Any, words: str) -> None:
    assert error_words(value) == words


@settings(max_examples=100)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(alphabet='{}[]":\\a<>html '),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet="messageroid"), inner),
        max_leaves=10,
    )
)
def test_never_fails(value: Any) -> None:
    assert len(error_words(value)) <= MAX_WORDS


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' * 50_000,
        "[" * 100_000,
        "<" * 100_000,
        "<html>" * 50_000,
        '{"error":"' + "\\" * 100_000,
        "{" + '"message":' * 50_000,
    ],
)
@pytest.mark.timeout(30)  # anything quadratic would take hours
def test_a_large_text_takes_linear_time(text: str) -> None:
    assert len(error_words(text)) <= MAX_WORDS


def test_pages() -> None:
    assert is_page("\n<!doctype HTML>")
    assert is_page("<!-- x --> <html lang='en'>")
    assert not is_page("<b>no</b>")
    assert not is_page("boom")
