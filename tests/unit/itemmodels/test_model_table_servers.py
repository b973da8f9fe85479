"""The models of several servers in one table."""

from dataclasses import replace

import pytest

from tests.unit.itemmodels.replica import Replica
from tests.unit.itemmodels.samples import NOW, model, running, snapshot
from tray_app.core.records import Layer, LayerKind, ServerState
from tray_app.core.sharing import KnownLayers, LayerIndex
from tray_app.itemmodels import columns, roles
from tray_app.itemmodels.comparison import Comparison, ComparisonKind
from tray_app.itemmodels.model_table import Counts, ModelTableModel
from tray_app.itemmodels.rows import ListedServer

HERE = ListedServer("here", "This computer")
NAS = ListedServer("nas", "nas")
LAB = ListedServer("lab", "Lab")


@pytest.fixture
def table() -> ModelTableModel:
    made = ModelTableModel(clock=lambda: NOW)
    made.set_servers([HERE, NAS])
    made.set_snapshot(of("here", "qwen3:8b", "llama3:8b", loaded="qwen3:8b"))
    made.set_snapshot(of("nas", "qwen3:8b", "phi4:14b"))
    return made


@pytest.fixture
def replica(table: ModelTableModel) -> Replica:
    return Replica(table)


def of(server_id: str, *names: str, loaded: str = ""):  # type: ignore[no-untyped-def]
    """What a server answers."""
    models = [model(name, 5, server_id=server_id) for name in names]
    runs = [running(loaded, server_id=server_id)] if loaded else []
    return snapshot(models, runs, server_id)


def shown(table: ModelTableModel) -> list[str]:
    """The rows as "server/name"."""
    return ["/".join(table.row_at(row).key) for row in range(table.rowCount())]


def server_cell(table: ModelTableModel, key: tuple[str, str], role: int) -> object:
    return table.find(key).siblingAtColumn(columns.SERVER).data(role)


def test_equal_names_stand_in_the_order_of_the_servers(
    table: ModelTableModel, replica: Replica
) -> None:
    assert shown(table) == ["here/llama3:8b", "nas/phi4:14b", "here/qwen3:8b", "nas/qwen3:8b"]
    table.set_servers([NAS, HERE])
    assert shown(table) == ["here/llama3:8b", "nas/phi4:14b", "nas/qwen3:8b", "here/qwen3:8b"]
    assert replica.take_log() == ["move"]
    table.set_sort("size", True)
    assert shown(table)[2:] == ["nas/qwen3:8b", "here/qwen3:8b"]
    table.set_snapshot(of("nas", "a:1", "qwen3:8b", "phi4:14b"))
    assert shown(table)[0] == "nas/a:1"
    replica.check()


def test_the_rows_of_a_server_that_is_not_listed_leave_and_the_others_stay(
    table: ModelTableModel, replica: Replica
) -> None:
    table.set_servers([NAS])
    assert shown(table) == ["nas/phi4:14b", "nas/qwen3:8b"]
    assert table.counts == Counts(all=2, loaded=0)
    assert set(table.totals) == {"nas"}
    table.set_servers([HERE, NAS])
    table.set_snapshot(of("here", "qwen3:8b"))
    assert shown(table) == ["nas/phi4:14b", "here/qwen3:8b", "nas/qwen3:8b"]
    replica.check()


def test_rows_of_a_server_out_of_reach_are_marked_and_no_others(
    table: ModelTableModel, replica: Replica
) -> None:
    assert server_cell(table, ("nas", "qwen3:8b"), roles.ACCESSIBLE_TEXT) == "nas"
    table.set_server(replace(NAS, state=ServerState.OFFLINE, words="offline"))
    assert replica.take_log() == ["change 1-1", "change 3-3"]
    assert [row.is_stale for row in table.rows] == [False, True, False, True]
    assert server_cell(table, ("nas", "qwen3:8b"), roles.DISPLAY) == "nas"
    assert server_cell(table, ("nas", "qwen3:8b"), roles.ACCESSIBLE_TEXT) == "nas, offline"
    assert server_cell(table, ("here", "qwen3:8b"), roles.ACCESSIBLE_TEXT) == "This computer"
    assert server_cell(table, ("here", "qwen3:8b"), roles.TOOL_TIP) is None
    table.set_server(replace(NAS, state=ServerState.OFFLINE, words="offline"))
    assert replica.take_log() == []
    table.set_server(NAS)
    assert not any(row.is_stale for row in table.rows)
    replica.check()


def test_an_answer_of_one_server_looks_at_no_model_of_another(table: ModelTableModel) -> None:
    others = [row for row in table.rows if row.record.server_id == "nas"]
    totals = table.totals["nas"].version
    for row in others:
        row.cells = ("as", "they", "were")
    table.set_snapshot(of("here", "qwen3:8b", "llama3:8b", "new:1"))
    assert table.counts.all == 5
    assert [row.cells for row in others] == [("as", "they", "were")] * 2
    assert table.totals["nas"].version == totals


def test_what_is_loaded_counts_on_every_server(table: ModelTableModel) -> None:
    table.set_snapshot(of("nas", "qwen3:8b", "phi4:14b", loaded="qwen3:8b"))
    assert table.counts.loaded == 2
    assert [row.key for row in table.loaded_rows()] == [("here", "qwen3:8b"), ("nas", "qwen3:8b")]
    table.set_snapshot(replace(of("nas", "qwen3:8b", "phi4:14b"), running=None))
    assert (table.counts.loaded, table.is_running_known()) == (1, True)


def test_a_copy_on_another_server_is_not_what_is_loaded_here() -> None:
    table = ModelTableModel(clock=lambda: NOW)
    table.set_servers([HERE, NAS])
    table.set_snapshot(snapshot([model("b:1", digest="d" * 64, server_id="nas")], (), "nas"))
    lost = running("a:1", server_id="here", digest="d" * 64)
    table.set_snapshot(snapshot([], [lost], "here"))
    assert (table.counts.loaded, table.loaded_rows()) == (1, ())


def test_the_search_knows_the_servers_where_there_are_several(
    table: ModelTableModel, replica: Replica
) -> None:
    table.set_search("NAS qwen")
    assert shown(table) == ["nas/qwen3:8b"]
    table.set_search("computer")
    assert shown(table) == ["here/llama3:8b", "here/qwen3:8b"]
    table.set_servers([HERE])
    assert shown(table) == [], "of one server its name tells nothing"
    table.set_servers([HERE, LAB])
    assert shown(table) == ["here/llama3:8b", "here/qwen3:8b"]
    replica.check()


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        (Comparison(ComparisonKind.ONE_SERVER), ["here/llama3:8b", "nas/phi4:14b"]),
        (Comparison(ComparisonKind.MISSING, "here"), ["nas/phi4:14b"]),
        (Comparison(ComparisonKind.MISSING, "nas"), ["here/llama3:8b"]),
        (Comparison(ComparisonKind.VERSIONS), ["here/qwen3:8b", "nas/qwen3:8b"]),
        (None, ["here/llama3:8b", "nas/phi4:14b", "here/qwen3:8b", "nas/qwen3:8b"]),
    ],
)
def test_comparing(
    table: ModelTableModel, replica: Replica, comparison: Comparison | None, expected: list[str]
) -> None:
    table.set_comparison(comparison)
    assert shown(table) == expected
    assert table.compared_count() == len(expected)
    table.set_search("nothing like it")
    assert (shown(table), table.compared_count()) == ([], len(expected))
    replica.check()


def test_the_same_name_is_the_same_however_it_is_spelled() -> None:
    table = ModelTableModel(clock=lambda: NOW)
    table.set_servers([HERE, NAS])
    table.set_snapshot(of("here", "qwen3:latest"))
    table.set_snapshot(of("nas", "registry.ollama.ai/library/Qwen3:latest"))
    table.set_comparison(Comparison(ComparisonKind.ONE_SERVER))
    assert shown(table) == []


def test_versions_with_the_same_layers_or_without_a_digest_do_not_differ() -> None:
    table = ModelTableModel(clock=lambda: NOW)
    table.set_servers([HERE, NAS, LAB])
    digests = {"here": "1" * 64, "nas": "2" * 64}
    for server_id, digest in digests.items():
        table.set_snapshot(
            snapshot([model("a:1", digest=digest, server_id=server_id)], (), server_id)
        )
    table.set_comparison(Comparison(ComparisonKind.VERSIONS))
    assert shown(table) == ["here/a:1", "nas/a:1"]
    same = KnownLayers((Layer("sha256:w", LayerKind.MODEL, 5),), is_whole=True)
    table.set_layer_index(LayerIndex(dict.fromkeys(digests.values(), same)))
    assert shown(table) == [], "written by servers of two ages"
    other = KnownLayers((Layer("sha256:x", LayerKind.MODEL, 5),), is_whole=True)
    table.set_layer_index(LayerIndex({"1" * 64: same, "2" * 64: other}))
    assert shown(table) == ["here/a:1", "nas/a:1"]
    untold = replace(model("a:1", server_id="nas"), digest="")
    table.set_snapshot(snapshot([untold], (), "nas"))
    assert shown(table) == []
