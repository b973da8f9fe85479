"""DialogHost: what opens when, what dialogs are told, what is passed on."""

import gc
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.dialogs import info, ref
from tests.widgets.helpers import clipboard, emitted, texts
from tray_app.core.errors import ModelNotFound, ServerFailed, Unreachable
from tray_app.core.payloads import (
    BusyModel,
    CopyRequest,
    Crashes,
    DeleteOutcome,
    DeleteRequest,
    Failure,
    ModelRef,
    ModelRefs,
    PullRequest,
    Recommendations,
    ServerTest,
    Verb,
)
from tray_app.core.pulls.rules import SystemConditions
from tray_app.core.pulls.states import PullState
from tray_app.core.records import ServerState
from tray_app.core.sharing import LayerIndex
from tray_app.settings import Settings
from tray_app.text import Message, crash_report
from tray_app.views.components.message_box import MessageBox
from tray_app.views.dialogs import DialogHost
from tray_app.views.questions.delete import DeleteDialog

QWEN = data.record("qwen3:8b")


@pytest.fixture
def host(qtbot: QtBot) -> DialogHost:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    made = DialogHost(Settings(None), window)
    made.set_window(window)
    made.set_server_label("This computer", data.ADDRESS)
    made.set_status(data.status())
    made.set_snapshot(data.snapshot())
    made.set_layer_index(data.layer_index())
    made.set_recommendations(Recommendations(data.SERVER, data.SUGGESTIONS))
    made.set_pull_items(data.PULLS)
    return made


def boxes() -> list[MessageBox]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, MessageBox) if w.isVisible()]


def crashed(count: int, *traces: str) -> Message:
    return crash_report(Crashes(traces, count))


def test_crashes_share_one_box(host: DialogHost) -> None:
    assert not host.is_crash_shown
    host.show_crash(crashed(1, "trace <b>one</b>"))
    (box,) = boxes()
    assert host.is_crash_shown
    assert "more error" not in box.informativeText()
    host.show_crash(crashed(54, "trace <b>one</b>", "trace two"))
    assert boxes() == [box]
    assert "… and 53 more errors since then." in box.informativeText()
    assert box.detailedText() == "trace <b>one</b>\ntrace two"
    for label in box.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText
    copy = next(b for b in box.buttons() if b.text() == "C&opy")
    copy.click()
    assert clipboard() == box.as_text()
    assert clipboard().endswith("report.\ntrace <b>one</b>\ntrace two")
    assert box.isVisible()
    box.close()
    assert not host.is_crash_shown
    host.show_crash(crashed(1, "trace three"))
    (other,) = boxes()
    assert other.detailedText() == "trace three"
    other.close()


def test_crashes_do_not_touch_another_message(host: DialogHost) -> None:
    message = Message("Settings could not be saved", "No room")
    other = host.show_message(message)
    host.show_crash(crashed(1, "trace"))
    other.close()
    assert host.is_crash_shown
    (box,) = boxes()
    assert box.detailedText() == "trace"
    box.close()


def test_details_open_once_and_ask(host: DialogHost) -> None:
    with emitted(host.details_requested) as asked:
        dialog = host.open_details(ref(QWEN))
        again = host.open_details(ref(QWEN))
    assert again is dialog
    assert asked == [ref(QWEN)]
    other = host.open_details(ref(data.record("mistral:7b")))
    assert other is not dialog
    host.show_details(info("qwen3:8b"))
    assert dialog.overview.model.value_of("License") == "Apache License 2.0"
    assert other.overview.model.value_of("License") == "—"
    assert not dialog.isModal()


def test_closed_details_are_forgotten_and_their_size_is_not(qtbot: QtBot, host: DialogHost) -> None:
    dialog = host.open_details(ref(QWEN))
    dialog.resize(700, 520)
    with qtbot.waitSignal(dialog.destroyed):
        dialog.close()
    host.show_details(info("qwen3:8b"))
    host.set_snapshot(data.snapshot())
    again = host.open_details(ref(QWEN))
    assert (again.width(), again.height()) == (700, 520)


def test_what_is_not_known_of_layers_is_asked_for(host: DialogHost) -> None:
    with emitted(host.layers_requested) as asked:
        host.open_details(ref(QWEN))
    assert asked == []
    host.set_layer_index(LayerIndex())
    with emitted(host.layers_requested) as asked:
        host.open_delete(ModelRefs((ref(QWEN),)))
    assert [len(refs.refs) for refs in asked] == [len(data.MODELS) - 1]  # not the cloud's


def test_the_pull_dialog_is_one_and_knows_everything(host: DialogHost) -> None:
    dialog = host.open_pull("qwen3:14b")
    assert "Already downloading, 66%" in texts(dialog)
    again = host.open_pull("phi3")
    assert again is dialog
    assert dialog.field.text() == "phi3"
    with emitted(host.pull_requested) as wishes:
        dialog.pull_button.click()
    assert wishes == [PullRequest(data.SERVER, "phi3:latest")]
    assert host.open_pull() is not dialog


def test_delete_asks_about_what_is_there(host: DialogHost) -> None:
    gone = ModelRef(data.SERVER, "gone:1")
    assert host.open_delete(ModelRefs((gone,))) is None
    dialog = host.open_delete(ModelRefs((gone, ref(QWEN))))
    assert dialog is not None
    assert dialog.isModal()
    assert dialog.texts()[0] == "Delete qwen3:8b?"
    with emitted(host.delete_requested) as wishes:
        dialog.delete_button.click()
    assert wishes == [DeleteRequest((ref(QWEN),), ("qwen3:8b",))]


def test_delete_and_duplicate_from_the_details(host: DialogHost) -> None:
    details = host.open_details(ref(QWEN))
    details.delete_button.click()
    question = details.findChild(DeleteDialog)
    assert question is not None
    assert question.isVisible()
    question.reject()
    details.duplicate_button.click()
    with emitted(host.copy_requested) as wishes:
        host.open_duplicate(ref(QWEN)).duplicate_button.click()
    assert wishes == [CopyRequest(ref(QWEN), "qwen3-copy:8b")]


def test_settings_are_one_window_and_are_told(host: DialogHost) -> None:
    dialog = host.open_settings("servers")
    assert host.open_settings() is dialog
    assert dialog.page_key() == "servers"
    assert "Online · 0.33.1" in texts(dialog)
    host.set_status(data.status(ServerState.OFFLINE))
    assert "Offline" in texts(dialog)
    with emitted(host.server_test_requested) as asked:
        dialog.server.test_button.click()
    host.set_server_test(ServerTest(asked[0], "0.30.0", 1, 0, 0.01))
    assert "Connected to Ollama 0.30.0" in texts(dialog)


def test_quit_is_asked_once(host: DialogHost) -> None:
    dialog = host.ask_quit(2)
    assert host.ask_quit(2) is dialog
    with emitted(host.quit_confirmed) as quits:
        dialog.quit_button.click()
    assert quits == [None]


def test_a_failed_show_is_told_in_its_window(host: DialogHost) -> None:
    dialog = host.open_details(ref(QWEN))
    host.show_failure(Failure(Verb.SHOW, ref(QWEN), Unreachable(data.ADDRESS)))
    assert "Can’t show qwen3:8b" in texts(dialog)
    assert boxes() == []


def test_a_failed_load_is_told_in_a_box(host: DialogHost) -> None:
    host.show_failure(Failure(Verb.LOAD, ref(QWEN), ServerFailed("qwen3:8b", "<b>no</b> memory")))
    assert len(boxes()) == 1
    assert "Can’t load qwen3:8b" in texts(boxes()[0])
    assert any("<b>no</b> memory" in text for text in texts(boxes()[0]))
    boxes()[0].close()


@pytest.mark.parametrize("verb", [Verb.PULL, Verb.TEST, Verb.DELETE])
def test_failures_with_a_place_of_their_own_open_no_box(host: DialogHost, verb: Verb) -> None:
    host.show_failure(Failure(verb, ref(QWEN), Unreachable(data.ADDRESS)))
    assert boxes() == []


def test_a_partial_delete_is_told_by_name(host: DialogHost) -> None:
    failed = Failure(Verb.DELETE, ref(QWEN), ModelNotFound("qwen3:8b"))
    host.set_deleted(DeleteOutcome((ref(data.record("mistral:7b")),), ()))
    assert boxes() == []
    host.set_deleted(DeleteOutcome((ref(data.record("mistral:7b")),), (failed,)))
    said = texts(boxes()[0])
    assert any("1 of 2 models deleted." in text and "qwen3:8b" in text for text in said)
    boxes()[0].close()


def test_open_dialogs_follow_the_facts(host: DialogHost) -> None:
    details = host.open_details(ref(QWEN))
    pull = host.open_pull("fresh:1")
    host.set_snapshot(replace(data.snapshot(), running=()))
    assert not details.overview.memory.isVisible()
    host.set_busy(BusyModel(ref(QWEN), Verb.LOAD))
    assert not details.load_button.isEnabled()
    host.set_status(data.status(ServerState.OFFLINE))
    assert not details.delete_button.isEnabled()
    host.set_server_label("studio", "studio:11434")
    assert details.windowTitle() == "qwen3:8b · studio"
    fresh = replace(QWEN, name="fresh:1")
    host.set_snapshot(data.snapshot((*data.MODELS, fresh)))
    assert "fresh:1 is already here" in texts(pull)


def test_close_all(host: DialogHost) -> None:
    open_ones: list[QDialog] = [
        host.open_details(ref(QWEN)),
        host.open_pull(),
        host.open_settings(),
        host.ask_quit(1),
    ]
    assert all(dialog.isVisible() for dialog in open_ones)
    host.close_all()
    assert not any(dialog.isVisible() for dialog in open_ones)


def test_dialogs_of_a_hidden_window_stand_alone(host: DialogHost) -> None:
    window = host.parent()
    assert isinstance(window, QWidget)
    assert host.open_settings().parent() is window
    host.close_all()
    window.hide()
    assert host.open_settings().parent() is None
    host.close_all()


def test_without_a_window_dialogs_stay_and_close_cleanly(qtbot: QtBot) -> None:
    host = DialogHost(Settings(None))
    host.set_snapshot(data.snapshot())
    host.show_failure(Failure(Verb.LOAD, ref(QWEN), ServerFailed("qwen3:8b", "no")))
    host.open_settings()
    host.open_details(ref(QWEN))
    gc.collect()
    assert len(boxes()) == 1
    gone = []
    for dialog in (boxes()[0], host.open_settings(), host.open_details(ref(QWEN))):
        dialog.destroyed.connect(lambda: gone.append(True))
    del dialog
    host.close_all()
    qtbot.waitUntil(lambda: len(gone) == 3)


def test_a_question_goes_with_the_details_it_belongs_to(qtbot: QtBot, host: DialogHost) -> None:
    details = host.open_details(ref(QWEN))
    details.delete_button.click()
    question = details.findChild(DeleteDialog)
    with qtbot.waitSignal(details.destroyed):
        details.close()
    del question
    host.set_snapshot(data.snapshot())
    host.set_layer_index(data.layer_index())
    assert host.open_delete(ModelRefs((ref(QWEN),))) is not None


def test_a_cancel_is_asked_about_and_the_question_goes_with_the_download(
    host: DialogHost,
) -> None:
    running = next(item for item in data.PULLS if item.state is PullState.RUNNING)
    dialog = host.ask_cancel(running)
    said = " ".join(texts(dialog))
    assert "Cancel the download of qwen3:14b?" in said
    assert "“This computer” keeps them until Ollama is started anew" in said
    assert dialog.focusWidget() is not dialog.cancel_button
    with emitted(host.cancel_confirmed) as confirmed:
        dialog.cancel_button.click()
    assert confirmed == [running.id]
    asked_again = host.ask_cancel(running)
    host.set_pull_items(data.PULLS)
    assert asked_again.isVisible()
    with emitted(host.cancel_confirmed) as confirmed:
        done = replace(running, state=PullState.DONE)
        host.set_pull_items(tuple(done if i is running else i for i in data.PULLS))
    assert not asked_again.isVisible()
    assert confirmed == []


def test_the_settings_know_what_the_system_tells(host: DialogHost) -> None:
    host.set_conditions(SystemConditions(on_battery=True))
    dialog = host.open_settings("downloads")
    assert dialog.downloads.battery.isVisible()
    assert not dialog.downloads.metered.isVisible()
    host.set_conditions(SystemConditions(is_metered=False))
    assert dialog.downloads.metered.isVisible()
    assert not dialog.downloads.battery.isVisible()
    with emitted(host.notice_test_requested) as wishes:
        dialog.notifications.test.click()
    assert wishes == [None]
    dialog.close()
