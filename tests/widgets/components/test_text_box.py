"""A box of text: as high as its text needs, left by Tab, and faithful to what came in."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.helpers import emitted, shown
from tray_app.views.components.text_box import TextBox


def box_of(qtbot: QtBot) -> tuple[TextBox, QLineEdit, QWidget]:
    window = QWidget()
    column = QVBoxLayout(window)
    box, field = TextBox(78, 160, parent=window), QLineEdit(window)
    column.addWidget(box)
    column.addWidget(field)
    window.resize(400, 300)
    shown(qtbot, window)
    return box, field, window


def test_it_grows_with_its_text_up_to_its_most(qtbot: QtBot) -> None:
    box, *_rest = box_of(qtbot)
    assert box.height() == 78
    box.set_text("line\n" * 5)
    assert 78 < box.height() < 160
    box.set_text("line\n" * 50)
    assert box.height() == 160
    box.set_text("")
    assert box.height() == 78


def test_tab_leaves_it(qtbot: QtBot) -> None:
    box, field, _window = box_of(qtbot)
    box.editor.setFocus()
    QTest.keyClick(box.editor, Qt.Key.Key_Tab)
    assert field.hasFocus()
    assert box.text == ""


def test_what_came_in_stays_until_somebody_types(qtbot: QtBot) -> None:
    box, *_rest = box_of(qtbot)
    text = "a\r\nb\u00a0c\u2029d"
    with emitted(box.changed) as told:
        box.set_text(text)
        box.set_text(text)
    assert len(told) == 1
    assert box.text == text
    QTest.keyClicks(box.editor, "x")
    assert box.text.startswith("xa\nb")
    QTest.keyClick(box.editor, Qt.Key.Key_Backspace)
    assert box.text == text


def test_what_is_too_long_to_type_in_is_only_shown(qtbot: QtBot) -> None:
    box, *_rest = box_of(qtbot)
    text = "x" * 1_000_000
    box.set_text(text)
    assert len(box.editor.toPlainText()) < 100_000
    assert box.editor.isReadOnly()
    assert box.text == text
    box.set_text("short")
    assert not box.editor.isReadOnly()
