"""Our own desktop portals: Background, Notification and Secret, which do what a test says."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Any

from jeepney import HeaderFields
from jeepney.fds import FileDescriptor

from tests.desktop.harness.fake_service import CallIgnored, CallRefused, FakeService, Typed

PORTAL = "org.freedesktop.portal.Desktop"
_PATH = "/org/freedesktop/portal/desktop"
_REQUEST = "org.freedesktop.portal.Request"
_NOTIFICATION = "org.freedesktop.portal.Notification"


class Mood(StrEnum):
    """How requests go."""

    GRANTS = "grants"
    GRANTS_EARLY = "grants early"  # before the request itself is answered
    REFUSES = "refuses"
    FAILS = "fails"
    WAITS = "waits"  # for a person, until `respond`
    IGNORES = "ignores"  # the call itself is not answered
    LACKS = "lacks"  # this portal


class FakePortals(FakeService):
    """*Thread*: as its base; a test reads what was asked."""

    gives_files = True

    def __init__(self, address: str, mood: Mood = Mood.GRANTS, *, secret: bytes = b"m" * 64):
        self.mood = mood
        self.secret = secret
        self.keeps_pipe_open = False
        self.autostarts: list[dict[str, Any]] = []
        """The options of each RequestBackground, without their types."""
        self.notifications: dict[str, dict[str, Any]] = {}
        self.secrets_given = 0
        self.closed: list[str] = []
        self._last = ""
        self._results: dict[str, Any] = {}
        self._count = 0
        self._pipes: list[int] = []
        super().__init__(address, PORTAL)

    def close(self) -> None:
        super().close()
        for pipe in self._pipes:
            os.close(pipe)
        self._pipes.clear()

    def click(self, number: str, action: str = "open", token: str = "") -> None:
        """A person clicks on a notification."""
        extra = [("a{sv}", {"activation-token": ("s", token)})] if token else []
        body = (number, action, extra)
        self.say(_PATH, _NOTIFICATION, "ActionInvoked", "ssav", *body)

    def respond(self, code: int = 0) -> None:
        """The request that waits ends."""
        self.say(self._last, _REQUEST, "Response", "ua{sv}", code, self._results)

    def answer(self, member: str, message: Any) -> Typed:
        if member == "Close":
            self.closed.append(message.header.fields[HeaderFields.path])
            return "", ()
        if self.mood in (Mood.LACKS, Mood.IGNORES):
            for file in message.body:
                if isinstance(file, FileDescriptor):
                    file.close()
        if self.mood is Mood.LACKS:
            raise CallRefused("org.freedesktop.DBus.Error.UnknownMethod", member)
        if self.mood is Mood.IGNORES:
            raise CallIgnored
        match member:
            case "AddNotification":
                number, content = message.body
                self.notifications[number] = {key: value for key, (_, value) in content.items()}
                return "", ()
            case "RequestBackground":
                options = {key: value for key, (_, value) in message.body[1].items()}
                self.autostarts.append(options)
                is_on = options["autostart"] and self.mood is not Mood.REFUSES
                self._results = {"background": ("b", True), "autostart": ("b", is_on)}
            case "RetrieveSecret":
                self._give(message.body[0])
                self._results = {}
            case _:
                return super().answer(member, message)
        self._count += 1
        self._last = f"{_PATH}/request/1_9/t{self._count}"
        if self.mood is Mood.GRANTS_EARLY:
            self.respond()
        return "o", (self._last,)

    def after(self, member: str) -> None:
        if member in ("RequestBackground", "RetrieveSecret"):
            codes = {Mood.GRANTS: 0, Mood.REFUSES: 1, Mood.FAILS: 2}
            if self.mood in codes:
                self.respond(codes[self.mood])

    def _give(self, file: Any) -> None:
        pipe = file.to_raw_fd()
        if self.mood in (Mood.GRANTS, Mood.GRANTS_EARLY):
            os.write(pipe, self.secret)
            self.secrets_given += 1
        if self.keeps_pipe_open:
            self._pipes.append(pipe)
        else:
            os.close(pipe)
