"""A service of ours on a bus: owns a name, and answers calls as its subclass says."""

import threading
from queue import SimpleQueue
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)

from tests.desktop.harness.bus import Bus

_DO_NOT_QUEUE = 4

Typed = tuple[str, tuple[Any, ...]]


class CallRefused(Exception):
    """Answer a call with this D-Bus error."""

    def __init__(self, name: str, text: str = "") -> None:
        super().__init__(name)
        self.name = name
        self.text = text


class CallIgnored(Exception):
    """Do not answer a call."""


class FakeService:
    """*Thread*: answers in a thread of its own until close(); what tests call may come from any."""

    gives_files = False

    def __init__(self, address: str, *names: str) -> None:
        self.bus = Bus(address, takes_files=self.gives_files)
        self.asked: list[str] = []
        """The members that were called."""
        self._messages: SimpleQueue[Any] = SimpleQueue()
        router: Any = self.bus.router
        self._filter = router.filter(MatchRule(type="method_call"), queue=self._messages)
        self._thread = threading.Thread(target=self._serve, name=type(self).__name__)
        self._thread.start()
        for name in names:
            (answer,) = self.bus.send(message_bus.RequestName(name, _DO_NOT_QUEUE))
            assert answer in (1, 4), f"{name} is taken"

    def close(self) -> None:
        """Leave the bus; safe to call twice."""
        if not self._thread.is_alive():
            return
        self._messages.put(None)
        self._thread.join()
        self._filter.close()
        self.bus.close()

    def answer(self, member: str, message: Any) -> Typed:
        """Signature and body. Raises CallRefused or CallIgnored."""
        raise CallRefused("org.freedesktop.DBus.Error.UnknownMethod", member)

    def after(self, member: str) -> None:
        """What happens behind an answer."""

    def say(self, path: str, interface: str, member: str, signature: str, *body: Any) -> None:
        """Send a signal."""
        target = DBusAddress(path, interface=interface)
        self.bus.router.send(new_signal(target, member, signature, body))

    def _serve(self) -> None:
        while (message := self._messages.get()) is not None:
            member = message.header.fields[HeaderFields.member]
            try:
                signature, body = self.answer(member, message)
            except CallRefused as error:
                self._send(new_error(message, error.name, "s", (error.text,)))
            except CallIgnored:
                pass
            else:
                self._send(new_method_return(message, signature or None, body))
                self.after(member)
            self.asked.append(member)

    def _send(self, message: Any) -> None:
        self.bus.router.send(message)
