"""Whether this computer runs on its battery, where the system tells."""

import sys

from PySide6.QtCore import QObject, Signal


class Power(QObject):
    """A system that tells nothing; others are subclasses.

    Signals: `changed` when `on_battery` did. Thread: the GUI thread; nothing blocks.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._on_battery: bool | None = None

    @property
    def on_battery(self) -> bool | None:
        """None = not to be known here, or not yet."""
        return self._on_battery

    def start(self) -> None:
        """Find out, and follow it from now on."""

    def close(self) -> None:
        """Follow it no more."""

    def _take(self, on_battery: bool | None) -> None:
        if on_battery is not self._on_battery:
            self._on_battery = on_battery
            self.changed.emit()


def system_power(parent: QObject | None = None) -> Power:
    """The one for this system. (macOS tells it only through frameworks that Qt does not wrap.)"""
    if sys.platform == "win32":
        from tray_app.desktop.conditions.windows_power import WindowsPower

        return WindowsPower(parent)
    if sys.platform == "darwin":
        return Power(parent)
    from tray_app.desktop.power_upower import UPower

    return UPower(parent)
