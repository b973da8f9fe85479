"""When the Dock has our icon. (What the Dock makes of it can be seen on macOS only.)"""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tray_app.app.mac_dock import MacDock


def make(qt: QApplication, *, is_hidden: bool = False) -> tuple[MacDock, list[bool]]:
    """The watcher, and a growing list of the times when the window was to be shown."""
    mac_dock = MacDock(qt, is_hidden=is_hidden, is_needed=True)
    reopened: list[bool] = []
    mac_dock.reopened.connect(lambda: reopened.append(True))
    return mac_dock, reopened


def test_it_comes_with_the_first_window_and_goes_with_the_last(
    qtbot: QtBot, qapp: QApplication
) -> None:
    for left_over in QApplication.topLevelWidgets():  # of an earlier test, not yet deleted
        left_over.hide()
    mac_dock, _ = make(qapp)
    assert not mac_dock.is_open
    main = QWidget()
    qtbot.addWidget(main)
    mac_dock.watch(main)
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
    ("is_hidden", "times"),
    [(False, [1, 2]), (True, [0, 1])],
)
def test_opened_again_with_nothing_open_it_shows_the_window(
    qapp: QApplication, is_hidden: bool, times: list[int]
) -> None:
    for left_over in QApplication.topLevelWidgets():
        left_over.hide()
    mac_dock, reopened = make(qapp, is_hidden=is_hidden)
    for expected in times:
        mac_dock._on_qt_state_changed(Qt.ApplicationState.ApplicationActive)
        mac_dock._on_qt_state_changed(Qt.ApplicationState.ApplicationInactive)
        assert len(reopened) == expected


def test_elsewhere_nothing_is_watched(qapp: QApplication) -> None:
    mac_dock = MacDock(qapp, is_needed=False)
    window = QWidget()
    mac_dock.watch(window)
    window.show()
    window.hide()
    assert mac_dock.is_open
    assert not mac_dock._later.isActive()
