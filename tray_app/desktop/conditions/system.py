"""Whether this computer's network connection costs by the byte, where the system tells."""

import sys

from PySide6.QtCore import QObject, Signal


class Network(QObject):
    """A system that tells nothing; others are subclasses.

    Signals: `changed` when `is_metered` did. Thread: the GUI thread; nothing blocks.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_metered: bool | None = None

    @property
    def is_metered(self) -> bool | None:
        """None = not to be known here, or not yet."""
        return self._is_metered

    def start(self) -> None:
        """Find out, and follow it from now on."""

    def close(self) -> None:
        """Follow it no more."""

    def _take(self, is_metered: bool | None) -> None:
        if is_metered is not self._is_metered:
            self._is_metered = is_metered
            self.changed.emit()


def system_network(parent: QObject | None = None) -> Network:
    """The one for this system."""
    if sys.platform in ("win32", "darwin"):
        from tray_app.desktop.conditions.qt_network import QtNetwork

        return QtNetwork(parent)
    # Not by Qt: its backend talks to the bus before it gives the thread back.
    from tray_app.desktop.conditions.linux import NetworkManager

    return NetworkManager(parent)
