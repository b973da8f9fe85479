"""Start at login on Windows: the Run key of the person, and Task Manager's word about it."""

import subprocess
import sys

from tray_app import APP_NAME
from tray_app.desktop.autostart.base import LOGIN_FLAG, Autostart

_RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
_APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"


def run_value(command: tuple[str, ...]) -> str:
    """The command line as it stands in the registry."""
    return subprocess.list2cmdline([*command, LOGIN_FLAG])


def is_approved(value: bytes) -> bool:
    """What Task Manager wrote: an even first byte is on, an odd one is off."""
    return not value or value[0] % 2 == 0


class WindowsAutostart(Autostart):
    """HKEY_CURRENT_USER only; needs no rights."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command

    def is_enabled(self) -> bool:
        return bool(_read(_RUN)) and is_approved(_read(_APPROVED))

    def set_enabled(self, is_enabled: bool) -> None:
        if is_enabled:
            _write(_RUN, run_value(self._command))
        elif _read(_RUN):
            _write(_RUN, None)
        if _read(_APPROVED):
            # A word about an older entry would switch the new one off.
            _write(_APPROVED, None)


if sys.platform == "win32":
    import winreg

    def _read(path: str) -> bytes:
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path) as key:
                value, _ = winreg.QueryValueEx(key, APP_NAME)
        except FileNotFoundError:
            return b""
        return value if isinstance(value, bytes) else str(value).encode()

    def _write(path: str, value: str | None) -> None:
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, path) as key:
            if value is None:
                winreg.DeleteValue(key, APP_NAME)
            else:
                winreg.SetValueEx(key, APP_NAME, 0, winreg.REG_SZ, value)

else:

    def _read(path: str) -> bytes:
        raise OSError(f"there is no registry to read {path} from")

    def _write(path: str, value: str | None) -> None:
        raise OSError(f"there is no registry to write {value!r} to {path}")
