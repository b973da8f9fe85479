"""Battery or mains on Windows. It announces changes to windows only, so they are asked for."""

import ctypes
import sys

from PySide6.QtCore import QObject, QTimer, Slot

from tray_app.desktop.conditions.base import Power

POLL_S = 15.0
_OFFLINE, _ONLINE = 0, 1
_NO_BATTERY, _NOT_KNOWN = 0x80, 0xFF


class _Status(ctypes.Structure):
    """SYSTEM_POWER_STATUS."""

    _fields_ = (
        ("line", ctypes.c_ubyte),
        ("battery", ctypes.c_ubyte),
        ("percent", ctypes.c_ubyte),
        ("saver", ctypes.c_ubyte),
        ("left_s", ctypes.c_uint32),
        ("full_s", ctypes.c_uint32),
    )


class WindowsPower(Power):
    """Signals and thread are those of Power."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(round(POLL_S * 1000))
        self._timer.setObjectName("power")
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        self._look()
        # Without a battery there is nothing to wait for.
        if self.on_battery is not None:
            self._timer.start()

    def close(self) -> None:
        self._timer.stop()

    @Slot()
    def _look(self) -> None:
        self._take(*_ask())


def on_battery(line: int, battery: int) -> bool | None:
    """What two fields of the system's answer mean; None = no battery, or not known."""
    if battery != _NOT_KNOWN and battery & _NO_BATTERY:
        return None
    return {_OFFLINE: True, _ONLINE: False}.get(line)


def battery_percent(percent: int) -> int | None:
    """What the field with the charge means; None = not known."""
    return percent if percent <= 100 else None


def _ask() -> tuple[bool | None, int | None]:
    status = _Status()
    if sys.platform == "win32" and ctypes.windll.kernel32.GetSystemPowerStatus(
        ctypes.byref(status)
    ):
        is_on_battery = on_battery(status.line, status.battery)
        return is_on_battery, battery_percent(status.percent) if is_on_battery else None
    return None, None
