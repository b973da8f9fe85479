"""Starting Ollama on Linux: its service, by systemd, over D-Bus.

The system's service manager comes first, which may ask a person for a password (polkit); then that
of the person. Which of the two has the unit is asked when somebody wants to know.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    Message,
    MessageFlag,
    Properties,
    message_bus,
    new_method_call,
)
from PySide6.QtCore import QObject, Signal, Slot

from tray_app.core.payloads import StartPhase
from tray_app.desktop.dbus.session import SessionBus
from tray_app.desktop.dbus.system import SystemBus
from tray_app.desktop.ollama_start.base import OllamaStart, StartReport

if TYPE_CHECKING:
    from tray_app.desktop.dbus.connection import BusConnection, Reply

_log = logging.getLogger(__name__)

UNIT = "ollama.service"
_SYSTEMD = "org.freedesktop.systemd1"
_PATH = "/org/freedesktop/systemd1"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_MANAGER = DBusAddress(_PATH, bus_name=_SYSTEMD, interface=f"{_SYSTEMD}.Manager")

_TIMEOUT_S = 10.0
_PASSWORD_TIMEOUT_S = 180.0
"""So long a person may take for a password; whoever asks for it gives up sooner or later, too."""

_NO_START = frozenset({"masked", "masked-runtime", "bad"})
_REFUSED = ("AccessDenied", "InteractiveAuthorizationRequired", "PolicyKit1.Error", "AuthFailed")
_MISSING = ("NoSuchUnit", "UnitMasked", "FileNotFound", "ServiceUnknown", "NameHasNoOwner")


class _Manager:
    """One of the two service managers, and whether it has the unit."""

    def __init__(self, bus: BusConnection, option: str) -> None:
        self.bus = bus
        self.option = option  # of systemctl and journalctl
        self.has_unit = False


class SystemdService(OllamaStart):
    """Signals and thread are those of OllamaStart. The buses are connected to when asked first."""

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        timeout_s: float = _TIMEOUT_S,
        password_timeout_s: float = _PASSWORD_TIMEOUT_S,
    ) -> None:
        super().__init__(parent)
        self._timeout_s = timeout_s
        self._password_timeout_s = password_timeout_s
        self._managers = (_Manager(SystemBus(self), ""), _Manager(SessionBus(self), "--user "))
        self._is_looking = False
        self._is_wanted = False  # a start waits for what is looked for
        self._following: _Following | None = None

    def look(self) -> None:
        if not self._is_looking:
            self._is_looking = True
            self._look_at(0)

    def start(self) -> None:
        self.forget()
        self._is_wanted = True
        self.look()

    def forget(self) -> None:
        self._is_wanted = False
        if self._following is not None:
            self._following.end()
            self._following = None

    def close(self) -> None:
        self.forget()
        for manager in self._managers:
            manager.bus.close()

    def _look_at(self, index: int) -> None:
        if index == len(self._managers):
            self._on_looked(None)
            return
        manager = self._managers[index]

        def answered(reply: Reply) -> None:
            state = reply.body[0] if reply.body and not reply.error else ""
            manager.has_unit = isinstance(state, str) and bool(state) and state not in _NO_START
            if manager.has_unit:
                self._on_looked(manager)
            else:
                _log.info("no unit %s%s: %s", manager.option, UNIT, reply.error or state)
                self._look_at(index + 1)

        ask = new_method_call(_MANAGER, "GetUnitFileState", "s", (UNIT,))
        manager.bus.call(ask, answered, self._timeout_s)

    def _on_looked(self, manager: _Manager | None) -> None:
        self._is_looking = False
        is_wanted, self._is_wanted = self._is_wanted, False
        self.looked.emit(manager is not None)
        if not is_wanted:
            return
        if manager is None:
            self.reported.emit(StartReport(StartPhase.NO_SERVICE))
            return
        self._following = _Following(manager, self._password_timeout_s, self)
        self._following.reported.connect(self._on_following_reported)
        self._following.start()

    @Slot(object)
    def _on_following_reported(self, report: StartReport) -> None:
        if self.sender() is self._following:
            self.reported.emit(report)


class _Following(QObject):
    """One start, and what becomes of the unit, until `end`.

    Signals: `reported` as that of OllamaStart.
    """

    reported = Signal(object)  # StartReport

    def __init__(self, manager: _Manager, password_timeout_s: float, parent: QObject) -> None:
        super().__init__(parent)
        self._bus = manager.bus
        self._option = manager.option
        self._password_timeout_s = password_timeout_s
        self._job = ""
        self._unit_path = ""
        self._rules: list[MatchRule] = []
        self._has_begun = False
        self._is_over = False
        self._early: dict[str, str] = {}  # results of jobs that were told before the answer

    def start(self) -> None:
        self._bus.heard.connect(self._on_bus_heard)
        self._bus.lost.connect(self._on_bus_lost)
        self._listen(interface=f"{_SYSTEMD}.Manager", path=_PATH, member="JobRemoved")
        self._bus.call(new_method_call(_MANAGER, "Subscribe"), _ignore, _TIMEOUT_S)
        ask = new_method_call(_MANAGER, "StartUnit", "ss", (UNIT, "replace"))
        ask.header.flags |= MessageFlag.allow_interactive_authorization
        self._bus.call(ask, self._on_start_answered, self._password_timeout_s)

    def end(self) -> None:
        """Whatever comes now is no news."""
        if not self._is_over:
            self._is_over = True
            self._bus.heard.disconnect(self._on_bus_heard)
            self._bus.lost.disconnect(self._on_bus_lost)
            if self._bus.is_open:
                for rule in self._rules:
                    self._bus.call(message_bus.RemoveMatch(rule), _ignore, _TIMEOUT_S)
            self.deleteLater()

    def _listen(self, **wanted: str) -> None:
        rule = MatchRule(type="signal", sender=_SYSTEMD, **wanted)
        self._rules.append(rule)
        self._bus.call(message_bus.AddMatch(rule), _ignore, _TIMEOUT_S)

    def _on_start_answered(self, reply: Reply) -> None:
        if self._is_over:
            return
        if reply.error:
            self._on_refused(reply)
            return
        self._job = str(reply.body[0]) if reply.body else ""
        # Allowed: from now on Ollama may answer any moment.
        self._report(StartPhase.WAITING)
        ask = new_method_call(_MANAGER, "LoadUnit", "s", (UNIT,))
        self._bus.call(ask, self._on_unit_answered, _TIMEOUT_S)
        if self._job in self._early:
            self._on_job_ended(self._early[self._job])

    def _on_refused(self, reply: Reply) -> None:
        said = reply.body[0] if reply.body and isinstance(reply.body[0], str) else ""
        details = f"{reply.error}\n{said}".strip()
        # Nobody gave the password as long as it was waited for: as good as a no.
        if reply.is_silence or any(word in reply.error for word in _REFUSED):
            self._report(StartPhase.NOT_ALLOWED, details)
        elif any(word in reply.error for word in _MISSING):
            self._report(StartPhase.NO_SERVICE, details)
        else:
            self._report(StartPhase.FAILED, details)

    def _on_unit_answered(self, reply: Reply) -> None:
        path = reply.body[0] if reply.body and not reply.error else ""
        if self._is_over or not isinstance(path, str) or not path.startswith("/"):
            return
        self._unit_path = path
        self._listen(interface=_PROPERTIES, path=path, member="PropertiesChanged")
        self._ask_unit()

    @Slot(object)
    def _on_bus_heard(self, message: Message) -> None:
        fields, body = message.header.fields, message.body
        member = fields.get(HeaderFields.member)
        if member == "JobRemoved" and len(body) == 4:
            _, job, unit, result = body
            if unit != UNIT or not isinstance(result, str) or not isinstance(job, str):
                return
            if self._job:
                if job == self._job:
                    self._on_job_ended(result)
            elif len(self._early) < 10:
                self._early[job] = result
        elif member == "PropertiesChanged" and fields.get(HeaderFields.path) == self._unit_path:
            self._ask_unit()

    def _on_job_ended(self, result: str) -> None:
        if result not in ("done", "skipped"):
            _log.info("job of %s: %s", UNIT, result)
        self._has_begun = True  # from here on to be inactive means to have ended
        self._ask_unit()

    def _ask_unit(self) -> None:
        if self._unit_path and not self._is_over:
            at = DBusAddress(self._unit_path, bus_name=_SYSTEMD, interface=f"{_SYSTEMD}.Unit")
            self._bus.call(Properties(at).get_all(), self._on_state_answered, _TIMEOUT_S)

    def _on_state_answered(self, reply: Reply) -> None:
        state = _values(reply)
        active, sub = state.get("ActiveState"), state.get("SubState")
        if self._is_over or not active:
            return
        is_again = sub == "auto-restart" or str(sub).startswith("auto-restart")
        if active in ("active", "reloading") or (active == "activating" and not is_again):
            self._has_begun = True
        elif active == "failed" or is_again or (active == "inactive" and self._has_begun):
            at = DBusAddress(self._unit_path, bus_name=_SYSTEMD, interface=f"{_SYSTEMD}.Service")

            def told(reply: Reply) -> None:
                if not self._is_over:
                    self._on_ended(str(active), _values(reply))

            self._bus.call(Properties(at).get_all(), told, _TIMEOUT_S)

    def _on_ended(self, active: str, service: dict[str, object]) -> None:
        names = ("Result", "ExecMainStatus")
        told = " ".join(f"{name}={service[name]}" for name in names if name in service)
        log = f"journalctl {self._option}-u {UNIT.removesuffix('.service')} -n 50"
        details = f"{f'ActiveState={active} {told}'.strip()}\n{log}"
        self._report(StartPhase.FAILED, details, is_end=True)

    @Slot()
    def _on_bus_lost(self) -> None:
        # What was started goes on, and is seen when it answers.
        _log.info("the service manager is gone while Ollama starts")

    def _report(self, phase: StartPhase, details: str = "", *, is_end: bool = False) -> None:
        asked = f"{_SYSTEMD} StartUnit {UNIT}"
        whole = f"{asked}\n{details}".strip()
        report = StartReport(phase, UNIT, whole, is_end)
        if phase is not StartPhase.WAITING:
            self.end()
        self.reported.emit(report)


def _ignore(reply: Reply) -> None:
    """Whether it can be listened to changes nothing: Ollama's own answer is what is waited for."""
    if reply.error:
        _log.info("systemd: %s", reply.error)


def _values(reply: Reply) -> dict[str, object]:
    """Properties without the types that jeepney gives with them."""
    found = reply.body[0] if reply.body and not reply.error else None
    if not isinstance(found, dict):
        return {}
    return {
        str(name): value[1]
        for name, value in found.items()
        if isinstance(value, tuple) and len(value) == 2
    }
