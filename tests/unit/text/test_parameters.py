"""What stands behind the field of a parameter, and on its button."""

from typing import Any

import pytest

from tray_app.core.creates.parameters import KNOWN, ParameterRow
from tray_app.text.parameters import (
    parameter_words,
    remove_words,
    restore_words,
    row_note,
    spoken_button,
    spoken_row,
    value_words,
)


@pytest.mark.parametrize("name", KNOWN)
def test_each_says_what_it_does_in_one_sentence(name: str) -> None:
    words = parameter_words(name)
    assert words.endswith(".")
    assert len(words) < 80


@pytest.mark.parametrize(
    ("name", "base", "text", "note", "edited"),
    [
        ("num_ctx", None, "", "Ollama’s default", "Ollama’s default"),
        ("num_ctx", 4096, "4096", "as in mistral:7b", "as it is now"),
        ("num_ctx", 4096, "32768", "instead of 4,096", "instead of 4,096"),
        ("num_ctx", 4096, "", "back to Ollama’s default", "back to Ollama’s default"),
        ("num_ctx", 4096, "0", "A whole number, 1 or more", "A whole number, 1 or more"),
        ("seed", None, "x", "A whole number", "A whole number"),
        ("top_p", 0.95, "", "back to Ollama’s default, 0.9", "back to Ollama’s default, 0.9"),
        ("temperature", 0.7, "0.2", "instead of 0.7", "instead of 0.7"),
        ("temperature", 0.7, "x", "A number", "A number"),
        ("temperature", None, "0.5", "new", "new"),
        ("use_mmap", True, "false", "instead of Yes", "instead of Yes"),
        ("stop", ("a", "b"), "", "emptied, had 2 values", "emptied, had 2 values"),
        ("stop", ("a",), "", "emptied, had 1 value", "emptied, had 1 value"),
        ("stop", ("a", "b"), '"c"', "instead of 2 values", "instead of 2 values"),
        ("stop", ("a",), '"c"', 'instead of "a"', 'instead of "a"'),
        (
            "stop",
            ("a",),
            "c",
            "Values in quotes, with commas between",
            "Values in quotes, with commas between",
        ),
        ("mirostat", 2, "2", "This Ollama ignores it", "This Ollama ignores it"),
        ("mirostat", 2, "", "back to Ollama’s default", "back to Ollama’s default"),
        (
            "my-own",
            None,
            "1",
            "A name of letters, digits and _ that isn’t in the table",
            "A name of letters, digits and _ that isn’t in the table",
        ),
    ],
)
def test_notes(name: str, base: Any, text: str, note: str, edited: str) -> None:
    row = ParameterRow(name, base, text)
    assert row_note(row, "mistral:7b", is_edit=False) == note
    assert row_note(row, "mistral:7b", is_edit=True) == edited


@pytest.mark.parametrize(
    ("base", "text", "removes", "restores"),
    [
        (0.7, "0.7", "Don’t take it over: back to Ollama’s default", "Back to 0.7"),
        (0.7, "", "Don’t take it over: back to Ollama’s default", "Take over again"),
        (None, "0.5", "Remove", "Take over again"),
    ],
)
def test_buttons(base: Any, text: str, removes: str, restores: str) -> None:
    row = ParameterRow("temperature", base, text)
    assert (remove_words(row), restore_words(row)) == (removes, restores)
    assert spoken_button(restores, "temperature") == f"{restores}, temperature"


def test_what_a_screen_reader_says() -> None:
    row = ParameterRow("temperature", 0.7, "0.2")
    note = row_note(row, "mistral:7b", is_edit=False)
    assert spoken_row(row, note) == "temperature, number, instead of 0.7"


def test_a_value_of_a_server_stays_on_its_line() -> None:
    assert value_words("a\nb\u202e" + "x" * 100) == "a b[U+202E]xxxxxxxxxxxxxxxxxxxxxxxxxxxx…"
