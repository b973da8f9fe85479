"""The lines of a plan as a list model: what changes is told, places and ticks stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from tests.unit.core.lists.world import A, B, facts, listed, published, row, said
from tray_app.core.lists.planning import Looked, PlanLine, plan
from tray_app.core.updates.answers import AnswerKind
from tray_app.itemmodels.list_plan import ListPlanModel

MODELS = listed(f"here\nx\ny\nbad line\nother # sha256:{A}\nx\n")
ROLE = Qt.ItemDataRole


def lines(**looked: Looked) -> tuple[PlanLine, ...]:
    known = facts(row("here:latest"), row("other:latest", B))
    return plan(MODELS, replace(known, looked={f"{k}:latest": v for k, v in looked.items()}))


@pytest.fixture
def model() -> Iterator[ListPlanModel]:
    made = ListPlanModel()
    tester = QAbstractItemModelTester(
        made, QAbstractItemModelTester.FailureReportingMode.Fatal, made
    )
    made.set_list(lines())
    yield made
    del tester
    made.deleteLater()


def names(model: ListPlanModel) -> list[str]:
    return [str(model.index(n).data()) for n in range(model.rowCount())]


def changes(model: ListPlanModel) -> list[tuple[int, int]]:
    """Rows of each change that is told from now on."""
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    return told


ORDER = ["x:latest", "y:latest", "other:latest", "here:latest", "Line 4: “bad line”", "Line 6"]


def test_choices_come_first(model: ListPlanModel) -> None:
    assert names(model) == ORDER
    states = [model.index(n).data(ROLE.CheckStateRole) for n in range(model.rowCount())]
    on, off = Qt.CheckState.Checked, Qt.CheckState.Unchecked
    assert states == [on, on, off, None, None, None]
    assert model.rowCount(model.index(0)) == 0
    assert model.data(QModelIndex()) is None


def test_only_what_differs_is_told(model: ListPlanModel) -> None:
    told = changes(model)
    model.set_lines(lines())
    assert told == []
    model.set_lines(lines(x=published(A), y=published(B)))
    assert told == [(0, 1)]
    assert names(model) == ORDER
    spoken = str(model.index(0).data(ROLE.AccessibleTextRole)).replace("\u00a0", " ")
    assert spoken == "x:latest, To download, 4 kilobytes, ticked"


def test_a_tick_is_a_persons_and_stays(model: ListPlanModel) -> None:
    told, ticked = changes(model), []
    model.ticks_changed.connect(lambda: ticked.append(True))
    assert model.tick([0, 3, 4], False)
    assert not model.tick([0, 3, 4], False)
    assert (told, len(ticked)) == ([(0, 0)], 1)
    model.set_lines(lines(x=published(A)))
    assert not model.is_ticked(model.line(0))
    assert model.setData(model.index(2), Qt.CheckState.Checked, ROLE.CheckStateRole)
    assert model.is_ticked(model.line(2))
    assert not model.setData(model.index(3), Qt.CheckState.Checked, ROLE.CheckStateRole)
    model.set_list(lines())
    assert model.is_ticked(model.line(0)), "another list, or another server"


def test_the_order_is_made_anew_and_who_stands_on_a_line_stays_there(model: ListPlanModel) -> None:
    gone = said(AnswerKind.ABSENT)
    model.set_lines(lines(x=gone))
    assert names(model) == ORDER, "it keeps its place"
    at = QPersistentModelIndex(model.index(0))
    moved: list[bool] = []
    model.layoutChanged.connect(lambda: moved.append(True))
    model.put_in_order()
    assert names(model) == ["y:latest", "other:latest", "here:latest", "x:latest", *ORDER[4:]]
    assert at.row() == 3
    model.put_in_order()
    assert moved == [True]


def test_flags_tell_what_can_be_ticked(model: ListPlanModel) -> None:
    can = Qt.ItemFlag.ItemIsUserCheckable
    assert [bool(model.flags(model.index(n)) & can) for n in range(6)] == [True] * 3 + [False] * 3
    assert model.flags(QModelIndex()) == Qt.ItemFlag.NoItemFlags
