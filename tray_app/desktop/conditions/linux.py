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
# All batteries together, as a panel shows them.
_BATTERY = DBusAddress(
    "/org/freedesktop/UPower/devices/DisplayDevice",
    bus_name=_POWER_NAME,
    interface=f"{_POWER_NAME}.Device",
)


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
        self._charge = SystemProperty(_BATTERY, "Percentage", self)
        self._is_charge_followed = False
        for each in (self._property, self._charge):
            each.changed.connect(self._on_property_changed)

    def start(self) -> None:
        self._property.start()

    def close(self) -> None:
        self._property.close()
        self._charge.close()

    @Slot()
    def _on_property_changed(self) -> None:
        on_battery = self._property.value if isinstance(self._property.value, bool) else None
        if on_battery and not self._is_charge_followed:
            self._is_charge_followed = True  # of no interest before
            self._charge.start()
        self._take(on_battery, _whole_percent(self._charge.value) if on_battery else None)


def _whole_percent(value: object) -> int | None:
    """A whole number: the signals of each tenth are not passed on."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if 0 < value <= 100 else None
