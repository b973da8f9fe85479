"""Picks the switch "start at login" of this system."""

from PySide6.QtCore import QObject

from tray_app.desktop.autostart.switch import LoginSwitch, SystemLoginSwitch
from tray_app.desktop.autostart.system import system_autostart
from tray_app.environment import sandbox
from tray_app.settings import Settings


def login_switch(
    settings: Settings, parent: QObject | None = None, *, is_login: bool = False
) -> LoginSwitch:
    """The one for this system; `is_login`: this run was started by it."""
    if sandbox() == "Flatpak":
        from tray_app.desktop.autostart.portal import PortalLoginSwitch

        return PortalLoginSwitch(settings, parent, is_login=is_login)
    return SystemLoginSwitch(system_autostart(), parent)
