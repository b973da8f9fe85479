"""Notifications by the Notification portal, from inside a Flatpak.

The desktop adds whose they are and our icon. It does not say whether one was shown.
Importing this module imports jeepney: import it when the first notice is due.
"""

import itertools
import logging
import os

from jeepney import DBus, HeaderFields, MatchRule, Message, new_method_call
from PySide6.QtCore import QObject, Signal, Slot

from tray_app.desktop.dbus.connection import Reply, ignore, sendable
from tray_app.desktop.dbus.responses import PORTAL, portal_address
from tray_app.desktop.dbus.session import SessionBus
from tray_app.desktop.notifications.notice import Notice

_log = logging.getLogger(__name__)

_INTERFACE = "org.freedesktop.portal.Notification"
_ADDRESS = portal_address(_INTERFACE)
_TIMEOUT_S = 5.0
_OPEN = "open"
"""Not "app.…": that would be activated over D-Bus, where we offer nothing."""
_REMEMBERED = 64
_TOKEN_LIMIT = 1024


class PortalNotifications(QObject):
    """Signals: `clicked` the target of a notice that was clicked; `failed` a notice that no portal
    took. Thread: the GUI thread; never blocks."""

    clicked = Signal(str)
    failed = Signal(object)  # Notice

    def __init__(self, parent: QObject | None = None, *, timeout_s: float = _TIMEOUT_S) -> None:
        super().__init__(parent)
        self._timeout_s = timeout_s
        self._bus = SessionBus(self)
        self._bus.heard.connect(self._on_bus_heard)
        self._targets: dict[str, str] = {}
        self._numbers = itertools.count(1)

    def show(self, notice: Notice) -> None:
        """Show a notice, or emit `failed` a little later."""
        # Of an earlier run there may be notices with our numbers.
        number = notice.slot or f"{os.getpid()}-{next(self._numbers)}"
        self._targets.pop(number, None)
        self._targets[number] = notice.target
        while len(self._targets) > _REMEMBERED:
            del self._targets[next(iter(self._targets))]
        if not self._bus.is_open:
            rule = MatchRule(
                type="signal", sender=PORTAL, interface=_INTERFACE, member="ActionInvoked"
            )
            self._bus.call(DBus().AddMatch(rule), ignore, self._timeout_s)
        content = {
            "title": ("s", sendable(notice.title)),
            "body": ("s", sendable(notice.body)),
            "priority": ("s", "normal"),
            "default-action": ("s", _OPEN),
        }
        message = new_method_call(_ADDRESS, "AddNotification", "sa{sv}", (number, content))

        def on_shown(reply: Reply) -> None:
            if reply.error:
                _log.info("the portal shows no notification: %s", reply.error)
                if not reply.is_silence:
                    self.failed.emit(notice)

        self._bus.call(message, on_shown, self._timeout_s)

    def close(self) -> None:
        """Hang up. What is on screen stays there."""
        self._bus.close()

    @Slot(object)
    def _on_bus_heard(self, message: Message) -> None:
        fields, body = message.header.fields, message.body
        if fields.get(HeaderFields.member) != "ActionInvoked" or len(body) != 3:
            return
        number, action, extra = body
        if action != _OPEN or number not in self._targets:
            return
        if token := _token(extra):
            # Wayland lets a window come to the front only with this; Qt takes it from here.
            os.environ["XDG_ACTIVATION_TOKEN"] = token
        self.clicked.emit(self._targets[number])


def _token(extra: object) -> str:
    """What lets our window come to the front, of a portal that tells it."""
    for kind, value in extra if isinstance(extra, list) else ():
        found = value.get("activation-token") if kind == "a{sv}" and isinstance(value, dict) else 0
        token = found[1] if isinstance(found, tuple) and len(found) == 2 else None
        if isinstance(token, str) and token.isascii() and token.isprintable():
            return token[:_TOKEN_LIMIT]
    return ""
