"""The fault matrix: whatever breaks, once it is lifted a pull ends installed, or says why not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fakes import FaultyServer, faults, stream_faults
from tests.unit.workers.conftest import Bench, QueueMaker
from tray_app.core.errors import PullFailed, PullFailure
from tray_app.core.messages import PullWish
from tray_app.core.pull_states import PullState

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
    item_id = bench.queue.add(PullWish("local", "one:latest"))
    bench.wait_state(item_id, S.DONE, S.FAILED, timeout_s=20)
    assert bench.state(item_id) is S.DONE, bench.describe()
    assert "one:latest" in bench.server.state.names()
    permilles = bench.trail.permilles["one:latest"]
    assert permilles == sorted(permilles)


def test_the_server_killed_again_and_again(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.state.set_speed(60e6)
    item_id = bench.queue.add(PullWish("local", "one:latest"))
    for _ in range(5):
        bench.wait_state(item_id, S.RUNNING, S.VERIFYING, S.DONE)
        bench.server.kill()
        bench.wait_for(lambda: bench.state(item_id) not in (S.RUNNING, S.PREPARING))
        bench.server.restart()
        bench.queue.set_server_online("local", False)
        bench.queue.set_server_online("local", True)
    bench.server.state.set_speed(400e6)
    bench.wait_state(item_id, S.DONE, timeout_s=20)
    assert bench.trail.permilles["one:latest"] == sorted(bench.trail.permilles["one:latest"])


def test_a_stall_is_shown_then_kicked(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.fault("/api/pull", stream_faults.stall(layer="first"), times=1)
    item_id = bench.queue.add(PullWish("local", "one:latest"))
    bench.wait_state(item_id, S.DONE)
    assert S.STALLED in bench.trail.states["one:latest"]
    assert S.FAILED not in bench.trail.states["one:latest"]
    assert len(bench.server.asked("/api/pull")) == 2


def test_a_damaged_file_is_fetched_once_more_then_said(make_queue: QueueMaker) -> None:
    bench = make_queue()
    text = "digest mismatch, file must be downloaded again: want sha256:aa, got sha256:bb"
    bench.server.state.fail_pull("one", text)
    item_id = bench.queue.add(PullWish("local", "one:latest"))
    bench.wait_state(item_id, S.FAILED)
    item = bench.queue.item(item_id)
    assert item is not None
    assert isinstance(item.error, PullFailed)
    assert item.error.kind is PullFailure.DIGEST_MISMATCH
    assert len(bench.server.asked("/api/pull")) == 2


def test_a_fault_that_stays_is_given_up_after_ten_tries(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.fault("/api/pull", faults.error_json(500, "boom"))
    item_id = bench.queue.add(PullWish("local", "one:latest"))
    bench.wait_state(item_id, S.FAILED, timeout_s=20)
    assert len(bench.server.asked("/api/pull")) == 10


def test_waking_from_sleep_asks_again_without_counting(make_queue: QueueMaker) -> None:
    bench: Bench = make_queue()
    bench.server.state.set_speed(10e6)
    item_id = bench.queue.add(PullWish("local", "one:latest"))
    bench.wait_state(item_id, S.RUNNING)
    bench.queue.on_woke()
    bench.wait_for(lambda: len(bench.server.asked("/api/pull")) == 2)
    item = bench.queue.item(item_id)
    assert item is not None
    assert item.attempt == 0
    bench.server.state.set_speed(400e6)
    bench.wait_state(item_id, S.DONE)
