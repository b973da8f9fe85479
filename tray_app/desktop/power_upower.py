"""Battery or mains, as UPower tells it on the system bus."""

from jeepney import DBusAddress
from PySide6.QtCore import QObject, Slot

from tray_app.desktop.dbus.system import SystemProperty
from tray_app.desktop.power import Power

_NAME = "org.freedesktop.UPower"
_TARGET = DBusAddress("/org/freedesktop/UPower", bus_name=_NAME, interface=_NAME)


class UPower(Power):
    """Signals and thread are those of Power."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._property = SystemProperty(_TARGET, "OnBattery", self)
        self._property.changed.connect(self._on_property_changed)

    def start(self) -> None:
        self._property.start()

    def close(self) -> None:
        self._property.close()

    @Slot()
    def _on_property_changed(self) -> None:
        value = self._property.value
        self._take(value if isinstance(value, bool) else None)
