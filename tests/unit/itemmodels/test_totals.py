"""The sums over all rows are those of a count from the start, whatever came and went."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.itemmodels.samples import model, snapshot
from tray_app.core.records import ModelRecord
from tray_app.itemmodels.row_store import RowStore

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
def test_census(answered: list[tuple[str, list[ModelRecord] | None]]) -> None:
    store = RowStore()
    for server_id, models in answered:
        if models is None:
            store.forget_server(server_id)
        else:
            of_server = [replace(record, server_id=server_id) for record in models]
            store.take(snapshot(of_server, server_id=server_id))
        digests = [row.record.digest for row in store.rows]
        assert store.totals.listed_bytes == sum(
            row.record.size_bytes or 0 for row in store.rows if not row.record.is_cloud
        )
        assert store.totals.copied == {d for d in digests if digests.count(d) > 1}
        assert set(store.totals.rows_of(["1" * 64, "4" * 64])) == {
            row for row in store.rows if row.record.digest == "1" * 64
        }
