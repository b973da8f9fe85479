"""Picks what starts the program at login on this system."""

import sys

from tray_app.desktop.autostart.base import Autostart, NoAutostart, program_command
from tray_app.environment import sandbox


def system_autostart() -> Autostart:
    """The one for this system."""
    if sys.platform == "win32":
        from tray_app.desktop.autostart.windows import WindowsAutostart

        return WindowsAutostart(program_command())
    if sys.platform == "darwin":
        from tray_app.desktop.autostart.macos import MacAutostart

        return MacAutostart(program_command())
    if in_sandbox := sandbox():
        return NoAutostart(f"a {in_sandbox} keeps its files for itself")
    from tray_app.desktop.autostart.xdg import XdgAutostart

    return XdgAutostart()
