"""The details dialog: what it shows when, and what it asks for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QPushButton, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.dialogs import PARAMETERS, TEMPLATE, info, open_details, ref
from tests.shots.scene import Scene, blank, known
from tests.support import facts
from tests.widgets.helpers import button, clipboard, emitted, shown, texts
from tray_app.core.errors import Unreachable
from tray_app.core.keeping.measuring import Measurements
from tray_app.core.keeping.records import (
    KeepKind,
    KeepNews,
    KeepNote,
    KeepRequest,
    KeepStatus,
    KeptModel,
    Loading,
    Measurement,
    NoRoom,
)
from tray_app.core.payloads import BusyModel, CopyRequest, Failure, LoadRequest, ModelRefs, Verb
from tray_app.core.records import ModelInfo, RunningModel, ServerState, Snapshot
from tray_app.core.remarks import Remark
from tray_app.core.sharing import LayerIndex
from tray_app.core.use.ledger import Known, LastUse
from tray_app.text import clock_time
from tray_app.views.components.badges import Badge
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.tables import CardTable
from tray_app.views.details.dialog import DetailsDialog
from tray_app.views.details.facts import MAX_LINE, MAX_TEXT, license_title
from tray_app.views.details.info import ModelInfoTab, ParametersTab
from tray_app.views.details.memory import STOP_LOADING
from tray_app.views.details.page import DetailsPage
from tray_app.views.details.text import TextTab
from tray_app.views.details.version import VersionTab

QWEN = data.record("qwen3:8b")


@pytest.fixture
def scene() -> Scene:
    return known()


@pytest.fixture
def dialog(qtbot: QtBot, scene: Scene) -> DetailsDialog:
    """Just opened: asked for the details, which have not come."""
    return shown(qtbot, open_details("qwen3:8b", scene))


WAITING = {"blank", "loading"}  # the second follows the first by itself


def pages(dialog: DetailsDialog) -> set[str]:
    """What the tabs show that wait for the answer."""
    version = dialog.tabs.widget(1)
    return {page.shows for page in dialog.findChildren(DetailsPage) if page is not version}


def poll(scene: Scene, **changes: object) -> None:
    """The server is asked again, and something is different."""
    answer: Snapshot = replace(data.snapshot(), **changes)  # type: ignore[arg-type]
    facts.set_snapshot(scene.state, answer)


def answer(scene: Scene, name: str = "qwen3:8b", **changes: object) -> None:
    """The details have come."""
    scene.state.set_details(replace(info(name), **changes))  # type: ignore[arg-type]


def fail(scene: Scene) -> None:
    """The details do not come."""
    error = Unreachable(data.ADDRESS, "<b>lost</b>")
    scene.state.tell_failed(Failure(Verb.SHOW, ref(QWEN), error))


def nbsp(text: str) -> str:
    return text.replace("\u00a0", " ")


def cells(table: CardTable, *columns: int) -> list[tuple[str, ...]]:
    """The texts of the rows at the top, by columns."""
    found = []
    for index in range(table.topLevelItemCount()):
        item = table.topLevelItem(index)
        assert item is not None
        found.append(tuple(nbsp(item.text(column)) for column in columns))
    return found


def test_it_opens_with_what_the_table_knows(dialog: DetailsDialog) -> None:
    model, disk = dialog.overview.model, dialog.overview.disk
    assert dialog.windowTitle() == "qwen3:8b · This computer"
    assert model.value_of("Family") == "qwen3"
    assert model.value_of("Parameters") == "8.2B"
    assert model.value_of("Quantization") == "Q4_K_M"
    assert model.value_of("Format") == "GGUF"
    assert model.value_of("License") == "—"
    assert nbsp(disk.value_of("Size")) == "5.2 GB"
    assert nbsp(disk.value_of("Frees if deleted")) == "5.2 GB, nothing is shared"
    assert "2 May 2026" in disk.value_of("Modified")
    assert nbsp(dialog.header.line.text()) == "5.2 GB · Modified 2 days ago · Digest"


def test_it_asks_shows_a_spinner_and_fills(qtbot: QtBot, scene: Scene) -> None:
    with emitted(scene.commands.details_requested) as asked:
        dialog = shown(qtbot, open_details("qwen3:8b", scene))
    assert asked == [ref(QWEN)]
    assert pages(dialog) <= WAITING
    qtbot.waitUntil(lambda: pages(dialog) == {"loading"})
    answer(scene)
    assert dialog.overview.model.value_of("License") == "Apache License 2.0"
    assert dialog.template.editor.toPlainText() == TEMPLATE
    assert dialog.template.line.text() == f"Go template, {len(TEMPLATE)} characters"
    assert "loading" not in pages(dialog)


def test_details_that_were_read_before_are_not_asked_for(qtbot: QtBot, scene: Scene) -> None:
    answer(scene)
    with emitted(scene.commands.details_requested) as asked:
        dialog = shown(qtbot, open_details("qwen3:8b", scene))
    assert asked == []
    assert dialog.template.editor.toPlainText() == TEMPLATE


def test_a_quick_answer_shows_no_spinner(scene: Scene, dialog: DetailsDialog) -> None:
    answer(scene)
    assert pages(dialog) == {"content", "empty"}
    own = dialog.findChildren(QTimer, options=Qt.FindChildOption.FindDirectChildrenOnly)
    timers = [timer for timer in own if timer.isSingleShot()]
    assert timers
    assert not any(timer.isActive() for timer in timers)


def test_a_tab_is_made_when_somebody_looks(scene: Scene, dialog: DetailsDialog) -> None:
    answer(scene)
    assert not dialog.findChildren(TextTab)
    dialog.tabs.setCurrentIndex(3)
    (tab,) = dialog.findChildren(TextTab)
    assert tab.editor.toPlainText() == TEMPLATE
    dialog.tabs.setCurrentIndex(0)
    answer(scene, template="Another.")
    assert tab.editor.toPlainText() == "Another."
    assert not dialog.findChildren(VersionTab)
    dialog.show_version()
    (version,) = dialog.findChildren(VersionTab)
    assert version.card.title


def test_empty_tabs_say_so(scene: Scene, dialog: DetailsDialog) -> None:
    answer(scene, license="", template="", parameters="")
    said = set()
    for number in range(dialog.tabs.count()):
        dialog.tabs.setCurrentIndex(number)
        page = dialog.tabs.currentWidget()
        if isinstance(page, DetailsPage) and page.shows == "empty":
            said |= {label.text() for label in page.findChildren(PlainLabel) if label.isVisible()}
    assert said == {
        "This model sets no parameters.",
        "This model has no template.",
        "This model has no system prompt.",
        "This model has no license text.",
    }


def test_an_error_is_told_in_place_with_retry(scene: Scene, dialog: DetailsDialog) -> None:
    other = ref(data.record("mistral:7b"))
    scene.state.tell_failed(Failure(Verb.SHOW, other, Unreachable(data.ADDRESS)))
    scene.state.tell_failed(Failure(Verb.LOAD, ref(QWEN), Unreachable(data.ADDRESS)))
    assert pages(dialog) <= WAITING
    fail(scene)
    assert pages(dialog) == {"error"}
    assert "Can’t show qwen3:8b" in texts(dialog)
    assert dialog.overview.model.value_of("Family") == "qwen3"
    with emitted(scene.commands.details_requested) as asked:
        button(dialog, "Retry").click()
    assert asked == [ref(QWEN)]
    assert pages(dialog) <= WAITING
    answer(scene)
    assert "Can’t show qwen3:8b" not in texts(dialog)


def test_older_details_stay_when_new_ones_fail(scene: Scene, dialog: DetailsDialog) -> None:
    answer(scene)
    fail(scene)
    assert dialog.template.editor.toPlainText() == TEMPLATE
    assert "error" not in pages(dialog)


def test_answers_for_others_are_not_shown(scene: Scene, dialog: DetailsDialog) -> None:
    answer(scene, "mistral:7b")
    assert pages(dialog) <= WAITING


def test_another_version_from_outside_is_asked_for(scene: Scene, dialog: DetailsDialog) -> None:
    answer(scene)
    newer = replace(QWEN, digest="f" * 64)
    with emitted(scene.commands.details_requested) as asked:
        poll(scene, models=(newer,))
        poll(scene, models=(newer,))
    assert asked == [ref(newer)]


def test_a_deleted_model_can_do_nothing(scene: Scene, dialog: DetailsDialog) -> None:
    poll(scene, models=data.MODELS[:2], running=())
    assert "This model was deleted." in texts(dialog)
    assert not dialog.delete_button.isEnabled()
    assert not dialog.load_button.isEnabled()
    poll(scene)
    assert dialog.delete_button.isEnabled()
    assert "This model was deleted." not in texts(dialog)


def test_without_the_server_nothing_can_be_done(scene: Scene, dialog: DetailsDialog) -> None:
    facts.set_status(scene.state, data.status(ServerState.OFFLINE))
    assert not dialog.delete_button.isEnabled()
    assert dialog.delete_button.toolTip() == "Can’t reach “This computer”"


def badges(dialog: DetailsDialog) -> set[str]:
    return {each.spec.text for each in dialog.header.findChildren(Badge) if each.isVisible()}


def test_what_is_in_memory_is_not_known_while_the_server_is_out_of_reach(
    scene: Scene, dialog: DetailsDialog
) -> None:
    facts.set_status(scene.state, data.status(ServerState.OFFLINE))
    assert not dialog.overview.memory.isVisible()
    assert "Loaded" not in badges(dialog)
    assert dialog.load_button.text() == "&Load"
    facts.set_status(scene.state, data.status())
    assert dialog.overview.memory.isVisible()
    assert "Loaded" in badges(dialog)
    assert dialog.load_button.text() == "Un&load"


def test_the_footer_asks(scene: Scene, dialog: DetailsDialog) -> None:
    with emitted(dialog.delete_clicked) as deletes:
        button(dialog, "Delete…").click()
    with emitted(dialog.duplicate_clicked) as duplicates:
        button(dialog, "Duplicate…").click()
    with emitted(scene.commands.unload_requested) as unloads:
        button(dialog, "Unload").click()
    assert deletes == duplicates == unloads == [ref(QWEN)]
    poll(scene, running=())
    with emitted(scene.commands.load_requested) as loads:
        button(dialog, "Load").click()
    assert loads == [LoadRequest(ref(QWEN))]


def test_a_loaded_model_tells_its_memory(scene: Scene, dialog: DetailsDialog) -> None:
    memory = dialog.overview.memory
    assert memory.isVisible()
    assert nbsp(memory.until.text()) == "Unloads in 4 min 12 s"
    with emitted(scene.commands.keep_requested) as wishes:
        button(dialog, "Keep loaded").click()
    assert wishes == [KeepRequest(ref(QWEN))]
    kept = replace(data.RUNNING[0], expires_at=data.NOW + timedelta(days=365 * 200))
    poll(scene, running=(kept,))
    assert memory.until.text() == "Kept until you unload it"
    poll(scene, running=())
    assert not memory.isVisible()


AT = datetime(2026, 5, 4, 14, 2, tzinfo=UTC)
OUT = KeepStatus(KeepKind.OUT, AT, "gemma3:27b")


@pytest.mark.parametrize(
    ("status", "again", "title", "body", "buttons"),
    [
        (KeepStatus(KeepKind.KEPT), False, "Kept loaded", "", ["Stop keeping"]),
        (
            KeepStatus(KeepKind.KEPT),
            True,
            "Kept loaded",
            "Loaded again if something pushes it out.",
            ["Stop keeping"],
        ),
        (
            KeepStatus(
                KeepKind.KEPT, overwritten_s=298, put_back_at=data.NOW - timedelta(seconds=20)
            ),
            True,
            "Kept loaded",
            "Another program set 5 minutes. Put back 20 s ago.",
            ["Stop keeping"],
        ),
        (
            OUT,
            True,
            "Kept, but not in memory",
            (
                "gemma3:27b took its place at {at}. It’s loaded again when it fits and nobody else"
                " loaded a model for 5 minutes."
            ),
            ["Stop keeping", "Load now"],
        ),
        (
            OUT,
            False,
            "Kept, but not in memory",
            "gemma3:27b took its place at {at}. Load it again by hand.",
            ["Stop keeping", "Load now"],
        ),
        (
            KeepStatus(KeepKind.GIVEN_UP, AT, "gemma3:27b"),
            True,
            "No longer kept",
            "It was pushed out of memory three times in an hour, last at {at} by gemma3:27b.",
            ["Keep loaded"],
        ),
        (
            KeepStatus(KeepKind.LEFT_OUT, needed_bytes=18_100_000_000),
            False,
            "Kept, but not in memory",
            "Left out: 18 GB don’t fit beside the others.",
            ["Stop keeping"],
        ),
        (KeepStatus(KeepKind.WAITING), False, "Kept, not in memory yet", "", ["Stop keeping"]),
    ],
)
def test_the_memory_of_a_kept_model_in_every_state(
    scene: Scene,
    dialog: DetailsDialog,
    status: KeepStatus,
    again: bool,
    title: str,
    body: str,
    buttons: list[str],
) -> None:
    if status.kind is not KeepKind.KEPT:
        poll(scene, running=())
    scene.settings.set("keep_again", again)
    is_kept = status.kind is not KeepKind.GIVEN_UP
    keeping = scene.state.keeping
    keeping.set_kept((KeptModel(data.SERVER, "qwen3:8b", 4096),) if is_kept else ())
    keeping.set_status((data.SERVER, "qwen3:8b"), status)
    memory = dialog.overview.memory
    assert memory.isVisible()
    assert memory.until.text() == title
    assert nbsp(memory.more.text()) == body.format(at=clock_time(AT))
    shown_buttons = [each.text().replace("&", "") for each in memory.buttons.values()
                     if each.isVisible()]  # fmt: skip
    assert shown_buttons == buttons
    assert ("Kept" in badges(dialog)) is is_kept
    letters = [each.shortcut().toString() for each in dialog.findChildren(QPushButton)
               if each.isVisible() and not each.shortcut().isEmpty()]  # fmt: skip
    # The same letter twice would only move the focus.
    assert len(letters) == len(set(letters))


def test_the_buttons_of_a_kept_one_ask(scene: Scene, dialog: DetailsDialog) -> None:
    poll(scene, running=())
    scene.state.keeping.set_kept((KeptModel(data.SERVER, "qwen3:8b"),))
    scene.state.keeping.set_status((data.SERVER, "qwen3:8b"), OUT)
    with emitted(scene.commands.keep_stop_requested) as stops:
        button(dialog, "Stop keeping").click()
    with emitted(scene.commands.keep_load_requested) as loads:
        button(dialog, "Load now").click()
    assert stops == loads == [ref(QWEN)]
    with emitted(scene.commands.keep_load_requested) as loads:
        dialog.load_button.click()
    assert loads == [ref(QWEN)]


def test_that_it_does_not_fit_is_told_above(scene: Scene, dialog: DetailsDialog) -> None:
    room = NoRoom(("phi4:14b",), 9_000_000_000, 6_000_000_000, 12_000_000_000)
    scene.state.keeping.tell(KeepNote(KeepNews.NO_ROOM, ref(QWEN), no_room=room))
    assert dialog.banner.isVisible()
    assert any("don’t fit together" in words for words in texts(dialog.banner))


def test_a_load_tells_how_long_it_takes_and_can_be_stopped(
    scene: Scene, dialog: DetailsDialog
) -> None:
    poll(scene, running=())
    loading = Loading(ref(QWEN), data.clock_s() - 14, 32768, 21.0)
    scene.state.set_busy(BusyModel(ref(QWEN), Verb.LOAD))
    scene.state.keeping.set_loading(loading)
    memory = dialog.overview.memory
    assert nbsp(memory.until.text()) == "Loading, 14 s"
    assert nbsp(memory.more.text()) == "Context 32,768. Last time it took 21 s."
    with emitted(scene.commands.load_stop_requested) as stops:
        memory.buttons[STOP_LOADING].click()
    assert stops == [ref(QWEN)]
    scene.state.keeping.set_loading(replace(loading, is_stopping=True))
    scene.state.set_busy(BusyModel(ref(QWEN), Verb.STOP))
    assert memory.until.text() == "Stopping…"
    assert dialog.load_button.text() == "Stopping…"
    assert not dialog.load_button.isEnabled()
    scene.state.keeping.end_loading(ref(QWEN).key)
    scene.state.set_busy(BusyModel(ref(QWEN), None))
    assert not memory.isVisible()


def test_what_was_measured_stands_below(scene: Scene, dialog: DetailsDialog) -> None:
    assert not dialog.overview.measured.isVisible()
    digest = QWEN.digest
    taken = [
        Measurement(data.SERVER, digest, 4096, 6_300_000_000, 6_300_000_000, AT, version="0.33.1"),
        Measurement(data.SERVER, digest, 40960, 12_900_000_000, 10_600_000_000, AT),
        Measurement(data.SERVER, digest, 8192, 9_100_000_000, 0, AT, beside=("phi4:14b",)),
    ]
    scene.state.keeping.set_measurements(Measurements(taken))
    measured = dialog.overview.measured
    assert measured.isVisible()
    assert nbsp(measured.value_of("Context 4,096")) == "6.3 GB, all on the card"
    assert nbsp(measured.value_of("Context 8,192")) == "9.1 GB, on the processor"
    assert nbsp(measured.value_of("Context 40,960")) == "12 GB, 82% on the card"


def test_memory_that_the_server_does_not_tell(scene: Scene, dialog: DetailsDialog) -> None:
    poll(scene, running=(RunningModel(data.SERVER, "qwen3:8b"),))
    assert dialog.overview.memory.isVisible()
    poll(scene, running=None)
    assert not dialog.load_button.isEnabled()


def test_busy_models_wait(scene: Scene, dialog: DetailsDialog) -> None:
    scene.state.set_busy(BusyModel(ref(QWEN), Verb.UNLOAD))
    assert not dialog.load_button.isEnabled()
    assert dialog.load_button.text() == "Unloading…"
    scene.state.set_busy(BusyModel(ref(QWEN), None))
    assert dialog.load_button.isEnabled()


def test_a_cloud_model_is_not_loaded_here(qtbot: QtBot, scene: Scene) -> None:
    dialog = shown(qtbot, open_details("gpt-oss:120b-cloud", scene))
    assert not dialog.load_button.isEnabled()
    assert dialog.load_button.toolTip() == "Cloud models aren’t loaded here"
    assert dialog.overview.disk.value_of("Size") == "—"


def test_copy_buttons(scene: Scene, dialog: DetailsDialog) -> None:
    answer(scene)
    button(dialog, "Copy name").click()
    assert clipboard() == "qwen3:8b"
    button(dialog, "Copy digest").click()
    assert clipboard() == QWEN.digest
    dialog.tabs.setCurrentIndex(2)
    button(dialog, "Copy").click()
    assert clipboard() == PARAMETERS
    dialog.tabs.setCurrentIndex(7)
    button(dialog, "Copy all").click()
    assert "qwen3.block_count: 36" in clipboard().splitlines()


def test_parameters_are_a_table(scene: Scene, dialog: DetailsDialog) -> None:
    answer(scene)
    table = dialog.parameters.table
    assert cells(table, 0, 1) == [
        ("stop", "<|im_start|>"),
        ("stop", "<|im_end|>"),
        ("temperature", "0.6"),
        ("top_k", "20"),
        ("top_p", "0.95"),
    ]


def test_model_info_is_grouped_and_searched(
    qtbot: QtBot, scene: Scene, dialog: DetailsDialog
) -> None:
    answer(scene)
    dialog.tabs.setCurrentIndex(7)
    tab = dialog.model_info
    assert cells(tab.table, 0) == [("general",), ("qwen3",), ("tokenizer",)]
    assert tab.count.text() == "12 values"
    tokens = tab.table.findItems("ggml.tokens", Qt.MatchFlag.MatchRecursive)[0]
    assert tokens.text(1).startswith("[151")
    qtbot.keyClicks(tab.search, "head_count")
    assert tab.count.text() == "2 values"
    general = tab.table.findItems("general", Qt.MatchFlag.MatchExactly)[0]
    assert general.isHidden()
    qtbot.keyClicks(tab.search, " kv")
    assert tab.count.text() == "1 value"
    tab.search.setText("no such thing")
    assert tab.visible_count() == 0


def test_layers_and_who_uses_them(qtbot: QtBot, scene: Scene) -> None:
    dialog = shown(qtbot, open_details("mistral:7b", scene))
    answer(scene, "mistral:7b")
    table = dialog.layers.table
    assert cells(table, 0, 1, 3) == [
        ("Weights", "4.4 GB", "meeting-notes:latest"),
        ("Template", "1.3 KB", "No other model"),
    ]
    assert "4.4 GB stay for meeting-notes:latest" in nbsp(dialog.layers.note.text())


def test_below_all_layers_nothing_is_said_to_be_unknown(qtbot: QtBot, scene: Scene) -> None:
    """Of the other models nothing is known: they may share some of it."""
    mistral = data.record("mistral:7b").digest
    scene.state.set_layer_index(scene.state.layer_index.only({mistral}))
    dialog = shown(qtbot, open_details("mistral:7b", scene))
    answer(scene, "mistral:7b")
    assert len(cells(dialog.layers.table, 0)) == 2
    note = nbsp(dialog.layers.note.text())
    assert note.endswith("Deleting mistral:7b would free up to 4.4 GB.")
    assert "Only the weights" not in note


def test_unknown_layers_are_not_guessed(scene: Scene, dialog: DetailsDialog) -> None:
    scene.state.set_layer_index(LayerIndex())
    answer(scene)
    assert dialog.layers.note.text() == "Only the weights are known for this server."
    assert not dialog.layers.has_layers()


def test_find_in_a_text(qtbot: QtBot, scene: Scene, dialog: DetailsDialog) -> None:
    answer(scene)
    dialog.tabs.setCurrentIndex(3)
    tab = dialog.template
    tab.editor.setFocus()
    qtbot.keyClick(tab.editor, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert tab.find_bar.isVisible()
    qtbot.keyClicks(tab.find_bar.field, "TOOLS")
    first = tab.editor.textCursor().selectionStart()
    assert tab.editor.textCursor().selectedText().casefold() == "tools"
    qtbot.keyClick(tab.find_bar.field, Qt.Key.Key_Return)
    assert tab.editor.textCursor().selectionStart() > first
    qtbot.keyClick(tab.find_bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert tab.editor.textCursor().selectionStart() == first
    qtbot.keyClicks(tab.find_bar.field, "zzz")
    assert tab.find_bar.answer.text() == "Not found"
    qtbot.keyClick(tab.find_bar.field, Qt.Key.Key_Escape)
    assert not tab.find_bar.isVisible()
    assert dialog.isVisible()
    assert tab.editor.hasFocus()


EVIL = "<h1>big</h1><img src='file:///etc/passwd'> & \u202egnp\u0007"


def test_markup_and_hidden_marks_are_shown_literally(qtbot: QtBot) -> None:
    name = "evil/<b>x</b>:latest"
    record = replace(QWEN, name=name, details=replace(QWEN.details, family=EVIL))
    scene = blank("<i>server</i>")
    poll(scene, models=(record,), running=())
    parts = (scene.settings, scene.state, scene.commands)
    dialog = DetailsDialog(ref(record), *parts, clock=data.clock)
    scene.state.set_details(
        ModelInfo(
            data.SERVER,
            name,
            license=EVIL,
            template=EVIL,
            system=EVIL,
            parameters=f"stop {EVIL}",
            model_info=(("general.<b>key</b>", EVIL),),
            capabilities=(EVIL,),
        )
    )
    shown(qtbot, dialog)
    assert dialog.license.editor.toPlainText().startswith("<h1>big</h1>")
    assert "[U+202E]" in dialog.license.editor.toPlainText()
    assert "<h1>big</h1>" in dialog.overview.model.value_of("Family")
    assert "\u202e" not in dialog.overview.model.value_of("Family")
    labels = dialog.findChildren(QLabel)
    assert any("<h1>big</h1>" in label.text() for label in labels)
    for label in labels:
        assert label.textFormat() == Qt.TextFormat.PlainText, label.text()


def test_a_huge_text_is_cut_and_copied_whole(qtbot: QtBot) -> None:
    tab = shown(qtbot, TextTab("License", "License"))
    huge = ("x" * 99 + "\n") * 30_000 + "end"
    tab.set_text(huge)
    assert len(tab.editor.toPlainText()) <= MAX_TEXT
    assert tab.note.isVisible()
    assert "200,000" in tab.note.text().replace(".", ",") or "200000" in tab.note.text()
    button(tab, "Copy").click()
    assert clipboard() == huge


@pytest.mark.parametrize("text", ["words and " * 1_450, "一" * 14_500])
def test_a_long_line_can_be_read_to_its_end(qtbot: QtBot, text: str) -> None:
    tab = shown(qtbot, TextTab("System prompt", "Text"))
    tab.set_text(text + "THE END")
    written = tab.editor.toPlainText()
    assert written.replace("\n", "") == text + "THE END"
    assert max(map(len, written.split("\n"))) <= MAX_LINE
    assert all(part.endswith(" ") for part in written.split("\n")[:-1]) or " " not in text
    assert not tab.note.isVisible()


def test_one_endless_line_is_no_trouble(qtbot: QtBot) -> None:
    tab = shown(qtbot, TextTab("Template", "Go template"))
    tab.set_text("y" * 1_000_000)
    assert tab.editor.toPlainText().count("y") == MAX_TEXT
    assert tab.note.isVisible()
    tab.set_text("short")
    assert not tab.note.isVisible()


def item(found: QTreeWidgetItem | None) -> QTreeWidgetItem:
    assert found is not None
    return found


def test_a_long_value_is_read_below_its_table(qtbot: QtBot) -> None:
    tab = shown(qtbot, ParametersTab())
    stop = "stop here " * 1_450
    tab.set_text(f'temperature 0.7\nstop "{stop}END"')
    assert not tab.pane.isVisible()
    tab.table.setCurrentItem(item(tab.table.topLevelItem(1)))
    assert tab.pane.isVisible()
    assert tab.pane.toPlainText().replace("\n", "") == stop + "END"
    tab.table.setCurrentItem(item(tab.table.topLevelItem(0)))
    assert not tab.pane.isVisible()


def test_values_of_the_model_info_are_read_below_it(qtbot: QtBot) -> None:
    tab = shown(qtbot, ModelInfoTab())
    tab.set_pairs((("a.list", list(range(3_000))), ("a.count", 7), ("a.words", "x" * 900)))
    group = item(tab.table.topLevelItem(0))
    tab.table.setCurrentItem(item(group.child(0)))
    assert tab.pane.toPlainText().replace("\n", "").endswith("2998, 2999]")
    tab.table.setCurrentItem(item(group.child(1)))
    assert not tab.pane.isVisible()
    tab.table.setCurrentItem(item(group.child(2)))
    assert tab.pane.toPlainText() == "x" * 900
    tab.set_pairs((("a.count", 8),))
    assert not tab.pane.isVisible()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("\n   Apache License\n     Version 2.0, January 2004", "Apache License 2.0"),
        ("Permission is hereby granted, free of charge, to any", "MIT License"),
        ("LLAMA 2 COMMUNITY LICENSE AGREEMENT\n…", "Llama 2 Community License"),
        ("", ""),
    ],
)
def test_licenses_by_their_names(text: str, title: str) -> None:
    assert license_title(text) == title


def test_one_column_when_narrow(qtbot: QtBot, scene: Scene, dialog: DetailsDialog) -> None:
    answer(scene)
    assert dialog.overview.disk.x() > dialog.overview.model.x()
    dialog.resize(640, 480)
    qtbot.waitUntil(lambda: dialog.overview.disk.x() == dialog.overview.model.x())


def test_details_opened_while_it_loads_offer_to_stop_that(qtbot: QtBot) -> None:
    scene = known()
    facts.set_snapshot(scene.state, replace(data.snapshot(), running=()))
    scene.state.set_busy(BusyModel(ref(QWEN), Verb.LOAD))
    dialog = shown(qtbot, DetailsDialog(ref(QWEN), scene.settings, scene.state, scene.commands))
    with (
        emitted(scene.commands.load_requested) as loads,
        emitted(scene.commands.load_stop_requested) as stops,
    ):
        button(dialog, "Stop loading").click()
    assert (loads, stops) == ([], [ref(QWEN)])
    scene.state.set_busy(BusyModel(ref(QWEN), None))
    assert button(dialog, "Load").isEnabled()


def test_a_button_that_is_busy_for_a_while_gets_the_focus_back(qtbot: QtBot) -> None:
    scene = known()
    dialog = shown(qtbot, DetailsDialog(ref(QWEN), scene.settings, scene.state, scene.commands))
    for name in ("Unload", "Duplicate…", "Delete…"):
        pressed = button(dialog, name)
        pressed.setFocus()
        scene.state.set_busy(BusyModel(ref(QWEN), Verb.UNLOAD))
        assert not pressed.isEnabled()
        assert dialog.focusWidget() in (None, dialog), "no other button has it meanwhile"
        scene.state.set_busy(BusyModel(ref(QWEN), None))
        assert dialog.focusWidget() is pressed
    scene.state.set_busy(BusyModel(ref(QWEN), Verb.UNLOAD))
    button(dialog, "Close").setFocus()
    scene.state.set_busy(BusyModel(ref(QWEN), None))
    assert dialog.focusWidget() is button(dialog, "Close"), "a person took it there"


def test_the_details_say_that_there_is_a_copy(qtbot: QtBot) -> None:
    scene = known()
    dialog = shown(qtbot, DetailsDialog(ref(QWEN), scene.settings, scene.state, scene.commands))
    scene.state.tell_copied(CopyRequest(ref(data.record("mistral:7b")), "other"))
    assert dialog.banner.shown is None
    scene.state.tell_copied(CopyRequest(ref(QWEN), "qwen3-copy:8b"))
    assert dialog.banner.shown is not None
    assert dialog.banner.shown.text == "Copied qwen3:8b to qwen3-copy:8b."


def test_a_deleted_model_keeps_no_empty_card(qtbot: QtBot) -> None:
    scene = known()
    scene.state.set_details(info("qwen3:8b"))
    dialog = shown(qtbot, DetailsDialog(ref(QWEN), scene.settings, scene.state, scene.commands))
    assert "On disk" in texts(dialog)
    others = tuple(model for model in data.MODELS if model.name != "qwen3:8b")
    facts.set_snapshot(scene.state, data.snapshot(others))
    assert "On disk" not in texts(dialog)
    assert not dialog.overview.disk.isVisible()
    facts.set_snapshot(scene.state, data.snapshot())
    assert dialog.overview.disk.isVisible()


def test_the_star_is_given_and_taken(dialog: DetailsDialog, scene: Scene) -> None:
    commands = scene.commands
    with emitted(commands.star_requested) as starred:
        button(dialog, "Star qwen3:8b").click()
    assert starred == [ModelRefs((ref(QWEN),))]
    assert not dialog.header.star.isChecked(), "it is starred once the program says so"
    scene.state.remarks.put(QWEN.key, Remark(True))
    with emitted(commands.unstar_requested) as taken:
        button(dialog, "Take the star from qwen3:8b").click()
    assert taken == [ModelRefs((ref(QWEN),))]


def test_a_note_is_kept_by_enter_and_by_leaving(
    dialog: DetailsDialog, scene: Scene, qtbot: QtBot
) -> None:
    field = dialog.overview.note.field
    field.setFocus()
    with emitted(scene.commands.note_requested) as asked:
        qtbot.keyClicks(field, "Daily driver")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        qtbot.keyClicks(field, ", mostly")
        dialog.tabs.setFocus()
        field.setFocus()
        dialog.tabs.setFocus()
    assert [request.note for request in asked] == ["Daily driver", "Daily driver, mostly"]
    assert dialog.isVisible()


def test_escape_takes_back_what_was_typed(
    dialog: DetailsDialog, scene: Scene, qtbot: QtBot
) -> None:
    scene.state.remarks.put(QWEN.key, Remark(note="as before"))
    field = dialog.overview.note.field
    assert field.text() == "as before"
    field.setFocus()
    with emitted(scene.commands.note_requested) as asked:
        qtbot.keyClicks(field, "x")
        scene.state.remarks.put(QWEN.key, Remark(True, "as before"))
        assert field.text() == "as beforex", "what is being typed stays"
        qtbot.keyClick(field, Qt.Key.Key_Escape)
        assert field.text() == "as before"
    assert asked == []
    assert dialog.isVisible()


def test_last_use_is_told_where_anybody_knows_it(
    dialog: DetailsDialog, scene: Scene, qtbot: QtBot
) -> None:
    assert "Last used" not in texts(dialog)
    use = LastUse(Known.USED, data.NOW - timedelta(minutes=4), 38, 61)
    scene.state.use.set_reader(lambda *_: use)
    qtbot.waitUntil(lambda: "Last used" in texts(dialog))
    said = [nbsp(each) for each in texts(dialog)]
    assert said[said.index("Last used") + 1] == "4 min ago, on 38 of 61 days"
