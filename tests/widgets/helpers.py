"""What the tests of the dialogs share: showing, finding and typing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

W = TypeVar("W", bound=QWidget)


def shown(qtbot: QtBot, widget: W) -> W:
    """Show `widget` as the active window; it is closed behind the test."""
    # The test's own closing must not meet a widget that has deleted itself.
    widget.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(widget)
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)
    return widget


@contextmanager
def emitted(signal: Any) -> Iterator[list[Any]]:
    """The payloads that `signal` carries inside the block."""
    seen: list[Any] = []

    def note(*payload: Any) -> None:
        seen.append(payload[0] if payload else None)

    signal.connect(note)
    yield seen
    signal.disconnect(note)


def plain(text: str) -> str:
    """A caption without its mnemonic."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def button(parent: QWidget, text: str) -> QAbstractButton:
    """The visible button with this caption or accessible name."""
    found = [
        b
        for b in parent.findChildren(QAbstractButton)
        if text in (plain(b.text()), b.accessibleName()) and b.isVisible()
    ]
    assert len(found) == 1, f"{len(found)} buttons {text!r}"
    return found[0]


def texts(parent: QWidget) -> list[str]:
    """The visible labels' texts."""
    return [
        label.text() for label in parent.findChildren(QLabel) if label.isVisible() and label.text()
    ]


def clipboard() -> str:
    return QGuiApplication.clipboard().text()
