"""The keys of the main window: one table for shortcuts, menu hints and the help on F1."""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtGui import QKeySequence

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text import tr


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
    "help": Keys(("F1",), ("Ctrl+?",)),
    "close": Keys(("Ctrl+W",)),
    "quit": Keys(("Ctrl+Q",)),
}
# Qt does these itself; they are listed for people.
BUILT_IN = frozenset({"select_all", "row_menu"})


_LABELS: dict[str, Callable[[], str]] = {
    "pull": lambda: tr("Pull model…"),
    "create": lambda: tr("Create from file…"),
    "search": lambda: tr("Search"),
    "refresh": lambda: tr("Refresh"),
    "details": lambda: tr("Show details"),
    "delete": lambda: tr("Delete…"),
    "load": lambda: tr("Load or unload"),
    "update": lambda: tr("Update", "a model"),
    "check_updates": lambda: tr("Check for updates now"),
    "rename": lambda: tr("Rename…"),
    "duplicate": lambda: tr("Duplicate…"),
    "star": lambda: tr("Star, or take the star"),
    "copy": lambda: tr("Copy name"),
    "paste": lambda: tr("Pull a pasted name or link"),
    "select_all": lambda: tr("Select all"),
    "downloads": lambda: tr("Downloads"),
    "filter_all": lambda: tr("Show all models"),
    "filter_loaded": lambda: tr("Show loaded models"),
    "filter_updates": lambda: tr("Show models with a newer version"),
    "filter_cloud": lambda: tr("Show cloud models"),
    "filter_starred": lambda: tr("Show starred models"),
    "servers": lambda: tr("Server menu"),
    "next_pane": lambda: tr("Next pane"),
    "previous_pane": lambda: tr("Previous pane"),
    "row_menu": lambda: tr("Menu of the selected models"),
    "more": lambda: tr("More menu"),
    "settings": lambda: tr("Settings…"),
    "help": lambda: tr("Help"),
    "close": lambda: tr("Close window"),
    "quit": lambda: tr("Quit Ollama Tray"),
}


def label(key: str) -> str:
    """What a shortcut does, for menus and the help on F1."""
    return _LABELS[key]()


def shown(sequence: str) -> str:
    """A sequence as the system writes it."""
    return QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)


def hint(key: str) -> str:
    """What stands right in a menu."""
    return shown(SHORTCUTS[key].here[0])


def listed() -> list[tuple[str, str]]:
    """What each shortcut of this system does, and its keys, as they stand in SHORTCUTS."""
    found = []
    for key, keys in SHORTCUTS.items():
        if keys.here:
            # Some languages have one word for Return and Enter.
            named = dict.fromkeys(shown(sequence) for sequence in keys.here)
            found.append((label(key), tr(", ", "between parts of a line").join(named)))
    return found


def download_keys() -> tuple[tuple[str, str], ...]:
    """What the keys do in the list of downloads."""
    return (
        (tr("Pause or resume"), shown("Space")),
        (tr("Cancel"), shown("Del")),
        (tr("Show or hide layers"), f"{shown('Right')}, {shown('Left')}"),
        (tr("Move in the queue"), f"{shown('Alt+Up')}, {shown('Alt+Down')}"),
    )
