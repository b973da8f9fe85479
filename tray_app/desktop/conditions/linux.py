"""Metered or not, battery or mains: as NetworkManager and UPower tell it on the system bus."""

from jeepney import DBusAddress
from PySide6.QtCore import QObject, Slot

from tray_app.desktop.conditions.base import Network, Power
from tray_app.desktop.dbus.system import SystemProperty

_NETWORK_NAME = "org.freedesktop.NetworkManager"
_NETWORK = DBusAddress(
    "/org/freedesktop/NetworkManager", bus_name=_NETWORK_NAME, interface=_NETWORK_NAME
)
# NMMetered: 0 unknown (no connection), 1 yes, 2 no, 3 and 4 the same as it guesses from the device.
_METERED = (1, 3)

_POWER_NAME = "org.freedesktop.UPower"
_POWER = DBusAddress("/org/freedesktop/UPower", bus_name=_POWER_NAME, interface=_POWER_NAME)


class NetworkManager(Network):
    """Signals and thread are those of Network."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._property = SystemProperty(_NETWORK, "Metered", self)
        self._property.changed.connect(self._on_property_changed)

    def start(self) -> None:
        self._property.start()

    def close(self) -> None:
        self._property.close()

    @Slot()
    def _on_property_changed(self) -> None:
        value = self._property.value
        is_told = isinstance(value, int) and not isinstance(value, bool)
        self._take(value in _METERED if is_told else None)


class UPower(Power):
    """Signals and thread are those of Power."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._property = SystemProperty(_POWER, "OnBattery", self)
        self._property.changed.connect(self._on_property_changed)

    def start(self) -> None:
        self._property.start()

    def close(self) -> None:
        self._property.close()

    @Slot()
    def _on_property_changed(self) -> None:
        value = self._property.value
        self._take(value if isinstance(value, bool) else None)
