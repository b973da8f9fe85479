"""What a program in a Flatpak asks of portals, with portals that do what a test says."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.portals import FakePortals, Mood
from tests.support.waiting import wait_for
from tray_app.core.errors import Cancelled
from tray_app.core.payloads import LoginRefusal
from tray_app.core.sign_in import KeyringFailed, KeyringFault, Secrets
from tray_app.desktop import secret_store
from tray_app.desktop.autostart import system_switch
from tray_app.desktop.autostart.portal import PortalLoginSwitch
from tray_app.desktop.autostart.switch import SystemLoginSwitch
from tray_app.desktop.notifications import notifier
from tray_app.desktop.notifications.notice import Notice, NoticeKind
from tray_app.desktop.notifications.portal import PortalNotifications
from tray_app.desktop.secret_portal import PortalKeyring
from tray_app.desktop.secret_store import SecretStore
from tray_app.settings import Settings

DONE = Notice(NoticeKind.FINISHED, "Download finished", "qwen3:8b is ready.", "pull-1", "pull 1")


@pytest.fixture
def address(bare_desktop: VirtualDesktop, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bare_desktop.address)
    monkeypatch.delenv("XDG_ACTIVATION_TOKEN", raising=False)
    return bare_desktop.address


class Switch:
    """The switch and what it said."""

    def __init__(self, folder: Path, *, timeout_s: float = 10.0, is_login: bool = False) -> None:
        self.settings = Settings(folder / "settings.json")
        self.told: list[bool] = []
        self.refusals: list[LoginRefusal] = []
        self.switch = PortalLoginSwitch(self.settings, is_login=is_login, timeout_s=timeout_s)
        self.switch.told.connect(self.told.append)
        self.switch.refused.connect(self.refusals.append)

    @property
    def is_on(self) -> bool:
        """What a later start would show."""
        return self.settings.values.portal_autostart


@pytest.fixture
def switch(qtbot: QtBot, address: str, tmp_path: Path) -> Iterator[Switch]:
    made = Switch(tmp_path)
    yield made
    made.switch.close()


@pytest.mark.parametrize("mood", [Mood.GRANTS, Mood.GRANTS_EARLY])
def test_the_portal_switches_start_at_login(
    qtbot: QtBot, switch: Switch, address: str, mood: Mood
) -> None:
    with closing(FakePortals(address, mood)) as portals:
        switch.switch.look()
        switch.switch.set_enabled(True)
        assert switch.told == [False, False], "nothing may wait for the answer"
        qtbot.waitUntil(lambda: switch.told[-1])
        assert switch.is_on
        asked = portals.autostarts[0]
        assert asked["autostart"] is True
        assert asked["commandline"] == ["ollama-tray-gui", "--login"]
        assert asked["reason"]
        switch.switch.set_enabled(False)
        qtbot.waitUntil(lambda: not switch.told[-1])
        assert not switch.is_on
        assert switch.refusals == []


@pytest.mark.parametrize(
    ("mood", "refusal"),
    [
        (Mood.REFUSES, LoginRefusal.REFUSED),
        (Mood.FAILS, LoginRefusal.NOT_DONE),
        (Mood.LACKS, LoginRefusal.NOT_OFFERED),
    ],
)
def test_what_the_portal_does_not_do_is_said_and_shown(
    qtbot: QtBot, switch: Switch, address: str, mood: Mood, refusal: LoginRefusal
) -> None:
    with closing(FakePortals(address, mood)):
        switch.switch.set_enabled(True)
        qtbot.waitUntil(lambda: switch.refusals == [refusal])
        assert switch.told[-1] is False
        assert not switch.is_on


def test_without_a_portal_it_is_not_offered(qtbot: QtBot, switch: Switch) -> None:
    switch.switch.set_enabled(True)
    qtbot.waitUntil(lambda: switch.refusals == [LoginRefusal.NOT_OFFERED])


def test_a_silent_portal_is_given_up(qtbot: QtBot, address: str, tmp_path: Path) -> None:
    switch = Switch(tmp_path, timeout_s=0.1)
    with closing(FakePortals(address, Mood.IGNORES)), closing(switch.switch):
        switch.switch.set_enabled(True)
        qtbot.waitUntil(lambda: switch.refusals == [LoginRefusal.NO_ANSWER])


def test_a_person_may_take_time_and_think_again(qtbot: QtBot, switch: Switch, address: str) -> None:
    with closing(FakePortals(address, Mood.WAITS)) as portals:
        switch.switch.set_enabled(True)
        qtbot.waitUntil(lambda: len(portals.autostarts) == 1)
        wait_for(lambda: "RequestBackground" in portals.asked)
        qtbot.waitUntil(lambda: bool(switch.switch._request._handle))
        switch.switch.set_enabled(True)
        qtbot.waitUntil(lambda: len(portals.closed) == 1)
        qtbot.waitUntil(lambda: portals.asked.count("RequestBackground") == 2)
        portals.respond()
        qtbot.waitUntil(lambda: switch.told[-1])
        assert switch.refusals == []


def test_switching_off_in_vain_leaves_it_on(qtbot: QtBot, switch: Switch, address: str) -> None:
    with closing(FakePortals(address)) as portals:
        switch.switch.set_enabled(True)
        qtbot.waitUntil(lambda: switch.is_on)
        portals.mood = Mood.REFUSES
        switch.switch.set_enabled(False)
        qtbot.waitUntil(lambda: switch.refusals == [LoginRefusal.REFUSED])
        assert switch.is_on
        assert switch.told[-1] is True


def test_a_portal_that_dies_is_no_yes(qtbot: QtBot, address: str, tmp_path: Path) -> None:
    switch = Switch(tmp_path)
    with closing(FakePortals(address, Mood.WAITS)) as portals, closing(switch.switch):
        switch.switch.set_enabled(True)
        qtbot.waitUntil(lambda: bool(switch.switch._request._handle))
        portals.close()
        switch.switch._request._bus.close()
        qtbot.waitUntil(lambda: switch.refusals == [LoginRefusal.NOT_DONE])
        assert not switch.is_on


def test_a_start_at_login_proves_that_it_is_on(qtbot: QtBot, tmp_path: Path) -> None:
    assert Switch(tmp_path, is_login=True).is_on


def test_only_a_flatpak_asks_portals(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(tmp_path / "settings.json")
    assert isinstance(system_switch.login_switch(settings), SystemLoginSwitch)
    for module in (system_switch, notifier, secret_store):
        monkeypatch.setattr(module, "sandbox", lambda: "Flatpak")
    assert isinstance(system_switch.login_switch(settings), PortalLoginSwitch)
    (maker,) = notifier.system_backends(None)  # type: ignore[arg-type]
    with closing(maker()) as backend:
        assert isinstance(backend, PortalNotifications)
    assert isinstance(secret_store.system_backend(tmp_path / "s.json"), PortalKeyring)


class Notices:
    """The backend and what it said."""

    def __init__(self) -> None:
        self.clicks: list[str] = []
        self.failures: list[Notice] = []
        self.backend = PortalNotifications(timeout_s=2.0)
        self.backend.clicked.connect(self.clicks.append)
        self.backend.failed.connect(self.failures.append)


@pytest.fixture
def notices(qtbot: QtBot, address: str) -> Iterator[Notices]:
    made = Notices()
    yield made
    made.backend.close()


def test_a_notice_is_shown_and_clicked(qtbot: QtBot, notices: Notices, address: str) -> None:
    with closing(FakePortals(address)) as portals:
        notices.backend.show(DONE)
        qtbot.waitUntil(lambda: "pull 1" in portals.notifications)
        got = portals.notifications["pull 1"]
        assert (got["title"], got["body"]) == (DONE.title, DONE.body)
        assert got["default-action"] == "open"
        portals.click("pull 2")
        portals.click("pull 1", "other")
        portals.click("pull 1", token="t0ken")
        qtbot.waitUntil(lambda: notices.clicks == ["pull-1"])
        assert os.environ["XDG_ACTIVATION_TOKEN"] == "t0ken"


def test_a_notice_takes_the_place_of_the_one_before(
    qtbot: QtBot, notices: Notices, address: str
) -> None:
    with closing(FakePortals(address)) as portals:
        notices.backend.show(DONE)
        notices.backend.show(Notice(NoticeKind.FAILED, "Failed", "\0", "pull-1", "pull 1"))
        notices.backend.show(Notice(NoticeKind.FINISHED, "One", ""))
        notices.backend.show(Notice(NoticeKind.FINISHED, "Two", ""))
        qtbot.waitUntil(lambda: len(portals.notifications) == 3)
        assert portals.notifications["pull 1"]["title"] == "Failed"
        assert portals.notifications["pull 1"]["body"] == "\ufffd"


def test_a_notice_that_no_portal_takes_is_told(
    qtbot: QtBot, notices: Notices, address: str
) -> None:
    notices.backend.show(DONE)
    qtbot.waitUntil(lambda: notices.failures == [DONE])
    with closing(FakePortals(address, Mood.LACKS)):
        notices.backend.show(DONE)
        qtbot.waitUntil(lambda: notices.failures == [DONE, DONE])


SECRETS = Secrets("t0ken", origin="https://nas")
NewStore = Callable[[], SecretStore]


@pytest.fixture
def new_store(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NewStore:
    """A store as a start of the program makes it."""
    monkeypatch.setattr(secret_store, "sandbox", lambda: "Flatpak")
    return lambda: SecretStore(file=tmp_path / "state" / "secrets.json")


def test_secrets_are_kept_with_the_key_of_the_portal(
    new_store: NewStore, address: str, tmp_path: Path
) -> None:
    with closing(FakePortals(address)) as portals:
        store = new_store()
        assert store.read("nas") is None
        assert portals.secrets_given == 0, "nobody is asked for a key that opens nothing"
        store.write("nas", SECRETS)
        store.write("lab", Secrets("other"))
        assert portals.secrets_given == 1
        later = new_store()
        assert later.read("nas") == SECRETS
        later.delete("nas")
        assert new_store().read("nas") is None
        assert new_store().read("lab") == Secrets("other")
    file = tmp_path / "state" / "secrets.json"
    assert file.stat().st_mode & 0o077 == 0
    assert b"other" not in file.read_bytes()


@pytest.mark.allow_logs("another key")
def test_with_another_key_nothing_is_kept(new_store: NewStore, address: str) -> None:
    with closing(FakePortals(address)) as portals:
        new_store().write("nas", SECRETS)
        portals.secret = b"n" * 64
        store = new_store()
        assert store.read("nas") is None
        store.write("nas", SECRETS)
        assert store.read("nas") == SECRETS


@pytest.mark.allow_logs
def test_a_broken_file_is_put_aside(new_store: NewStore, address: str, tmp_path: Path) -> None:
    file = tmp_path / "state" / "secrets.json"
    file.parent.mkdir()
    file.write_text("{")
    with closing(FakePortals(address)):
        store = new_store()
        assert store.read("nas") is None
        store.write("nas", SECRETS)
        assert store.read("nas") == SECRETS
    assert len(list(file.parent.glob("*.bad*"))) == 1


@pytest.mark.parametrize(
    ("mood", "fault"),
    [
        (Mood.REFUSES, KeyringFault.LOCKED),
        (Mood.FAILS, KeyringFault.FAILED),
        (Mood.LACKS, KeyringFault.ABSENT),
    ],
)
def test_a_portal_that_gives_no_key(
    new_store: NewStore, address: str, tmp_path: Path, mood: Mood, fault: KeyringFault
) -> None:
    with closing(FakePortals(address, mood)), pytest.raises(KeyringFailed) as raised:
        new_store().write("nas", SECRETS)
    assert raised.value.fault is fault
    assert not (tmp_path / "state" / "secrets.json").exists()


def test_without_a_portal_there_is_no_keyring(
    new_store: NewStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(KeyringFailed) as raised:
        new_store().write("nas", SECRETS)
    assert raised.value.fault is KeyringFault.ABSENT
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    with pytest.raises(KeyringFailed) as raised:
        new_store().write("nas", SECRETS)
    assert raised.value.fault is KeyringFault.ABSENT


@pytest.mark.parametrize("secret", [b"", b"x" * 5000])
def test_a_key_of_no_use_is_none(new_store: NewStore, address: str, secret: bytes) -> None:
    with closing(FakePortals(address, secret=secret)), pytest.raises(KeyringFailed) as raised:
        new_store().write("nas", SECRETS)
    assert raised.value.fault is KeyringFault.FAILED


@pytest.mark.parametrize("is_begun", [True, False])
def test_a_silent_portal_gives_no_key(address: str, tmp_path: Path, *, is_begun: bool) -> None:
    mood = Mood.GRANTS if is_begun else Mood.IGNORES
    with closing(FakePortals(address, mood)) as portals:
        portals.keeps_pipe_open = is_begun
        keyring = PortalKeyring(tmp_path / "s.json", timeout_s=0.2)
        with pytest.raises(KeyringFailed) as raised:
            keyring.set_password("service", "user", "pass")
    assert raised.value.fault is KeyringFault.FAILED


def test_the_end_of_the_program_does_not_wait_for_a_person(
    new_store: NewStore, address: str
) -> None:
    with closing(FakePortals(address, Mood.WAITS)) as portals:
        store, ended = new_store(), []

        def write() -> None:
            try:
                store.write("nas", SECRETS)
            except Cancelled:
                ended.append("cancelled")

        thread = threading.Thread(target=write)
        thread.start()
        wait_for(lambda: "RetrieveSecret" in portals.asked)
        store.cancel()
        thread.join(10)
        assert ended == ["cancelled"]
