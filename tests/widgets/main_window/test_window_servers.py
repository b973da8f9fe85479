"""The main window with several servers: their rows, their states, one or all of them shown."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from tests.shots import data, servers
from tests.shots.servers import HERE, NAS, STUDIO
from tests.support import facts
from tests.widgets.windows import Stage, banner, click_banner, entries, keys, page_of, shown
from tray_app.core.payloads import BusyModel, ModelRef, Verb
from tray_app.core.records import ServerState
from tray_app.core.sign_in import SecretState
from tray_app.itemmodels import columns, roles
from tray_app.itemmodels.comparison import Comparison, ComparisonKind
from tray_app.itemmodels.rows import Badge
from tray_app.views.main_window.actions import Command
from tray_app.views.main_window.screens import Screen


def said(text: str) -> str:
    return text.replace("\u00a0", " ")


def show(stage: Stage, server_id: str) -> None:
    """Show one of the servers, or all ("")."""
    stage.state.set_servers(servers.SERVERS, HERE, server_id)
    stage.window.refresh_now()


def set_state(stage: Stage, server_id: str, state: ServerState) -> None:
    facts.set_status(stage.state, servers.status(server_id, state))
    stage.window.refresh_now()


def test_all_servers_are_one_table_with_a_column_for_them(several: Stage) -> None:
    window = several.window
    assert len(keys(window)) == 14
    assert keys(window)[-2:] == [f"{HERE}/qwen3:8b", f"{STUDIO}/qwen3:8b"]
    assert window.view.columns.shown[:2] == ("name", "server")
    assert window.view.columns.layout.keys == ("name", *columns.DEFAULT_KEYS[1:]), "not chosen"
    assert said(window.top_bar._status.text()) == "2 of 3 online"
    assert window.top_bar.server_button.accessibleName() == "Servers: 2 of 3 online"
    assert window.filter_bar.chip("all").accessibleName() == "All, 14 models, filter"
    assert window.models.counts.loaded == 2


def test_a_server_alone_is_shown_as_ever(several: Stage) -> None:
    show(several, STUDIO)
    window = several.window
    assert {key.partition("/")[0] for key in keys(window)} == {STUDIO}
    assert "server" not in window.view.columns.shown
    assert banner(window) == ""
    assert window.top_bar.server_button.accessibleName() == (
        "Server: studio, online, version 0.32.4"
    )
    assert said(window.status_bar.line).startswith("4 models · ")
    show(several, NAS)
    assert "This is the list from" in banner(window)
    click_banner(window, f"wake:{NAS}")
    assert several.told.take("wake_requested") == [NAS]
    show(several, "")
    assert len(keys(window)) == 14


def test_a_server_that_is_switched_off_takes_its_rows_along(several: Stage) -> None:
    several.state.set_servers(servers.SERVERS[:2], HERE, "")
    several.window.refresh_now()
    assert len(keys(several.window)) == 11
    assert banner(several.window) == ""
    several.state.set_servers(servers.SERVERS[:1], HERE, "")
    several.window.refresh_now()
    assert len(keys(several.window)) == 7
    assert "server" not in several.window.view.columns.shown


def test_one_that_is_not_part_of_all_is_left_out(several: Stage) -> None:
    apart = (replace(servers.SERVERS[0], is_in_all=False), *servers.SERVERS[1:])
    several.state.set_servers(apart, HERE, "")
    several.window.refresh_now()
    assert {key.partition("/")[0] for key in keys(several.window)} == {STUDIO, NAS}
    assert said(several.window.top_bar._status.text()) == "1 of 2 online"
    alone = (*apart[:2], replace(apart[2], is_in_all=False))
    several.state.set_servers(alone, HERE, "")
    several.window.refresh_now()
    assert {key.partition("/")[0] for key in keys(several.window)} == {STUDIO}
    assert several.window.top_bar.server_button.accessibleName().startswith("Server: studio")


def test_rows_of_a_server_that_is_off_are_grey_and_nothing_of_it_is_loaded(
    several: Stage,
) -> None:
    models = several.window.models
    loaded = replace(servers.snapshot(NAS), running=(replace(data.RUNNING[1], server_id=NAS),))
    facts.set_status(several.state, servers.status(NAS))
    facts.set_snapshot(several.state, loaded)
    llama = models.row_at(models.find((NAS, "llama3.2:latest")).row())
    assert (llama.is_stale, Badge.LOADED in llama.badges) == (False, True)
    set_state(several, NAS, ServerState.OFFLINE)
    assert (llama.is_stale, llama.badges) == (True, ())
    assert {row.record.server_id for row in models.rows if row.is_stale} == {NAS}
    spoken = models.find((NAS, "llama3.2:latest")).siblingAtColumn(columns.SERVER)
    assert spoken.data(roles.ACCESSIBLE_TEXT) == "nas, offline"
    set_state(several, NAS, ServerState.ONLINE)
    assert (llama.is_stale, llama.badges) == (False, (Badge.LOADED,)), "as it told last"


def test_what_is_done_to_a_model_is_seen_once_its_server_is_shown(several: Stage) -> None:
    show(several, HERE)
    several.state.set_busy(BusyModel(ModelRef(STUDIO, "phi4:14b"), Verb.LOAD))
    show(several, "")
    models = several.window.models
    busy = models.row_at(models.find((STUDIO, "phi4:14b")).row()).busy
    assert busy is not None
    assert busy.verb is Verb.LOAD


@pytest.mark.parametrize("state", [ServerState.OFFLINE, ServerState.REFUSED])
def test_the_worst_state_stands_for_all(several: Stage, state: ServerState) -> None:
    def seen() -> ServerState:
        return several.window.top_bar.server_button._state

    assert seen() is ServerState.FAILING
    set_state(several, NAS, ServerState.ONLINE)
    assert seen() is ServerState.ONLINE
    set_state(several, STUDIO, state)
    assert seen() is ServerState.FAILING
    set_state(several, STUDIO, ServerState.CONNECTING)
    assert seen() is ServerState.CONNECTING


def test_the_status_bar_sums_server_by_server(several: Stage) -> None:
    window = several.window
    line, tip = said(window.status_bar.line), said(window.status_bar._line.toolTip())
    assert line == "14 models on 3 servers · 77 GB on disk · 2 loaded, 9.2 GB in graphics memory"
    assert tip.splitlines() == [
        "This computer: 7 models, 28 GB",
        "studio: 4 models, 26 GB",
        "nas: 3 models, 22 GB, last reached 14:02",
    ]
    assert said(window.status_bar.age) == "Refreshed 2 s ago", "of those that are online"


def test_the_selection_of_several_servers_is_told_with_what_is_out_of_reach(
    several: Stage,
) -> None:
    servers.select(several.window, *servers.MIXED)
    several.window.refresh_now()
    line = said(several.window.status_bar.line)
    assert line == ("4 of 14 selected on 3 servers, 1 out of reach · 20 GB, deleting 3 frees 18 GB")
    several.state.set_layer_index(servers.layer_index(without=STUDIO))
    several.window.refresh_now()
    assert "deleting 3 frees up to 18 GB" in said(several.window.status_bar.line)
    servers.select(several.window, *servers.MIXED[1:3])
    several.window.refresh_now()
    assert said(several.window.status_bar.line) == (
        "2 of 14 selected · 13 GB, deleting them frees 13 GB"
    )


def test_the_search_finds_a_server(several: Stage) -> None:
    several.window.top_bar.search.setText("studio qwen")
    several.window.refresh_now()
    assert keys(several.window) == [
        f"{STUDIO}/hf.co/bartowski/Qwen2.5-Coder-14B-Instruct-GGUF:Q4_K_M",
        f"{STUDIO}/qwen3:8b",
    ]


# What can be done.


def test_what_is_done_with_several_leaves_out_what_is_out_of_reach(several: Stage) -> None:
    actions, told = several.window.actions_, several.told
    servers.select(several.window, (NAS, "llama3.2:latest"), (STUDIO, "phi4:14b"))
    actions[Command.LOAD].trigger()
    assert [each.ref.key for each in told.take("load_requested")] == [(STUDIO, "phi4:14b")]
    actions[Command.DELETE].trigger()
    (refs,) = told.take("delete_dialog_requested")
    assert {ref.server_id for ref in refs.refs} == {NAS, STUDIO}, "asked about, and left out there"


def test_alone_it_cannot_be_changed_and_says_why(several: Stage) -> None:
    actions = several.window.actions_
    servers.select(several.window, (NAS, "llama3.2:latest"))
    several.window.refresh_now()
    reasons = {
        command: actions[command].reason
        for command in (
            *(Command.DETAILS, Command.LOAD, Command.DUPLICATE),
            *(Command.DELETE, Command.KEEP_LOADED),
        )
    }
    assert reasons.pop(Command.DETAILS) == ""
    assert set(reasons.values()) == {"Can’t reach “nas”"}


def test_unload_all_is_for_all_that_are_shown(several: Stage) -> None:
    runs = (replace(data.RUNNING[0], server_id=STUDIO),)
    facts.set_snapshot(several.state, replace(servers.snapshot(STUDIO), running=runs))
    several.window.refresh_now()
    several.window.actions_[Command.UNLOAD_ALL].trigger()
    unloaded = {ref.key for ref in several.told.take("unload_requested")}
    assert unloaded == {(HERE, "qwen3:8b"), (HERE, "llama3.2:latest"), (STUDIO, "qwen3:8b")}


def test_another_server_is_asked_to_pull_it(several: Stage) -> None:
    servers.select(several.window, (STUDIO, "phi4:14b"))
    several.window.refresh_now()
    menu = several.window.row_menu()
    entries(menu)["Pull on another server…"].trigger()
    (ref,) = several.told.take("pull_elsewhere_dialog_requested")
    assert ref.key == (STUDIO, "phi4:14b"), "where it need not be pulled"


def test_with_one_server_there_is_no_other_one(stage: Stage) -> None:
    stage.window.view.selectRow(0)
    stage.window.refresh_now()
    assert "Pull on another server…" not in entries(stage.window.row_menu())
    stage.window.fill_more_menu()
    assert "Compare servers" not in entries(stage.window.more_menu)


# Comparing.


def compare(stage: Stage) -> dict[str, QAction]:
    stage.window.fill_more_menu()
    menu = entries(stage.window.more_menu)["Compare servers"].menu()
    return entries(menu)


def test_comparing_servers_has_a_chip_that_ends_it(several: Stage, qtbot: QtBot) -> None:
    window, chip = several.window, several.window.filter_bar.comparison_chip
    offered = compare(several)
    assert list(offered) == [
        "All models", "Only on one server", "Different versions", "",
        "Missing on “This computer”", "Missing on “studio”", "Missing on “nas”",
    ]  # fmt: skip
    assert not chip.isVisible()
    offered["Missing on “This computer”"].trigger()
    window.refresh_now()
    assert (chip.isVisible(), chip.isChecked()) == (True, True)
    assert chip.text() == "Missing on “This computer”"
    assert chip._count == str(window.models.rowCount())
    assert window.models.rowCount() == 5
    assert f"{STUDIO}/qwen3:8b" not in keys(window)
    assert compare(several)["Missing on “This computer”"].isChecked()
    chip.click()
    window.refresh_now()
    assert (len(keys(window)), chip.isVisible()) == (14, False)
    window.choose_comparison(Comparison(ComparisonKind.ONE_SERVER))
    qtbot.keyClick(window.view, Qt.Key.Key_Escape)
    window.refresh_now()
    assert (len(keys(window)), chip.isVisible()) == (14, False)


def test_a_comparison_ends_with_what_it_is_about(several: Stage) -> None:
    window = several.window
    window.choose_comparison(Comparison(ComparisonKind.MISSING, NAS))
    several.state.set_servers(servers.SERVERS[:2], HERE, "")
    window.refresh_now()
    assert window.models.comparison is None
    window.choose_comparison(Comparison(ComparisonKind.VERSIONS))
    window.refresh_now()
    assert shown(window) is Screen.NO_MATCH
    assert page_of(window).title == "Every model is in the same version everywhere"
    show(several, HERE)
    assert (window.models.comparison, len(keys(window))) == (None, 7)


def test_of_a_server_that_never_answered_nobody_knows_what_is_missing(several: Stage) -> None:
    lab = replace(servers.SERVERS[2], id="lab", label="lab")
    several.state.set_servers((*servers.SERVERS[:2], lab), HERE, "")
    several.window.refresh_now()
    missing = compare(several)["Missing on “lab”"]
    assert not missing.isEnabled()
    assert "hasn’t answered yet" in missing.toolTip()


def test_what_is_asked_for_is_found_whatever_is_compared(several: Stage) -> None:
    window = several.window
    window.choose_comparison(Comparison(ComparisonKind.MISSING, STUDIO))
    assert window.select(ModelRef(STUDIO, "phi4:14b"))
    assert window.models.comparison is None


@pytest.mark.parametrize("width", [720, 960])
def test_the_chip_of_a_comparison_fits(several: Stage, qtbot: QtBot, width: int) -> None:
    window = several.window
    long = replace(servers.SERVERS[1], label="the workstation below the stairs")
    several.state.set_servers((servers.SERVERS[0], long, servers.SERVERS[2]), HERE, "")
    window.choose_comparison(Comparison(ComparisonKind.MISSING, STUDIO))
    window.resize(width, 440)
    window.refresh_now()
    bar = window.filter_bar
    qtbot.waitUntil(lambda: bar.width() == width)
    parts = [part for part in bar.stops if part.isVisible()]
    assert bar.comparison_chip in parts
    qtbot.waitUntil(lambda: parts[-1].geometry().right() <= width)
    rights = [part.geometry().right() for part in parts]
    assert rights == sorted(rights)


# Coming and going.


def test_servers_that_come_and_go_are_announced_not_at_start(several: Stage) -> None:
    announcer = several.window.announcer
    assert announcer.last_words == ""
    set_state(several, NAS, ServerState.ONLINE)
    assert announcer.last_words == "“nas” answers again"
    set_state(several, STUDIO, ServerState.OFFLINE)
    assert announcer.last_words == "“studio” is offline"


def test_a_locked_keyring_is_one_banner(several: Stage) -> None:
    locked = replace(
        servers.status(STUDIO, ServerState.WAITING), error=None, secret=SecretState.LOCKED
    )
    facts.set_status(several.state, locked)
    facts.set_status(several.state, replace(locked, server_id=NAS))
    several.window.refresh_now()
    assert banner(several.window) == "The keyring is locked. 2 servers wait for it."
    click_banner(several.window, "unlock")
    assert several.told.take("keyring_unlock_requested") == [None]


def test_one_server_that_waits_for_the_keyring_has_a_page(empty_stage: Stage) -> None:
    office = replace(servers.SERVERS[1], id=HERE, label="office")
    empty_stage.state.set_servers((office,), HERE, "")
    status = replace(
        servers.status(HERE, ServerState.WAITING),
        error=None,
        last_answer_at=None,
        secret=SecretState.LOCKED,
    )
    facts.set_status(empty_stage.state, status)
    empty_stage.window.refresh_now()
    page = page_of(empty_stage.window)
    assert (page.glyph, page.title) == ("key", "The keyring is locked")
    assert page.body == "“office” needs its token from your system’s keyring."
    assert [button.text for button in page.buttons] == ["Unlock", "Edit server…"]
    for key in ("unlock", f"edit:{HERE}"):
        button = empty_stage.window.pane.page.button(key)
        assert button is not None
        button.click()
    assert empty_stage.told.take("keyring_unlock_requested") == [None]
    assert empty_stage.told.take("server_form_requested") == [HERE]


def test_none_answers(empty_stage: Stage) -> None:
    state, window = empty_stage.state, empty_stage.window
    state.set_servers(servers.SERVERS, HERE, "")
    window.refresh_now()
    assert shown(window) is Screen.SKELETON
    for server in servers.SERVERS:
        away = replace(servers.status(server.id, ServerState.OFFLINE), last_answer_at=None)
        facts.set_status(state, away)
    window.refresh_now()
    assert shown(window) is Screen.AWAY
    page = page_of(window)
    assert page.title == "None of your servers answers"
    assert page.body.splitlines()[2] == "nas: offline since 14:02"
    assert [button.key for button in page.buttons] == ["retry", "doctor", "show_servers"]
