"""The scripted faults do what their names say; seen through `requests`, as a client sees them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
import requests

from tests.fakes import FaultyServer, data, faults
from tests.fakes.tap import Tap
from tests.support.waiting import wait_for

MODEL = "all-minilm"


@pytest.fixture
def faulty_server() -> Iterator[FaultyServer]:
    with FaultyServer(tick_s=0.003, verify_s=0.005, speed_bytes_s=5e9) as server:
        yield server


def tags(server: FaultyServer, timeout: float = 5) -> requests.Response:
    return requests.get(server.url + "/api/tags", timeout=timeout)


def pull_lines(server: FaultyServer, timeout: float = 5) -> list[bytes]:
    with requests.post(
        server.url + "/api/pull", json={"model": MODEL}, stream=True, timeout=timeout
    ) as answer:
        return list(answer.iter_lines())


def test_a_fault_hits_its_path_only_and_is_lifted(faulty_server: FaultyServer) -> None:
    faulty_server.fault("/api/tags", faults.error_html())
    assert tags(faulty_server).status_code == 500
    assert requests.get(faulty_server.url + "/api/version", timeout=30).ok
    faulty_server.clear()
    assert tags(faulty_server).ok


def test_a_fault_may_strike_a_number_of_times(faulty_server: FaultyServer) -> None:
    faulty_server.fault("/api/tags", faults.error_json(), times=2)
    assert [tags(faulty_server).status_code for _ in range(3)] == [500, 500, 200]


def test_a_fault_may_hit_one_model_only(faulty_server: FaultyServer) -> None:
    faulty_server.fault("/api/show", faults.forbidden(), model="qwen3:8b")
    url = faulty_server.url + "/api/show"
    codes = [
        requests.post(url, json={"model": name}, timeout=30).status_code
        for name in ("qwen3:8b", "phi4:14b")
    ]
    assert codes == [403, 200]


def test_requests_are_remembered(faulty_server: FaultyServer) -> None:
    faulty_server.fault("/api/pull", faults.reset_before_headers())
    with pytest.raises(requests.ConnectionError):
        pull_lines(faulty_server)
    (request,) = faulty_server.asked("/api/pull")
    assert (request.method, request.model) == ("POST", MODEL)


@pytest.mark.parametrize(
    "fault", [faults.reset_before_headers(), faults.close_before_headers(), faults.truncated_body()]
)
def test_connections_break(faulty_server: FaultyServer, fault: Any) -> None:
    faulty_server.fault("/api/tags", fault)
    with pytest.raises(requests.RequestException):
        tags(faulty_server)


@pytest.mark.parametrize("fault", [faults.never_answer(), faults.slow_headers()])
def test_silence_ends_when_it_is_lifted(faulty_server: FaultyServer, fault: Any) -> None:
    faulty_server.fault("/api/tags", fault)
    with pytest.raises(requests.ReadTimeout):
        requests.get(faulty_server.url + "/api/tags", timeout=(5, 0.04))
    faulty_server.clear()
    assert tags(faulty_server).ok


def test_a_closed_port_refuses(faulty_server: FaultyServer) -> None:
    faulty_server.refuse()
    with pytest.raises(requests.ConnectionError):
        tags(faulty_server)
    faulty_server.accept()
    assert tags(faulty_server).ok


@pytest.mark.parametrize(
    ("fault", "status", "start"),
    [
        (faults.html_ok(), 200, b"<!DOCTYPE html>"),
        (faults.empty_ok(), 200, b""),
        (faults.forbidden(), 403, b""),
        (faults.unauthorized(), 401, b'{"error":"unauthorized"'),
        (faults.bad_utf8(), 200, b'{"models":[{"name":"caf\xe9\xff'),
        (faults.truncated_json(), 200, b'{"models":[{"name":'),
        (faults.huge_body(5000), 200, b'{"models":[],"note":"xxx'),
    ],
)
def test_bodies(faulty_server: FaultyServer, fault: Any, status: int, start: bytes) -> None:
    faulty_server.fault("/api/tags", fault)
    answer = tags(faulty_server)
    assert answer.status_code == status
    assert answer.content.startswith(start)


def test_truncated_json_is_no_json(faulty_server: FaultyServer) -> None:
    faulty_server.fault("/api/tags", faults.truncated_json())
    with pytest.raises(requests.JSONDecodeError):
        tags(faulty_server).json()


@pytest.mark.parametrize("name", data.TAGS_CHANGES)
def test_changed_data_is_still_json_and_different(faulty_server: FaultyServer, name: str) -> None:
    good = tags(faulty_server).json()
    faulty_server.fault("/api/tags", faults.rewrite(data.TAGS_CHANGES[name]))
    assert tags(faulty_server).json() != good


@pytest.mark.parametrize("layer", ["first", "middle", "last", 1])
@pytest.mark.parametrize("fault", [faults.reset_mid_line, faults.truncated_chunk])
def test_streams_break_in_the_layer(
    faulty_server: FaultyServer, fault: Any, layer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty_server.fault("/api/pull", fault(layer=layer))
    digests = faulty_server.layers(MODEL)
    # Of the server: a reset takes away from the client what it has not read yet.
    offered: list[dict[str, Any]] = []
    passed: list[dict[str, Any]] = []
    for method, lines in (("send_line", offered), ("pass_line", passed)):
        monkeypatch.setattr(Tap, method, _noting(getattr(Tap, method), lines))
    with (
        requests.post(
            faulty_server.url + "/api/pull", json={"model": MODEL}, stream=True, timeout=30
        ) as answer,
        pytest.raises(requests.RequestException),
    ):
        list(answer.iter_lines())
    places = {"first": 0, "middle": len(digests) // 2, "last": len(digests) - 1}
    wanted = places.get(layer, layer)

    def place(line: dict[str, Any]) -> int:
        return digests.index(line["digest"]) if line.get("digest") in digests else -1

    number, struck = next((n, line) for n, line in enumerate(offered) if line not in passed)
    assert all(place(line) < wanted for line in offered[:number])
    # A layer may be over without a line of its own; then what comes after it is struck.
    assert place(struck) >= wanted or struck["status"].startswith(("verifying", "writing"))


def _noting(method: Callable[[Tap, Any], None], lines: list[Any]) -> Callable[[Tap, Any], None]:
    def note_and_call(tap: Tap, value: Any) -> None:
        lines.append(value)
        method(tap, value)

    return note_and_call


@pytest.mark.parametrize(
    ("fault", "last"),
    [
        (faults.error_line("boom", "last"), b'{"error":"boom"}'),
        (faults.truncated_line("middle"), b'"sha'),
        (faults.close_without_success(), b"digest"),
    ],
)
def test_streams_end_early(faulty_server: FaultyServer, fault: Any, last: bytes) -> None:
    faulty_server.fault("/api/pull", fault)
    lines = pull_lines(faulty_server)
    assert b"success" not in lines[-1]
    if last.startswith(b"{"):
        assert lines[-1] == last


@pytest.mark.parametrize(
    "fault",
    [
        faults.bad_utf8_line("first"),
        faults.long_line(200_000, "middle"),
        faults.junk_lines("last"),
        faults.total_zero(),
        faults.over_complete(),
        faults.completed_back(),
    ],
)
def test_odd_lines_do_not_end_a_pull(faulty_server: FaultyServer, fault: Any) -> None:
    faulty_server.fault("/api/pull", fault)
    assert json.loads(pull_lines(faulty_server)[-1]) == {"status": "success"}


def test_completed_goes_back(faulty_server: FaultyServer) -> None:
    faulty_server.fault("/api/pull", faults.completed_back(amount=10**12))
    faulty_server.state.set_speed(2e8)
    lines = [json.loads(line) for line in pull_lines(faulty_server)]
    layer = faulty_server.layers(MODEL)[0]
    values = [line.get("completed", 0) for line in lines if line.get("digest") == layer]
    falls = [(before, after) for before, after in pairwise(values) if after < before]
    assert falls == [(max(values[: values.index(0, 1)]), 0)]


@pytest.mark.parametrize(
    "fault", [faults.stall("middle"), faults.stall_mid_line("last"), faults.stall(None)]
)
def test_a_stall_ends_when_it_is_lifted(faulty_server: FaultyServer, fault: Any) -> None:
    faulty_server.fault("/api/pull", fault)
    lines: list[bytes] = []
    reader = threading.Thread(target=lambda: lines.extend(pull_lines(faulty_server)))
    reader.start()
    wait_for(lambda: faulty_server.asked("/api/pull"))
    reader.join(0.06)
    assert reader.is_alive()
    faulty_server.clear()
    reader.join(5)
    assert lines[-1] == b'{"status":"success"}'


def test_a_restart_forgets_the_progress_of_a_running_pull(faulty_server: FaultyServer) -> None:
    faulty_server.state.set_speed(1e6)
    with requests.post(
        faulty_server.url + "/api/pull", json={"model": MODEL}, stream=True, timeout=30
    ) as answer:
        lines = answer.iter_lines()
        wait_for(lambda: b"completed" in next(lines))
        faulty_server.restart()
        with pytest.raises(requests.RequestException):
            list(lines)
    faulty_server.state.set_speed(5e9)
    assert pull_lines(faulty_server)[-1] == b'{"status":"success"}'
