"""What can be said of the trial under wine without wine: which packages it takes, its words, its
table, and what it says to a machine that lacks what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT
from trial.installs import TrialError, staying
from trial.windows_course import Step, WindowsCourse
from trial.windows_python import _locked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="wine is for other systems")


def test_packages_are_those_of_windows_with_their_checksums() -> None:
    lines = _locked()
    names = {line.partition("==")[0] for line in lines}
    assert {"keyring", "pefile", "pyinstaller", "pyside6-essentials", "pytest"} <= names
    assert "pywin32-ctypes" in names
    assert not names & {"cryptography", "macholib", "mypy", "secretstorage"}
    assert len(names) == len(lines)
    assert all(" --hash=sha256:" in line and ";" not in line for line in lines)


def test_the_uninstaller_gets_its_folder_without_quotes() -> None:
    assert staying("C:\\Programs\\Ollama Tray") == ["_?=C:\\Programs\\Ollama", "Tray"]
    line = subprocess.list2cmdline(["u.exe", "/S", *staying("C:\\Programs\\Ollama Tray")])
    assert line == "u.exe /S _?=C:\\Programs\\Ollama Tray"


def course() -> WindowsCourse:
    made = WindowsCourse.__new__(WindowsCourse)
    made.steps = []
    made._say = lambda _: None
    return made


def test_what_needs_a_failed_step_is_not_tried() -> None:
    made, taken = course(), []

    def fail() -> str:
        raise TrialError("nothing came\nat all")

    def take() -> str:
        taken.append(1)
        return "3 files"

    made._all([("first", take), ("second", fail), ("third", take)])
    assert [step.is_ok for step in made.steps] == [True, False, None]
    assert taken == [1]
    first, second, third, _ = made.table().splitlines()
    assert first.startswith("first   ok ")
    assert first.endswith("3 files")
    assert second.startswith("second  FAILED ")
    assert second.endswith("nothing came")
    assert third.startswith("third   not tried ")


def test_the_table_sums_up() -> None:
    made = course()
    made.steps = [Step("a", True, 1.25, ""), Step("b", True, 2.5, "")]
    assert made.table().splitlines()[-1].split() == ["all", "3.8", "s"]


def test_a_machine_without_wine_is_told_what_to_install(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "try_windows.py"), "--work", str(tmp_path)],
        env={**os.environ, "PATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 3
    assert "please install what Debian calls" in done.stderr
    assert {"nsis", "xvfb", "gcc-mingw-w64-x86-64"} <= set(done.stderr.split())
