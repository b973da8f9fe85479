"""Picks what starts Ollama on this system."""

import sys

from PySide6.QtCore import QObject

from tray_app.desktop.ollama_start.base import InLane, OllamaStart
from tray_app.environment import sandbox


def system_ollama_start(in_lane: InLane, parent: QObject | None = None) -> OllamaStart:
    """The one for this system."""
    if sys.platform == "win32":
        from tray_app.desktop.ollama_start.windows import WindowsApp

        return WindowsApp(in_lane, parent)
    if sys.platform == "darwin":
        from tray_app.desktop.ollama_start.macos import MacApp

        return MacApp(in_lane, parent)
    if in_sandbox := sandbox():
        return OllamaStart(parent, sandbox=in_sandbox)
    from tray_app.desktop.ollama_start.linux import SystemdService

    return SystemdService(parent)
