from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tests.support import facts
from tests.widgets.helpers import emitted
from tray_app.commands import Commands
from tray_app.core.records import Server, ServerState, ServerStatus
from tray_app.state.app_state import AppState
from tray_app.views.doctor.newer import NewerOllamaEntry, newer_ollama


def online(state: AppState, server_id: str, version: str) -> None:
    status = ServerStatus(server_id, ServerState.ONLINE, datetime.now(UTC), version)
    facts.set_status(state, status)


def test_which_servers_could_have_a_newer_one(qtbot: QtBot) -> None:
    state = AppState(Server("a"))
    state.set_servers((Server("a"), Server("b")), "a", "")
    assert newer_ollama(state) == ""
    online(state, "a", "0.34.0")
    state.set_newest_ollama("0.34.0")
    assert newer_ollama(state) == "", "that one is there already"
    online(state, "b", "0.33.1")
    assert newer_ollama(state) == "0.34.0"
    assert newer_ollama(state, "b") == "0.34.0"
    assert newer_ollama(state, "a") == ""


def test_the_entry_stands_second_while_there_is_one(qtbot: QtBot) -> None:
    state, commands, menu = AppState(Server("a")), Commands(), QMenu()
    qtbot.addWidget(menu)

    def fill() -> None:
        menu.clear()
        for word in ("Refresh", "Quit"):
            menu.addAction(word)

    menu.aboutToShow.connect(fill)
    NewerOllamaEntry(menu, state, commands)
    online(state, "a", "0.33.1")
    menu.aboutToShow.emit()
    assert [each.text() for each in menu.actions()] == ["Refresh", "Quit"]
    state.set_newest_ollama("0.34.0")
    menu.aboutToShow.emit()
    menu.aboutToShow.emit()
    said = ["Refresh", "Ollama 0.34.0 is out…", "Quit"]
    assert [each.text() for each in menu.actions()] == said
    with emitted(commands.newer_ollama_dialog_requested) as asked:
        menu.actions()[1].trigger()
    assert len(asked) == 1
