"""QtFailure: what is told when Qt cannot begin, instead of its own text and a crash.

Where a library of the system is missing or no display lets it in, Qt says so in words for
programmers and aborts the process. It tells its message handler first: whatever costs time is done
only then.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import qInstallMessageHandler

from tray_app.desktop.startup.libraries import missing_for
from tray_app.desktop.startup.peers import Peer, local_x11_addresses, x11_talk

if TYPE_CHECKING:
    from PySide6.QtCore import QMessageLogContext, QtMsgType

_PLUGINS = {"wayland": "libqwayland.so", "xcb": "libqxcb.so"}
_VARIABLES = {"wayland": "WAYLAND_DISPLAY", "xcb": "DISPLAY"}


class QtFailure:
    """Around the making of the application object: `with QtFailure(leave): QApplication(…)`.

    `leave` gets what Qt said at last and must not come back: Qt aborts the process then.
    """

    def __init__(self, leave: Callable[[str], object]) -> None:
        self._leave = leave
        self._said: list[str] = []

    def __enter__(self) -> None:
        qInstallMessageHandler(self._on_message)

    def __exit__(self, *_: object) -> None:
        qInstallMessageHandler(None)
        if self._said and sys.stderr is not None:
            sys.stderr.write("".join(f"{line}\n" for line in self._said))

    def _on_message(self, kind: QtMsgType, _: QMessageLogContext, message: str) -> None:
        # By its name: the enumeration itself takes time to load.
        if kind.name == "QtFatalMsg":
            self._leave(message)
        elif kind.name in ("QtWarningMsg", "QtCriticalMsg"):
            self._said.append(message)


def failure_sentence(message: str, environ: Mapping[str, str] = os.environ) -> str:
    """Why Qt can show no window; `message` is what it said at last."""
    from tray_app.text import displays

    chosen = environ.get("QT_QPA_PLATFORM", "").partition(";")[0].partition(":")[0]
    tried = [
        platform
        for platform, variable in _VARIABLES.items()
        if chosen in ("", platform) and environ.get(variable)
    ]
    for platform in tried:
        for plugin in _plugins(platform):
            if library := missing_for(plugin):
                return displays.library_missing(library)
    if "xcb" in tried:
        name = environ["DISPLAY"]
        return displays.display_refuses(name) if _is_there(name) else displays.display_gone(name)
    if "wayland" in tried:
        return displays.display_gone(environ["WAYLAND_DISPLAY"])
    return displays.windows_impossible(message)


def _plugins(platform: str) -> list[Path]:
    from PySide6.QtCore import QCoreApplication

    files = [Path(p) / "platforms" / _PLUGINS[platform] for p in QCoreApplication.libraryPaths()]
    return [file for file in files if file.exists()]


def _is_there(x11: str) -> bool:
    """Whether somebody listens there; of another computer's display Qt has found out."""
    for address in local_x11_addresses(x11):
        peer = Peer(address, x11_talk())
        peer.close()
        if peer.is_reachable:
            return True
    return False
