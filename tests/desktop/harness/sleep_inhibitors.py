"""Our own logind and portal, as far as keeping a computer awake goes."""

from __future__ import annotations

import os
from typing import Any

from jeepney import HeaderFields

from tests.desktop.harness.fake_service import CallIgnored, CallRefused, FakeService, Typed
from tests.support.waiting import is_readable

LOGIN = "org.freedesktop.login1"
PORTAL = "org.freedesktop.portal.Desktop"
REFUSED = "org.freedesktop.DBus.Error.AccessDenied"
_HANDLE = "/org/freedesktop/portal/desktop/request/1_7/ollama"


class FakeLogin(FakeService):
    """Gives out a pipe for each inhibitor, as logind does: it holds until the other end is closed.

    `refusal` is the D-Bus error instead, `is_silent`: no answer. `is_empty`: an answer without a
    file.
    """

    gives_files = True

    def __init__(
        self, address: str, *, refusal: str = "", is_silent: bool = False, is_empty: bool = False
    ) -> None:
        self.refusal = refusal
        self.is_silent = is_silent
        self.is_empty = is_empty
        self.reasons: list[tuple[str, ...]] = []
        self._read_ends: list[int] = []
        self._given: list[int] = []
        super().__init__(address, LOGIN)

    @property
    def held(self) -> int:
        """How many inhibitors are held now."""
        return sum(not is_readable(end) for end in self._read_ends)

    def close(self) -> None:
        super().close()
        for end in self._read_ends:
            os.close(end)
        self._read_ends.clear()

    def answer(self, member: str, message: Any) -> Typed:
        if member != "Inhibit":
            return super().answer(member, message)
        self.reasons.append(tuple(message.body))
        if self.is_silent:
            raise CallIgnored
        if self.refusal:
            raise CallRefused(self.refusal, "Access denied")
        if self.is_empty:
            return "", ()
        read_end, write_end = os.pipe()
        self._read_ends.append(read_end)
        self._given.append(write_end)
        return "h", (write_end,)

    def after(self, member: str) -> None:
        # The message has a copy of its own.
        while self._given:
            os.close(self._given.pop())


class FakePortal(FakeService):
    """Holds until its request is closed, or who asked has left the bus."""

    def __init__(self, address: str) -> None:
        self.flags: list[int] = []
        self.requests: set[str] = set()
        super().__init__(address, PORTAL)

    def answer(self, member: str, message: Any) -> Typed:
        path = message.header.fields[HeaderFields.path]
        if member == "Inhibit":
            _, flags, options = message.body
            assert options["reason"][0] == "s"
            self.flags.append(flags)
            self.requests.add(_HANDLE)
            return "o", (_HANDLE,)
        if member == "Close" and path in self.requests:
            self.requests.discard(path)
            return "", ()
        return super().answer(member, message)
