"""The whole program, which does what a test asks of it from inside: `show ACT` over the socket.

No switch for this is in the program itself.
"""

import ctypes
import os
import sys
import threading
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, QThread, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QSessionManager
from PySide6.QtWidgets import QAbstractButton, QApplication

from tray_app.app import application, instance_commands, main
from tray_app.app.instance_commands import InstanceCommands
from tray_app.app.window import WindowController
from tray_app.cli import parse_args
from tray_app.commands import Commands
from tray_app.desktop.instance.single_instance import InstanceAnswer, InstanceRequest
from tray_app.state.app_state import AppState


class Broken(Exception):
    """Raised on purpose."""


class Breaker(QObject):
    """Raises in whatever thread it lives."""

    wished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.wished.connect(self._on_wished)

    @Slot()
    def _on_wished(self) -> None:
        raise Broken(f"a slot in {threading.current_thread().name}")


class Manager:
    """What a session manager of Qt's would be told."""

    def __init__(self) -> None:
        self.hint = QSessionManager.RestartHint.RestartIfRunning

    def setRestartHint(self, hint: QSessionManager.RestartHint) -> None:
        self.hint = hint


class BreakingCommands(InstanceCommands):
    """Also knows the acts of this file."""

    def __init__(
        self,
        state: AppState,
        commands: Commands,
        window: WindowController,
        parent: application.Application,
    ) -> None:
        super().__init__(state, commands, window, parent)
        self._owner = parent
        self._here = Breaker()
        self._there = Breaker()
        self._thread = QThread(self)
        self._thread.setObjectName("a worker")
        self._there.moveToThread(self._thread)
        qt = QCoreApplication.instance()
        assert qt is not None
        qt.aboutToQuit.connect(self._on_qt_about_to_quit)

    def answer(self, request: InstanceRequest) -> InstanceAnswer:
        act = getattr(self, f"do_{request.args[0]}", None) if request.args else None
        if act is None:
            return super().answer(request)
        QTimer.singleShot(0, partial(act, *request.args[1:]))
        return InstanceAnswer(True)

    def do_press(self, name: str) -> None:
        """Click the button of this name, as the mouse would."""
        found = [w for w in QApplication.allWidgets() if isinstance(w, QAbstractButton)]
        (button,) = (w for w in found if name in (w.accessibleName(), w.text()) and w.isVisible())
        button.click()

    def do_storm(self) -> None:
        """Sixty faults at three places, each with words of its own."""

        def fail(number: int) -> None:
            if number % 3 == 0:
                raise Broken(f"a storm {number}")
            if number % 3 == 1:
                raise Broken(f"a storm {number}")
            raise Broken(f"a storm {number}")

        for number in range(60):
            QTimer.singleShot(number * 10, partial(fail, number))

    def do_clipboard(self) -> None:
        print(QGuiApplication.clipboard().text(), "<end>", flush=True)

    def do_slot(self) -> None:
        self._here.wished.emit()

    def do_worker(self) -> None:
        self._thread.start()
        self._there.wished.emit()

    def do_thread(self) -> None:
        def work() -> None:
            raise Broken("a plain thread")

        threading.Thread(target=work, name="plain").start()

    def do_segfault(self) -> None:
        ctypes.string_at(0)

    def do_abort(self) -> None:
        os.abort()

    def do_session(self) -> None:
        """The session ends: asked to save, then to go."""
        manager = Manager()
        self._owner.session_end._on_qt_commit_data_request(manager)  # type: ignore[arg-type]
        assert manager.hint is QSessionManager.RestartHint.RestartNever
        QCoreApplication.quit()

    def do_doctor(self) -> None:
        self._owner.commands.doctor_dialog_requested.emit("")

    def do_diagnostics(self) -> None:
        clipboard = QGuiApplication.clipboard()
        clipboard.dataChanged.connect(self._on_clipboard_data_changed)
        self._owner.doctor.copy()

    @Slot()
    def _on_clipboard_data_changed(self) -> None:
        print(QGuiApplication.clipboard().text(), flush=True)

    @Slot()
    def _on_qt_about_to_quit(self) -> None:
        self._thread.quit()
        self._thread.wait()


if __name__ == "__main__":
    instance_commands.__dict__["InstanceCommands"] = BreakingCommands
    sys.exit(main(parse_args(sys.argv[1:])))
