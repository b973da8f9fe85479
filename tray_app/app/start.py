"""From the command line to the running program: one instance, a display, the icon, the rest.

Import order is start-up time: what the tray icon does not need is imported behind it.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tray_app import APP_ID, APP_NAME, __version__
from tray_app.desktop.dock import claim_taskbar
from tray_app.desktop.instance.single_instance import (
    Handover,
    InstanceCommand,
    Outcome,
    SingleInstance,
)
from tray_app.desktop.startup.probe import StartupProbe
from tray_app.desktop.startup.pyside_features import use_no_features

if TYPE_CHECKING:
    from tray_app.cli import Invocation

TRAY_GRACE_S = 30.0
SWITCH_S = 0.0005
"""How long a thread that reads a list may keep the GUI thread waiting, each time that one has
painted something; by default ten times as long."""
ICON_FIRST_MS = 20
"""The desktop asks for the icon's picture and menu right after it was told of it; a busy start
would keep it waiting."""


def main(invocation: Invocation) -> int:
    """Run the program, or hand over to the one that runs. Gives the exit code."""
    if not invocation.demo or invocation.data_dir is not None:
        return _run(invocation, invocation.data_dir, _nothing)
    import tempfile  # loads random and shutil: only for a demo

    # A demo must not touch the person's own settings and downloads.
    folder = tempfile.TemporaryDirectory(prefix="ollama-tray-demo-", ignore_cleanup_errors=True)
    with folder as name:
        return _run(invocation, Path(name), folder.cleanup)


def _nothing() -> None:
    """There is nothing to be cleared away."""


def _run(invocation: Invocation, data_dir: Path | None, clear_away: Callable[[], None]) -> int:
    instance = SingleInstance(data_dir)
    if not instance.claim():
        handover = _hand_over(instance, invocation)
        if handover.outcome is not Outcome.NOBODY:
            return _say(handover)
    try:
        return _start(invocation, data_dir, instance, clear_away)
    finally:
        instance.close()


def _hand_over(instance: SingleInstance, invocation: Invocation) -> Handover:
    if invocation.link:
        return instance.hand_over(InstanceCommand.SHOW, (invocation.link,))
    if invocation.hidden or invocation.login:
        return instance.hand_over(InstanceCommand.STATUS)
    return instance.hand_over(InstanceCommand.RAISE)


def _say(handover: Handover) -> int:
    if handover.outcome is not Outcome.SILENT:
        return 0
    from tray_app.app import no_window

    return no_window.tell_other_is_silent()


def _leave(clear_away: Callable[[], None], message: str) -> NoReturn:
    from tray_app.app import no_window

    clear_away()
    no_window.leave(message)


def has_display() -> bool:
    """Whether there is a display to show a window on.

    On Linux Qt aborts the process without one, and blames a missing library.
    """
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM", "") in ("offscreen", "minimal"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _start(
    invocation: Invocation,
    data_dir: Path | None,
    instance: SingleInstance,
    clear_away: Callable[[], None],
) -> int:
    if not has_display():
        from tray_app.app import no_window

        return no_window.tell_no_display()
    probe = StartupProbe() if sys.platform == "linux" else None
    try:
        from PySide6.QtCore import QTimer

        use_no_features()
        from PySide6.QtWidgets import QApplication

        from tray_app.app.launcher import Launcher
        from tray_app.desktop.startup.qt_failure import QtFailure
        from tray_app.desktop.tray.tray import Tray
    except ImportError as error:
        from tray_app.app import no_window

        return no_window.tell_no_qt(error)
    if probe is not None and (silent := probe.settle()):
        from tray_app.app import no_window

        return no_window.tell_display_silent(silent)
    claim_taskbar()
    QApplication.setApplicationName(APP_NAME)
    QApplication.setApplicationVersion(__version__)
    QApplication.setDesktopFileName(APP_ID)
    QApplication.setQuitOnLastWindowClosed(False)
    with QtFailure(partial(_leave, clear_away)):
        app = QApplication([APP_NAME])
    tray = Tray(app)
    is_quiet = invocation.hidden or invocation.login
    tray.start(TRAY_GRACE_S if is_quiet else 0.0, is_window_next=not is_quiet)
    notes = tuple(probe.notes) if probe is not None else ()
    rest = Launcher(app, tray, invocation, data_dir, instance, notes)
    QTimer.singleShot(ICON_FIRST_MS, rest.build)
    gc.disable()  # what a start makes stays: GarbageCollector takes over a while later
    sys.setswitchinterval(SWITCH_S)
    code = app.exec()
    rest.end()
    gc.enable()
    # The interpreter's last searches would look at every model of every server once more.
    gc.freeze()
    return code
