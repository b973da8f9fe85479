"""The sums over a server's rows are those of a count from the start, whatever came and went."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.itemmodels.samples import model, snapshot
from tray_app.core.records import ModelRecord, RunningModel
from tray_app.itemmodels.row_store import RowStore, Totals
from tray_app.itemmodels.rows import ModelRow

rows = st.lists(
    st.builds(
        model,
        st.sampled_from("abcdef"),
        st.sampled_from([None, 0, 1, 20]),
        digest=st.sampled_from(["1" * 64, "2" * 64, "3" * 64]),
        remote_host=st.sampled_from(["", "https://ollama.com"]),
    ),
    max_size=6,
)
answers = st.lists(st.tuples(st.sampled_from(["local", "other"]), rows | st.none()), max_size=6)


@given(answers)
def test_totals_are_those_of_a_count_from_the_start(
    answered: list[tuple[str, list[ModelRecord] | None]],
) -> None:
    store = RowStore()
    for server_id, models in answered:
        if models is None:
            store.forget_server(server_id)
        else:
            of_server = [replace(record, server_id=server_id) for record in models]
            store.take(snapshot(of_server, server_id=server_id))
        assert {row.record.server_id for row in store.rows} <= store.totals.keys()
        for known_id, totals in store.totals.items():
            rows = [row for row in store.rows if row.record.server_id == known_id]
            stored = [row for row in rows if not row.record.is_cloud]
            digests = [row.record.digest for row in rows]
            assert (totals.count, totals.clouds) == (len(rows), len(rows) - len(stored))
            assert totals.listed_bytes == sum(row.record.size_bytes or 0 for row in stored)
            assert totals.copied == {d for d in digests if digests.count(d) > 1}
            assert totals.stored_digests == {row.record.digest for row in stored}
            assert set(totals.rows_of(["1" * 64, "4" * 64])) == {
                row for row in rows if row.record.digest == "1" * 64
            }


class ComparedRow(ModelRow):
    """A row that counts how often it is held against another one."""

    comparisons = 0
    __hash__ = ModelRow.__hash__

    def __eq__(self, other: object) -> bool:
        ComparedRow.comparisons += 1
        return self is other


@contextmanager
def at_most_allocated(limit: int) -> Iterator[None]:
    """Fail when more bytes than that are taken inside, be it for a moment."""
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    yield
    _, peak = tracemalloc.get_traced_memory()
    assert peak - before < limit


def test_a_row_among_thousands_without_a_digest_costs_no_more_than_one_among_few() -> None:
    """Neither are the others copied, nor are they looked at."""
    rows = [ComparedRow(replace(model(f"m{number}"), digest="")) for number in range(3000)]
    totals = Totals()
    for row in rows[:2500]:
        totals.add(row)
    ComparedRow.comparisons = 0
    tracemalloc.start()
    try:
        # Between two sizes of a table, where nothing grows: a copy would be of 20 000 bytes.
        for row in rows[2500:2600]:
            with at_most_allocated(4000):
                totals.add(row)
        for row in rows[::-1][400:600]:
            with at_most_allocated(4000):
                totals.remove(row)
    finally:
        tracemalloc.stop()
    assert ComparedRow.comparisons == 0
    assert set(totals.rows_of([""])) == set(rows[:2400])


def test_what_runs_under_another_spelling_is_found_whoever_comes_and_goes() -> None:
    store = RowStore()
    runs = (RunningModel("local", "LLAMA:8B", "", 5, 5),)

    def loaded(*names: str) -> list[str]:
        store.take(replace(snapshot([model(name) for name in names]), running=runs))
        return [row.record.name for row in store.rows if row.is_loaded]

    assert loaded("a:1b", "b:1b") == []
    assert loaded("a:1b", "llama:8b") == ["llama:8b"]
    assert loaded("a:1b", "c:1b") == []
    assert loaded("Llama:8b", "c:1b") == ["Llama:8b"]
    assert loaded("LLAMA:8B", "llama:8b") == ["LLAMA:8B"], "the very name comes first"
    store.forget_server("local")
    assert loaded("llama:8b") == ["llama:8b"]


def test_copies_stand_for_what_runs_under_names_that_are_gone_each_for_one() -> None:
    store = RowStore()
    digest = "1" * 64
    models = [model(f"m{number}", 1, digest=digest) for number in range(3000)]
    running = tuple(RunningModel("local", f"gone{n}", digest) for n in range(3000))
    store.take(replace(snapshot(models), running=running))
    rows = store.loaded_rows()
    assert [row.record.name for row in rows[:3]] == ["m0", "m1", "m2"]
    assert len(rows) == 3000
    assert [row.running for row in rows] == list(running)
