"""Our own StatusNotifierWatcher (with a host) and notification service on a session bus.

Unlike real ones they can be absent, arrive late and go away, and a test says what a person clicks.
What was notified is recorded by monitor.py, here as with a real service.
"""

import threading
from collections.abc import Callable
from itertools import count
from queue import SimpleQueue
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)

from tests.desktop.harness.bus import Bus

WATCHER_NAME = "org.kde.StatusNotifierWatcher"
NOTIFICATIONS_NAME = "org.freedesktop.Notifications"

_WATCHER = DBusAddress("/StatusNotifierWatcher", interface=WATCHER_NAME)
_NOTIFICATIONS = DBusAddress("/org/freedesktop/Notifications", interface=NOTIFICATIONS_NAME)
_DO_NOT_QUEUE = 4
_CLOSED_BY_CALL = 3

Reply = tuple[str, tuple[Any, ...]]


class FakeServices:
    """The services; a tray and notifications are there unless told otherwise.

    *Thread*: answers in a thread of its own until close(); every method may be called from any.
    """

    def __init__(
        self,
        address: str,
        *,
        tray: bool = True,
        notifications: bool = True,
        capabilities: tuple[str, ...] = ("actions", "body", "body-markup", "icon-static"),
    ) -> None:
        self.capabilities = capabilities
        self._bus = Bus(address)
        self._lock = threading.Lock()
        self._items: list[str] = []
        self._ids = count(1)
        self._messages: SimpleQueue[Any] = SimpleQueue()
        self._handlers: dict[tuple[str, str], Callable[[Any], Reply]] = {
            (WATCHER_NAME, "RegisterStatusNotifierItem"): self._register_item,
            (WATCHER_NAME, "RegisterStatusNotifierHost"): self._register_host,
            (NOTIFICATIONS_NAME, "Notify"): self._notify,
            (NOTIFICATIONS_NAME, "CloseNotification"): self._close_notification,
            (NOTIFICATIONS_NAME, "GetCapabilities"): self._get_capabilities,
            (NOTIFICATIONS_NAME, "GetServerInformation"): self._get_server_information,
            ("org.freedesktop.DBus.Properties", "Get"): self._get,
            ("org.freedesktop.DBus.Properties", "GetAll"): self._get_all,
            ("org.freedesktop.DBus.Introspectable", "Introspect"): lambda _: ("s", ("<node/>",)),
        }
        # Both before a name is ours: a call that comes with the name must not be lost.
        router: Any = self._bus.router
        owner_changed = self._owner_changed_rule()
        self._filters = [
            router.filter(MatchRule(type="method_call"), queue=self._messages),
            router.filter(owner_changed, queue=self._messages),
        ]
        self._bus.send(message_bus.AddMatch(owner_changed))
        self._thread = threading.Thread(target=self._serve, name="fake-desktop-services")
        self._thread.start()
        if tray:
            self.start_tray()
        if notifications:
            self.start_notifications()

    def close(self) -> None:
        """Leave the bus."""
        self._messages.put(None)
        self._thread.join()
        for filter_ in self._filters:
            filter_.close()
        self._bus.close()

    def start_tray(self) -> None:
        """Take the watcher's name, as a tray that comes late or comes back does."""
        self._request(WATCHER_NAME)

    def stop_tray(self) -> None:
        """Give the watcher's name up and forget the items, as a tray that crashes does."""
        self._bus.send(message_bus.ReleaseName(WATCHER_NAME))
        with self._lock:
            self._items.clear()

    def start_notifications(self) -> None:
        """Take the notification service's name."""
        self._request(NOTIFICATIONS_NAME)

    def stop_notifications(self) -> None:
        """Give the notification service's name up."""
        self._bus.send(message_bus.ReleaseName(NOTIFICATIONS_NAME))

    def click(self, notification_id: int, action: str = "default") -> None:
        """Say that a person clicked on a notification, or on one of its buttons."""
        self._emit("ActionInvoked", "us", (notification_id, action))

    def dismiss(self, notification_id: int, reason: int = 2) -> None:
        """Say that a notification went: 1 expired, 2 by a person."""
        self._emit("NotificationClosed", "uu", (notification_id, reason))

    def _request(self, name: str) -> None:
        (answer,) = self._bus.send(message_bus.RequestName(name, _DO_NOT_QUEUE))
        if answer not in (1, 4):
            raise RuntimeError(f"{name} is taken")

    def _emit(self, member: str, signature: str, body: tuple[Any, ...]) -> None:
        self._bus.router.send(new_signal(_NOTIFICATIONS, member, signature, body))

    @staticmethod
    def _owner_changed_rule() -> MatchRule:
        return MatchRule(
            type="signal",
            sender="org.freedesktop.DBus",
            interface="org.freedesktop.DBus",
            member="NameOwnerChanged",
        )

    def _serve(self) -> None:
        while (message := self._messages.get()) is not None:
            if message.header.message_type == MessageType.signal:
                self._on_owner_changed(message)
            else:
                self._answer(message)

    def _answer(self, message: Any) -> None:
        fields = message.header.fields
        interface, member = fields.get(HeaderFields.interface), fields.get(HeaderFields.member)
        handler = self._handlers.get((interface, member))
        if handler is None:
            error = "org.freedesktop.DBus.Error.UnknownMethod"
            self._bus.router.send(new_error(message, error, "s", (f"{interface}.{member}",)))
            return
        signature, body = handler(message)
        self._bus.router.send(new_method_return(message, signature or None, body))

    def _register_item(self, message: Any) -> Reply:
        sender, name = message.header.fields[HeaderFields.sender], message.body[0]
        # Either a path on the sender, or a name with the usual path.
        item = f"{sender}{name}" if name.startswith("/") else f"{name}/StatusNotifierItem"
        with self._lock:
            self._items.append(item)
        self._bus.router.send(new_signal(_WATCHER, "StatusNotifierItemRegistered", "s", (item,)))
        return "", ()

    def _register_host(self, _: Any) -> Reply:
        return "", ()

    def _on_owner_changed(self, message: Any) -> None:
        name, _, new_owner = message.body
        if new_owner:
            return
        with self._lock:
            gone = [item for item in self._items if item.partition("/")[0] == name]
            self._items = [item for item in self._items if item not in gone]
        for item in gone:
            signal = new_signal(_WATCHER, "StatusNotifierItemUnregistered", "s", (item,))
            self._bus.router.send(signal)

    def _watcher_properties(self) -> dict[str, tuple[str, Any]]:
        with self._lock:
            items = list(self._items)
        return {
            "IsStatusNotifierHostRegistered": ("b", True),
            "ProtocolVersion": ("i", 0),
            "RegisteredStatusNotifierItems": ("as", items),
        }

    def _get(self, message: Any) -> Reply:
        interface, name = message.body
        known = self._watcher_properties() if interface == WATCHER_NAME else {}
        return "v", (known.get(name, ("s", "")),)

    def _get_all(self, message: Any) -> Reply:
        is_watcher = message.body[0] == WATCHER_NAME
        return "a{sv}", (self._watcher_properties() if is_watcher else {},)

    def _notify(self, message: Any) -> Reply:
        return "u", (message.body[1] or next(self._ids),)

    def _close_notification(self, message: Any) -> Reply:
        self.dismiss(message.body[0], _CLOSED_BY_CALL)
        return "", ()

    def _get_capabilities(self, _: Any) -> Reply:
        return "as", (list(self.capabilities),)

    def _get_server_information(self, _: Any) -> Reply:
        return "ssss", ("fake", "tests", "1", "1.2")
