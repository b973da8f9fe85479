"""Another language while windows are open: they speak it at once, and nothing else changes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.complaints import NO_SCREEN, complaints
from tests.unit.test_language import compiled as compiled_resources

ROOT = Path(__file__).parents[3]
KEPT = (
    "search",
    "selected",
    "geometry",
    "visible",
    "page",
    "focus",
    "details",
    "doctor",
    "windows",
)

compiled = compiled_resources


@pytest.fixture(scope="module")
def shown(compiled: Path) -> list[dict[str, Any]]:
    """What is on screen in English, in Chinese, in English again."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.app.language_program", compiled],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert complaints(done.stderr, [NO_SCREEN]) == []
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_every_window_speaks_it_at_once(shown: list[dict[str, Any]]) -> None:
    english, chinese, back = shown
    assert (english["settings"], chinese["settings"]) == ("Settings", "设置")
    assert (english["pull"], chinese["pull"]) == ("&Pull model…", "拉取模型…")
    assert (english["modified"], chinese["modified"]) == ("3 months ago", "3 个月前")
    assert back == english


def test_the_tray_menu_too(shown: list[dict[str, Any]]) -> None:
    english, chinese, _ = shown
    assert english["tray"][-1] == "Quit Ollama Tray"
    assert chinese["tray"][-1] == "退出 Ollama Tray"
    assert chinese["tray"][0] == "本机：在线"


def test_the_windows_before_hear_nothing_any_more(shown: list[dict[str, Any]]) -> None:
    english, chinese, _ = shown
    assert english["listeners"]
    assert chinese["listeners"] == english["listeners"]


def test_what_was_open_and_chosen_stays(shown: list[dict[str, Any]]) -> None:
    english, chinese, _ = shown
    assert {key: chinese[key] for key in KEPT} == {key: english[key] for key in KEPT}
    assert english["focus"] == "language"
    assert english["details"] == [2]
    assert english["doctor"] == "local"
    assert english["search"] == "e"
    assert len(english["selected"]) == 1
    assert english["windows"] == ["DetailsDialog", "DoctorDialog", "MainWindow", "SettingsDialog"]
