"""PySide reads no source of ours, and works without it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tray_app.desktop.startup.pyside_features import use_no_features

ROOT = Path(__file__).parents[4]
CODE = """
import linecache, sys
from PySide6.QtCore import QObject, Signal
if sys.argv[1] == "without":
    from tray_app.desktop.startup.pyside_features import use_no_features
    use_no_features()
from tray_app.state.app_state import AppState
from tray_app.core.records import Server
class Told(QObject):
    changed = Signal(int)
told = Told()
seen = []
told.changed.connect(seen.append)
told.changed.emit(3)
assert seen == [3]
assert told.objectName() == ""
print(sum("app_state" in name for name in linecache.cache))
"""


def sources_read(how: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", CODE, how],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return int(done.stdout)


def test_no_source_is_read() -> None:
    assert sources_read("without") == 0


def test_this_version_of_pyside_would_read_it() -> None:
    """Else nothing need be done about it."""
    assert sources_read("with") == 1


def test_a_version_that_knows_nothing_of_it_is_left_alone() -> None:
    code = "from tray_app.desktop.startup.pyside_features import use_no_features; use_no_features()"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)
    use_no_features()
