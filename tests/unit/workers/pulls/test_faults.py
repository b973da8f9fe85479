"""The fault matrix: whatever breaks, once it is lifted a pull ends installed, or says why not."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, faults, stream_faults
from tests.unit.workers.conftest import Bench, QueueMaker
from tray_app.core.errors import NotDone, PullFailed, PullFailure
from tray_app.core.payloads import PullRequest
from tray_app.core.pulls.states import Hold, PullItem, PullState

S = PullState
LAYERS = ("first", "middle", "last")
Arm = Callable[[FaultyServer, str], None]


def _stream(make: Callable[..., faults.Fault]) -> Arm:
    def arm(server: FaultyServer, layer: str) -> None:
        server.fault("/api/pull", make(layer=layer), times=1)

    return arm


def _whole(fault: Callable[[], faults.Fault], times: int = 2) -> Arm:
    def arm(server: FaultyServer, _layer: str) -> None:
        server.fault("/api/pull", fault(), times=times)

    return arm


MATRIX: dict[str, Arm] = {
    "reset before headers": _whole(faults.reset_before_headers),
    "stall before headers": _whole(faults.never_answer, 1),
    "500": _whole(faults.error_json),
    "html 200": _whole(faults.html_ok),
    "empty 200": _whole(faults.empty_ok),
    "reset mid line": _stream(stream_faults.reset_mid_line),
    "stall mid layer": _stream(stream_faults.stall),
    "stall mid line": _stream(stream_faults.stall_mid_line),
    "error line": _stream(stream_faults.error_line),
    "truncated json": _stream(stream_faults.truncated_line),
    "truncated chunk": _stream(stream_faults.truncated_chunk),
    "close without success": _stream(stream_faults.close_without_success),
    "completed goes back": _stream(stream_faults.completed_back),
    "bad utf-8": _stream(stream_faults.bad_utf8_line),
    "a 1 MB line": _stream(stream_faults.long_line),
    "junk lines": _stream(stream_faults.junk_lines),
}


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("name", MATRIX)
def test_a_pull_heals_by_itself(make_queue: QueueMaker, name: str, layer: str) -> None:
    bench = make_queue()
    MATRIX[name](bench.server, layer)
    item_id = bench.queue.add(PullRequest("local", "one:latest"))
    bench.wait_state(item_id, S.DONE, S.FAILED, timeout_s=20)
    assert bench.state(item_id) is S.DONE, bench.describe()
    assert "one:latest" in bench.server.state.names()
    permilles = bench.trail.permilles["one:latest"]
    assert permilles == sorted(permilles)


def test_a_server_that_refuses_is_waited_for(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.refuse()
    item_id = bench.queue.add(PullRequest("local", "one:latest"))
    bench.wait_for(lambda: held_by(bench, item_id) is Hold.SERVER)
    bench.server.accept()
    bench.queue.set_server_online("local", True)  # the poller's finding
    bench.wait_state(item_id, S.DONE)
    assert bench.trail.states["one:latest"] == [
        *(S.WAITING, S.PREPARING, S.WAITING, S.PREPARING),
        *(S.RUNNING, S.VERIFYING, S.FINISHING, S.DONE),
    ]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_server_that_goes_away_in_mid_layer_is_waited_for(
    make_queue: QueueMaker, layer: str
) -> None:
    bench = make_queue()
    bench.server.fault("/api/pull", stream_faults.stall(layer=layer), times=1)
    item_id = bench.queue.add(PullRequest("local", "one:latest"))
    bench.wait_state(item_id, S.RUNNING)
    bench.server.refuse()
    bench.wait_for(lambda: held_by(bench, item_id) is Hold.SERVER)
    bench.server.clear()
    bench.server.accept()
    bench.queue.set_server_online("local", True)
    bench.wait_state(item_id, S.DONE)


def test_a_check_that_stalls_is_left_alone(make_queue: QueueMaker) -> None:
    """Checking 40 GB is silent for minutes: no watchdog, no second request, no way to stop it."""
    bench = make_queue()
    bench.server.fault("/api/pull", stream_faults.stall_in_check(), model="one:latest")
    item_id = bench.queue.add(PullRequest("local", "one:latest"))
    bench.wait_state(item_id, S.VERIFYING)
    # Longer than a stall may take, as another one shows.
    bench.server.state.set_speed(0)
    other_id = bench.queue.add(PullRequest("local", "two:latest"))
    bench.wait_for(lambda: S.RETRYING in bench.trail.states["two:latest"])
    bench.queue.pause(item_id)
    assert bench.state(item_id) is S.VERIFYING
    assert [r.model for r in bench.server.asked("/api/pull")].count("one:latest") == 1
    bench.server.state.set_speed(200e6)
    bench.server.clear()
    bench.wait_state(item_id, S.DONE)
    bench.wait_state(other_id, S.DONE)
    assert [r.model for r in bench.server.asked("/api/pull")].count("one:latest") == 1


def test_a_connection_lost_in_the_check_ends_installed(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.fault("/api/pull", stream_faults.reset_mid_line(layer=None), times=1)
    item_id = bench.queue.add(PullRequest("local", "one:latest"))
    bench.wait_state(item_id, S.DONE)
    assert "one:latest" in bench.server.state.names()


def held_by(bench: Bench, item_id: str) -> Hold | None:
    item = bench.queue.item(item_id)
    return item.hold if item is not None else None


def test_a_stall_is_shown_then_kicked(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.fault("/api/pull", stream_faults.stall(layer="first"), times=1)
    item_id = bench.queue.add(PullRequest("local", "one:latest"))
    bench.wait_state(item_id, S.DONE)
    assert S.STALLED in bench.trail.states["one:latest"]
    assert S.FAILED not in bench.trail.states["one:latest"]
    assert len(bench.server.asked("/api/pull")) == 2


def test_a_damaged_file_is_fetched_once_more_then_said(make_queue: QueueMaker) -> None:
    bench = make_queue()
    text = "digest mismatch, file must be downloaded again: want sha256:aa, got sha256:bb"
    bench.server.state.fail_pull("one", text)
    item_id = bench.queue.add(PullRequest("local", "one:latest"))
    bench.wait_state(item_id, S.FAILED)
    item = bench.queue.item(item_id)
    assert item is not None
    assert isinstance(item.error, PullFailed)
    assert item.error.kind is PullFailure.DIGEST_MISMATCH
    assert len(bench.server.asked("/api/pull")) == 2


def test_a_fault_that_stays_is_given_up_after_ten_tries(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.fault("/api/pull", faults.error_json(500, "boom"))
    item_id = bench.queue.add(PullRequest("local", "one:latest"))
    bench.wait_state(item_id, S.FAILED, timeout_s=20)
    assert len(bench.server.asked("/api/pull")) == 10


def test_waking_from_sleep_asks_again_without_counting(make_queue: QueueMaker) -> None:
    bench: Bench = make_queue()
    bench.server.state.set_speed(10e6)
    item_id = bench.queue.add(PullRequest("local", "one:latest"))
    bench.wait_state(item_id, S.RUNNING)
    bench.queue.on_woke()
    bench.wait_for(lambda: len(bench.server.asked("/api/pull")) == 2)
    item = bench.queue.item(item_id)
    assert item is not None
    assert item.attempt == 0
    bench.server.state.set_speed(400e6)
    bench.wait_state(item_id, S.DONE)


def test_a_success_that_is_not_in_the_list_is_none(make_queue: QueueMaker) -> None:
    bench = make_queue()
    success = faults.reply(200, b'{"status":"success"}\n', "application/x-ndjson")
    bench.server.fault("/api/pull", success)
    item_id = bench.queue.add(PullRequest("local", "one:latest"))
    bench.wait_state(item_id, S.FAILED)
    item = bench.queue.item(item_id)
    assert item is not None
    assert isinstance(item.error, NotDone)
    assert len(bench.server.asked("/api/pull")) == 1, "asking again does not mend it"
    bench.server.clear()
    bench.queue.retry(item_id)
    bench.wait_state(item_id, S.DONE)
    assert "one:latest" in bench.server.state.names()


def limited(bench: Bench, said: str) -> PullItem:
    """A download that its registry makes wait."""
    bench.server.state.fail_pull("one", said)
    item_id = bench.queue.add(PullRequest("local", "one:latest"))
    bench.wait_state(item_id, S.RETRYING, S.FAILED)
    item = bench.queue.item(item_id)
    assert item is not None
    return item


@pytest.mark.parametrize(
    ("said", "least_s"),
    [("429: too many requests", 600), ("429: slow down, try again in 20 minutes", 1200)],
)
def test_a_registry_that_limits_is_left_alone_for_long(
    make_queue: QueueMaker, said: str, least_s: int
) -> None:
    bench = make_queue()
    item = limited(bench, said)
    assert item.state is S.RETRYING
    assert isinstance(item.error, PullFailed)
    assert item.error.kind is PullFailure.REGISTRY_LIMITS
    left_s = (item.retry_s or 0.0) - time.monotonic()
    assert least_s - 5 < left_s <= 1.2 * least_s
    # Neither a server that comes back nor the ticking asks before.
    bench.queue.set_server_online("local", False)
    bench.queue.set_server_online("local", True)
    assert bench.state(item.id) is S.RETRYING
    assert len(bench.server.asked("/api/pull")) == 1
    # A person may.
    bench.server.state.pull_errors.clear()
    bench.queue.retry(item.id)
    bench.wait_state(item.id, S.DONE)


def test_a_registry_that_limits_is_left_alone_after_a_restart_too(
    make_queue: QueueMaker, tmp_path: Path
) -> None:
    path = tmp_path / "queue.json"
    first = make_queue(path)
    item = limited(first, "429: slow down, try again in 20 minutes")
    first.queue.close()

    second = make_queue(path, online=False)
    assert second.queue.load() is None
    found = second.queue.item(item.id)
    assert found is not None
    assert found.state is S.RETRYING
    assert (found.error, found.attempt) == (item.error, item.attempt)
    assert abs((found.retry_s or 0.0) - (item.retry_s or 0.0)) < 5
    second.queue.set_server_online("local", True)
    assert second.state(item.id) is S.RETRYING
    assert len(second.server.asked("/api/pull")) == 1
    # A person may, and then it is as any other.
    second.server.state.pull_errors.clear()
    second.queue.retry(item.id)
    second.wait_state(item.id, S.DONE)


def test_a_time_that_passed_between_two_runs_is_over(
    make_queue: QueueMaker, tmp_path: Path
) -> None:
    path = tmp_path / "queue.json"
    first = make_queue(path)
    item = limited(first, "429: slow down, try again in 20 minutes")
    first.queue.close()
    first.server.state.pull_errors.clear()
    stored = json.loads(path.read_text())
    stored["items"][0]["retry_at"] = "2026-01-01T00:00:00+00:00"
    path.write_text(json.dumps(stored))
    second = make_queue(path)
    second.queue.load()
    second.wait_state(item.id, S.DONE)


def test_what_waits_for_a_registry_is_not_resumed_where_nothing_is(
    make_queue: QueueMaker, tmp_path: Path
) -> None:
    path = tmp_path / "queue.json"
    first = make_queue(path)
    item = limited(first, "429: slow down")
    first.queue.close()
    second = make_queue(path)
    second.queue.load(is_resuming=False)
    assert second.state(item.id) is S.PAUSED


def test_a_front_that_limits_is_left_alone_for_as_long(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.fault("/api/pull", faults.limited(120), times=1)
    item_id = bench.queue.add(PullRequest("local", "one:latest"))
    bench.wait_state(item_id, S.RETRYING)
    item = bench.queue.item(item_id)
    assert item is not None
    assert 115 < (item.retry_s or 0.0) - time.monotonic() <= 144
