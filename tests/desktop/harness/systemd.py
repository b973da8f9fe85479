"""Our own systemd, as far as starting one unit goes, and a polkit that says yes or no."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jeepney import MessageFlag

from tests.desktop.harness.fake_service import CallIgnored, CallRefused, FakeService, Typed

NAME = "org.freedesktop.systemd1"
UNIT = "ollama.service"
REFUSED = "org.freedesktop.DBus.Error.AccessDenied"
DISMISSED = "org.freedesktop.PolicyKit1.Error.Cancelled"
NO_AGENT = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"
_MISSING = "org.freedesktop.DBus.Error.FileNotFound"
_MANAGER_PATH = "/org/freedesktop/systemd1"
_UNIT_PATH = f"{_MANAGER_PATH}/unit/ollama_2eservice"
_JOB_PATH = f"{_MANAGER_PATH}/job/77"


@dataclass
class UnitState:
    """What systemd tells of the unit."""

    active: str = "inactive"
    sub: str = "dead"
    result: str = "success"
    status: int = 0


class FakeSystemd(FakeService):
    """Has the unit `ollama.service`, unless `file_state` is "".

    `refusal` is the D-Bus error that StartUnit is answered with, `silent` are calls without answer.
    `on_start` is called in its thread when the unit is started. `is_quick`: the end of the job is
    told before the answer that names it, as it may be. `odd` has answers that are given once.
    """

    def __init__(
        self,
        address: str,
        *,
        file_state: str = "enabled",
        refusal: str = "",
        silent: Collection[str] = (),
        is_quick: bool = False,
        job_result: str = "done",
        on_start: Callable[[], object] | None = None,
        odd: Mapping[str, Sequence[Typed]] | None = None,
    ) -> None:
        self.file_state = file_state
        self.refusal = refusal
        self.silent = silent
        self.is_quick = is_quick
        self.job_result = job_result
        self.on_start = on_start
        self.odd = {member: list(answers) for member, answers in (odd or {}).items()}
        self.unit = UnitState()
        super().__init__(address, NAME)

    def end(self, status: int = 1, *, is_restarted: bool = False) -> None:
        """The unit ends; with `is_restarted` systemd is going to try again."""
        result = "exit-code" if status else "success"
        if is_restarted:
            self.unit = UnitState("activating", "auto-restart", result, status)
        else:
            self.unit = UnitState("failed" if status else "inactive", "dead", result, status)
        self._tell_unit()

    def answer(self, member: str, message: Any) -> Typed:
        if member in self.silent:
            raise CallIgnored
        if self.odd.get(member):
            return self.odd[member].pop(0)
        if member == "GetUnitFileState":
            if not self.file_state or message.body != (UNIT,):
                raise CallRefused(_MISSING, "No such file or directory")
            return "s", (self.file_state,)
        if member == "Subscribe":
            return "", ()
        if member == "StartUnit":
            return self._start(message)
        if member == "LoadUnit":
            return "o", (_UNIT_PATH,)
        if member == "GetAll":
            return "a{sv}", (self._properties(message.body[0]),)
        return super().answer(member, message)

    def after(self, member: str) -> None:
        if member != "StartUnit":
            return
        if not self.is_quick:
            self._end_job()
        if self.on_start is not None:
            self.on_start()

    def _start(self, message: Any) -> Typed:
        assert message.body == (UNIT, "replace")
        if not message.header.flags & MessageFlag.allow_interactive_authorization:
            raise CallRefused(NO_AGENT, "Interactive authentication required.")
        if self.refusal:
            raise CallRefused(self.refusal, "Access denied")
        if self.is_quick:
            self._end_job()
        return "o", (_JOB_PATH,)

    def _end_job(self) -> None:
        if self.job_result == "done":
            self.unit = UnitState("active", "running")
        else:
            self.unit = UnitState("failed", "failed", "exit-code", 203)
        words = (77, _JOB_PATH, UNIT, self.job_result)
        self.say(_MANAGER_PATH, f"{NAME}.Manager", "JobRemoved", "uoss", *words)
        self._tell_unit()

    def _tell_unit(self) -> None:
        interface = f"{NAME}.Unit"
        told = {"ActiveState": ("s", self.unit.active), "SubState": ("s", self.unit.sub)}
        properties = "org.freedesktop.DBus.Properties"
        self.say(_UNIT_PATH, properties, "PropertiesChanged", "sa{sv}as", interface, told, [])

    def _properties(self, interface: str) -> dict[str, tuple[str, Any]]:
        if interface == f"{NAME}.Service":
            return {"Result": ("s", self.unit.result), "ExecMainStatus": ("i", self.unit.status)}
        return {"ActiveState": ("s", self.unit.active), "SubState": ("s", self.unit.sub)}
