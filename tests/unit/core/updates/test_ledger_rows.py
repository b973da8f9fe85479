from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.updates.world import NEW, NOW, OLD, K, there
from tray_app.core.updates.answers import AnswerKind
from tray_app.core.updates.ledger import (
    Judged,
    Look,
    Made,
    MadeBy,
    Never,
    Pin,
    Record,
    Resting,
    Rounds,
    Seen,
    Skip,
    Told,
)
from tray_app.core.updates.ledger_rows import from_row, to_row
from tray_app.core.updates.verdicts import Standing, Verdict

RECORDS: list[Record] = [
    there(pushed_at=NOW, requires="0.34"),
    Look("x:latest"),
    Look("x:latest", failure=AnswerKind.LIMITED, failed_at=NOW),
    Seen("x:latest", OLD, NEW, NOW),
    Made("local", "x:latest", OLD, MadeBy.BACKUP, NOW, "y:latest", NOW),
    Made("local", "x:latest", OLD, MadeBy.CREATE, NOW),
    Pin("local", "x:latest"),
    Skip("local", "x:latest", NEW),
    Never("x:latest"),
    Told("x:latest", NEW),
    Resting("hf.co", NOW),
    Rounds(),
    Rounds(NOW, NOW, 3),
    Judged("local", "x:latest", Verdict()),
    Judged(
        "local",
        "x:latest",
        Verdict(Standing.SMALL, OLD, NEW, NOW, NOW, 5, 6, 7, (K.TEMPLATE,), "0.34", True,
                AnswerKind.FAILING),
    ),
]  # fmt: skip


@pytest.mark.parametrize("record", RECORDS, ids=repr)
def test_a_record_outlives_the_program(record: Record) -> None:
    assert from_row(json.loads(json.dumps(to_row(record)))) == record


@pytest.mark.parametrize("record", RECORDS, ids=repr)
@pytest.mark.parametrize("value", [None, -1, 2**70, True, 1.5, "", "\ud800", "x" * 5000, [], {}])
def test_no_field_may_hold_anything(record: Record, value: Any) -> None:
    """Either it is refused, or what is made of it can be written again."""
    row = to_row(record)
    for place in range(len(row)):
        try:
            found = from_row([*row[:place], value, *row[place + 1 :]])
        except ValueError:
            continue
        json.dumps(to_row(found)).encode("ascii")


@pytest.mark.parametrize("row", [None, {}, [], [1], ["rock"], ["pin"], ["pin", "a", "b", "c"]])
def test_what_is_no_row(row: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_row(row)


@given(st.lists(st.one_of(st.none(), st.booleans(), st.integers(), st.text()), max_size=16))
def test_any_row(row: list[Any]) -> None:
    for tag in ("look", "judged", "seen", "made", "pin", "rounds"):
        try:
            from_row([tag, *row])
        except ValueError:
            continue
