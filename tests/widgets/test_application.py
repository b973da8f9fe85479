"""The whole program in this process: who is told of a download reads the same everywhere.

Here an exception in any listener fails the test by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, small
from tests.widgets.programs import end_program
from tray_app.app import windows
from tray_app.app.application import Application
from tray_app.cli import Invocation
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import BadAddress
from tray_app.core.payloads import ModelRef, PullRequest
from tray_app.core.pulls.states import Hold, PullItem, PullState
from tray_app.core.records import ModelRecord, Snapshot
from tray_app.desktop.instance.single_instance import SingleInstance
from tray_app.desktop.tray.tray import Tray
from tray_app.paths import paths
from tray_app.settings import ServerEntry
from tray_app.text import server_state
from tray_app.views.details.dialog import DetailsDialog
from tray_app.views.dialog_kinds import AHEAD
from tray_app.views.pull.dialog import PullDialog
from tray_app.views.questions.rename import RenameDialog
from tray_app.workers.last_lists import ListFiles

MB = 1_000_000
NAMES = ("one", "two", "three", "four")
S = PullState


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    library = small.library("here", published=NAMES)
    with FaultyServer(library=library, speed_bytes_s=500 * MB, tick_s=0.01) as fake:
        yield fake


@pytest.fixture
def application(
    qapp: QApplication,
    qtbot: QtBot,
    server: FaultyServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Application]:
    """Connected and with its window, its server not yet polled."""
    monkeypatch.setenv("OLLAMA_HOST", server.url)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    instance = SingleInstance(tmp_path)
    assert instance.claim()
    made = Application(qapp, Tray(qapp), Invocation(data_dir=tmp_path), paths(tmp_path), instance)
    made.connect_parts()  # and not started: its crash reporter would keep faults from the test
    made.window.show()
    yield made
    end_program(made, instance)


def test_a_stored_address_that_is_none_asks_nobody_and_says_why(
    application: Application, server: FaultyServer, qtbot: QtBot
) -> None:
    """Somebody edits the file: the server of the address before is not asked on."""
    application.pollers.start("local", Endpoint.parse(server.url))
    qtbot.waitUntil(lambda: application.state.status("local") is not None, timeout=5000)
    application.settings.set("servers", (ServerEntry("local", "nas", "127.0.0.1:99999"),))
    status = application.state.status("local")
    assert status is not None
    assert isinstance(status.error, BadAddress)
    assert server_state(status) == "Not an address"
    asked = len(server.requests)
    application.pollers.refresh_all()
    assert len(server.requests) == asked
    application.settings.set("servers", (ServerEntry("local", "nas", server.url),))
    qtbot.waitUntil(lambda: server_state(application.state.status("local")).startswith("Online"))


@pytest.fixture
def studio() -> Iterator[FaultyServer]:
    library = small.library(published=NAMES)
    with FaultyServer(library=library, speed_bytes_s=500 * MB, tick_s=0.01) as fake:
        yield fake


def test_pulled_on_two_servers_one_of_which_is_switched_off_meanwhile(
    application: Application, qtbot: QtBot, server: FaultyServer, studio: FaultyServer
) -> None:
    settings, state, queue = application.settings, application.state, application.queue
    here = ServerEntry("local", "", server.url)
    there = ServerEntry("studio", "studio", studio.url)
    settings.update({"servers": (here, there), "max_pulls": 2, "keep_free_gb": 0})
    qtbot.waitUntil(lambda: state.is_online("local") and state.is_online("studio"), timeout=5000)
    studio.state.set_speed(2 * MB)
    application.commands.pull_elsewhere_dialog_requested.emit(ModelRef("local", "one:latest"))
    dialog = next(each for each in QApplication.topLevelWidgets() if isinstance(each, PullDialog))
    lines = dialog.servers.lines
    assert [line.box.isChecked() for line in lines.values()] == [True, True], "neither has it"
    dialog.pull_button.click()

    def stands(server_id: str) -> tuple[PullState, Hold | None]:
        item = next(item for item in queue.items() if item.server_id == server_id)
        return item.state, item.hold

    qtbot.waitUntil(lambda: stands("local")[0] is S.DONE, timeout=10_000)
    qtbot.waitUntil(lambda: stands("studio")[0] is S.RUNNING, timeout=10_000)
    settings.set("servers", (here, replace(there, is_on=False)))
    assert stands("studio") == (S.WAITING, Hold.OFF)
    assert state.server_of("studio").label == "studio"
    settings.set("servers", (here,))
    assert stands("studio") == (S.WAITING, Hold.NO_SERVER)
    studio.state.set_speed(500 * MB)
    settings.set("servers", (here, there))
    qtbot.waitUntil(lambda: stands("studio")[0] is S.DONE, timeout=10_000)
    assert "one:latest" in studio.state.names()


class Witness(QObject):
    """Compares what the state has with what the queue has whenever it is told of a download."""

    def __init__(self, application: Application) -> None:
        super().__init__()
        self.queue, self.state = application.queue, application.state
        self.wrongs: list[str] = []
        self.removed: list[str] = []
        self.state.download_changed.connect(self._on_changed)
        self.state.download_removed.connect(self._on_removed)

    @Slot(object)
    def _on_changed(self, item: PullItem) -> None:
        if not item == self.queue.item(item.id) == self.state.download(item.id):
            self.wrongs.append(f"{item.name} is told as it was before: {item.state}")

    @Slot(str)
    def _on_removed(self, item_id: str) -> None:
        self.removed.append(item_id)
        if self.state.download(item_id) is not None or self.queue.item(item_id) is not None:
            self.wrongs.append("told to be gone, and still there")

    def check(self) -> None:
        assert self.wrongs == []
        assert self.state.downloads == self.queue.items()
        assert self.state.pull_summary == self.queue.summary


def test_rows_of_downloads_come_and_go(
    application: Application, qtbot: QtBot, server: FaultyServer
) -> None:
    witness = Witness(application)
    queue, commands = application.queue, application.commands
    server_id = application.state.server.id

    def states() -> list[PullState]:
        return [item.state for item in queue.items()]

    for name in NAMES:
        commands.pull_requested.emit(PullRequest(server_id, f"{name}:latest"))
    witness.check()
    ids = [item.id for item in queue.items()]
    commands.pull_cancel_requested.emit(ids[3])
    commands.pull_remove_requested.emit(ids[3])
    witness.check()
    assert witness.removed == [ids[3]]
    commands.pulls_pause_all_requested.emit()
    queue.set_server_online(server_id, True)
    commands.pulls_resume_all_requested.emit()
    qtbot.waitUntil(lambda: states() == [S.DONE] * 3, timeout=10_000)
    witness.check()
    commands.pulls_clear_requested.emit()
    witness.check()
    assert queue.items() == ()
    assert sorted(witness.removed) == sorted(ids)


@pytest.fixture
def last_list(server: FaultyServer, tmp_path: Path) -> Snapshot:
    """The program has run before, when its server had a model that it has not now."""
    models = (ModelRecord("local", "one:latest", "f" * 64), ModelRecord("local", "ghost:1b"))
    taken = Snapshot("local", models, (), "0.33.1", datetime(2026, 5, 4, tzinfo=UTC), 1.0)
    ListFiles(paths(tmp_path).lists_folder).write(taken, str(Endpoint.parse(server.url)))
    return taken


def test_the_list_of_the_last_run_is_shown_and_never_taken_for_an_answer(
    last_list: Snapshot, application: Application, server: FaultyServer, qtbot: QtBot
) -> None:
    state, queue = application.state, application.queue
    application.commands.pull_requested.emit(PullRequest("local", "one:latest"))
    qtbot.waitUntil(lambda: state.snapshot("local") is not None, timeout=5000)
    shown = state.snapshot("local")
    assert shown is not None
    assert shown.is_old
    assert shown.models == last_list.models
    qtbot.waitUntil(lambda: not application.runner.active(), timeout=5000)
    held = [(item.state, item.hold) for item in queue.items()]
    assert held == [(S.WAITING, Hold.SERVER)], "nobody has answered"
    assert not state.installed("local").by_key
    assert server.requests == []

    application.pollers.start("local", Endpoint.parse(server.url))
    qtbot.waitUntil(lambda: state.is_online("local"), timeout=5000)
    found = state.snapshot("local")
    assert found is not None
    assert not found.is_old
    assert "ghost:1b" not in [model.name for model in found.models]


def test_the_newest_list_is_on_disk_when_the_program_has_ended(
    application: Application, server: FaultyServer, tmp_path: Path, qtbot: QtBot
) -> None:
    origin = Endpoint.parse(server.url)
    application.pollers.start("local", origin)
    qtbot.waitUntil(lambda: application.state.is_online("local"), timeout=5000)
    application.last_lists.close()
    kept = ListFiles(paths(tmp_path).lists_folder).read("local", str(origin))
    assert kept is not None
    assert [model.name for model in kept.models] == ["here:latest"]


def test_a_model_gets_another_name_and_the_old_one_back(
    application: Application, qtbot: QtBot, server: FaultyServer
) -> None:
    state, commands, settings = application.state, application.commands, application.settings
    settings.set("servers", (ServerEntry("local", "", server.url),))
    application.pollers.start("local", Endpoint.parse(server.url))
    qtbot.waitUntil(lambda: state.record(("local", "here:latest")) is not None, timeout=5000)
    record = state.record(("local", "here:latest"))
    assert record is not None
    ref = ModelRef("local", record.name, record.digest)
    commands.rename_dialog_requested.emit(ref)
    (dialog,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, RenameDialog)]
    dialog.name.field.setText("there")
    qtbot.waitUntil(dialog.rename_button.isEnabled)
    dialog.rename_button.click()
    qtbot.waitUntil(lambda: state.record(("local", "there:latest")) is not None, timeout=5000)
    assert state.record(ref.key) is None
    built = application.window._windows().main
    qtbot.waitUntil(lambda: [r.name for r in built.view.selected_refs()] == ["there:latest"])
    undo = built.pane.banner.button("undo_rename")
    assert undo is not None
    undo.click()
    qtbot.waitUntil(lambda: state.record(ref.key) is not None, timeout=5000)
    assert server.state.names() == ["here:latest"]


def test_picking_a_model_loads_what_its_details_need(
    application: Application,
    qtbot: QtBot,
    server: FaultyServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(windows, "importlib", SimpleNamespace(import_module=loaded.append))
    settings = application.settings
    settings.set("servers", (ServerEntry("local", "", server.url),))
    application.pollers.start("local", Endpoint.parse(server.url))
    application.window.show()
    main = application.window._windows().main
    qtbot.waitUntil(lambda: main.models.rowCount() > 0, timeout=5000)
    assert loaded == [], "who only looks does not pay for it"
    main.view.selectRow(0)
    qtbot.waitUntil(lambda: len(loaded) == len(AHEAD))
    assert loaded == list(AHEAD)
    assert loaded[-1] == DetailsDialog.__module__
