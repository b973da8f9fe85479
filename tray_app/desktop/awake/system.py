"""Picks what keeps this computer awake on this system."""

import sys

from PySide6.QtCore import QObject

from tray_app.desktop.awake.base import Awake
from tray_app.environment import sandbox


def system_awake(parent: QObject | None = None) -> Awake:
    """The one for this system."""
    if sys.platform == "win32":
        from tray_app.desktop.awake.windows import WindowsAwake

        return WindowsAwake(parent)
    if sys.platform == "darwin":
        from tray_app.desktop.awake.macos import MacAwake

        return MacAwake(parent)
    from tray_app.desktop.awake.linux import LinuxAwake

    return LinuxAwake(is_sandboxed=bool(sandbox()), parent=parent)
