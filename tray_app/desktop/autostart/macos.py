"""Start at login on macOS: a LaunchAgent of the person."""

import os
import plistlib
from pathlib import Path
from xml.parsers.expat import ExpatError

from tray_app import APP_ID
from tray_app.desktop.autostart.base import LOGIN_FLAG, Autostart, working_folder


class MacAutostart(Autostart):
    """launchd reads the folder at login."""

    def __init__(self, command: tuple[str, ...], folder: Path | None = None) -> None:
        self._command = command
        self._path = (folder or Path.home() / "Library" / "LaunchAgents") / f"{APP_ID}.plist"

    def is_enabled(self) -> bool:
        try:
            agent = plistlib.loads(self._path.read_bytes())
        except (OSError, ValueError, ExpatError):
            return False
        is_started = isinstance(agent, dict) and agent.get("RunAtLoad") is True
        return is_started and agent.get("Disabled") is not True

    def set_enabled(self, is_enabled: bool) -> None:
        if not is_enabled:
            self._path.unlink(missing_ok=True)
            return
        agent = {
            "Label": APP_ID,
            "ProgramArguments": [*self._command, LOGIN_FLAG],
            "RunAtLoad": True,
            "ProcessType": "Interactive",
            "LimitLoadToSessionType": "Aqua",
        }
        folder = working_folder() if "-m" in self._command else None
        if folder:
            agent["WorkingDirectory"] = str(folder)
        path = Path(os.path.realpath(self._path))  # a link stays one
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_bytes(plistlib.dumps(agent))
        new.replace(path)
