"""The menu of the server switcher."""

from dataclasses import replace

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.shots import data, servers
from tests.shots.servers import HERE, NAS, STUDIO
from tests.support import facts
from tests.widgets.windows import Stage
from tray_app.core.payloads import ServerStart, StartKind, StartPhase
from tray_app.core.records import ServerState


def lines(stage: Stage) -> list[str]:
    """The entries as shown, without lines between them at an end or doubled."""
    menu = stage.window.server_menu
    menu.fill()
    return [action.text() or "—" for action in menu.actions()]


def bold(stage: Stage) -> list[str]:
    actions = stage.window.server_menu.actions()
    return [action.text().partition("\t")[0] for action in actions if action.font().bold()]


def trigger(stage: Stage, start: str) -> None:
    menu = stage.window.server_menu
    next(action for action in menu.actions() if action.text().startswith(start)).trigger()


def test_every_server_stands_there_with_how_it_is(several: Stage) -> None:
    assert lines(several) == [
        "All servers\t2 of 3 online", "—",
        "This computer\t0.33.1", "studio\t0.32.4", "nas\toffline since 14:02", "—",
        "Wake “nas”", "Retry now", "—",
        "Run doctor…", "Add server…", "Manage servers…",
    ]  # fmt: skip
    assert bold(several) == ["All servers"]
    for start in ("studio", "All", "Wake", "Retry", "Add", "Run", "Manage"):
        trigger(several, start)
    told = several.told
    assert told.take("server_show_requested") == [STUDIO, ""]
    assert told.take("wake_requested") == [NAS]
    assert told.take("refresh_requested") == [None]
    assert told.take("server_form_requested") == [""]
    assert told.take("doctor_dialog_requested") == [""]
    assert told.take("settings_dialog_requested") == ["servers"]


def test_what_is_shown_is_bold_and_looked_at_first_by_the_doctor(several: Stage) -> None:
    several.state.set_servers(servers.SERVERS, HERE, STUDIO)
    lines(several)
    assert bold(several) == ["studio"]
    trigger(several, "Run")
    assert several.told.take("doctor_dialog_requested") == [STUDIO]


def test_who_is_on_the_way_back_is_not_woken_again(several: Stage) -> None:
    start = ServerStart(NAS, StartKind.WAKE, StartPhase.WAITING, data.NOW_S, 180.0)
    several.state.set_start(start)
    found = lines(several)
    assert "nas\twaking…" in found
    assert "Wake “nas”" not in found
    several.state.set_start(replace(start, phase=StartPhase.NO_ANSWER))
    assert "Wake “nas”" in lines(several)


def test_where_all_are_online_there_is_nothing_to_retry(several: Stage) -> None:
    facts.set_status(several.state, servers.status(NAS))
    found = lines(several)
    assert found[0] == "All servers\t3 of 3 online"
    assert not {"Retry now", "Wake “nas”"} & set(found)


def test_one_server_stands_alone(stage: Stage) -> None:
    assert lines(stage) == [
        "This computer\t0.33.1", "—", "—", "Run doctor…", "Add server…", "Manage servers…",
    ]  # fmt: skip
    trigger(stage, "This computer")
    assert stage.told.take("refresh_requested") == [None]
    stage.set_status(data.status(ServerState.OFFLINE))
    assert "Retry now" in lines(stage)


def test_names_are_shown_as_they_are(several: Stage) -> None:
    odd = replace(servers.SERVERS[1], label="R&D")
    several.state.set_servers((servers.SERVERS[0], odd), HERE, "")
    assert "R&&D\t0.32.4" in lines(several)


def test_ctrl_k_opens_it_at_what_is_shown_and_letters_jump(several: Stage, qtbot: QtBot) -> None:
    several.state.set_servers(servers.SERVERS, HERE, STUDIO)
    menu = several.window.server_menu

    def active() -> str:
        action = menu.activeAction()
        return action.text().partition("\t")[0] if action is not None else ""

    # What the key triggers waits for the menu's end.
    menu.popup(several.window.mapToGlobal(several.window.rect().topLeft()))
    qtbot.waitUntil(menu.isVisible)
    assert active() == "studio"
    for key, expected in (
        (Qt.Key.Key_N, "nas"), (Qt.Key.Key_R, "Retry now"), (Qt.Key.Key_R, "Run doctor…"),
        (Qt.Key.Key_R, "Retry now"), (Qt.Key.Key_X, "Retry now"), (Qt.Key.Key_T, "This computer"),
    ):  # fmt: skip
        qtbot.keyClick(menu, key)
        assert active() == expected
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert several.told.take("server_show_requested") == [HERE]
    assert not menu.isVisible()


def test_an_open_menu_says_what_is_so_now(several: Stage) -> None:
    menu = several.window.server_menu
    menu.popup(several.window.pos())
    before = menu.actions()
    studio = next(action for action in before if action.text().startswith("studio"))
    menu.setActiveAction(studio)
    facts.set_status(several.state, servers.status(STUDIO))  # nothing new
    assert menu.actions() == before
    facts.set_status(several.state, servers.status(NAS))
    assert [action.text() for action in menu.actions()][:1] == ["All servers\t3 of 3 online"]
    active = menu.activeAction()
    assert active is not None
    assert active.text() == "studio\t0.32.4"
    assert bold(several) == ["All servers"]
    menu.close()
