"""Our notifications on a real bus: what a daemon gets, clicks, and daemons that come and go."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from jeepney import message_bus
from jeepney.io.blocking import open_dbus_connection
from pytestqt.qtbot import QtBot

from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.monitor import Notification
from tray_app import APP_ID, APP_NAME
from tray_app.desktop.notifications.dbus import DbusNotifications
from tray_app.desktop.notifications.notice import Notice, NoticeKind

DONE = Notice(
    NoticeKind.FINISHED, "Download finished", "qwen3:8b is ready.", "pull-1", "pull pull-1"
)


class Backend:
    """The backend and what it said."""

    def __init__(self, qtbot: QtBot, desktop: VirtualDesktop) -> None:
        self._qtbot = qtbot
        self._desktop = desktop
        self.clicks: list[str] = []
        self.failures: list[Notice] = []
        self.notifications = DbusNotifications()
        self.notifications.clicked.connect(self.clicks.append)
        self.notifications.failed.connect(self.failures.append)

    def show(self, notice: Notice) -> Notification:
        """Show a notice and return what the daemon got."""
        before = len(self._desktop.notifications.recorded())
        self.notifications.show(notice)
        self._qtbot.waitUntil(lambda: len(self._desktop.notifications.recorded()) > before)
        return self._desktop.notifications.recorded()[-1]

    def show_in_vain(self, notice: Notice) -> None:
        """Show a notice that nobody takes."""
        before = len(self.failures)
        self.notifications.show(notice)
        self._qtbot.waitUntil(lambda: len(self.failures) > before, timeout=10_000)
        assert self.failures[-1] == notice


@pytest.fixture
def backend(
    qtbot: QtBot, fake_desktop: VirtualDesktop, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Backend]:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", fake_desktop.address)
    monkeypatch.delenv("XDG_ACTIVATION_TOKEN", raising=False)
    made = Backend(qtbot, fake_desktop)
    yield made
    made.notifications.close()


def test_the_daemon_gets_everything_it_needs(backend: Backend) -> None:
    got = backend.show(DONE)
    assert (got.app, got.title, got.body) == (APP_NAME, DONE.title, DONE.body)
    assert got.error is None
    assert got.replaces_id == 0
    assert got.icon.startswith("file:///")
    assert got.icon.endswith("app.svg")
    assert got.actions == ["default", "Open"]
    assert got.timeout_ms == -1
    assert got.hints == {"desktop-entry": APP_ID, "urgency": 1, "category": "transfer.complete"}


def test_markup_is_escaped_where_it_would_be_rendered(
    backend: Backend, fake_desktop: VirtualDesktop
) -> None:
    body = 'a<b>"c"</b> & <img src="x">'
    notice = Notice(NoticeKind.FAILED, "Download failed", body, "1")
    escaped = 'a&lt;b&gt;"c"&lt;/b&gt; &amp; &lt;img src="x"&gt;'
    assert backend.show(notice).body == escaped


def test_markup_is_left_alone_where_it_is_not_rendered(
    backend: Backend, fake_desktop: VirtualDesktop
) -> None:
    fake_desktop.services.capabilities = ("body",)
    got = backend.show(Notice(NoticeKind.FAILED, "Download failed", "a<b> & c", "1"))
    assert got.body == "a<b> & c"
    assert got.actions == [], "a daemon without actions shows them as buttons, or not at all"


def test_a_click_leads_to_its_download(
    backend: Backend, fake_desktop: VirtualDesktop, qtbot: QtBot
) -> None:
    first = backend.show(DONE)
    second = backend.show(Notice(NoticeKind.FINISHED, "Download finished", "phi4", "pull-2"))
    assert first.id is not None
    assert second.id is not None
    fake_desktop.services.click(first.id)
    fake_desktop.services.click(second.id)
    fake_desktop.services.click(second.id + 5)
    qtbot.waitUntil(lambda: backend.clicks == ["pull-1", "pull-2"])


def test_a_click_after_closing_still_counts(
    backend: Backend, fake_desktop: VirtualDesktop, qtbot: QtBot
) -> None:
    got = backend.show(DONE)
    assert got.id is not None
    fake_desktop.services.dismiss(got.id)
    fake_desktop.services.click(got.id)
    qtbot.waitUntil(lambda: backend.clicks == ["pull-1"])


def test_the_token_for_the_window_is_taken(
    backend: Backend, fake_desktop: VirtualDesktop, qtbot: QtBot
) -> None:
    got = backend.show(DONE)
    assert got.id is not None
    fake_desktop.services._emit("ActivationToken", "us", (got.id, "let-me-in"))
    fake_desktop.services.click(got.id)
    qtbot.waitUntil(lambda: backend.clicks == ["pull-1"])
    assert os.environ.pop("XDG_ACTIVATION_TOKEN") == "let-me-in"


def test_a_notice_of_the_same_slot_takes_the_place(
    backend: Backend, fake_desktop: VirtualDesktop, qtbot: QtBot
) -> None:
    first = backend.show(DONE)
    # Not the monitor's word: it may see the answer before the backend does.
    qtbot.waitUntil(lambda: DONE.slot in backend.notifications._slots)
    assert backend.show(DONE).replaces_id == first.id
    other = Notice(NoticeKind.FAILED, "Download failed", "phi4", "pull-2", "pull pull-2")
    assert backend.show(other).replaces_id == 0
    assert first.id is not None
    fake_desktop.services.dismiss(first.id)
    qtbot.waitUntil(lambda: DONE.slot not in backend.notifications._slots)
    assert backend.show(DONE).replaces_id == 0, "what was closed is not revived"


@pytest.mark.parametrize("fake_desktop", [{"notifications": False}], indirect=True)
def test_without_a_daemon_it_says_so_and_uses_one_that_comes(
    backend: Backend, fake_desktop: VirtualDesktop
) -> None:
    backend.show_in_vain(DONE)
    fake_desktop.services.start_notifications()
    assert backend.show(DONE).error is None


def test_a_daemon_that_goes_and_comes_back_is_found_again(
    backend: Backend, fake_desktop: VirtualDesktop, qtbot: QtBot
) -> None:
    backend.show(DONE)
    fake_desktop.services.stop_notifications()
    backend.show_in_vain(DONE)
    fake_desktop.services.capabilities = ("body", "actions")
    fake_desktop.services.start_notifications()
    got = backend.show(Notice(NoticeKind.BACK, "Ollama is back", "<nas>", "", "server 1"))
    assert got.body == "<nas>", "the new daemon's abilities count"
    assert got.replaces_id == 0


def test_without_a_bus_it_says_so(
    backend: Backend, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    for address in ("unix:path=/nonexistent/bus", "tcp:host=x", "nonsense"):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        backend.show_in_vain(DONE)
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    backend.show_in_vain(DONE)


def _left_alone(qtbot: QtBot) -> list[Notice]:
    """What another backend is asked to show after one that nobody answers."""
    notifications = DbusNotifications(timeout_s=0.2)
    handed_on: list[Notice] = []
    notifications.failed.connect(handed_on.append)
    notifications.show(DONE)
    calls = notifications._bus._calls
    assert calls
    qtbot.waitUntil(lambda: not calls)
    notifications.close()
    return handed_on


@pytest.mark.parametrize("fake_desktop", [{"notifications": False}], indirect=True)
def test_a_daemon_that_never_answers_is_not_asked_by_anybody_else(
    backend: Backend, fake_desktop: VirtualDesktop, qtbot: QtBot
) -> None:
    with open_dbus_connection(fake_desktop.address) as mute:
        mute.send_and_get_reply(message_bus.RequestName("org.freedesktop.Notifications"))
        assert _left_alone(qtbot) == [], "Qt would wait for it in the GUI thread"


def test_nor_is_a_bus_that_says_nothing(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(tmp_path / "bus"))
        mute.listen()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'bus'}")
        assert _left_alone(qtbot) == []


def test_a_bus_that_dies_is_survived(
    backend: Backend, fake_desktop: VirtualDesktop, qtbot: QtBot
) -> None:
    backend.show(DONE)
    backend.notifications._bus._socket.shutdown(2)  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: not backend.notifications._bus.is_open)
    assert backend.show(DONE).error is None, "a new connection is made"
