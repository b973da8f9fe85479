"""What is told, when, and by whom: with a clock and backends of our own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from tray_app.commands import Commands
from tray_app.core.errors import DiskFull
from tray_app.core.pulls.states import PullItem, PullState, PullSummary
from tray_app.core.records import Poll, Server, ServerState, ServerStatus
from tray_app.desktop.notifications.balloons import QtNotifications
from tray_app.desktop.notifications.notice import Notice, NoticeKind
from tray_app.desktop.notifications.notifier import Notifier
from tray_app.settings import Settings
from tray_app.state import AppState

NOW = datetime(2026, 1, 1, 14, 32, tzinfo=UTC)


class Recorder(QObject):
    """A backend that keeps what it is given, or refuses it."""

    clicked = Signal(str)
    failed = Signal(object)  # Notice

    def __init__(self, accepts: bool = True) -> None:
        super().__init__()
        self.accepts = accepts
        self.shown: list[Notice] = []
        self.is_closed = False

    def show(self, notice: Notice) -> None:
        if self.accepts:
            self.shown.append(notice)
        else:
            self.failed.emit(notice)

    def close(self) -> None:
        self.is_closed = True


class Stage:
    """A notifier with two backends and a clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.first, self.second = Recorder(), Recorder()
        self.settings = Settings(None)
        self.state = AppState(Server("local"))
        commands = Commands()
        self.notifier = Notifier(
            self.settings,
            self.state,
            commands,
            [lambda: self.first, lambda: self.second],
            clock=lambda: self.now_s,
        )
        self.clicks: list[str] = []
        commands.pull_show_requested.connect(self.clicks.append)

    def at(self, seconds: float) -> None:
        """Let the clock show 1000 + seconds."""
        self.now_s = 1000.0 + seconds
        self.notifier.check()

    def poll(self, status: ServerStatus) -> None:
        self.state.take_poll(Poll(status))

    @property
    def titles(self) -> list[str]:
        return [notice.title for notice in self.first.shown]


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    made = Stage()
    yield made
    made.notifier.close()


def item(name: str, state: PullState = PullState.DONE) -> PullItem:
    error = DiskFull(name) if state is PullState.FAILED else None
    return PullItem(f"id-{name}", "local", name, state, NOW, error=error)


RUNNING = PullSummary(active=1)
EMPTY = PullSummary()
ONLINE = ServerStatus("local", ServerState.ONLINE, NOW)
OFFLINE = ServerStatus("local", ServerState.OFFLINE, NOW)


def test_one_is_told_when_the_queue_is_empty(stage: Stage) -> None:
    stage.state.set_pull_summary(RUNNING)
    stage.notifier.pull_ended(item("qwen3:8b"))
    stage.notifier.check()
    assert stage.titles == []
    stage.state.set_pull_summary(EMPTY)
    assert stage.titles == ["Download finished"]
    notice = stage.first.shown[0]
    assert notice.kind is NoticeKind.FINISHED
    assert "qwen3:8b" in notice.body
    assert notice.target == "id-qwen3:8b"


def test_the_order_of_end_and_summary_does_not_matter(stage: Stage, qtbot: QtBot) -> None:
    stage.state.set_pull_summary(RUNNING)
    stage.state.set_pull_summary(EMPTY)
    stage.notifier.pull_ended(item("a"))
    qtbot.waitUntil(lambda: stage.titles == ["Download finished"])


def test_a_batch_is_one_notice(stage: Stage) -> None:
    stage.state.set_pull_summary(RUNNING)
    for name in ("a", "b", "c"):
        stage.notifier.pull_ended(item(name))
    stage.at(29)
    assert stage.titles == []
    stage.at(30)
    assert stage.titles == ["3 downloads finished"]
    assert stage.first.shown[0].slot == ""


def test_the_timer_comes_by_itself(stage: Stage, qtbot: QtBot) -> None:
    stage.state.set_pull_summary(RUNNING)
    stage.notifier.pull_ended(item("a"))
    stage.at(29.99)
    stage.now_s = 1031.0
    qtbot.waitUntil(lambda: stage.titles == ["Download finished"])


def test_a_failure_says_which_and_why(stage: Stage) -> None:
    stage.notifier.pull_ended(item("phi4:14b", PullState.FAILED))
    stage.notifier.check()
    (notice,) = stage.first.shown
    assert (notice.kind, notice.title) == (NoticeKind.FAILED, "Download failed")
    assert "phi4:14b" in notice.body
    assert notice.slot == "pull id-phi4:14b", "the same one failing again replaces it"


def test_mixed_leads_to_the_failed_one(stage: Stage) -> None:
    stage.state.set_pull_summary(RUNNING)
    stage.notifier.pull_ended(item("good"))
    stage.notifier.pull_ended(item("bad", PullState.FAILED))
    stage.state.set_pull_summary(EMPTY)
    (notice,) = stage.first.shown
    assert notice.kind is NoticeKind.FAILED
    assert notice.target == "id-bad"


def test_a_canceled_one_is_no_news(stage: Stage) -> None:
    stage.notifier.pull_ended(item("a", PullState.CANCELED))
    stage.at(100)
    assert stage.titles == []


def test_nothing_is_told_to_who_looks(stage: Stage) -> None:
    stage.notifier.set_window_active(True)
    stage.notifier.pull_ended(item("a"))
    stage.notifier.set_window_active(False)
    stage.at(100)
    assert stage.titles == []


def test_what_waited_was_seen_when_the_window_is_opened(stage: Stage) -> None:
    stage.state.set_pull_summary(RUNNING)
    stage.notifier.pull_ended(item("a"))
    stage.notifier.set_window_active(True)
    stage.notifier.set_window_active(False)
    stage.at(100)
    assert stage.titles == []


@pytest.mark.parametrize(
    ("field", "state"),
    [("notify_finished", PullState.DONE), ("notify_failed", PullState.FAILED)],
)
def test_what_is_switched_off_is_not_told(stage: Stage, field: str, state: PullState) -> None:
    stage.settings.set(field, False)
    stage.notifier.pull_ended(item("a", state))
    stage.at(100)
    assert stage.titles == []


def test_not_combined_each_has_its_own(stage: Stage) -> None:
    stage.settings.set("notify_combine", False)
    stage.state.set_pull_summary(RUNNING)
    for name in ("a", "b"):
        stage.notifier.pull_ended(item(name))
        stage.notifier.check()
    assert stage.titles == ["Download finished", "Download finished"]


def test_a_lost_server_is_not_told_unless_wanted(stage: Stage) -> None:
    stage.poll(ONLINE)
    stage.poll(OFFLINE)
    stage.at(100)
    assert stage.titles == []


class TestServer:
    """With `notify_offline` on."""

    @pytest.fixture(autouse=True)
    def wanted(self, stage: Stage) -> None:
        stage.settings.set("notify_offline", True)
        stage.state.set_server(Server("local", "nas"))

    def test_a_restart_is_not_told(self, stage: Stage) -> None:
        stage.poll(ONLINE)
        stage.poll(OFFLINE)
        stage.at(20)
        stage.poll(ONLINE)
        stage.at(100)
        assert stage.titles == []

    def test_a_loss_is_told_and_the_return(self, stage: Stage) -> None:
        stage.poll(ONLINE)
        stage.poll(OFFLINE)
        stage.at(30)
        assert stage.titles == ["Can’t reach Ollama"]
        stage.poll(replace(OFFLINE, retry_s=3.0))
        stage.at(300)
        stage.poll(ONLINE)
        assert stage.titles == ["Can’t reach Ollama", "Ollama is back"]
        assert stage.first.shown[0].slot == stage.first.shown[1].slot != ""
        assert [notice.target for notice in stage.first.shown] == ["", ""]

    def test_at_once_when_a_download_waits_for_it(self, stage: Stage) -> None:
        stage.poll(ONLINE)
        stage.poll(OFFLINE)
        assert stage.titles == []
        stage.state.set_pull_summary(PullSummary(waiting=1, waits_for_server=1))
        assert stage.titles == ["Can’t reach Ollama"]
        assert "nas" in stage.first.shown[0].body

    def test_a_server_that_flaps_is_told_twice_a_minute_at_most(self, stage: Stage) -> None:
        stage.state.set_pull_summary(PullSummary(waiting=1, waits_for_server=1))
        for second in range(0, 60, 5):
            stage.at(second)
            stage.poll(ONLINE)
            stage.poll(OFFLINE)
        assert stage.titles.count("Can’t reach Ollama") == 2

    def test_one_that_was_never_there_is_not_lost(self, stage: Stage) -> None:
        stage.poll(OFFLINE)
        stage.at(100)
        assert stage.titles == []


def test_the_next_backend_takes_what_the_first_cannot_show(stage: Stage) -> None:
    stage.first.accepts = False
    stage.notifier.pull_ended(item("a"))
    stage.notifier.check()
    assert [notice.title for notice in stage.second.shown] == ["Download finished"]
    stage.first.accepts = True
    stage.notifier.pull_ended(item("b"))
    stage.at(30)
    assert len(stage.first.shown) == len(stage.second.shown) == 1, "the first is tried each time"


def test_nobody_shows_it_and_nothing_breaks(stage: Stage) -> None:
    stage.first.accepts = stage.second.accepts = False
    stage.notifier.pull_ended(item("a"))
    stage.notifier.check()
    assert stage.titles == []


def test_a_click_says_which(stage: Stage) -> None:
    stage.notifier.pull_ended(item("a"))
    stage.notifier.check()
    stage.first.clicked.emit(stage.first.shown[0].target)
    assert stage.clicks == ["id-a"]


def test_a_test_is_shown_even_to_who_looks(stage: Stage) -> None:
    stage.notifier.set_window_active(True)
    stage.notifier.show_test()
    assert stage.titles == ["Notifications work"]


def test_closing_ends_it(stage: Stage) -> None:
    stage.notifier.pull_ended(item("a"))
    stage.notifier.check()
    stage.notifier.pull_ended(item("b"))
    stage.notifier.close()
    stage.at(100)
    assert stage.titles == ["Download finished"]
    assert stage.first.is_closed


class Balloon(QObject):
    """Stands for the tray icon."""

    message_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.is_there = True
        self.messages: list[tuple[str, str]] = []

    def show_message(self, title: str, body: str) -> bool:
        if self.is_there:
            self.messages.append((title, body))
        return self.is_there


def test_the_fallback_shortens_and_knows_the_last_target(qtbot: QtBot) -> None:
    balloon = Balloon()
    notifications = QtNotifications(balloon)
    clicks: list[str] = []
    failures: list[Notice] = []
    notifications.clicked.connect(clicks.append)
    notifications.failed.connect(failures.append)
    notifications.show(Notice(NoticeKind.FAILED, "t" * 100, "b" * 400, "one"))
    assert [len(part) for part in balloon.messages[0]] == [63, 255]
    assert all(part.endswith("…") for part in balloon.messages[0])
    balloon.message_clicked.emit()
    assert clicks == ["one"]
    balloon.is_there = False
    lost = Notice(NoticeKind.FAILED, "title", "body", "two")
    notifications.show(lost)
    assert failures == [lost]
