"""What will be sent, as a Modelfile: whatever is written, it reads back as it was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.core.creates.modelfile import modelfile, quote
from tray_app.core.creates.records import ModelChanges

PROMPT = "You write the minutes.\nBe brief."


def unquoted(text: str) -> tuple[str, bool]:
    """As Ollama's parser does it (parser/parser.go)."""
    if text.startswith('"""'):
        is_whole = len(text) >= 6 and text.endswith('"""')
        return (text[3:-3], True) if is_whole else ("", False)
    if text.startswith('"'):
        return (text[1:-1], True) if len(text) >= 2 and text.endswith('"') else ("", False)
    return text, True


def read_value(text: str) -> str:
    """The value at the beginning of `text`, which ends at the first line where it can."""
    so_far = ""
    for character in text + "\n":
        if character == "\n":
            value, is_whole = unquoted(so_far.strip())
            if is_whole:
                return value
        so_far += character
    raise AssertionError(text)


def test_a_whole_one() -> None:
    changes = ModelChanges(
        system=PROMPT,
        template="{{ .Prompt }}",
        parameters=(
            ("num_ctx", 32768),
            ("temperature", 0.2),
            ("use_mmap", True),
            ("top_p", None),
            ("stop", ("[INST]", 'say "no"')),
        ),
        messages=(("user", "Hi"),),
        license="MIT",
    )
    assert modelfile("mistral:7b", changes, ["min_p"]).split("\n") == [
        "FROM mistral:7b",
        'SYSTEM """You write the minutes.',
        'Be brief."""',
        'TEMPLATE """{{ .Prompt }}"""',
        'LICENSE """MIT"""',
        "PARAMETER num_ctx 32768",
        "PARAMETER temperature 0.2",
        "PARAMETER use_mmap true",
        'PARAMETER stop "[INST]"',
        'PARAMETER stop "say "no""',
        'MESSAGE user """Hi"""',
        "",
        "# top_p: back to the default",
        "# min_p: no usable value yet",
    ]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (ModelChanges(), "FROM m\n\n# Nothing is changed yet"),
        (ModelChanges(system=" "), 'FROM m\nSYSTEM " "'),
        (ModelChanges(parameters=(("stop", ()),)), "FROM m\n\n# stop: emptied"),
    ],
)
def test_short_ones(changes: ModelChanges, text: str) -> None:
    assert modelfile("m", changes) == text


@pytest.mark.parametrize(
    ("text", "is_short", "quoted"),
    [
        ("a", True, '"a"'),
        ('"', True, '"""""""'),
        ('"x', True, '""""x"""'),
        ('say """\nmore', False, None),
        ('say """ \nmore', False, None),
        ('"""\nx', False, None),
        ('say """ more\nand', False, '"""say """ more\nand"""'),
        ('ends with """', False, '"""ends with """"""'),
        ("a\rb", False, None),
    ],
)
def test_quotes(text: str, is_short: bool, quoted: str | None) -> None:
    assert quote(text, is_short=is_short) == quoted


_TEXTS = st.text(st.sampled_from('"ab \n{'), min_size=1, max_size=12)


@given(_TEXTS, st.booleans())
def test_whatever_is_quoted_reads_as_it_was(text: str, is_short: bool) -> None:
    quoted = quote(text, is_short=is_short)
    if quoted is not None:
        assert read_value(quoted + "\nPARAMETER x 1") == text


def test_what_cannot_be_said_is_told() -> None:
    changes = ModelChanges(system='a """\nb', parameters=(("stop", ('x"""\ny',)),))
    assert modelfile("m", changes).split("\n") == [
        "FROM m",
        "",
        "# SYSTEM: sent as it is, but a Modelfile can’t hold its quotes",
        "# PARAMETER stop: sent as it is, but a Modelfile can’t hold its quotes",
    ]
