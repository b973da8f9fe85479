"""Whatever servers answer in whatever order: signals tell the truth, rows stay themselves."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPersistentModelIndex

from tests.unit.itemmodels.replica import Replica
from tests.unit.itemmodels.samples import NOW, model, running, snapshot, verdict
from tray_app.core.records import ModelKey, ModelRecord, News, Snapshot
from tray_app.core.updates.verdicts import NO_MARKS, Marks, Standing, Verdict
from tray_app.itemmodels import columns
from tray_app.itemmodels.columns import COLUMNS
from tray_app.itemmodels.model_table import FILTERS, ModelTableModel

_NAMES = st.sampled_from([f"{base}:{tag}" for base in ("a", "b2", "b10", "C") for tag in "xyz"])
_SERVERS = st.sampled_from(["local", "nas"])


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    server_id = draw(_SERVERS)
    names = draw(st.lists(_NAMES, max_size=9))
    models = [
        model(
            name,
            draw(st.sampled_from([None, 0, 5, 7])),
            server_id=server_id,
            digest=draw(st.sampled_from(["1" * 64, "2" * 64, "3" * 64])),
            days=draw(st.sampled_from([None, 1, 2])),
            remote_host=draw(st.sampled_from(["", "", "https://x"])),
        )
        for name in names
    ]
    loaded = draw(st.one_of(st.none(), st.lists(_NAMES, max_size=2)))
    ps = None if loaded is None else [running(name, server_id=server_id) for name in loaded]
    return snapshot(models, ps, server_id)


_SORTS = st.tuples(st.sampled_from([column.key for column in COLUMNS]), st.booleans())
_STEPS = st.one_of(
    snapshots(),
    st.tuples(st.just("search"), st.sampled_from(["", "b", "x", "b x", "no"])),
    st.tuples(st.just("filter"), st.sampled_from(FILTERS)),
    st.tuples(st.just("sort"), _SORTS),
    st.tuples(
        st.just("verdict"),
        st.tuples(_SERVERS, _NAMES),
        st.sampled_from([Standing.WEIGHTS, Standing.CURRENT, Standing.NEEDS_SERVER]),
        st.sampled_from([7, 8]),
        st.builds(Marks, is_pinned=st.booleans(), is_backup=st.booleans()),
    ),
    st.tuples(st.just("old versions"), st.booleans()),
    st.tuples(st.just("gone"), _SERVERS),
)


def _do(table: ModelTableModel, step: object) -> None:
    match step:
        case Snapshot():
            table.set_snapshot(step)
        case ("search", str(words)):
            table.set_search(words)
        case ("filter", str(key)):
            table.set_filter(key)
        case ("sort", (str(key), bool(is_descending))):
            table.set_sort(key, is_descending)
        case ("old versions", bool(are_shown)):
            table.set_old_versions_shown(are_shown)
        case ("gone", str(server_id)):
            table.remove_server(server_id)


def _expected(
    known: dict[str, dict[str, ModelRecord]],
    loaded: set[ModelKey],
    judged: dict[ModelKey, tuple[Verdict, Marks]],
    table: ModelTableModel,
) -> set[ModelKey]:
    """The keys to be shown, worked out the slow way."""
    keys = set()
    for server_id, models in known.items():
        for name, record in models.items():
            found, said = judged.get((server_id, name), (Verdict(), NO_MARKS))
            is_newer = found.digest == record.digest and found.is_offered
            is_shown = {
                "all": not said.is_backup or table.shows_old_versions,
                "loaded": (server_id, name) in loaded and not said.is_backup,
                "cloud": record.is_cloud and not said.is_backup,
                "updates": is_newer and not said.is_pinned and not said.is_backup,
                "starred": False,  # nobody has said anything of any
            }[table.filter]
            words = f"{name} llama Q4_K_M completion".casefold()
            if is_shown and all(w in words for w in table.search.split()):
                keys.add((server_id, name))
    return keys


@settings(max_examples=150)
@given(st.lists(_STEPS, max_size=12))
def test_signals_alone_rebuild_the_table(steps: list[object]) -> None:
    table = ModelTableModel(clock=lambda: NOW)
    judged: dict[ModelKey, tuple[Verdict, Marks]] = {}
    table.set_verdicts(lambda key: judged.get(key, (Verdict(), NO_MARKS)))
    replica = Replica(table)
    known: dict[str, dict[str, ModelRecord]] = {}
    for step in steps:
        kept = [
            (QPersistentModelIndex(table.index(row, 0)), table.ref_at(row).key)
            for row in range(table.rowCount())
        ]
        match step:
            case (
                "verdict",
                (str(server_id), str(name)),
                Standing() as standing,
                int(fetch_bytes),
                Marks() as marks,
            ):
                key = (server_id, name)
                record = table.record(key)
                if record is not None:
                    judged[key] = (verdict(record, standing, fetch_bytes), marks)
                table.refresh_verdict(key)
            case _:
                _do(table, step)
        replica.check()
        _check_order(table)
        for index, key in kept:
            if index.isValid():
                assert table.ref_at(index.row()).key == key
        if isinstance(step, Snapshot):
            models: dict[str, ModelRecord] = {}
            for record in step.models:
                models.setdefault(record.name, record)
            known[step.server_id] = models
        if isinstance(step, tuple) and step[0] == "gone":
            known.pop(step[1], None)
        shown = [table.ref_at(row) for row in range(table.rowCount())]
        assert len({ref.key for ref in shown}) == len(shown)
        assert all(known[ref.server_id][ref.name].digest == ref.digest for ref in shown)
        loaded = {row.key for row in table.all_rows if row.running is not None}
        expected = _expected(known, loaded, judged, table)
        assert {ref.key for ref in shown} == expected
        if not table.search:
            assert table.filter == "loaded" or table.counts.of(table.filter) == len(expected)


@settings(max_examples=60)
@given(st.lists(snapshots(), max_size=6), _SORTS)
def test_the_same_again_says_nothing(answers: list[Snapshot], sort: tuple[str, bool]) -> None:
    table = ModelTableModel(clock=lambda: NOW)
    table.set_sort(*sort)
    for answer in answers:
        table.set_snapshot(answer)
    replica = Replica(table)
    for answer in {answer.server_id: answer for answer in answers}.values():
        table.set_snapshot(answer)
    assert replica.take_log() == []


@settings(max_examples=100)
@given(st.lists(snapshots(), max_size=8), _SORTS)
def test_news_of_a_list_come_to_the_same_as_the_list(
    answers: list[Snapshot], sort: tuple[str, bool]
) -> None:
    table, other = (ModelTableModel(clock=lambda: NOW) for _ in range(2))
    for each in (table, other):
        each.set_sort(*sort)
    replica = Replica(table)
    told: dict[str, tuple[ModelRecord, ...]] = {}
    for answer in answers:
        models = _first_of_each(answer.models, told.get(answer.server_id, ()))
        plain = replace(answer, models=models)
        news = News.between(told.get(answer.server_id, ()), models)
        table.set_snapshot(replace(plain, news=news))
        other.set_snapshot(plain)
        told[answer.server_id] = models
        replica.check()
        assert [(row.record, row.running) for row in table.rows] == [
            (row.record, row.running) for row in other.rows
        ]
        assert table.counts == other.counts


def _first_of_each(
    models: tuple[ModelRecord, ...], before: tuple[ModelRecord, ...]
) -> tuple[ModelRecord, ...]:
    """As a poller tells them: no name twice, and what has not changed as the same object."""
    known = {record.name: record for record in before}
    first = {record.name: record for record in reversed(models)}
    return tuple(
        known[name] if known.get(name) == record else record
        for name, record in reversed(first.items())
    )


def _check_order(table: ModelTableModel) -> None:
    """Missing values last, equal ones by name, whatever the direction."""
    rows = list(table.rows)
    by_name = sorted(rows, key=lambda row: row.sort_name)
    key, is_descending = table.sort_column
    if key == "name":
        assert rows == (by_name[::-1] if is_descending else by_name)
        return
    value = COLUMNS[columns.NUMBER[key]].sort_key
    missing = [row for row in by_name if value(row) is None]
    told = sorted(
        (row for row in by_name if value(row) is not None), key=value, reverse=is_descending
    )
    assert rows == told + missing
