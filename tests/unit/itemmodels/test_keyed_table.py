"""Rows that changed are told in runs. What else a keyed table does is in test_model_table.py and
test_random_snapshots.py."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tray_app.itemmodels.keyed_table import _runs


@settings(max_examples=50)
@given(st.sets(st.integers(0, 30)))
def test_runs_cover_exactly_the_rows(rows: set[int]) -> None:
    found = _runs(sorted(rows))
    assert [row for first, last in found for row in range(first, last + 1)] == sorted(rows)
    assert all(b[0] > a[1] + 1 for a, b in pairwise(found))


def test_runs() -> None:
    assert _runs([1, 2, 3, 7]) == [(1, 3), (7, 7)]
    assert _runs([]) == []
