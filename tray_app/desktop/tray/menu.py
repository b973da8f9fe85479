"""TrayMenu: the menu entries as a QMenu of plain QActions, also over D-Bus.

Entries come and go only while the menu is closed; while it is open, only texts change.
"""

from __future__ import annotations

import sys
from itertools import chain
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu

from tray_app.resources import icon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tray_app.desktop.tray.entries import MenuEntry, Shape, TrayRequest

# Xfce's panel and others never tell that they closed the menu. Nobody reads it for so long.
_REMOTE_OPEN_MS = 30_000

# A host paints its menus light or dark and does not say which: these stand out from both.
_REMOTE = "#808086"
_GREEN, _AMBER = "#2E9E4F", "#C07D10"
_COLORS = {"dot-online": _GREEN, "dot-offline": _AMBER, "warning": _AMBER, "key": _AMBER}


class TrayMenu(QObject):
    """Signals: `about_to_show` before it opens (set fresh entries then); `closed` when entries may
    come and go again; `chosen` what was asked for. Thread: the GUI thread.
    `is_remote` = drawn by a tray host, over D-Bus.
    """

    about_to_show = Signal()
    closed = Signal()
    chosen = Signal(object)  # TrayRequest

    def __init__(self, is_remote: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_remote = is_remote
        self._shape: tuple[Shape, ...] = ()
        self._actions: dict[str, QAction] = {}
        self._texts: dict[str, str] = {}
        self._requests: dict[str, TrayRequest | None] = {}
        # Emptied and used again: PySide6 keeps the action of every submenu that it makes for ever.
        self._submenus: list[QMenu] = []
        self._submenu_of: dict[str, QMenu] = {}
        self._spare_submenus: list[QMenu] = []
        self.is_open = False
        self._is_opening = False
        self._is_disabled = False
        self._closing = QTimer(self)
        self._closing.setSingleShot(True)
        self._closing.setObjectName("tray menu")
        self._closing.timeout.connect(self._on_closing_timeout)
        self.menu = QMenu()
        self.menu.setToolTipsVisible(False)
        self.menu.aboutToShow.connect(self._on_menu_about_to_show)
        self.menu.aboutToHide.connect(self._on_menu_about_to_hide)
        self.menu.triggered.connect(self._on_menu_triggered)

    def set_entries(self, entries: tuple[MenuEntry, ...]) -> None:
        """Show these entries. While the menu is open only texts change; while it is closed texts
        can wait, but hosts size it by the entries that it had before it was asked to open."""
        if self._is_disabled:
            return
        shape = tuple(entry.shape for entry in entries)
        if shape != self._shape and not self.is_open:
            others = _other_lists(self._shape, shape)
            self._shape = shape
            if others is None:
                self._clear()
                self._fill(self.menu, entries)
            else:
                self._refill([entries[place] for place in others], set(chain(*others.values())))
        elif self.is_open or self._is_opening:
            for entry in _all(entries):
                self._update(entry)

    def forget_entries(self) -> None:
        """Every text has changed: the next entries are not waited with."""
        self._shape = ()

    def disable(self) -> None:
        """For the last moments of the program: nothing can be asked for any more."""
        self._is_disabled = True
        for action in self.menu.actions():
            action.setEnabled(False)

    def close(self) -> None:
        """Delete the menu."""
        self._closing.stop()
        self._clear()
        for submenu in self._spare_submenus:
            submenu.deleteLater()
        self._spare_submenus.clear()
        self.menu.deleteLater()

    def _clear(self) -> None:
        self._actions.clear()
        self._texts.clear()
        self._requests.clear()
        self.menu.clear()
        for submenu in self._submenus:
            submenu.clear()
        # The first that was filled is the next to be.
        self._spare_submenus += reversed(self._submenus)
        self._submenus.clear()
        self._submenu_of.clear()

    def _refill(self, entries: list[MenuEntry], gone: set[str]) -> None:
        """Show what is in these submenus now, where all else stays: other models at every poll."""
        for key in gone:
            for held in (self._actions, self._texts, self._requests):
                held.pop(key, None)  # type: ignore[attr-defined]
        for entry in entries:
            submenu = self._submenu_of[entry.key]
            submenu.clear()
            self._fill(submenu, entry.children)

    def _add_submenu(self, menu: QMenu, label: str) -> QMenu:
        submenu = self._spare_submenus.pop() if self._spare_submenus else QMenu(self.menu)
        submenu.setTitle(label)
        menu.addAction(submenu.menuAction())
        self._submenus.append(submenu)
        return submenu

    def _fill(self, menu: QMenu, entries: tuple[MenuEntry, ...]) -> None:
        for entry in entries:
            if entry.is_separator:
                menu.addSeparator()
                continue
            label = self._label(entry.text)
            if entry.children:
                submenu = self._submenu_of[entry.key] = self._add_submenu(menu, label)
                self._fill(submenu, entry.children)
                action = submenu.menuAction()
            else:
                action = menu.addAction(label)
                action.setMenuRole(QAction.MenuRole.NoRole)  # macOS would move "Settings…" away
            if entry.icon and sys.platform != "darwin":
                action.setIcon(icon(entry.icon, self._color(entry.icon)))
                action.setIconVisibleInMenu(True)
            elif not action.icon().isNull():
                action.setIcon(QIcon())  # what it was used for before had one
            if entry.is_default:
                menu.setDefaultAction(action)
            action.setObjectName(entry.key)
            action.setEnabled(entry.is_enabled)
            action.setCheckable(entry.is_checked is not None)
            action.setChecked(bool(entry.is_checked))
            self._actions[entry.key] = action
            self._texts[entry.key] = entry.text
            self._requests[entry.key] = entry.request

    def _update(self, entry: MenuEntry) -> None:
        action = self._actions.get(entry.key)
        if action is None:
            return
        # Each change is a message on the bus: say only what is new.
        if self._texts[entry.key] != entry.text and not entry.is_separator:
            self._texts[entry.key] = entry.text
            action.setText(self._label(entry.text))
        if action.isEnabled() is not entry.is_enabled:
            action.setEnabled(entry.is_enabled)
        if action.isChecked() is not bool(entry.is_checked):
            action.setChecked(bool(entry.is_checked))
        self._requests[entry.key] = entry.request

    def _color(self, name: str) -> str | None:
        """None = the color of the palette, which the menu has when we paint it ourselves."""
        return _COLORS.get(name, _REMOTE if self._is_remote else None)

    def _label(self, text: str) -> str:
        """Text as a label without a shortcut in it."""
        if not self._is_remote:
            return text.replace("&", "&&")
        # Hosts read "_" as the mark of a shortcut, and Qt turns the first "&" into one.
        return text.replace("_", "__").replace("&", "＆")

    @Slot()
    def _on_menu_about_to_show(self) -> None:
        self.is_open = False
        self._is_opening = True
        self.about_to_show.emit()
        self._is_opening = False
        self.is_open = True
        if self._is_remote:
            self._closing.start(_REMOTE_OPEN_MS)

    @Slot()
    def _on_menu_about_to_hide(self) -> None:
        self._closing.start(0)  # not yet: what was clicked is told after this

    @Slot()
    def _on_closing_timeout(self) -> None:
        self.is_open = False
        self.closed.emit()

    @Slot(QAction)
    def _on_menu_triggered(self, action: QAction) -> None:
        self._closing.start(0)
        request = self._requests.get(action.objectName())
        if request is not None:
            self.chosen.emit(request)


def _all(entries: tuple[MenuEntry, ...]) -> Iterator[MenuEntry]:
    for entry in entries:
        yield entry
        yield from _all(entry.children)


def _other_lists(
    before: tuple[Shape, ...], after: tuple[Shape, ...]
) -> dict[int, tuple[str, ...]] | None:
    """Where nothing but the entries of some plain submenus is another: the places of those, and the
    keys that were in them. None = there is more to it."""
    if [shape[:2] for shape in before] != [shape[:2] for shape in after]:
        return None
    others: dict[int, tuple[str, ...]] = {}
    for place, ((_, _, old), (_, _, new)) in enumerate(zip(before, after, strict=True)):
        if old == new:
            continue
        if not (old and new) or any(children for _, _, children in (*old, *new)):
            return None
        others[place] = tuple(key for key, _, _ in old)
    return others
