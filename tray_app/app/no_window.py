"""Says in one sentence on stderr why there is no window. Loaded when that is so; needs no Qt, which
may be what is missing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from tray_app import text
from tray_app.desktop.startup.libraries import missing_for, missing_library
from tray_app.desktop.startup.peers import Peer, local_x11_addresses, x11_talk
from tray_app.streams import tell
from tray_app.text import tr
from tray_app.text.displays import (
    display_gone,
    display_refuses,
    display_silent,
    library_missing,
    no_display,
    windows_impossible,
)
from tray_app.text.english import english_formats

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


def tell_missing_library(error: ImportError) -> int:
    """Qt cannot be loaded, for want of a library of the system; any other error is raised."""
    library = missing_library(str(error))
    if not library:
        raise error
    return _tell(lambda: library_missing(library))


def leave(message: str) -> NoReturn:
    """Instead of being aborted by Qt, which said `message`. The system frees whatever is held."""
    _tell(lambda: failure_sentence(message, os.environ))
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
    return windows_impossible(message)


def _tell(sentence: Callable[[], str]) -> int:
    """In the person's language where Qt, which knows it, can be loaded."""
    try:
        from tray_app.language import install_in_terminal

        install_in_terminal()
    except ImportError:
        text.configure(english=english_formats("en", {"LANG": "C"}))
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
