"""Battery and metered network as the system bus tells them, and the badge for docks."""

from collections.abc import Iterator

import pytest
from jeepney import MatchRule, message_bus
from pytestqt.qtbot import QtBot

from tests.desktop.harness.bus import Bus
from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.system_services import NETWORK_MANAGER, UPOWER, FakeSystemServices
from tray_app.core.pulls.states import PullSummary
from tray_app.core.records import Server
from tray_app.desktop.conditions.base import Network, Power
from tray_app.desktop.conditions.system import system_network, system_power
from tray_app.desktop.dock_badge import APP_URI, DockBadge
from tray_app.state.app_state import AppState


@pytest.fixture
def system(
    bare_desktop: VirtualDesktop, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeSystemServices]:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bare_desktop.address)
    services = FakeSystemServices(bare_desktop.address)
    yield services
    services.close()


@pytest.fixture
def power(qtbot: QtBot, system: FakeSystemServices) -> Iterator[Power]:
    made = system_power()
    yield made
    made.close()


@pytest.fixture
def network(qtbot: QtBot, system: FakeSystemServices) -> Iterator[Network]:
    made = system_network()
    yield made
    made.close()


def test_battery_comes_and_goes(qtbot: QtBot, system: FakeSystemServices, power: Power) -> None:
    system.start(UPOWER)
    power.start()
    assert power.on_battery is None, "nothing may wait for the answer"
    qtbot.waitUntil(lambda: power.on_battery is False)
    system.set_on_battery(True)
    qtbot.waitUntil(lambda: power.on_battery is True)
    system.invalidate(False)
    qtbot.waitUntil(lambda: power.on_battery is False)


def test_what_is_in_the_battery_counts_while_it_is_used(
    qtbot: QtBot, system: FakeSystemServices, power: Power
) -> None:
    system.start(UPOWER)
    power.start()
    qtbot.waitUntil(lambda: power.on_battery is False)
    assert power.percent is None
    system.set_on_battery(True)
    qtbot.waitUntil(lambda: power.percent == 87)
    system.set_charge(19.9)
    qtbot.waitUntil(lambda: power.percent == 19)
    with qtbot.assertNotEmitted(power.changed, wait=100):
        system.set_charge(19.2)
    system.set_charge(0.0)  # a desktop computer, or nothing known
    qtbot.waitUntil(lambda: power.percent is None)
    system.set_on_battery(False)
    qtbot.waitUntil(lambda: power.on_battery is False)


def test_a_service_that_comes_late_and_leaves(
    qtbot: QtBot, system: FakeSystemServices, power: Power
) -> None:
    system.set_on_battery(True)
    with qtbot.assertNotEmitted(power.changed, wait=200):
        power.start()
    system.start(UPOWER)
    qtbot.waitUntil(lambda: power.on_battery is True)
    system.stop(UPOWER)
    qtbot.waitUntil(lambda: power.on_battery is None)


@pytest.mark.parametrize(
    ("told", "is_metered"), [(0, False), (1, True), (2, False), (3, True), (4, False)]
)
def test_metered(
    qtbot: QtBot, system: FakeSystemServices, network: Network, told: int, is_metered: bool
) -> None:
    system.start(NETWORK_MANAGER)
    system.set_metered(told)
    network.start()
    qtbot.waitUntil(lambda: network.is_metered is is_metered)


def test_a_network_that_becomes_metered(
    qtbot: QtBot, system: FakeSystemServices, network: Network
) -> None:
    system.start(NETWORK_MANAGER)
    network.start()
    qtbot.waitUntil(lambda: network.is_metered is False)
    system.set_metered(3)
    qtbot.waitUntil(lambda: network.is_metered is True)


def test_a_network_that_comes_and_goes(
    qtbot: QtBot, system: FakeSystemServices, network: Network
) -> None:
    system.start(NETWORK_MANAGER)
    network.start()
    assert network.is_online is None
    qtbot.waitUntil(lambda: network.is_online is True)
    system.set_connection(20)
    qtbot.waitUntil(lambda: network.is_online is False)
    system.set_connection(0)
    qtbot.waitUntil(lambda: network.is_online is None)
    system.set_connection(50)
    qtbot.waitUntil(lambda: network.is_online is True)


def test_without_a_system_bus_nothing_is_told(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    power = system_power()
    with qtbot.assertNotEmitted(power.changed, wait=100):
        power.start()
    assert power.on_battery is None
    power.close()


class Dock:
    """Listens as docks do."""

    def __init__(self, address: str) -> None:
        rule = MatchRule(
            type="signal", interface="com.canonical.Unity.LauncherEntry", member="Update"
        )
        self._bus = Bus(address)
        router = self._bus.router
        self._filter = router.filter(rule, bufsize=100)
        self._bus.send(message_bus.AddMatch(rule))

    def next(self) -> dict[str, object]:
        """What the next signal said of our icon."""
        uri, properties = self._filter.queue.get(timeout=5).body
        assert uri == APP_URI
        assert [kind for kind, _ in properties.values()] == ["x", "b", "d", "b"]
        return {name: value for name, (_, value) in properties.items()}

    def has_heard(self) -> bool:
        return not self._filter.queue.empty()

    def close(self) -> None:
        self._filter.close()
        self._bus.close()


@pytest.fixture
def dock(bare_desktop: VirtualDesktop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dock]:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bare_desktop.address)
    made = Dock(bare_desktop.address)
    yield made
    made.close()


def test_docks_are_told_how_far_the_downloads_are(qtbot: QtBot, dock: Dock) -> None:
    state = AppState(Server("local"))
    badge = DockBadge(state)
    state.set_pull_summary(PullSummary(paused=1, done=2))
    state.set_pull_summary(PullSummary(active=1, waiting=1, permille=420))
    qtbot.waitUntil(dock.has_heard)
    assert dock.next() == {
        "count": 2,
        "count-visible": True,
        "progress": 0.42,
        "progress-visible": True,
    }
    for permille in range(421, 500, 2):
        state.set_pull_summary(PullSummary(active=1, waiting=1, permille=permille))
    qtbot.waitUntil(dock.has_heard)
    assert dock.next()["progress"] == 0.49
    state.set_pull_summary(PullSummary(waiting=2, permille=500))
    qtbot.waitUntil(dock.has_heard)
    shown = dock.next()
    assert (shown["count"], shown["progress-visible"]) == (2, False)
    badge.close()
    assert dock.next()["count-visible"] is False
    assert not dock.has_heard()
