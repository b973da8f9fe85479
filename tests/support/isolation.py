"""Gives a test session a home, an environment and a clock zone of its own.

Called once, before anything else is imported: no test may read or write the files, the bus, the
display, the proxies or the Ollama server of the person who runs it.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

# Whatever of these a person has set would change what the program does under test.
_UNWANTED = (
    "DBUS_SESSION_BUS_ADDRESS",
    "DESKTOP_SESSION",
    "DISPLAY",
    "LANGUAGE",
    "NO_COLOR",
    "SESSION_MANAGER",
    "WAYLAND_DISPLAY",
    "XDG_CURRENT_DESKTOP",
)
_UNWANTED_PREFIXES = ("OLLAMA_", "QT_")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy")
_KEPT = ("OLLAMA_TEST_HOST",)

# `QT_QPA_PLATFORM` itself is not honoured: someone on Wayland has it set to "wayland".
PLATFORM_VARIABLE = "TEST_QT_PLATFORM"


def isolate_environment() -> tempfile.TemporaryDirectory[str]:
    """Move the session into a temporary home; the answer removes it again with cleanup()."""
    home = tempfile.TemporaryDirectory(prefix="ollama-tray-tests-", ignore_cleanup_errors=True)
    for name in list(os.environ):
        unwanted = name in _UNWANTED or name.startswith(_UNWANTED_PREFIXES)
        if (unwanted and name not in _KEPT) or name.lower() in _PROXIES:
            del os.environ[name]
    os.environ.update(home_variables(Path(home.name)))
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={home.name}/no-system-bus"
    os.environ["QT_QPA_PLATFORM"] = os.environ.get(PLATFORM_VARIABLE, "offscreen")
    os.environ["TZ"] = "UTC"
    if sys.platform != "win32":
        time.tzset()
        os.environ["LC_ALL"] = "C.UTF-8"
    return home


def home_variables(home: Path) -> dict[str, str]:
    """Return the variables that put every per-user folder below `home`, which are made."""
    folders = {
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local" / "share",
        "XDG_STATE_HOME": home / ".local" / "state",
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_RUNTIME_DIR": home / "run",
        "APPDATA": home / "AppData" / "Roaming",
        "LOCALAPPDATA": home / "AppData" / "Local",
    }
    wanted = {
        name: str(folder)
        for name, folder in folders.items()
        if name.startswith("XDG_") != (sys.platform == "win32")
    }
    for folder in wanted.values():
        Path(folder).mkdir(parents=True, exist_ok=True, mode=0o700)
    return {"HOME": str(home), "USERPROFILE": str(home), **wanted}
