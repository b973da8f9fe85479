"""The downloads panel: rows, buttons, keys, order, timers."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from tests.shots import data, updates
from tests.widgets.helpers import button, clipboard, emitted, plain, shown, texts
from tray_app.commands import Commands
from tray_app.core.errors import PullFailed, PullFailure
from tray_app.core.payloads import (
    DiskTarget,
    ModelRef,
    PullMove,
    ServerStart,
    StartKind,
    StartPhase,
)
from tray_app.core.pulls.progress import PullPhase, PullProgress
from tray_app.core.pulls.states import Hold, PullItem, PullState, display_order
from tray_app.core.records import Server
from tray_app.state.app_state import AppState
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.progress import ThinProgressBar
from tray_app.views.downloads.layers import ROW_HEIGHT, DownloadLayers
from tray_app.views.downloads.list_view import DownloadList
from tray_app.views.downloads.panel import DownloadsPanel
from tray_app.views.downloads.row import DownloadRow
from tray_app.views.downloads.row_states import look_of


class Clock:
    now_s = data.NOW_S

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def panel(qtbot: QtBot, clock: Clock) -> DownloadsPanel:
    made = DownloadsPanel(Commands(), clock=clock)
    made.resize(960, 420)
    return shown(qtbot, made)


def item(name: str, state: PullState, **more: object) -> PullItem:
    return PullItem(name, data.SERVER, name, state, data.NOW, **more)  # type: ignore[arg-type]


def fill(panel: DownloadsPanel, *items: PullItem) -> None:
    for one in items:
        panel.set_item(one)
    panel.set_order([one.id for one in display_order(items, data.NOW_S)])


def row(panel: DownloadsPanel, name: str) -> DownloadRow:
    found = panel.row(name)
    assert found is not None
    return found


def bar(panel: DownloadsPanel, name: str) -> ThinProgressBar:
    found = row(panel, name).findChild(ThinProgressBar)
    assert found is not None
    return found


def timers(panel: DownloadsPanel) -> list[QTimer]:
    return [timer for timer in panel.findChildren(QTimer) if timer.isActive()]


@pytest.mark.parametrize(
    ("state", "first", "second"),
    [
        (PullState.WAITING, "Start x:1 now", "Cancel x:1"),
        (PullState.PREPARING, "Pause x:1", "Cancel x:1"),
        (PullState.RUNNING, "Pause x:1", "Cancel x:1"),
        (PullState.STALLED, "Restart x:1 now", "Cancel x:1"),
        (PullState.RETRYING, "Try x:1 again now", "Cancel x:1"),
        (PullState.PAUSED, "Resume x:1", "Cancel x:1"),
        (PullState.FAILED, "Retry x:1", "Remove x:1 from this list"),
        (PullState.DONE, "Show x:1 in the table", "Remove x:1 from this list"),
    ],
)
def test_each_state_has_its_two_buttons(
    panel: DownloadsPanel, state: PullState, first: str, second: str
) -> None:
    fill(panel, item("x:1", state))
    for name in (first, second):
        assert button(panel, name).isEnabled()


def test_one_that_waits_for_disk_space_says_what_helps(panel: DownloadsPanel) -> None:
    waiting = replace(
        item("x:70b", PullState.WAITING), hold=Hold.DISK, missing_bytes=14_400_000_000
    )
    fill(panel, waiting)
    free = button(panel, "Free up space for x:70b")
    assert plain(free.text()) == "Free up space…"
    assert not row(panel, "x:70b")._first.isVisible()
    with emitted(panel.list._commands.disk_dialog_requested) as asked:
        free.click()
    target = DiskTarget(waiting.server_id, waiting.id, "x:70b", 14_400_000_000)
    assert asked == [target]
    panel.set_item(replace(waiting, hold=Hold.LINE, missing_bytes=0, position=1))
    assert button(panel, "Start x:70b now").isVisible()
    assert not free.isVisible()


@pytest.mark.parametrize("state", list(PullState))
def test_every_state_can_be_shown_and_left(panel: DownloadsPanel, state: PullState) -> None:
    fill(panel, item("x:1", state))
    for other in PullState:
        panel.set_item(item("x:1", other))
        panel.set_item(item("x:1", state))
    assert panel.shown_ids() == ("x:1",)


@pytest.mark.parametrize(
    ("state", "name", "signal"),
    [
        (PullState.RUNNING, "Pause x:1", "pull_pause_requested"),
        (PullState.PAUSED, "Resume x:1", "pull_resume_requested"),
        (PullState.WAITING, "Start x:1 now", "pull_start_requested"),
        (PullState.STALLED, "Restart x:1 now", "pull_retry_requested"),
        (PullState.FAILED, "Retry x:1", "pull_retry_requested"),
        (PullState.RUNNING, "Cancel x:1", "pull_cancel_requested"),
        (PullState.CANCELED, "Resume x:1", "pull_resume_requested"),
        (PullState.DONE, "Remove x:1 from this list", "pull_remove_requested"),
    ],
)
def test_a_button_asks_for_what_it_says(
    panel: DownloadsPanel, state: PullState, name: str, signal: str
) -> None:
    fill(panel, item("x:1", state))
    with emitted(getattr(panel.list._commands, signal)) as ids:
        button(panel, name).click()
    assert ids == ["x:1"]


def test_a_finished_model_is_shown_in_the_table(panel: DownloadsPanel) -> None:
    fill(panel, item("x:1", PullState.DONE))
    with emitted(panel.list.model_clicked) as refs:
        button(panel, "Show x:1 in the table").click()
    assert refs == [ModelRef(data.SERVER, "x:1")]


def test_verifying_cannot_be_stopped_and_says_why(panel: DownloadsPanel) -> None:
    fill(panel, item("x:1", PullState.VERIFYING))
    pause = button(panel, "Pause x:1")
    assert not pause.isEnabled()
    assert pause.toolTip() == "Almost done. Ollama can’t stop while it checks the files"
    assert bar(panel, "x:1").is_indeterminate


def test_nothing_starts_while_the_server_is_away(panel: DownloadsPanel) -> None:
    fill(panel, item("x:1", PullState.WAITING, hold=Hold.SERVER))
    assert not button(panel, "Start x:1 now").isEnabled()
    panel.set_item(item("x:1", PullState.WAITING, hold=Hold.LINE, position=1))
    assert button(panel, "Start x:1 now").isEnabled()


def test_a_failed_row_says_the_reason_literally(panel: DownloadsPanel) -> None:
    evil = PullFailed("x:1", "<h1>500</h1> & more")
    fill(panel, item("x:1", PullState.FAILED, error=evil, finished_at=data.NOW))
    reasons = [text for text in texts(row(panel, "x:1")) if "<h1>500</h1> & more" in text]
    assert len(reasons) == 1
    assert not bar(panel, "x:1").isVisible()


def test_progress_reaches_the_bar_and_the_words(
    qtbot: QtBot, panel: DownloadsPanel, clock: Clock
) -> None:
    fill(panel, *data.PULLS)
    assert bar(panel, "qwen3:14b").value() == 661
    assert "66%" in texts(row(panel, "qwen3:14b"))
    running = data.PULLS[0]
    assert running.progress is not None
    panel.set_item(replace(running, progress=replace(running.progress, permille=700)))
    qtbot.waitUntil(lambda: bar(panel, "qwen3:14b").value() == 700)
    qtbot.waitUntil(lambda: "70%" in texts(row(panel, "qwen3:14b")))


def test_texts_follow_the_clock_and_the_timer_stops(
    qtbot: QtBot, panel: DownloadsPanel, clock: Clock
) -> None:
    fill(panel, item("x:1", PullState.VERIFYING, state_since_s=clock.now_s))
    clock.now_s += 72
    wanted = "1\u00a0min 12\u00a0s"
    qtbot.waitUntil(lambda: any(wanted in text for text in texts(row(panel, "x:1"))))
    panel.set_item(item("x:1", PullState.DONE))
    qtbot.waitUntil(lambda: not timers(panel))


def test_a_hidden_panel_does_no_work(qtbot: QtBot, panel: DownloadsPanel) -> None:
    fill(panel, *data.PULLS)
    assert timers(panel)
    panel.hide()
    assert not timers(panel)
    panel.set_item(replace(data.PULLS[0], state=PullState.PAUSED))
    assert not timers(panel)
    panel.show()
    qtbot.waitUntil(lambda: bar(panel, "qwen3:14b").is_idle)


def test_rows_of_hundreds_are_made_a_few_at_a_time(qtbot: QtBot, panel: DownloadsPanel) -> None:
    items = [item(f"x:{number}", PullState.WAITING) for number in range(60)]
    fill(panel, *items)
    made = len(panel.findChildren(DownloadRow))
    assert 0 < made < len(items)
    assert panel.shown_ids() == tuple(each.id for each in items)
    assert row(panel, "x:59").item is items[59], "who is asked for is there"
    panel.set_order(reversed(panel.shown_ids()))
    panel.set_item(replace(items[40], state=PullState.PAUSED))
    panel.remove_item(items[50].id)
    qtbot.waitUntil(lambda: len(panel.findChildren(DownloadRow)) == len(items) - 1)
    qtbot.waitUntil(lambda: row(panel, "x:40").item.state is PullState.PAUSED)
    wanted = [each.id for each in reversed(items) if each is not items[50]]
    assert list(panel.shown_ids()) == wanted
    rows = sorted(panel.findChildren(DownloadRow), key=lambda each: each.y())
    qtbot.waitUntil(lambda: len({each.y() for each in rows}) == len(rows))
    rows.sort(key=lambda each: each.y())
    assert [each.item.id for each in rows] == wanted


def test_hundreds_that_stop_together_are_renewed_in_turns(
    qtbot: QtBot, panel: DownloadsPanel
) -> None:
    items = [item(f"x:{number}", PullState.WAITING) for number in range(60)]
    fill(panel, *items)
    qtbot.waitUntil(lambda: len(panel.findChildren(DownloadRow)) == len(items))
    for each in items:
        panel.set_item(replace(each, state=PullState.PAUSED))
    rows = panel.findChildren(DownloadRow)
    assert {each.item.state for each in rows} == {PullState.WAITING, PullState.PAUSED}
    qtbot.waitUntil(lambda: {each.item.state for each in rows} == {PullState.PAUSED})
    qtbot.waitUntil(lambda: not timers(panel))


def test_rows_stand_in_the_one_order_of_downloads(panel: DownloadsPanel) -> None:
    done = item("done", PullState.DONE, finished_at=data.NOW)
    fill(
        panel,
        done,
        item("second", PullState.WAITING),
        item("first", PullState.WAITING),
        item("failed", PullState.FAILED),
        item("running", PullState.RUNNING),
        item("paused", PullState.PAUSED),
    )
    assert panel.shown_ids() == ("running", "second", "first", "paused", "failed", "done")
    order = ["first", "second", "paused", "failed", "running", "done"]
    panel.set_item(item("running", PullState.DONE, finished_at=data.NOW.replace(hour=20)))
    panel.set_order(order)
    assert panel.shown_ids() == tuple(order)


def test_alt_arrows_move_a_waiting_row_among_the_waiting(
    qtbot: QtBot, panel: DownloadsPanel
) -> None:
    fill(
        panel,
        item("running", PullState.RUNNING),
        item("a", PullState.WAITING),
        item("b", PullState.WAITING),
    )
    alt = Qt.KeyboardModifier.AltModifier
    with emitted(panel.list._commands.pull_move_requested) as moves:
        qtbot.keyClick(row(panel, "b"), Qt.Key.Key_Up, alt)
        qtbot.keyClick(row(panel, "a"), Qt.Key.Key_Up, alt)
        qtbot.keyClick(row(panel, "b"), Qt.Key.Key_Down, alt)
    assert moves == [PullMove("b", 1)]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ({"position": 2}, {"position": 1}, "Waiting, 1st in line"),
        (
            {"hold": Hold.DISK, "missing_bytes": 9_000_000_000},
            {"hold": Hold.DISK, "missing_bytes": 1_500_000_000},
            "Waits for 1.5\u00a0GB more of free disk space",
        ),
    ],
)
def test_a_waiting_row_says_what_it_waits_for_now(
    qtbot: QtBot,
    panel: DownloadsPanel,
    old: dict[str, object],
    new: dict[str, object],
    words: str,
) -> None:
    fill(panel, item("x:1", PullState.WAITING, **old))
    assert words not in texts(row(panel, "x:1"))
    panel.set_item(item("x:1", PullState.WAITING, **new))
    qtbot.waitUntil(lambda: words in texts(row(panel, "x:1")))


def test_keys_of_a_row(qtbot: QtBot, panel: DownloadsPanel) -> None:
    fill(panel, item("a", PullState.RUNNING), item("b", PullState.PAUSED))
    row(panel, "a").setFocus()
    with emitted(panel.list._commands.pull_pause_requested) as paused:
        qtbot.keyClick(row(panel, "a"), Qt.Key.Key_Space)
    with emitted(panel.list._commands.pull_cancel_requested) as cancelled:
        qtbot.keyClick(row(panel, "a"), Qt.Key.Key_Delete)
    qtbot.keyClick(row(panel, "a"), Qt.Key.Key_Right)
    assert row(panel, "a").is_expanded
    qtbot.keyClick(row(panel, "a"), Qt.Key.Key_Left)
    assert not row(panel, "a").is_expanded
    qtbot.keyClick(row(panel, "a"), Qt.Key.Key_Down)
    assert row(panel, "b").hasFocus()
    with emitted(panel.list.left) as left:
        qtbot.keyClick(row(panel, "b"), Qt.Key.Key_Escape)
    assert (paused, cancelled, left) == (["a"], ["a"], [None])


def test_home_and_end_go_to_the_first_and_the_last_row(qtbot: QtBot, panel: DownloadsPanel) -> None:
    names = [f"model:{number:03}" for number in range(120)]
    fill(panel, *(item(name, PullState.PAUSED) for name in names))
    row(panel, names[5]).setFocus()
    for key, place in ((Qt.Key.Key_End, -1), (Qt.Key.Key_Home, 0)):
        qtbot.keyClick(panel.focusWidget(), key)
        there = row(panel, panel.list.shown_ids[place])
        assert there.hasFocus()
        qtbot.waitUntil(lambda there=there: not there.visibleRegion().isEmpty())


def test_tab_goes_from_a_row_into_its_buttons_and_on(panel: DownloadsPanel) -> None:
    fill(panel, item("a", PullState.PAUSED), item("b", PullState.RUNNING))
    row(panel, "b").setFocus()
    names = []
    for _ in range(4):
        panel.focusNextPrevChild(True)
        focused = panel.focusWidget()
        assert focused is not None
        names.append(focused.accessibleName())
    assert names == ["Pause b", "Cancel b", "Show layers of b", "a download"]


def test_removing_the_focused_row_focuses_its_neighbour(panel: DownloadsPanel) -> None:
    fill(panel, item("a", PullState.FAILED), item("b", PullState.FAILED))
    row(panel, "a").setFocus()
    panel.remove_item("a")
    assert row(panel, "b").hasFocus()
    panel.remove_item("b")
    assert panel.shown_ids() == ()
    assert "No downloads" in texts(panel)
    panel.remove_item("never there")


def test_code_that_runs_when_the_focus_moves_sees_the_rows_that_are_left(
    panel: DownloadsPanel, qapp: QApplication
) -> None:
    fill(panel, *(item(name, PullState.FAILED) for name in ("a", "b", "c")))
    row(panel, "b").setFocus()
    seen: list[tuple[str, ...]] = []
    qapp.focusChanged.connect(lambda: seen.append(panel.shown_ids()))
    panel.remove_item("b")
    assert set(seen) == {("a", "c")}


def test_layers_tell_what_is_here_and_what_waits(qtbot: QtBot, panel: DownloadsPanel) -> None:
    fill(panel, *data.PULLS)
    button(panel, "Show layers of qwen3:14b").click()
    layers = row(panel, "qwen3:14b").findChild(DownloadLayers)
    assert layers is not None
    assert layers.line_count() == 4
    qtbot.waitUntil(lambda: layers.height() >= 4 * ROW_HEIGHT)
    spoken = layers.accessibleDescription().replace("\u00a0", " ")
    assert "Weights: 6.1 of 9.3 GB" in spoken
    assert "Parameters: 120 B, waiting" in spoken
    button(panel, "Hide layers of qwen3:14b").click()
    assert not layers.isVisible()


def test_header_buttons_are_enabled_when_there_is_something_to_do(panel: DownloadsPanel) -> None:
    fill(panel, item("a", PullState.PAUSED))
    names = ("Pause all", "Resume all", "Clear finished")
    assert [button(panel, name).isEnabled() for name in names] == [False, True, False]
    fill(panel, item("a", PullState.RUNNING), item("b", PullState.DONE))
    assert [button(panel, name).isEnabled() for name in names] == [True, False, True]
    panel.set_summary(data.SUMMARY)
    assert "2 active, 1 paused, 1 failed · 41 MB/s · about 1 min left" in [
        text.replace("\u00a0", " ") for text in texts(panel)
    ]


def test_failures_are_retried_and_cleared_together(panel: DownloadsPanel) -> None:
    more = button(panel, "More about downloads")
    assert isinstance(more, QToolButton)
    fill(panel, item("a", PullState.DONE), item("b", PullState.RUNNING))
    assert not more.isEnabled()
    fill(panel, item("c", PullState.FAILED))
    assert more.isEnabled()
    entries = {plain(action.text()): action for action in more.menu().actions()}
    commands = panel.list._commands
    with (
        emitted(commands.pulls_retry_failed_requested) as retried,
        emitted(commands.pulls_clear_failed_requested) as cleared,
    ):
        entries["Retry all failed"].trigger()
        entries["Clear failed"].trigger()
    assert (retried, cleared) == ([None], [None])


def test_a_row_that_lost_its_place_says_why_and_which_it_has_now(panel: DownloadsPanel) -> None:
    stalled = PullFailed("x:1", "", PullFailure.STALLED)
    fill(panel, item("x:1", PullState.WAITING, error=stalled, position=2, hold=Hold.LINE))
    assert "No data arrived for too long. Waiting, 2nd in line" in texts(row(panel, "x:1"))


def test_a_narrow_header_keeps_its_buttons(qtbot: QtBot, panel: DownloadsPanel) -> None:
    pause = button(panel, "Pause all")
    wide = pause.width()
    panel.resize(420, 300)
    qtbot.waitUntil(lambda: pause.width() < wide)
    assert pause.isVisible()
    assert pause.toolTip() == "Pause all"


@pytest.mark.parametrize(
    ("state", "entry", "wanted"),
    [
        (PullState.RUNNING, "Pause", "pull_pause_requested"),
        (PullState.PAUSED, "Resume", "pull_resume_requested"),
        (PullState.WAITING, "Cancel", "pull_cancel_requested"),
    ],
)
def test_the_menu_of_a_row(
    qtbot: QtBot, panel: DownloadsPanel, state: PullState, entry: str, wanted: str
) -> None:
    fill(panel, item("x:1", state))
    menu = open_menu(panel, "x:1")
    entries = {plain(action.text()): action for action in menu.actions()}
    entries["Copy name"].trigger()
    assert clipboard() == "x:1"
    with emitted(getattr(panel.list._commands, wanted)) as ids:
        entries[entry].trigger()
    assert ids == ["x:1"]
    menu.close()


def test_the_menu_moves_to_the_top_and_copies_errors(panel: DownloadsPanel) -> None:
    failed = item("f", PullState.FAILED, error=PullFailed("f", "raw <b>words</b>"))
    fill(panel, item("a", PullState.WAITING), item("b", PullState.WAITING), failed)
    menu = open_menu(panel, "b")
    with emitted(panel.list._commands.pull_move_requested) as moves:
        next(a for a in menu.actions() if plain(a.text()) == "Move to top").trigger()
    assert moves == [PullMove("b", 0)]
    menu.close()
    menu = open_menu(panel, "f")
    next(a for a in menu.actions() if plain(a.text()) == "Copy error").trigger()
    assert "raw <b>words</b>" in clipboard()
    menu.close()


def open_menu(panel: DownloadsPanel, name: str) -> QMenu:
    row(panel, name).menu_requested.emit()
    menus = [menu for menu in panel.findChildren(QMenu) if menu.isVisible()]
    assert len(menus) == 1
    return menus[0]


def test_rows_name_their_server_where_there_are_several(panel: DownloadsPanel) -> None:
    fill(panel, item("a", PullState.RUNNING))
    panel.list.set_servers({data.SERVER: "This computer"})
    assert not any("on This" in text for text in texts(panel))
    panel.list.set_servers({data.SERVER: "This computer", "s": "studio"})
    assert "on This computer" in texts(panel)


def test_reveal_focuses_the_row(panel: DownloadsPanel) -> None:
    fill(panel, *[item(f"m{i}", PullState.PAUSED) for i in range(30)])
    panel.reveal("m29")
    assert row(panel, "m29").hasFocus()
    assert not row(panel, "m29").visibleRegion().isEmpty()
    panel.reveal("never there")


def test_percent_and_bytes_are_of_the_same_moment(panel: DownloadsPanel) -> None:
    """The bar follows every report; words, which are read, stay together until they are renewed."""

    def reached(megabytes: int) -> PullItem:
        progress = PullProgress(
            PullPhase.DOWNLOAD, megabytes * 1_000_000, 100_000_000, True, megabytes * 10
        )
        return item("x:1", PullState.RUNNING, progress=progress)

    fill(panel, reached(75))
    shown_row = row(panel, "x:1")
    shown_row.set_item(reached(78), data.NOW_S)
    assert bar(panel, "x:1").value() == 780
    assert texts(shown_row)[-2:] == ["75 of 100\u00a0MB", "75%"]
    shown_row.refresh(data.NOW_S)
    assert texts(shown_row)[-2:] == ["78 of 100\u00a0MB", "78%"]


def test_the_header_tells_when_the_computer_stays_awake(panel: DownloadsPanel) -> None:
    panel.set_summary(data.SUMMARY)
    before = panel._line.text()
    panel.set_kept_awake(True)
    assert panel._line.text() == f"{before} · stays awake"
    assert "doesn’t go to sleep" in panel._line.toolTip()
    panel.resize(500, 420)  # too narrow for all of it
    assert "stays awake" in panel._line.toolTip()
    assert "doesn’t go to sleep" in panel._line.toolTip()
    panel.set_summary(replace(data.SUMMARY, active=1))
    assert panel._line.text().endswith(" · stays awake")
    panel.set_kept_awake(False)
    assert "awake" not in panel._line.text()
    assert "sleep" not in panel._line.toolTip()


# Several servers.

STUDIO = Server("studio", "studio", "studio.local:11434", can_wake=True)
LAB = Server("lab", "lab", "lab.local:11434")


@pytest.fixture
def state(panel: DownloadsPanel) -> AppState:
    made = AppState(Server(data.SERVER, "", data.ADDRESS))
    panel.follow_servers(made)
    return made


def on(panel: DownloadsPanel, *names: str) -> list[str]:
    """On which server the rows say that they are."""
    found = []
    for name in names:
        said = [text for text in texts(row(panel, name)) if text.startswith("on ")]
        found.append("".join(said))
    return found


def test_a_server_is_named_unless_it_is_the_only_one(
    panel: DownloadsPanel, state: AppState
) -> None:
    here, there = (
        item("here", PullState.PAUSED),
        replace(item("there", PullState.PAUSED), server_id="studio"),
    )
    gone = replace(item("gone", PullState.PAUSED), server_id="gone")
    fill(panel, here, there, gone)
    names = ("here", "there", "gone")
    assert on(panel, *names) == ["", "", ""]
    local = state.server
    state.set_servers((local, STUDIO), local.id, "")
    assert on(panel, *names) == ["on This computer", "on studio", ""]
    state.set_servers((local, STUDIO), local.id, "studio")
    assert on(panel, *names) == ["on This computer", "on studio", ""], "whichever is shown"
    state.set_servers((local,), local.id, "", (STUDIO,))
    assert on(panel, *names) == ["", "on studio", ""]


@pytest.mark.parametrize(
    ("hold", "server_id", "words", "reason"),
    [
        (Hold.OFF, "lab", "Paused: “lab” is switched off", "“lab” is switched off"),
        (
            Hold.NO_SERVER,
            "gone",
            "Waiting: its server is not set up any more",
            "Its server is not set up any more",
        ),
        (
            Hold.SERVER,
            "studio",
            "Waiting for “studio”",
            "It starts by itself when the server answers",
        ),
    ],
)
def test_what_waits_for_its_server_says_so(
    panel: DownloadsPanel, state: AppState, hold: Hold, server_id: str, words: str, reason: str
) -> None:
    state.set_servers((state.server, STUDIO), data.SERVER, "", (LAB,))
    waiting = replace(item("x:1", PullState.WAITING), server_id=server_id, hold=hold)
    fill(panel, waiting)
    assert words in texts(panel)
    start = button(row(panel, "x:1"), "Start x:1 now")
    assert not start.isEnabled()
    assert reason in start.toolTip()
    menu = open_menu(panel, "x:1")
    entry = next(each for each in menu.actions() if plain(each.text()) == "Start now")
    assert not entry.isEnabled()
    assert entry.toolTip() == reason
    menu.close()
    panel.set_item(replace(waiting, hold=Hold.LINE, position=1))
    assert start.isEnabled()


def test_what_waits_for_a_server_that_is_waking_up_says_how_long(
    panel: DownloadsPanel, state: AppState
) -> None:
    state.set_servers((state.server, STUDIO), data.SERVER, "")
    fill(panel, replace(item("x:1", PullState.WAITING), server_id="studio", hold=Hold.SERVER))
    timer = panel.list._text_timer
    assert not timer.isActive()
    start = ServerStart("studio", StartKind.WAKE, StartPhase.WAITING, data.NOW_S - 70, 180)
    state.set_start(start)
    assert "Waiting for “studio” to wake up, 1\u00a0min 10\u00a0s" in texts(panel)
    assert timer.isActive(), "it counts"
    state.set_start(replace(start, phase=StartPhase.NO_ANSWER))
    assert "Waiting for “studio”" in texts(panel)
    assert not timer.isActive()
    state.set_start(replace(start, kind=StartKind.SERVICE))
    assert "Waiting for “studio” to start" in texts(panel)
    state.set_start(start)
    state.end_start("studio")
    assert "Waiting for “studio”" in texts(panel)


def test_updates_say_what_is_done_around_them(panel: DownloadsPanel) -> None:
    rows: dict[str, DownloadRow] = {}
    for each in updates.updating():
        panel.set_item(each)
    panel.set_order(each.id for each in updates.updating())
    for row in panel.findChildren(DownloadRow):
        row.refresh(data.NOW_S)
        rows[row.item.id] = row
    details = {key: texts(row) for key, row in rows.items()}
    for key, words in {
        "u1": "Unloading the loaded version…",
        "u2": "Keeping the old version…",
        "u3": "Waiting, 2nd in line",
        "u4": "Stopped: changed meanwhile",
        "u5": "Already up to date. Nothing was pulled",
        "u6": "Updated · old version kept until 11 May",
        "u7": "Updated, but Ollama kept unused layers",
    }.items():
        assert words in details[key]
    assert rows["u0"].accessibleName() == "llava:13b update"
    glyphs = {key: look_of(row.item).glyph for key, row in rows.items()}
    assert glyphs == {
        "u0": "update",
        "u1": "eject",
        "u2": "update",
        "u3": "update",
        "u4": "warning",
        "u5": "check-circle",
        "u6": "check-circle",
        "u7": "check-circle",
    }


def test_what_has_changed_meanwhile_is_looked_at(qtbot: QtBot) -> None:
    commands = Commands()
    panel = shown(qtbot, DownloadsPanel(commands, clock=lambda: data.NOW_S))
    panel.set_item(updates.stopped())
    with emitted(commands.update_changed_dialog_requested) as asked:
        button(panel, "Look…").click()
    assert asked == ["u1"]


def test_its_rows_are_made_with_the_first_download_or_to_be_seen(
    qtbot: QtBot, clock: Clock
) -> None:
    first, second = item("a", PullState.WAITING), item("b", PullState.RUNNING)
    state = AppState(Server(data.SERVER, "studio", data.ADDRESS))
    hidden, seen = (DownloadsPanel(Commands(), clock=clock) for _ in range(2))
    for panel in (hidden, seen):
        qtbot.addWidget(panel)
        panel.follow_servers(state)
        panel.set_order(())
        panel.remove_item("gone")
        assert not panel.findChildren(DownloadList)
        assert not panel.focus_first()
    shown(qtbot, seen)
    assert "No downloads" in texts(seen)
    (words,) = (each for each in seen.findChildren(PlainLabel) if each.text() == "No downloads")
    assert words.contentsRect().left() == 44, "where names of models stand"
    for panel in (hidden, seen):
        fill(panel, first, second)
    shown(qtbot, hidden)
    assert hidden.shown_ids() == seen.shown_ids() == ("b", "a")
    assert texts(hidden) == texts(seen)
