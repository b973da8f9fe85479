"""Starting Ollama's service, with service managers that do what a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.desktop.harness import systemd
from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.fake_service import Typed
from tests.desktop.harness.systemd import FakeSystemd
from tray_app.core.payloads import StartPhase
from tray_app.desktop.ollama_start.base import StartReport
from tray_app.desktop.ollama_start.linux import SystemdService

P = StartPhase

Make = Callable[..., FakeSystemd]


class Follower:
    """Hears what a service tells."""

    def __init__(self, service: SystemdService) -> None:
        self.service = service
        self.looked: list[bool] = []
        self.reports: list[StartReport] = []
        service.looked.connect(self.looked.append)
        service.reported.connect(self.reports.append)

    @property
    def phases(self) -> list[StartPhase]:
        return [report.phase for report in self.reports]


@pytest.fixture
def follower(
    qtbot: QtBot,
    bare_desktop: VirtualDesktop,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Follower]:
    """Of the system's manager; the person has none."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bare_desktop.address)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    service = SystemdService()
    yield Follower(service)
    service.close()


@pytest.fixture
def start_systemd(bare_desktop: VirtualDesktop) -> Iterator[Make]:
    made: list[FakeSystemd] = []

    def start(**options: object) -> FakeSystemd:
        made.append(FakeSystemd(bare_desktop.address, **options))  # type: ignore[arg-type]
        return made[-1]

    yield start
    for each in made:
        each.close()


@pytest.mark.parametrize(
    ("file_state", "can_start"),
    [("enabled", True), ("disabled", True), ("static", True), ("masked", False), ("", False)],
)
def test_a_unit_that_is_there_can_be_started(
    qtbot: QtBot, follower: Follower, start_systemd: Make, file_state: str, can_start: bool
) -> None:
    start_systemd(file_state=file_state)
    follower.service.look()
    assert follower.looked == [], "nothing may wait for the answer"
    qtbot.waitUntil(lambda: follower.looked == [can_start])


def test_without_a_service_manager_there_is_nothing_to_start(
    qtbot: QtBot, follower: Follower
) -> None:
    follower.service.look()
    follower.service.look()  # while the first is under way
    qtbot.waitUntil(lambda: follower.looked == [False])
    follower.service.start()
    qtbot.waitUntil(lambda: follower.phases == [P.NO_SERVICE])


@pytest.mark.parametrize("is_quick", [False, True])
def test_what_was_allowed_is_followed(
    qtbot: QtBot, follower: Follower, start_systemd: Make, is_quick: bool
) -> None:
    manager = start_systemd(is_quick=is_quick)
    follower.service.start()
    qtbot.waitUntil(lambda: follower.phases == [P.WAITING])
    assert follower.reports[0].service == "ollama.service"
    assert follower.reports[0].details == "org.freedesktop.systemd1 StartUnit ollama.service"
    qtbot.waitUntil(lambda: manager.asked.count("GetAll") >= 1)
    manager.end(1)
    qtbot.waitUntil(lambda: follower.phases == [P.WAITING, P.FAILED])
    assert follower.reports[1] == StartReport(
        P.FAILED,
        "ollama.service",
        "org.freedesktop.systemd1 StartUnit ollama.service\n"
        "ActiveState=failed Result=exit-code ExecMainStatus=1\n"
        "journalctl -u ollama -n 50",
        is_end=True,
    )


def test_one_that_systemd_is_going_to_try_again_has_ended_all_the_same(
    qtbot: QtBot, follower: Follower, start_systemd: Make
) -> None:
    manager = start_systemd()
    follower.service.start()
    qtbot.waitUntil(lambda: manager.asked.count("GetAll") >= 1)
    manager.end(2, is_restarted=True)
    qtbot.waitUntil(lambda: follower.phases == [P.WAITING, P.FAILED])
    assert "ActiveState=activating Result=exit-code ExecMainStatus=2" in follower.reports[1].details


def test_one_that_does_not_come_up(qtbot: QtBot, follower: Follower, start_systemd: Make) -> None:
    start_systemd(job_result="failed")
    follower.service.start()
    qtbot.waitUntil(lambda: follower.phases == [P.WAITING, P.FAILED])
    assert "ExecMainStatus=203" in follower.reports[1].details


@pytest.mark.parametrize("refusal", [systemd.REFUSED, systemd.DISMISSED, systemd.NO_AGENT])
def test_who_may_not_start_it_is_told_so(
    qtbot: QtBot, follower: Follower, start_systemd: Make, refusal: str
) -> None:
    start_systemd(refusal=refusal)
    follower.service.start()
    qtbot.waitUntil(lambda: follower.phases == [P.NOT_ALLOWED])
    assert refusal in follower.reports[0].details


def test_another_error_has_its_name_in_the_details(
    qtbot: QtBot, follower: Follower, start_systemd: Make
) -> None:
    start_systemd(refusal="org.freedesktop.systemd1.TransactionIsDestructive")
    follower.service.start()
    qtbot.waitUntil(lambda: follower.phases == [P.FAILED])
    assert "TransactionIsDestructive\nAccess denied" in follower.reports[0].details
    assert not follower.reports[0].is_end


def test_a_password_that_nobody_gives(
    qtbot: QtBot, follower: Follower, start_systemd: Make
) -> None:
    start_systemd(silent={"StartUnit"})
    with closing(SystemdService(password_timeout_s=0.2)) as service:
        impatient = Follower(service)
        service.start()
        qtbot.waitUntil(lambda: impatient.phases == [P.NOT_ALLOWED])


def test_a_service_manager_that_says_nothing(
    qtbot: QtBot, follower: Follower, start_systemd: Make
) -> None:
    start_systemd(silent={"GetUnitFileState"})
    with closing(SystemdService(timeout_s=0.2)) as service:
        impatient = Follower(service)
        service.start()
        qtbot.waitUntil(lambda: impatient.phases == [P.NO_SERVICE])
        assert impatient.looked == [False]


def test_nothing_is_told_of_what_is_followed_no_more(
    qtbot: QtBot, follower: Follower, start_systemd: Make
) -> None:
    manager = start_systemd()
    follower.service.start()
    qtbot.waitUntil(lambda: manager.asked.count("GetAll") >= 1)
    qtbot.waitUntil(lambda: follower.phases == [P.WAITING])
    follower.service.forget()
    manager.end(1)
    follower.service.start()  # whose own report comes behind whatever was said before
    qtbot.waitUntil(lambda: len(follower.phases) == 2)
    assert follower.phases == [P.WAITING, P.WAITING]


def test_a_service_manager_that_dies_while_it_is_asked(
    qtbot: QtBot, follower: Follower, start_systemd: Make
) -> None:
    manager = start_systemd(silent={"StartUnit"})
    follower.service.start()
    qtbot.waitUntil(lambda: "StartUnit" in manager.asked)
    manager.close()
    qtbot.waitUntil(lambda: follower.phases == [P.FAILED])
    assert "NoReply" in follower.reports[0].details


def test_the_units_of_the_person_count_where_the_system_has_none(
    qtbot: QtBot,
    bare_desktop: VirtualDesktop,
    start_systemd: Make,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bare_desktop.address)
    manager = start_systemd()
    with closing(SystemdService()) as service:
        own = Follower(service)
        service.start()
        qtbot.waitUntil(lambda: manager.asked.count("GetAll") >= 1)
        assert own.looked == [True]
        manager.end(1)
        qtbot.waitUntil(lambda: own.phases == [P.WAITING, P.FAILED])
        assert own.reports[1].details.endswith("journalctl --user -u ollama -n 50")


@pytest.mark.parametrize("member", ["GetUnitFileState", "StartUnit", "LoadUnit", "GetAll"])
def test_answers_that_no_specification_allows(
    qtbot: QtBot, follower: Follower, start_systemd: Make, member: str
) -> None:
    odd: list[Typed] = [("", ()), ("u", (7,)), ("as", (["x"],)), ("s", ("/",))]
    manager = start_systemd(odd={member: odd})
    for number in range(1, len(odd) + 1):
        before = manager.asked.count(member)
        follower.service.start()
        qtbot.waitUntil(lambda number=number: len(follower.looked) == number)  # type: ignore[misc]
        if member != "GetUnitFileState" or number == len(odd):  # else there is nothing to start
            qtbot.waitUntil(lambda before=before: manager.asked.count(member) > before)  # type: ignore[misc]
    before = len(follower.reports)
    follower.service.start()
    qtbot.waitUntil(lambda: len(follower.reports) > before)
    assert follower.phases[-1] is P.WAITING
