from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.helpers import clipboard, emitted, shown, texts
from tray_app.views.components.finding_row import FindingRow, RowTexts
from tray_app.views.theme import Tone

LONG = "It answers at 192.168.1.10:11434 without any sign-in. Fine at home, not outside. " * 2
TEXTS = RowTexts(
    "Ollama is out",
    LONG,
    "info",
    Tone.INFO,
    "How to limit it…",
    details=("GET http://x", "HTTP 403"),
    spoken="Ollama is out: and more",
    group="To fix",
)


_PAGES: list[QWidget] = []


@pytest.fixture(autouse=True)
def kept_pages() -> Iterator[None]:
    """A widget without a parent goes with its last reference."""
    yield
    _PAGES.clear()


def row(qtbot: QtBot, said: RowTexts = TEXTS, width: int = 600) -> FindingRow:
    page = QWidget()
    _PAGES.append(page)
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    made = FindingRow(page)
    made.set_texts(said)
    column.addWidget(made)
    column.addStretch(1)
    page.resize(width, 400)
    shown(qtbot, page)
    return made


def test_it_says_all_of_it(qtbot: QtBot) -> None:
    made = row(qtbot)
    assert texts(made) == ["Ollama is out", LONG]
    assert made.accessibleName() == "Ollama is out: and more"
    assert made.accessibleDescription() == "To fix"
    made.set_open(True)
    assert texts(made)[-1] == "GET http://x\nHTTP 403"
    made.copy_button.click()
    assert clipboard() == "GET http://x\nHTTP 403"


def test_a_command_is_seen_without_opening(qtbot: QtBot) -> None:
    made = row(qtbot, RowTexts("Newer", "This command:", command="brew upgrade ollama"))
    assert texts(made) == ["Newer", "This command:", "brew upgrade ollama"]
    assert not made.chevron.isVisible()


def test_the_keys_of_a_row(qtbot: QtBot) -> None:
    made = row(qtbot)
    made.set_current(True)
    made.setFocus()
    qtbot.keyClick(made, Qt.Key.Key_Right)
    assert made.is_open
    qtbot.keyClick(made, Qt.Key.Key_Left)
    assert not made.is_open
    with emitted(made.stepped) as steps:
        qtbot.keyClick(made, Qt.Key.Key_Down)
        qtbot.keyClick(made, Qt.Key.Key_Up)
    assert steps == [True, False]
    with emitted(made.button_clicked) as clicks:
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
            qtbot.keyClick(made, key)
    assert len(clicks) == 2
    qtbot.keyClick(made, Qt.Key.Key_Tab)
    assert made.button.hasFocus()


def test_one_without_a_button_opens_with_enter(qtbot: QtBot) -> None:
    made = row(qtbot, RowTexts("Clock", "why", details=("Date: +400 s",)))
    made.setFocus()
    qtbot.keyClick(made, Qt.Key.Key_Return)
    assert made.is_open


def test_while_it_is_looked_at_again_the_button_waits(qtbot: QtBot) -> None:
    made = row(qtbot)
    made.set_open(True)
    busy = RowTexts(TEXTS.title, "Checking again…", button=TEXTS.button, details=TEXTS.details,
                    is_busy=True)  # fmt: skip
    made.set_texts(busy)
    assert not made.button.isEnabled()
    assert made.is_open, "what is open stays open"
    with emitted(made.button_clicked) as clicks:
        made.setFocus()
        qtbot.keyClick(made, Qt.Key.Key_Return)
    assert clicks == []


def test_the_button_goes_below_where_the_text_would_have_no_room(qtbot: QtBot) -> None:
    wide = row(qtbot, width=600)
    assert wide.button.y() < wide.height() / 2
    assert wide.button.x() > wide.width() / 2
    narrow = row(qtbot, width=340)
    title = narrow.findChildren(QWidget)[1]
    assert narrow.button.x() < narrow.width() / 2
    assert narrow.button.y() > title.y() + title.height()
    assert narrow.button.geometry().bottom() <= narrow.height()
    window = narrow.window()
    window.resize(600, 400)
    qtbot.waitUntil(lambda: narrow.button.x() > narrow.width() / 2)
