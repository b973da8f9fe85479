"""Services on the bus that answer with what no specification allows: nothing breaks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any

import pytest
from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    message_bus,
    new_method_return,
    new_signal,
)
from pytestqt.qtbot import QtBot

from tests.desktop.harness.bus import Bus
from tests.desktop.harness.desktop import VirtualDesktop
from tray_app.desktop.conditions.system import system_network, system_power
from tray_app.desktop.notifications.dbus import DbusNotifications
from tray_app.desktop.notifications.notice import Notice, NoticeKind

Typed = tuple[str, tuple[Any, ...]]
NAME = "org.freedesktop.Notifications"
OBJECT = DBusAddress("/org/freedesktop/Notifications", interface=NAME)
PROPERTIES = "org.freedesktop.DBus.Properties"
NOTICE = Notice(NoticeKind.FINISHED, "Done", "x", "pull-1", "pull pull-1")
FINE: dict[str, Typed] = {"GetCapabilities": ("as", (["actions"],)), "Notify": ("u", (7,))}


class Service:
    """Owns names and gives the answers that it was told to give."""

    def __init__(self, address: str, *names: str) -> None:
        self.bus = Bus(address)
        self.answers: dict[str, Typed] = {}
        self.asked: list[str] = []
        self._messages: SimpleQueue[Any] = SimpleQueue()
        router: Any = self.bus.router
        self._filter = router.filter(MatchRule(type="method_call"), queue=self._messages)
        self._thread = threading.Thread(target=self._serve, name="hostile service")
        self._thread.start()
        for name in names:
            self.bus.send(message_bus.RequestName(name))

    def close(self) -> None:
        self._messages.put(None)
        self._thread.join()
        self._filter.close()
        self.bus.close()

    def say(self, member: str, signature: str, body: tuple[Any, ...], at: Any = OBJECT) -> None:
        self.bus.router.send(new_signal(at, member, signature or None, body))

    def _serve(self) -> None:
        while (message := self._messages.get()) is not None:
            member = message.header.fields[HeaderFields.member]
            signature, body = self.answers.get(member, ("", ()))
            self.bus.router.send(new_method_return(message, signature or None, body))
            self.asked.append(member)


@pytest.fixture
def service(bare_desktop: VirtualDesktop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    names = (NAME, "org.freedesktop.UPower", "org.freedesktop.NetworkManager")
    made = Service(bare_desktop.address, *names)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bare_desktop.address)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bare_desktop.address)
    yield made
    made.close()


@pytest.fixture
def notifications(qtbot: QtBot, service: Service) -> Iterator[DbusNotifications]:
    made = DbusNotifications()
    yield made
    made.close()


def wait_asked(qtbot: QtBot, service: Service, member: str) -> Callable[[], None]:
    before = service.asked.count(member)
    return lambda: qtbot.waitUntil(lambda: service.asked.count(member) > before)


@pytest.mark.parametrize(
    "abilities",
    [
        ("u", (7,)),
        ("s", ("actions",)),
        ("aas", ([["actions"]],)),
        ("a{sv}", ({"actions": ("b", True)},)),
        ("av", ([("as", ["actions"])],)),
        ("", ()),
        ("v", (("v", ("s", "x")),)),
    ],
)
def test_abilities_of_another_type(
    qtbot: QtBot, service: Service, notifications: DbusNotifications, abilities: Typed
) -> None:
    service.answers = {**FINE, "GetCapabilities": abilities}
    shown = wait_asked(qtbot, service, "Notify")
    notifications.show(NOTICE)
    shown()


@pytest.mark.parametrize(
    "number",
    [
        ("t", (2**62,)),
        ("t", (2**32,)),
        ("i", (-1,)),
        ("u", (0,)),
        ("b", (True,)),
        ("s", ("7",)),
        ("au", ([7],)),
        ("d", (7.0,)),
    ],
)
def test_a_number_that_is_none(
    qtbot: QtBot, service: Service, notifications: DbusNotifications, number: Typed
) -> None:
    service.answers = {**FINE, "Notify": number}
    for _ in range(2):  # the second one would take the place of the first
        with qtbot.waitSignal(notifications.failed):
            notifications.show(NOTICE)


def test_texts_that_the_bus_would_hang_up_on(
    qtbot: QtBot, service: Service, notifications: DbusNotifications
) -> None:
    service.answers = FINE
    for words in ("a\0b", "\ud800", "\udcff"):
        shown = wait_asked(qtbot, service, "Notify")
        notifications.show(Notice(NoticeKind.FAILED, words, words, words))
        shown()


def test_signals_of_other_types_and_a_flood_of_them(
    qtbot: QtBot, service: Service, notifications: DbusNotifications, monkeypatch: Any
) -> None:
    monkeypatch.delenv("XDG_ACTIVATION_TOKEN", raising=False)
    service.answers = FINE
    shown = wait_asked(qtbot, service, "Notify")
    notifications.show(NOTICE)
    shown()
    qtbot.waitUntil(lambda: bool(notifications._targets))
    for signature, body in (
        ("", ()),
        ("u", (7,)),
        ("ss", ("7", "default")),
        ("auu", ([7], 7)),
        ("a{su}u", ({"x": 7}, 7)),
        ("tu", (2**62, 1)),
        ("bs", (True, "x")),
        ("vv", (("u", 7), ("u", 7))),
    ):
        for member in ("ActionInvoked", "ActivationToken", "NotificationClosed"):
            service.say(member, signature, body)
    for token in ("", "x\ny", "x" * 5000, "ü"):
        service.say("ActivationToken", "us", (7, token))
    service.say("NameOwnerChanged", "s", ("x",))
    clicks: list[str] = []
    notifications.clicked.connect(clicks.append)
    for number in range(2000):
        service.say("ActionInvoked", "us", (number + 1000, "default"))
    service.say("ActionInvoked", "us", (7, "default"))
    qtbot.waitUntil(lambda: clicks == ["pull-1"], timeout=20_000)


@pytest.mark.parametrize(
    "value",
    [
        ("s", "yes"),
        ("t", 2**62),
        ("as", ["x"]),
        ("d", float("nan")),
        ("v", ("v", ("b", True))),
        ("a{sv}", {"x": ("b", True)}),
    ],
)
def test_properties_of_another_type(qtbot: QtBot, service: Service, value: Any) -> None:
    service.answers = {"Get": ("v", (value,))}
    power, network = system_power(), system_network()
    power.start()
    network.start()
    qtbot.waitUntil(lambda: service.asked.count("Get") == 3)
    told = (("UPower", "OnBattery"), ("NetworkManager", "Metered"), ("NetworkManager", "State"))
    for name, key in told:
        at = DBusAddress(f"/org/freedesktop/{name}", interface=PROPERTIES)
        full = f"org.freedesktop.{name}"
        service.say("PropertiesChanged", "sa{sv}as", (full, {key: value}, []), at)
        service.say("PropertiesChanged", "sss", (full, key, key), at)
        service.say("PropertiesChanged", "suu", (full, 1, 1), at)
        service.say("PropertiesChanged", "sasa{sv}", (full, [key], {key: value}), at)
    service.answers = {"Get": ("v", (("b", True),))}
    at = DBusAddress("/org/freedesktop/UPower", interface=PROPERTIES)
    service.say("PropertiesChanged", "sa{sv}as", ("org.freedesktop.UPower", {}, ["OnBattery"]), at)
    qtbot.waitUntil(lambda: power.on_battery is True)
    assert network.is_metered in (None, False)
    power.close()
    network.close()
