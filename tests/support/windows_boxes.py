"""Message boxes on Windows: what the first one says, and its OK.

`python -m tests.support.windows_boxes PROGRAM [ARGUMENT …]` starts a program without a console,
waits for its box, presses OK and prints the box's text and the program's exit code as JSON.
"""

import ctypes
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from tests.support.waiting import wait_for
from tray_app import APP_NAME

_DIALOG_CLASS = "#32770"
_TEXT_ITEM = 0xFFFF
_WM_GETTEXT = 0x0D
_WM_COMMAND = 0x111
_ID_OK = 1
_MOST_LETTERS = 8192
_WAIT_S = 60


def answer_box(title: str = APP_NAME) -> str:
    """The text of the box with that title, once it is there; its OK is pressed."""
    if sys.platform != "win32":
        raise OSError("boxes are of Windows")
    user: Any = ctypes.windll.user32
    for name in ("FindWindowW", "GetDlgItem"):
        getattr(user, name).restype = ctypes.c_void_p
    user.GetDlgItem.argtypes = [ctypes.c_void_p, ctypes.c_int]
    buffer = ctypes.create_unicode_buffer(_MOST_LETTERS)
    send = user.SendMessageW
    send.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_size_t, ctypes.c_void_p]
    post = user.PostMessageW
    post.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_size_t, ctypes.c_ssize_t]

    def look() -> int:
        box = user.FindWindowW(_DIALOG_CLASS, title)
        item = user.GetDlgItem(box, _TEXT_ITEM) if box else None
        # Of another program, a control tells its text only when it is sent for.
        is_there = item and send(item, _WM_GETTEXT, _MOST_LETTERS, ctypes.addressof(buffer))
        return int(box) if is_there else 0

    box = wait_for(look, timeout_s=_WAIT_S, interval_s=0.05, message=f"no box {title!r} came")
    post(box, _WM_COMMAND, _ID_OK, 0)
    return buffer.value


def box_of(command: Sequence[str]) -> tuple[str, int]:
    """What the box of a program says that is started without a console, and its exit code."""
    program = subprocess.Popen(command, creationflags=getattr(subprocess, "DETACHED_PROCESS", 0))
    try:
        return answer_box(), program.wait(_WAIT_S)
    finally:
        if program.poll() is None:
            program.kill()


if __name__ == "__main__":
    text, code = box_of(sys.argv[1:])
    sys.stdout.write(json.dumps({"text": text, "code": code}) + "\n")
