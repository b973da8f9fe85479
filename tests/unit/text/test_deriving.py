"""What is said about models that are made of others."""

import pytest

from tray_app.core.creates.records import Derived, DeriveRequest, ModelChanges
from tray_app.core.payloads import ModelRef
from tray_app.text.deriving import (
    derived_line,
    license_state,
    made_here_line,
    messages_state,
    shared_line,
    system_as_in,
    system_instead,
    template_state,
    why_no_derive,
)

BASE = ModelRef("local", "mistral:7b", "1" * 64)


@pytest.mark.parametrize(
    ("name", "replaces", "lost", "words"),
    [
        ("minutes:7b", "", (), "Created minutes:7b."),
        (
            "minutes:7b",
            "",
            ("tools",),
            "Created minutes:7b. This Ollama (0.33.1) dropped “tools”, which mistral:7b has.",
        ),
        (
            "minutes:7b",
            "",
            ("tools", "vision"),
            (
                "Created minutes:7b. This Ollama (0.33.1) dropped “tools” and “vision”, "
                "which mistral:7b has."
            ),
        ),
        ("mistral:7b", "1" * 64, (), "Saved mistral:7b."),
        (
            "mistral:7b",
            "1" * 64,
            ("tools",),
            "Saved mistral:7b. This Ollama (0.33.1) dropped “tools”, which it had.",
        ),
    ],
)
def test_what_became_of_it(name: str, replaces: str, lost: tuple[str, ...], words: str) -> None:
    request = DeriveRequest(BASE, name, ModelChanges(), replaces=replaces)
    derived = Derived(request, ModelRef("local", name), lost, "0.33.1")
    assert derived_line(derived) == words


def test_beside_the_base() -> None:
    words = "4.4\u00a0GB, shared. Takes no extra disk space."
    assert shared_line(4_370_000_000) == words
    assert shared_line(None) == "Takes no extra disk space."
    assert made_here_line("mistral:7b").startswith("Made here from mistral:7b. ")
    assert made_here_line("").startswith("Made here. ")


def test_below_the_system_prompt() -> None:
    assert system_as_in("mistral:7b", False, is_edit=False) == "mistral:7b has none."
    assert system_as_in("mistral:7b", True, is_edit=False) == "As in mistral:7b."
    assert system_as_in("notes", True, is_edit=True) == "As it is now."
    assert system_instead("mistral:7b", is_edit=False) == "Instead of mistral:7b’s."


def test_beside_what_is_folded() -> None:
    whole = template_state("mistral:7b", 1801, is_changed=False, is_edit=False)
    assert whole == "as in mistral:7b, 1,801 characters"
    assert template_state("m", 10, is_changed=True, is_edit=True) == "changed, 10 characters"
    assert template_state("m", 0, is_changed=False, is_edit=False) == "none"
    assert messages_state("m", 2, is_changed=False, is_edit=True) == "2, as it is now"
    assert messages_state("m", 0, is_changed=False, is_edit=True) == "none"
    usual = license_state("mistral:7b", "MIT License", is_added=False, is_edit=False)
    assert usual == "MIT License, as in mistral:7b"
    stays = license_state("notes", "MIT License", is_added=False, is_edit=True)
    assert stays == "One can be added; those of notes stay"
    assert license_state("m", "", is_added=False, is_edit=False) == "none"
    assert license_state("m", "", is_added=True, is_edit=False) == "one is added"


@pytest.mark.parametrize(
    ("is_cloud", "is_own", "is_edit", "reason"),
    [
        (False, False, False, ""),
        (False, True, True, ""),
        (True, True, True, "Cloud models can’t be changed here"),
        (False, False, True, "Only models made on this server can be edited"),
    ],
)
def test_why_an_entry_is_off(is_cloud: bool, is_own: bool, is_edit: bool, reason: str) -> None:
    assert why_no_derive(is_cloud=is_cloud, is_own=is_own, is_edit=is_edit) == reason
