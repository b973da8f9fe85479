"""SessionBus: the D-Bus bus of the person's session: notifications, docks."""

import os
from pathlib import Path

from tray_app.desktop.dbus.connection import Answered, BusConnection, Reply

__all__ = ["Answered", "Reply", "SessionBus"]


class SessionBus(BusConnection):
    """Signals and thread are those of BusConnection."""

    def address(self) -> str:
        address = os.environ.get("DBUS_SESSION_BUS_ADDRESS", "")
        if address:
            return address
        # Where systemd puts it; a program started by cron or ssh has only this.
        path = Path(os.environ["XDG_RUNTIME_DIR"]) / "bus"
        if not path.exists():
            raise FileNotFoundError(path)
        return f"unix:path={path}"
