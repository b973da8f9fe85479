"""When the Dock has our icon. (What the Dock makes of it can be seen on macOS only.)"""

from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.support.waiting import wait_for
from tray_app.app.mac_dock import MacDock
from tray_app.cli import Invocation


class Window:
    """Counts how often it was asked to show."""

    def __init__(self) -> None:
        self.shown = 0

    def show(self) -> None:
        self.shown += 1


class Program(QObject):
    """What Docking knows of the program."""

    def __init__(self, qt: QApplication, invocation: Invocation) -> None:
        super().__init__()
        self.qt = qt
        self.invocation = invocation
        self.window = Window()


@dataclass
class Built:
    main: QWidget


def make(qt: QApplication, invocation: Invocation | None = None) -> tuple[MacDock, Program]:
    program: Any = Program(qt, invocation or Invocation())
    return MacDock(program, is_needed=True), program


def test_it_comes_with_the_first_window_and_goes_with_the_last(
    qtbot: QtBot, qapp: QApplication
) -> None:
    for left_over in QApplication.topLevelWidgets():  # of an earlier test, not yet deleted
        left_over.hide()
    mac_dock, _ = make(qapp)
    assert not mac_dock.is_open
    main = QWidget()
    qtbot.addWidget(main)
    mac_dock.connect_windows(Built(main))  # type: ignore[arg-type]
    main.show()
    assert mac_dock.is_open
    dialog = QWidget(main, Qt.WindowType.Dialog)
    dialog.show()
    main.showMinimized()
    qtbot.waitUntil(main.isMinimized)
    assert mac_dock.is_open
    dialog.hide()
    main.hide()
    qtbot.waitUntil(lambda: not mac_dock.is_open)


@pytest.mark.parametrize(
    ("invocation", "times"),
    [(Invocation(), [1, 2]), (Invocation(hidden=True), [0, 1]), (Invocation(login=True), [0, 1])],
)
def test_opened_again_with_nothing_open_it_shows_the_window(
    qapp: QApplication, invocation: Invocation, times: list[int]
) -> None:
    for left_over in QApplication.topLevelWidgets():
        left_over.hide()
    mac_dock, program = make(qapp, invocation)
    for expected in times:
        mac_dock._on_qt_state_changed(Qt.ApplicationState.ApplicationActive)
        mac_dock._on_qt_state_changed(Qt.ApplicationState.ApplicationInactive)
        assert program.window.shown == expected


def test_elsewhere_nothing_is_watched(qapp: QApplication) -> None:
    program: Any = Program(qapp, Invocation())
    mac_dock = MacDock(program, is_needed=False)
    mac_dock.connect_windows(Built(QWidget()))  # type: ignore[arg-type]
    assert mac_dock.is_open
    wait_for(lambda: program.window.shown == 0)
