"""The window of disk space: what it offers, what it says of what lies there, what it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.scene import known
from tests.support import disks, facts
from tests.widgets.helpers import button, emitted, plain, shown, texts
from tests.widgets.windows import Told
from tray_app.core.disk.report import DiskReport
from tray_app.core.payloads import DeleteOutcome, DiskTarget, ModelRef
from tray_app.core.records import Layer, LayerKind, ModelRecord, ServerState, ServerStatus
from tray_app.core.sharing import KnownLayers, LayerIndex
from tray_app.core.updates.facts import ModelVerdict
from tray_app.core.updates.ledger import pack
from tray_app.core.updates.verdicts import Standing, Verdict
from tray_app.settings import Settings
from tray_app.state.app_state import AppState
from tray_app.views.disk.dialog import DiskDialog

NAMES = [
    "disk_report_requested", "disk_stop_requested", "details_dialog_requested",
    "pull_show_requested", "pull_resume_requested", "pull_dialog_requested",
]  # fmt: skip
NOTHING = DiskTarget(data.SERVER)
DEEPSEEK, LLAVA = (data.SERVER, "deepseek-r1:14b"), (data.SERVER, "llava:13b")
MISTRAL, NOTES = (data.SERVER, "mistral:7b"), (data.SERVER, "meeting-notes:latest")


@dataclass
class Stage:
    state: AppState
    settings: Settings
    told: Told
    dialog: DiskDialog

    def size_of(self, key: tuple[str, str]) -> str:
        look = self.dialog.free.rows[key].look
        assert look is not None
        return look.size.replace("\u00a0", " ")

    def said(self) -> list[str]:
        return [text.replace("\u00a0", " ") for text in texts(self.dialog)]


def make(qtbot: QtBot, target: DiskTarget, *, is_known: bool = True) -> Stage:
    scene = known()
    told = Told()
    told.listen(scene.commands, NAMES)
    if is_known:
        disks.tell(scene.state, target_bytes=disks.MISSING if target.item_id else 0)
    dialog = DiskDialog(target, scene.settings, scene.state, scene.commands, clock=data.clock)
    shown(qtbot, dialog)
    scene.state.setParent(dialog)
    scene.commands.setParent(dialog)
    return Stage(scene.state, scene.settings, told, dialog)


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    made = make(qtbot, NOTHING)
    yield made
    made.dialog.close()


@pytest.fixture
def wanted(qtbot: QtBot) -> Iterator[Stage]:
    made = make(qtbot, disks.TARGET)
    yield made
    made.dialog.close()


def test_it_looks_while_it_is_open_and_no_longer(stage: Stage) -> None:
    assert stage.told.take("disk_report_requested") == [NOTHING]
    stage.dialog.close()
    assert stage.told.take("disk_stop_requested") == [data.SERVER]


def test_the_head_says_what_is_free_and_what_takes_the_rest(stage: Stage) -> None:
    said = stage.said()
    assert said[:2] == ["5 GB", "free of 128 GB on /usr/share/ollama"]
    sentence = stage.dialog.head.bar.accessibleName().replace("\u00a0", " ")
    assert sentence == (
        "Models 50 GB · of them shared 4.4 GB · Unfinished downloads 30 GB · Left over 6.6 GB · "
        "Free 5 GB"
    )
    bar = stage.dialog.head.bar
    assert bar.tip_at(1).replace("\u00a0", " ") == "phi4:14b, 9.1 GB"
    assert bar.tip_at(bar.width() - 2).replace("\u00a0", " ") == "Free 5 GB"


def test_nothing_is_ticked_by_itself(wanted: Stage) -> None:
    dialog = wanted.dialog
    assert dialog.free.ticks.keys == ()
    assert not dialog.delete_button.isEnabled()
    assert dialog.delete_button.toolTip() == "Select a model first"
    assert "Nothing selected" in wanted.said()
    assert dialog.focusWidget() is dialog.free.target.button
    assert "0 of 15 GB selected" in wanted.said()


def test_those_that_are_suggested_are_ticked_when_a_person_wants_that(wanted: Stage) -> None:
    dialog = wanted.dialog
    button(dialog, "Select them").click()
    assert dialog.free.ticks.freed_bytes >= disks.MISSING
    assert "16 of 15 GB selected" in wanted.said()
    assert "2 selected, they free 16 GB" in wanted.said()
    assert plain(dialog.delete_button.text()) == "Delete 2 models…"
    assert not dialog.free.target.button.isEnabled()
    with emitted(dialog.delete_clicked) as asked:
        dialog.delete_button.click()
    names = [ref.name for ref in asked[0].refs]
    assert names == [name for _, name in dialog.free.ticks.keys]
    assert all(ref.digest for ref in asked[0].refs)


def test_what_is_shared_shows_where_it_goes(stage: Stage) -> None:
    rows = stage.dialog.free.rows
    assert stage.size_of(MISTRAL) == stage.size_of(NOTES) == "1.3 KB"
    rows[MISTRAL].box.click()
    assert (stage.size_of(MISTRAL), stage.size_of(NOTES)) == ("1.3 KB", "4.4 GB")
    rows[NOTES].box.click()
    assert "2 selected, they free 4.4 GB" in stage.said()


def test_keys_move_between_boxes_and_tick_them(qtbot: QtBot, stage: Stage) -> None:
    boxes = [row.box for row in stage.dialog.free.rows.values()]
    assert boxes[0].hasFocus()
    qtbot.keyClick(boxes[0], Qt.Key.Key_Down)
    assert boxes[1].hasFocus()
    qtbot.keyClick(boxes[1], Qt.Key.Key_Space)
    assert stage.dialog.free.ticks.keys == (DEEPSEEK,)
    name = boxes[1].accessibleName().replace("\u00a0", " ")
    assert name.startswith(
        "deepseek-r1:14b, frees 9 gigabytes, Not seen in memory on any of the 61"
    )


def test_ticks_and_focus_stay_when_other_models_come(stage: Stage) -> None:
    rows = stage.dialog.free.rows
    rows[LLAVA].box.click()
    rows[LLAVA].box.setFocus()
    more = ModelRecord(data.SERVER, "new:1b", "ab" * 32, 3 * disks.GB)
    index = LayerIndex({**disks.layer_index().by_digest, more.digest: KnownLayers((), True)})
    stage.state.disk.put_freeing(disks.freeing(0, (*disks.MODELS, more), index))
    assert stage.dialog.free.ticks.keys == (LLAVA,)
    assert stage.dialog.free.rows[LLAVA].box.hasFocus()
    assert stage.dialog.free.rows[LLAVA].box.isChecked()


def test_who_is_not_offered_is_counted(stage: Stage) -> None:
    words = "5 models aren’t offered: 2 loaded, 2 starred, 1 pinned. Cloud models take no space."
    assert words in stage.said()


def test_a_server_that_is_away_can_delete_nothing(stage: Stage) -> None:
    stage.dialog.free.rows[LLAVA].box.click()
    facts.set_status(stage.state, ServerStatus(data.SERVER, ServerState.OFFLINE, data.NOW))
    assert not stage.dialog.delete_button.isEnabled()
    assert stage.dialog.delete_button.toolTip() == "Can’t reach “This computer”"
    assert not stage.dialog.free.rows[LLAVA].box.isEnabled()


def test_what_was_freed_is_said_and_the_download_goes_on(wanted: Stage) -> None:
    dialog = wanted.dialog
    button(dialog, "Select them").click()
    dialog.delete_button.click()
    refs = tuple(ModelRef(*key) for key in dialog.free.ticks.keys)
    wanted.state.tell_deleted(DeleteOutcome(refs, ()))
    assert dialog.free.done.title.replace("\u00a0", " ") == "16 GB freed"
    assert dialog.free.done.body == "deepseek-r1:70b goes on by itself."
    button(dialog, "Show download").click()
    assert wanted.told.take("pull_show_requested") == ["disk"]


def test_what_was_not_deleted_is_not_counted(wanted: Stage) -> None:
    dialog = wanted.dialog
    button(dialog, "Select them").click()
    dialog.delete_button.click()
    first = dialog.free.ticks.keys[0]
    wanted.state.tell_deleted(DeleteOutcome((ModelRef(*first),), ()))
    assert dialog.free.done.title.replace("\u00a0", " ") == "7.4 GB freed"
    assert dialog.free.done.body == ""


def test_deletions_elsewhere_say_nothing_here(wanted: Stage) -> None:
    wanted.state.tell_deleted(DeleteOutcome((ModelRef(*LLAVA),), ()))
    assert wanted.dialog.free.done.isHidden()


def test_another_computer_has_no_bar_and_one_page(stage: Stage) -> None:
    stage.state.disk.put_report(DiskReport(data.SERVER))
    dialog = stage.dialog
    assert "How much is free on “This computer” isn’t known" in stage.said()
    assert not dialog.head.bar.isVisible()
    assert [dialog.tabs.isTabVisible(index) for index in range(3)] == [True, False, False]


def test_what_is_not_readable_is_said(stage: Stage) -> None:
    stage.state.disk.put_report(replace(disks.report(), contents=None))
    assert "What else lies there isn’t readable for you." in stage.said()
    assert stage.dialog.head.bar.isVisible()


def test_what_takes_the_space_opens_models(qtbot: QtBot, stage: Stage) -> None:
    stage.dialog.tabs.setCurrentIndex(1)
    listed = stage.dialog.takers.list
    titles = [row.title for row in listed.rows]
    assert titles[:2] == ["deepseek-r1:70b", "phi4:14b"]
    assert "meeting-notes:latest, mistral:7b" in titles
    assert [row.word for row in listed.rows if not row.model] == [
        "unfinished", "files no model uses", "stored once", "unfinished", "unfinished"
    ]  # fmt: skip
    listed.setFocus()
    qtbot.keyClick(listed, Qt.Key.Key_Return)
    assert stage.told.take("details_dialog_requested") == [], "it is not installed"
    qtbot.keyClick(listed, Qt.Key.Key_Down)
    qtbot.keyClick(listed, Qt.Key.Key_Return)
    (ref,) = stage.told.take("details_dialog_requested")
    assert ref.key == (data.SERVER, "phi4:14b")


def test_unfinished_downloads_are_told_and_go_on(stage: Stage) -> None:
    stage.dialog.tabs.setCurrentIndex(2)
    rows = {row.name.name: row for row in stage.dialog.others.rows}
    assert list(rows) == [
        "deepseek-r1:70b", "qwen3:32b", "A model that isn’t known", "3 files",
        "split-gguf-3812004417",
    ]  # fmt: skip
    lost = "66% is here. It’s lost if Ollama is restarted before this goes on."
    assert rows["deepseek-r1:70b"].note.label.text() == lost
    rows["deepseek-r1:70b"].button.click()
    assert stage.told.take("pull_show_requested") == ["disk"]
    rows["qwen3:32b"].button.click()
    assert stage.told.take("pull_resume_requested") == ["gone"]
    assert rows["A model that isn’t known"].button.isHidden()
    assert "Ollama Tray deletes no file here." in stage.said()


def test_what_belongs_to_a_newer_version_that_is_known_of(stage: Stage) -> None:
    """Somebody else began to pull it, with another program."""
    key = (data.SERVER, "phi4:14b")
    layers = pack([Layer(disks.LOST_LAYER, LayerKind.MODEL, 2_000_000_000)])
    verdict = Verdict(Standing.WEIGHTS, data.record("phi4:14b").digest)
    stage.state.set_verdict(ModelVerdict(key, verdict, packed=layers))
    stage.state.disk.put_report(disks.report(replace(disks.contents(), left_count=7)))
    stage.dialog.tabs.setCurrentIndex(2)
    rows = {row.name.name: row for row in stage.dialog.others.rows}
    assert "A model that isn’t known" not in rows
    assert rows["phi4:14b"].note.label.text() == "Last written 5 weeks ago."
    rows["phi4:14b"].button.click()
    assert stage.told.take("pull_dialog_requested") == ["phi4:14b"]
    titles = [row.title for row in stage.dialog.takers.list.rows]
    assert titles.count("phi4:14b") == 2, "what it takes, and what is on its way to it"


def test_what_an_installed_model_misses_is_named(stage: Stage) -> None:
    found = disks.contents()
    *known, lost = found.unfinished
    lost = replace(lost, names=("mistral:7b",))
    stage.state.disk.put_report(disks.report(replace(found, unfinished=(*known, lost))))
    stage.dialog.tabs.setCurrentIndex(2)
    rows = {row.name.name: row for row in stage.dialog.others.rows}
    rows["mistral:7b"].button.click()
    assert stage.told.take("pull_dialog_requested") == ["mistral:7b"]


def test_the_keyboard_stays_in_its_row_while_others_come_and_go(stage: Stage) -> None:
    def has_focus(name: str) -> bool:
        (row,) = [row for row in stage.dialog.others.rows if row.name.name == name]
        return stage.dialog.focusWidget() is row.button

    stage.dialog.tabs.setCurrentIndex(2)
    first = disks.contents()
    big, small, lost = first.unfinished
    stage.dialog.others.rows[1].button.setFocus()
    assert has_focus("qwen3:32b")
    grown = replace(small, disk_bytes=2 * big.disk_bytes)
    stage.state.disk.put_report(disks.report(replace(first, unfinished=(grown, big, lost))))
    assert [row.name.name for row in stage.dialog.others.rows][:2] == [
        "qwen3:32b",
        "deepseek-r1:70b",
    ]
    assert has_focus("qwen3:32b")
    stage.state.disk.put_report(disks.report(replace(first, unfinished=(big, lost))))
    assert has_focus("deepseek-r1:70b"), "its neighbor, as it has gone"


def test_what_stops_the_cleanup_is_said_on_top(stage: Stage) -> None:
    found = replace(disks.contents(), damaged=("foo:latest",))
    stage.state.disk.put_report(disks.report(found))
    stage.dialog.tabs.setCurrentIndex(2)
    card = stage.dialog.others.stopped
    assert card.title == "Ollama’s own cleanup is stopped"
    assert card.body.startswith("The damaged manifest of foo:latest stops all of it.")
    card.button.click()
    assert stage.told.take("pull_dialog_requested") == ["foo:latest"]
    rows = {row.name.name: row for row in stage.dialog.others.rows}
    assert rows["deepseek-r1:70b"].note.label.text() == "66% is here; last written 2\u00a0h ago."


def test_nothing_else(stage: Stage) -> None:
    stage.state.disk.put_report(
        disks.report(replace(disks.contents(), unfinished=(), left_count=0, left_folders=()))
    )
    stage.dialog.tabs.setCurrentIndex(2)
    said = stage.said()
    assert "Nothing else lies there." in said
    assert not any("removes" in each for each in said)


def test_bones_come_when_it_takes_long(qtbot: QtBot) -> None:
    made = make(qtbot, NOTHING, is_known=False)
    assert "Counting…" not in made.said()
    qtbot.waitUntil(lambda: "Counting…" in made.said())
    disks.tell(made.state)
    assert "Counting…" not in made.said()
    assert made.dialog.free.rows[LLAVA].box.isVisible()
    made.dialog.close()


def test_thousands_are_ticked_in_a_list(qtbot: QtBot, stage: Stage) -> None:
    models = tuple(
        ModelRecord(data.SERVER, f"m{number:04}:1b", f"{number:064x}", disks.GB)
        for number in range(1_000)
    )
    index = LayerIndex({model.digest: KnownLayers((), is_whole=True) for model in models})
    stage.state.disk.put_freeing(disks.freeing(0, models, index))
    free = stage.dialog.free
    assert free.rows == {}
    assert free.list.offers.rowCount() == 1_000
    free.list.setFocus()
    qtbot.keyClick(free.list, Qt.Key.Key_Down)
    qtbot.keyClick(free.list, Qt.Key.Key_Space)
    key = free.list.offers.key_at(1)
    assert free.ticks.keys == (key,)
    rect = free.list.visualRect(free.list.offers.index(2))
    qtbot.mouseClick(free.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert len(free.ticks.keys) == 2
    check = free.list.offers.index(1).data(Qt.ItemDataRole.CheckStateRole)
    assert check == Qt.CheckState.Checked


def test_the_page_is_kept_and_targets_are_not(qtbot: QtBot, wanted: Stage) -> None:
    wanted.dialog.tabs.setCurrentIndex(2)
    assert wanted.settings.values.disk_page == "others"
    again = DiskDialog(NOTHING, wanted.settings, wanted.state, wanted.dialog._commands)
    assert again.tabs.currentIndex() == 2
    other = DiskDialog(disks.TARGET, wanted.settings, wanted.state, wanted.dialog._commands)
    assert other.tabs.currentIndex() == 0
    for each in (again, other):
        each.close()
        each.deleteLater()


def test_f5_looks_again(qtbot: QtBot, stage: Stage) -> None:
    stage.told.take("disk_report_requested")
    qtbot.keySequence(stage.dialog, QKeySequence("F5"))
    assert stage.told.take("disk_report_requested") == [NOTHING]
