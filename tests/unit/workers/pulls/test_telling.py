"""Whoever hears of a change may look at the queue at once: it is whole before anybody is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.workers.conftest import MB, Bench, QueueMaker
from tests.unit.workers.reading import QueueReader, misfit, own_signals
from tray_app.core.payloads import PullRequest
from tray_app.core.pulls.rules import DiskSpace
from tray_app.core.pulls.states import Hold, PullItem, PullState, PullSummary
from tray_app.workers.pulls import queue as queue_module
from tray_app.workers.pulls.job import PullReport
from tray_app.workers.pulls.queue import PullQueue

S = PullState


def request(name: str) -> PullRequest:
    return PullRequest("local", f"{name}:latest")


Read = tuple[Bench, QueueReader, list[str]]


@pytest.fixture
def read(make_queue: QueueMaker) -> Read:
    """A queue that is offline, with a reader."""
    wrongs: list[str] = []
    bench = make_queue(online=False)
    return bench, QueueReader(bench.queue, wrongs), wrongs


def test_the_reader_hears_every_signal(read: Read) -> None:
    bench, reader, _ = read
    assert {"item_added", "item_removed", "item_ended", "started", "faulted"} <= set(reader.signals)
    assert own_signals(bench.queue) == reader.signals


def test_a_reader_that_finds_old_rows_says_so(read: Read) -> None:
    bench, _, wrongs = read
    bench.queue.add(request("one"))
    assert misfit(bench.queue) == ""
    bench.queue._summary = PullSummary(failed=9)
    assert misfit(bench.queue) == "the sum is that of before"
    bench.queue._entries.clear()
    with pytest.raises(KeyError):
        misfit(bench.queue)
    assert wrongs == []


@pytest.mark.parametrize(
    "drop",
    [
        lambda queue, _two: queue.clear_finished(),
        lambda queue, two: queue.remove(two),
        lambda queue, _two: queue.add(request("two")),
    ],
    ids=["clear finished", "remove", "ask again"],
)
def test_rows_that_go_are_gone_everywhere(
    read: Read, drop: Callable[[PullQueue, str], object]
) -> None:
    bench, reader, wrongs = read
    ids = [bench.queue.add(request(name)) for name in ("one", "two", "three", "four")]
    for item_id in ids[:3]:
        bench.queue.cancel(item_id)
    drop(bench.queue, ids[1])
    reader.check()
    assert wrongs == []
    assert "item_removed" in reader.heard
    assert ids[1] not in [item.id for item in bench.queue.items()]


def test_a_canceled_row_goes_by_itself(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, reader, wrongs = read
    monkeypatch.setattr(queue_module, "CANCELED_ROW_S", 0.05)
    kept = bench.queue.add(request("one"))
    bench.queue.cancel(bench.queue.add(request("two")))
    bench.wait_for(lambda: "item_removed" in reader.heard)
    reader.check()
    assert wrongs == []
    assert [item.id for item in bench.queue.items()] == [kept]


def test_too_many_ended_rows_go(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, reader, wrongs = read
    monkeypatch.setattr(queue_module, "MAX_ENDED", 2)
    for name in ("one", "two", "three", "four"):
        bench.queue.cancel(bench.queue.add(request(name)))
    reader.check()
    assert wrongs == []
    assert [item.name for item in bench.queue.items()] == ["four:latest", "three:latest"]


def test_wishes_of_before_the_file_was_read(make_queue: QueueMaker, tmp_path: Path) -> None:
    path = tmp_path / "queue.json"
    first = make_queue(path, online=False)
    stored = [first.queue.add(request(name)) for name in ("one", "two")]
    first.queue.cancel(stored[1])
    first.queue.close()
    second = make_queue(path, online=False)
    wrongs: list[str] = []
    reader = QueueReader(second.queue, wrongs)
    new = [second.queue.add(request(name)) for name in ("one", "two", "three")]
    second.queue.load()
    reader.check()
    assert wrongs == []
    assert [item.id for item in second.queue.items()] == [stored[0], *new[1:]]


def test_a_whole_life_against_a_server(make_queue: QueueMaker) -> None:
    """Rules, room and faults as well."""
    bench = make_queue()
    wrongs: list[str] = []
    reader = QueueReader(bench.queue, wrongs)
    bench.server.state.set_speed(20 * MB)
    ids = [bench.queue.add(request(name)) for name in ("one", "two", "nowhere", "three")]
    bench.wait_state(ids[0], S.RUNNING)
    bench.queue.set_rule(Hold.METERED)
    bench.queue.move(ids[3], 0)
    bench.queue.set_rule(None)
    bench.queue.set_disk_space(DiskSpace("local", 0, {item_id: {item_id: MB} for item_id in ids}))
    bench.queue.set_server_online("local", False)
    bench.queue.pause_all()
    bench.queue.resume_all()
    bench.server.state.set_speed(400 * MB)
    bench.queue.set_server_online("local", True)
    bench.wait_for(lambda: all(item.is_ended for item in bench.queue.items()))
    bench.queue.retry(ids[0])  # done: nothing to try again
    reader.check()
    bench.queue.clear_finished()
    reader.check()
    assert wrongs == []
    assert [item.state for item in bench.queue.items()] == [S.FAILED]


def test_bytes_alone_are_told_a_few_times_a_second(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.state.set_speed(20 * MB)
    item_id = bench.queue.add(request("one"))
    bench.wait_for(lambda: _item(bench, item_id).fetched_bytes)
    job, before = bench.queue._entries[item_id].job, _item(bench, item_id)
    assert job is not None
    assert before.progress is not None
    heard: list[int] = []
    bench.queue.item_changed.connect(lambda item: heard.append(item.fetched_bytes))
    reached = before.fetched_bytes
    for number in range(1, 51):
        reached = before.fetched_bytes + number
        job.progressed.emit(PullReport(item_id, before.progress, 0.0, reached))
    assert heard == []
    bench.wait_for(lambda: heard)
    assert heard[0] >= reached


def test_another_state_is_told_at_once_with_the_bytes_before_it(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.state.set_speed(20 * MB)
    item_id = bench.queue.add(request("one"))
    bench.wait_for(lambda: _item(bench, item_id).fetched_bytes)
    job, before = bench.queue._entries[item_id].job, _item(bench, item_id)
    assert job is not None
    assert before.progress is not None
    heard: list[tuple[PullState, int]] = []
    bench.queue.item_changed.connect(lambda item: heard.append((item.state, item.fetched_bytes)))
    reached = before.fetched_bytes + 1
    job.progressed.emit(PullReport(item_id, before.progress, 0.0, reached))
    bench.queue.pause(item_id)
    assert heard[-1] == (S.PAUSED, reached)


def _item(bench: Bench, item_id: str) -> PullItem:
    item = bench.queue.item(item_id)
    assert item is not None
    return item


def test_who_acts_on_what_is_told_disturbs_nobody(read: Read) -> None:
    bench, reader, wrongs = read
    late = QueueReader(bench.queue, wrongs)

    def act() -> None:  # as the rules do at the first download
        bench.queue.set_rule(Hold.BATTERY)

    def act_again() -> None:
        bench.queue.pause_all()

    bench.queue.item_added.connect(act)
    bench.queue.summary_changed.connect(act_again)
    last = QueueReader(bench.queue, wrongs)
    bench.queue.set_server_online("local", True)
    bench.queue.add(request("one"))
    for one in (reader, late, last):
        one.check()
        assert one.heard == reader.heard
    assert wrongs == []
    assert bench.queue.items()[0].state is S.PAUSED
