"""Queue and history files as input: whatever stands in them, loading gives valid records, and what
could not be used is kept."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from tests.support.odd_files import held, paths_in, with_value
from tray_app.core.decode import MAX_INT
from tray_app.core.errors import DiskFull, PullFailed, PullFailure, ServerFailed
from tray_app.core.file_failures import FileFailed
from tray_app.core.pulls.history import PullRecord
from tray_app.core.pulls.progress import LayerProgress, LayerState, PullPhase, PullProgress
from tray_app.core.pulls.states import PullItem, PullState, summarize
from tray_app.core.records import LayerKind
from tray_app.workers.pulls.history import HistoryStore
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.pulls.store import PullStore
from tray_app.workers.runner import JobRunner

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LAYERS = (
    LayerProgress("sha256:" + "a" * 64, LayerKind.MODEL, 100, 40, LayerState.RUNNING),
    LayerProgress("sha256:" + "b" * 64, LayerKind.TEMPLATE, 3, 3, LayerState.DONE),
)
ITEMS = (
    PullItem("1", "local", "a:latest", PullState.WAITING, NOW,
             progress=PullProgress(PullPhase.MANIFEST, 43, 103, True, 417, layers=LAYERS),
             fetched_bytes=43, active_s=2.5),
    PullItem("2", "local", "b:latest", PullState.FAILED, NOW, NOW, NOW,
             error=PullFailed("b", "boom", PullFailure.REGISTRY_LIMITS, words="slow", status=429,
                              named_wait_s=90), old_digest="ab"),
    PullItem("3", "nas", "c:latest", PullState.FAILED, NOW, NOW, NOW,
             error=DiskFull("c", "full", 5, None)),
)  # fmt: skip
RECORDS = (
    PullRecord("local", "a:latest", NOW, 60, 5.0, is_update=True),
    PullRecord("local", "b:latest", NOW, 0, 0.0, ServerFailed("b", "no", 503)),
)


def queue_file(folder: Path) -> tuple[PullStore, Any]:
    store = PullStore(folder / "downloads.json")
    store.save(ITEMS, 1)
    return store, json.loads(store.path.read_text())


def history_file(folder: Path) -> tuple[HistoryStore, Any]:
    store = HistoryStore(folder / "downloads-history.json")
    store.save(RECORDS, 1)
    return store, json.loads(store.path.read_text())


def numbers(value: Any) -> list[Any]:
    """Every number below a record."""
    if isinstance(value, dict):
        return [n for each in value.values() for n in numbers(each)]
    if isinstance(value, list):
        return [n for each in value for n in numbers(each)]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return [value] if is_number else []


def assert_sound(store: PullStore | HistoryStore) -> None:
    """What is loaded is in range, can be summed up, and can be written again as it is."""
    records = store.load_records()
    if isinstance(store, PullStore):
        sum_of = summarize(tuple(r for r in records if isinstance(r, PullItem)))
        assert 0 <= sum_of.completed_bytes <= MAX_INT
        assert sum_of.total_bytes is None or 0 < sum_of.total_bytes <= MAX_INT
    for record in records:
        assert all(0 <= n <= MAX_INT for n in numbers(store._to_json(record)))  # type: ignore[arg-type]
        assert record.name.encode()
        assert json.dumps(record.name).isascii()


ODD = ["1e999", "-1e999", "NaN", "-1", str(2**63), str(2**64), "9" * 5000, "1.5", "true", "null",
       '"x"', '""', "[]", "{}", '"\\ud800"', '"' + "x" * 20_000 + '"',
       '"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-14:00"',
       '"2026-01-01"', "[" * 50 + "]" * 50]  # fmt: skip


@pytest.mark.parametrize("make", [queue_file, history_file], ids=["queue", "history"])
@pytest.mark.parametrize("field", ["fetched_bytes", "active_s", "name", "error"])
@pytest.mark.parametrize("text", ["1e999", "-1", str(2**63), "NaN", '"\\ud800"', "9" * 5000])
def test_one_odd_record_costs_only_itself(
    tmp_path: Path, make: Callable[[Path], Any], field: str, text: str
) -> None:
    store, content = make(tmp_path)
    key = "items" if make is queue_file else "records"
    original = with_value(content, (key, 1, field), text)
    store.path.write_text(original)
    kept = [record.name for record in store.load_records()]
    expected = [record.name for record in (ITEMS if make is queue_file else RECORDS)]
    assert kept == [name for name in expected if name != "b:latest"]
    assert store.broken_path == store.path.with_name(store.path.name + ".bad")
    assert store.broken_path.read_text() == original
    again = type(store)(store.path)
    assert [record.name for record in again.load_records()] == kept
    assert again.broken_path is None


@pytest.mark.parametrize("make", [queue_file, history_file], ids=["queue", "history"])
@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"version": 1, "items": ' + "[" * 300 + "]" * 300 + ', "records": 1}',
     '{"version": 1e999, "items": [], "records": []}', '{"version": true, "items": []}',
     '{"version": NaN, "items": [], "records": []}', '{"version": 1}', "null", "\ufffe",
     '{"version": "1", "items": {}, "records": {}}'],
)  # fmt: skip
def test_a_file_that_is_none_of_ours_is_kept(
    tmp_path: Path, make: Callable[[Path], Any], text: str
) -> None:
    store, _ = make(tmp_path)
    store.path.write_text(text, encoding="utf-8")
    assert store.load_records() == ()
    assert store.broken_path is not None
    assert store.broken_path.read_text(encoding="utf-8") == text
    store.save((), 9)
    assert type(store)(store.path).load_records() == ()


@pytest.mark.parametrize("make", [queue_file, history_file], ids=["queue", "history"])
@hypothesis_settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_change_to_a_valid_file_is_survived(
    make: Callable[[Path], Any], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store, content = make(Path(folder))
        places = paths_in(content)
        if data.draw(st.booleans(), label="values"):
            place = data.draw(st.sampled_from(places))
            original = with_value(content, place, data.draw(st.sampled_from(ODD))).encode()
        else:
            whole = store.path.read_bytes()
            at = data.draw(st.integers(0, len(whole)))
            original = whole[:at] + data.draw(st.binary(max_size=4)) + whole[at + 1 :]
        store.path.write_bytes(original)
        before = store.path.stat().st_ino
        opened = type(store)(store.path)
        kept = opened.load_records()
        if opened.broken_path is not None:
            assert opened.broken_path.read_bytes() == original
        else:
            assert store.path.stat().st_ino == before
            found = json.loads(original.decode("utf-8-sig"))
            assert len(kept) == len(found.get("items", found.get("records", ())))
        assert_sound(type(store)(store.path))


def test_a_million_rows_do_not_keep_it_from_starting(tmp_path: Path) -> None:
    store, content = queue_file(tmp_path)
    good = json.dumps(content["items"])[1:-1]
    store.path.write_text('{"version": 1, "items": [' + good + ", {}" * 1_000_000 + "]}")
    assert [item.id for item in store.load()] == ["1", "2", "3"]
    assert store.dropped == 1_000_000


def test_two_rows_of_one_id_are_one(tmp_path: Path) -> None:
    store, content = queue_file(tmp_path)
    store.path.write_text(json.dumps({"version": 1, "items": content["items"] * 2}))
    assert store.load() == ITEMS
    assert store.dropped == 3


def test_nothing_negative_and_no_sum_too_large_reaches_the_views(tmp_path: Path) -> None:
    """Totals of -1 and 1 sum to nothing: a view divided by it, and painting took the process."""
    store, content = queue_file(tmp_path)
    first = content["items"][0]
    rows = [
        {**first, "id": str(n), "progress": {**first["progress"], "total_bytes": total}}
        for n, total in enumerate((-1, 1, MAX_INT, MAX_INT))
    ]
    store.path.write_text(json.dumps({"version": 1, "items": rows}))
    assert_sound(store)
    assert store.dropped == 1


@pytest.mark.parametrize("method", ["read_bytes", "replace"])
def test_a_file_that_is_held_for_a_moment_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    store, _ = queue_file(tmp_path)
    calls = held(monkeypatch, 2, method)
    assert store.load() == ITEMS
    store.save(ITEMS[:1], 2)
    assert PullStore(store.path).load() == ITEMS[:1]
    assert len(calls) >= 3


def test_what_cannot_be_read_is_never_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = queue_file(tmp_path)
    before = store.path.read_bytes()
    with monkeypatch.context() as patch:
        held(patch, 10**6, "read_bytes")
        assert store.load() == ()
        assert store.broken_path is None
        with pytest.raises(FileFailed, match="held"):
            store.save((), 99)
    assert store.path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["downloads.json"]


def test_a_queue_that_is_held_at_the_start_comes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, runner: JobRunner
) -> None:
    store, _ = queue_file(tmp_path)
    held(monkeypatch, 5, "read_bytes")
    queue = PullQueue(runner, lambda _: None, PullStore(store.path))
    assert queue.load() is None
    assert queue.items() == ()
    qtbot.waitUntil(lambda: len(queue.items()) == 3)
    queue.close()
    assert {item.id for item in PullStore(store.path).load()} == {"1", "2", "3"}


@pytest.mark.allow_logs("cannot keep the broken")
def test_a_broken_file_that_cannot_be_kept_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = queue_file(tmp_path)
    store.path.write_text("{broken")

    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(1, "a folder that cannot be written")

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", refuse)
        patch.setattr(Path, "rename", refuse)
        assert store.load() == ()
    assert store.broken_path == store.path
    with pytest.raises(FileFailed, match="cannot be written"):
        store.save((), 99)
    assert store.path.read_text() == "{broken"
