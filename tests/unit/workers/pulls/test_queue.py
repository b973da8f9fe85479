"""The download manager against real HTTP: places, order, wishes, what survives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import faults, stream_faults
from tests.support.waiting import PATIENCE_MS
from tests.unit.workers.conftest import QUICK, Bench, QueueMaker
from tests.unit.workers.scripted import World
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import DiskFull, ModelNotFound, PullFailed, PullFailure
from tray_app.core.file_failures import FileFailed, FileProblem
from tray_app.core.payloads import PullRequest
from tray_app.core.pulls.policy import QueueLimits
from tray_app.core.pulls.states import Hold, PullState
from tray_app.workers.jobs import Target
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.runner import JobRunner

S = PullState


def request(name: str, old_digest: str = "") -> PullRequest:
    return PullRequest("local", f"{name}:latest", old_digest)


def test_a_pull_ends_installed_and_its_bar_never_goes_back(make_queue: QueueMaker) -> None:
    bench = make_queue()
    item_id = bench.queue.add(request("one"))
    bench.wait_state(item_id, S.DONE)
    assert "one:latest" in bench.server.state.names()
    permilles = bench.trail.permilles["one:latest"]
    assert permilles == sorted(permilles)
    assert permilles[-1] == 1000
    assert max(value for value in permilles if value < 1000) <= 990
    states = bench.trail.states["one:latest"]
    assert states[0] is S.WAITING
    assert states[-1] is S.DONE
    assert [item.name for item in bench.trail.ended] == ["one:latest"]
    item = bench.queue.items()[0]
    # Counted from the first line that was read; the server may have got far by then.
    assert item.fetched_bytes > 39_000_000 * (1 - permilles[0] / 1000)
    assert item.started_at is not None
    assert item.finished_at is not None
    assert item.active_s > 0


def test_only_as_many_run_as_there_are_places(make_queue: QueueMaker) -> None:
    bench = make_queue(limits=QueueLimits(2, QUICK.stall_s, QUICK.policy))
    bench.server.state.set_speed(20e6)
    ids = [bench.queue.add(request(name)) for name in ("one", "two", "three", "four")]
    bench.wait_for(lambda: bench.queue.summary.active == 2)
    third = bench.queue.item(ids[2])
    assert third is not None
    assert (third.state, third.hold, third.position) == (S.WAITING, Hold.LINE, 1)
    bench.server.state.set_speed(400e6)
    highest: list[int] = []
    bench.queue.summary_changed.connect(lambda summary: highest.append(summary.active))
    bench.wait_for(lambda: all(bench.state(i) is S.DONE for i in ids))
    assert max(highest) == 2


def test_the_same_name_twice_is_one_row(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.state.set_speed(10e6)
    first = bench.queue.add(request("one"))
    assert bench.queue.add(PullRequest("local", "ONE")) == first
    assert bench.queue.add(PullRequest("elsewhere", "one:latest")) != first
    bench.wait_state(first, S.RUNNING)
    assert len(bench.server.asked("/api/pull")) == 1


def test_pause_keeps_the_bytes_and_resume_goes_on_from_there(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.state.set_speed(20e6)
    item_id = bench.queue.add(request("one"))
    bench.wait_for(lambda: (bench.trail.permilles.get("one:latest") or [0])[-1] > 200)
    bench.queue.pause(item_id)
    assert bench.state(item_id) is S.PAUSED
    paused = bench.queue.item(item_id)
    assert paused is not None
    assert paused.progress is not None
    reached = paused.progress.completed_bytes
    assert reached > 0
    bench.queue.resume(item_id)
    bench.server.state.set_speed(400e6)
    bench.wait_state(item_id, S.DONE)
    permilles = bench.trail.permilles["one:latest"]
    assert permilles == sorted(permilles)
    done = bench.queue.item(item_id)
    assert done is not None
    # The second attempt resumed: together they fetched the model once.
    assert done.fetched_bytes <= 41_000_000


def test_cancel_ends_the_servers_work_and_the_row_goes(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.state.set_speed(10e6)
    item_id = bench.queue.add(request("one"))
    bench.wait_state(item_id, S.RUNNING)
    bench.queue.cancel(item_id)
    assert bench.state(item_id) is S.CANCELED
    assert "one:latest" not in bench.server.state.names()
    bench.queue.clear_finished()
    assert bench.trail.removed == [item_id]
    assert "here:latest" in bench.server.state.names()


def test_a_permanent_error_is_said_and_not_tried_again(make_queue: QueueMaker) -> None:
    bench = make_queue()
    item_id = bench.queue.add(request("nowhere"))
    bench.wait_state(item_id, S.FAILED)
    item = bench.queue.item(item_id)
    assert item is not None
    assert isinstance(item.error, ModelNotFound)
    # Long enough for a retry, had there been one.
    other_id = bench.queue.add(request("one"))
    bench.wait_state(other_id, S.DONE)
    assert [r.model for r in bench.server.asked("/api/pull")].count("nowhere:latest") == 1


def test_retry_after_failure_starts_over(make_queue: QueueMaker) -> None:
    bench = make_queue()
    text = "write /models/blobs/sha256-aa-partial: no space left on device"
    bench.server.state.fail_pull("one", text)
    item_id = bench.queue.add(request("one"))
    bench.wait_state(item_id, S.FAILED)
    item = bench.queue.item(item_id)
    assert item is not None
    assert isinstance(item.error, DiskFull)
    bench.server.state.fail_pull("one", None)
    bench.queue.retry(item_id)
    bench.wait_state(item_id, S.DONE)


def test_waits_for_a_server_that_is_away(make_queue: QueueMaker) -> None:
    bench = make_queue(online=False)
    item_id = bench.queue.add(request("one"))
    item = bench.queue.item(item_id)
    assert item is not None
    assert (item.state, item.hold) == (S.WAITING, Hold.SERVER)
    assert bench.queue.summary.waits_for_server == 1
    assert bench.server.asked("/api/pull") == []
    bench.queue.set_server_online("local", True)
    bench.wait_state(item_id, S.DONE)


def test_a_rule_sends_running_ones_back_to_the_line(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.state.set_speed(10e6)
    item_id = bench.queue.add(request("one"))
    bench.wait_state(item_id, S.RUNNING)
    bench.queue.set_rule(Hold.METERED)
    bench.wait_for(
        lambda: (item := bench.queue.item(item_id)) is not None and item.hold is Hold.METERED
    )
    assert bench.state(item_id) is S.WAITING
    bench.queue.start_now(item_id)
    bench.wait_state(item_id, S.RUNNING)
    bench.queue.set_rule(None)
    bench.server.state.set_speed(400e6)
    bench.wait_state(item_id, S.DONE)


def test_waiting_ones_can_be_reordered(make_queue: QueueMaker) -> None:
    bench = make_queue(online=False)
    ids = [bench.queue.add(request(name)) for name in ("one", "two", "three")]
    bench.queue.move(ids[2], 0)
    assert [item.name for item in bench.queue.items()] == [
        "three:latest",
        "one:latest",
        "two:latest",
    ]
    assert [item.position for item in bench.queue.items()] == [1, 2, 3]


def test_the_list_decides_what_became_of_a_cancel_during_the_check(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.fault("/api/pull", stream_faults.stall_in_check())
    item_id = bench.queue.add(request("one"))
    bench.wait_state(item_id, S.VERIFYING)
    bench.queue.cancel(item_id)
    assert bench.state(item_id) is S.VERIFYING  # the server cannot be stopped any more
    bench.server.clear()
    bench.wait_state(item_id, S.DONE)


def test_the_queue_is_on_disk_before_the_first_byte_moves(
    make_queue: QueueMaker, tmp_path: Path
) -> None:
    path = tmp_path / "state" / "queue.json"
    bench = make_queue(path)
    seen: list[bool] = []
    bench.server.fault("/api/pull", _noting(seen, path))
    bench.queue.add(request("one"))
    bench.wait_for(lambda: seen)
    assert seen[0]


def _noting(seen: list[bool], path: Path) -> faults.Fault:
    def fault(call: faults.Call) -> None:
        seen.append(path.exists() and "one:latest" in path.read_text())
        call.answer()

    return fault


def test_a_restart_brings_back_the_rows_with_what_was_reached(
    make_queue: QueueMaker, tmp_path: Path
) -> None:
    path = tmp_path / "queue.json"
    first = make_queue(path, limits=QueueLimits(1, QUICK.stall_s, QUICK.policy))
    first.server.state.set_speed(20e6)
    ids = [first.queue.add(request(name)) for name in ("one", "two", "nowhere")]
    first.wait_for(lambda: (first.trail.permilles.get("one:latest") or [0])[-1] > 200)
    first.queue.pause(ids[1])
    first.queue.close()
    reached = first.trail.permilles["one:latest"][-1]

    second = make_queue(path, online=False)
    assert second.queue.load() is None
    rows = {item.name: item for item in second.queue.items()}
    assert [i.id for i in second.queue.items()] == [ids[0], ids[2], ids[1]]
    assert rows["two:latest"].state is S.PAUSED
    assert rows["one:latest"].state is S.WAITING
    assert rows["one:latest"].progress is not None
    assert rows["one:latest"].progress.permille == reached
    second.server.state.set_speed(400e6)
    second.queue.set_server_online("local", True)
    second.wait_state(ids[0], S.DONE)
    second.wait_state(ids[2], S.FAILED)
    assert min(second.trail.permilles["one:latest"]) >= reached


def test_a_broken_queue_file_is_kept_and_said(make_queue: QueueMaker, tmp_path: Path) -> None:
    path = tmp_path / "queue.json"
    path.write_text('{"version": 1, "items": [{"id"')
    (tmp_path / "queue.json.bad").write_text("an earlier one")
    bench = make_queue(path)
    broken = bench.queue.load()
    assert broken == tmp_path / "queue.json.bad-1"
    assert broken.read_text().startswith('{"version"')
    assert bench.queue.items() == ()


def test_resuming_can_be_switched_off(make_queue: QueueMaker, tmp_path: Path) -> None:
    path = tmp_path / "queue.json"
    first = make_queue(path, online=False)
    item_id = first.queue.add(request("one"))
    first.queue.close()
    second = make_queue(path)
    second.queue.load(is_resuming=False)
    assert second.state(item_id) is S.PAUSED


def test_an_unwritable_folder_does_not_stop_a_pull(
    make_queue: QueueMaker, tmp_path: Path, qtbot: object
) -> None:
    (tmp_path / "file").write_text("not a folder")
    bench = make_queue(tmp_path / "file" / "queue.json")
    failures: list[FileFailed] = []
    bench.queue.save_failed.connect(failures.append)
    item_id = bench.queue.add(request("one"))
    bench.wait_state(item_id, S.DONE)
    assert failures
    assert failures[0].problem is FileProblem.IN_THE_WAY
    assert failures[0].reference == str(tmp_path / "file" / "queue.json")


@pytest.mark.parametrize("again", [1, 3])
def test_context_canceled_is_never_shown(make_queue: QueueMaker, again: int) -> None:
    bench = make_queue()
    line = b'{"status":"pulling manifest"}\n{"error":"context canceled"}\n'
    bench.server.fault("/api/pull", faults.reply(200, line, "application/x-ndjson"), times=again)
    item_id = bench.queue.add(request("one"))
    bench.wait_state(item_id, S.DONE)
    assert S.RETRYING not in bench.trail.states["one:latest"]
    assert S.FAILED not in bench.trail.states["one:latest"]
    assert len(bench.server.asked("/api/pull")) == again + 1


def test_what_is_asked_for_before_the_queue_is_back_comes_behind_it(
    make_queue: QueueMaker, tmp_path: Path
) -> None:
    path = tmp_path / "queue.json"
    first = make_queue(path, online=False)
    stored = [first.queue.add(request(name)) for name in ("one", "two")]
    first.queue.pause(stored[1])
    first.queue.close()
    second = make_queue(path)
    twin, new = second.queue.add(request("two")), second.queue.add(request("three"))
    assert second.server.asked("/api/pull") == []
    second.queue.load()
    assert [i.id for i in second.queue.items()] == [*stored, new]
    assert second.trail.removed == [twin]
    for item_id in (*stored, new):
        second.wait_state(item_id, S.DONE)


def test_an_end_before_the_queue_is_back_leaves_it_alone(
    make_queue: QueueMaker, tmp_path: Path
) -> None:
    path = tmp_path / "queue.json"
    first = make_queue(path, online=False)
    item_id = first.queue.add(request("one"))
    first.queue.close()
    make_queue(path).queue.close()
    third = make_queue(path, online=False)
    third.queue.load()
    assert [i.id for i in third.queue.items()] == [item_id]


def test_a_pull_that_finds_no_server_where_polls_do_is_asked_for_with_pauses(
    qtbot: QtBot, runner: JobRunner
) -> None:
    world = World()
    world.is_up = False
    target = Target("local", Endpoint.parse("http://127.0.0.1:1"))
    patient = replace(QUICK, policy=replace(QUICK.policy, pauses_s=(3600.0,)))
    queue = PullQueue(
        runner, {"local": target}.get, limits=patient, client_factory=world.open_client
    )
    faults_seen: list[str] = []

    def poll(server_id: str) -> None:
        faults_seen.append(server_id)
        queue.set_server_online(server_id, True)

    queue.faulted.connect(poll)
    queue.set_server_online("local", True)
    item_id = queue.add(request("one"))

    def is_retrying() -> bool:
        item = queue.item(item_id)
        return item is not None and item.state is S.RETRYING

    qtbot.waitUntil(is_retrying, timeout=PATIENCE_MS)
    assert len(faults_seen) == 4
    world.be_kind()
    queue.retry(item_id)
    qtbot.waitUntil(lambda: queue.items()[0].state is S.DONE, timeout=PATIENCE_MS)
    queue.close()


def fail_two(bench: Bench) -> list[str]:
    ids = [bench.queue.add(request(name)) for name in ("nowhere", "neverland")]
    for item_id in ids:
        bench.wait_state(item_id, S.FAILED)
    return ids


def test_all_failures_are_put_into_the_line_together(make_queue: QueueMaker) -> None:
    bench = make_queue(limits=QueueLimits(1, QUICK.stall_s, QUICK.policy))
    bench.server.state.set_speed(10e6)
    failed = fail_two(bench)
    running = bench.queue.add(request("one"))
    bench.wait_state(running, S.RUNNING)
    bench.queue.retry_failed()
    rows = {item.id: item for item in bench.queue.items()}
    for item_id, place in zip(failed, (1, 2), strict=True):
        row = rows[item_id]
        assert (row.state, row.hold, row.position) == (S.WAITING, Hold.LINE, place)
        assert row.error is None
    assert rows[running].state is S.RUNNING


def test_all_failures_are_cleared_together_and_nothing_else(make_queue: QueueMaker) -> None:
    bench = make_queue()
    failed = fail_two(bench)
    done = bench.queue.add(request("one"))
    bench.wait_state(done, S.DONE)
    bench.queue.clear_failed()
    assert sorted(bench.trail.removed) == sorted(failed)
    assert [item.id for item in bench.queue.items()] == [done]


def test_what_ends_now_stands_above_old_failures_and_sinks_later(
    qtbot: QtBot, runner: JobRunner
) -> None:
    now_s = [1000.0]
    nothing: dict[str, Target] = {}
    queue = PullQueue(runner, nothing.get, clock=lambda: now_s[0])
    queue.set_server_online("local", True)
    failed = [queue.add(request(name)) for name in ("one", "two")]  # there is no such server
    assert [queue.items()[n].state for n in (0, 1)] == [S.FAILED, S.FAILED]
    queue.set_server_online("local", False)
    now_s[0] += 60.0
    canceled = queue.add(request("three"))
    queue.cancel(canceled)
    assert [item.id for item in queue.items()] == [canceled, *reversed(failed)]
    queue.resume(canceled)
    queue.cancel(canceled)
    now_s[0] += 9.0
    queue._on_timer_timeout()
    assert queue.items()[0].id == canceled
    now_s[0] += 1.5
    queue._on_timer_timeout()
    assert [item.id for item in queue.items()] == [*reversed(failed)]
    assert not queue._needs_tick()
    queue.close()


def test_a_stalled_download_that_loses_its_place_says_why(qtbot: QtBot, runner: JobRunner) -> None:
    world, now_s = World(), [1000.0]
    target = Target("local", Endpoint.parse("http://127.0.0.1:1"))
    queue = PullQueue(
        runner,
        {"local": target}.get,
        limits=QueueLimits(max_pulls=1),
        client_factory=world.open_client,
        clock=lambda: now_s[0],
    )

    def state(item_id: str) -> PullState:
        item = queue.item(item_id)
        assert item is not None
        return item.state

    queue.set_server_online("local", True)
    stalled, second = queue.add(request("one")), queue.add(request("two"))
    qtbot.waitUntil(lambda: bool(world.open))
    world.give_bytes(world.open[0], 100)
    qtbot.waitUntil(lambda: state(stalled) is S.RUNNING)
    now_s[0] += 20.0
    queue._on_timer_timeout()
    now_s[0] += 20.0
    queue._on_timer_timeout()
    assert state(stalled) is S.STALLED
    now_s[0] += 25.0
    queue._on_timer_timeout()
    assert state(stalled) is S.RETRYING
    world.let_go()
    qtbot.waitUntil(lambda: state(second) is S.PREPARING)
    now_s[0] += 3.0
    queue._on_timer_timeout()
    row = queue.item(stalled)
    assert row is not None
    assert (row.state, row.hold, row.position) == (S.WAITING, Hold.LINE, 1)
    assert isinstance(row.error, PullFailed)
    assert row.error.kind is PullFailure.STALLED
    world.be_kind()
    qtbot.waitUntil(lambda: state(stalled) is S.DONE)
    done = queue.item(stalled)
    assert done is not None
    assert done.error is None
    queue.close()
