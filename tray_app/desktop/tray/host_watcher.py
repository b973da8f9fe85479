"""HostWatcher: tells whether the desktop has a tray now, and when one comes or goes.

On Linux a tray host announces itself on the session bus, often after us (start of a session, a
restarted panel); Qt never shows an icon that was made before the host came, so Tray makes it anew.
"""

import logging
import sys

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QSystemTrayIcon

if sys.platform == "linux":
    from PySide6.QtDBus import QDBusConnection, QDBusServiceWatcher

_log = logging.getLogger(__name__)

HOST = "org.kde.StatusNotifierWatcher"
_LOSS_GRACE_S = 10.0
_POLL_S = 2.0
_SLOW_POLL_S = 15.0
_POLLS_UNTIL_SLOW = 30


class HostWatcher(QObject):
    """Signals: `host_appeared` when an icon made before would not be seen; `available_changed`
    after the grace that `start` was given, and at every change after it.
    Thread: the GUI thread.
    """

    host_appeared = Signal()
    available_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None, loss_grace_s: float = _LOSS_GRACE_S) -> None:
        super().__init__(parent)
        self._told: bool | None = None
        self._polls = 0
        # An old-style (XEmbed) tray says nothing when it comes; only looked for while none is here.
        self._poll = QTimer(self)
        self._poll.setObjectName("tray watcher poll")
        self._poll.timeout.connect(self._on_poll_timeout)
        self._grace = QTimer(self)
        self._grace.setSingleShot(True)
        self._grace.setObjectName("tray watcher grace")
        self._grace.timeout.connect(self._tell)
        self._loss_grace_s = loss_grace_s
        self._bus_watcher: QObject | None = None

    @property
    def is_available(self) -> bool:
        """Asked anew each time: Qt's own isVisible() is true without any tray."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def start(self, grace_s: float = 0.0) -> None:
        """Begin; "there is no tray" is only told when none came within `grace_s`."""
        self._watch_bus()
        if self.is_available or grace_s <= 0:
            self._tell()
        else:
            self._grace.start(round(grace_s * 1000))
            self._poll.start(round(_POLL_S * 1000))

    def stop(self) -> None:
        self._grace.stop()
        self._poll.stop()
        if self._bus_watcher is not None:
            self._bus_watcher.deleteLater()
            self._bus_watcher = None

    def _watch_bus(self) -> None:
        if sys.platform != "linux":
            return
        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            return
        watcher = QDBusServiceWatcher(
            HOST, bus, QDBusServiceWatcher.WatchModeFlag.WatchForOwnerChange, self
        )
        watcher.serviceRegistered.connect(self._on_bus_service_registered)
        watcher.serviceUnregistered.connect(self._on_bus_service_unregistered)
        self._bus_watcher = watcher

    @Slot(str)
    def _on_bus_service_registered(self, _: str) -> None:
        _log.info("a tray host appeared")
        self.host_appeared.emit()
        self._tell()

    @Slot(str)
    def _on_bus_service_unregistered(self, _: str) -> None:
        # A panel that restarts is back in a moment; that is no reason to show the window.
        _log.info("the tray host went away")
        self._grace.start(round(self._loss_grace_s * 1000))

    @Slot()
    def _on_poll_timeout(self) -> None:
        self._polls += 1
        if self.is_available:
            self._tell()
        elif self._polls == _POLLS_UNTIL_SLOW:
            self._poll.setInterval(round(_SLOW_POLL_S * 1000))

    @Slot()
    def _tell(self) -> None:
        is_available = self.is_available
        self._grace.stop()
        if is_available:
            self._poll.stop()
        elif not self._poll.isActive():
            self._polls = 0
            self._poll.start(round(_POLL_S * 1000))
        if is_available is not self._told:
            self._told = is_available
            self.available_changed.emit(is_available)
