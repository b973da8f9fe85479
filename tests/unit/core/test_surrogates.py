"""Halves of surrogate pairs are replaced, everything else stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.core.surrogates import well_formed


@given(st.text())
def test_text_stays_as_it_is(text: str) -> None:
    assert well_formed(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\ud800", "\ufffd"),
        ("a\udcffb", "a\ufffdb"),
        ("\udc00\ud800", "\ufffd\ufffd"),
        ("\ud83d\ude00", "\U0001f600"),
        ("\ud800\U0001f600", "\ufffd\U0001f600"),
    ],
)
def test_half_a_character_is_marked(text: str, expected: str) -> None:
    assert well_formed(text) == expected


@given(st.text(st.characters(categories=["Cs", "L", "So"])))
def test_whatever_it_was_it_can_be_sent(text: str) -> None:
    assert well_formed(text).encode().decode() == well_formed(text)
