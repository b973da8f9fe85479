"""A main window on made-up data, for the tests of this folder."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from tests.shots import data, servers
from tests.support import facts
from tray_app.commands import Commands
from tray_app.core.payloads import ModelRef
from tray_app.core.pulls.states import PullItem
from tray_app.core.records import Server, ServerStatus, Snapshot
from tray_app.settings import Settings
from tray_app.state.app_state import AppState
from tray_app.views.main_window.screens import Screen
from tray_app.views.main_window.state_page import PageText
from tray_app.views.main_window.window import MainWindow

COMMANDS = [
    "refresh_requested",
    "details_dialog_requested",
    "pull_dialog_requested",
    "pull_elsewhere_dialog_requested",
    "delete_dialog_requested",
    "star_requested",
    "unstar_requested",
    "disk_dialog_requested",
    "load_requested",
    "load_stop_requested",
    "keep_requested",
    "keep_stop_requested",
    "keep_load_requested",
    "unload_requested",
    "duplicate_dialog_requested",
    "derive_dialog_requested",
    "edit_dialog_requested",
    "rebuild_dialog_requested",
    "derive_undo_requested",
    "rename_dialog_requested",
    "rename_requested",
    "clean_up_requested",
    "settings_dialog_requested",
    "server_dialog_requested",
    "server_form_requested",
    "server_show_requested",
    "wake_requested",
    "start_stop_requested",
    "keyring_unlock_requested",
    "doctor_dialog_requested",
    "start_requested",
    "quit_requested",
    "update_one_requested",
    "updates_dialog_requested",
    "update_check_requested",
    "update_check_stop_requested",
    "update_check_models_requested",
    "version_dialog_requested",
    "pin_requested",
    "unpin_requested",
    "skip_requested",
    "offer_again_requested",
    "go_back_dialog_requested",
    "keep_for_good_requested",
    "move_requested",
    "after_update_done_requested",
    "backup_note_done_requested",
]


@dataclass
class Told:
    """The wishes a window told, as (signal, payload)."""

    wishes: list[tuple[str, Any]] = field(default_factory=list)

    def listen(self, window: QObject, names: list[str]) -> None:
        for name in names:
            getattr(window, name).connect(self._writer(name))

    def _writer(self, name: str) -> Callable[..., None]:
        def write(*payload: object) -> None:
            self.wishes.append((name, payload[0] if payload else None))

        return write

    def take(self, name: str) -> list[Any]:
        """The payloads of one signal so far, which are forgotten."""
        found = [payload for told, payload in self.wishes if told == name]
        self.wishes = [request for request in self.wishes if request[0] != name]
        return found


@dataclass
class Stage:
    """A window, what it told, its settings, and where its facts come from."""

    window: MainWindow
    told: Told
    settings: Settings
    state: AppState
    commands: Commands

    def set_status(self, status: ServerStatus) -> None:
        """The server was asked, and stands so."""
        facts.set_status(self.state, status)

    def set_snapshot(self, snapshot: Snapshot) -> None:
        """The server has answered."""
        facts.set_snapshot(self.state, snapshot)

    def set_download(self, item: PullItem) -> None:
        """A download, new or changed."""
        facts.set_download(self.state, item)


def open_stage(qtbot: QtBot, settings: Settings | None = None, *, is_demo: bool = False) -> Stage:
    """A window that knows nothing yet, shown and active."""
    settings = settings or Settings(None)
    settings.set("tip_tray_seen", True)
    state = AppState(Server(data.SERVER, "", data.ADDRESS), is_demo=is_demo)
    commands = Commands()
    window = MainWindow(settings, state, commands, clock=data.clock, clock_s=data.clock_s)
    for part in (state, commands):
        part.setParent(window)
    qtbot.addWidget(window)
    told = Told()
    told.listen(commands, COMMANDS)
    told.listen(window, ["visibility_changed"])
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return Stage(window, told, settings, state, commands)


def fill(stage: Stage) -> None:
    """The list of the pictures."""
    for found in data.verdicts():
        stage.state.set_verdict(found)
    stage.state.set_layer_index(data.layer_index())
    stage.set_status(data.status())
    stage.set_snapshot(data.snapshot())
    stage.window.refresh_now()


@pytest.fixture
def empty_stage(qtbot: QtBot) -> Iterator[Stage]:
    stage = open_stage(qtbot)
    yield stage
    stage.window.set_hides_on_close(True)
    stage.window.hide()


@pytest.fixture
def stage(empty_stage: Stage) -> Stage:
    fill(empty_stage)
    return empty_stage


@pytest.fixture
def several(empty_stage: Stage) -> Stage:
    """Three servers in one table; "nas" is off, with its list of before."""
    window = empty_stage.window
    servers.tell(empty_stage.state)
    window.refresh_now()
    return empty_stage


def keys(window: MainWindow) -> list[str]:
    """The rows on screen as "server/name", top to bottom."""
    return ["/".join(window.models.row_at(row).key) for row in range(window.models.rowCount())]


def names(window: MainWindow) -> list[str]:
    """The names on screen, top to bottom."""
    return [window.models.ref_at(row).name for row in range(window.models.rowCount())]


def selected(window: MainWindow) -> list[str]:
    """The selected names."""
    return [ref.name for ref in window.view.selected_refs()]


QWEN = ModelRef(data.SERVER, "qwen3:8b", data.digest("qwen3:8b"))


def are_apart(widgets: Sequence[QWidget]) -> bool:
    """Whether each stands right of the one before."""
    return all(a.geometry().right() < b.geometry().left() for a, b in pairwise(widgets))


def banner(window: MainWindow) -> str:
    """What the banner says; "" when there is none."""
    shown = window.pane.banner.shown
    return shown.text if shown else ""


def shown(window: MainWindow) -> Screen:
    return window.pane.shown_screen


def page_of(window: MainWindow) -> PageText:
    """The page in place of the table."""
    assert window.pane.page.isVisible()
    assert window.pane.page.shown is not None
    return window.pane.page.shown


def click(window: MainWindow, key: str) -> None:
    """Click a button of the page."""
    button = window.pane.page.button(key)
    assert button is not None
    button.click()


def click_banner(window: MainWindow, key: str) -> None:
    button = window.pane.banner.button(key)
    assert button is not None
    button.click()


def entries(menu: object) -> dict[str, QAction]:
    """The entries of a menu by their words."""
    assert isinstance(menu, QMenu)
    return {action.text().partition("\t")[0]: action for action in menu.actions()}


def pick(stage: Stage, *picked: str) -> None:
    stage.window.view.clearSelection()
    for name in picked:
        stage.window.view.selectRow(stage.window.models.find((data.SERVER, name)).row())
        if len(picked) > 1:
            break
    flags = stage.window.view.selectionModel().SelectionFlag
    for name in picked[1:]:
        index = stage.window.models.find((data.SERVER, name))
        stage.window.view.selectionModel().select(index, flags.Select | flags.Rows)
    stage.window.refresh_now()
