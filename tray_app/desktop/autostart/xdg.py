"""Start at login on Linux: an entry in the autostart folder of the XDG specification."""

import os
from pathlib import Path

from tray_app import APP_ID, APP_NAME
from tray_app.desktop.autostart.base import (
    LOGIN_FLAG,
    Autostart,
    program_command,
    working_folder,
)

_SPECIAL = frozenset(" \t\n\"'\\><~|&;$*?#()`")
_OFF = frozenset({("hidden", "true"), ("x-gnome-autostart-enabled", "false")})


class XdgAutostart(Autostart):
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
        _write(self._path, "\n".join(lines))


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
    """Whole or not at all: a login must never see half an entry. A link stays one."""
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
