"""The column Last used: its words, its order, and when it asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pytestqt.qtbot import QtBot

from tray_app.core.records import ModelRecord, RunningModel, Snapshot
from tray_app.core.use.ledger import UNWATCHED, Known, LastUse
from tray_app.itemmodels import roles
from tray_app.itemmodels.columns import COLUMNS, LAST_USED
from tray_app.itemmodels.model_table import ModelTableModel
from tray_app.itemmodels.rows import ListedServer

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=62)
USES = {
    "before:1b": LastUse(Known.BEFORE, SINCE, 0, 61),
    "hours:1b": LastUse(Known.USED, NOW - timedelta(hours=2), 30, 61),
    "new:1b": LastUse(Known.NOT_YET, SINCE, 0, 3),
    "nobody:1b": UNWATCHED,
    "weeks:1b": LastUse(Known.USED, NOW - timedelta(days=50), 2, 61),
}


class Table:
    """A table whose models were used as USES tells."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.uses = dict(USES)
        self.model = ModelTableModel(clock=lambda: NOW)
        self.model.set_servers([ListedServer("local")])
        self.model.set_uses(self.use_of)
        self.poll()

    def use_of(self, record: ModelRecord, is_loaded: bool) -> LastUse:
        self.asked.append(record.name)
        return LastUse(Known.NOW) if is_loaded else self.uses[record.name]

    def poll(self, *loaded: str) -> None:
        names = (*USES, "cloud:1b-cloud")
        models = tuple(
            ModelRecord("local", name, name, remote_host="x" if "cloud" in name else "")
            for name in names
        )
        running = tuple(RunningModel("local", name, name) for name in loaded)
        self.model.set_snapshot(Snapshot("local", models, running, "0.32.1", NOW, 1.0))

    def names(self) -> list[str]:
        rows = range(self.model.rowCount())
        return [self.model.ref_at(row).name.partition(":")[0] for row in rows]

    def cell(self, name: str, role: int = roles.DISPLAY) -> str:
        row = self.names().index(name)
        found = self.model.data(self.model.index(row, LAST_USED), role)
        return str(found).replace("\u00a0", " ")


def test_its_words(qtbot: QtBot) -> None:
    table = Table()
    table.poll("weeks:1b")
    words = {name: table.cell(name) for name in table.names()}
    assert words == {
        "before": "Before 3 Mar",
        "cloud": "—",
        "hours": "2 h ago",
        "new": "Not yet",
        "nobody": "—",
        "weeks": "Loaded now",
    }
    assert table.cell("hours", roles.TOOL_TIP).startswith("Last used 2 h ago, on 30 of 61 days")
    assert table.cell("before", roles.TOOL_TIP).startswith("Not seen in memory on any of the 61")


def test_newest_first_and_what_nobody_knows_last(qtbot: QtBot) -> None:
    table = Table()
    assert COLUMNS[LAST_USED].is_descending_first
    table.model.set_sort("last_used", True)
    assert table.names() == ["hours", "weeks", "new", "before", "cloud", "nobody"]
    table.poll("before:1b")
    assert table.names() == ["before", "hours", "weeks", "new", "cloud", "nobody"]
    table.model.set_sort("last_used", False)
    assert table.names() == ["new", "weeks", "hours", "before", "cloud", "nobody"]


def test_what_was_used_moves_up(qtbot: QtBot) -> None:
    table = Table()
    table.model.set_sort("last_used", True)
    table.uses["weeks:1b"] = LastUse(Known.USED, NOW, 3, 61)
    table.model.refresh_uses()
    assert table.names()[:2] == ["weeks", "hours"]
    assert table.cell("weeks") == "1 min ago"


def test_only_what_is_shown_is_asked_about_and_once(qtbot: QtBot) -> None:
    table = Table()
    assert table.asked == []
    table.cell("hours")
    table.cell("hours")
    assert table.asked == ["hours:1b"]
    with qtbot.waitSignal(table.model.dataChanged) as changed:
        table.model.refresh_uses()
    first, last = changed.args[:2]
    assert (first.column(), last.column()) == (LAST_USED, LAST_USED)
    table.poll()
    assert table.asked == ["hours:1b"]
