"""What a system may tell of its network connection and its battery.

The classes here stand for a system that tells nothing.
"""

from PySide6.QtCore import QObject, Signal


class Network(QObject):
    """Whether there is a network connection, and whether it costs by the byte. A subclass for each
    system that tells.

    Signals: `changed` when one of the two did. Thread: the GUI thread; nothing blocks.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_metered: bool | None = None
        self._is_online: bool | None = None

    @property
    def is_metered(self) -> bool | None:
        """None = not to be known here, or not yet."""
        return self._is_metered

    @property
    def is_online(self) -> bool | None:
        """None = not to be known here, or not yet."""
        return self._is_online

    def start(self) -> None:
        """Find out, and follow it from now on."""

    def close(self) -> None:
        """Follow it no more."""

    def _take(self, is_metered: bool | None) -> None:
        if is_metered is not self._is_metered:
            self._is_metered = is_metered
            self.changed.emit()

    def _take_online(self, is_online: bool | None) -> None:
        if is_online is not self._is_online:
            self._is_online = is_online
            self.changed.emit()


class Power(QObject):
    """Whether this computer runs on its battery, and what is in it. A subclass for each system that
    tells.

    Signals: `changed` when one of the two did. Thread: the GUI thread; nothing blocks.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._on_battery: bool | None = None
        self._percent: int | None = None

    @property
    def on_battery(self) -> bool | None:
        """None = not to be known here, or not yet."""
        return self._on_battery

    @property
    def percent(self) -> int | None:
        """Of all batteries together; None = not to be known here, or not yet."""
        return self._percent

    def start(self) -> None:
        """Find out, and follow it from now on."""

    def close(self) -> None:
        """Follow it no more."""

    def _take(self, on_battery: bool | None, percent: int | None = None) -> None:
        if (on_battery, percent) != (self._on_battery, self._percent):
            self._on_battery, self._percent = on_battery, percent
            self.changed.emit()
