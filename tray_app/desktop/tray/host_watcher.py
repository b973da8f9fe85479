"""HostWatcher: tells whether the desktop has a tray now, and when one comes or goes.

On Linux a tray host announces itself on the session bus, often after us (start of a session, a
restarted panel); Qt never shows an icon that was made before the host came, so Tray makes it anew.
Qt asks the bus and waits for its answer, for 25 s and more: of a bus that has gone dumb it is not
asked.
"""

import logging
import sys

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QSystemTrayIcon

if sys.platform == "linux":
    from PySide6.QtDBus import (
        QDBusConnection,
        QDBusMessage,
        QDBusPendingCallWatcher,
        QDBusServiceWatcher,
    )

_log = logging.getLogger(__name__)

HOST = "org.kde.StatusNotifierWatcher"
_BUS = "org.freedesktop.DBus"
_BUS_TIMEOUT_MS = 3000
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
        self._grace.timeout.connect(self._look_anew)
        self._loss_grace_s = loss_grace_s
        self._bus_watcher: QObject | None = None
        self._pending: QObject | None = None

    @property
    def is_available(self) -> bool:
        """Asked anew each time: Qt's own isVisible() is true without any tray. May wait for the
        bus: ask only where that has just said something."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def was_available(self) -> bool:
        """As it was told last; asks nobody."""
        return self._told is True

    def start(self, grace_s: float = 0.0) -> None:
        """Begin; "there is no tray" is only told when none came within `grace_s`."""
        self._watch_bus()
        is_available = self.is_available
        if is_available or grace_s <= 0:
            self._tell(is_available)
        else:
            self._grace.start(round(grace_s * 1000))
            self._poll.start(round(_POLL_S * 1000))

    def stop(self) -> None:
        self._grace.stop()
        self._poll.stop()
        if self._bus_watcher is not None:
            self._bus_watcher.deleteLater()
            self._bus_watcher = None
        if self._pending is not None:
            self._pending.deleteLater()
            self._pending = None

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
        self._tell(self.is_available)

    @Slot(str)
    def _on_bus_service_unregistered(self, _: str) -> None:
        # A panel that restarts is back in a moment; that is no reason to show the window.
        _log.info("the tray host went away")
        self._grace.start(round(self._loss_grace_s * 1000))

    @Slot()
    def _on_poll_timeout(self) -> None:
        self._polls += 1
        if self._polls == _POLLS_UNTIL_SLOW:
            self._poll.setInterval(round(_SLOW_POLL_S * 1000))
        self._look_anew()

    @Slot()
    def _look_anew(self) -> None:
        if sys.platform != "linux" or not QDBusConnection.sessionBus().isConnected():
            self._take(self.is_available)
        elif self._pending is None:
            self._ask_bus()

    def _take(self, is_available: bool) -> None:
        """A tray may still come as long as the grace lasts."""
        if is_available or not self._grace.isActive():
            self._tell(is_available)

    if sys.platform == "linux":

        def _ask_bus(self) -> None:
            message = QDBusMessage.createMethodCall(_BUS, "/", _BUS, "NameHasOwner")
            message.setArguments([HOST])
            call = QDBusConnection.sessionBus().asyncCall(message, _BUS_TIMEOUT_MS)
            pending = QDBusPendingCallWatcher(call, self)
            pending.finished.connect(self._on_pending_finished)
            self._pending = pending

        @Slot(QDBusPendingCallWatcher)
        def _on_pending_finished(self, pending: QDBusPendingCallWatcher) -> None:
            has_answered = pending.reply().type() is QDBusMessage.MessageType.ReplyMessage
            pending.deleteLater()
            if pending is self._pending:  # else it was stopped meanwhile
                self._pending = None
                self._take(has_answered and self.is_available)

    def _tell(self, is_available: bool) -> None:
        self._grace.stop()
        if is_available:
            self._poll.stop()
        elif not self._poll.isActive():
            self._polls = 0
            self._poll.start(round(_POLL_S * 1000))
        if is_available is not self._told:
            self._told = is_available
            self.available_changed.emit(is_available)
