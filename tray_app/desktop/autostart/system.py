"""Start at login, as the system itself keeps it: nothing of it is in our settings.

A login start adds `LOGIN_FLAG` to the command line, so that the program can start in the tray.
Off unless a person switches it on; what a person switched off in the system's own tools is off.
"""

import os
import sys
from pathlib import Path
from typing import Protocol

from tray_app import APP_ID, APP_NAME

LOGIN_FLAG = "--login"

_SPECIAL = frozenset(" \t\n\"'\\><~|&;$*?#()`")
_OFF = frozenset({("hidden", "true"), ("x-gnome-autostart-enabled", "false")})


class Autostart(Protocol):
    """Reads and changes the system's own setting. OSError when it cannot be changed."""

    def is_enabled(self) -> bool: ...
    def set_enabled(self, is_enabled: bool) -> None: ...


def program_command() -> tuple[str, ...]:
    """How this program is started, as far as a login can repeat it."""
    if appimage := os.environ.get("APPIMAGE", ""):
        return (appimage,)
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


class XdgAutostart:
    """A desktop entry in the autostart folder of the person."""

    def __init__(self, folder: Path | None = None, command: tuple[str, ...] = ()) -> None:
        config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
        self._path = (folder or Path(config) / "autostart") / f"{APP_ID}.desktop"
        self._command = command or program_command()

    def is_enabled(self) -> bool:
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False
        pairs = {
            (key.strip().casefold(), value.strip().casefold())
            for key, is_pair, value in (line.partition("=") for line in text.splitlines())
            if is_pair
        }
        return not pairs & _OFF and any(key == "exec" and value for key, value in pairs)

    def set_enabled(self, is_enabled: bool) -> None:
        if not is_enabled:
            self._path.unlink(missing_ok=True)
            return
        folder = working_folder() if "-m" in self._command else None
        lines = [
            "[Desktop Entry]",
            "Type=Application",
            f"Name={APP_NAME}",
            f"Exec={' '.join(_exec_word(word) for word in (*self._command, LOGIN_FLAG))}",
            *([f"Path={_escaped(str(folder))}"] if folder else []),
            f"Icon={APP_ID}",
            "Terminal=false",
            "X-GNOME-Autostart-enabled=true",
            # The tray of the session should be there first; we also cope when it comes later.
            "X-GNOME-Autostart-Delay=2",
            "",
        ]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        _write(self._path, "\n".join(lines))


def system_autostart() -> Autostart:
    """The one for this system."""
    if sys.platform == "win32":
        from tray_app.desktop.autostart.windows import WindowsAutostart

        return WindowsAutostart(program_command())
    if sys.platform == "darwin":
        from tray_app.desktop.autostart.macos import MacAutostart

        return MacAutostart(program_command())
    return XdgAutostart()


def _exec_word(word: str) -> str:
    """A word of Exec= after the Desktop Entry Specification: quoted, then escaped as a value."""
    word = word.replace("%", "%%")
    if not word or any(character in _SPECIAL for character in word):
        for character in '\\"`$':
            word = word.replace(character, f"\\{character}")
        word = f'"{word}"'
    return _escaped(word)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def _write(path: Path, text: str) -> None:
    """Whole or not at all: a login must never see half an entry."""
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)
