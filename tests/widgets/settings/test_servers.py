"""The list of servers in the settings: states, switching, order, keys, menu."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.scene import Scene
from tests.shots.server_form import ENTRIES, several
from tests.support import facts
from tests.widgets.helpers import button, emitted, plain, shown, texts
from tray_app.core.payloads import ServerStart, StartKind, StartPhase
from tray_app.core.pulls.states import UNFINISHED
from tray_app.core.records import ServerState, ServerStatus
from tray_app.settings import ServerEntry
from tray_app.views.components.inputs import CheckBox
from tray_app.views.components.surfaces import Hairline
from tray_app.views.settings.server_rows import ServerRow
from tray_app.views.settings.servers import ServersPage


@pytest.fixture
def scene() -> Scene:
    return several()


@pytest.fixture
def page(qtbot: QtBot, scene: Scene) -> ServersPage:
    made = ServersPage(scene.settings, scene.state, scene.commands)
    made.resize(600, 600)
    return shown(qtbot, made)


def row(page: ServersPage, server_id: str) -> ServerRow:
    return next(each for each in page.card.server_rows if each.server_id == server_id)


def table(page: ServersPage) -> list[tuple[str, str, bool]]:
    """Name, status and whether it is on, from top to bottom."""
    return [
        (each.name_label.text(), each.status_label.text(), each.box.isChecked())
        for each in page.card.server_rows
    ]


def test_every_server_says_how_it_stands(page: ServersPage) -> None:
    assert table(page) == [
        ("This computer", "Online · 0.33.1", True),
        ("studio", "Online · 0.32.4", True),
        ("gateway", "Wrong password or token", True),
        ("office", "Waiting for the keyring", True),
        ("nas", "Offline since 14:25", True),
        ("lab", "Off", False),
    ]
    first = row(page, "local")
    assert first.default_badge.isVisible()
    assert first.given_badge.isVisible()
    assert not row(page, "studio").default_badge.isVisible()
    assert row(page, "nas").accessibleName() == "nas, offline since 14:25, on"
    assert row(page, "lab").accessibleName() == "lab, off"


def test_states_change_live_and_rows_stay_themselves(page: ServersPage, scene: Scene) -> None:
    before = page.card.server_rows
    start = ServerStart("nas", StartKind.WAKE, StartPhase.WAITING, 0.0, 180.0)
    scene.state.set_start(start)
    assert table(page)[4] == ("nas", "Waking…", True)
    scene.state.end_start("nas")
    facts.set_status(
        scene.state, ServerStatus("nas", ServerState.ONLINE, data.NOW, version="0.30.0")
    )
    assert table(page)[4] == ("nas", "Online · 0.30.0", True)
    assert page.card.server_rows == before


def test_a_newer_ollama_is_named_and_leads_to_the_doctor(page: ServersPage, scene: Scene) -> None:
    studio = row(page, "studio")
    assert not studio.newer_badge.isVisible()
    scene.state.set_newest_ollama("0.33.0")
    assert studio.newer_badge.isVisible()
    assert studio.newer_badge.spec.text == "0.33.0 is out"
    assert not row(page, "local").newer_badge.isVisible(), "it has 0.33.1"
    assert not row(page, "nas").newer_badge.isVisible(), "nobody knows what it has"
    with emitted(scene.commands.doctor_dialog_requested) as asked:
        QtBot.mouseClick(studio.newer_badge, Qt.MouseButton.LeftButton)
    assert asked == ["studio"]
    scene.state.set_newest_ollama("")
    assert not studio.newer_badge.isVisible()


def test_switching_applies_at_once(page: ServersPage, scene: Scene) -> None:
    row(page, "lab").box.click()
    assert scene.settings.server("lab").is_on
    row(page, "lab").box.click()
    assert not scene.settings.server("lab").is_on


def test_the_last_one_that_is_on_cannot_be_switched_off(page: ServersPage, scene: Scene) -> None:
    for entry in ENTRIES[1:5]:
        scene.settings.set_server(replace(entry, is_on=False))
    last = row(page, "local")
    assert not last.box.isEnabled()
    assert last.box.toolTip() == "At least one server must be on"
    last.setFocus()
    press(page, last, Qt.Key.Key_Space)
    assert scene.settings.server("local").is_on
    scene.settings.set_server(replace(ENTRIES[1], is_on=True))
    assert last.box.isEnabled()


def test_one_that_leaves_says_after_what(page: ServersPage, scene: Scene) -> None:
    pulls = [item for item in data.PULLS if item.state in UNFINISHED][:2]
    scene.state.set_downloads(replace(item, server_id="studio") for item in pulls)
    scene.settings.set_server(replace(ENTRIES[1], is_leaving=True))
    assert table(page)[1] == ("studio", "Off after 2 downloads", True)
    facts.remove_download(scene.state, pulls[0].id)
    assert table(page)[1] == ("studio", "Off after 1 download", True)


def press(page: ServersPage, widget: ServerRow, key: Qt.Key, *, is_alt: bool = False) -> None:
    qtbot = QtBot.__new__(QtBot)
    modifier = Qt.KeyboardModifier.AltModifier if is_alt else Qt.KeyboardModifier.NoModifier
    qtbot.keyClick(widget, key, modifier)


def test_the_keyboard_does_it_all(page: ServersPage, scene: Scene) -> None:
    page.focus_first()
    first = row(page, "local")
    assert page.focusWidget() is first
    press(page, first, Qt.Key.Key_Down)
    studio = row(page, "studio")
    assert page.focusWidget() is studio
    with emitted(scene.commands.server_form_requested) as edited:
        press(page, studio, Qt.Key.Key_Return)
    assert edited == ["studio"]
    with emitted(scene.commands.server_remove_dialog_requested) as removed:
        press(page, studio, Qt.Key.Key_Delete)
        press(page, first, Qt.Key.Key_Delete)
    assert removed == ["studio"], "the given one cannot be removed"
    press(page, studio, Qt.Key.Key_Space)
    assert not scene.settings.server("studio").is_on
    press(page, studio, Qt.Key.Key_Up, is_alt=True)
    assert [entry.id for entry in scene.settings.servers()][:2] == ["studio", "local"]
    assert page.focusWidget() is studio, "it takes the focus along"
    assert page.card.server_rows[0] is studio
    press(page, studio, Qt.Key.Key_Down, is_alt=True)
    assert [entry.id for entry in scene.settings.servers()][:2] == ["local", "studio"]


def test_all_rows_are_one_stop(page: ServersPage) -> None:
    page.focus_first()
    press(page, row(page, "local"), Qt.Key.Key_Down)
    press(page, row(page, "studio"), Qt.Key.Key_Tab)
    assert page.focusWidget() is page.add_button
    qtbot = QtBot.__new__(QtBot)
    qtbot.keyClick(page.add_button, Qt.Key.Key_Backtab)
    assert page.focusWidget() is row(page, "studio")


def test_hairlines_follow_the_order(qtbot: QtBot, page: ServersPage, scene: Scene) -> None:
    def lines() -> int:
        return sum(not line.isHidden() for line in page.card.findChildren(Hairline))

    assert lines() == 5
    scene.settings.set("servers", ENTRIES[:3])
    qtbot.waitUntil(lambda: lines() == 2, timeout=5000)
    scene.settings.set("servers", (ENTRIES[0], ENTRIES[2], ENTRIES[1], ENTRIES[5]))
    qtbot.waitUntil(lambda: lines() == 3, timeout=5000)
    assert [each.server_id for each in page.card.server_rows] == [
        "local", "gateway", "studio", "lab"
    ]  # fmt: skip


def entries_of(page: ServersPage, server_id: str) -> dict[str, tuple[bool, str]]:
    menu = row(page, server_id).make_menu()
    found = {
        plain(action.text().partition("\t")[0]): (action.isEnabled(), action.toolTip())
        for action in menu.actions()
        if action.text()
    }
    menu.deleteLater()
    return found


def test_the_menu_says_why_something_cannot_be_done(page: ServersPage) -> None:
    given = entries_of(page, "local")
    assert list(given) == [
        "Make default", "Test", "Wake", "Run doctor…", "Show in “All servers”", "Move up",
        "Move down", "Duplicate…", "Remove…",
    ]  # fmt: skip
    assert given["Remove…"][0] is False
    assert given["Wake"] == (False, "Add its MAC address first")
    assert given["Move up"][0] is False
    assert entries_of(page, "nas")["Wake"][0] is True
    assert entries_of(page, "studio")["Remove…"][0] is True
    assert entries_of(page, "lab")["Make default"] == (False, "“lab” is switched off")


@pytest.mark.parametrize(
    ("words", "signal"),
    [
        ("Test", "server_test_dialog_requested"),
        ("Wake", "wake_requested"),
        ("Run doctor…", "doctor_dialog_requested"),
        ("Duplicate…", "server_duplicate_dialog_requested"),
        ("Remove…", "server_remove_dialog_requested"),
    ],
)
def test_the_menu_asks(page: ServersPage, scene: Scene, words: str, signal: str) -> None:
    menu = row(page, "nas").make_menu()
    action = next(a for a in menu.actions() if plain(a.text()) == words)
    with emitted(getattr(scene.commands, signal)) as asked:
        action.trigger()
    assert asked == ["nas"]
    menu.deleteLater()


def test_the_default_one_and_all_servers_are_chosen_in_the_menu(
    page: ServersPage, scene: Scene
) -> None:
    menu = row(page, "studio").make_menu()
    for action in menu.actions():
        if plain(action.text()) in ("Make default", "Show in “All servers”"):
            action.trigger()
    menu.deleteLater()
    assert scene.settings.server().id == "studio"
    assert not scene.settings.server("studio").is_in_all
    assert row(page, "studio").default_badge.isVisible()


def test_a_long_status_goes_below(qtbot: QtBot, page: ServersPage, scene: Scene) -> None:
    gateway = row(page, "gateway")
    page.resize(600, 600)
    right = gateway.status_label.x()
    scene.settings.set_server(
        ServerEntry("gateway", "a rather long name of a server that somebody has", "https://g")
    )
    page.resize(360, 600)
    qtbot.waitUntil(lambda: gateway.status_label.y() > gateway.address_label.y(), timeout=5000)
    assert gateway.status_label.x() < right


def test_buttons_below(page: ServersPage, scene: Scene) -> None:
    with emitted(scene.commands.server_form_requested) as added:
        button(page, "Add server…").click()
    with emitted(scene.commands.doctor_dialog_requested) as doctors:
        button(page, "Run doctor…").click()
    assert (added, doctors) == ([""], [""])
    assert "http://192.168.1.20:11434" in texts(page)


def test_tab_goes_down_the_page(page: ServersPage, scene: Scene) -> None:
    check = next(box for box in page.findChildren(CheckBox) if box.property("setting"))
    wanted = [page.card.server_rows[0], page.add_button, page.doctor_button, check]

    def stops() -> list[QWidget | None]:
        """What has the focus from the page itself on, Tab by Tab."""
        page.setFocus()
        found: list[QWidget | None] = []
        for _ in wanted:
            QtBot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
            found.append(page.focusWidget())
        return found

    assert stops() == wanted
    scene.settings.set_server(ServerEntry("late", "late", "late"))
    scene.settings.set("servers", scene.settings.servers()[1:])
    wanted[0] = page.card.server_rows[0]
    assert stops() == wanted
