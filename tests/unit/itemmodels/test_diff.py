"""Keyed differences."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tray_app.core.diff import Diff, diff, runs

ROWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 2)), max_size=8)
Row = tuple[str, int]


def key(row: Row) -> str:
    return row[0]


def test_all_three_kinds() -> None:
    old = [("a", 1), ("b", 1), ("c", 1), ("d", 1)]
    new = [("e", 1), ("c", 2), ("a", 1), ("f", 1)]
    assert diff(old, new, key) == Diff(
        removed=("b", "d"), changed=(("c", 2),), added=(("e", 1), ("f", 1))
    )


def test_nothing_changed_is_false() -> None:
    rows = [("a", 1), ("b", 2)]
    assert not diff(rows, reversed(rows), key)
    assert diff(rows, rows[:1], key)
    assert diff(rows, [("a", 1), ("b", 3)], key)
    assert diff([], rows, key)


def test_of_two_equal_keys_the_first_counts() -> None:
    assert diff([], [("a", 1), ("a", 2)], key).added == (("a", 1),)
    assert not diff([("a", 1)], [("a", 1), ("a", 2)], key)


@settings(max_examples=50)
@given(ROWS, ROWS)
def test_applied_it_gives_the_new_rows(old_rows: list[Row], new_rows: list[Row]) -> None:
    old, new = dict(old_rows), dict(reversed(new_rows))
    change = diff(old.items(), new_rows, key)
    shown = {k: v for k, v in old.items() if k not in change.removed}
    for k, v in change.changed:
        assert k in shown
        assert shown[k] != v
        shown[k] = v
    for k, v in change.added:
        assert k not in shown
        shown[k] = v
    assert shown == new
    assert bool(change) is (old != new)


@settings(max_examples=50)
@given(st.sets(st.integers(0, 30)))
def test_runs_cover_exactly_the_rows(rows: set[int]) -> None:
    found = runs(sorted(rows))
    assert [row for first, last in found for row in range(first, last + 1)] == sorted(rows)
    assert all(b[0] > a[1] + 1 for a, b in pairwise(found))


def test_runs() -> None:
    assert runs([1, 2, 3, 7]) == [(1, 3), (7, 7)]
    assert runs([]) == []
