"""Sort keys and numbers that rows are made of."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.core.records import ModelDetails, ModelRecord
from tray_app.itemmodels.rows import ModelKind, ModelRow, natural_key, parameter_count


@pytest.mark.parametrize(
    "names",
    [
        ["qwen2", "qwen2.5", "qwen3", "qwen10"],
        ["a:1b", "a:7b", "a:13b", "a:70b"],
        ["A", "b", "C"],
        ["m007", "m8", "m09", "m10"],
        ["v1.2", "v1.10"],
    ],
)
def test_names_sort_as_people_count(names: list[str]) -> None:
    assert all(natural_key(one) < natural_key(next_) for one, next_ in pairwise(names))


@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_numbers_in_names_sort_by_value(one: int, other: int) -> None:
    assert (natural_key(f"m{one}") < natural_key(f"m{other}")) == (one < other)


@given(st.text())
def test_every_text_has_a_key(name: str) -> None:
    assert natural_key(name) == natural_key(name.casefold()) or name.casefold() != name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("116.8B", 116.8e9),
        ("137M", 137e6),
        ("494.03M", 494.03e6),
        ("32", 32.0),
        ("1.5t", 1.5e12),
        ("512k", 512e3),
        ("", None),
        ("unknown", None),
        ("-3B", None),
    ],
)
def test_parameter_counts(text: str, expected: float | None) -> None:
    found = parameter_count(text)
    assert found == (expected if expected is None else pytest.approx(expected))


def test_what_is_worked_out_later_is_that_of_the_newest_record() -> None:
    row = ModelRow(ModelRecord("s", "Llama:8b", details=ModelDetails(family="llama")))
    before = row.kind
    assert before is ModelKind.CHAT
    assert row.haystack == "llama:8b\nllama\n"
    newer = ModelRecord("s", "Llama:8b", capabilities=("embedding",), remote_host="ollama.com")
    row.replace(newer)
    assert row.kind is ModelKind.EMBEDDING
    assert row.haystack == "llama:8b\n\n\nembedding"
    assert row.is_cloud
    assert row.disk_bytes == 0


@pytest.mark.parametrize("digits", [1, 99, 100, 101, 998])
def test_numbers_of_any_length_sort_by_value(digits: int) -> None:
    assert natural_key("9" * digits) < natural_key("1" + "0" * digits)
    assert natural_key("0" * 20 + "9" * digits) == natural_key("9" * digits)
