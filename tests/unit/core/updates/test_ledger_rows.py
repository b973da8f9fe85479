from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.updates.world import NEW, NOW, OLD, K, there
from tray_app.core.updates.answers import AnswerKind
from tray_app.core.updates.ledger import (
    Announced,
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
    Updated,
    pack_children,
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
    Announced("local", "x:latest", OLD, NOW),
    Announced("local", "x:latest", OLD, NOW, is_seen=True),
    Updated("local", "x:latest", OLD, NOW),
    Updated("local", "x:latest", OLD, NOW, pack_children([("y:latest", NEW)])),
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
@pytest.mark.parametrize(
    "value", ["", "-1", "1" * 19, "true", "1.5", "\ud800", "x" * 5000, "\x7f", "a\nb"]
)
def test_no_field_may_hold_anything(record: Record, value: str) -> None:
    """Either it is refused, or what is made of it can be written again."""
    fields = to_row(record).split("\t")
    for place in range(len(fields)):
        row = "\t".join([*fields[:place], value, *fields[place + 1 :]])
        try:
            found = from_row(row)
        except ValueError:
            continue
        assert from_row(to_row(found)) == found


@pytest.mark.parametrize("row", [None, {}, [], 1, "", "rock", "pin", "pin\ta\tb\tc", "pin\ta\tb\n"])
def test_what_is_no_row(row: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_row(row)


@pytest.mark.parametrize("name", ["a\tb", "a\nb", "\x1b[31m", "", "\ud800"])
def test_a_name_that_is_none_is_not_written(name: str) -> None:
    with pytest.raises(ValueError, match="no row"):
        to_row(Pin("local", name))


@given(st.sampled_from(["look", "judged", "seen", "made", "pin", "rounds"]), st.text())
def test_any_row(tag: str, rest: str) -> None:
    try:
        from_row(f"{tag}\t{rest}")
    except ValueError:
        return


def test_a_row_that_nearly_fits_is_refused_in_no_time() -> None:
    parts = ",".join(["model"] * 19)
    row = to_row(Judged("local", "x", Verdict(parts=(K.MODEL,)))).replace("model", parts)
    for ending in ("!", ",!", "model"):
        with pytest.raises(ValueError, match="no row"):
            from_row(row.replace(parts, parts * 20 + ending))
