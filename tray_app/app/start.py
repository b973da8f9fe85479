"""From the command line to the running program: one instance, a display, then Application."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from pathlib import Path

from tray_app import APP_ID, APP_NAME, __version__, log
from tray_app.cli import Invocation
from tray_app.desktop.single_instance import (
    Handover,
    InstanceCommand,
    Outcome,
    SingleInstance,
)
from tray_app.paths import Paths, paths
from tray_app.text import tr

EXIT_NO_DISPLAY = 1
EXIT_SILENT = 1

_log = logging.getLogger(__name__)


def main(invocation: Invocation) -> int:
    """Run the program, or hand over to the one that runs. Gives the exit code."""
    if not invocation.demo or invocation.data_dir is not None:
        return _run(invocation, invocation.data_dir)
    # A demo must not touch the person's own settings and downloads.
    with tempfile.TemporaryDirectory(prefix="ollama-tray-demo-") as folder:
        return _run(invocation, Path(folder))


def _run(invocation: Invocation, data_dir: Path | None) -> int:
    where = paths(data_dir)
    log.set_up(where.log_file, is_verbose=invocation.verbose, to_stderr=invocation.verbose)
    try:
        instance = SingleInstance(data_dir)
        if not instance.claim():
            handover = _hand_over(instance, invocation)
            if handover.outcome is not Outcome.NOBODY:
                return _say(handover)
        try:
            return _start(invocation, where, instance)
        finally:
            instance.close()
    finally:
        log.take_down()


def _hand_over(instance: SingleInstance, invocation: Invocation) -> Handover:
    if invocation.link:
        return instance.hand_over(InstanceCommand.SHOW, (invocation.link,))
    if invocation.hidden:
        return instance.hand_over(InstanceCommand.STATUS)
    return instance.hand_over(InstanceCommand.RAISE)


def _say(handover: Handover) -> int:
    if handover.outcome is Outcome.SILENT:
        # What a person sees who started it from a menu is the log; from a terminal, this.
        _tell(tr("Ollama Tray runs but doesn’t answer. End it and start it again."))
        return EXIT_SILENT
    return 0


def _tell(sentence: str) -> None:
    _log.info("%s", sentence)
    if sys.stderr is not None:
        sys.stderr.write(sentence + "\n")


def has_display() -> bool:
    """Whether there is a display to show a window on.

    On Linux Qt aborts the process without one, and blames a missing library.
    """
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM", "") in ("offscreen", "minimal"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _start(invocation: Invocation, where: Paths, instance: SingleInstance) -> int:
    if not has_display():
        _tell(
            tr(
                "There is no display to show a window on. In a terminal, these work without one: "
                "ollama-tray list, show, ps, pull, rm, status."
            )
        )
        return EXIT_NO_DISPLAY
    # Loading Qt's widgets costs a tenth of a second: not for a second start.
    from PySide6.QtWidgets import QApplication

    QApplication.setApplicationName(APP_NAME)
    QApplication.setApplicationVersion(__version__)
    QApplication.setDesktopFileName(APP_ID)
    QApplication.setQuitOnLastWindowClosed(False)
    app = QApplication([APP_NAME])

    from tray_app.app.application import Application

    demo = None
    if invocation.demo:
        from tray_app.app.demo import Demo

        demo = Demo()
    application = Application(app, invocation, where, instance, demo)
    application.start()
    code = app.exec()
    application.after_loop()
    return code
