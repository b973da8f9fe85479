"""Metered or not, as NetworkManager tells it on the system bus."""

from jeepney import DBusAddress
from PySide6.QtCore import QObject, Slot

from tray_app.desktop.conditions.system import Network
from tray_app.desktop.dbus.system import SystemProperty

_NAME = "org.freedesktop.NetworkManager"
_TARGET = DBusAddress("/org/freedesktop/NetworkManager", bus_name=_NAME, interface=_NAME)
# NMMetered: 0 unknown (no connection), 1 yes, 2 no, 3 and 4 the same as it guesses from the device.
_YES = (1, 3)


class NetworkManager(Network):
    """Signals and thread are those of Network."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._property = SystemProperty(_TARGET, "Metered", self)
        self._property.changed.connect(self._on_property_changed)

    def start(self) -> None:
        self._property.start()

    def close(self) -> None:
        self._property.close()

    @Slot()
    def _on_property_changed(self) -> None:
        value = self._property.value
        is_told = isinstance(value, int) and not isinstance(value, bool)
        self._take(value in _YES if is_told else None)
