"""Home, End, the page keys and the arrows scroll what is there to be read."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.helpers import shown
from tray_app.text import Message
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.message_box import MessageBox
from tray_app.views.components.scrolling import ScrollArea


def page(qtbot: QtBot, words: str) -> tuple[ScrollArea, QPushButton]:
    """A page with a button above its words."""
    content = QWidget()
    column = QVBoxLayout(content)
    button = QPushButton("Open")
    column.addWidget(button)
    column.addWidget(PlainLabel(words))
    area = ScrollArea()
    area.setWidget(content)
    area.resize(240, 160)
    return shown(qtbot, area), button


def test_each_key_goes_where_a_reader_expects(qtbot: QtBot) -> None:
    area, _ = page(qtbot, "many words " * 500)
    bar = area.verticalScrollBar()
    assert bar.maximum() > bar.pageStep()
    area.setFocus()
    places = []
    for key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_End):
        qtbot.keyClick(area, key)
        places.append(bar.value())
    assert places == sorted({0, *places})[1:]
    assert places[-1] == bar.maximum()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_PageUp, Qt.Key.Key_Home):
        qtbot.keyClick(area, key)
        places.append(bar.value())
    assert places[3:] == sorted({*places[3:], bar.maximum()})[-2::-1]
    assert places[-1] == 0


def test_they_do_so_from_a_button_on_the_page(qtbot: QtBot) -> None:
    area, button = page(qtbot, "many words " * 500)
    bar = area.verticalScrollBar()
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_End)
    assert bar.value() == bar.maximum() > 0
    qtbot.keyClick(button, Qt.Key.Key_Home)
    assert bar.value() == 0
    assert button.hasFocus()


@pytest.mark.parametrize(
    "modifier", [Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier]
)
def test_other_keys_with_home_in_them_are_left_alone(
    qtbot: QtBot, modifier: Qt.KeyboardModifier
) -> None:
    area, _ = page(qtbot, "many words " * 500)
    area.setFocus()
    qtbot.keyClick(area, Qt.Key.Key_End, modifier)
    assert area.verticalScrollBar().value() == 0
    qtbot.keyClick(area, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert area.verticalScrollBar().value() > 0


def test_a_page_that_fits_leaves_the_keys_to_what_is_around_it(qtbot: QtBot) -> None:
    heard: list[int] = []

    class Window(QWidget):
        def keyPressEvent(self, event) -> None:  # type: ignore[no-untyped-def]
            heard.append(event.key())

    window = Window()
    area, _ = page(qtbot, "few words")
    QVBoxLayout(window).addWidget(area)
    shown(qtbot, window)
    assert area.verticalScrollBar().maximum() == 0
    qtbot.keyClick(area, Qt.Key.Key_End)
    assert heard == [Qt.Key.Key_End]


def test_they_scroll_a_dialog_from_its_buttons(qtbot: QtBot) -> None:
    box = shown(qtbot, MessageBox(Message("Title", "many words " * 3000)))
    bar = box.scroller.verticalScrollBar()
    focused = QApplication.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, Qt.Key.Key_End)
    assert bar.value() == bar.maximum() > 0
    qtbot.keyClick(focused, Qt.Key.Key_Home)
    assert bar.value() == 0
