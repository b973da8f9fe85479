"""Our own UPower and NetworkManager, for programs that take this bus for the system's.

Each can be absent, come late and go away, and a test says what they tell.
"""

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

UPOWER = "org.freedesktop.UPower"
_BATTERY = f"{UPOWER}.Device"
_BATTERY_PATH = "/org/freedesktop/UPower/devices/DisplayDevice"
NETWORK_MANAGER = "org.freedesktop.NetworkManager"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_DO_NOT_QUEUE = 4

Typed = tuple[str, Any]


class FakeSystemServices:
    """Nothing is there until `start`.

    *Thread*: answers in a thread of its own until close(); every method may be called from any.
    """

    def __init__(self, address: str) -> None:
        self._bus = Bus(address)
        self._lock = threading.Lock()
        self._values: dict[tuple[str, str], Typed] = {
            (UPOWER, "OnBattery"): ("b", False),
            (_BATTERY, "Percentage"): ("d", 87.0),
            (NETWORK_MANAGER, "Metered"): ("u", 4),
            (NETWORK_MANAGER, "State"): ("u", 70),
        }
        self._messages: SimpleQueue[Any] = SimpleQueue()
        router: Any = self._bus.router
        self._filter = router.filter(MatchRule(type="method_call"), queue=self._messages)
        self._thread = threading.Thread(target=self._serve, name="fake-system-services")
        self._thread.start()

    def close(self) -> None:
        """Leave the bus."""
        self._messages.put(None)
        self._thread.join()
        self._filter.close()
        self._bus.close()

    def start(self, name: str) -> None:
        """Take a service's name."""
        (answer,) = self._bus.send(message_bus.RequestName(name, _DO_NOT_QUEUE))
        if answer not in (1, 4):
            raise RuntimeError(f"{name} is taken")

    def stop(self, name: str) -> None:
        """Give a service's name up."""
        self._bus.send(message_bus.ReleaseName(name))

    def set_on_battery(self, is_on_battery: bool) -> None:
        """Pull the plug, or put it back."""
        self._set(UPOWER, "OnBattery", ("b", is_on_battery))

    def set_charge(self, percent: float) -> None:
        """What is in the battery."""
        self._set(_BATTERY, "Percentage", ("d", percent), path=_BATTERY_PATH)

    def set_metered(self, value: int) -> None:
        """Be on another network: NMMetered 0…4."""
        self._set(NETWORK_MANAGER, "Metered", ("u", value))

    def set_connection(self, value: int) -> None:
        """Have a network, or none: NMState 0…70."""
        self._set(NETWORK_MANAGER, "State", ("u", value))

    def invalidate(self, is_on_battery: bool) -> None:
        """Say that there is a new value without saying which."""
        self._set(UPOWER, "OnBattery", ("b", is_on_battery), is_told=False)

    def _set(
        self, service: str, name: str, value: Typed, *, is_told: bool = True, path: str = ""
    ) -> None:
        with self._lock:
            self._values[service, name] = value
        target = DBusAddress(path or "/" + service.replace(".", "/"), interface=_PROPERTIES)
        body = (service, {name: value}, []) if is_told else (service, {}, [name])
        self._bus.router.send(new_signal(target, "PropertiesChanged", "sa{sv}as", body))

    def _serve(self) -> None:
        while (message := self._messages.get()) is not None:
            self._bus.router.send(self._answer(message))

    def _answer(self, message: Any) -> Any:
        fields = message.header.fields
        asked = (fields.get(HeaderFields.interface), fields.get(HeaderFields.member))
        with self._lock:
            known = self._values.get(tuple(message.body)) if message.body else None
        if asked != (_PROPERTIES, "Get") or known is None:
            return new_error(
                message, "org.freedesktop.DBus.Error.UnknownMethod", "s", (str(asked),)
            )
        return new_method_return(message, "v", (known,))
