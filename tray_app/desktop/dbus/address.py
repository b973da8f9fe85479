"""Where the bus of the person's session is. Loads neither Qt nor jeepney."""

import os
from pathlib import Path


def session_bus_address() -> str:
    """As D-Bus writes it. Raises OSError or KeyError when there is none."""
    address = os.environ.get("DBUS_SESSION_BUS_ADDRESS", "")
    if address:
        return address
    # Where systemd puts it; a program started by cron or ssh has only this.
    path = Path(os.environ["XDG_RUNTIME_DIR"]) / "bus"
    if not path.exists():
        raise FileNotFoundError(path)
    return f"unix:path={path}"
