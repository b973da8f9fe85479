"""What starting at login is, on every system: nothing of it is in our settings, but for
what a portal answered, which cannot be asked for it.

A login start adds `LOGIN_FLAG` to the command line, so that the program can start in the tray.
Off unless a person switches it on; what a person switched off in the system's own tools is off.
"""

import sys
from abc import ABC, abstractmethod
from pathlib import Path

from tray_app.environment import own_appimage

LOGIN_FLAG = "--login"


class Autostart(ABC):
    """Reads and changes the system's own setting."""

    @abstractmethod
    def is_enabled(self) -> bool:
        """Whether the next login starts the program. OSError when the system cannot be asked."""

    @abstractmethod
    def set_enabled(self, is_enabled: bool) -> None:
        """Nothing is started or stopped now. OSError when it cannot be changed."""


class NoAutostart(Autostart):
    """Where only the system's own tools can do it: what a sandbox writes, no login reads."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def is_enabled(self) -> bool:
        raise OSError(self._reason)

    def set_enabled(self, is_enabled: bool) -> None:
        raise OSError(self._reason)


def program_command() -> tuple[str, ...]:
    """How this program is started, as far as a login can repeat it."""
    if image := own_appimage():
        return (image,)
    if getattr(sys, "frozen", False):
        return (sys.executable,)
    script = Path(sys.argv[0])
    if script.stem.startswith("ollama-tray") and script.is_file():
        return (str(script.resolve()),)
    python = Path(sys.executable)
    without_console = python.with_name("pythonw.exe")
    if sys.platform == "win32" and without_console.is_file():
        python = without_console
    return (str(python), "-m", "tray_app")


def working_folder() -> Path | None:
    """Where `python -m tray_app` must be started from; None when anywhere will do."""
    root = Path(__file__).parents[3]
    return root if (root / "pyproject.toml").is_file() else None
