"""Names as the server reads them."""

from __future__ import annotations

import pytest

from tray_app.demo.store.naming import InvalidName, parse, parse_for_pull, parse_for_use


@pytest.mark.parametrize(
    ("text", "display"),
    [
        ("qwen3", "qwen3:latest"),
        ("qwen3:8b", "qwen3:8b"),
        ("library/qwen3:8b", "qwen3:8b"),
        ("registry.ollama.ai/library/qwen3", "qwen3:latest"),
        ("https://registry.ollama.ai/library/qwen3", "qwen3:latest"),
        ("me/mine", "me/mine:latest"),
        ("hf.co/user/Repo.GGUF:Q4_K_M", "hf.co/user/Repo.GGUF:Q4_K_M"),
        ("localhost:5000/library/tiny", "localhost:5000/library/tiny:latest"),
        ("_a:_b", "_a:_b"),
    ],
)
def test_a_valid_name_has_a_shortest_form(text: str, display: str) -> None:
    assert parse(text).display == display


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "bad name!",
        "a+b",
        "a@sha256:00",
        ":tag",
        "a:",
        "a/",
        "/a",
        "a//b",
        "localhost:5000/tiny",
        "host/01.AI/model",
        "a/b/c/d",
        "ü",
        "-a",
        "a" * 81,
    ],
)
def test_an_invalid_name_is_refused(text: str) -> None:
    with pytest.raises(InvalidName):
        parse(text)


@pytest.mark.parametrize(
    ("text", "display"),
    [
        ("foo:local", "foo:latest"),
        ("foo:cloud", "foo:cloud"),
        ("foo:20b:cloud", "foo:20b-cloud"),
        ("foo:20b-cloud", "foo:20b-cloud"),
        ("foo:CLOUD", "foo:cloud"),
        ("  foo:8b  ", "foo:8b"),
    ],
)
def test_pull_and_delete_resolve_suffixes(text: str, display: str) -> None:
    assert parse_for_pull(text).display == display


def test_both_suffixes_are_a_conflict() -> None:
    with pytest.raises(InvalidName) as caught:
        parse_for_pull("x:local:cloud")
    assert caught.value.conflict


def test_use_tells_the_cloud_from_the_disk() -> None:
    assert parse_for_use("gpt-oss:120b-cloud")[1]
    assert not parse_for_use("gpt-oss:120b")[1]


def test_case_does_not_matter_for_identity() -> None:
    assert parse("Qwen3:8B").key == parse("qwen3:8b").key
