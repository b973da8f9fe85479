"""Records what programs send to the notification service, whether it is ours or a real one."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call
from jeepney.io.threading import ReceiveStopped, open_dbus_connection

from tests.desktop.harness.bus import close_connection
from tests.support.waiting import wait_for

_RULES = [
    "interface='org.freedesktop.Notifications'",
    "type='method_return'",
    "type='error'",
]
_MONITORING = DBusAddress(
    "/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus.Monitoring"
)


@dataclass
class Notification:
    """One call of Notify, and what the service said to it."""

    app: str
    replaces_id: int
    icon: str
    title: str
    body: str
    actions: list[str]
    hints: dict[str, Any]
    timeout_ms: int
    id: int | None = None
    error: str | None = None
    is_closed: bool = field(default=False, compare=False)


class NotificationMonitor:
    """Listens to a whole bus. *Thread*: reads in a thread of its own until close()."""

    def __init__(self, address: str) -> None:
        self._connection = open_dbus_connection(address, auth_timeout=10)
        self._lock = threading.Lock()
        self._recorded: list[Notification] = []
        self._pending: dict[tuple[str, int], Notification] = {}
        become = new_method_call(_MONITORING, "BecomeMonitor", "asu", (_RULES, 0))
        serial = next(self._connection.outgoing_serial)
        self._connection.send(become, serial=serial)
        reply = self._connection.receive(timeout=10)
        while reply.header.fields.get(HeaderFields.reply_serial) != serial:
            reply = self._connection.receive(timeout=10)
        if reply.header.message_type == MessageType.error:
            raise RuntimeError(f"no monitor: {reply.body}")
        self._thread = threading.Thread(target=self._listen, name="notification-monitor")
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._connection.interrupt()
        self._thread.join()
        close_connection(self._connection)

    def recorded(self) -> list[Notification]:
        """Return what was notified so far and answered, oldest first."""
        with self._lock:
            waiting = list(self._pending.values())
            return [one for one in self._recorded if not any(one is other for other in waiting)]

    def wait(
        self,
        matches: Callable[[Notification], bool] = lambda _: True,
        *,
        timeout_s: float = 10.0,
    ) -> Notification:
        """Return the first notification that matches, as soon as it has come."""
        return wait_for(
            lambda: next((one for one in self.recorded() if matches(one)), None),
            timeout_s=timeout_s,
            message=lambda: f"no such notification among {self.recorded()}",
        )

    def _listen(self) -> None:
        try:
            while True:
                self._on_message(self._connection.receive())
        except (ReceiveStopped, ConnectionError, OSError):
            return

    def _on_message(self, message: Any) -> None:
        header = message.header
        fields = header.fields
        with self._lock:
            if header.message_type == MessageType.method_call:
                if fields.get(HeaderFields.member) == "Notify":
                    self._on_notify(fields[HeaderFields.sender], header.serial, message.body)
            elif header.message_type == MessageType.signal:
                is_closed = fields.get(HeaderFields.member) == "NotificationClosed"
                if is_closed and isinstance(next(iter(message.body), None), int):
                    self._on_closed(message.body[0])
            else:
                key = (fields.get(HeaderFields.destination), fields.get(HeaderFields.reply_serial))
                answered = self._pending.pop(key, None)
                if answered and header.message_type == MessageType.error:
                    answered.error = str(fields.get(HeaderFields.error_name))
                elif answered:
                    answered.id = message.body[0]

    def _on_notify(self, sender: str, serial: int, body: tuple[Any, ...]) -> None:
        app, replaces_id, icon, title, text, actions, hints, timeout_ms = body
        plain = {name: value for name, (_, value) in hints.items()}
        one = Notification(app, replaces_id, icon, title, text, actions, plain, timeout_ms)
        self._recorded.append(one)
        self._pending[sender, serial] = one

    def _on_closed(self, notification_id: int) -> None:
        for one in self._recorded:
            if one.id == notification_id:
                one.is_closed = True
