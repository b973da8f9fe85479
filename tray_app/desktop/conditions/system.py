"""Picks who tells of the network connection and the battery on this system."""

import sys

from PySide6.QtCore import QObject

from tray_app.desktop.conditions.base import Network, Power


def system_network(parent: QObject | None = None) -> Network:
    """The one for this system."""
    if sys.platform in ("win32", "darwin"):
        from tray_app.desktop.conditions.qt_network import QtNetwork

        return QtNetwork(parent)
    # Not by Qt: its backend talks to the bus before it gives the thread back.
    from tray_app.desktop.conditions.linux import NetworkManager

    return NetworkManager(parent)


def system_power(parent: QObject | None = None) -> Power:
    """The one for this system. (macOS tells it only through frameworks that Qt does not wrap.)"""
    if sys.platform == "win32":
        from tray_app.desktop.conditions.windows_power import WindowsPower

        return WindowsPower(parent)
    if sys.platform == "darwin":
        return Power(parent)
    from tray_app.desktop.conditions.linux import UPower

    return UPower(parent)
