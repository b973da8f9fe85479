"""Notifications by `org.freedesktop.Notifications` over our own connection to the session bus.

Qt's own showMessage loses messages without a tray host, cannot replace one, reports hardly any
click and cannot say which program it speaks for; QtDBus cannot send the uint32 that Notify wants.
Importing this module imports jeepney: import it when the first notice is due.
"""

import html
import logging
import os
from typing import cast

from jeepney import DBus, DBusAddress, HeaderFields, MatchRule, Message, new_method_call
from PySide6.QtCore import QObject, Signal, Slot

from tray_app import APP_ID, APP_NAME
from tray_app.desktop.dbus.connection import Answered, Reply, ignore, sendable
from tray_app.desktop.dbus.session import SessionBus
from tray_app.desktop.notifications.notice import Notice, NoticeKind
from tray_app.resources import app_icon_file
from tray_app.text import tr

_log = logging.getLogger(__name__)

_BUS = "org.freedesktop.DBus"
_NAME = "org.freedesktop.Notifications"
_ADDRESS = DBusAddress("/org/freedesktop/Notifications", bus_name=_NAME, interface=_NAME)
# The bus may have to start the daemon first.
_TIMEOUT_S = 5.0
_SYSTEM_DECIDES = -1
_REMEMBERED = 64
_TOKEN_LIMIT = 1024
_URGENCY_NORMAL = 1
_DEFAULT_ACTION = "default"
_CATEGORY = {
    NoticeKind.FINISHED: "transfer.complete",
    NoticeKind.FAILED: "transfer.error",
    NoticeKind.OFFLINE: "network.disconnected",
    NoticeKind.BACK: "network.connected",
}

_Shown = tuple[str, int]
"""(unique bus name of the daemon, its id): ids start anew with each daemon."""


class DbusNotifications(QObject):
    """The freedesktop backend.

    Signals: `clicked` the target of a notice that was clicked; `failed` a notice that no daemon
    took. One that was given to a daemon which never answers is lost: whoever is tried next might
    ask that daemon too, and Qt does so in the GUI thread, for 25 s.
    Thread: the GUI thread; never blocks.
    """

    clicked = Signal(str)
    failed = Signal(object)  # Notice

    def __init__(self, parent: QObject | None = None, *, timeout_s: float = _TIMEOUT_S) -> None:
        super().__init__(parent)
        self._timeout_s = timeout_s
        self._bus = SessionBus(self)
        self._bus.heard.connect(self._on_bus_heard)
        self._bus.lost.connect(self._on_bus_lost)
        self._capabilities: frozenset[str] | None = None
        self._targets: dict[_Shown, str] = {}
        self._slots: dict[str, _Shown] = {}
        self._daemon = ""

    def show(self, notice: Notice) -> None:
        """Show a notice, or emit `failed` a little later."""
        if self._capabilities is not None and self._bus.is_open:
            self._notify(notice)
            return

        def on_capabilities(reply: Reply) -> None:
            if reply.error:
                _log.info("no notification daemon: %s", reply.error)
                self._give_up(notice, reply)
                return
            names = _first(reply)
            found = names if isinstance(names, list) else ()
            self._capabilities = frozenset(name for name in found if isinstance(name, str))
            self._notify(notice)

        self._listen()
        self._call("GetCapabilities", None, (), on_capabilities)

    def close(self) -> None:
        """Hang up. What is on screen stays there."""
        self._bus.close()

    def _listen(self) -> None:
        if self._bus.is_open:
            return
        for member in ("ActionInvoked", "ActivationToken", "NotificationClosed"):
            rule = MatchRule(type="signal", sender=_NAME, interface=_NAME, member=member)
            self._bus.call(DBus().AddMatch(rule), ignore, self._timeout_s)
        rule = MatchRule(type="signal", sender=_BUS, member="NameOwnerChanged")
        rule.add_arg_condition(0, _NAME)
        self._bus.call(DBus().AddMatch(rule), ignore, self._timeout_s)

    def _notify(self, notice: Notice) -> None:
        capabilities = self._capabilities or frozenset()
        title, body = sendable(notice.title), sendable(notice.body)
        if "body-markup" in capabilities:
            body = html.escape(body, quote=False)
        actions = [_DEFAULT_ACTION, tr("Open")] if "actions" in capabilities else []
        replaced = self._slots.get(notice.slot, ("", 0)) if notice.slot else ("", 0)
        hints = {
            "desktop-entry": ("s", APP_ID),
            "urgency": ("y", _URGENCY_NORMAL),
            "category": ("s", _CATEGORY.get(notice.kind, "transfer")),
        }
        icon = app_icon_file().as_uri()

        def on_shown(reply: Reply) -> None:
            number = _first(reply)
            if reply.error or not _is_id(number):
                _log.info("notification refused: %s", reply.error or "no number for it")
                self._forget()
                self._give_up(notice, reply)
                return
            self._remember((reply.sender, cast("int", number)), notice)

        self._call(
            "Notify",
            "susssasa{sv}i",
            (APP_NAME, replaced[1], icon, title, body, actions, hints, _SYSTEM_DECIDES),
            on_shown,
        )

    def _give_up(self, notice: Notice, reply: Reply) -> None:
        if not reply.is_silence:
            self.failed.emit(notice)

    def _call(
        self, method: str, signature: str | None, body: tuple[object, ...], answered: Answered
    ) -> None:
        message = new_method_call(_ADDRESS, method, signature, body)
        self._bus.call(message, answered, self._timeout_s)

    def _remember(self, shown: _Shown, notice: Notice) -> None:
        self._targets.pop(shown, None)
        self._targets[shown] = notice.target
        while len(self._targets) > _REMEMBERED:
            del self._targets[next(iter(self._targets))]
        if notice.slot:
            self._slots.pop(notice.slot, None)
            self._slots[notice.slot] = shown
            while len(self._slots) > _REMEMBERED:
                del self._slots[next(iter(self._slots))]

    def _forget(self) -> None:
        self._capabilities = None
        self._slots.clear()

    @Slot()
    def _on_bus_lost(self) -> None:
        self._forget()
        self._targets.clear()

    @Slot(object)
    def _on_bus_heard(self, message: Message) -> None:
        fields, body = message.header.fields, message.body
        member, sender = fields.get(HeaderFields.member), fields.get(HeaderFields.sender, "")
        if member == "NameOwnerChanged" and sender == _BUS:
            self._forget()  # another daemon counts from one and may understand other things
            return
        if len(body) < 2 or not _is_id(body[0]):
            return
        shown = (sender, body[0])
        if shown not in self._targets:
            return
        if member == "NotificationClosed":
            # GNOME closes first and reports the click afterwards: the target is kept.
            self._slots = {slot: at for slot, at in self._slots.items() if at != shown}
        elif member == "ActivationToken" and _is_token(body[1]):
            # Wayland lets a window come to the front only with this; Qt takes it from here.
            os.environ["XDG_ACTIVATION_TOKEN"] = body[1]
        elif member == "ActionInvoked":
            self.clicked.emit(self._targets[shown])


def _is_id(value: object) -> bool:
    """What the specification lets a daemon call a notification: a uint32 but 0."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**32


def _is_token(value: object) -> bool:
    """What an environment variable can hold, and a compositor would give."""
    is_text = isinstance(value, str) and value.isascii() and value.isprintable()
    return is_text and len(str(value)) <= _TOKEN_LIMIT


def _first(reply: Reply) -> object:
    return reply.body[0] if reply.body else None
