"""Folders that the environment names: absolute, or none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tray_app.environment import put_right

pwd = pytest.importorskip("pwd", reason="folders of XDG")
ROOT = Path(__file__).parents[2]
HOME = pwd.getpwuid(os.getuid()).pw_dir


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"HOME": "/home/me"}, {"HOME": "/home/me"}),
        ({}, {"HOME": HOME}),
        ({"HOME": ""}, {"HOME": HOME}),
        ({"HOME": "me"}, {"HOME": HOME}),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "here"}, {"HOME": "/h"}),
        ({"HOME": "/h", "XDG_STATE_HOME": ""}, {"HOME": "/h"}),
        ({"HOME": "/h", "XDG_RUNTIME_DIR": "~/run"}, {"HOME": "/h"}),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/c"}, {"HOME": "/h", "XDG_CACHE_HOME": "/c"}),
    ],
)
def test_what_is_no_folder_is_left_out(before: dict[str, str], after: dict[str, str]) -> None:
    put_right(before)
    assert before == after


def test_nothing_is_written_where_a_person_happens_to_be(tmp_path: Path) -> None:
    home = tmp_path / "home"
    here = tmp_path / "here"
    for folder in (home, here):
        folder.mkdir()
    names = ("CONFIG_HOME", "STATE_HOME", "CACHE_HOME", "DATA_HOME", "RUNTIME_DIR")
    relative = {f"XDG_{name}": "here" for name in names}
    done = subprocess.run(
        [sys.executable, "-m", "tray_app", "doctor", "--json"],
        cwd=here,
        env={
            "HOME": str(home),
            "PYTHONPATH": str(ROOT),
            "OLLAMA_HOST": "127.0.0.1:9",
            "PATH": os.environ["PATH"],
            **relative,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert '"settings"' in done.stdout, done.stderr
    assert "Traceback" not in done.stderr
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"LD_LIBRARY_PATH": "/opt/tray:/a", "LD_LIBRARY_PATH_ORIG": "/a"}, "/a"),
        ({"LD_LIBRARY_PATH": "/opt/tray"}, None),
        ({"LD_LIBRARY_PATH": "/a:/opt/tray"}, "/a:/opt/tray"),
        ({"LD_LIBRARY_PATH": "/a", "LD_LIBRARY_PATH_ORIG": "/of/another/program"}, "/a"),
        ({}, None),
    ],
)
def test_what_a_frozen_program_starts_has_the_libraries_of_the_system(
    monkeypatch: pytest.MonkeyPatch, before: dict[str, str], after: str | None
) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", "/opt/tray", raising=False)
    environ = {"HOME": "/home/x", **before}
    put_right(environ)
    assert environ.get("LD_LIBRARY_PATH") == after
    assert "LD_LIBRARY_PATH_ORIG" not in environ
