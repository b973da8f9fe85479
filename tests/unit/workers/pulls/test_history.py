"""The download history on disk: written, read again, thinned out, never lost to a broken file."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tray_app.core.errors import DiskFull, PullFailed, PullFailure
from tray_app.core.pulls.history import History, PullRecord
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.workers.pulls.history import HistoryStore, PullHistory
from tray_app.workers.runner import JobRunner

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
Open = Callable[[], PullHistory]


def ended(name: str, state: PullState = PullState.DONE, **more: object) -> PullItem:
    values = {"finished_at": NOW, "fetched_bytes": 60, "active_s": 5.0, **more}
    return PullItem(name, "local", name, state, NOW, **values)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "downloads-history.json"


@pytest.fixture
def open_history(qtbot: QtBot, runner: JobRunner, path: Path) -> Open:
    def make() -> PullHistory:
        history = PullHistory(runner, HistoryStore(path), now=lambda: NOW)
        with qtbot.waitSignal(history.changed):
            history.load()
        return history

    return make


def names(history: PullHistory) -> list[str]:
    return [record.name for record in history.history.records]


def stored(path: Path) -> list[str]:
    if not path.exists():
        return []
    return [record["name"] for record in json.loads(path.read_text())["records"]]


def test_what_ended_is_there_after_a_restart(qtbot: QtBot, open_history: Open, path: Path) -> None:
    first = open_history()
    error = PullFailed("b", "boom", PullFailure.STALLED)
    first.note(ended("a", finished_at=NOW - timedelta(hours=1), old_digest="ab"))
    first.note(ended("b", PullState.FAILED, error=error))
    first.note(ended("c", PullState.CANCELED))
    qtbot.waitUntil(lambda: stored(path) == ["b", "a"])
    assert open_history().history == first.history
    assert first.history.records == (
        PullRecord("local", "b", NOW, 60, 5.0, error),
        PullRecord("local", "a", NOW - timedelta(hours=1), 60, 5.0, None, True),
    )


def test_the_end_of_the_program_waits_for_no_thread(
    runner: JobRunner, open_history: Open, path: Path
) -> None:
    history = open_history()
    runner.close()
    history.note(ended("a", PullState.FAILED, error=DiskFull("a", "", 5, 3)))
    history.close()
    assert stored(path) == ["a"]
    assert HistoryStore(path).load().records == history.history.records


def test_what_ends_before_the_file_is_read_is_added_to_it(
    qtbot: QtBot, runner: JobRunner, open_history: Open, path: Path
) -> None:
    first = open_history()
    first.note(ended("old", finished_at=NOW - timedelta(days=2)))
    qtbot.waitUntil(lambda: stored(path) == ["old"])
    second = PullHistory(runner, HistoryStore(path), now=lambda: NOW)
    second.note(ended("new"))
    assert stored(path) == ["old"]
    second.load()
    qtbot.waitUntil(lambda: stored(path) == ["new", "old"])


def test_after_thirty_days_it_is_forgotten(open_history: Open, path: Path) -> None:
    old = PullRecord("local", "old", NOW - timedelta(days=30))
    young = PullRecord("local", "young", NOW - timedelta(days=29))
    HistoryStore(path).save((young, old), 1)
    assert names(open_history()) == ["young"]


def test_what_an_earlier_version_took_for_a_fact_is_none(path: Path) -> None:
    lie, truth = (PullRecord("local", n, NOW, 900 * 10**9, s) for n, s in (("a", 1.0), ("b", 9e3)))
    HistoryStore(path).save((lie, truth), 1)
    read = HistoryStore(path).load().records
    assert [(r.name, r.fetched_bytes) for r in read] == [("a", 0), ("b", 900 * 10**9)]


def test_clearing_is_for_good(qtbot: QtBot, open_history: Open, path: Path) -> None:
    history = open_history()
    history.note(ended("a"))
    qtbot.waitUntil(lambda: stored(path) == ["a"])
    history.clear()
    qtbot.waitUntil(lambda: stored(path) == [])
    assert path.exists()
    assert open_history().history == History()


@pytest.mark.parametrize(
    "text",
    ['{"version": 1, "records": [{', "[]", '{"version": 2, "records": []}',
     '{"version": 1, "records": [{"server_id": "x", "name": "a", "finished_at": "2026-01-01"}]}'],
)  # fmt: skip
def test_a_broken_file_is_kept_and_said(
    qtbot: QtBot, open_history: Open, path: Path, text: str
) -> None:
    path.parent.mkdir()
    path.write_text(text)
    history = open_history()
    broken = path.with_name("downloads-history.json.bad")
    assert broken.read_text() == text
    assert history.history == History((), str(broken))
    history.note(ended("a"))
    qtbot.waitUntil(lambda: stored(path) == ["a"])
    assert history.history.broken_path == str(broken)


def test_a_folder_that_cannot_be_written_costs_only_the_past(
    qtbot: QtBot, runner: JobRunner, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    history = PullHistory(runner, HistoryStore(tmp_path / "file" / "h.json"), now=lambda: NOW)
    with qtbot.waitSignal(history.changed):
        history.load()
    history.note(ended("a"))
    qtbot.waitUntil(lambda: not runner.active())
    history.close()
    assert names(history) == ["a"]
