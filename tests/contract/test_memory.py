"""Loading and unloading."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.contract.gguf_file import gguf_bytes
from tests.contract.targets import Target
from tests.support.waiting import wait_for


def generate(target: Target, name: str, **more: Any) -> dict[str, Any]:
    """Load or unload; skip where a server has no runner for tiny models."""
    answer = target.ask("POST", "/api/generate", {"model": name, **more})
    if target.is_real and answer.status_code == 500:
        pytest.skip(f"this server cannot load the tiny model: {answer.text[:200]}")
    found: dict[str, Any] = answer.json()
    return found


def running(target: Target) -> dict[str, dict[str, Any]]:
    """The rows of /api/ps by name."""
    return target.rows("/api/ps")


def test_a_load_without_a_prompt(target: Target) -> None:
    name = target.create()
    answer = generate(target, name)
    assert list(answer) == ["model", "created_at", "response", "done", "done_reason"]
    assert (answer["model"], answer["response"], answer["done"]) == (name, "", True)
    assert answer["done_reason"] == "load"
    row = running(target)[name]
    assert list(row) == [
        "name",
        "model",
        "size",
        "digest",
        "details",
        "expires_at",
        "size_vram",
        "context_length",
    ]
    assert row["digest"] == target.rows()[name]["digest"]
    assert row["details"]["parent_model"] == ""
    assert "context_length" not in row["details"]
    expires = datetime.fromisoformat(row["expires_at"])
    assert 0 < (expires - datetime.now(UTC)).total_seconds() <= 301


def test_an_unload(target: Target) -> None:
    name = target.create()
    generate(target, name)
    assert generate(target, name, keep_alive=0)["done_reason"] == "unload"
    wait_for(lambda: name not in running(target), timeout_s=15)
    assert generate(target, name, keep_alive=0)["done_reason"] == "unload"


def test_forever_is_far_away(target: Target) -> None:
    name = target.create()
    generate(target, name, keep_alive=-1)
    expires = datetime.fromisoformat(running(target)[name]["expires_at"])
    assert expires.year > datetime.now(UTC).year + 250


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("300", 'time: missing unit in duration "300"'),
        ("-1", 'time: missing unit in duration "-1"'),
        ("soon", 'time: invalid duration "soon"'),
        ("3days", 'time: unknown unit "days" in duration "3days"'),
        (True, "Unsupported type: 'bool'"),
        ([1], "Unsupported type: '[]interface {}'"),
        ({}, "Unsupported type: 'map[string]interface {}'"),
    ],
)
def test_keep_alive_that_is_refused(target: Target, value: Any, error: str) -> None:
    name = target.create()
    body = {"model": name, "keep_alive": value}
    assert target.error("POST", "/api/generate", body) == (400, error)


@pytest.mark.parametrize("value", [600, "10m", "1h30m", None, 90.5])
def test_keep_alive_that_is_taken(target: Target, value: Any) -> None:
    name = target.create()
    assert generate(target, name, keep_alive=value)["done_reason"] == "load"


def test_the_time_of_a_loaded_model_can_be_changed(target: Target) -> None:
    name = target.create()
    generate(target, name)
    before = running(target)[name]["expires_at"]
    generate(target, name, keep_alive="2h")
    # The server changes it when it is done with the request, which is after its answer.
    wait_for(lambda: running(target)[name]["expires_at"] > before)


def test_two_names_of_one_file_are_one_row(target: Target) -> None:
    data = gguf_bytes(target.seed())
    one, other = target.create(data=data), target.create(data=data, license="another one")
    generate(target, one)
    generate(target, other)
    assert len({one, other} & set(running(target))) == 1


def test_a_deleted_model_stays_in_memory(target: Target) -> None:
    name = target.create()
    generate(target, name)
    target.ask("DELETE", "/api/delete", {"model": name})
    assert name in running(target)


def test_an_embedding_model_is_loaded_by_embed(target: Target) -> None:
    name = target.create(data=gguf_bytes(target.seed(), embedding=True))
    refusal = target.error("POST", "/api/generate", {"model": name})
    assert refusal == (400, f'"{name}" does not support generate')
    answer = target.ask("POST", "/api/embed", {"model": name, "input": ""})
    if target.is_real and answer.status_code == 500:
        pytest.skip("this server cannot load the tiny model")
    assert answer.json() == {"model": name, "embeddings": []}
    assert name in running(target)
    assert generate(target, name, keep_alive=0)["done_reason"] == "unload"


def is_forever(row: dict[str, Any]) -> bool:
    return datetime.fromisoformat(row["expires_at"]).year > datetime.now(UTC).year + 250


def wait_row(target: Target, name: str, context: int) -> dict[str, Any]:
    """Its row once the runner has this context; the old one may take a moment to go."""

    def row() -> dict[str, Any] | None:
        found = running(target).get(name)
        return found if found is not None and found["context_length"] == context else None

    return wait_for(row, timeout_s=15)


def test_a_request_without_a_time_keeps_that_of_the_runner(target: Target) -> None:
    name = target.create()
    generate(target, name, keep_alive=-1)
    context = running(target)[name]["context_length"]
    generate(target, name, options={"num_ctx": context})
    assert is_forever(running(target)[name])


def test_the_context_of_the_runner_keeps_it_and_takes_the_new_time(target: Target) -> None:
    name = target.create()
    generate(target, name, options={"num_ctx": 1024}, keep_alive="5m")
    assert not is_forever(wait_row(target, name, 1024))
    generate(target, name, options={"num_ctx": 1024}, keep_alive=-1)
    wait_for(lambda: is_forever(wait_row(target, name, 1024)))


def test_another_context_is_another_runner_and_for_ever_is_lost(target: Target) -> None:
    name = target.create()
    generate(target, name, keep_alive=-1)
    generate(target, name, options={"num_ctx": 1024})
    assert not is_forever(wait_row(target, name, 1024))


def test_a_request_without_options_goes_back_to_the_default_context(target: Target) -> None:
    name = target.create()
    generate(target, name)
    default = running(target)[name]["context_length"]
    generate(target, name, options={"num_ctx": 1024}, keep_alive=-1)
    wait_row(target, name, 1024)
    generate(target, name)
    assert not is_forever(wait_row(target, name, default))
