"""QtFailure: what is told when Qt cannot begin, instead of its own text and a crash.

Where a library of the system is missing or no display lets it in, Qt says so in words for
programmers and aborts the process. It tells its message handler first: whatever costs time is done
only then.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import qInstallMessageHandler

if TYPE_CHECKING:
    from PySide6.QtCore import QMessageLogContext, QtMsgType


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
