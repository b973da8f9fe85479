"""Pulls: phases, resuming, sharing, stalls, and the ways in which they fail."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.contract.likeness import odd_lines, phases
from tests.contract.targets import Published, Target
from tests.support.waiting import wait_for

BIG = 5_000_000  # floats: 20 MB
SLOW_BYTES_S = 10e6


def first_layer(lines: Iterator[dict[str, Any]], model: Published, least: int = 1) -> int:
    """Read until the weights have `least` bytes; how many they have."""
    for line in lines:
        assert "error" not in line, line
        if line.get("digest") == model.digests[0] and line.get("completed", 0) >= least:
            return int(line["completed"])
    raise AssertionError("the stream ended first")


def test_a_pull_installs_what_the_registry_has(target: Target) -> None:
    model = target.publish("plain")
    answer = target.ask("POST", "/api/pull", {"model": model.name, "insecure": True}, stream=True)
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert answer.headers["Transfer-Encoding"] == "chunked"
    answer.close()
    lines = list(target.pull(model.name))
    steps = [step for step in phases(lines) if step != "pulling layer"]
    assert steps == ["pulling manifest", "verifying sha256 digest", "writing manifest", "success"]
    assert odd_lines(lines) == []
    row = target.rows()[model.name]
    assert row["digest"] == hashlib.sha256(model.package.manifest).hexdigest()
    assert row["size"] == model.package.size
    assert row["details"]["parameter_size"] == "8.0B"
    assert row["details"]["parent_model"] == ""


def test_layers_come_one_after_the_other(target: Target) -> None:
    model = target.publish("layers", floats=BIG)
    target.set_speed(40e6)
    lines = list(target.pull(model.name))
    seen = list(dict.fromkeys(line["digest"] for line in lines if "digest" in line))
    assert seen == [digest for digest in model.digests if digest in seen]
    weights = [x.get("completed", 0) for x in lines if x.get("digest") == model.digests[0]]
    assert len(weights) > 2
    assert weights == sorted(weights)
    assert all(x["total"] == len(model.weights) for x in lines if x.get("digest") == seen[0])


def test_up_to_date_is_one_full_line_per_layer(target: Target) -> None:
    model = target.publish("again")
    list(target.pull(model.name))
    before = target.rows()[model.name]["modified_at"]
    lines = list(target.pull(model.name))
    layers = [line for line in lines if "digest" in line]
    assert [line["digest"] for line in layers] == model.digests
    assert all(line["completed"] == line["total"] for line in layers)
    assert phases(lines)[-3:] == ["verifying sha256 digest", "writing manifest", "success"]
    assert target.rows()[model.name]["modified_at"] > before


def test_shared_weights_are_there_already(target: Target) -> None:
    model = target.publish("base")
    other = target.publish("other", weights=model.weights, system="You differ.")
    list(target.pull(model.name))
    weights = [x for x in target.pull(other.name) if x.get("digest") == model.digests[0]]
    assert [x["completed"] for x in weights] == [len(model.weights)]


def test_an_update_removes_unused_layers(target: Target) -> None:
    old = target.publish("updated")
    list(target.pull(old.name))
    new = target.publish("updated", system="newer")
    assert new.name == old.name
    steps = phases(list(target.pull(new.name)))
    assert steps[-3:] == ["writing manifest", "removing unused layers", "success"]
    assert target.ask("HEAD", f"/api/blobs/{old.digests[0]}").status_code == 404


@pytest.mark.parametrize("is_stream", [True, False])
def test_a_missing_model(target: Target, is_stream: bool) -> None:
    name = target.unknown_name()
    body = {"model": name, "insecure": True, "stream": is_stream}
    error = {"error": "pull model manifest: file does not exist"}
    if is_stream:
        assert list(target.lines("/api/pull", body)) == [{"status": "pulling manifest"}, error]
    else:
        answer = target.ask("POST", "/api/pull", body)
        assert (answer.status_code, answer.json()) == (500, error)


def test_without_a_stream_there_is_one_answer(target: Target) -> None:
    model = target.publish("quiet")
    answer = target.ask(
        "POST", "/api/pull", {"model": model.name, "insecure": True, "stream": False}
    )
    assert (answer.status_code, answer.json()) == (200, {"status": "success"})
    assert answer.headers["Content-Type"] == "application/json"


def test_an_unknown_host(target: Target) -> None:
    lines = list(target.lines("/api/pull", {"model": "nosuchhost.invalid/library/x"}))
    url = "https://nosuchhost.invalid/v2/library/x/manifests/latest"
    assert lines[-1]["error"].startswith(f'pull model manifest: Get "{url}": ')


@pytest.mark.parametrize(
    ("status", "text"), [(500, "boom"), (412, '{"errors":[{"message":"newer version"}]}')]
)
def test_a_registry_that_refuses(target: Target, status: int, text: str) -> None:
    model = target.publish("refused")
    target.refuse(model, status, text)
    assert list(target.pull(model.name)) == [
        {"status": "pulling manifest"},
        {"error": f"pull model manifest: {status}: {text}"},
    ]


def test_a_cut_pull_goes_on_where_it_was(target: Target) -> None:
    model = target.publish("resumed", floats=BIG)
    target.set_speed(SLOW_BYTES_S)
    with closing(target.pull(model.name)) as lines:
        reached = first_layer(lines, model, 4_000_000)
    assert model.name not in target.rows()
    lines = again_after_cancel(target, model)
    assert first_layer(lines, model) >= reached * 0.9
    target.set_speed(1e9)
    assert list(lines)[-1] == {"status": "success"}


def again_after_cancel(target: Target, model: Published) -> Generator[dict[str, Any], None, None]:
    """Pull again; the first tries may meet the download that is just being cancelled."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        lines = target.pull(model.name)
        assert next(lines) == {"status": "pulling manifest"}
        second = next(lines)
        if second != {"error": "context canceled"}:
            return lines
    raise AssertionError("it never started again")


def test_two_clients_share_one_download(target: Target) -> None:
    model = target.publish("shared", floats=BIG)
    target.set_speed(SLOW_BYTES_S)
    first, second = target.pull(model.name), target.pull(model.name)
    first_layer(first, model, 2_000_000)
    reached = first_layer(second, model)
    assert reached >= 2_000_000, "the second sees what the first has fetched"
    first.close()
    target.set_speed(1e9)
    assert list(second)[-1] == {"status": "success"}


def test_a_stall_repeats_the_same_line(target: Target) -> None:
    model = target.publish("stalled", floats=BIG)
    target.set_speed(SLOW_BYTES_S)
    lines = target.pull(model.name)
    first_layer(lines, model, 2_000_000)
    target.set_speed(0)
    same = 0
    last = None
    for line in lines:
        same = same + 1 if line == last else 0
        last = line
        if same == 5:
            break
    target.set_speed(1e9)
    assert list(lines)[-1] == {"status": "success"}


def test_a_broken_transfer_is_mended_by_the_server(target: Target) -> None:
    model = target.publish("broken", floats=BIG)
    target.set_speed(SLOW_BYTES_S)
    lines = target.pull(model.name)
    first_layer(lines, model, 4_000_000)
    target.break_off(model)
    rest = list(lines)
    assert rest[-1] == {"status": "success"}
    assert not [line for line in rest if "error" in line]


def test_damaged_bytes_are_found(target: Target) -> None:
    model = target.publish("damaged")
    target.damage(model)
    error = list(target.pull(model.name))[-1]["error"]
    start = f"digest mismatch, file must be downloaded again: want {model.digests[0]}, got sha256:"
    assert error.startswith(start)
    assert model.name not in target.rows()
    target.repair()
    assert list(target.pull(model.name))[-1] == {"status": "success"}


def test_leaving_while_it_verifies_installs_all_the_same(target: Target) -> None:
    model = target.publish("verified", floats=BIG)
    with closing(target.pull(model.name)) as lines:
        for line in lines:
            if line.get("status") == "verifying sha256 digest":
                break
    wait_for(lambda: model.name in target.rows(), timeout_s=10)


def test_a_name_keeps_the_case_it_has_here(target: Target) -> None:
    model = target.publish("cased")
    list(target.pull(model.name))
    list(target.pull(model.name.removesuffix(":latest") + ":LATEST"))
    assert [name for name in target.rows() if name.lower() == model.name] == [model.name]
