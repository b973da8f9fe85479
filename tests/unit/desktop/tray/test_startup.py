"""The first tray icon waits for nothing that it does not need."""

import subprocess
import sys
from pathlib import Path

from tests.support.complaints import NO_SCREEN, complaints

ROOT = Path(__file__).parents[4]

_CODE = """
import sys
from PySide6.QtWidgets import QApplication
from tray_app.desktop.instance.single_instance import SingleInstance
from tray_app.desktop.tray.tray import Tray
app = QApplication([])
tray = Tray()
tray.set_icon_choice("light")
tray._make_icon()
print(sorted(sys.modules))
tray.stop()
"""


def test_wording_records_and_libraries_come_after_the_icon() -> None:
    found = subprocess.run(
        [sys.executable, "-c", _CODE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert complaints(found.stderr, [NO_SCREEN]) == []
    loaded = found.stdout
    for module in (
        *(
            "tray_app.core.errors",
            "tray_app.core.records",
            "tray_app.core.pulls",
            "tray_app.state.app_state",
            "tray_app.commands",
            "tray_app.text",
            "tray_app.settings",
            "tray_app.desktop.notifications.dbus",
        ),
        *("PySide6.QtNetwork", "PySide6.QtSvg", "jeepney", "requests", "hashlib"),
    ):
        assert f"'{module}" not in loaded, module


def test_the_icon_does_without_the_enumerations_of_qt() -> None:
    """`from PySide6.QtCore import Qt` takes 15 ms; these files have to do without it."""
    for name in ("panel_theme", "tray", "icon", "look", "menu", "host_watcher"):
        text = (ROOT / "tray_app" / "desktop" / "tray" / f"{name}.py").read_text(encoding="utf-8")
        assert "Qt." not in text.replace("PySide6.Qt", ""), name
