"""The tray between state and commands: what it shows of the one, and asks for by the other."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon
from pytestqt.qtbot import QtBot

from tray_app.commands import Commands
from tray_app.core.payloads import (
    LoadRequest,
    LocalOllama,
    ModelRef,
    ServerStart,
    StartKind,
    StartPhase,
)
from tray_app.core.pulls.states import PullItem, PullState, PullSummary
from tray_app.core.records import (
    ModelRecord,
    Poll,
    RunningModel,
    Server,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.desktop.tray.look import TrayState
from tray_app.desktop.tray.tray import Tray
from tray_app.state.app_state import AppState

# Qt's own, where there is no tray.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)

NOW = datetime(2026, 5, 1, 14, 32, tzinfo=UTC)
DIGEST = "d" * 64
ONLINE = ServerStatus("local", ServerState.ONLINE, NOW, "0.33.1")
OFFLINE = ServerStatus("local", ServerState.OFFLINE, NOW)
MODELS = Snapshot(
    "local",
    (ModelRecord("local", "phi4:14b", DIGEST, 9_000_000_000, NOW),),
    (RunningModel("local", "qwen3:8b", DIGEST, 3_000_000_000),),
    "0.33.1",
    NOW,
    0.0,
)


class Stage:
    """A tray with an icon that nobody sees, and what was said."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.state = AppState(Server("local", "nas"))
        self.commands = Commands()
        self.tray = Tray(clock=lambda: self.now_s, wall_clock=lambda: NOW)
        self.tray._make_icon()
        self.tray.retranslate()
        self.said: list[tuple[object, ...]] = []
        for name in vars(Commands):
            if name.endswith("_requested"):
                getattr(self.commands, name).connect(
                    lambda *payload, name=name: self.said.append((name, *payload))
                )
        self.tray.quit_requested.connect(lambda: self.said.append(("tray.quit_requested",)))

    def attach(self) -> None:
        self.tray.attach(self.state, self.commands)

    def actions(self) -> list[QAction]:
        assert self.tray._menu is not None
        return self.tray._menu.menu.actions()

    def labels(self) -> list[str]:
        return [action.text().replace("\u00a0", " ") for action in self.actions() if action.text()]

    def click(self, *path: str) -> None:
        """Choose the entry with these keys."""
        actions = self.actions()
        for key in path[:-1]:
            submenu = next(one for one in actions if one.objectName() == key).menu()
            assert isinstance(submenu, QMenu)
            actions = submenu.actions()
        next(one for one in actions if one.objectName() == path[-1]).trigger()

    def activate(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        assert self.tray._icon is not None
        self.tray._icon.activated.emit(reason)

    @property
    def tooltip(self) -> str:
        assert self.tray._icon is not None
        return self.tray._icon.toolTip().replace("\u00a0", " ")

    def shown(self) -> TrayState:
        assert self.tray._look is not None
        return self.tray._look.state


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    made = Stage()
    yield made
    made.tray.stop()


def item(name: str, state: PullState = PullState.RUNNING) -> PullItem:
    return PullItem(f"id-{name}", "local", name, state, NOW)


def test_until_it_is_attached_only_quit_is_heard(stage: Stage) -> None:
    for key in ("open", "pull", "settings", "quit"):
        stage.click(key)
    stage.activate(QSystemTrayIcon.ActivationReason.Trigger)
    stage.activate(QSystemTrayIcon.ActivationReason.MiddleClick)
    assert stage.said == [("tray.quit_requested",)]
    stage.said.clear()
    stage.attach()
    stage.click("quit")
    assert stage.said == [("quit_requested",)]


def test_what_happened_before_it_was_attached_is_shown(stage: Stage) -> None:
    stage.state.take_poll(Poll(ONLINE, MODELS))
    assert stage.labels()[0] == "This computer: connecting…"
    stage.attach()
    stage.tray.retranslate()
    assert stage.labels()[0] == "nas: online, 1 loaded"
    assert "Load a model" in stage.labels()


def test_every_entry_gives_its_command(stage: Stage) -> None:
    stage.attach()
    stage.state.take_poll(Poll(ONLINE, MODELS))
    stage.state.set_downloads([item("a"), item("b", PullState.PAUSED)])
    stage.tray.retranslate()
    for path in (
        *(("open",), ("pull",), ("settings",), ("pause all",)),
        *(("pull id-a", "pull id-a pause"), ("pull id-a", "pull id-a cancel")),
        *(("pull id-a", "pull id-a show"), ("pull id-b", "pull id-b resume")),
        *(("loaded", "unload local qwen3:8b"), ("load", "load local phi4:14b")),
    ):
        stage.click(*path)
    assert stage.said == [
        *[("show_requested",), ("pull_dialog_requested", ""), ("settings_dialog_requested", "")],
        *[("pulls_pause_all_requested",), ("pull_pause_requested", "id-a")],
        *[("pull_cancel_requested", "id-a"), ("pull_show_requested", "id-a")],
        ("pull_resume_requested", "id-b"),
        ("unload_requested", ModelRef("local", "qwen3:8b", DIGEST)),
        ("load_requested", LoadRequest(ModelRef("local", "phi4:14b", DIGEST))),
    ]
    stage.said.clear()
    stage.state.set_downloads([item("b", PullState.PAUSED)])
    stage.state.take_poll(Poll(OFFLINE))
    stage.tray.retranslate()
    stage.click("resume all")
    stage.click("retry")
    assert stage.said == [("pulls_resume_all_requested",), ("refresh_requested",)]


def test_an_opened_menu_asks_for_news(stage: Stage) -> None:
    assert stage.tray._menu is not None
    stage.tray._menu.menu.aboutToShow.emit()
    assert stage.said == []
    stage.attach()
    stage.tray._menu.menu.aboutToShow.emit()
    assert stage.said == [("refresh_requested",)]


def test_clicks_on_the_icon(stage: Stage) -> None:
    stage.attach()
    for summary in (PullSummary(), PullSummary(waiting=1), PullSummary(paused=1)):
        stage.state.set_pull_summary(summary)
        stage.activate(QSystemTrayIcon.ActivationReason.MiddleClick)
    stage.activate(QSystemTrayIcon.ActivationReason.Trigger)
    stage.activate(QSystemTrayIcon.ActivationReason.DoubleClick)
    assert stage.said == [
        ("pulls_pause_all_requested",),
        ("pulls_resume_all_requested",),
        ("toggle_requested",),
    ]


def test_another_state_is_shown_at_once_and_all_else_once_a_second(
    stage: Stage, qtbot: QtBot
) -> None:
    stage.attach()
    stage.state.take_poll(Poll(OFFLINE))
    assert stage.shown() is TrayState.OFFLINE
    assert "offline since" in stage.tooltip
    stage.state.take_poll(Poll(ONLINE, MODELS))
    assert stage.shown() is TrayState.IDLE
    assert stage.tooltip == "Ollama Tray\nnas: 1 loaded, 3 GB"
    stage.state.set_pull_summary(PullSummary(active=1, permille=250))
    assert stage.shown() is TrayState.BUSY
    assert "25%" in stage.tooltip
    stage.state.set_pull_summary(PullSummary(active=1, permille=500))
    assert "25%" in stage.tooltip
    assert stage.tray._later.isActive()
    qtbot.waitUntil(lambda: "50%" in stage.tooltip)
    assert not stage.tray._later.isActive()
    stage.tray.set_attention(True)
    assert stage.shown() is TrayState.ATTENTION


def test_another_server_is_shown(stage: Stage, qtbot: QtBot) -> None:
    stage.attach()
    stage.state.take_poll(Poll(ONLINE, MODELS))
    qtbot.waitUntil(lambda: "Load a model" in stage.labels())
    stage.state.set_server(Server("other", "den", "http://den:11434"))
    qtbot.waitUntil(lambda: stage.labels()[0] == "den: connecting…")
    assert "Load a model" not in stage.labels()
    stage.state.take_poll(Poll(ONLINE, MODELS))
    stage.tray.retranslate()
    assert stage.labels()[0] == "den: connecting…", "that was another server's answer"


def test_ollama_is_started_where_it_can_be(stage: Stage, qtbot: QtBot) -> None:
    stage.state.set_server(Server("local", "", "127.0.0.1:11434"))
    stage.attach()
    stage.state.take_poll(Poll(OFFLINE))
    stage.tray.retranslate()
    assert "Start Ollama" not in stage.labels()
    stage.state.set_local_ollama(LocalOllama.STARTABLE)
    qtbot.waitUntil(lambda: "Start Ollama" in stage.labels())
    stage.click("start")
    assert stage.said == [("start_requested", "local")]


def test_a_server_s_line_opens_the_window_there(stage: Stage, qtbot: QtBot) -> None:
    nas = Server("nas", "nas", "http://nas:11434", can_wake=True)
    stage.state.set_servers((Server("local"), nas), "local", "local")
    stage.attach()
    stage.state.take_poll(Poll(ONLINE, MODELS))
    stage.state.take_poll(Poll(replace(OFFLINE, server_id="nas")))
    stage.tray.retranslate()
    stage.click("server nas")
    stage.click("wake nas")
    assert stage.said == [
        *[("server_show_requested", "nas"), ("show_requested",), ("wake_requested", "nas")],
    ]
    assert stage.shown() is TrayState.IDLE, "the default one answers"
    stage.state.set_start(ServerStart("nas", StartKind.WAKE, StartPhase.WAITING, 0.0, 180.0))
    qtbot.waitUntil(lambda: "nas: waking…" in stage.labels())
    assert stage.tooltip == "Ollama Tray\n1 of 2 servers online; 1 loaded, 3 GB"
    stage.state.set_servers((Server("local"), nas), "nas", "local")
    assert stage.shown() is TrayState.OFFLINE, "it is the default one now"
