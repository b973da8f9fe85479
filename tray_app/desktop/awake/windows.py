"""Awake on Windows: the state of the GUI thread, which lives as long as the program."""

from __future__ import annotations

import ctypes
import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from tray_app.desktop.awake.base import Awake

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

_log = logging.getLogger(__name__)

_CONTINUOUS = 0x80000000
_SYSTEM_REQUIRED = 0x00000001


class WindowsAwake(Awake):
    """Signals and thread are those of Awake."""

    def __init__(
        self, parent: QObject | None = None, *, set_state: Callable[[int], int] | None = None
    ) -> None:
        super().__init__(parent)
        self._set_state = set_state or set_execution_state

    def hold(self) -> None:
        if not self.is_held:
            self._take(self._ask(_CONTINUOUS | _SYSTEM_REQUIRED))

    def release(self) -> None:
        if self.is_held:
            self._ask(_CONTINUOUS)
            self._take(False)

    def _ask(self, state: int) -> bool:
        if self._set_state(state):
            return True
        _log.info("the system does not take the execution state %#x", state)
        return False


def set_execution_state(state: int) -> int:
    """SetThreadExecutionState: the state before, 0 = not taken."""
    if sys.platform == "win32":
        call = ctypes.windll.kernel32.SetThreadExecutionState
        call.argtypes, call.restype = (ctypes.c_uint32,), ctypes.c_uint32
        return int(call(state))
    return 0
