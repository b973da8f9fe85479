"""What the window's first paint pays for, and what it does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = "tests.widgets.main_window.first_paint_program"


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert found["rows"] == 50
    assert "tray_app.views.models.view" in found["loaded"]
    return found


def test_what_is_seen_later_is_loaded_later(told: dict[str, Any]) -> None:
    rare = ("dialog", "doctor.findings", "list_view", "text.lists", "text.diagnosis", "gguf")
    assert [name for name in told["loaded"] if any(part in name for part in rare)] == [
        "tray_app.views.dialog_kinds",
        "tray_app.views.dialogs",
    ]


def test_not_every_class_of_widgets_is_made(told: dict[str, Any]) -> None:
    """As for a widget that Qt has made by itself: PySide looks through all classes for its own."""
    assert "ItemDataRole" in told["enums"]
    assert "WizardOption" not in told["enums"]
