"""PortalRequest: what a desktop does for a program in a sandbox, asked of its portals."""

import logging
from collections.abc import Callable

from jeepney import DBus, DBusAddress, HeaderFields, Message, new_method_call
from PySide6.QtCore import QObject, Slot

from tray_app.desktop.dbus.responses import (
    PORTAL,
    PORTAL_TIMEOUT_S,
    REQUEST,
    PortalAnswer,
    PortalOutcome,
    read_response,
    response_rule,
)
from tray_app.desktop.dbus.session import Reply, SessionBus

_log = logging.getLogger(__name__)

_MAX_EARLY = 16

Answered = Callable[[PortalAnswer], None]


class PortalRequest(QObject):
    """One request at a time to one portal; a new one takes the place of the one before, which is
    not answered any more. Thread: the GUI thread; never blocks."""

    def __init__(self, parent: QObject | None = None, *, timeout_s: float = PORTAL_TIMEOUT_S):
        super().__init__(parent)
        self._timeout_s = timeout_s
        self._answered: Answered | None = None
        self._number = 0
        self._handle = ""
        self._early: dict[str, PortalAnswer] = {}
        """Answers that came before we knew which of them is ours."""
        self._bus = SessionBus(self)
        self._bus.heard.connect(self._on_bus_heard)
        self._bus.lost.connect(self._on_bus_lost)

    def ask(self, message: Message, answered: Answered) -> None:
        """`answered` is called once, or never after `close` and another `ask`."""
        self._withdraw()
        self._answered = answered
        self._number += 1
        number = self._number
        if not self._bus.is_open:
            self._bus.call(DBus().AddMatch(response_rule()), log_error, self._timeout_s)
        self._bus.call(message, lambda reply: self._on_begun(reply, number), self._timeout_s)

    def close(self) -> None:
        self._withdraw()
        self._bus.close()

    def _withdraw(self) -> None:
        handle, self._handle = self._handle, ""
        self._answered = None
        self._early.clear()
        if handle:
            at = DBusAddress(handle, bus_name=PORTAL, interface=REQUEST)
            self._bus.call(new_method_call(at, "Close"), log_error, self._timeout_s)

    def _on_begun(self, reply: Reply, number: int) -> None:
        if number != self._number or self._answered is None:
            return
        handle = reply.body[0] if reply.body and not reply.error else ""
        if not isinstance(handle, str) or not handle.startswith("/"):
            _log.info("the portal: %s", reply.error or "no handle")
            silent, absent = PortalOutcome.SILENT, PortalOutcome.ABSENT
            self._end(PortalAnswer(silent if reply.is_silence else absent, {}))
            return
        self._handle = handle
        if handle in self._early:
            self._end(self._early[handle])

    @Slot(object)
    def _on_bus_heard(self, message: Message) -> None:
        fields = message.header.fields
        if fields.get(HeaderFields.interface) != REQUEST or self._answered is None:
            return
        path = fields.get(HeaderFields.path, "")
        answer = read_response(tuple(message.body))
        if path == self._handle:
            self._end(answer)
        elif not self._handle and len(self._early) < _MAX_EARLY:
            self._early[path] = answer

    @Slot()
    def _on_bus_lost(self) -> None:
        self._handle = ""
        self._end(PortalAnswer(PortalOutcome.FAILED, {}))

    def _end(self, answer: PortalAnswer) -> None:
        answered, self._answered = self._answered, None
        self._handle = ""
        self._early.clear()
        if answered is not None:
            answered(answer)


def log_error(reply: Reply) -> None:
    """For a call to a portal whose failure changes nothing."""
    if reply.error:
        _log.info("the portal: %s", reply.error)
