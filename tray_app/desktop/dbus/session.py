"""SessionBus: the D-Bus bus of the person's session: notifications, docks."""

from tray_app.desktop.dbus.address import session_bus_address
from tray_app.desktop.dbus.connection import Answered, BusConnection, Reply

__all__ = ["Answered", "Reply", "SessionBus"]


class SessionBus(BusConnection):
    """Signals and thread are those of BusConnection."""

    def address(self) -> str:
        return session_bus_address()
