"""What the models table shows, in words, and exactly which signals say so."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from tests.unit.itemmodels.replica import Replica
from tests.unit.itemmodels.samples import NOW, judged_of, model, running, snapshot, verdict
from tray_app.core.payloads import BusyModel, ModelRef, Verb
from tray_app.core.pulls.progress import PullPhase, PullProgress
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.records import Layer, LayerKind, ModelKey
from tray_app.core.sharing import KnownLayers, LayerIndex
from tray_app.core.updates.verdicts import NO_MARKS, Marks, Standing, Verdict
from tray_app.itemmodels import columns, roles
from tray_app.itemmodels.model_table import Counts, ModelTableModel
from tray_app.itemmodels.row_texts import badge_label, badge_tip
from tray_app.itemmodels.rows import Badge, ListedServer, ModelKind

LIST = (
    model("qwen3:8b", 5_200_000_000, days=2, parameters="8.2B", family="qwen3"),
    model("gemma3:4b", 3_300_000_000, days=60, parameters="4.3B", capabilities=("vision",)),
    model("gpt-oss:120b-cloud", 400, days=0, parameters="116.8B", remote_host="https://x"),
    model("nomic-embed-text:latest", 274_000_000, parameters="137M", quantization="F16",
          capabilities=("embedding",)),
    model("Qwen10:1b", None, days=None, parameters="", quantization=""),
)  # fmt: skip


@pytest.fixture
def table() -> ModelTableModel:
    made = ModelTableModel(clock=lambda: NOW)
    made.set_snapshot(snapshot(LIST, [running("qwen3:8b")]))
    return made


@pytest.fixture
def replica(table: ModelTableModel) -> Replica:
    return Replica(table)


def cell(table: ModelTableModel, row: int, key: str, role: int = roles.DISPLAY) -> object:
    return table.index(row, columns.NUMBER[key]).data(role)


def names(table: ModelTableModel) -> list[str]:
    return [str(cell(table, row, "name")) for row in range(table.rowCount())]


def test_whoever_hears_of_a_row_reads_the_new_counts(
    table: ModelTableModel, replica: Replica
) -> None:
    seen: list[Counts] = []
    replica.look = lambda: seen.append(table.counts)
    table.set_snapshot(snapshot(LIST[1:]))
    assert set(seen) == {table.counts} == {Counts(all=4, cloud=1)}


def test_names_are_sorted_as_people_count(table: ModelTableModel) -> None:
    assert names(table) == [
        "gemma3:4b", "gpt-oss:120b-cloud", "nomic-embed-text:latest", "qwen3:8b", "Qwen10:1b",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "is_descending", "expected"),
    [
        ("name", True, ["Qwen10", "qwen3", "nomic-embed-text", "gpt-oss", "gemma3"]),
        ("size", True, ["qwen3", "gemma3", "nomic-embed-text", "gpt-oss", "Qwen10"]),
        ("size", False, ["nomic-embed-text", "gemma3", "qwen3", "gpt-oss", "Qwen10"]),
        ("parameters", True, ["gpt-oss", "qwen3", "gemma3", "nomic-embed-text", "Qwen10"]),
        ("parameters", False, ["nomic-embed-text", "gemma3", "qwen3", "gpt-oss", "Qwen10"]),
        ("modified", True, ["gpt-oss", "nomic-embed-text", "qwen3", "gemma3", "Qwen10"]),
        ("quantization", False, ["nomic-embed-text", "gemma3", "gpt-oss", "qwen3", "Qwen10"]),
        ("quantization", True, ["gemma3", "gpt-oss", "qwen3", "nomic-embed-text", "Qwen10"]),
    ],
)
def test_sort(table: ModelTableModel, key: str, is_descending: bool, expected: list[str]) -> None:
    """Ties stand in the order of names, what a server does not tell stands last."""
    replica = Replica(table)
    table.set_sort(key, is_descending)
    assert [name.partition(":")[0] for name in names(table)] == expected
    assert set(replica.take_log()) <= {"move"}
    replica.check()


def test_sort_by_qts_own_call(table: ModelTableModel) -> None:
    table.sort(columns.SIZE, Qt.SortOrder.DescendingOrder)
    assert names(table)[0] == "qwen3:8b"


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("qwen", ["qwen3:8b", "Qwen10:1b"]),
        ("QWEN3", ["qwen3:8b"]),
        ("wen3:8", ["qwen3:8b"]),
        ("f16", ["nomic-embed-text:latest"]),
        ("vision", ["gemma3:4b"]),
        ("8b q4_k", ["qwen3:8b"]),
        ("  latest   embed ", ["nomic-embed-text:latest"]),
        (".*", []),
        ("[", []),
        ("", ["gemma3:4b", "gpt-oss:120b-cloud", "nomic-embed-text:latest", "qwen3:8b",
              "Qwen10:1b"]),
    ],
)  # fmt: skip
def test_search_is_plain_text_and_all_words_count(
    table: ModelTableModel, search: str, expected: list[str]
) -> None:
    replica = Replica(table)
    table.set_search(search)
    assert names(table) == expected
    replica.check()


def test_filters_and_counts(table: ModelTableModel, replica: Replica) -> None:
    newer = verdict(LIST[1])
    keys = [("local", "gemma3:4b"), ("local", "not here"), ("nas", "gemma3:4b")]
    table.set_verdicts(judged_of(dict.fromkeys(keys, newer)))
    assert table.counts == Counts(all=5, loaded=1, updates=1, cloud=1)
    for key, expected in (
        ("loaded", ["qwen3:8b"]),
        ("updates", ["gemma3:4b"]),
        ("cloud", ["gpt-oss:120b-cloud"]),
    ):
        table.set_filter(key)
        assert names(table) == expected
        assert table.counts.all == 5
        replica.check()
    table.set_search("nothing like it")
    assert names(table) == []
    assert table.counts == Counts(all=5, loaded=1, updates=1, cloud=1)
    table.set_filter("a filter that is not")
    table.set_search("")
    assert len(names(table)) == 5
    replica.check()


def test_an_equal_snapshot_emits_nothing(table: ModelTableModel, replica: Replica) -> None:
    told: list[str] = []
    table.counts_changed.connect(lambda: told.append("counts"))
    table.update_started.connect(lambda: told.append("update"))
    table.set_snapshot(snapshot(list(LIST), [running("qwen3:8b")]))
    table.set_snapshot(snapshot(reversed(LIST), [running("qwen3:8b")]))
    table.set_search("  ")
    table.set_filter("all")
    table.set_sort("name", False)
    table.set_verdicts(judged_of({}))
    table.refresh_verdict(("local", "qwen3:8b"))
    table.set_server(ListedServer("local"))
    assert replica.take_log() == []
    assert told == []


def test_exactly_the_differences_are_told(table: ModelTableModel, replica: Replica) -> None:
    gemma, oss, nomic, qwen, qwen10 = (
        next(m for m in LIST if m.name.casefold().startswith(start))
        for start in ("gemma", "gpt", "nomic", "qwen3", "qwen10")
    )
    loaded = [running("qwen3:8b")]
    table.set_snapshot(snapshot([oss, nomic, qwen, qwen10], loaded))
    assert replica.take_log() == ["remove 0-0"]
    table.set_snapshot(snapshot([gemma, qwen, qwen10, model("a:1"), model("aa:1")], loaded))
    assert replica.take_log() == ["remove 0-1", "insert 0-2"]
    bigger = model("qwen3:8b", 9)
    table.set_snapshot(snapshot([gemma, bigger, qwen10, model("a:1"), model("aa:1")], loaded))
    assert replica.take_log() == ["change 3-3"]
    replica.check()


def test_a_change_of_the_sorted_value_moves_the_row(
    table: ModelTableModel, replica: Replica
) -> None:
    table.set_sort("size", True)
    replica.take_log()
    grown = [model(m.name, 9 * 10**9) if m.name == "gemma3:4b" else m for m in LIST]
    table.set_snapshot(snapshot(grown, [running("qwen3:8b")]))
    assert replica.take_log() == ["change 1-1", "move"]
    assert names(table)[0] == "gemma3:4b"
    replica.check()


def test_many_scattered_changes_cost_two_signals() -> None:
    table = ModelTableModel(clock=lambda: NOW)
    every = [
        model(f"m{number:04d}:x", quantization="ODD" if number % 2 else "EVEN")
        for number in range(400)
    ]
    table.set_snapshot(snapshot(every))
    replica = Replica(table)
    table.set_search("odd")
    assert replica.take_log() == ["move", "remove 200-399"]
    table.set_search("")
    assert replica.take_log() == ["insert 200-399", "move"]
    table.set_snapshot(snapshot(every[:100] + every[110:]))
    assert replica.take_log() == ["remove 100-109"]
    table.set_search("nothing")
    assert replica.take_log() == ["remove 0-389"]
    replica.check()


def test_badges(table: ModelTableModel, replica: Replica) -> None:
    def badges(name: str) -> object:
        return table.row_at(table.find(("local", name)).row()).badges

    assert badges("qwen3:8b") == (Badge.LOADED,)
    assert badges("gpt-oss:120b-cloud") == (Badge.CLOUD,)
    table.set_verdicts(judged_of({("local", "qwen3:8b"): verdict(LIST[0])}))
    assert badges("qwen3:8b") == (Badge.LOADED, Badge.UPDATE)
    assert replica.take_log() == ["change 3-3"]
    table.set_snapshot(replace(snapshot(LIST), running=None))
    assert badges("qwen3:8b") == (Badge.UPDATE,)
    assert not table.is_running_known()
    replica.check()


@pytest.mark.parametrize(
    ("standing", "marks", "badge", "word", "tip"),
    [
        (Standing.WEIGHTS, NO_MARKS, Badge.UPDATE, "Update",
         "Newer version: 900\u00a0MB of 1\u00a0GB to download"),
        (Standing.SMALL, NO_MARKS, Badge.UPDATE, "Update", "Only small parts changed: 900\u00a0MB"),
        (Standing.NEEDS_SERVER, NO_MARKS, Badge.NEEDS_SERVER, "Needs 0.34",
         "A newer version needs Ollama 0.34. “This computer” runs 0.33.1."),
        (Standing.CURRENT, Marks(is_pinned=True), Badge.PINNED, "Pinned",
         "Left out of “Update all”"),
        (Standing.WEIGHTS, Marks(is_pinned=True), Badge.PINNED, "Pinned",
         "Left out of “Update all”. A newer version is there."),
        (Standing.NEEDS_SERVER, Marks(is_pinned=True), Badge.PINNED, "Pinned",
         "Left out of “Update all”. A newer version is there."),
        (Standing.MADE_HERE, Marks(is_backup=True), Badge.OLD_VERSION, "Old version",
         "An old version that is kept"),
        (Standing.WEIGHTS, Marks(is_skipped=True), None, "", ""),
        (Standing.CHANGED, NO_MARKS, None, "", ""),
        (Standing.ABSENT, NO_MARKS, None, "", ""),
        (Standing.UNKNOWN, NO_MARKS, None, "", ""),
    ],
)  # fmt: skip
def test_the_badge_of_each_verdict(
    table: ModelTableModel,
    standing: Standing,
    marks: Marks,
    badge: Badge | None,
    word: str,
    tip: str,
) -> None:
    table.set_server(ListedServer("local", "This computer", version="0.33.1"))
    key = ("local", "gemma3:4b")
    table.set_old_versions_shown(True)
    table.set_verdicts(judged_of({key: verdict(LIST[1], standing)}, {key: marks}))
    row = table.row_at(table.find(key).row())
    assert row.badges == ((badge,) if badge else ())
    assert [badge_label(each, row) for each in row.badges] == ([word] if word else [])
    assert [badge_tip(each, row, NOW) for each in row.badges] == ([tip] if tip else [])
    assert table.counts.updates == int(badge is Badge.UPDATE)


def test_a_verdict_is_about_one_version(table: ModelTableModel) -> None:
    """Of the version that came since, nobody has said that there is a newer one."""
    table.set_verdicts(judged_of({("local", "gemma3:4b"): verdict(LIST[1])}))
    assert table.counts.updates == 1
    again = replace(LIST[1], digest="e" * 64)
    table.set_snapshot(snapshot([again, *LIST[2:]]))
    assert table.counts.updates == 0


def test_a_verdict_touches_its_row_alone(table: ModelTableModel, replica: Replica) -> None:
    """A check tells of hundreds, one by one."""
    verdicts: dict[ModelKey, Verdict] = {}
    table.set_verdicts(judged_of(verdicts))
    arranged: list[str] = []
    table.update_started.connect(lambda: arranged.append("all"))
    key = ("local", "gemma3:4b")
    for standing in (Standing.CURRENT, Standing.CHANGED, Standing.NEEDS_SERVER):
        verdicts[key] = verdict(LIST[1], standing)
        table.refresh_verdict(key)
    assert replica.take_log() == ["change 0-0"] * 3
    assert arranged == []
    table.set_filter("updates")
    assert names(table) == []
    verdicts[key] = verdict(LIST[1])
    table.refresh_verdict(key)
    assert names(table) == ["gemma3:4b"]
    replica.check()


def test_what_an_update_costs_sorts_the_updates(table: ModelTableModel) -> None:
    costs = {"gemma3:4b": 5_000, "qwen3:8b": 3_000_000_000}
    table.set_verdicts(
        judged_of(
            {
                record.key: verdict(record, fetch_bytes=costs[record.name])
                for record in LIST
                if record.name in costs
            }
        )
    )
    table.set_filter("updates")
    table.set_sort("to_download", True)
    assert names(table) == ["qwen3:8b", "gemma3:4b"]
    assert [cell(table, row, "to_download") for row in (0, 1)] == ["3\u00a0GB", "5\u00a0KB"]
    table.set_filter("all")
    assert table.sort_column == ("name", False), "by what is seen nowhere else"


def test_old_versions_are_listed_only_if_wanted(table: ModelTableModel, replica: Replica) -> None:
    key = ("local", "qwen3:8b")
    table.set_verdicts(judged_of({}, {key: Marks(is_backup=True)}))
    assert table.counts == Counts(all=4, loaded=0, cloud=1)
    assert "qwen3:8b" not in names(table)
    table.set_old_versions_shown(True)
    assert table.counts == Counts(all=5, loaded=0, cloud=1), "in All and nowhere else"
    assert "qwen3:8b" in names(table)
    table.set_filter("loaded")
    assert names(table) == []
    replica.check()


def loaded_rows(table: ModelTableModel) -> list[str]:
    return [row.record.name for row in table.loaded_rows()]


def test_what_is_loaded_is_counted_as_the_server_tells_it() -> None:
    """Copies are one model in memory, under the name that was used last."""
    table = ModelTableModel(clock=lambda: NOW)
    one, copy = model("a:1", digest="d" * 64), model("b:1", digest="d" * 64)
    table.set_snapshot(snapshot([one, copy], [running("A:1", digest="d" * 64)]))
    assert (table.counts.loaded, loaded_rows(table)) == (1, ["a:1"])
    table.set_snapshot(snapshot([one, copy], [running("b:1", digest="d" * 64)]))
    assert (table.counts.loaded, loaded_rows(table)) == (1, ["b:1"])
    # Pulled anew while the old one is in memory: the name says that it is this model.
    table.set_snapshot(snapshot([model("a:1", digest="e" * 64)], [running("A:1", digest="d" * 64)]))
    assert (table.counts.loaded, loaded_rows(table)) == (1, ["a:1"])


def test_a_model_that_lost_its_name_while_it_is_loaded_is_counted() -> None:
    table = ModelTableModel(clock=lambda: NOW)
    one, copy = model("a:1", digest="d" * 64), model("b:1", digest="d" * 64)
    other, ran = model("c:1", digest="c" * 64), running("a:1", digest="d" * 64)
    table.set_snapshot(snapshot([one, copy, other], [ran]))
    heard = []
    table.counts_changed.connect(lambda: heard.append(table.counts.loaded))
    table.set_snapshot(snapshot([copy, other], [ran]))
    assert (table.counts.loaded, loaded_rows(table)) == (1, ["b:1"]), "a copy stands for it"
    table.set_snapshot(snapshot([other], [ran]))
    assert (table.counts.loaded, loaded_rows(table)) == (1, [])
    table.set_snapshot(snapshot([other], []))
    assert (table.counts.loaded, heard[-1]) == (0, 0), "no row changed, but the count did"


def test_kinds_also_without_capabilities() -> None:
    table = ModelTableModel(clock=lambda: NOW)
    table.set_snapshot(
        snapshot(
            [
                model("a", capabilities=("completion", "tools")),
                model("b", capabilities=("completion", "vision")),
                model("c", capabilities=("image",)),
                model("d", capabilities=("embedding",)),
                model("e", capabilities=(), family="nomic-bert"),
                model("f", capabilities=(), family="clip"),
                model("g", capabilities=(), family=""),
            ]
        )
    )
    kinds = [row.kind for row in table.rows]
    assert kinds == [
        ModelKind.CHAT, ModelKind.VISION, ModelKind.IMAGE, ModelKind.EMBEDDING,
        ModelKind.EMBEDDING, ModelKind.VISION, ModelKind.CHAT,
    ]  # fmt: skip


def test_the_same_name_on_two_servers_is_two_rows(table: ModelTableModel, replica: Replica) -> None:
    table.set_servers([ListedServer("local"), ListedServer("nas", "nas")])
    table.set_snapshot(snapshot([model("qwen3:8b", 7, server_id="nas")], server_id="nas"))
    assert [(cell(table, row, "name"), cell(table, row, "server")) for row in (3, 4)] == [
        ("qwen3:8b", "local"), ("qwen3:8b", "nas"),
    ]  # fmt: skip
    assert table.counts == Counts(all=6, loaded=1, cloud=1)
    table.set_server(ListedServer("local", "This computer"))
    assert cell(table, 3, "server") == "This computer"
    table.remove_server("nas")
    assert len(names(table)) == 5
    replica.check()


def test_busy_rows_say_so_where_the_size_stands(table: ModelTableModel, replica: Replica) -> None:
    ref = ModelRef("local", "gemma3:4b")
    for verb, words in ((Verb.LOAD, "Loading…"), (Verb.DELETE, "Deleting…"), (None, "3.3\u00a0GB")):
        table.set_busy(BusyModel(ref, verb))
        assert cell(table, 0, "size") == words
    table.set_busy(BusyModel(ref, Verb.SHOW))
    table.set_busy(BusyModel(ModelRef("local", "nobody"), Verb.LOAD))
    assert replica.take_log() == ["change 0-0"] * 3
    replica.check()


def test_what_is_being_done_to_a_model_concerns_its_row_alone(
    table: ModelTableModel, replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone_through: list[str] = []
    for name in ("_target", "_count"):
        monkeypatch.setattr(ModelTableModel, name, lambda _, name=name: gone_through.append(name))
    version = table.version
    for permille in range(0, 1000, 10):
        progress = PullProgress(PullPhase.DOWNLOAD, 1, 2, True, permille)
        table.set_pull(
            PullItem("1", "local", "gemma3:4b", PullState.RUNNING, NOW, progress=progress)
        )
    assert replica.take_log() == ["change 0-0"] * 100
    assert gone_through == []
    assert table.version == version


def test_one_that_is_filtered_out_changes_nothing_on_screen(
    table: ModelTableModel, replica: Replica
) -> None:
    table.set_filter("loaded")
    replica.take_log()
    table.set_busy(BusyModel(ModelRef("local", "gemma3:4b"), Verb.LOAD))
    assert replica.take_log() == []
    table.set_filter("all")
    assert cell(table, 0, "size") == "Loading…"
    replica.check()


def test_odd_records_still_have_a_row() -> None:
    table = ModelTableModel(clock=lambda: NOW)
    hostile = "<b>x</b>\u202e\n" + "y" * 300
    rows = [
        model("", 0, parameters="", quantization="", days=None, family=""),
        model(hostile, 2**63 - 1, parameters="many"),
        model(hostile, 5),
    ]
    table.set_snapshot(snapshot(rows))
    assert table.rowCount() == 2
    assert cell(table, 0, "parameters") == "—"
    assert cell(table, 0, "modified") == "—"
    assert cell(table, 1, "size") == "9.2\u00a0EB"
    tip = str(cell(table, 1, "name", roles.TOOL_TIP))
    assert "<b>" not in tip


def test_what_a_screen_reader_says(table: ModelTableModel) -> None:
    table.set_verdicts(judged_of({("local", "qwen3:8b"): verdict(LIST[0])}))
    spoken = roles.ACCESSIBLE_TEXT
    assert cell(table, 3, "name", spoken) == "qwen3:8b, text model, loaded, update available"
    assert cell(table, 3, "size", spoken) == "5.2 gigabytes"
    assert cell(table, 1, "size", spoken) == "Cloud model, nothing stored here"


def test_the_size_tells_with_whom_it_is_shared() -> None:
    table = ModelTableModel(clock=lambda: NOW)
    one, other = model("mistral:7b", 4_400_000_000), model("notes:latest", 4_400_000_000)
    weights = Layer("sha256:" + "1" * 64, LayerKind.MODEL, 4_399_000_000)
    known = KnownLayers((weights,), is_whole=True)
    table.set_layer_index(LayerIndex({one.digest: known, other.digest: known}))
    table.set_snapshot(snapshot([one, other]))
    tip = str(cell(table, 0, "size", roles.TOOL_TIP))
    assert "of which 4.4\u00a0GB is shared with notes:latest" in tip


def test_ages_and_units_change_words_only(table: ModelTableModel, replica: Replica) -> None:
    replica.take_log()
    table.refresh_ages()
    table.refresh_words()
    assert replica.take_log() == ["change 0-4", "change 0-4"]
    replica.check()
