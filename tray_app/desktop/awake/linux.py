"""Awake on Linux: logind's inhibitor, a file that is held open; else the portal's.

In a sandbox only the portal can be reached. Both end with our connection to the bus, and so with
our process.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from jeepney import DBusAddress, MessageFlag, new_method_call
from jeepney.fds import FileDescriptor
from PySide6.QtCore import QObject, Slot

from tray_app import APP_NAME
from tray_app.desktop.awake.base import Awake
from tray_app.desktop.dbus.portal import log_error
from tray_app.desktop.dbus.responses import PORTAL, REQUEST, portal_address
from tray_app.desktop.dbus.session import SessionBus
from tray_app.desktop.dbus.system import SystemBus
from tray_app.text import downloads_keep_awake

if TYPE_CHECKING:
    from tray_app.desktop.dbus.connection import Reply

_log = logging.getLogger(__name__)

_LOGIN = "org.freedesktop.login1"
_LOGIN_MANAGER = DBusAddress(
    "/org/freedesktop/login1", bus_name=_LOGIN, interface=f"{_LOGIN}.Manager"
)
_PORTAL_INHIBIT = portal_address("org.freedesktop.portal.Inhibit")
_SUSPEND = 4
_TIMEOUT_S = 10.0


class _FileBus(SystemBus):
    takes_files = True


class LinuxAwake(Awake):
    """Signals and thread are those of Awake. The buses are connected to when it is held first."""

    def __init__(self, *, is_sandboxed: bool = False, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_sandboxed = is_sandboxed
        self._system = _FileBus(self)
        self._session = SessionBus(self)
        self._file: FileDescriptor | None = None
        self._request = ""
        self._wanted = 0  # counts the wishes: an answer to an older one is given back
        self._is_wanted = False
        self._system.lost.connect(self._on_bus_lost)
        self._session.lost.connect(self._on_bus_lost)

    def hold(self) -> None:
        if self._is_wanted:
            return
        self._is_wanted = True
        self._wanted += 1
        number = self._wanted
        if self._is_sandboxed:
            self._ask_portal(number)
            return
        ask = new_method_call(
            _LOGIN_MANAGER,
            "Inhibit",
            "ssss",
            ("sleep", APP_NAME, downloads_keep_awake(), "block"),
        )
        self._system.call(ask, lambda reply: self._on_login_answered(reply, number), _TIMEOUT_S)

    def release(self) -> None:
        self._is_wanted = False
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._request:
            self._close_request(self._request)
            self._request = ""
        self._take(False)

    def close(self) -> None:
        self.release()
        # What the portal holds for us, it holds for our connection.
        self._system.close()
        self._session.close()

    def _is_current(self, number: int) -> bool:
        return self._is_wanted and number == self._wanted

    def _on_login_answered(self, reply: Reply, number: int) -> None:
        file = reply.body[0] if reply.body and not reply.error else None
        if not isinstance(file, FileDescriptor):
            _log.info("logind does not keep us awake: %s", reply.error or "no file")
            if self._is_current(number):
                self._ask_portal(number)
        elif self._is_current(number):
            self._file = file
            self._take(True)
        else:
            file.close()

    def _ask_portal(self, number: int) -> None:
        options = {"reason": ("s", downloads_keep_awake())}
        ask = new_method_call(_PORTAL_INHIBIT, "Inhibit", "sua{sv}", ("", _SUSPEND, options))
        if not self._is_sandboxed:
            ask.header.flags |= MessageFlag.no_auto_start
        self._session.call(ask, lambda reply: self._on_portal_answered(reply, number), _TIMEOUT_S)

    def _on_portal_answered(self, reply: Reply, number: int) -> None:
        handle = reply.body[0] if reply.body and not reply.error else ""
        if not isinstance(handle, str) or not handle.startswith("/"):
            _log.info("the portal does not keep us awake: %s", reply.error or "no handle")
        elif self._is_current(number):
            self._request = handle
            self._take(True)
        else:
            self._close_request(handle)

    def _close_request(self, handle: str) -> None:
        at = DBusAddress(handle, bus_name=PORTAL, interface=REQUEST)
        self._session.call(new_method_call(at, "Close"), log_error, _TIMEOUT_S)

    @Slot()
    def _on_bus_lost(self) -> None:
        """The portal lets go when the bus is gone; what logind gave is an open file, and stays."""
        if self.sender() is self._session and self._request:
            self._request = ""
            self._take(False)
