"""The tab Version: the card of each verdict, the table of what differs, and what can be said."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots import updates as shots
from tests.shots.dialogs import open_details
from tests.shots.scene import Scene, known
from tests.widgets.helpers import clipboard, emitted, shown
from tray_app.core.payloads import ModelRef, ModelRefs
from tray_app.core.sharing import LayerIndex
from tray_app.core.updates.facts import CheckState
from tray_app.core.updates.schedule import Every
from tray_app.core.updates.verdicts import Marks, Standing
from tray_app.views.details.dialog import DetailsDialog

LLAVA = ModelRef(data.SERVER, "llava:13b", data.digest("llava:13b"))


@pytest.fixture
def scene() -> Scene:
    return shots.version_scene()


@pytest.fixture
def dialog(qtbot: QtBot, scene: Scene) -> DetailsDialog:
    found = shown(qtbot, open_details("llava:13b", scene))
    found.show_version()
    return found


def judge(scene: Scene, standing: Standing, marks: Marks = Marks(), **more: object) -> None:  # noqa: B008
    found = shots.llava()
    verdict = replace(found.verdict, standing=standing, **more)  # type: ignore[arg-type]
    scene.state.set_verdict(replace(found, verdict=verdict, marks=marks))


CARDS = {
    "current": ("Up to date", "Check now", "", "Pin"),
    "weights": ("Newer version: 4.3\u00a0GB of 4.4\u00a0GB to download", "Check now",
                "&Update 4.3\u00a0GB", "Pin Skip"),
    "weights, smaller there": ("Rebuilt: 4.4\u00a0GB instead of 5.6\u00a0GB", "Check now",
                               "&Update 4.3\u00a0GB", "Pin Skip"),
    "small": ("Only the template changed: 2\u00a0KB", "Check now", "&Update 2\u00a0KB", "Pin Skip"),
    "changed": ("Differs from ollama.com", "Check now", "&Update anyway…", "Pin Skip"),
    "needs server": ("A newer version needs Ollama 0.34", "How…", "", "Pin Skip"),
    "absent": ("Not at ollama.com under this name", "Ask again", "", "Pin"),
    "made here": ("Made on this server", "", "", ""),
    "unknown, never answered": ("Not checked yet", "Check now", "", "Pin"),
    "unknown, an older verdict stays": ("Up to date on 4 May", "Try now", "", "Pin"),
    "private or gone": ("Private or gone at ollama.com", "Ask again", "", "Pin"),
    "not asked": ("Not looked up", "Settings…", "", "Pin"),
    "cloud": ("Runs on ollama.com", "", "", "Pin"),
    "pinned": ("Newer version: 4.3\u00a0GB of 4.4\u00a0GB to download", "Check now",
               "", "Pin Skip"),
    "skipped": ("Newer version: 4.3\u00a0GB of 4.4\u00a0GB to download", "Check now",
                "&Update 4.3\u00a0GB", "Pin Skip"),
}  # fmt: skip


@pytest.mark.parametrize("case", shots.every_verdict())
def test_every_verdict_has_its_card(qtbot: QtBot, case: str) -> None:
    scene = known()
    scene.state.set_verdict(shots.every_verdict()[case])
    dialog = shown(qtbot, open_details("mistral:7b", scene))
    dialog.show_version()
    tab = dialog.version
    rows = [
        word
        for word, row in (("Pin", tab.pin), ("Skip", tab.skip))
        if not row.isHidden() and not tab.model_card.isHidden()
    ]
    button = "" if tab.card.button.isHidden() else tab.card.button.text()
    update = "" if dialog.update_button.isHidden() else dialog.update_button.text()
    assert (tab.card.title, button, update, " ".join(rows)) == CARDS[case]


def test_what_differs_is_listed_part_by_part(dialog: DetailsDialog) -> None:
    table = dialog.version.table
    rows = []
    for index in range(table.topLevelItemCount()):
        item = table.topLevelItem(index)
        assert item is not None
        rows.append(tuple(item.text(column) for column in range(4)))
    assert rows == [
        ("Weights", "7.4\u00a0GB", "7.4\u00a0GB, other content", "7.4\u00a0GB"),
        ("Projector", "645\u00a0MB", "the same", "nothing"),
        ("Template", "45\u00a0B", "67\u00a0B, other content", "67\u00a0B"),
        ("System prompt", "none", "112\u00a0B", "112\u00a0B"),
        ("License", "11\u00a0KB", "the same", "nothing"),
    ]
    assert table.headerItem().text(2) == "At ollama.com"
    first = table.topLevelItem(0)
    assert first is not None
    spoken = first.data(0, Qt.ItemDataRole.AccessibleTextRole)
    words = "Weights, here 7.4 gigabytes, at ollama.com other content, 7.4 gigabytes to download"
    assert spoken == words
    assert dialog.version.note.isHidden()


def test_the_digests_of_a_part_can_be_copied(qtbot: QtBot, dialog: DetailsDialog) -> None:
    table = dialog.version.table
    item = table.topLevelItem(2)
    assert item is not None
    table.setCurrentItem(item)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard() == f"Here: sha256:{4003:064x}\nThere: sha256:{5003:064x}"


def test_layers_that_are_not_known_are_not_called_absent(
    dialog: DetailsDialog, scene: Scene
) -> None:
    scene.state.set_layer_index(LayerIndex({}))
    assert dialog.version.note.text() == "Only the weights are known for this server."
    assert not dialog.version.note.isHidden()
    item = dialog.version.table.topLevelItem(0)
    assert item is not None
    assert item.text(1) == "not known"


def test_nothing_is_listed_where_nothing_differs(dialog: DetailsDialog, scene: Scene) -> None:
    judge(scene, Standing.CURRENT)
    assert dialog.version.table.isHidden() or not dialog.version.table.isVisible()
    assert dialog.update_button.isHidden()


def test_a_question_shows_until_it_is_answered(dialog: DetailsDialog, scene: Scene) -> None:
    tab = dialog.version
    with emitted(scene.commands.update_check_models_requested) as asked:
        tab.card.button.click()
    assert asked == [ModelRefs((LLAVA,))]
    assert tab.card.title == "Asking ollama.com…"
    judge(scene, Standing.CURRENT)
    assert tab.card.title == "Up to date"


def test_pinning_and_skipping(dialog: DetailsDialog, scene: Scene) -> None:
    commands, tab = scene.commands, dialog.version
    with emitted(commands.pin_requested) as pinned, emitted(commands.skip_requested) as skipped:
        tab.pin.box.click()
        tab.skip.button.click()
    assert (pinned, skipped) == ([LLAVA], [LLAVA])
    judge(scene, Standing.WEIGHTS, Marks(is_pinned=True, is_skipped=True))
    assert tab.pin.box.isChecked()
    assert tab.skip.title.text() == "Version of 2 May: skipped"
    assert dialog.update_button.isHidden(), "pinned"
    with (
        emitted(commands.unpin_requested) as free,
        emitted(commands.offer_again_requested) as again,
    ):
        tab.pin.box.click()
        tab.skip.button.click()
    assert (free, again) == ([LLAVA], [LLAVA])


def test_a_name_can_be_left_to_itself(dialog: DetailsDialog, scene: Scene) -> None:
    commands, tab = scene.commands, dialog.version
    with emitted(commands.never_look_up_requested) as never:
        tab.never.box.click()
    assert never == ["llava:13b"]
    judge(scene, Standing.NOT_ASKED)
    assert tab.never.isHidden(), "its registry is not allowed"
    scene.state.set_never_looked_up(("llava:13b",))
    assert not tab.never.isHidden()
    assert tab.never.box.isChecked()
    assert tab.card.body == "You chose that no registry is asked about this name."
    with emitted(commands.look_up_again_requested) as again:
        tab.never.box.click()
    assert again == ["llava:13b"]


def test_when_all_are_asked_about_is_said_as_it_changes(
    dialog: DetailsDialog, scene: Scene
) -> None:
    judge(scene, Standing.UNKNOWN)
    assert dialog.version.card.body == ""
    scene.state.set_update_check(CheckState(every=Every.WEEK))
    assert dialog.version.card.body == "ollama.com is asked once a week."


def test_the_way_back_to_a_kept_version(dialog: DetailsDialog, scene: Scene) -> None:
    made = shots.backup()
    scene.state.set_backups((made,), ())
    (row,) = dialog.version.old_rows
    assert row.helper.text() == "Kept until 9 May as llava:13b-before-2026-05-02."
    with emitted(scene.commands.go_back_dialog_requested) as asked:
        row.button.click()
    assert asked == [ModelRef(data.SERVER, made.name, made.digest)]
    scene.state.set_backups((), ())
    assert dialog.version.old_rows == []


def test_it_can_be_updated_from_here(dialog: DetailsDialog, scene: Scene) -> None:
    assert dialog.update_button.text() == "&Update 7.4\u00a0GB"
    with emitted(scene.commands.update_one_requested) as asked:
        dialog.update_button.click()
    assert asked == [LLAVA]


def test_the_overview_has_the_short_verdict(dialog: DetailsDialog, scene: Scene) -> None:
    told = dialog.overview.model.value_of("Update")
    assert told == "Newer version: 7.4\u00a0GB of 8.0\u00a0GB to download"
    judge(scene, Standing.CURRENT)
    assert dialog.overview.model.value_of("Update") == "Up to date, checked today, 12:32"


def test_a_verdict_about_another_version_counts_for_nothing(
    dialog: DetailsDialog, scene: Scene
) -> None:
    judge(scene, Standing.WEIGHTS, digest="b" * 64)
    assert dialog.version.card.title == "Not checked yet"
    assert dialog.update_button.isHidden()


def test_the_buttons_of_the_card_lead_on(dialog: DetailsDialog, scene: Scene) -> None:
    commands = scene.commands
    judge(scene, Standing.NOT_ASKED)
    with emitted(commands.settings_dialog_requested) as page:
        dialog.version.card.button.click()
    judge(scene, Standing.NEEDS_SERVER, requires="0.34.0")
    with emitted(commands.newer_ollama_dialog_requested) as doctor:
        dialog.version.card.button.click()
    assert page == ["updates"]
    assert len(doctor) == 1
