"""Says in one sentence on stderr why there is no window. Loaded when that is so; needs no Qt, which
may be what is missing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from tray_app.cli.speech import is_about_qt, speak
from tray_app.desktop.startup.libraries import missing_for
from tray_app.desktop.startup.peers import Peer, local_x11_addresses, x11_talk
from tray_app.streams import tell
from tray_app.text import tr
from tray_app.text.displays import (
    display_gone,
    display_refuses,
    display_silent,
    library_missing,
    no_display,
    platform_impossible,
    qt_impossible,
    windows_impossible,
)

EXIT_NO_WINDOW = 1
_PLUGINS = {"wayland": "libqwayland.so", "xcb": "libqxcb.so"}
_VARIABLES = {"wayland": "WAYLAND_DISPLAY", "xcb": "DISPLAY"}


def tell_other_is_silent() -> int:
    """The instance that runs does not answer."""
    return _tell(
        lambda: tr("Ollama Tray is running but doesn’t answer. Quit it and start it again.")
    )


def tell_no_display() -> int:
    return _tell(no_display)


def tell_display_silent(name: str) -> int:
    return _tell(lambda: display_silent(name))


def tell_no_qt(error: ImportError) -> int:
    """Qt cannot be loaded. An error about anything else is raised."""
    if not is_about_qt(error):
        raise error
    return _tell(lambda: qt_impossible(str(error)))


def leave(message: str) -> NoReturn:
    """Instead of being aborted by Qt, which said `message`. The system frees whatever is held."""
    try:
        _tell(lambda: failure_sentence(message, os.environ))
    finally:
        os._exit(EXIT_NO_WINDOW)


def failure_sentence(message: str, environ: Mapping[str, str]) -> str:
    """Why Qt can show no window; `message` is what it said at last."""
    chosen = environ.get("QT_QPA_PLATFORM", "").partition(";")[0].partition(":")[0]
    tried = [
        platform
        for platform, variable in _VARIABLES.items()
        if chosen in ("", platform) and environ.get(variable)
    ]
    for platform in tried:
        for plugin in _plugins(platform):
            if library := missing_for(plugin):
                return library_missing(library)
    if "xcb" in tried:
        name = environ["DISPLAY"]
        return display_refuses(name) if _is_there(name) else display_gone(name)
    if "wayland" in tried:
        return display_gone(environ["WAYLAND_DISPLAY"])
    return platform_impossible(chosen) if chosen else windows_impossible(message)


def _tell(sentence: Callable[[], str]) -> int:
    """In the system's language where it can be had."""
    speak()
    tell(sentence())
    return EXIT_NO_WINDOW


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
