"""TrayMenu: the entries of `menu_model` as a QMenu of plain QActions, also over D-Bus.

Entries come and go only while the menu is closed; while it is open, only texts change.
"""

import sys
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu

from tray_app.desktop.menu_model import MenuEntry, TrayWish

IconMaker = Callable[[str], QIcon]


class TrayMenu(QObject):
    """Signals: `about_to_show` before it opens (set fresh entries then); `chosen` what was asked
    for. Thread: the GUI thread. `is_remote` = drawn by a tray host, over D-Bus.
    """

    about_to_show = Signal()
    chosen = Signal(object)  # TrayWish

    def __init__(
        self, make_icon: IconMaker, is_remote: bool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._make_icon = make_icon
        self._is_remote = is_remote
        self._shape: tuple[object, ...] = ()
        self._actions: dict[str, QAction] = {}
        self._texts: dict[str, str] = {}
        self._wishes: dict[str, TrayWish | None] = {}
        self._submenus: list[QMenu] = []
        self.is_open = False
        self.menu = QMenu()
        self.menu.setToolTipsVisible(False)
        self.menu.aboutToShow.connect(self._on_menu_about_to_show)
        self.menu.aboutToHide.connect(self._on_menu_about_to_hide)
        self.menu.triggered.connect(self._on_menu_triggered)

    def set_entries(self, entries: tuple[MenuEntry, ...]) -> None:
        """Show these entries: at once, or, while the menu is open, only their texts."""
        shape = tuple(entry.shape for entry in entries)
        if shape == self._shape or self.is_open:
            for entry in _all(entries):
                self._update(entry)
            return
        self._shape = shape
        self._clear()
        self._fill(self.menu, entries)

    def disable(self) -> None:
        """For the last moments of the program: nothing can be asked for any more."""
        for action in self.menu.actions():
            action.setEnabled(False)

    def close(self) -> None:
        """Delete the menu."""
        self._clear()
        self.menu.deleteLater()

    def _clear(self) -> None:
        self._actions.clear()
        self._texts.clear()
        self._wishes.clear()
        self.menu.clear()
        for submenu in self._submenus:
            submenu.deleteLater()
        self._submenus.clear()

    def _fill(self, menu: QMenu, entries: tuple[MenuEntry, ...]) -> None:
        for entry in entries:
            if entry.is_separator:
                menu.addSeparator()
                continue
            label = self._label(entry.text)
            if entry.children:
                submenu = menu.addMenu(label)
                self._submenus.append(submenu)
                self._fill(submenu, entry.children)
                action = submenu.menuAction()
            else:
                action = menu.addAction(label)
                action.setMenuRole(QAction.MenuRole.NoRole)  # macOS would move "Settings…" away
            if entry.icon and sys.platform != "darwin":
                action.setIcon(self._make_icon(entry.icon))
                action.setIconVisibleInMenu(True)
            if entry.is_default:
                menu.setDefaultAction(action)
            action.setObjectName(entry.key)
            action.setEnabled(entry.is_enabled)
            self._actions[entry.key] = action
            self._texts[entry.key] = entry.text
            self._wishes[entry.key] = entry.wish

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
        self._wishes[entry.key] = entry.wish

    def _label(self, text: str) -> str:
        """Text as a label without a shortcut in it."""
        if not self._is_remote:
            return text.replace("&", "&&")
        # Hosts read "_" as the mark of a shortcut, and Qt turns the first "&" into one.
        return text.replace("_", "__").replace("&", "＆")

    @Slot()
    def _on_menu_about_to_show(self) -> None:
        self.is_open = False  # a host need not tell that it closed the menu
        self.about_to_show.emit()
        self.is_open = True

    @Slot()
    def _on_menu_about_to_hide(self) -> None:
        self.is_open = False

    @Slot(QAction)
    def _on_menu_triggered(self, action: QAction) -> None:
        wish = self._wishes.get(action.objectName())
        if wish is not None:
            self.chosen.emit(wish)


def _all(entries: tuple[MenuEntry, ...]) -> Iterator[MenuEntry]:
    for entry in entries:
        yield entry
        yield from _all(entry.children)
