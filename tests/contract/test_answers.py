"""What every server answers to plain questions and to wrong ones."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest

from tests.contract.targets import Target

TEXT = "text/plain"
JSON = "application/json; charset=utf-8"
NOBODY = "contract-nobody/nothing"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_root_says_that_it_runs(target: Target, method: str) -> None:
    answer = target.ask(method, "/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text == ("Ollama is running" if method == "GET" else "")


def test_the_version_is_a_text(target: Target) -> None:
    answer = target.ask("GET", "/api/version")
    assert list(answer.json()) == ["version"]
    assert re.match(r"\d+\.\d+\.\d+", answer.json()["version"])
    assert target.ask("HEAD", "/api/version").status_code == 200


def test_the_status_tells_of_the_cloud(target: Target) -> None:
    cloud = target.ask("GET", "/api/status").json()["cloud"]
    assert isinstance(cloud["disabled"], bool)
    assert cloud["source"] in ("none", "env", "config", "both")


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("GET", "/api/nothing", 404, "404 page not found"),
        ("GET", "/api/pull", 405, "405 method not allowed"),
        ("POST", "/api/tags", 405, "405 method not allowed"),
        ("HEAD", "/api/ps", 405, ""),
    ],
)
def test_wrong_paths_and_methods_are_refused_in_plain_text(
    target: Target, method: str, path: str, status: int, text: str
) -> None:
    answer = target.ask(method, path)
    assert (answer.status_code, answer.text) == (status, text)
    assert answer.headers["Content-Type"] == TEXT


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/show"),
        ("POST", "/api/pull"),
        ("DELETE", "/api/delete"),
        ("POST", "/api/copy"),
        ("POST", "/api/create"),
        ("POST", "/api/generate"),
        ("POST", "/api/embed"),
    ],
)
@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "missing request body"),
        (b"{", "unexpected EOF"),
        (b"hello", "invalid character 'h' looking for beginning of value"),
        (b'{"model" 5}', "invalid character '5' after object key"),
        (b'{"model":"a" "b"}', "invalid character '\"' after object key:value pair"),
        (b"{5:1}", "invalid character '5' looking for beginning of object key string"),
    ],
)
def test_bodies_that_are_no_json(
    target: Target, method: str, path: str, body: bytes, error: str
) -> None:
    assert target.error(method, path, body) == (400, error)


@pytest.mark.parametrize(
    ("method", "path", "body", "error"),
    [
        ("POST", "/api/pull", {"model": 5}, "number into Go struct field PullRequest.model of "),
        ("POST", "/api/show", {"model": ["x"]}, "array into Go struct field ShowRequest.model of "),
        ("POST", "/api/pull", {"model": "x", "stream": "no"}, "string into Go struct field Pull"),
        ("POST", "/api/pull", [1], "array into Go value of type api.PullRequest"),
    ],
)
def test_values_of_the_wrong_type(
    target: Target, method: str, path: str, body: Any, error: str
) -> None:
    status, text = target.error(method, path, body)
    assert status == 400
    assert text.startswith(f"json: cannot unmarshal {error}")


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "/api/show", {}, (400, "model is required")),
        ("POST", "/api/show", {"model": "bad name!"}, (400, "invalid model name")),
        ("POST", "/api/show", {"model": NOBODY}, (404, f"model '{NOBODY}:latest' not found")),
        ("POST", "/api/show", {"name": NOBODY}, (404, f"model '{NOBODY}:latest' not found")),
        ("DELETE", "/api/delete", {}, (400, "model is required")),
        ("DELETE", "/api/delete", {"model": "a b"}, (400, 'name "a b" is invalid')),
        ("DELETE", "/api/delete", {"model": NOBODY}, (404, f"model '{NOBODY}' not found")),
        ("DELETE", "/api/delete", {"name": NOBODY}, (404, f"model '{NOBODY}' not found")),
        (
            "DELETE",
            "/api/delete",
            {"model": "x:local:cloud"},
            (400, 'use either :local or :cloud, not both: "x:local:cloud"'),
        ),
        ("POST", "/api/copy", {"source": "a b"}, (400, 'source "a b" is invalid')),
        (
            "POST",
            "/api/copy",
            {"source": NOBODY, "destination": "a b"},
            (400, 'destination "a b" is invalid'),
        ),
        (
            "POST",
            "/api/copy",
            {"source": NOBODY, "destination": f"{NOBODY}2"},
            (404, f'model "{NOBODY}" not found'),
        ),
        ("POST", "/api/pull", {"model": ""}, (400, "invalid model name")),
        ("POST", "/api/pull", {"model": "a b"}, (400, "invalid model name")),
        (
            "POST",
            "/api/pull",
            {"model": "x:local:cloud"},
            (400, 'use either :local or :cloud, not both: "x:local:cloud"'),
        ),
        ("POST", "/api/generate", {"model": NOBODY}, (404, f"model '{NOBODY}' not found")),
        (
            "POST",
            "/api/generate",
            {"model": NOBODY, "keep_alive": 0},
            (404, f"model '{NOBODY}' not found"),
        ),
        ("POST", "/api/generate", {"model": "a b"}, (400, "invalid model name")),
        ("POST", "/api/generate", {}, (404, "model '' not found")),
        ("POST", "/api/embed", {"model": "a b"}, (400, "invalid model name")),
        ("POST", "/api/embed", {"model": "x", "input": 5}, (400, "invalid input type")),
        ("POST", "/api/push", {}, (400, "model is required")),
        ("POST", "/api/create", {"model": "a b", "from": "x"}, (400, "invalid model name")),
        (
            "POST",
            "/api/create",
            {"model": NOBODY, "files": {"/x.gguf": "sha256:00"}},
            (400, "file path must be relative"),
        ),
    ],
)
def test_refusals(
    target: Target, method: str, path: str, body: Any, expected: tuple[int, str]
) -> None:
    answer = target.ask(method, path, body)
    assert answer.headers["Content-Type"] == JSON
    assert (answer.status_code, answer.json()) == (expected[0], {"error": expected[1]})


def test_embedding_with_a_missing_model(target: Target) -> None:
    status, text = target.error("POST", "/api/embed", {"model": NOBODY, "input": ""})
    assert (status, text) == (404, f'model "{NOBODY}" not found, try pulling it first')


@pytest.mark.parametrize("header", ["Host", "Origin"])
def test_strangers_are_refused_without_a_word(target: Target, header: str) -> None:
    value = {"Host": "ollama.example.com", "Origin": "http://example.com"}[header]
    answer = target.ask("GET", "/api/tags", headers={header: value})
    assert (answer.status_code, answer.content) == (403, b"")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:99", "10.0.0.5", "box.local"])
def test_neighbours_are_served(target: Target, host: str) -> None:
    assert target.ask("GET", "/api/tags", headers={"Host": host}).status_code == 200


def test_a_row_of_the_list(target: Target) -> None:
    name = target.create(template="{{ .Prompt }}")
    row = target.rows()[name]
    assert list(row) == [
        "name",
        "model",
        "modified_at",
        "size",
        "digest",
        "details",
        "capabilities",
    ]
    assert row["model"] == name
    assert re.fullmatch(r"[0-9a-f]{64}", row["digest"])
    assert datetime.fromisoformat(row["modified_at"]).tzinfo
    assert row["details"] == {
        "parent_model": "tiny.gguf",
        "format": "gguf",
        "family": "llama",
        "families": ["llama"],
        "parameter_size": "1K",
        "quantization_level": "Q4_K_M",
        "context_length": 8192,
        "embedding_length": 64,
    }
    assert row["capabilities"] == ["completion"]


def test_the_newest_is_first(target: Target) -> None:
    names = [target.create() for _ in range(2)]
    times = [row["modified_at"][:19] for row in target.rows().values()]
    assert times == sorted(times, reverse=True)
    assert set(names) <= set(target.rows())


def test_an_answer_to_head_has_no_body(target: Target) -> None:
    answer = target.ask("HEAD", "/api/tags")
    assert (answer.status_code, answer.content) == (200, b"")
