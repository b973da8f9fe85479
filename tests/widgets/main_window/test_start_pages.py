"""The window while a server is brought back, and when it was not."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.starts import FAILED, STARTING
from tests.widgets.windows import (
    Stage,
    banner,
    click,
    click_banner,
    fill,
    page_of,
    shown,
)
from tray_app.core.payloads import LocalOllama, ServerStart, StartKind, StartPhase
from tray_app.core.records import Server, ServerState
from tray_app.views.components.spinner import Spinner
from tray_app.views.main_window import start_pages
from tray_app.views.main_window.screens import Screen
from tray_app.views.theme import Tone

P, S = StartPhase, ServerState
WAKING = replace(STARTING, kind=StartKind.WAKE, patience_s=180.0)
START, STOP, WAKE, COPY, WAIT_LONGER = (
    f"{key}{data.SERVER}"
    for key in (
        *(start_pages.START, start_pages.STOP, start_pages.WAKE),
        *(start_pages.COPY, start_pages.WAIT_LONGER),
    )
)


def go_away(stage: Stage, found: LocalOllama | None = LocalOllama.STARTABLE) -> None:
    """The server was never reached; `found` is what is here."""
    stage.set_status(data.status(S.OFFLINE, reached=False))
    if found is not None:
        stage.state.set_local_ollama(found)
    stage.window.refresh_now()


def set_start(stage: Stage, start: ServerStart) -> None:
    stage.state.set_start(start)
    stage.window.refresh_now()
    stage.window._show_ages()


def keys(stage: Stage) -> list[str]:
    return [button.key for button in page_of(stage.window).buttons]


@pytest.mark.parametrize(
    ("found", "buttons", "words"),
    [
        (None, ["retry", "doctor"], "Ollama may not be running."),
        (LocalOllama.STARTABLE, [START, "retry", "doctor"], "installed but isn’t running."),
        (LocalOllama.BY_HAND, [START, "retry", "doctor"], "installed but isn’t running."),
        (LocalOllama.HIDDEN, [START, "retry", "doctor"], "Ollama may not be running."),
        (LocalOllama.ABSENT, ["get_ollama", "retry", "doctor"], "seem to be installed."),
    ],
)
def test_what_is_offered_depends_on_what_is_here(
    empty_stage: Stage, found: LocalOllama | None, buttons: list[str], words: str
) -> None:
    go_away(empty_stage, found)
    assert keys(empty_stage) == buttons
    assert page_of(empty_stage.window).body.endswith(words)


def test_start_is_asked_for_with_one_click(empty_stage: Stage) -> None:
    go_away(empty_stage)
    click(empty_stage.window, START)
    assert empty_stage.told.take("start_requested") == [data.SERVER]


def test_it_is_not_offered_for_a_server_elsewhere(empty_stage: Stage) -> None:
    empty_stage.state.set_server(Server(data.SERVER, "nas", "192.168.1.30:11434"))
    go_away(empty_stage)
    assert keys(empty_stage) == ["retry", "doctor", "change_server"]


def test_starting(empty_stage: Stage, qtbot: QtBot) -> None:
    window, told = empty_stage.window, empty_stage.told
    go_away(empty_stage)
    set_start(empty_stage, STARTING)
    page = page_of(window)
    assert page.title == "Starting Ollama…"
    assert window.pane.page.findChild(Spinner) is not None
    assert window.pane.page._countdown.text() == "12\u00a0s, usually less than 30\u00a0s"
    assert window.status_bar.line.startswith("Starting since")
    assert window.top_bar._status.text() == "Starting…"
    assert "Starting" in window.top_bar.server_button.accessibleName()
    assert window.focusWidget() is window.pane.page.button(STOP)
    description = window.pane.page._body.accessibleDescription()
    assert description.startswith("Starting Ollama… Asked your system")
    click(window, STOP)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    assert told.take("start_stop_requested") == [data.SERVER] * 2
    # While it accepts and does not answer, the page stays.
    empty_stage.set_status(data.status(S.STARTING, reached=False))
    window.refresh_now()
    assert page_of(window).title == "Starting Ollama…"
    fill(empty_stage)
    empty_stage.state.end_start(data.SERVER)
    window.refresh_now()
    assert shown(window) is Screen.TABLE


def test_esc_means_nothing_on_other_pages(empty_stage: Stage, qtbot: QtBot) -> None:
    go_away(empty_stage)
    qtbot.keyClick(empty_stage.window.focusWidget(), Qt.Key.Key_Escape)
    assert empty_stage.told.take("start_stop_requested") == []


def test_the_page_of_before_comes_back_when_nobody_waits(empty_stage: Stage) -> None:
    go_away(empty_stage)
    set_start(empty_stage, STARTING)
    empty_stage.state.end_start(data.SERVER)
    empty_stage.window.refresh_now()
    assert page_of(empty_stage.window).title == "Can’t reach Ollama"
    assert empty_stage.window.status_bar.line.startswith("Offline since")


@pytest.mark.parametrize(
    ("start", "buttons", "tone"),
    [
        (FAILED, [START, "doctor"], Tone.DANGER),
        (replace(FAILED, phase=P.NO_ANSWER), [WAIT_LONGER, "doctor"], Tone.WARN),
        (replace(FAILED, phase=P.NOT_ALLOWED), [START, "doctor"], Tone.WARN),
        (replace(FAILED, phase=P.NO_SERVICE), [COPY, "doctor"], Tone.INFO),
        (replace(FAILED, phase=P.PORT_TAKEN), ["doctor", START], Tone.DANGER),
    ],
)
def test_in_vain(empty_stage: Stage, start: ServerStart, buttons: list[str], tone: Tone) -> None:
    window, told = empty_stage.window, empty_stage.told
    go_away(empty_stage)
    set_start(empty_stage, start)
    page = page_of(window)
    assert keys(empty_stage) == buttons
    assert page.state is tone
    assert page.is_details_open
    assert page.details.endswith("journalctl -u ollama -n 50")
    assert window.pane.page._countdown.isHidden()
    assert window.focusWidget() is window.pane.page.button(buttons[0])
    click(window, "doctor")
    assert told.take("doctor_dialog_requested") == [data.SERVER]
    for key in {START, WAIT_LONGER} & set(buttons):
        click(window, key)
        assert told.take("start_requested") == [data.SERVER]


def test_a_command_is_copied(empty_stage: Stage) -> None:
    go_away(empty_stage, LocalOllama.HIDDEN)
    set_start(empty_stage, replace(FAILED, phase=P.NO_SERVICE, sandbox="Flatpak", details=""))
    click(empty_stage.window, COPY)
    assert QGuiApplication.clipboard().text() == "systemctl start ollama"


def test_over_a_list_of_before_a_banner_says_the_same(stage: Stage) -> None:
    window, told = stage.window, stage.told
    stage.set_status(data.status(S.OFFLINE))
    window.refresh_now()
    assert window.pane.banner.button(START) is None, "not known yet"
    stage.state.set_local_ollama(LocalOllama.STARTABLE)
    window.refresh_now()
    click_banner(window, START)
    assert told.take("start_requested") == [data.SERVER]
    set_start(stage, STARTING)
    assert banner(window).startswith("Starting Ollama… Asked your system")
    assert window.pane.banner.shown is not None
    assert window.pane.banner.shown.is_busy
    assert "11 models" in window.status_bar.line
    click_banner(window, STOP)
    assert told.take("start_stop_requested") == [data.SERVER]
    set_start(stage, FAILED)
    assert banner(window).startswith("Ollama didn’t start. The service")
    click_banner(window, START)
    click_banner(window, "doctor")
    assert told.take("start_requested") == [data.SERVER]
    assert told.take("doctor_dialog_requested") == [data.SERVER]


@pytest.mark.parametrize("found", [LocalOllama.BY_HAND, LocalOllama.HIDDEN, LocalOllama.ABSENT])
def test_the_banner_offers_only_what_can_be_done(stage: Stage, found: LocalOllama) -> None:
    stage.set_status(data.status(S.OFFLINE))
    stage.state.set_local_ollama(found)
    stage.window.refresh_now()
    assert stage.window.pane.banner.button(START) is None


def test_waking(empty_stage: Stage) -> None:
    window, told, state = empty_stage.window, empty_stage.told, empty_stage.state
    state.set_server(Server(data.SERVER, "nas", "192.168.1.30:11434", can_wake=True))
    go_away(empty_stage, None)
    assert page_of(window).buttons[0].text == "Wake “nas”"
    click(window, WAKE)
    assert told.take("wake_requested") == [data.SERVER]
    set_start(empty_stage, WAKING)
    assert banner(window) == "Waking “nas”… That can take up to three minutes."
    assert WAKE not in keys(empty_stage), "it is under way"
    click_banner(window, STOP)
    assert told.take("start_stop_requested") == [data.SERVER]
    set_start(empty_stage, replace(WAKING, phase=P.NO_ANSWER))
    assert banner(window).startswith("“nas” didn’t wake up")
    click_banner(window, WAKE)
    click_banner(window, f"{start_pages.EDIT}{data.SERVER}")
    assert told.take("wake_requested") == [data.SERVER]
    assert told.take("server_form_requested") == [data.SERVER]


def test_a_sleeping_server_with_a_list_is_woken_from_the_banner(stage: Stage) -> None:
    server = Server(data.SERVER, "nas", "127.0.0.1:11434", can_wake=True)
    stage.state.set_server(server)
    stage.set_status(data.status(S.OFFLINE))
    stage.window.refresh_now()
    click_banner(stage.window, WAKE)
    assert stage.told.take("wake_requested") == [data.SERVER]
