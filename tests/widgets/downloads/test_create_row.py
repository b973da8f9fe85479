"""Rows of models that are made: buttons, the question, keys, what is below, the third line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.creates import GB, STUDIO, create, two_servers
from tests.widgets.helpers import button, clipboard, emitted, plain, shown, texts
from tray_app.commands import Commands
from tray_app.core.creates.records import CreateFault, CreateItem, CreateState
from tray_app.core.creates.summary import counted
from tray_app.core.errors import ServerFailed
from tray_app.core.payloads import DiskTarget, ModelRef
from tray_app.core.pulls.states import PullItem, PullState, PullSummary
from tray_app.views.components.progress import ThinProgressBar
from tray_app.views.downloads.create_row import CreateRow
from tray_app.views.downloads.panel import DownloadsPanel

S, F = CreateState, CreateFault


class Clock:
    now_s = data.NOW_S

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def commands() -> Commands:
    return Commands()


@pytest.fixture
def panel(qtbot: QtBot, clock: Clock, commands: Commands) -> DownloadsPanel:
    made = DownloadsPanel(commands, clock=clock)
    made.resize(960, 420)
    return shown(qtbot, made)


def item(state: CreateState, **more: Any) -> CreateItem:
    return replace(create("x:1", state, **more), id="7")


def failed(fault: CreateFault, **more: Any) -> CreateItem:
    return item(S.FAILED, fault=fault, finished_at=data.NOW, **more)


def row(panel: DownloadsPanel) -> CreateRow:
    found = panel.list.create_row("7")
    assert found is not None
    return found


def bar(panel: DownloadsPanel) -> ThinProgressBar:
    found = row(panel).findChild(ThinProgressBar)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("made", "names"),
    [
        (item(S.WAITING), ["Start x:1 now", "Cancel x:1"]),
        (item(S.CHECKING), ["Cancel x:1"]),
        (item(S.LOOKING), ["Cancel x:1"]),
        (item(S.UPLOADING), ["Cancel x:1"]),
        (item(S.MAKING), ["Cancel x:1"]),
        (item(S.ASKED), ["Delete x:1 when it’s ready", "Keep x:1"]),
        (item(S.TO_BE_DELETED), ["Keep x:1"]),
        (item(S.WATCHING), ["Cancel x:1"]),
        (failed(F.OTHER), ["Retry x:1", "Remove x:1 from this list"]),
        (failed(F.NO_QUANTIZER), ["Change what x:1 is made of", "Remove x:1 from this list"]),
        (failed(F.CANNOT_QUANTIZE), ["Change what x:1 is made of", "Remove x:1 from this list"]),
        (failed(F.NAME_TAKEN), ["Change what x:1 is made of", "Remove x:1 from this list"]),
        (failed(F.FILE_GONE), ["Choose another file for x:1", "Remove x:1 from this list"]),
        (failed(F.FILE_CHANGED), ["Start x:1 again", "Remove x:1 from this list"]),
        (failed(F.NO_SPACE), ["Retry x:1", "Remove x:1 from this list"]),
        (
            failed(F.NO_SPACE, needed_bytes=5 * GB, free_bytes=2 * GB),
            ["Free up space for x:1", "Retry x:1", "Remove x:1 from this list"],
        ),
        (item(S.CANCELED), ["Start x:1 again"]),
        (item(S.DELETED), ["Remove x:1 from this list"]),
        (item(S.DONE), ["Show x:1 in the table", "Remove x:1 from this list"]),
    ],
)
def test_each_state_has_its_buttons(
    panel: DownloadsPanel, made: CreateItem, names: list[str]
) -> None:
    panel.set_create(made)
    buttons = (row(panel)._worded, row(panel)._other, row(panel)._first, row(panel)._second)
    assert [each.accessibleName() for each in buttons if each.isVisible()] == names


@pytest.mark.parametrize(
    ("made", "name", "signal"),
    [
        (item(S.WAITING), "Start x:1 now", "create_start_requested"),
        (item(S.UPLOADING), "Cancel x:1", "create_cancel_requested"),
        (item(S.ASKED), "Delete x:1 when it’s ready", "create_delete_when_ready_requested"),
        (item(S.ASKED), "Keep x:1", "create_keep_requested"),
        (item(S.TO_BE_DELETED), "Keep x:1", "create_keep_requested"),
        (failed(F.OTHER), "Retry x:1", "create_retry_requested"),
        (failed(F.FILE_CHANGED), "Start x:1 again", "create_retry_requested"),
        (failed(F.NAME_TAKEN), "Change what x:1 is made of", "create_change_dialog_requested"),
        (failed(F.FILE_GONE), "Choose another file for x:1", "create_change_dialog_requested"),
        (item(S.DONE), "Remove x:1 from this list", "create_remove_requested"),
    ],
)
def test_a_button_asks_for_what_it_says(
    panel: DownloadsPanel, commands: Commands, made: CreateItem, name: str, signal: str
) -> None:
    panel.set_create(made)
    with emitted(getattr(commands, signal)) as ids:
        button(panel, name).click()
    assert ids == ["7"]


@pytest.mark.parametrize("state", list(CreateState))
def test_every_state_can_be_shown_and_left(panel: DownloadsPanel, state: CreateState) -> None:
    panel.set_create(item(state))
    for other in CreateState:
        panel.set_create(item(other))
        panel.set_create(item(state))
    assert panel.shown_ids() == ("7",)


def test_a_finished_model_is_shown_in_the_table(panel: DownloadsPanel) -> None:
    panel.set_create(item(S.DONE))
    with emitted(panel.list.model_clicked) as refs:
        button(panel, "Show x:1 in the table").click()
    assert refs == [ModelRef(data.SERVER, "x:1")]


def test_room_is_made_for_one_that_found_too_little(
    panel: DownloadsPanel, commands: Commands
) -> None:
    panel.set_create(failed(F.NO_SPACE, needed_bytes=5 * GB, free_bytes=2 * GB))
    with emitted(commands.disk_dialog_requested) as asked:
        button(panel, "Free up space for x:1").click()
    assert asked == [DiskTarget(data.SERVER, "", "x:1", 3 * GB)]


def test_nothing_starts_while_the_server_is_away(panel: DownloadsPanel) -> None:
    panel.set_create(item(S.WAITING, is_server_away=True))
    start = button(panel, "Start x:1 now")
    assert not start.isEnabled()
    assert start.toolTip() == "It starts by itself when the server answers"
    panel.set_create(item(S.WAITING))
    assert start.isEnabled()


# The question.


def test_who_cancels_it_is_asked_with_the_harmless_answer_framed(
    panel: DownloadsPanel, qtbot: QtBot, commands: Commands
) -> None:
    panel.set_create(item(S.MAKING))
    cancel = button(panel, "Cancel x:1")
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    panel.set_create(item(S.ASKED))
    keep = button(panel, "Keep x:1")
    assert keep.hasFocus()
    assert "Ollama can’t stop here. Delete the result when it’s ready?" in texts(panel)
    with emitted(commands.create_keep_requested) as ids:
        qtbot.keyClick(keep, Qt.Key.Key_Return)
    assert ids == ["7"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Space])
def test_keys_that_keep_it(
    panel: DownloadsPanel, qtbot: QtBot, commands: Commands, key: Qt.Key
) -> None:
    panel.set_create(item(S.ASKED))
    row(panel).setFocus()
    with emitted(commands.create_keep_requested) as ids, emitted(panel.list.left) as left:
        qtbot.keyClick(row(panel), key)
    assert (ids, left) == (["7"], [])


def test_escape_on_the_button_keeps_it_too(
    panel: DownloadsPanel, qtbot: QtBot, commands: Commands
) -> None:
    panel.set_create(item(S.ASKED))
    keep = button(panel, "Keep x:1")
    keep.setFocus()
    with emitted(commands.create_keep_requested) as ids:
        qtbot.keyClick(keep, Qt.Key.Key_Escape)
    assert ids == ["7"]


def test_a_key_that_is_held_down_answers_nothing(
    panel: DownloadsPanel, qtbot: QtBot, commands: Commands
) -> None:
    panel.set_create(item(S.ASKED))
    row(panel).setFocus()
    with emitted(commands.create_delete_when_ready_requested) as ids:
        qtbot.keyClick(row(panel), Qt.Key.Key_Delete)
    assert ids == []


def test_the_answer_is_not_taken_back_by_a_second_key(
    panel: DownloadsPanel, qtbot: QtBot, commands: Commands
) -> None:
    panel.set_create(item(S.ASKED))
    delete = button(panel, "Delete x:1 when it’s ready")
    delete.setFocus()
    with emitted(commands.create_keep_requested) as kept:
        qtbot.keyClick(delete, Qt.Key.Key_Return)
        panel.set_create(item(S.TO_BE_DELETED))
        focused = QApplication.focusWidget()
        qtbot.keyClick(focused, Qt.Key.Key_Return)
    assert (focused, kept) == (row(panel), [])


def test_the_question_takes_the_focus_from_nobody(panel: DownloadsPanel, qtbot: QtBot) -> None:
    panel.set_create(item(S.MAKING))
    panel.hide_button.setFocus()
    panel.set_create(item(S.ASKED))
    assert panel.hide_button.hasFocus()


def test_the_question_lapses_with_the_create(panel: DownloadsPanel) -> None:
    panel.set_create(item(S.ASKED))
    button(panel, "Keep x:1").setFocus()
    panel.set_create(item(S.DONE))
    assert row(panel).hasFocus()
    assert "Ollama can’t stop here. Delete the result when it’s ready?" not in texts(panel)


# Keys, bar, words.


def test_keys_of_a_row(panel: DownloadsPanel, qtbot: QtBot, commands: Commands) -> None:
    panel.set_create(item(S.UPLOADING))
    row(panel).setFocus()
    with emitted(commands.create_cancel_requested) as ids:
        qtbot.keyClick(row(panel), Qt.Key.Key_Delete)
    assert ids == ["7"]
    qtbot.keyClick(row(panel), Qt.Key.Key_Right)
    assert row(panel).is_expanded
    qtbot.keyClick(row(panel), Qt.Key.Key_Left)
    assert not row(panel).is_expanded
    with emitted(panel.list.left) as left:
        qtbot.keyClick(row(panel), Qt.Key.Key_Escape)
    assert left == [None]


@pytest.mark.parametrize(
    ("made", "is_moving", "value"),
    [
        (item(S.WAITING), False, 0),
        (item(S.UPLOADING, completed_bytes=44, total_bytes=100), False, 440),
        (item(S.LOOKING), True, -1),
        (item(S.MAKING), True, -1),
        (item(S.MAKING, completed_bytes=1, total_bytes=2), False, 500),
        (item(S.WATCHING), True, -1),
    ],
)
def test_the_bar(panel: DownloadsPanel, made: CreateItem, is_moving: bool, value: int) -> None:
    panel.set_create(made)
    assert (bar(panel).is_indeterminate, bar(panel).value()) == (is_moving, value)
    assert bar(panel).isVisible()


@pytest.mark.parametrize("state", [S.ASKED, S.FAILED, S.CANCELED, S.DELETED, S.DONE])
def test_no_bar_where_nothing_moves(panel: DownloadsPanel, state: CreateState) -> None:
    panel.set_create(item(state))
    assert not bar(panel).isVisible()


def test_the_clock_alone_rewrites_what_takes_time(
    panel: DownloadsPanel, qtbot: QtBot, clock: Clock
) -> None:
    panel.set_create(item(S.MAKING, seconds=60))
    clock.now_s += 5
    qtbot.waitUntil(lambda: "Ollama checks it · 1\u00a0min 5\u00a0s" in texts(panel))


def test_it_is_spoken(panel: DownloadsPanel) -> None:
    panel.set_create(item(S.UPLOADING, completed_bytes=44, total_bytes=100, eta_s=43.0))
    assert row(panel).accessibleName() == "Creating x:1"
    spoken = "uploading, 44 percent, 43 seconds left"
    assert row(panel).accessibleDescription() == spoken


# Below.


def test_its_files_are_below(panel: DownloadsPanel) -> None:
    made = item(S.UPLOADING, projector="/p/mmproj-x.gguf", projector_bytes=851_000_000)
    panel.set_create(made)
    row(panel).set_expanded(True)
    said = texts(row(panel).details)
    assert said == ["Upload", "x-1.gguf", "2.5\u00a0GB", "Projector", "mmproj-x.gguf",
                    "851\u00a0MB"]  # fmt: skip


def test_its_parts_are_below(panel: DownloadsPanel) -> None:
    made = item(S.UPLOADING)
    files = ("/p/x-00001-of-00002.gguf", "/p/x-00002-of-00002.gguf")
    panel.set_create(replace(made, request=replace(made.request, files=files)))
    row(panel).set_expanded(True)
    assert texts(row(panel).details) == [
        *("Part 1 of 2", "x-00001-of-00002.gguf"),
        *("Part 2 of 2", "x-00002-of-00002.gguf"),
    ]


def test_what_is_known_of_a_failure_is_below_and_can_be_copied(
    qtbot: QtBot, panel: DownloadsPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = two_servers()
    panel.follow_servers(state)
    error = ServerFailed("x:1", "llama-quantize failed: exit status 1")
    made = failed(F.EXIT_STATUS, server=STUDIO, architecture="minimax-m2", error=error,
                  needed_bytes=130 * GB, free_bytes=212 * GB)  # fmt: skip
    panel.set_create(made)
    row(panel).set_expanded(True)
    assert "minimax-m2. No model of this kind is installed on “studio”." in texts(panel)
    button(panel, "Copy error").click()
    assert clipboard().splitlines()[0] == "x:1"
    assert "“llama-quantize failed: exit status 1”" in clipboard()
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    button(panel, "Where is the log?").click()
    assert [url.toString() for url in opened] == ["https://docs.ollama.com/troubleshooting"]


def test_whether_its_kind_is_there_is_looked_up_only_for_a_failure(panel: DownloadsPanel) -> None:
    asked: list[tuple[str, str]] = []

    def knows(server_id: str, kind: str) -> bool:
        asked.append((server_id, kind))
        return True

    panel.list.is_kind_there = knows
    panel.set_create(item(S.UPLOADING))
    row(panel).set_expanded(True)
    assert asked == []
    panel.set_create(failed(F.EXIT_STATUS))
    assert set(asked) == {(data.SERVER, "gemma3")}


# A third line.


def test_buttons_go_below_where_the_words_leave_no_room(
    panel: DownloadsPanel, qtbot: QtBot
) -> None:
    panel.set_create(item(S.ASKED))
    keep, expander = button(panel, "Keep x:1"), button(panel, "Show details of x:1")

    def below() -> int:
        """How far the words of the question are below the button that every row has."""
        first, second = (each.mapTo(panel, each.rect().center()).y() for each in (expander, keep))
        return second - first

    qtbot.waitUntil(lambda: abs(below()) < 4)
    panel.resize(420, 420)
    qtbot.waitUntil(lambda: below() > keep.height() // 2)
    assert keep.mapTo(panel, keep.rect().topLeft()).x() < panel.width() // 2
    panel.resize(960, 420)
    qtbot.waitUntil(lambda: abs(below()) < 4)


# Among downloads.


def pull(name: str, state: PullState) -> PullItem:
    return PullItem(name, data.SERVER, name, state, data.NOW)


def test_they_stand_behind_the_downloads(panel: DownloadsPanel, qtbot: QtBot) -> None:
    panel.set_create(item(S.MAKING))
    panel.set_item(pull("a:1", PullState.RUNNING))
    panel.set_order(["a:1"])
    assert panel.shown_ids() == ("a:1", "7")
    assert panel.focus_first()
    focused = QApplication.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, Qt.Key.Key_Down)
    assert row(panel).hasFocus()
    panel.remove_item("7")
    assert panel.shown_ids() == ("a:1",)


def test_they_count() -> None:
    items = [item(S.UPLOADING, speed_bytes_s=5.0), item(S.MAKING), item(S.WAITING),
             item(S.FAILED), item(S.DONE), item(S.CANCELED)]  # fmt: skip
    summary = counted(PullSummary(active=1, speed_bytes_s=2.0, permille=500), items)
    assert summary == PullSummary(
        active=3, waiting=1, failed=1, done=1, speed_bytes_s=7.0, permille=500
    )


def test_clear_finished_takes_them_along(panel: DownloadsPanel, commands: Commands) -> None:
    panel.set_create(item(S.DONE))
    with (
        emitted(commands.create_remove_requested) as ids,
        emitted(commands.pulls_clear_requested) as cleared,
    ):
        button(panel, "Clear finished").click()
    assert (ids, cleared) == (["7"], [None])


def test_failed_ones_are_among_all_failed(panel: DownloadsPanel, commands: Commands) -> None:
    panel.set_create(failed(F.OTHER))
    assert panel._more.isEnabled()
    with emitted(commands.create_retry_requested) as retried:
        panel._retry_failed.trigger()
    with emitted(commands.create_remove_requested) as removed:
        panel._clear_failed.trigger()
    assert (retried, removed) == (["7"], ["7"])


def test_the_menu(panel: DownloadsPanel, commands: Commands) -> None:
    panel.set_create(failed(F.NAME_TAKEN, error=ServerFailed("x:1", "no luck")))
    row(panel).menu_requested.emit()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    entries = {plain(action.text()): action for action in menu.actions() if action.text()}
    assert list(entries) == ["Change…", "Remove from this list", "Copy name", "Copy error"]
    entries["Copy error"].trigger()
    assert "no luck" in clipboard()
    with emitted(commands.create_change_dialog_requested) as ids:
        entries["Change…"].trigger()
    assert ids == ["7"]
    menu.close()


def test_what_has_ended_stands_behind_all_that_goes_on(panel: DownloadsPanel) -> None:
    for name, state in (("a:1", PullState.RUNNING), ("b:1", PullState.DONE)):
        panel.set_item(pull(name, state))
    panel.set_order(["a:1", "b:1"])
    older = replace(item(S.DONE), id="older", finished_at=data.NOW)
    panel.set_create(older)
    panel.set_create(item(S.MAKING))
    assert panel.shown_ids() == ("a:1", "7", "b:1", "older")
    later = data.NOW.replace(hour=23)
    panel.set_create(replace(item(S.DONE), finished_at=later))
    assert panel.shown_ids() == ("a:1", "b:1", "7", "older")


def test_one_that_has_just_come_can_be_revealed(panel: DownloadsPanel, qtbot: QtBot) -> None:
    for number in range(12):
        panel.set_create(replace(item(S.WAITING), id=str(100 + number)))
    panel.set_create(item(S.WAITING))
    panel.reveal("7")
    assert row(panel).hasFocus()
    qtbot.waitUntil(lambda: not row(panel).visibleRegion().isEmpty())
