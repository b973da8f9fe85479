"""The downloads table: rows by id, whole items passed on, order of the queue."""

from dataclasses import replace

from tests.unit.itemmodels.replica import Replica
from tests.unit.itemmodels.samples import NOW, model, snapshot
from tray_app.core.payloads import BusyModel, ModelRef, Verb
from tray_app.core.pulls.progress import PullPhase, PullProgress
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.itemmodels.columns import NUMBER
from tray_app.itemmodels.model_table import ModelTableModel
from tray_app.itemmodels.pull_table import PullTableModel


def item(
    item_id: str, permille: int | None = None, state: PullState = PullState.RUNNING
) -> PullItem:
    progress = None if permille is None else PullProgress(PullPhase.DOWNLOAD, permille=permille)
    return PullItem(item_id, "local", f"model-{item_id}:1b", state, NOW, progress=progress)


def test_items_come_change_move_and_go() -> None:
    table = PullTableModel()
    replica = Replica(table)
    told: list[object] = []
    table.item_set.connect(told.append)
    table.item_removed.connect(told.append)
    table.order_changed.connect(lambda: told.append("order"))
    one, two = item("1"), item("2", 10)
    table.set_item(one)
    table.set_item(two)
    assert replica.take_log() == ["insert 0-0", "insert 1-1"]
    table.set_item(replace(two))
    assert replica.take_log() == []
    further = item("2", 665)
    table.set_item(further)
    assert replica.take_log() == ["change 1-1"]
    assert table.index(1, 1).data() == "66%"
    assert table.item("2") == further
    table.set_order(["2", "unknown", "1"])
    assert replica.take_log() == ["move"]
    assert table.ids == ("2", "1")
    table.set_order(["2"])
    table.remove("2")
    table.remove("2")
    assert replica.take_log() == ["remove 0-0"]
    assert told == [one, two, further, "order", "2"]
    assert table.item("2") is None
    assert table.items == (one,)
    replica.check()


def test_who_hears_of_a_change_reads_one_truth() -> None:
    table = PullTableModel()
    replica = Replica(table)
    looked: list[int] = []

    def look() -> None:
        items = table.items
        looked.append(len(items))
        assert tuple(item.id for item in items) == table.ids
        assert [table.item(item.id) for item in items] == list(items)
        for item_id in {"1", "2", "3"} - set(table.ids):
            assert table.item(item_id) is None

    replica.look = look
    for told in (table.item_set, table.item_removed, table.order_changed):
        told.connect(look)
    for item_id in ("1", "2", "3"):
        table.set_item(item(item_id))
    table.set_item(item("2", 50))
    table.set_order(["3", "2", "1"])
    for item_id in ("2", "3", "1"):
        table.remove(item_id)
    assert looked[0] == looked[-1] == 0
    assert max(looked) == 3


def test_a_download_of_an_installed_model_shows_in_its_row() -> None:
    table = ModelTableModel(clock=lambda: NOW)
    table.set_snapshot(snapshot([model("model-1:1b")]))
    replica = Replica(table)

    def size() -> object:
        return table.index(0, NUMBER["size"]).data()

    table.set_pull(item("1"))
    assert size() == "Updating…"
    table.set_pull(item("1", 345))
    assert size() == "Updating 34%"
    table.set_pull(item("1", 349))
    table.set_pull(item("2", 349))
    assert replica.take_log() == ["change 0-0", "change 0-0"]
    table.set_pull(item("1", 349, PullState.PAUSED))
    assert size() == "1.0\u00a0GB"
    table.set_busy(BusyModel(ModelRef("local", "model-1:1b"), Verb.DELETE))
    table.set_pull(item("1", 349, PullState.PAUSED))
    assert size() == "Deleting…"
    replica.check()
