"""The D-Bus system bus, and one property of a service on it, kept up to date."""

import logging
import os

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, Properties, message_bus
from PySide6.QtCore import QObject, Signal, Slot

from tray_app.desktop.dbus.connection import BusConnection, Reply

_log = logging.getLogger(__name__)

_DEFAULT_ADDRESS = "unix:path=/var/run/dbus/system_bus_socket"
# The bus may have to start the service first.
_TIMEOUT_S = 10.0
_DBUS = "org.freedesktop.DBus"


class SystemBus(BusConnection):
    """Signals and thread are those of BusConnection."""

    def address(self) -> str:
        return os.environ.get("DBUS_SYSTEM_BUS_ADDRESS", "") or _DEFAULT_ADDRESS


class SystemProperty(QObject):
    """A property of a service that may be absent, come late, restart or go away.

    Signals: `changed` when `value` did. Thread: the GUI thread; never blocks.
    """

    changed = Signal()

    def __init__(self, target: DBusAddress, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._target = target
        self._name = name
        self._value: object = None
        self._bus = SystemBus(self)
        self._bus.heard.connect(self._on_bus_heard)
        self._bus.lost.connect(self._on_bus_lost)

    @property
    def value(self) -> object:
        """None while the service does not tell it."""
        return self._value

    def start(self) -> None:
        """Ask, and listen from now on."""
        service = self._target.bus_name
        owner = MatchRule(type="signal", sender=_DBUS, interface=_DBUS, member="NameOwnerChanged")
        owner.add_arg_condition(0, service)
        properties = MatchRule(
            type="signal",
            sender=service,
            path=self._target.object_path,
            interface=f"{_DBUS}.Properties",
            member="PropertiesChanged",
        )
        for rule in (owner, properties):
            self._bus.call(message_bus.AddMatch(rule), self._on_match_added, _TIMEOUT_S)
        self._ask()

    def close(self) -> None:
        self._bus.close()

    def _on_match_added(self, reply: Reply) -> None:
        if reply.error:
            _log.info("cannot listen to %s: %s", self._target.bus_name, reply.error)

    def _ask(self) -> None:
        self._bus.call(Properties(self._target).get(self._name), self._on_answered, _TIMEOUT_S)

    def _on_answered(self, reply: Reply) -> None:
        if reply.error:
            _log.info("%s does not tell %s: %s", self._target.bus_name, self._name, reply.error)
            self._take(None)
        elif reply.body:
            self._take(_bare(reply.body[0]))

    @Slot(object)
    def _on_bus_heard(self, message: Message) -> None:
        member, body = message.header.fields.get(HeaderFields.member), message.body
        if member == "NameOwnerChanged" and len(body) == 3 and body[0] == self._target.bus_name:
            if body[2]:
                self._ask()
            else:
                self._take(None)
        elif member == "PropertiesChanged" and len(body) == 3:
            interface, values, invalidated = body
            if interface != self._target.interface:
                return
            if isinstance(values, dict) and self._name in values:
                self._take(_bare(values[self._name]))
            elif isinstance(invalidated, list) and self._name in invalidated:
                self._ask()

    @Slot()
    def _on_bus_lost(self) -> None:
        self._take(None)

    def _take(self, value: object) -> None:
        if value != self._value or type(value) is not type(self._value):
            self._value = value
            self.changed.emit()


def _bare(variant: object) -> object:
    """The value of a variant, which jeepney gives with its type."""
    match variant:
        case (str(), value):
            return value
    return variant
