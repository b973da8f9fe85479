"""Every window, dialog and page: what can get the keyboard says what it is to a screen reader."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, QObject, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QMenu,
    QSplitterHandle,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.shots import registry as shots
from tray_app import text

shots.load_pictures()
# A picture per surface is enough: languages and sizes name nothing anew.
PICTURES = {shot.name: shot for shot in shots.SHOTS if shot.locale == "en_GB"}


@pytest.fixture
def decimal_sizes() -> Iterator[None]:
    text.configure("decimal")
    before = QLocale()
    yield
    QLocale.setDefault(before)
    text.configure()


@pytest.mark.usefixtures("decimal_sizes")
@pytest.mark.parametrize("name", sorted(PICTURES))
def test_everything_that_gets_the_keyboard_has_a_name(qtbot: QtBot, name: str) -> None:
    widget = PICTURES[name].build()
    widget.show()
    shots.settle()
    names = list(_names(widget))
    _end_all(widget)
    assert names
    assert [what for what, name in names if not name] == []


def _end_all(widget: QWidget) -> None:
    """Let go of the picture, and of the window it belongs to."""
    shown = [top for top in QApplication.topLevelWidgets() if top.isVisible()]
    for top in {widget, *shown}:
        for child in top.findChildren(QObject):
            child.blockSignals(True)
        top.hide()
        top.deleteLater()
    shots.settle()


def _names(widget: QWidget) -> Iterator[tuple[str, str]]:
    """What can get the keyboard, and its name: widgets, and the entries of menus."""
    for one in (widget, *widget.findChildren(QWidget)):
        if isinstance(one, QMenu) and one.isVisible():
            for action in one.actions():
                if action.isVisible() and not action.isSeparator():
                    yield f"entry of {one.title() or 'a menu'}", action.text().strip()
        elif _gets_keyboard(one):
            yield f"{type(one).__name__} in {type(one.parent()).__name__}", _name(one)


def _gets_keyboard(widget: QWidget) -> bool:
    if not widget.isVisible() or widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
        return False
    if isinstance(widget, QSplitterHandle) or isinstance(widget.parent(), QAbstractSpinBox):
        return False
    # A scroll area's own viewport and corner never get it.
    return not isinstance(widget.parent(), QAbstractScrollArea)


def _name(widget: QWidget) -> str:
    found = QAccessible.queryAccessibleInterface(widget)
    return found.text(QAccessible.Text.Name).strip()
