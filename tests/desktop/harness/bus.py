"""A connection to a session bus: calls with their errors, names and who owns them."""

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from jeepney import DBusAddress, Message, MessageType, Properties, message_bus, new_method_call
from jeepney.io.common import FilterHandle, MessageFilters
from jeepney.io.threading import DBusConnection, DBusRouter, open_dbus_connection

TIMEOUT_S = 10.0


class BusError(Exception):
    """An error reply: `name` is D-Bus's name for it."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"{name}: {text}")
        self.name = name


class _Filters(MessageFilters):
    """Looked through by the receiver while others put theirs in."""

    def matches(self, message: Message) -> Iterator[FilterHandle]:
        for handle in list(self.filters.values()):
            if handle.rule.matches(message):
                yield handle


def close_connection(connection: DBusConnection) -> None:
    """Close it whole, once nobody receives any more: jeepney 0.9 leaves the pipe open by which it
    interrupts a receiver, and hundreds of connections of a run of tests add up."""
    connection.close()
    os.close(connection._stop_r)
    os.close(connection._stop_w)


class Bus:
    """One connection; usable from any thread. *Thread*: owns a receiver thread until close()."""

    def __init__(self, address: str, *, takes_files: bool = False) -> None:
        self._connection = open_dbus_connection(
            address, auth_timeout=TIMEOUT_S, enable_fds=takes_files
        )
        self.router = DBusRouter(self._connection)
        self.router._filters = _Filters()

    def close(self) -> None:
        """End the receiver thread and the connection."""
        self.router.close()
        close_connection(self._connection)

    def send(self, message: Any) -> Any:
        """Send a method call and return the body of its reply; BusError for an error reply."""
        reply = self.router.send_and_get_reply(message, timeout=TIMEOUT_S)
        if reply.header.message_type == MessageType.error:
            name = reply.header.fields.get(4, "?")
            raise BusError(str(name), " ".join(str(part) for part in reply.body))
        return reply.body

    def call(self, target: DBusAddress, method: str, signature: str = "", *body: Any) -> Any:
        """Call a method and return the body of its reply."""
        return self.send(new_method_call(target, method, signature or None, body))

    def properties(self, target: DBusAddress) -> dict[str, Any]:
        """Return all properties without their type codes."""
        (found,) = self.send(Properties(target).get_all())
        return {name: value for name, (_, value) in found.items()}

    def get(self, target: DBusAddress, name: str) -> Any:
        """Return one property without its type code."""
        return self.send(Properties(target).get(name))[0][1]

    def has_owner(self, name: str) -> bool:
        """Say whether somebody owns the name."""
        return bool(self.send(message_bus.NameHasOwner(name))[0])

    def pid_of(self, name: str) -> int | None:
        """Return the process that owns the name, if any does."""
        with contextlib.suppress(BusError):
            return int(self.send(message_bus.GetConnectionUnixProcessID(name))[0])
        return None
