"""Network and battery, as NetworkManager and UPower tell of them on the system bus."""

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
# NMState: 10 asleep, 20 without any connection, 30 losing it, 40 making one; 0 is unknown, and from
# 50 on there is one.
_AWAY = (10, 20, 30, 40)

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
        self._connection = SystemProperty(_NETWORK, "State", self)
        self._property.changed.connect(self._on_property_changed)
        self._connection.changed.connect(self._on_connection_changed)

    def start(self) -> None:
        self._property.start()
        self._connection.start()

    def close(self) -> None:
        self._property.close()
        self._connection.close()

    @Slot()
    def _on_property_changed(self) -> None:
        value = self._property.value
        self._take(value in _METERED if _is_number(value) else None)

    @Slot()
    def _on_connection_changed(self) -> None:
        value = self._connection.value
        self._take_online(value not in _AWAY if _is_number(value) and value else None)


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


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _whole_percent(value: object) -> int | None:
    """A whole number: the signals of each tenth are not passed on."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if 0 < value <= 100 else None
