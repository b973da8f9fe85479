"""The demo server answers recorded requests as the recorded server did."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.contract import recorded_world
from tests.contract.likeness import differences, normalised, odd_lines, phases
from tray_app.demo import DemoServer

FOLDER = Path(__file__).parent / "recordings"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
# Not replayed here: the list itself is made up by each server, see its own test.
OWN_TEST = {
    "pull-server-killed",
    "recommendations",
    "registry-manifest-get",
    "registry-manifest-head",
    "registry-manifest-head-missing",
    "registry-manifest-missing",
}
# Very small layers come and go between two lines, so their lines are there or not.
CUT = "cut by the client"


def recording(name: str) -> dict[str, Any]:
    """One recorded exchange, with our digests in place of the recorded uploads'."""
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    for recorded, ours in recorded_world.DIGESTS.items():
        text = text.replace(recorded.removeprefix("sha256:"), ours.removeprefix("sha256:"))
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with recorded_world.server() as server:
        yield server


def send(server: DemoServer, name: str, request: dict[str, Any]) -> requests.Response:
    body, headers = request["body"], {}
    if name in recorded_world.HOSTS:
        headers["Host"] = recorded_world.HOSTS[name]
    if name in recorded_world.ORIGINS:
        headers["Origin"] = recorded_world.ORIGINS[name]
    data = recorded_world.BODIES.get(name)
    if data is None and body is not None:
        data = json.dumps(body).encode()
    return requests.request(
        request["method"],
        server.url + request["path"],
        data=data,
        headers=headers,
        stream=True,
        timeout=10,
    )


def read_lines(answer: requests.Response, limit: int | None) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for raw in answer.iter_lines(chunk_size=1):
        lines.append(json.loads(raw))
        if limit is not None and len(lines) >= limit:
            break
    answer.close()
    return lines


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OWN_TEST])
def test_the_answer_is_like_the_recorded_one(server: DemoServer, name: str) -> None:
    recorded_world.prepare(name, server)
    for earlier in recorded_world.PREDECESSORS.get(name, ()):
        read_lines(send(server, earlier, recording(earlier)["request"]), None)
    record = recording(name)
    expected = record["response"]
    with send(server, name, record["request"]) as answer:
        assert answer.status_code == expected["status"]
        for header in ("Content-Type", "Allow", "Content-Length"):
            recorded_value = expected["headers"].get(header)
            if header == "Content-Length" and (recorded_value or "0") != "0":
                continue  # its value belongs to the body, which is compared
            assert answer.headers.get(header) == recorded_value, header
        if "lines" in expected:
            compare_streams(answer, expected)
        elif "text" in expected:
            assert answer.text == expected["text"]
        elif expected["json"] is None:
            assert answer.content == b""
        else:
            assert differences(expected["json"], answer.json()) == []


def compare_streams(answer: requests.Response, expected: dict[str, Any]) -> None:
    is_cut = expected["ended"] == CUT
    recorded = expected["lines"]
    # The lengths of phases differ with the speed; a cut one is compared up to its last phase.
    lines: list[dict[str, Any]] = []
    wanted = phases(recorded)
    for raw in answer.iter_lines(chunk_size=1):
        lines.append(json.loads(raw))
        if is_cut and phases(lines) == wanted:
            break
    assert phases(lines) == wanted
    assert odd_lines(lines) == []
    for line in lines:
        known = [other for other in recorded if other.get("digest") == line.get("digest") and other]
        if "digest" in line and known:
            assert line["total"] == known[0]["total"]


def test_a_pull_that_goes_on_starts_where_it_was(server: DemoServer) -> None:
    recorded_world.prepare("pull-resumed-with-stall", server)
    record = recording("pull-resumed-with-stall")
    answer = send(server, "pull-resumed-with-stall", record["request"])
    first = next(line for line in read_lines(answer, None) if "digest" in line)
    assert first["completed"] >= 42_467_328


def test_a_killed_server_leaves_an_unfinished_stream(server: DemoServer) -> None:
    record = recording("pull-server-killed")
    server.state.set_speed(50e6)
    answer = send(server, "pull-server-killed", record["request"])
    stream = answer.iter_lines(chunk_size=1)
    lines = [json.loads(next(stream)) for _ in range(4)]
    server.kill()
    with pytest.raises(requests.RequestException):
        lines.extend(json.loads(raw) for raw in stream)
    assert phases(lines) == phases(record["response"]["lines"])
    assert not recorded_world.is_installed(server, recorded_world.BIG)


def test_a_cut_while_verifying_installs_all_the_same(server: DemoServer) -> None:
    record = recording("pull-cut-while-verifying")
    answer = send(server, "pull-cut-while-verifying", record["request"])
    for raw in answer.iter_lines(chunk_size=1):
        if b"verifying" in raw:
            break
    answer.close()
    server.stop()
    # Stopping is not killing, but it ends the wait: ask again, nothing has to be fetched.
    server.start()
    again = read_lines(send(server, "pull-cut-while-verifying", record["request"]), None)
    assert again[-1] == {"status": "success"}


def test_recommendations_have_the_recorded_form(server: DemoServer) -> None:
    recorded = recording("recommendations")["response"]["json"]["recommendations"]
    kinds = {key: type(value) for row in recorded for key, value in row.items()}
    rows = requests.get(server.url + "/api/experimental/model-recommendations", timeout=10).json()[
        "recommendations"
    ]
    assert rows
    for row in rows:
        assert {key: kinds[key] for key in row} == {key: type(v) for key, v in row.items()}
        assert {"model", "description"} <= set(row)


def test_every_recording_is_replayed() -> None:
    assert len(NAMES) > 70
    assert set(recorded_world.SETUPS) <= set(NAMES)
    assert normalised("lookup x on 10.0.0.1:53: no such host") == "lookup x: no such host"
