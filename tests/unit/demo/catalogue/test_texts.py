"""The texts of the demo's models are all there, and read only once somebody asks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tray_app.demo.catalogue import texts

NAMES = ["chatml", "headers", "instruct", "jinja", "turns", "vicuna"]


@pytest.mark.parametrize("name", NAMES)
def test_a_template_ends_with_its_last_mark(name: str) -> None:
    assert texts.template(name).endswith(("}}", "</s>", "%}"))


def test_only_a_thinking_template_can_leave_the_thoughts_out() -> None:
    assert texts.thinking_template().count("<think>") == 1
    assert "<think>" not in texts.template("chatml")


def test_licenses_name_their_holder() -> None:
    mit = texts.mit_license(2024, "Somebody")
    assert "Copyright (c) 2024 Somebody\n" in mit
    community = texts.community_license("Thing 3", "Thing Makers", "May 1, 2024")
    assert community.startswith(
        "THING 3 COMMUNITY LICENSE AGREEMENT\n\nThing 3 Version Release Date"
    )
    for text in (mit, community, texts.apache_license(), texts.meeting_notes_prompt()):
        assert "{" not in text.replace("{}", "")
        assert text.endswith("\n")
        assert not text.endswith("\n\n")


def test_every_recommendation_names_a_model() -> None:
    found = texts.recommendations()
    assert len(found) == 6
    assert all(entry["model"] and entry["description"] for entry in found)


def test_no_text_is_read_before_it_is_asked_for() -> None:
    code = (
        "import sys\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, args: event == 'open' and opened.append(str(args[0])))\n"
        "import tray_app.demo.__main__\n"
        "print([name for name in opened if name.endswith(('.txt', '.json'))])\n"
        "tray_app.demo.demo_library()\n"
        "print(any('texts' in name for name in opened if name.endswith('.txt')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code],
        cwd=Path(__file__).parents[4],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["[]", "True"]
