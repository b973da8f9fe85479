"""The program's place in the Dock (macOS) and the taskbar (Windows), beside its tray icon.

Written after the documentation of both systems; nothing of it can be tried out on Linux, where a
window has its place in the taskbar as long as it is open and nothing is to be done.
"""

from __future__ import annotations

import logging
import sys

from tray_app import APP_ID

_log = logging.getLogger(__name__)

_REGULAR, _ACCESSORY = 0, 1  # NSApplicationActivationPolicy


def claim_taskbar() -> None:
    """Have Windows count the windows as this program's, not as Python's: one button, our icon,
    our name on notifications. Before the first window."""
    if sys.platform == "win32":
        import ctypes

        try:
            ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(APP_ID)
        except (AttributeError, OSError) as error:
            _log.info("no identity in the taskbar: %s", error)


def show_in_dock(is_shown: bool) -> None:
    """Whether the Dock has our icon: while a window is open. A program with nothing but its icon
    in the menu bar has none there, and none in the program switcher."""
    if sys.platform == "darwin":
        _set_policy(_REGULAR if is_shown else _ACCESSORY)


def _set_policy(policy: int) -> None:
    import ctypes
    import ctypes.util

    try:
        objc = ctypes.cdll.LoadLibrary(ctypes.util.find_library("objc") or "libobjc.dylib")
        objc.objc_getClass.restype = ctypes.c_void_p
        objc.objc_getClass.argtypes = [ctypes.c_char_p]
        objc.sel_registerName.restype = ctypes.c_void_p
        objc.sel_registerName.argtypes = [ctypes.c_char_p]
        # objc_msgSend takes the shape of the method that is called: one prototype for each.
        pointer = ctypes.c_void_p
        ask = ctypes.CFUNCTYPE(pointer, pointer, pointer)(("objc_msgSend", objc))
        tell = ctypes.CFUNCTYPE(ctypes.c_bool, pointer, pointer, ctypes.c_long)(
            ("objc_msgSend", objc)
        )
        shared = objc.sel_registerName(b"sharedApplication")
        application = ask(objc.objc_getClass(b"NSApplication"), shared)
        if not tell(application, objc.sel_registerName(b"setActivationPolicy:"), policy):
            _log.info("the Dock keeps its icon as it is")
    except (AttributeError, OSError) as error:
        _log.info("the Dock cannot be asked: %s", error)
