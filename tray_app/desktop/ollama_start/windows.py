"""Starting Ollama on Windows: its app, as Ollama's own command line starts it."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app.desktop.ollama_start.app import OllamaApp, first_file

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from tray_app.desktop.ollama_start.base import InLane

_APP = "ollama app.exe"
_INSTALLER = "OllamaSetup.exe"
_ALL_PROCESSES = 2
_NO_HANDLE = ctypes.c_void_p(-1).value


class WindowsApp(OllamaApp):
    """Signals and thread are those of OllamaStart."""

    def __init__(
        self,
        in_lane: InLane,
        parent: QObject | None = None,
        *,
        environ: Mapping[str, str] = os.environ,
        is_running: Callable[[str], bool] | None = None,
    ) -> None:
        super().__init__(in_lane, parent)
        self._environ = environ
        self._is_running = is_running or is_program_running

    def command(self) -> tuple[str, ...]:
        app = first_file(app_places(self._environ))
        return (str(app), "--hide", "--fast-startup") if app is not None else ()

    def is_coming(self) -> bool:
        # The installer ends and replaces the app, and opens the new one itself.
        return self._is_running(_INSTALLER)


def app_places(environ: Mapping[str, str]) -> list[Path]:
    """Where the app may be: beside the command line, in the folders of the installer, on PATH."""
    path = environ.get("PATH", "")
    places = []
    for name in ("ollama.exe", "ollama"):
        found = shutil.which(name, path=path)
        if found is not None:
            places.append(Path(found).parent / _APP)
    local = environ.get("LOCALAPPDATA", "")
    if local:
        places += [Path(local, "Programs", "Ollama", _APP), Path(local, "Ollama", _APP)]
    found = shutil.which(_APP, path=path)
    return [*places, Path(found)] if found is not None else places


class _Process(ctypes.Structure):
    """PROCESSENTRY32W."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("usage", ctypes.c_uint32),
        ("pid", ctypes.c_uint32),
        ("heap", ctypes.c_size_t),
        ("module", ctypes.c_uint32),
        ("threads", ctypes.c_uint32),
        ("parent", ctypes.c_uint32),
        ("priority", ctypes.c_int32),
        ("flags", ctypes.c_uint32),
        ("file", ctypes.c_wchar * 260),
    )


def is_program_running(name: str) -> bool:
    """Whether a program of this name runs, as Windows' own list of them tells."""
    return any(found.casefold() == name.casefold() for found in _programs())


def _programs() -> Iterator[str]:
    if sys.platform == "win32":
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateToolhelp32Snapshot.restype = ctypes.c_void_p
        snapshot = ctypes.c_void_p(kernel.CreateToolhelp32Snapshot(_ALL_PROCESSES, 0))
        if snapshot.value in (None, _NO_HANDLE):
            return
        try:
            process = _Process(ctypes.sizeof(_Process))
            is_there = kernel.Process32FirstW(snapshot, ctypes.byref(process))
            while is_there:
                yield process.file
                is_there = kernel.Process32NextW(snapshot, ctypes.byref(process))
        finally:
            kernel.CloseHandle(snapshot)
    else:
        yield from ()
