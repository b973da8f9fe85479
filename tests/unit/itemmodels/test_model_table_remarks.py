"""Stars and notes in the table: filter, count, search, tooltip, and what is said of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tray_app.core.records import ModelKey, ModelRecord, Snapshot
from tray_app.core.remarks import NO_REMARK, Remark
from tray_app.itemmodels import roles
from tray_app.itemmodels.columns import NAME
from tray_app.itemmodels.model_table import ModelTableModel

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Table:
    """Three models, of one of which something was said before they came."""

    def __init__(self) -> None:
        self.remarks: dict[ModelKey, Remark] = {("local", "b:1b"): Remark(True, "Daily driver")}
        self.model = ModelTableModel(clock=lambda: NOW)
        self.model.set_remarks(lambda key: self.remarks.get(key, NO_REMARK))
        self.poll("a:1b", "b:1b", "c:1b")

    def poll(self, *names: str) -> None:
        models = tuple(ModelRecord("local", name, name) for name in names)
        self.model.set_snapshot(Snapshot("local", models, (), "0.32.1", NOW, 1.0))

    def say(self, name: str, remark: Remark) -> None:
        self.remarks[("local", name)] = remark
        self.model.refresh_remark(("local", name))

    def names(self) -> list[str]:
        return [self.model.ref_at(row).name for row in range(self.model.rowCount())]

    def told(self, name: str, role: int) -> str:
        return str(self.model.data(self.model.index(self.names().index(name), NAME), role))


@pytest.fixture
def table() -> Table:
    return Table()


def test_the_filter_follows_stars(table: Table) -> None:
    assert table.model.counts.starred == 1
    table.model.set_filter("starred")
    assert table.names() == ["b:1b"]
    table.say("c:1b", Remark(True))
    assert table.names() == ["b:1b", "c:1b"]
    assert table.model.counts.starred == 2
    table.say("b:1b", Remark(False, "Daily driver"))
    assert table.names() == ["c:1b"]
    table.poll("a:1b", "b:1b")
    assert (table.names(), table.model.counts.starred) == ([], 0)
    table.poll("a:1b", "b:1b", "c:1b")
    assert table.names() == ["c:1b"]


def test_the_search_looks_into_notes(table: Table) -> None:
    table.model.set_search("driver")
    assert table.names() == ["b:1b"]
    table.say("a:1b", Remark(False, "Driver of tests"))
    assert table.names() == ["a:1b", "b:1b"]
    table.say("b:1b", NO_REMARK)
    assert table.names() == ["a:1b"]


def test_what_is_said_of_them(table: Table) -> None:
    assert "Daily driver" in table.told("b:1b", roles.TOOL_TIP)
    assert table.told("b:1b", roles.ACCESSIBLE_TEXT) == "b:1b, text model, starred"
    assert table.told("a:1b", roles.ACCESSIBLE_TEXT) == "a:1b, text model"


def test_what_was_said_in_an_earlier_run_comes_later(table: Table) -> None:
    table.model.set_remarks(lambda key: Remark(key[1] != "b:1b"))
    assert table.model.counts.starred == 2
    table.model.set_filter("starred")
    assert table.names() == ["a:1b", "c:1b"]
