"""The programs that the tests run are those that dev.py installs."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import dev
from tests.desktop.harness import desktop
from tests.support.tools import INSTALLED, lacks, require

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tests").rglob("*.py"))
# Whoever looks for a program by itself: the harness also runs without pytest.
MAY_LOOK = {
    "tests/support/tools.py",
    *(f"tests/desktop/harness/{n}.py" for n in ("desktop", "processes")),
    "tests/bench/peers.py",  # measures other people's programs, which nobody here installs
}
RUNNERS = {"Popen", "check_call", "check_output", "run"}
# Takes a name first, then the command.
SPAWNERS = {"Child", "spawn"}


def commands(text: str) -> Iterator[str]:
    """The programs that a source starts or requires by a name that stands there."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        words = node.args
        if name in SPAWNERS:
            words = words[1:]
        elif name in RUNNERS:
            words = words[:1]
        elif name != "require" and not (name == "_run" and "self." in ast.unparse(node.func)):
            continue
        if words and isinstance(words[0], ast.List | ast.Tuple):
            words = words[0].elts
        for word in words if name == "require" else words[:1]:
            if isinstance(word, ast.Constant) and isinstance(word.value, str):
                yield word.value


def test_commands_are_found_in_every_form() -> None:
    text = """
subprocess.run(["one", x])
subprocess.Popen(("two",), env=y)
self._run("three", "x")
desktop.spawn("name", "four", "x")
Child("name", ["five", "x"], log=z)
require("six", "seven", other)
run(eight)
_run("nine")
"""
    assert list(commands(text)) == ["one", "two", "three", "four", "five", "six", "seven"]


def test_the_programs_that_tests_run_are_installed() -> None:
    asked = {(file.name, word) for file in FILES for word in commands(file.read_text("utf-8"))}
    assert {("screen.py", "xdotool"), ("desktop.py", "dunst"), ("test_files.py", "bash")} <= asked
    unknown = [(name, word) for name, word in sorted(asked) if word not in INSTALLED]
    assert unknown == [], "add it to TEST_PROGRAMS of dev.py"


def test_only_one_place_looks_for_programs() -> None:
    offenders = [
        path
        for file in FILES
        for path in [file.relative_to(ROOT).as_posix()]
        if path not in MAY_LOOK and re.search(r"\bshutil\.which\b", file.read_text("utf-8"))
    ]
    assert offenders == [], "use tests.support.tools.require"


@pytest.mark.parametrize("mode", desktop.Mode)
def test_what_the_virtual_desktop_takes_is_installed_for_run_too(mode: desktop.Mode) -> None:
    assert set(desktop.TOOLS[mode]) <= dev.DESKTOP_PROGRAMS.keys()


def test_a_program_that_is_not_listed_fails_the_test_though_it_is_there() -> None:
    with pytest.raises(pytest.fail.Exception, match="does not install"):
        require(sys.executable)


@pytest.mark.parametrize("is_ci", [True, False])
def test_a_listed_program_that_is_missing_is_a_failure_only_in_ci(
    monkeypatch: pytest.MonkeyPatch, is_ci: bool
) -> None:
    monkeypatch.setenv("CI", "true" if is_ci else "")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(pytest.fail.Exception if is_ci else pytest.skip.Exception, match="zsh"):
        require("zsh")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems bring fonts")
def test_there_is_a_font_for_chinese() -> None:
    if missing := dev.missing_for_pictures():
        lacks(*missing)
