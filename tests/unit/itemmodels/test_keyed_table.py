"""Rows that changed are told in runs. What else a keyed table does is in test_model_table.py and
test_random_snapshots.py."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tray_app.itemmodels.keyed_table import KeyedTable, _runs


@settings(max_examples=50)
@given(st.sets(st.integers(0, 30)))
def test_runs_cover_exactly_the_rows(rows: set[int]) -> None:
    found = _runs(sorted(rows))
    assert [row for first, last in found for row in range(first, last + 1)] == sorted(rows)
    assert all(b[0] > a[1] + 1 for a, b in pairwise(found))


def test_runs() -> None:
    assert _runs([1, 2, 3, 7]) == [(1, 3), (7, 7)]
    assert _runs([]) == []


class Numbers(KeyedTable[object]):
    """As many rows as wanted, of one column."""

    def columnCount(self, _parent: object = None) -> int:
        return 1

    def data(self, _index: object, _role: int = 0) -> object:
        return None


@pytest.mark.parametrize(("step", "told"), [(1, 1), (500, 4), (2, 1)])
def test_scattered_changes_of_thousands_are_told_at_once(step: int, told: int) -> None:
    table = Numbers()
    rows = [object() for _ in range(2000)]
    table._show(list(rows))
    spans: list[tuple[int, int]] = []
    table.dataChanged.connect(lambda first, last: spans.append((first.row(), last.row())))
    changed = rows[::step]
    table._show(list(rows), set(changed))
    assert len(spans) == told
    covered = {number for first, last in spans for number in range(first, last + 1)}
    assert {number for number, row in enumerate(rows) if row in set(changed)} <= covered
