"""The keys of the main window: one table for shortcuts, menu hints and the list on F1."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from tray_app.text import tr
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.screen_fit import ScreenFit
from tray_app.views.theme import TextRole

_LEAST = QSize(320, 240)


@dataclass(frozen=True, slots=True)
class Keys:
    """Key sequences as Qt writes them ("Ctrl" is ⌘ on macOS); `mac` replaces them there.

    `in_table`: only while the table has the focus, since text fields have the same key.
    `is_on_mac` False = there it is in menus alone.
    """

    keys: tuple[str, ...]
    mac: tuple[str, ...] = ()
    in_table: bool = False
    is_on_mac: bool = True

    @property
    def here(self) -> tuple[str, ...]:
        """The sequences on this system."""
        if not self.is_on_mac and sys.platform == "darwin":
            return ()
        return self.mac if self.mac and sys.platform == "darwin" else self.keys


SHORTCUTS: dict[str, Keys] = {
    "pull": Keys(("Ctrl+N",)),
    "create": Keys(("Ctrl+O",)),
    "search": Keys(("Ctrl+F",)),
    "refresh": Keys(("F5", "Ctrl+R"), ("Ctrl+R",)),
    "details": Keys(("Enter", "Return", "Alt+Return"), ("Return", "Enter", "Ctrl+I"), True),
    "delete": Keys(("Del",), ("Ctrl+Backspace",), True),
    "load": Keys(("Ctrl+L",)),
    "update": Keys(("Ctrl+U",)),
    "check_updates": Keys(("Ctrl+Shift+U",)),
    "rename": Keys(("F2",), in_table=True, is_on_mac=False),
    "duplicate": Keys(("Ctrl+D",)),
    "star": Keys(("Ctrl+B",)),
    "copy": Keys(("Ctrl+C",), (), True),
    "paste": Keys(("Ctrl+V",), (), True),
    "select_all": Keys(("Ctrl+A",), (), True),
    "downloads": Keys(("Ctrl+J",)),
    "filter_all": Keys(("Ctrl+1",)),
    "filter_loaded": Keys(("Ctrl+2",)),
    "filter_updates": Keys(("Ctrl+3",)),
    "filter_cloud": Keys(("Ctrl+4",)),
    "filter_starred": Keys(("Ctrl+5",)),
    "servers": Keys(("Ctrl+K",)),
    "next_pane": Keys(("F6",)),
    "previous_pane": Keys(("Shift+F6",)),
    "row_menu": Keys(("Shift+F10", "Menu"), (), True),
    "more": Keys(("F10",)),
    "settings": Keys(("Ctrl+,",)),
    "shortcuts": Keys(("F1",), ("Ctrl+?",)),
    "close": Keys(("Ctrl+W",)),
    "quit": Keys(("Ctrl+Q",)),
}
# Qt does these itself; they are listed for people.
BUILT_IN = frozenset({"select_all", "row_menu"})


def label(key: str) -> str:
    """What a shortcut does, for the list on F1."""
    return {
        "pull": tr("Pull model…"),
        "create": tr("Create from file…"),
        "search": tr("Search"),
        "refresh": tr("Refresh"),
        "details": tr("Show details"),
        "delete": tr("Delete…"),
        "load": tr("Load or unload"),
        "update": tr("Update", "a model"),
        "check_updates": tr("Check for updates now"),
        "rename": tr("Rename…"),
        "duplicate": tr("Duplicate…"),
        "star": tr("Star, or take the star"),
        "copy": tr("Copy name"),
        "paste": tr("Pull a pasted name or link"),
        "select_all": tr("Select all"),
        "downloads": tr("Downloads"),
        "filter_all": tr("Show all models"),
        "filter_loaded": tr("Show loaded models"),
        "filter_updates": tr("Show models with a newer version"),
        "filter_cloud": tr("Show cloud models"),
        "filter_starred": tr("Show starred models"),
        "servers": tr("Server menu"),
        "next_pane": tr("Next pane"),
        "previous_pane": tr("Previous pane"),
        "row_menu": tr("Menu of the selected models"),
        "more": tr("More menu"),
        "settings": tr("Settings…"),
        "shortcuts": tr("Keyboard shortcuts"),
        "close": tr("Close window"),
        "quit": tr("Quit Ollama Tray"),
    }[key]


def shown(sequence: str) -> str:
    """A sequence as the system writes it."""
    return QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)


def hint(key: str) -> str:
    """What stands right in a menu."""
    return shown(SHORTCUTS[key].here[0])


class ShortcutsDialog(QDialog):
    """Modeless; closes with Esc."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(20, 16, 20, 20)
        grid.setHorizontalSpacing(40)
        grid.setVerticalSpacing(6)
        listed = {key: keys for key, keys in SHORTCUTS.items() if keys.here}
        for row, (key, keys) in enumerate(listed.items()):
            grid.addWidget(PlainLabel(label(key), wrap=False), row, 0)
            # Some languages have one word for Return and Enter.
            named = dict.fromkeys(shown(sequence) for sequence in keys.here)
            sequences = tr(", ", "between parts of a line").join(named)
            value = PlainLabel(sequences, wrap=False)
            value.set_dim()
            grid.addWidget(value, row, 1)
        grid.setColumnStretch(1, 1)
        grid.addWidget(PlainLabel(tr("In the list of downloads"), TextRole.SECTION), len(listed), 0)
        for offset, (words, sequence) in enumerate(_download_keys(), start=1):
            grid.addWidget(PlainLabel(words, wrap=False), len(listed) + offset, 0)
            value = PlainLabel(sequence, wrap=False)
            value.set_dim()
            grid.addWidget(value, len(listed) + offset, 1)
        scroll = QScrollArea()
        scroll.setAccessibleName(tr("Keyboard shortcuts"))
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)
        self.screen_fit = ScreenFit(self, lambda: _LEAST)
        width = body.sizeHint().width() + scroll.verticalScrollBar().sizeHint().width()
        self.resize(max(440, width), 560)


def _download_keys() -> tuple[tuple[str, str], ...]:
    return (
        (tr("Pause or resume"), shown("Space")),
        (tr("Cancel"), shown("Del")),
        (tr("Show or hide layers"), f"{shown('Right')}, {shown('Left')}"),
        (tr("Move in the queue"), f"{shown('Alt+Up')}, {shown('Alt+Down')}"),
    )
