"""A pattern does as a compiled one, and is compiled at its first use only."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tray_app.core import lazy_patterns
from tray_app.core.lazy_patterns import lazy_pattern

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("pattern", "flags", "text"),
    [
        (r"(a)(b+)", 0, "xabbb ab"),
        (r"(?P<word>\w+)", re.IGNORECASE, "Two words"),
        (b"\\d+", 0, b"a12"),
    ],
)
def test_it_does_as_a_compiled_one(pattern: Any, flags: int, text: Any) -> None:
    ours, theirs = lazy_pattern(pattern, flags), re.compile(pattern, flags)
    for _ in range(2):
        assert [m.groups() for m in ours.finditer(text)] == [
            m.groups() for m in theirs.finditer(text)
        ]
        assert ours.sub(text[:1], text) == theirs.sub(text[:1], text)
        assert bool(ours.fullmatch(text)) is bool(theirs.fullmatch(text))
        assert ours.split(text) == theirs.split(text)
    assert (ours.pattern, ours.flags, ours.groupindex) == (
        theirs.pattern,
        theirs.flags,
        theirs.groupindex,
    )


def test_it_is_compiled_once_when_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[object] = []

    class Counting:
        @staticmethod
        def compile(*arguments: Any) -> re.Pattern[str]:
            compiled.append(arguments)
            return re.compile(*arguments)

    monkeypatch.setattr(lazy_patterns, "re", Counting)
    made = lazy_pattern("a+")
    assert compiled == []
    for _ in range(3):
        assert made.match("aa")
    assert compiled == [("a+", 0)]


def test_what_it_has_not_is_an_error_of_its_own() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        getattr(lazy_pattern("a"), "nonsense")  # noqa: B009


def test_no_file_of_the_start_compiles_one() -> None:
    code = (
        "import re, re._compiler as compiler, sys\n"
        "real, found = compiler.compile, []\n"
        "def compile(pattern, flags=0):\n"
        "    frame = sys._getframe(1)\n"
        "    while frame and ('importlib' in frame.f_code.co_filename\n"
        "                     or '/re/' in frame.f_code.co_filename):\n"
        "        frame = frame.f_back\n"
        "    found.append(frame.f_code.co_filename)\n"
        "    return real(pattern, flags)\n"
        "compiler.compile = compile\n"
        "import tray_app.cli.terminal, tray_app.cli.reading\n"
        "print(sum('tray_app' in file for file in found))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.split() == ["0"]
