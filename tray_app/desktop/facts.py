"""What this desktop offers to a tray program, asked of the session bus. Blocks: not for the window.

Needs neither a display nor a Qt application, so that a terminal can ask as well.
"""

from __future__ import annotations

import logging
import os
import struct
import sys
import threading
from dataclasses import replace

from tray_app.core.diagnosis.facts import DesktopFacts
from tray_app.desktop.autostart.system import system_autostart
from tray_app.desktop.dbus.address import session_bus_address
from tray_app.desktop.dbus.hang_up import HangUp

_log = logging.getLogger(__name__)

_TRAY = "org.kde.StatusNotifierWatcher"
_NOTIFICATIONS = "org.freedesktop.Notifications"
_TIMEOUT_S = 3.0
_GREETING_S = 1.0
_LIMIT_S = 3 * _TIMEOUT_S + _GREETING_S
"""Of all three questions."""
_NO_MESSAGE = (ValueError, LookupError, TypeError, AssertionError, RecursionError, struct.error)
"""What jeepney raises on bytes that are none of D-Bus's."""


def qt_versions() -> tuple[str, str]:
    """Of Qt and of PySide6. ImportError where Qt's windows cannot be loaded."""
    import PySide6.QtWidgets
    from PySide6.QtCore import qVersion

    return qVersion(), PySide6.__version__


def desktop_facts(limit_s: float = _LIMIT_S) -> DesktopFacts:
    """What can be learnt within about `limit_s`; never raises."""
    facts = DesktopFacts(autostart=_autostart())
    if sys.platform != "linux":
        return facts
    facts = replace(
        facts,
        desktop=os.environ.get("XDG_CURRENT_DESKTOP", "").replace(":", ", "),
        session=_session(),
    )
    return _ask_bus(facts, limit_s)


def _autostart() -> bool | None:
    try:
        return system_autostart().is_enabled()
    except OSError as error:
        _log.info("autostart unknown: %s", error)
        return None


def _session() -> str:
    """The kind of session; what can be connected to counts for more than what is said."""
    if os.environ.get("WAYLAND_DISPLAY"):
        return "wayland"
    return "x11" if os.environ.get("DISPLAY") else os.environ.get("XDG_SESSION_TYPE", "")


if sys.platform == "linux":

    def _ask_bus(facts: DesktopFacts, limit_s: float) -> DesktopFacts:
        from jeepney.bus import get_bus
        from jeepney.io.blocking import DBusConnection, prep_socket

        try:
            link = prep_socket(get_bus(session_bus_address()), timeout=_GREETING_S)
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            _log.info("no session bus: %s", error)
            return replace(facts, problem="no session bus")
        # For some answers jeepney waits without a limit, and for the rest of one once it has begun.
        hang_up = HangUp()
        hang_up.watch(link)
        end = threading.Timer(limit_s, hang_up.now)
        end.daemon = True
        end.start()
        try:
            return _ask(DBusConnection(link), facts)
        except (OSError, EOFError, *_NO_MESSAGE) as error:
            said = "no answer" if hang_up.is_done else f"{type(error).__name__}: {error}"
            return replace(facts, problem=said)
        finally:
            end.cancel()
            link.close()

    def _ask(bus: object, facts: DesktopFacts) -> DesktopFacts:
        properties = "org.freedesktop.DBus.Properties"
        question = (_TRAY, "IsStatusNotifierHostRegistered")
        hosts = _call(bus, _TRAY, "/StatusNotifierWatcher", properties, "Get", question)
        variant = hosts[0] if hosts else None
        has_host = isinstance(variant, tuple) and bool(variant[1])
        path, name = "/org/freedesktop/Notifications", _NOTIFICATIONS
        about = _call(bus, name, path, name, "GetServerInformation")
        abilities = _call(bus, name, path, name, "GetCapabilities")
        named = " ".join(str(word) for word in about[:3:2]) if about else ""
        found = abilities[0] if abilities and isinstance(abilities[0], list) else []
        return replace(
            facts,
            # An old-style (XEmbed) tray is not on the bus: no host is no proof of no tray.
            has_tray=True if has_host else None,
            has_notifier=about is not None,
            notifier=named,
            abilities=tuple(sorted(str(word) for word in found)),
        )

    def _call(
        bus: object, name: str, path: str, interface: str, method: str, words: tuple[str, ...] = ()
    ) -> tuple[object, ...] | None:
        from jeepney import DBusAddress, MessageType, new_method_call

        address = DBusAddress(path, bus_name=name, interface=interface)
        message = new_method_call(address, method, "s" * len(words) or None, words)
        try:
            reply = bus.send_and_get_reply(message, timeout=_TIMEOUT_S)  # type: ignore[attr-defined]
        except TimeoutError:
            return None
        is_answer = reply.header.message_type is MessageType.method_return
        return tuple(reply.body) if is_answer else None

else:

    def _ask_bus(facts: DesktopFacts, _: float) -> DesktopFacts:
        return facts
