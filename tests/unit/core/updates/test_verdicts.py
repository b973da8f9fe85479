from __future__ import annotations

import pytest

from tests.unit.core.updates.world import NEW, OLD
from tray_app.core.updates.answers import AnswerKind
from tray_app.core.updates.ledger import Ledger
from tray_app.core.updates.verdicts import (
    Marks,
    Standing,
    Verdict,
    in_order,
    is_counted,
    news,
)

S = Standing
KEY = ("local", "mistral:7b")


@pytest.mark.parametrize("standing", list(Standing))
def test_what_is_counted(standing: Standing) -> None:
    verdict = Verdict(standing, OLD, NEW)
    assert is_counted(verdict) is (standing in (S.WEIGHTS, S.SMALL))
    for marks in (Marks(is_pinned=True), Marks(is_skipped=True), Marks(is_backup=True)):
        assert not is_counted(verdict, marks)


@pytest.mark.parametrize(
    ("standing", "marks", "told", "is_news"),
    [
        (S.WEIGHTS, Marks(), {}, True),
        (S.WEIGHTS, Marks(), {"mistral:7b": NEW}, False),
        (S.WEIGHTS, Marks(), {"mistral:7b": OLD}, True),
        (S.WEIGHTS, Marks(), {"other": NEW}, True),
        (S.WEIGHTS, Marks(is_pinned=True), {}, False),
        (S.WEIGHTS, Marks(is_skipped=True), {}, False),
        (S.SMALL, Marks(), {}, False),
        (S.CHANGED, Marks(), {}, False),
        (S.NEEDS_SERVER, Marks(), {}, False),
    ],
)
def test_what_a_person_is_told(
    standing: Standing, marks: Marks, told: dict[str, str], is_news: bool
) -> None:
    found = news([(KEY, Verdict(standing, OLD, NEW), marks)], told)
    assert found == ((KEY,) if is_news else ())


def test_a_person_is_told_once_however_a_name_is_spelled() -> None:
    ledger = Ledger()
    key = ("local", "hf.co/Me/X:Q4")
    verdict = Verdict(S.WEIGHTS, OLD, NEW)
    assert news([(key, verdict, Marks())], ledger.told()) == (key,)
    ledger.note_told(key[1], NEW)
    assert news([(key, verdict, Marks())], ledger.told()) == ()


def test_a_failure_changes_nothing_else() -> None:
    verdict = Verdict(S.WEIGHTS, OLD, NEW)
    assert verdict.failed(AnswerKind.LIMITED).is_offered


def test_the_order_is_that_of_names_and_then_of_servers() -> None:
    keys = [("b", "x"), ("gone", "x"), ("a", "x"), ("a", "Alpha"), ("b", "beta")]
    assert in_order(keys, ["a", "b"]) == (
        ("a", "Alpha"), ("b", "beta"), ("a", "x"), ("b", "x"), ("gone", "x"),
    )  # fmt: skip
