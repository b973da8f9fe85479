"""The tray items of a session, driven as a tray host drives them: over D-Bus, no pixels."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jeepney import DBusAddress

from tests.desktop.harness.bus import Bus, BusError
from tests.desktop.harness.services import WATCHER_NAME
from tests.support.waiting import wait_for

_WATCHER = DBusAddress("/StatusNotifierWatcher", WATCHER_NAME, WATCHER_NAME)
_ITEM_INTERFACE = "org.kde.StatusNotifierItem"
_MENU_INTERFACE = "com.canonical.dbusmenu"


@dataclass(frozen=True)
class MenuEntry:
    """One line of a menu; `label` is without its mnemonic mark."""

    id: int
    label: str
    is_enabled: bool
    is_visible: bool
    is_separator: bool
    is_checked: bool | None
    children: tuple["MenuEntry", ...]

    def walk(self) -> Iterator["MenuEntry"]:
        """Yield this entry and everything below it, top to bottom."""
        yield self
        for child in self.children:
            yield from child.walk()

    def labels(self) -> list[str]:
        """Return the visible labels right below this entry, "-" for a separator."""
        return [
            "-" if child.is_separator else child.label
            for child in self.children
            if child.is_visible
        ]

    def find(self, *path: str) -> "MenuEntry":
        """Return the visible entry at this path of labels."""
        entry = self
        for label in path:
            found = [child for child in entry.children if child.is_visible and child.label == label]
            if not found:
                raise AssertionError(f"no menu entry {label!r} among {entry.labels()}")
            entry = found[0]
        return entry


class TrayItem:
    """One StatusNotifierItem on the bus."""

    def __init__(self, bus: Bus, name: str) -> None:
        owner, _, path = name.partition("/")
        self.owner = owner
        self._bus = bus
        self._item = DBusAddress(f"/{path}", owner, _ITEM_INTERFACE)

    @property
    def pid(self) -> int | None:
        """The process that shows the item."""
        return self._bus.pid_of(self.owner)

    def properties(self) -> dict[str, Any]:
        """Return the item's properties: Id, Title, Status, IconName, IconPixmap, ToolTip, Menu."""
        return self._bus.properties(self._item)

    def tooltip(self) -> str:
        """Return the tooltip, title and text on lines of their own where there are both."""
        _, _, title, text = self._bus.get(self._item, "ToolTip")
        return "\n".join(part for part in (title, text) if part)

    def pixmap(self) -> tuple[int, int, bytes]:
        """Return width, height and ARGB bytes of the largest icon; two states differ here."""
        pixmaps = self._bus.get(self._item, "IconPixmap")
        if not pixmaps:
            raise AssertionError("the tray item has no picture")
        width, height, data = max(pixmaps, key=lambda pixmap: pixmap[0])
        return width, height, bytes(data)

    def menu(self) -> MenuEntry:
        """Return the whole menu, every submenu filled as if it had been opened."""
        target = self._menu_target()
        self._bus.call(target, "AboutToShow", "i", 0)
        root = self._layout(target)
        submenus = [entry for entry in root.walk() if entry.children and entry.id]
        for entry in submenus:
            self._bus.call(target, "AboutToShow", "i", entry.id)
        return self._layout(target) if submenus else root

    def click(self, *path: str) -> None:
        """Click the menu entry at this path of labels."""
        entry = self.menu().find(*path)
        if not entry.is_enabled:
            raise AssertionError(f"the menu entry {path} is disabled")
        stamp = int(time.time()) & 0xFFFFFFFF
        event = (entry.id, "clicked", ("s", ""), stamp)
        try:
            self._bus.call(self._menu_target(), "Event", "isvu", *event)
        except BusError as error:
            # Whoever was told to quit may go before it has answered.
            if error.name != "org.freedesktop.DBus.Error.NoReply":
                raise

    def activate(self) -> None:
        """Click the icon with the left button."""
        self._bus.call(self._item, "Activate", "ii", 0, 0)

    def activate_secondary(self) -> None:
        """Click the icon with the middle button."""
        self._bus.call(self._item, "SecondaryActivate", "ii", 0, 0)

    def _menu_target(self) -> DBusAddress:
        return DBusAddress(self._bus.get(self._item, "Menu"), self.owner, _MENU_INTERFACE)

    def _layout(self, target: DBusAddress) -> MenuEntry:
        _, layout = self._bus.call(target, "GetLayout", "iias", 0, -1, [])
        return _entry(layout)


def _entry(layout: tuple[int, dict[str, tuple[str, Any]], list[tuple[str, Any]]]) -> MenuEntry:
    number, typed, children = layout
    properties = {name: value for name, (_, value) in typed.items()}
    # "_" marks the mnemonic, "__" is an underscore.
    label = properties.get("label", "").replace("__", "\0").replace("_", "").replace("\0", "_")
    is_toggle = bool(properties.get("toggle-type"))
    return MenuEntry(
        id=number,
        label=label,
        is_enabled=properties.get("enabled", True),
        is_visible=properties.get("visible", True),
        is_separator=properties.get("type") == "separator",
        is_checked=properties.get("toggle-state") == 1 if is_toggle else None,
        children=tuple(_entry(child) for _, child in children),
    )


class Tray:
    """The tray of a session, as its watcher tells it."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def is_there(self) -> bool:
        """Say whether somebody plays the tray, with a host that shows items."""
        if not self._bus.has_owner(WATCHER_NAME):
            return False
        return bool(self._bus.get(_WATCHER, "IsStatusNotifierHostRegistered"))

    def items(self) -> list[TrayItem]:
        """Return the registered items."""
        if not self._bus.has_owner(WATCHER_NAME):
            return []
        names = self._bus.get(_WATCHER, "RegisteredStatusNotifierItems")
        return [TrayItem(self._bus, name) for name in names]

    def newest_item(self, pid: int | None = None) -> TrayItem | None:
        """Return the item of a process (or any) that was registered last."""
        found = [item for item in self.items() if pid is None or item.pid == pid]
        return found[-1] if found else None

    def wait_item(self, *, timeout_s: float = 15.0) -> TrayItem:
        """Return any item, as soon as one is registered."""
        return wait_for(self.newest_item, timeout_s=timeout_s, message="no tray item came")
