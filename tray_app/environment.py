"""What the environment says of us and of folders, as far as it is true. Standard library only.

It is inherited from whatever started us, and names that program's AppImage and sandbox. A folder
that is not absolute would lie where a person happens to be; the XDG specification ignores it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path

_FOLDERS = (
    *("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"),
    "XDG_RUNTIME_DIR",
)
_NOWHERE = "/nonexistent"
"""Where Debian puts the home of who has none: reading finds nothing, writing fails and is told."""


def put_right(environ: MutableMapping[str, str]) -> None:
    """Leave out folders that are none, and know the home where HOME doesn't tell it; and let what
    we start, such as the browser, have the libraries of the system."""
    if sys.platform == "win32":
        return
    _hide_own_libraries(environ)
    for name in _FOLDERS:
        if name in environ and not os.path.isabs(environ[name]):  # noqa: PTH117
            del environ[name]
    if not os.path.isabs(environ.get("HOME", "")):  # noqa: PTH117
        environ["HOME"] = _home_of_account()


def _hide_own_libraries(environ: MutableMapping[str, str]) -> None:
    """Take back what PyInstaller's start set; our own loader has read it long ago."""
    own, kept = getattr(sys, "_MEIPASS", ""), environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if not own or environ.get("LD_LIBRARY_PATH", "").partition(":")[0] != own:
        return
    if kept:
        environ["LD_LIBRARY_PATH"] = kept
    else:
        del environ["LD_LIBRARY_PATH"]


def _home_of_account() -> str:
    import pwd

    try:
        home = pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return _NOWHERE
    return home if os.path.isabs(home) else _NOWHERE  # noqa: PTH117


def own_appimage(environ: Mapping[str, str] = os.environ) -> str:
    """The AppImage that we were started from; "" when it was none.

    What a terminal inherited from an AppImage of its own names another program: ours is the one
    in whose folder we run.
    """
    image, folder = environ.get("APPIMAGE", ""), environ.get("APPDIR", "")
    if not (image and folder and getattr(sys, "frozen", False)):
        return ""
    if not (os.path.isabs(image) and os.path.isabs(folder)):  # noqa: PTH117
        return ""
    try:
        is_ours = Path(sys.executable).resolve().is_relative_to(Path(folder).resolve())
        return image if is_ours and Path(image).is_file() else ""
    except (OSError, ValueError):
        return ""


def sandbox(environ: Mapping[str, str] = os.environ, root: Path = Path("/")) -> str:
    """ "Flatpak" or "Snap" when we run in one, "" when not.

    The mark that the sandbox itself leaves counts, and not a variable that anybody may inherit.
    """
    if (root / ".flatpak-info").is_file():
        return "Flatpak"
    snap = environ.get("SNAP", "")
    if os.path.isabs(snap) and Path(__file__).is_relative_to(snap):  # noqa: PTH117
        return "Snap"
    return ""
