"""What is told, when, and by whom: with a clock and backends of our own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from tray_app.commands import Commands
from tray_app.core.creates.records import CreateFault, CreateItem, CreateRequest, CreateState
from tray_app.core.errors import Changed, DiskFull
from tray_app.core.keeping.records import KeepNews, KeepNote, NoRoom
from tray_app.core.payloads import ModelRef, ServerStart, StartKind, StartPhase
from tray_app.core.pulls.states import Hold, PullItem, PullState, PullSummary
from tray_app.core.pulls.updates import UpdatePlan
from tray_app.core.records import Poll, Server, ServerState, ServerStatus
from tray_app.core.sign_in import SecretState
from tray_app.core.updates.facts import BackupNews, BackupNote, ModelVerdict, UpdatesFound
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.core.updates.verdicts import Standing, Verdict
from tray_app.desktop.notifications.balloons import QtNotifications
from tray_app.desktop.notifications.notice import Notice, NoticeKind
from tray_app.desktop.notifications.notifier import Notifier
from tray_app.settings import Settings
from tray_app.state.app_state import AppState

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
        self.commands = commands = Commands()
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

    def test_who_saw_it_go_is_not_told_that_it_is_back(self, stage: Stage) -> None:
        stage.poll(ONLINE)
        stage.notifier.set_window_active(True)
        stage.poll(OFFLINE)
        stage.at(30)
        stage.notifier.set_window_active(False)
        stage.at(60)
        stage.poll(ONLINE)
        stage.at(100)
        assert stage.titles == []

    def test_one_that_was_never_there_is_not_lost(self, stage: Stage) -> None:
        stage.poll(OFFLINE)
        stage.at(100)
        assert stage.titles == []


class TestServers:
    """With several on, and `notify_offline`."""

    @pytest.fixture(autouse=True)
    def wanted(self, stage: Stage) -> None:
        stage.settings.set("notify_offline", True)
        servers = (Server("local"), Server("nas", "nas"), Server("lab", "lab"))
        stage.state.set_servers(servers, "local", "")
        for server in servers:
            stage.poll(replace(ONLINE, server_id=server.id))

    def lose(self, stage: Stage, *ids: str) -> None:
        for server_id in ids:
            stage.poll(replace(OFFLINE, server_id=server_id))

    def test_one_is_named(self, stage: Stage) -> None:
        self.lose(stage, "nas")
        stage.at(30)
        stage.poll(replace(ONLINE, server_id="nas"))
        assert stage.titles == ["Can’t reach “nas”", "“nas” is back"]
        assert {notice.slot for notice in stage.first.shown} == {"server nas"}

    def test_those_that_go_and_come_back_together_are_told_together(self, stage: Stage) -> None:
        self.lose(stage, "nas")
        stage.at(1)
        self.lose(stage, "lab")
        stage.at(30)
        assert stage.titles == ["Can’t reach 2 servers"]
        assert stage.first.shown[0].body == "“nas” and “lab” stopped answering."
        stage.at(99)
        stage.poll(replace(ONLINE, server_id="nas"))
        stage.at(100)
        assert stage.titles[1:] == []
        stage.poll(replace(ONLINE, server_id="lab"))
        assert stage.titles[1:] == ["2 servers are back"]

    def test_the_one_that_stays_away_does_not_keep_the_other_from_being_told(
        self, stage: Stage
    ) -> None:
        self.lose(stage, "nas", "lab")
        stage.at(30)
        stage.poll(replace(ONLINE, server_id="nas"))
        assert stage.titles == ["Can’t reach 2 servers"]
        stage.at(32)
        assert stage.titles[1:] == ["“nas” is back"]

    def test_a_second_loss_waits_for_its_turn(self, stage: Stage) -> None:
        self.lose(stage, "nas")
        stage.at(30)
        self.lose(stage, "lab")
        stage.state.set_downloads([replace(item("a", PullState.WAITING), server_id="lab",
                                           hold=Hold.SERVER)])  # fmt: skip
        stage.at(59)
        assert stage.titles == ["Can’t reach “nas”"]
        stage.at(60)
        assert stage.titles[1:] == ["Can’t reach “lab”"]
        assert "1 download is waiting" in stage.first.shown[1].body

    def test_a_download_that_waits_for_another_server_makes_no_haste(self, stage: Stage) -> None:
        waits = replace(item("a", PullState.WAITING), server_id="lab", hold=Hold.SERVER)
        stage.state.set_downloads([waits])
        self.lose(stage, "nas")
        stage.at(29)
        assert stage.titles == []
        self.lose(stage, "lab")
        assert stage.titles == ["Can’t reach 2 servers"], "the other would be due in a second"

    def test_one_that_is_switched_off_is_not_lost(self, stage: Stage) -> None:
        self.lose(stage, "nas")
        stage.state.set_servers((Server("local"), Server("lab", "lab")), "local", "")
        stage.at(100)
        assert stage.titles == []


class TestWaking:
    """A person woke a computer."""

    @pytest.fixture(autouse=True)
    def woken(self, stage: Stage) -> ServerStart:
        stage.state.set_servers((Server("local"), Server("nas", "nas")), "local", "")
        stage.poll(replace(OFFLINE, server_id="nas"))
        start = ServerStart("nas", StartKind.WAKE, StartPhase.WAITING, 1000.0, 180.0)
        stage.state.set_start(start)
        return start

    @pytest.mark.parametrize("is_ended_first", [False, True])
    def test_it_is_told_once_when_it_answers(self, stage: Stage, is_ended_first: bool) -> None:
        stage.at(100)
        if is_ended_first:
            stage.state.status_changed.connect(lambda _: stage.state.end_start("nas"))
        stage.poll(replace(ONLINE, server_id="nas"))
        stage.state.end_start("nas")
        (notice,) = stage.first.shown
        assert notice.title == "“nas” is back"
        assert notice.body.replace("\u00a0", " ") == "It woke up after 1 min 40 s."

    def test_it_is_told_when_it_does_not(self, stage: Stage, woken: ServerStart) -> None:
        for _ in range(2):
            stage.state.set_start(replace(woken, phase=StartPhase.NO_ANSWER))
        assert stage.titles == ["“nas” didn’t wake up"]

    def test_nobody_is_told_who_has_given_up(self, stage: Stage) -> None:
        stage.state.end_start("nas")
        stage.poll(replace(ONLINE, server_id="nas"))
        assert stage.titles == []


def test_a_locked_keyring_is_told_once(stage: Stage) -> None:
    stage.state.set_servers((Server("a", "gateway"), Server("b", "office")), "a", "")
    locked = ServerStatus("a", ServerState.WAITING, NOW, secret=SecretState.LOCKED)
    stage.poll(locked)
    stage.poll(replace(locked, server_id="b"))
    assert stage.titles == []
    stage.at(2)
    assert [notice.body for notice in stage.first.shown] == ["“gateway” and “office” wait for it."]
    stage.at(100)
    stage.poll(replace(ONLINE, server_id="a"))
    stage.poll(replace(ONLINE, server_id="b"))
    stage.poll(locked)
    stage.at(200)
    assert stage.titles == ["The keyring is locked"] * 2


def test_downloads_on_one_of_several_servers_say_which(stage: Stage) -> None:
    stage.state.set_servers((Server("local"), Server("nas", "nas")), "local", "")
    stage.notifier.pull_ended(replace(item("a"), server_id="nas"))
    stage.notifier.check()
    assert stage.first.shown[0].body == "a is ready to use on “nas”."
    stage.notifier.pull_ended(replace(item("b"), server_id="nas"))
    stage.notifier.pull_ended(item("c"))
    stage.at(60)
    assert stage.first.shown[1].body == "b and c are ready to use."


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


FOUND = UpdatesFound(
    (
        ModelVerdict(
            ("local", "llava:13b"),
            Verdict(Standing.WEIGHTS, "a" * 64, "b" * 64, fetch_bytes=7_400_000_000),
        ),
    )
)


def test_updates_are_told_and_lead_to_them(stage: Stage) -> None:
    shown: list[object] = []
    stage.commands.updates_show_requested.connect(lambda: shown.append(1))
    stage.state.tell_updates_found(FOUND)
    assert stage.titles == ["Update for 1 model"]
    stage.first.clicked.emit(stage.first.shown[0].target)
    assert (shown, stage.clicks) == ([1], [])


@pytest.mark.parametrize("why", ["looks", "off"])
def test_updates_are_not_told_to_who_looks_or_wants_none(stage: Stage, why: str) -> None:
    stage.settings.set("notify_updates", why != "off")
    stage.notifier.set_window_active(why == "looks")
    made = Made("local", "llava:13b-before-2026-11-24", "a" * 64, MadeBy.BACKUP, NOW)
    stage.state.tell_updates_found(FOUND)
    stage.state.tell_old_version_going(BackupNote(made, BackupNews.GOES_TOMORROW))
    assert stage.titles == []


def test_an_update_is_told_as_one(stage: Stage) -> None:
    stage.notifier.pull_ended(replace(item("a"), update=UpdatePlan()))
    stage.notifier.pull_ended(replace(item("b"), update=UpdatePlan(was_current=True)))
    stage.notifier.check()
    assert stage.titles == ["1 model updated"]


def test_an_update_that_stopped_says_why(stage: Stage) -> None:
    failed = replace(item("a", PullState.FAILED), error=Changed("a", "b" * 64), update=UpdatePlan())
    stage.notifier.pull_ended(failed)
    stage.notifier.check()
    assert stage.titles == ["Update stopped"]


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


CREATE = CreateItem(
    "7",
    CreateRequest("local", "phi-4:q4_k_m", ("/x.gguf",), architecture="phi3"),
    CreateState.MAKING,
    NOW,
    active_s=492.0,
)


def create(stage: Stage, state: CreateState, fault: CreateFault | None = None) -> None:
    """What is made comes to its end."""
    stage.state.creates.put(CREATE)
    stage.state.creates.put(replace(CREATE, state=state, fault=fault))


def test_a_model_that_was_made_is_told(stage: Stage) -> None:
    create(stage, CreateState.DONE)
    (notice,) = stage.first.shown
    assert (notice.kind, notice.title) == (NoticeKind.FINISHED, "Model created")
    assert notice.body == "phi-4:q4_k_m is ready to use. It took 8\u00a0min 12\u00a0s."
    assert notice.target == "7"
    stage.first.clicked.emit(notice.target)
    assert stage.clicks == ["7"]


def test_of_several_servers_that_of_the_model_is_named(stage: Stage) -> None:
    servers = (Server("local", "This computer"), Server("nas", "nas"))
    stage.state.set_servers(servers, "local", "local")
    create(stage, CreateState.DONE)
    assert stage.first.shown[0].body.startswith("phi-4:q4_k_m is ready to use on “This computer”.")


def test_a_model_that_was_not_made_is_told(stage: Stage) -> None:
    create(stage, CreateState.FAILED, CreateFault.CANNOT_QUANTIZE)
    (notice,) = stage.first.shown
    assert (notice.kind, notice.title) == (NoticeKind.FAILED, "Creating failed")
    assert notice.body == "phi-4:q4_k_m: Only F16, BF16 and F32 files can be quantized."


@pytest.mark.parametrize("state", [CreateState.CANCELED, CreateState.DELETED])
def test_what_a_person_wanted_is_no_news(stage: Stage, state: CreateState) -> None:
    create(stage, state)
    assert stage.first.shown == []


def test_what_had_ended_before_is_no_news(stage: Stage) -> None:
    stage.state.creates.put(replace(CREATE, state=CreateState.DONE))
    assert stage.first.shown == []


def test_what_is_seen_or_not_wanted_is_not_told(stage: Stage) -> None:
    stage.notifier.set_window_active(True)
    create(stage, CreateState.DONE)
    stage.notifier.set_window_active(False)
    stage.settings.update({"notify_finished": False, "notify_failed": False})
    create(stage, CreateState.DONE)
    create(stage, CreateState.FAILED, CreateFault.OTHER)
    assert stage.first.shown == []


def given_up(server_id: str = "local") -> KeepNote:
    return KeepNote(KeepNews.GIVEN_UP, ModelRef(server_id, "qwen3:8b"), "gemma3:27b")


def test_a_model_that_is_kept_no_more_is_told_with_what_took_its_place(stage: Stage) -> None:
    pages: list[str] = []
    stage.commands.settings_dialog_requested.connect(pages.append)
    stage.state.keeping.tell(given_up())
    (notice,) = stage.first.shown
    assert (notice.title, notice.body) == (
        "No longer keeping qwen3:8b",
        "It was pushed out of memory three times, last by gemma3:27b.",
    )
    stage.first.clicked.emit(notice.target)
    assert pages == ["memory"]
    assert stage.clicks == []


def test_of_several_servers_it_says_which(stage: Stage) -> None:
    servers = (Server("local"), Server("nas", "nas", "10.0.0.9:11434"))
    stage.state.set_servers(servers, "local", "")
    stage.state.keeping.tell(given_up("nas"))
    assert stage.titles == ["No longer keeping qwen3:8b on nas"]


def test_other_news_of_kept_models_and_those_that_are_seen_are_no_notices(stage: Stage) -> None:
    stage.state.keeping.tell(KeepNote(KeepNews.RELEASED, ModelRef("local", "qwen3:8b")))
    stage.notifier.set_window_active(True)
    stage.state.keeping.tell(given_up())
    stage.notifier.set_window_active(False)
    stage.settings.set("notify_failed", False)
    stage.state.keeping.tell(given_up())
    assert stage.titles == []


def test_who_asks_in_the_tray_hears_that_it_does_not_fit(stage: Stage) -> None:
    room = NoRoom(("qwen3:8b",), 6_000_000_000, 9_000_000_000, 12_000_000_000)
    note = KeepNote(KeepNews.NO_ROOM, ModelRef("local", "phi4:14b"), no_room=room)
    stage.state.keeping.tell(note)
    (notice,) = stage.first.shown
    assert notice.title == "Can’t keep phi4:14b loaded"
    assert "don’t fit together" in notice.body
