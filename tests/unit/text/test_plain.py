import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app import text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("", ""),
        ("  two\n lines\r\n", "two lines"),
        ("a\x1b[31mred\x1b[0m", "a[U+001B][31mred[U+001B][0m"),
        ("evil\u202egnp.exe", "evil[U+202E]gnp.exe"),
        ("\u2066isolated\u2069", "[U+2066]isolated[U+2069]"),
        ("zero\u200bwidth", "zero[U+200B]width"),
        ("soft\xadhyphen", "soft[U+00AD]hyphen"),
        ("nul\x00", "nul[U+0000]"),
        ("line\u2028separator\x85next", "line separator next"),
        ("lone\ud83d", "lone\ufffd"),
        ("<b>bold</b>", "<b>bold</b>"),
        ("日本語 模型", "日本語 模型"),
        ("family 👨‍👩‍👧", "family 👨‍👩‍👧"),
    ],
)
def test_one_line(raw: str, shown: str) -> None:
    assert text.one_line(raw) == shown


def test_a_megabyte_becomes_one_short_line() -> None:
    shown = text.one_line("x" * 1_000_000)
    assert len(shown) == 300
    assert shown.endswith("…")


@given(st.text(st.characters(exclude_categories=())), st.integers(1, 400))
def test_one_line_is_always_short_and_printable(raw: str, limit: int) -> None:
    shown = text.one_line(raw, limit)
    assert len(shown) <= limit
    assert shown == shown.strip() or shown.endswith("…")
    assert not set(shown) & set("\n\r\t\x00\x1b\x85\u2028\u202a\u202b\u202d\u202e\u2066\u2067")
    shown.encode("utf-8")


def test_visible_keeps_lines() -> None:
    assert text.visible("a\n\tb\x07") == "a\n\tb[U+0007]"
    assert text.visible("abcdef", 4) == "abc…"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("<img src=x>", "<qt>&lt;img src=x&gt;</qt>"),
        ("a & b\nc", "<qt>a &amp; b<br>c</qt>"),
    ],
)
def test_tooltip_is_never_markup(raw: str, shown: str) -> None:
    assert text.tooltip(raw) == shown
