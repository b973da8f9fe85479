"""A row with a check box: what a click in it does, and what it leaves alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.helpers import shown
from tray_app.views.components.box_row import BoxRow
from tray_app.views.components.labels import PlainLabel

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


class Around(QWidget):
    """What the row lies in, and what it hears of the mouse."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Qt.MouseButton] = []
        self.row = BoxRow(self)
        self.label = PlainLabel("a name", parent=self.row)
        inner = QHBoxLayout(self.row)
        inner.addWidget(self.row.box)
        inner.addWidget(self.label, 1)
        self.field = QLineEdit(self)
        outer = QHBoxLayout(self)
        outer.addWidget(self.row, 1)
        outer.addWidget(self.field)
        self.resize(320, 60)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.heard.append(event.button())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.heard.append(event.button())


@pytest.fixture
def around(qtbot: QtBot) -> Around:
    made = shown(qtbot, Around())
    made.field.setFocus()
    return made


@pytest.mark.parametrize("is_on_the_label", [True, False])
def test_a_click_anywhere_is_one_on_the_box(around: Around, is_on_the_label: bool) -> None:
    row = around.row
    clicks: list[bool] = []

    def note(is_on: bool) -> None:
        clicks.append(is_on)

    row.box.clicked.connect(note)
    place = around.label.geometry().center() if is_on_the_label else QPoint(2, 2)
    for is_on in (True, False):
        QTest.mouseClick(row, LEFT, pos=place)
        assert row.box.isChecked() is is_on
    assert clicks == [True, False], "as one of a person, not of the program"
    assert row.box.hasFocus(), "arrows go on from here"
    assert around.heard == []


def test_one_on_the_box_itself_counts_once(around: Around) -> None:
    QTest.mouseClick(around.row.box, LEFT, pos=around.row.box.rect().center())
    assert around.row.box.isChecked()


def test_who_leaves_the_row_with_the_button_down_has_thought_again(around: Around) -> None:
    row = around.row
    QTest.mousePress(row, LEFT, pos=QPoint(4, 4))
    QTest.mouseRelease(row, LEFT, pos=QPoint(4, row.height() + 30))
    assert not row.box.isChecked()
    assert around.field.hasFocus()


def test_a_box_that_cannot_be_used_is_left_alone(around: Around) -> None:
    around.row.box.setEnabled(False)
    QTest.mouseClick(around.row, LEFT, pos=QPoint(4, 4))
    assert not around.row.box.isChecked()
    assert around.field.hasFocus()


def test_other_buttons_are_for_what_is_around(around: Around) -> None:
    QTest.mouseClick(around.row, RIGHT, pos=QPoint(4, 4))
    assert not around.row.box.isChecked()
    assert around.heard == [RIGHT, RIGHT]
