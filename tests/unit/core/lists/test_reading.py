"""Lists as people and programs write them, and rubbish; each bad line is said by its number."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.core.creates.records import ModelChanges
from tray_app.core.errors import BadName, NameProblem
from tray_app.core.lists.reading import MAX_JSON_BYTES, MAX_ROWS, names_in, read_list
from tray_app.core.lists.records import (
    BadLine,
    BadList,
    BadRecipe,
    LeftOut,
    ListedModel,
    ListEntry,
    ListFault,
    Recipe,
    RecipeFault,
)
from tray_app.core.lists.writing import list_json, list_text

A, B, C = "a" * 64, "b" * 64, "c" * 64
TODAY = date(2026, 4, 24)
NOTES = Recipe(
    "mistral:7b",
    ModelChanges(
        system='Be brief.\n"Always".',
        template="{{ .Prompt }}",
        parameters=(
            ("num_ctx", 4096),
            ("temperature", 0.5),
            ("use_mmap", False),
            ("stop", ("<|x|>", "y")),
            ("top_k", None),
        ),
        messages=(("user", "Hi"), ("assistant", "Hello")),
        license="Mine.",
    ),
    C,
)
MODELS = (
    ListedModel("qwen3:8b", A, 5_200_000_000),
    ListedModel("gpt-oss:120b-cloud", left_out=LeftOut.CLOUD),
    ListedModel("notes:latest", B, 4_400_000_000, LeftOut.MADE_HERE, NOTES),
    ListedModel("from-file:q4_k_m", B, 90_000, LeftOut.MADE_HERE),
)


def rows(text: str | bytes, name: str = "list.txt") -> list[tuple[int, str]]:
    """Line and name of each entry, line and "!" with the text of each that is none."""
    raw = text if isinstance(text, bytes) else text.encode()
    return [
        (row.line, row.name if isinstance(row, ListEntry) else f"!{row.text}")
        for row in read_list(raw, name).rows
    ]


def entry(row: object, **recipe: Any) -> ListEntry | BadLine:
    """What becomes of one entry of a .json."""
    models = [{"name": "x", "recipe": recipe} if recipe else row]
    content = {"format": "ollama-models", "version": 1, "models": models}
    (found,) = read_list(json.dumps(content).encode(), "list.json").rows
    return found


def test_one_name_a_line_with_comments() -> None:
    text = f"# mine\n\nqwen3:8b  # sha256:{A} 5.2 GB\n  llama3.2   \nqwen3:8b#x"
    found = read_list(text.encode(), "list.txt")
    assert rows(text)[:2] == [(3, "qwen3:8b"), (4, "llama3.2:latest")]
    assert [each.digest for each in found.models][:2] == [A, ""]
    # Without a space before it, “#” is part of a name, which it may not be.
    assert isinstance(found.rows[2], BadLine)


@pytest.mark.parametrize(
    "raw",
    [
        b"qwen3:8b\nllama3.2:latest\n",
        b"\xef\xbb\xbfqwen3:8b\r\nllama3.2:latest\r\n",
        b"qwen3:8b\rllama3.2:latest",
        "qwen3:8b\r\nllama3.2:latest\r\n".encode("utf-16"),
    ],
    ids=["plain", "mark and CRLF", "CR", "as PowerShell writes it"],
)
def test_every_encoding_and_line_end(raw: bytes) -> None:
    assert rows(raw) == [(1, "qwen3:8b"), (2, "llama3.2:latest")]


def test_links_and_commands_are_understood() -> None:
    text = "ollama pull qwen3:8b\nhttps://ollama.com/library/gemma3:4b\n$ ollama run phi4"
    assert rows(text) == [(1, "qwen3:8b"), (2, "gemma3:4b"), (3, "phi4:latest")]


def test_a_bad_line_is_said_by_its_number() -> None:
    found = read_list(b"qwen3:8b\n\nqwen 3 8b\n" + b"x" * 2000 + b"\ngood\n:7b\n", "list.txt")
    bad = [row for row in found.rows if isinstance(row, BadLine)]
    assert [(row.line, len(row.text)) for row in bad] == [(3, 9), (4, 80), (6, 3)]
    errors = [row.error for row in bad]
    assert isinstance(errors[0], BadName)
    assert errors[0].problem is NameProblem.SPACE
    assert found.first_bad is bad[0]
    assert [each.name for each in found.models] == ["qwen3:8b", "good:latest"]


def test_the_same_model_again_counts_once() -> None:
    found = read_list(b"a\nb\nlibrary/A:latest\nregistry.ollama.ai/library/a\n", "list.txt")
    assert [(row.line, row.same_as) for row in found.entries] == [(1, 0), (2, 0), (3, 1), (4, 1)]
    assert [each.name for each in found.models] == ["a:latest", "b:latest"]


def test_the_head_tells_where_it_comes_from() -> None:
    found = read_list("# Ollama models of “my studio”, 2026-04-24\na\n".encode(), "list.txt")
    assert (found.server, found.made_on) == ("my studio", TODAY)
    odd = read_list("# Ollama models of “x”, 2026-99-99\n# Ollama models".encode(), "list.txt")
    assert (odd.server, odd.made_on) == ("x", None)


def test_what_stands_in_a_comment_is_mentioned() -> None:
    text = list_text(MODELS, "studio", TODAY)
    found = read_list(text.encode(), "list.txt")
    assert [each.name for each in found.models] == ["qwen3:8b"]
    assert found.mentioned == {
        *("qwen3:8b", "gpt-oss:120b-cloud", "notes:latest", "from-file:q4_k_m")
    }
    assert read_list(b"# a list of mine\n#\n## b\na", "list.txt").mentioned == {"a:latest"}


def test_written_as_json_and_read_again() -> None:
    found = read_list(list_json(MODELS, "studio", TODAY).encode(), "list.json")
    assert (found.server, found.made_on, found.is_json) == ("studio", TODAY, True)
    assert found.rows == (
        ListEntry(1, "gpt-oss:120b-cloud", is_cloud=True),
        ListEntry(2, "notes:latest", B, 4_400_000_000, NOTES),
        ListEntry(3, "qwen3:8b", A, 5_200_000_000),
    )
    assert "from-file:q4_k_m" in found.mentioned


def test_a_text_takes_the_recipes_beside_it() -> None:
    text, recipes = list_text(MODELS, "studio", TODAY), list_json(MODELS, "studio", TODAY)
    found = read_list(text.encode(), "list.txt", recipes.encode())
    assert [(each.name, each.recipe) for each in found.models] == [
        ("qwen3:8b", None),
        ("notes:latest", NOTES),
    ]
    assert found.has_recipes
    broken = read_list(text.encode(), "list.txt", b"{")
    assert broken.has_bad_recipes
    assert not broken.has_recipes


@pytest.mark.parametrize(
    ("raw", "name", "fault"),
    [
        (b"\x7fELF\0\0", "a.txt", ListFault.NOT_TEXT),
        (b"x" * (1024 * 1024 + 1), "a.txt", ListFault.TOO_LARGE),
        (b" " * (MAX_JSON_BYTES + 1), "a.json", ListFault.TOO_LARGE),
        (b"{", "a.json", ListFault.NOT_JSON),
        (b"[" * 100_000, "a.json", ListFault.NOT_JSON),
        (b"[]", "a.json", ListFault.NOT_A_LIST),
        (b'{"models": []}', "a.json", ListFault.NOT_A_LIST),
        (b'{"format": "ollama-models", "models": 3}', "a.json", ListFault.NOT_A_LIST),
        (b'{"format": "ollama-models", "version": 2, "models": []}', "a.JSON", ListFault.NEWER),
    ],
    ids=["binary", "large", "large JSON", "cut", "deep", "other", "no format", "no rows", "newer"],
)
def test_what_is_no_list_says_why(raw: bytes, name: str, fault: ListFault) -> None:
    with pytest.raises(BadList) as raised:
        read_list(raw, name)
    assert raised.value.fault is fault


@pytest.mark.parametrize(
    ("recipe", "fault"),
    [
        ({"base": "a b"}, RecipeFault.BASE),
        ({"base": 3}, RecipeFault.BASE),
        ({"base": "x:latest"}, RecipeFault.BASE),  # itself
        ({"base": "y:cloud"}, RecipeFault.BASE),  # Ollama would make a stub of it
        ({"base": "y", "system": 3}, RecipeFault.SHAPE),
        ({"base": "y", "messages": {}}, RecipeFault.SHAPE),
        ({"base": "y", "messages": [{"role": "user"}]}, RecipeFault.SHAPE),
        ({"base": "y", "parameters": []}, RecipeFault.SHAPE),
        ({"base": "y", "parameters": {"num_ctx": "8192"}}, RecipeFault.PARAMETER),
        ({"base": "y", "parameters": {"num_ctx": 0}}, RecipeFault.PARAMETER),
        ({"base": "y", "parameters": {"num_ctx": True}}, RecipeFault.PARAMETER),
        ({"base": "y", "parameters": {"top_k": 4.5}}, RecipeFault.PARAMETER),
        ({"base": "y", "parameters": {"temperature": "warm"}}, RecipeFault.PARAMETER),
        ({"base": "y", "parameters": {"temperature": float("nan")}}, RecipeFault.PARAMETER),
        ({"base": "y", "parameters": {"use_mmap": 1}}, RecipeFault.PARAMETER),
        ({"base": "y", "parameters": {"stop": "x"}}, RecipeFault.PARAMETER),
        ({"base": "y", "parameters": {"stop": [3]}}, RecipeFault.PARAMETER),
        ({"base": "y", "parameters": {"other": {}}}, RecipeFault.PARAMETER),
        ({"base": "y", "parameters": {"A b": 3}}, RecipeFault.PARAMETER),
    ],
)
def test_a_recipe_that_would_break_a_model_is_refused(
    recipe: dict[str, Any], fault: RecipeFault
) -> None:
    found = entry(None, **recipe)
    assert isinstance(found, BadLine)
    assert isinstance(found.error, BadRecipe)
    assert (found.line, found.error.fault) == (1, fault)


@pytest.mark.parametrize("row", [None, 3, [], {}, {"name": 3}, {"name": "a b"}, "x" * 5000])
def test_an_entry_without_a_name(row: object) -> None:
    assert isinstance(entry(row), BadLine)


def test_an_entry_may_be_a_mere_name() -> None:
    assert entry("qwen3:8b") == ListEntry(1, "qwen3:8b")


def test_a_list_has_an_end() -> None:
    found = read_list(b"".join(b"m%d\n" % i for i in range(MAX_ROWS + 5)), "list.txt")
    assert (len(found.rows), found.is_cut) == (MAX_ROWS, True)


@given(st.binary(max_size=3000), st.sampled_from(["a.txt", "a.json", ""]))
def test_rubbish_is_read_or_refused(raw: bytes, name: str) -> None:
    try:
        found = read_list(raw, name)
    except BadList:
        return
    assert all(row.line >= 1 for row in found.rows)
    assert {each.key for each in found.models} <= found.mentioned


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["name", "digest", "size", "cloud", "recipe", "base", "system", "template",
             "parameters", "messages", "role", "content", "num_ctx", "stop"]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@given(st.lists(_JSON, max_size=6), _JSON)
def test_rubbish_of_the_right_shape(models: list[Any], left_out: Any) -> None:
    content = {"format": "ollama-models", "models": models, "left_out": left_out}
    found = read_list(json.dumps(content).encode(), "a.json")
    assert len(found.rows) == len(models)
    assert [row.line for row in found.rows] == list(range(1, len(models) + 1))


@given(
    st.lists(
        st.builds(
            ListedModel,
            st.from_regex(
                r"[a-z0-9_]{1,8}(/[a-z0-9_]{1,8})?:[a-z0-9_][a-z0-9_.\-]{0,7}", fullmatch=True
            ),
            st.sampled_from([A, B, ""]),
            st.none() | st.integers(0, 10**13),
        ),
        max_size=8,
    )
)
def test_what_is_written_is_read_again(models: list[ListedModel]) -> None:
    for name, raw in (
        ("l.txt", list_text(models, "studio", TODAY)),
        ("l.json", list_json(models, "studio", TODAY)),
    ):
        found = read_list(raw.encode(), name)
        assert found.first_bad is None
        assert {each.name for each in found.models} <= {model.name for model in models}
        assert len(found.rows) == len(models)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("qwen3:8b", 1),
        ("qwen3:8b\nllama3.2\n", 2),
        ("qwen3:8b\nqwen3:8b", 1),
        ("ollama pull a\nollama pull b", 2),
        ("Shopping for Saturday\nTwo pounds of flour", 0),
        ("# a\n# b", 0),
        ("", 0),
    ],
)
def test_a_quick_look_tells_a_list_from_prose(words: str, count: int) -> None:
    assert names_in(words) == count
