"""The grammar of model names, as `ollama pull` applies it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tray_app.core import names
from tray_app.core.errors import BadName, NameProblem
from tray_app.core.names import ModelName, SameName, canonical, is_same_name, split_display

NAME_TEXTS = st.one_of(
    st.text(alphabet="abCL0_.:/-@+ \tcloudlocal", max_size=30),
    st.lists(
        st.sampled_from(
            (
                "hf.co",
                "localhost:5000",
                "user",
                "x",
                "m.1",
                ":",
                "/",
                "://",
                "cloud",
                "-cloud",
                "local",
                "latest",
                "http",
                " ",
                "registry.ollama.ai",
                "library",
                "Library",
                "Q4_K_M",
            )
        ),
        max_size=8,
    ).map("".join),
    st.text(max_size=20),
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("llama3.2", "llama3.2:latest"),
        (" qwen3:8b\n", "qwen3:8b"),
        ("Mistral:7B", "Mistral:7B"),
        ("user/model", "user/model:latest"),
        ("library/llama3", "llama3:latest"),
        ("Library/llama3", "llama3:latest"),
        ("registry.ollama.ai/library/llama3:8b", "llama3:8b"),
        ("Registry.Ollama.AI/user/llama3", "user/llama3:latest"),
        ("hf.co/bartowski/Llama-3.2-1B-GGUF:Q4_K_M", "hf.co/bartowski/Llama-3.2-1B-GGUF:Q4_K_M"),
        ("localhost:5000/ns/m", "localhost:5000/ns/m:latest"),
        ("https://localhost:5000/ns/m:t", "localhost:5000/ns/m:t"),
        ("http://host/ns/m", "host/ns/m:latest"),
        ("_m:_t", "_m:_t"),
        ("a" * 80 + ":" + "b" * 80, "a" * 80 + ":" + "b" * 80),
        ("foo:local", "foo:latest"),
        ("foo:20b:local", "foo:20b"),
        ("foo:LOCAL", "foo:latest"),
        ("foo:cloud", "foo:cloud"),
        ("foo: cloud", "foo:cloud"),
        ("foo:20b:cloud", "foo:20b-cloud"),
        ("foo:20b-cloud", "foo:20b-cloud"),
        ("foo:20b-Cloud", "foo:20b-cloud"),
        ("foo-cloud", "foo-cloud:latest"),
        ("localhost:5000/ns/m:cloud", "localhost:5000/ns/m:cloud"),
    ],
)
def test_display_name(text: str, shown: str) -> None:
    assert str(ModelName.parse(text)) == shown


@pytest.mark.parametrize(
    ("text", "problem", "context"),
    [
        ("", NameProblem.EMPTY, ""),
        (" \t\n", NameProblem.EMPTY, ""),
        ("qwen3 14b", NameProblem.SPACE, " "),
        ("qwen3\u00a014b", NameProblem.SPACE, "\u00a0"),
        ("foo :cloud", NameProblem.SPACE, " "),
        ("c++", NameProblem.CHARACTER, "+"),
        ("m@sha256", NameProblem.CHARACTER, "@"),
        ("模型", NameProblem.CHARACTER, "模"),
        ("m\x00", NameProblem.CHARACTER, "\x00"),
        ("\u2066m", NameProblem.CHARACTER, "\u2066"),
        ("-m", NameProblem.CHARACTER, "-m"),
        (".m", NameProblem.CHARACTER, ".m"),
        ("m:-t", NameProblem.CHARACTER, "-t"),
        ("a:b:c", NameProblem.CHARACTER, "a:b"),
        ("hf.co/01.AI/yi", NameProblem.CHARACTER, "01.AI"),
        ("x:-cloud", NameProblem.CHARACTER, "-cloud"),
        ("/m", NameProblem.EMPTY_PART, "/"),
        ("user/", NameProblem.EMPTY_PART, "/"),
        ("host//m", NameProblem.EMPTY_PART, "/"),
        ("/ns/m", NameProblem.EMPTY_PART, "/"),
        ("http:///ns/m", NameProblem.EMPTY_PART, "/"),
        (":tag", NameProblem.EMPTY_PART, ":"),
        ("m:", NameProblem.EMPTY_TAG, ":"),
        ("m::local", NameProblem.EMPTY_TAG, ":"),
        ("x:local:cloud", NameProblem.BOTH_SUFFIXES, ""),
        ("x:cloud:cloud", NameProblem.BOTH_SUFFIXES, ""),
        ("x:20b-cloud:local", NameProblem.BOTH_SUFFIXES, ""),
        ("x:cloud :local", NameProblem.BOTH_SUFFIXES, ""),
        ("a" * 81, NameProblem.TOO_LONG, "a" * 81),
        ("m:" + "a" * 81, NameProblem.TOO_LONG, "a" * 81),
        ("n" * 81 + "/m", NameProblem.TOO_LONG, "n" * 81),
        ("h" * 351 + "/n/m", NameProblem.TOO_LONG, "h" * 351),
        ("localhost:5000/m", NameProblem.NO_NAMESPACE, "localhost:5000"),
        ("registry.example/m", NameProblem.NO_NAMESPACE, "registry.example"),
        ("ollama.com/llama3", NameProblem.NO_NAMESPACE, "ollama.com"),
        ("a/b/c/d", NameProblem.TOO_MANY_PARTS, "/"),
        ("https://hf.co/a/b/c", NameProblem.TOO_MANY_PARTS, "/"),
    ],
)
def test_problem(text: str, problem: NameProblem, context: str) -> None:
    with pytest.raises(BadName) as caught:
        ModelName.parse(text)
    assert (caught.value.problem, caught.value.context) == (problem, context)
    assert caught.value.reference == text


def test_every_problem_is_tested() -> None:
    marks = test_problem.pytestmark  # type: ignore[attr-defined]
    # Of links that are no names, `test_pasted` has the tests.
    assert {row[1] for row in marks[0].args[1]} == set(NameProblem) - {NameProblem.LINK}


@pytest.mark.parametrize(
    ("text", "is_cloud", "is_misrouted", "source", "url"),
    [
        ("gpt-oss:120b-cloud", True, True, "cloud", "https://ollama.com/library/gpt-oss"),
        ("qwen3.5:cloud", True, True, "cloud", "https://ollama.com/library/qwen3.5"),
        ("u/m:local", False, False, "local", "https://ollama.com/u/m"),
        ("m:8b", False, False, "", "https://ollama.com/library/m"),
        ("hf.co/u/r:Q4_0", False, False, "", "https://huggingface.co/u/r"),
        ("localhost:5000/u/r", False, False, "", ""),
    ],
)
def test_properties(text: str, is_cloud: bool, is_misrouted: bool, source: str, url: str) -> None:
    name = ModelName.parse(text)
    assert (name.is_cloud, name.has_misrouted_tag, name.source) == (is_cloud, is_misrouted, source)
    assert name.page_url == url


def test_tag_local_is_misrouted() -> None:
    assert ModelName("registry.ollama.ai", "library", "m", "Local").has_misrouted_tag


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("llama3", "LLAMA3:Latest", True),
        ("registry.ollama.ai/library/x", "x:latest", True),
        ("x:local", "x", True),
        ("x", "x:8b", False),
        ("hf.co/u/r", "huggingface.co/u/r", False),
        ("not a name", " NOT a name ", True),
        ("\u212a", "k", False),  # the Kelvin sign folds to "k"
    ],
)
def test_same_name(one: str, other: str, same: bool) -> None:
    assert is_same_name(one, other) is same


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("qwen3:8b", ("", "qwen3", "8b")),
        ("hf.co/u/r:Q4", ("hf.co/u/", "r", "Q4")),
        ("localhost:5000/u/r", ("localhost:5000/u/", "r", "")),
        ("a:b:c", ("", "a", "b:c")),
        ("", ("", "", "")),
    ],
)
def test_split_display(name: str, parts: tuple[str, str, str]) -> None:
    assert split_display(name) == parts


@settings(max_examples=50)
@given(NAME_TEXTS)
def test_parse_is_stable_and_raises_nothing_else(text: str) -> None:
    try:
        name = ModelName.parse(text)
    except BadName:
        return
    again = ModelName.parse(str(name))
    assert str(again) == str(name)
    assert (again.host.casefold(), again.model, again.tag) == (
        name.host.casefold(),
        name.model,
        name.tag,
    )


def test_an_invalid_text_does_not_become_a_legal_name() -> None:
    assert canonical(" \u212a:X ") == "\u212a:x"


@settings(max_examples=50)
@given(NAME_TEXTS)
def test_canonical_is_idempotent(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@pytest.mark.parametrize("text", ["a" * 2**20, "a/" * 2**19, ":" * 2**20, "é" * 2**20])
@pytest.mark.timeout(30)  # anything quadratic would take hours
def test_a_megabyte_is_refused_in_linear_time(text: str) -> None:
    with pytest.raises(BadName):
        ModelName.parse(text)


@given(NAME_TEXTS, NAME_TEXTS)
def test_a_name_is_found_where_canonical_says_so(one: str, other: str) -> None:
    is_equal = canonical(one) == canonical(other)
    assert SameName(one)(other) == is_equal
    assert list(SameName(one).may_be([other])) in ([True], [is_equal])


def test_most_others_need_not_be_looked_at() -> None:
    names = ("QWEN3:8b", "llama3.2:latest", "hf.co/user/qwen3:q4", "qwen3-coder:30b")
    assert list(SameName("qwen3:8b").may_be(names)) == [True, False, True, True]


@pytest.mark.parametrize(
    "other",
    ["qwen3", "Qwen3:latest", "library/qwen3", "registry.ollama.ai/library/QWEN3:LATEST"],
)
def test_a_name_is_found_in_every_form(other: str) -> None:
    assert SameName("qwen3")(other)
    assert SameName(other)("qwen3:latest")


def test_other_names_are_not_found() -> None:
    is_same = SameName("qwen3")
    assert not any(map(is_same, ("qwen3:8b", "qwen", "qwen33", "hf.co/library/qwen3", "")))


@pytest.mark.parametrize(
    "text",
    [
        *("qwen3:8b", "a.b_c-d:x_1.0-q4", "x:cloud", "x:20b-cloud", "x:local", "x:foolocal"),
        *("x:y:cloud", "x:", ":x", "x:y:z", "-x:y", "x:-y", f"{'a' * 80}:x", f"{'a' * 81}:x"),
    ],
)
def test_a_key_is_the_same_whether_it_was_seen_at_once_or_understood(text: str) -> None:
    try:
        understood = str(ModelName.parse(text))
    except BadName:
        understood = text
    assert canonical(text) == understood


@pytest.mark.parametrize(
    "text", ["qwen3:8b", "HF.co/Bartowski/Some-GGUF:Q4_K_M", "user/model:7b", "host:5000/a/b:c"]
)
def test_common_names_need_not_be_understood(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_understood", lambda _: pytest.fail("it is slow"))
    assert canonical(text) == text.lower()
