"""The badge and bar at the program's icon in docks: `com.canonical.Unity.LauncherEntry`.

GNOME's docks, KDE's task bar, Plank and others listen for one D-Bus signal, and forget what it
said when the sender leaves the bus. Qt has nothing for this, nor for the taskbar of Windows.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from tray_app import APP_ID

if TYPE_CHECKING:
    from tray_app.desktop.dbus.session import SessionBus
    from tray_app.state.app_state import AppState

APP_URI = f"application://{APP_ID}.desktop"
_PATH = "/" + APP_ID.replace(".", "/")
_INTERFACE = "com.canonical.Unity.LauncherEntry"
_PACE_MS = 1000

_Shown = tuple[int, int | None]
"""Downloads under way or in line, and their percent (None = no bar)."""
_NOTHING: _Shown = (0, None)


class DockBadge(QObject):
    """Tells docks how many downloads there are and how far they are, at most once a second.

    Thread: the GUI thread. Says nothing, and loads nothing, before there is a download.
    """

    def __init__(self, state: AppState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._bus: SessionBus | None = None
        self._wanted = self._told = _NOTHING
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PACE_MS)
        self._timer.setObjectName("dock badge")
        self._timer.timeout.connect(self._tell)
        state.pull_summary_changed.connect(self._on_state_pull_summary_changed)

    @Slot()
    def _on_state_pull_summary_changed(self) -> None:
        summary = self._state.pull_summary
        count = summary.active + summary.waiting
        permille = summary.permille if summary.active else None
        self._wanted = (count, None if permille is None else permille // 10)
        if not self._timer.isActive():
            self._tell()

    def close(self) -> None:
        """Take badge and bar away."""
        self._timer.stop()
        self._wanted = _NOTHING
        self._tell()
        self._timer.stop()
        if self._bus is not None:
            self._bus.close()

    @Slot()
    def _tell(self) -> None:
        if self._wanted == self._told or sys.platform != "linux":
            return
        from jeepney import DBusAddress, new_signal

        from tray_app.desktop.dbus.session import SessionBus

        if self._bus is None:
            self._bus = SessionBus(self)
        self._told = count, percent = self._wanted
        properties = {
            "count": ("x", count),
            "count-visible": ("b", count > 0),
            "progress": ("d", (percent or 0) / 100),
            "progress-visible": ("b", percent is not None),
        }
        target = DBusAddress(_PATH, interface=_INTERFACE)
        body = (APP_URI, properties)
        self._bus.emit_signal(new_signal(target, "Update", "sa{sv}", body))
        self._timer.start()
