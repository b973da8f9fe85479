"""Dialogs: what opens when, how long it listens, what is told in a box and where."""

import ast
import gc
import importlib
import inspect
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.shots import data, updates
from tests.shots.creates import CODER, create
from tests.shots.dialogs import info, ref
from tests.shots.scene import Scene, known
from tests.support import disks, facts
from tests.widgets.helpers import clipboard, emitted, texts
from tray_app.core.creates.records import CreateState
from tray_app.core.errors import ModelNotFound, ServerFailed, Unreachable, UnreachableKind
from tray_app.core.payloads import (
    BusyModel,
    CopyRequest,
    Crashes,
    DeleteOutcome,
    DeleteRequest,
    DiskTarget,
    Failure,
    ModelRef,
    ModelRefs,
    PullRequest,
    Verb,
)
from tray_app.core.pulls.rules import SystemConditions
from tray_app.core.pulls.states import PullState
from tray_app.core.records import Server, ServerState
from tray_app.core.renaming import Ending, RenameOutcome
from tray_app.core.sign_in import SecretState, SignIn, SignInKind
from tray_app.settings import ServerEntry
from tray_app.text import Message, crash_report
from tray_app.views import dialog_kinds
from tray_app.views.components.message_box import MessageBox
from tray_app.views.creates.dialog import CreateDialog
from tray_app.views.dialogs import Dialogs
from tray_app.views.pull.dialog import PullDialog
from tray_app.views.questions.delete import DeleteDialog

MAC = "3c:7c:3f:1a:2b:4d"
QWEN, MISTRAL = data.record("qwen3:8b"), data.record("mistral:7b")


@pytest.fixture
def scene() -> Scene:
    return known()


@pytest.fixture
def dialogs(qtbot: QtBot, scene: Scene) -> Dialogs:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return Dialogs(scene.settings, scene.state, scene.commands, window, window)


def boxes() -> list[MessageBox]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, MessageBox) if w.isVisible()]


def crashed(count: int, *traces: str) -> Message:
    return crash_report(Crashes(traces, count))


def test_crashes_share_one_box(dialogs: Dialogs) -> None:
    assert not dialogs.is_crash_shown
    dialogs.show_crash(crashed(1, "trace <b>one</b>"))
    (box,) = boxes()
    assert dialogs.is_crash_shown
    assert "more error" not in box.told.text()
    dialogs.show_crash(crashed(54, "trace <b>one</b>", "trace two"))
    assert boxes() == [box]
    assert "… and 53 more errors since then." in box.told.text()
    assert box.details.toPlainText() == "trace <b>one</b>\ntrace two"
    for label in box.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText
    box.copy_button.click()
    assert clipboard() == box.as_text()
    assert clipboard().endswith("report.\ntrace <b>one</b>\ntrace two")
    assert box.isVisible()
    box.close()
    assert not dialogs.is_crash_shown
    dialogs.show_crash(crashed(1, "trace three"))
    (other,) = boxes()
    assert other.details.toPlainText() == "trace three"
    other.close()


def test_crashes_do_not_touch_another_message(dialogs: Dialogs) -> None:
    message = Message("Settings could not be saved", "No room")
    other = dialogs.show_message(message)
    dialogs.show_crash(crashed(1, "trace"))
    other.close()
    assert dialogs.is_crash_shown
    (box,) = boxes()
    assert box.details.toPlainText() == "trace"
    box.close()


def test_the_details_of_a_box_are_shown_and_hidden(dialogs: Dialogs) -> None:
    dialogs.show_crash(crashed(1, "trace one"))
    (box,) = boxes()
    toggle = box.details_button
    assert toggle.text() == "Show &details"
    toggle.click()
    assert toggle.text() == "Hide &details"
    assert box.details.isVisible()
    dialogs.show_crash(crashed(2, "trace one", "trace two"))
    assert toggle.text() == "Hide &details", "new ones are as open as the old ones"
    toggle.click()
    assert toggle.text() == "Show &details"
    assert not box.details.isVisible()


def test_details_open_once_and_ask(scene: Scene, dialogs: Dialogs) -> None:
    with emitted(scene.commands.details_requested) as asked:
        dialog = dialogs.open_details(ref(QWEN))
        again = dialogs.open_details(ref(QWEN))
    assert again is dialog
    assert asked == [ref(QWEN)]
    other = dialogs.open_details(ref(data.record("mistral:7b")))
    assert other is not dialog
    scene.state.set_details(info("qwen3:8b"))
    assert dialog.overview.model.value_of("License") == "Apache License 2.0"
    assert other.overview.model.value_of("License") == "—"
    assert not dialog.isModal()


def test_closed_details_are_forgotten_and_their_size_is_not(
    qtbot: QtBot, scene: Scene, dialogs: Dialogs
) -> None:
    dialog = dialogs.open_details(ref(QWEN))
    dialog.resize(700, 520)
    with qtbot.waitSignal(dialog.destroyed):
        dialog.close()
    scene.state.set_details(info("qwen3:8b"))
    facts.set_snapshot(scene.state, data.snapshot())
    again = dialogs.open_details(ref(QWEN))
    assert (again.width(), again.height()) == (700, 520)


def test_which_layers_are_shared_is_asked_for(qtbot: QtBot, scene: Scene, dialogs: Dialogs) -> None:
    with emitted(scene.commands.layers_requested) as asked:
        dialogs.open_details(ref(QWEN))
        dialogs.open_delete(ModelRefs((ref(QWEN),)))
        assert asked == [], "they are painted first"
        qtbot.waitUntil(lambda: bool(asked))
    assert asked == [QWEN.server_id]


def test_the_pull_dialog_is_one_and_knows_everything(scene: Scene, dialogs: Dialogs) -> None:
    dialog = dialogs.open_pull("qwen3:14b")
    assert "Already downloading, 66%" in texts(dialog)
    again = dialogs.open_pull("phi3")
    assert again is dialog
    assert dialog.field.text() == "phi3"
    with emitted(scene.commands.pull_requested) as wishes:
        dialog.pull_button.click()
    assert wishes == [PullRequest(data.SERVER, "phi3:latest")]
    assert dialogs.open_pull() is not dialog


def test_delete_asks_about_what_is_there(scene: Scene, dialogs: Dialogs) -> None:
    gone = ModelRef(data.SERVER, "gone:1")
    assert dialogs.open_delete(ModelRefs((gone,))) is None
    dialog = dialogs.open_delete(ModelRefs((gone, ref(QWEN))))
    assert dialog is not None
    assert dialog.isModal()
    assert dialog.texts()[0] == "Delete qwen3:8b?"
    with emitted(scene.commands.delete_requested) as wishes:
        dialog.delete_button.click()
    assert wishes == [DeleteRequest((ref(QWEN),), ("qwen3:8b",))]


def test_delete_and_duplicate_from_the_details(scene: Scene, dialogs: Dialogs) -> None:
    details = dialogs.open_details(ref(QWEN))
    details.delete_button.click()
    question = details.findChild(DeleteDialog)
    assert question is not None
    assert question.isVisible()
    question.reject()
    details.duplicate_button.click()
    with emitted(scene.commands.copy_requested) as wishes:
        dialogs.open_duplicate(ref(QWEN)).duplicate_button.click()
    assert wishes == [CopyRequest(ref(QWEN), "qwen3-copy:8b")]


def test_details_go_on_under_another_name(scene: Scene, dialogs: Dialogs) -> None:
    details = dialogs.open_details(ref(QWEN))
    new = replace(QWEN, name="main:8b")
    outcome = RenameOutcome(ref(QWEN), "main:8b", Ending.RENAMED, "main:8b", QWEN.digest)
    scene.state.renames.tell_renamed(outcome)
    others = tuple(model for model in data.MODELS if model is not QWEN)
    facts.set_snapshot(scene.state, data.snapshot((*others, new)))
    assert details.ref == ref(new)
    assert details.windowTitle().startswith("main:8b · ")
    assert details.header.name.name == "main:8b"
    assert details.banner.shown is None
    assert dialogs.open_details(ref(new)) is details


def test_a_question_for_a_name_is_asked_once(scene: Scene, dialogs: Dialogs) -> None:
    first = dialogs.open_rename(ref(MISTRAL))
    second = dialogs.open_rename(ref(QWEN))
    assert not first.isVisible()
    assert second.isVisible()


def test_settings_are_one_window_and_are_told(scene: Scene, dialogs: Dialogs) -> None:
    dialog = dialogs.open_settings("servers")
    assert dialogs.open_settings() is dialog
    assert dialog.page_key() == "servers"
    assert "Online · 0.33.1" in texts(dialog)
    facts.set_status(scene.state, data.status(ServerState.OFFLINE))
    assert "Offline since 14:32" in texts(dialog)


def test_the_server_is_edited_with_another_address_filled_in(
    scene: Scene, dialogs: Dialogs
) -> None:
    scene.settings.set("servers", (ServerEntry("local", "", "127.0.0.1:11434"),))
    form = dialogs.open_server("https://nas:11434")
    assert form.server_id == "local"
    assert form.address_field.text() == "https://nas:11434"
    form.save_button.click()
    assert scene.settings.server("local").address == "https://nas:11434"


def test_another_server_can_be_meant(scene: Scene, dialogs: Dialogs) -> None:
    scene.settings.set("servers", (ServerEntry("local"), ServerEntry("nas", "nas", "https://nas")))
    form = dialogs.open_server("10.0.0.7", "nas")
    assert form.server_id == "nas"
    assert form.address_field.text() == "10.0.0.7"


def test_an_unsaved_form_is_not_thrown_away(scene: Scene, dialogs: Dialogs) -> None:
    first = dialogs.open_server_form()
    second = dialogs.open_server_form("local")
    assert second is not first, "nothing had been typed"
    assert not first.isVisible()
    second.name_field.setText("here")
    assert dialogs.open_server_form() is second
    assert dialogs.open_server_form("local") is second
    second.reject()
    assert dialogs.open_server_form() is not second


def test_a_server_like_another_one_has_no_secret(scene: Scene, dialogs: Dialogs) -> None:
    nas = ServerEntry("nas", "nas", "https://nas", sign_in=SignIn(SignInKind.TOKEN), mac=MAC)
    scene.settings.set("servers", (ServerEntry("local"), nas))
    scene.state.set_secret("nas", SecretState.KEPT)
    form = dialogs.open_server_duplicate("nas")
    assert form.server_id != "nas"
    assert form.address_field.text() == "https://nas"
    assert form.sign_in.kind is SignInKind.TOKEN
    assert form.sign_in.token.text() == ""
    assert form.more.mac == MAC
    assert "Another server" not in " ".join(texts(form))
    assert not form.save_button.isEnabled()


def test_a_form_can_open_with_a_test(scene: Scene, dialogs: Dialogs) -> None:
    with emitted(scene.commands.server_test_requested) as asked:
        form = dialogs.open_server_test("local")
    assert [draft.server_id for draft in asked] == ["local"]
    assert "Testing…" in texts(form)


def test_only_what_can_be_removed_is_asked_about(scene: Scene, dialogs: Dialogs) -> None:
    nas = ServerEntry("nas", "nas", "https://nas")
    scene.settings.set("servers", (ServerEntry("local"), nas))
    assert dialogs.open_remove_server("local") is None
    assert dialogs.open_remove_server("gone") is None
    form = dialogs.open_server_form("nas")
    question = dialogs.open_remove_server("nas")
    assert question is not None
    scene.settings.set("servers", (ServerEntry("local"),))
    assert not question.isVisible()
    assert not form.isVisible()


def test_quit_is_asked_once(scene: Scene, dialogs: Dialogs) -> None:
    dialog = dialogs.ask_quit(2)
    assert dialogs.ask_quit(2) is dialog
    with emitted(scene.commands.quit_now_requested) as quits:
        dialog.quit_button.click()
    assert quits == [None]


def test_a_failed_show_is_told_in_its_window(scene: Scene, dialogs: Dialogs) -> None:
    dialog = dialogs.open_details(ref(QWEN))
    scene.state.tell_failed(Failure(Verb.SHOW, ref(QWEN), Unreachable(data.ADDRESS)))
    assert "Can’t show qwen3:8b" in texts(dialog)
    assert boxes() == []


def test_a_failed_load_is_told_in_a_box(scene: Scene, dialogs: Dialogs) -> None:
    scene.state.tell_failed(
        Failure(Verb.LOAD, ref(QWEN), ServerFailed("qwen3:8b", "<b>no</b> memory"))
    )
    assert len(boxes()) == 1
    assert "Can’t load qwen3:8b" in texts(boxes()[0])
    assert any("<b>no</b> memory" in text for text in texts(boxes()[0]))
    boxes()[0].close()


@pytest.mark.parametrize("verb", [Verb.PULL, Verb.TEST, Verb.DELETE])
def test_failures_with_a_place_of_their_own_open_no_box(
    scene: Scene, dialogs: Dialogs, verb: Verb
) -> None:
    scene.state.tell_failed(Failure(verb, ref(QWEN), Unreachable(data.ADDRESS)))
    assert boxes() == []


def test_a_partial_delete_is_told_by_name(scene: Scene, dialogs: Dialogs) -> None:
    failed = Failure(Verb.DELETE, ref(QWEN), ModelNotFound("qwen3:8b"))
    scene.state.tell_deleted(DeleteOutcome((ref(data.record("mistral:7b")),), ()))
    assert boxes() == []
    scene.state.tell_deleted(DeleteOutcome((ref(data.record("mistral:7b")),), (failed,)))
    said = texts(boxes()[0])
    assert any("1 of 2 models deleted." in text and "qwen3:8b" in text for text in said)
    boxes()[0].close()


def test_what_failed_on_several_servers_is_told_in_the_window(
    scene: Scene, dialogs: Dialogs
) -> None:
    failed = Failure(Verb.DELETE, ref(QWEN), ModelNotFound("qwen3:8b"))
    asked = (ref(QWEN), ModelRef("studio", "qwen3:8b"))
    scene.state.tell_deleted(DeleteOutcome((), (failed,), asked=asked))
    assert boxes() == []


def test_each_model_is_told_with_its_own_server(scene: Scene, dialogs: Dialogs) -> None:
    studio = Server("studio", "studio", "studio.lan")
    scene.state.set_servers((scene.state.server, studio), data.SERVER, "")
    there = replace(QWEN, server_id="studio")
    facts.set_snapshot(
        scene.state, replace(data.snapshot((there,)), server_id="studio", running=())
    )
    details = dialogs.open_details(ref(there))
    assert details.windowTitle() == "qwen3:8b · studio"
    scene.state.set_servers((scene.state.server,), data.SERVER, "")
    assert details.windowTitle() == "qwen3:8b · studio", "although it is used no more"
    scene.state.set_servers((scene.state.server, studio), data.SERVER, "")
    offline = Unreachable("studio.lan", kind=UnreachableKind.LOST)
    scene.state.tell_failed(Failure(Verb.LOAD, ref(there), offline))
    assert any("“studio”" in text for text in texts(boxes()[0]))
    boxes()[0].close()
    item = replace(data.PULLS[0], server_id="studio")
    scene.state.set_downloads((item,))
    assert "“studio”" in " ".join(texts(dialogs.ask_cancel(item)))


def test_open_dialogs_follow_the_facts(scene: Scene, dialogs: Dialogs) -> None:
    details = dialogs.open_details(ref(QWEN))
    pull = dialogs.open_pull("fresh:1")
    facts.set_snapshot(scene.state, replace(data.snapshot(), running=()))
    assert not details.overview.memory.isVisible()
    scene.state.set_busy(BusyModel(ref(QWEN), Verb.LOAD))
    assert details.load_button.text() == "Stop &loading"
    assert not details.delete_button.isEnabled()
    facts.set_status(scene.state, data.status(ServerState.OFFLINE))
    assert not details.delete_button.isEnabled()
    scene.state.set_server(Server(data.SERVER, "studio", data.ADDRESS))
    assert details.windowTitle() == "qwen3:8b · studio"
    fresh = replace(QWEN, name="fresh:1")
    facts.set_snapshot(scene.state, data.snapshot((*data.MODELS, fresh)))
    assert "fresh:1 is already here" in texts(pull)


def test_a_closed_dialog_hears_nothing_any_more(
    qtbot: QtBot, scene: Scene, dialogs: Dialogs
) -> None:
    before = facts.listeners(scene.state)
    running = next(item for item in data.PULLS if item.state is PullState.RUNNING)
    opened: list[QDialog] = [
        dialogs.open_details(ref(QWEN)),
        dialogs.open_pull("phi3"),
        dialogs.open_duplicate(ref(QWEN)),
        dialogs.open_history(),
        dialogs.open_doctor(),
        dialogs.ask_cancel(running),
    ]
    question = dialogs.open_delete(ModelRefs((ref(QWEN),)))
    assert question is not None
    assert facts.listeners(scene.state) != before
    for dialog in (*opened, question):
        dialog.close()
    assert facts.listeners(scene.state) == before, "at once, before they are deleted"
    settings = dialogs.open_settings()
    with qtbot.waitSignal(settings.destroyed):
        settings.close()
    assert facts.listeners(scene.state) == before


def test_once_dismissed_nothing_is_told(scene: Scene, dialogs: Dialogs) -> None:
    dialogs.dismiss()
    scene.state.tell_failed(Failure(Verb.LOAD, ref(QWEN), ServerFailed("qwen3:8b", "no")))
    failed = Failure(Verb.DELETE, ref(QWEN), ModelNotFound("qwen3:8b"))
    scene.state.tell_deleted(DeleteOutcome((), (failed,)))
    assert boxes() == []


def test_once_dismissed_the_doctor_stops_nothing(scene: Scene, dialogs: Dialogs) -> None:
    dialogs.open_doctor()
    with emitted(scene.commands.doctor_stop_requested) as stops:
        dialogs.dismiss()  # the one that takes over has asked for checks of its own
    assert stops == []
    dialogs.open_doctor()
    with emitted(scene.commands.doctor_stop_requested) as stops:
        dialogs.close_all()
    assert len(stops) == 1


def test_close_all(dialogs: Dialogs) -> None:
    open_ones: list[QDialog] = [
        dialogs.open_details(ref(QWEN)),
        dialogs.open_pull(),
        dialogs.open_settings(),
        dialogs.ask_quit(1),
    ]
    assert all(dialog.isVisible() for dialog in open_ones)
    dialogs.close_all()
    assert not any(dialog.isVisible() for dialog in open_ones)


def test_dialogs_of_a_hidden_window_stand_alone(dialogs: Dialogs) -> None:
    window = dialogs.parent()
    assert isinstance(window, QWidget)
    assert dialogs.open_settings().parent() is window
    dialogs.close_all()
    window.hide()
    assert dialogs.open_settings().parent() is None
    dialogs.close_all()


def test_without_a_window_dialogs_stay_and_close_cleanly(qtbot: QtBot) -> None:
    scene = known()
    dialogs = Dialogs(scene.settings, scene.state, scene.commands)
    scene.state.tell_failed(Failure(Verb.LOAD, ref(QWEN), ServerFailed("qwen3:8b", "no")))
    dialogs.open_settings()
    dialogs.open_details(ref(QWEN))
    gc.collect()
    assert len(boxes()) == 1
    gone = []
    for dialog in (boxes()[0], dialogs.open_settings(), dialogs.open_details(ref(QWEN))):
        dialog.destroyed.connect(lambda: gone.append(True))
    del dialog
    dialogs.close_all()
    qtbot.waitUntil(lambda: len(gone) == 3)


def test_a_question_goes_with_the_details_it_belongs_to(
    qtbot: QtBot, scene: Scene, dialogs: Dialogs
) -> None:
    details = dialogs.open_details(ref(QWEN))
    details.delete_button.click()
    question = details.findChild(DeleteDialog)
    with qtbot.waitSignal(details.destroyed):
        details.close()
    del question
    facts.set_snapshot(scene.state, data.snapshot())
    scene.state.set_layer_index(data.layer_index())
    assert dialogs.open_delete(ModelRefs((ref(QWEN),))) is not None


def test_a_cancel_is_asked_about_and_the_question_goes_with_the_download(
    scene: Scene,
    dialogs: Dialogs,
) -> None:
    running = next(item for item in data.PULLS if item.state is PullState.RUNNING)
    dialog = dialogs.ask_cancel(running)
    said = " ".join(texts(dialog))
    assert "Cancel the download of qwen3:14b?" in said
    assert "until Ollama is restarted" in said
    assert dialog.focusWidget() is not dialog.cancel_button
    with emitted(scene.commands.pull_cancel_now_requested) as confirmed:
        dialog.cancel_button.click()
    assert confirmed == [running.id]
    asked_again = dialogs.ask_cancel(running)
    facts.set_download(scene.state, running)
    assert asked_again.isVisible()
    with emitted(scene.commands.pull_cancel_now_requested) as confirmed:
        done = replace(running, state=PullState.DONE)
        facts.set_download(scene.state, done)
    assert not asked_again.isVisible()
    assert confirmed == []


def test_the_settings_know_what_the_system_tells(scene: Scene, dialogs: Dialogs) -> None:
    scene.state.set_conditions(SystemConditions(on_battery=True))
    dialog = dialogs.open_settings("downloads")
    assert dialog.downloads.battery.isVisible()
    assert not dialog.downloads.metered.isVisible()
    scene.state.set_conditions(SystemConditions(is_metered=False))
    assert dialog.downloads.metered.isVisible()
    assert not dialog.downloads.battery.isVisible()
    with emitted(scene.commands.notice_test_requested) as wishes:
        dialog.notifications.test.click()
    assert wishes == [None]
    dialog.close()


def test_settings_come_in_front_of_a_modal_dialog_and_outlive_it(
    qtbot: QtBot, dialogs: Dialogs
) -> None:
    pull = dialogs.open_pull()
    settings = dialogs.open_settings("general")
    assert settings.parent() is pull, "else the modal dialog would block it"
    qtbot.waitUntil(settings.isActiveWindow)
    pull.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert settings.isVisible()
    assert dialogs.settings_dialog() is settings
    again = dialogs.open_pull()
    assert dialogs.open_settings("about") is settings
    assert settings.parent() is again
    qtbot.waitUntil(settings.isActiveWindow)
    settings.close()
    assert again.isVisible()


def test_a_question_goes_with_the_dialog_it_was_asked_on(dialogs: Dialogs) -> None:
    details = dialogs.open_details(ref(QWEN))
    question = dialogs.open_delete(ModelRefs((ref(QWEN),)), details)
    assert question is not None
    details.close()
    assert not question.isVisible()


LLAVA = ModelRef(data.SERVER, "llava:13b", data.digest("llava:13b"))


def test_the_sheet_opens_where_there_is_something_to_list(dialogs: Dialogs, scene: Scene) -> None:
    assert dialogs.open_updates(ModelRefs(())) is None
    scene.state.set_verdict(updates.llava())
    sheet = dialogs.open_updates(ModelRefs(()))
    assert sheet is not None
    assert [each.name for each in sheet.refs] == ["llava:13b"]
    again = dialogs.open_updates(ModelRefs((LLAVA,)))
    assert again is not None
    assert not sheet.isVisible(), "one at a time"
    assert again.isVisible()


def test_what_differs_is_a_tab_of_the_details(dialogs: Dialogs, scene: Scene) -> None:
    scene.state.set_verdict(updates.llava())
    dialog = dialogs.open_version(LLAVA)
    assert dialog.version.isVisible()
    assert dialogs.open_details(LLAVA) is dialog


def test_questions_about_updates_open_while_there_is_a_question(
    dialogs: Dialogs, scene: Scene
) -> None:
    made = updates.backup()
    backup = ModelRef(made.server_id, made.name, made.digest)
    assert dialogs.open_changed("u1") is None
    assert dialogs.open_go_back(backup) is None
    scene.state.set_verdict(updates.changed())
    scene.state.set_downloads((updates.stopped(),))
    scene.state.set_backups((made,), ())
    opened = (
        dialogs.open_replace(LLAVA),
        dialogs.open_changed("u1"),
        dialogs.open_go_back(backup),
    )
    assert all(each is not None and each.isVisible() for each in opened)


def test_disk_space_has_one_window_for_each_server(dialogs: Dialogs, scene: Scene) -> None:
    with emitted(scene.commands.disk_report_requested) as asked:
        first = dialogs.open_disk(DiskTarget(data.SERVER))
        target = DiskTarget(data.SERVER, "d1")
        assert dialogs.open_disk(target) is first
    assert asked[-1] == first.target == target
    other = dialogs.open_disk(DiskTarget("nas"))
    assert dialogs.disk_dialogs() == (first, other)
    with emitted(scene.commands.disk_stop_requested) as stopped:
        other.close()
    assert stopped == ["nas"]
    assert dialogs.disk_dialogs() == (first,)


def test_windows_that_are_replaced_let_disks_be_looked_at(dialogs: Dialogs, scene: Scene) -> None:
    window = dialogs.open_disk(DiskTarget(data.SERVER))
    with emitted(scene.commands.disk_stop_requested) as stopped:
        dialogs.dismiss()
    assert not window.isVisible()
    assert stopped == []


def test_models_to_free_space_are_asked_about_on_its_window(dialogs: Dialogs, scene: Scene) -> None:
    disks.tell(scene.state)
    window = dialogs.open_disk(DiskTarget(data.SERVER))
    next(iter(window.free.rows.values())).box.click()
    window.delete_button.click()
    (question,) = window.findChildren(DeleteDialog)
    assert question.isVisible()
    window.close()
    assert not question.isVisible()


# Models from files.


def created(dialogs: Dialogs) -> CreateDialog | None:
    """The one that is open."""
    open_ = [each for each in dialogs._open.values() if isinstance(each, CreateDialog)]
    assert len(open_) < 2
    return open_[0] if open_ else None


def test_several_files_are_asked_about_one_by_one(dialogs: Dialogs, qtbot: QtBot) -> None:
    dialogs.open_create(("/x/a-Q8_0.gguf", "/x/b-Q8_0.gguf", "/x/c-Q8_0.gguf"))
    seen = []
    for number in range(3):
        qtbot.waitUntil(lambda: created(dialogs) is not None)
        dialog = created(dialogs)
        assert dialog is not None
        seen.append((dialog.windowTitle(), dialog.field.text()))
        assert seen[-1][0] == f"Create from file ({number + 1} of 3)"
        dialog.reject()
    assert [name for _, name in seen] == ["a:q8_0", "b:q8_0", "c:q8_0"]
    QApplication.processEvents()
    assert created(dialogs) is None


def test_one_that_is_pulled_instead_keeps_the_others_waiting(
    dialogs: Dialogs, scene: Scene, qtbot: QtBot
) -> None:
    scene.commands.pull_dialog_requested.connect(dialogs.open_pull)
    dialogs.open_create((CODER.path, "/x/b-Q8_0.gguf"))
    scene.state.creates.tell_file(CODER)
    first = created(dialogs)
    assert first is not None
    first.notice.button.click()
    pull = dialogs._find(PullDialog)
    assert pull is not None
    assert pull.field.text() == CODER.pull_hint
    QApplication.processEvents()
    assert created(dialogs) is None
    pull.reject()
    qtbot.waitUntil(lambda: created(dialogs) is not None)


def test_other_files_take_the_place_of_those_that_wait(dialogs: Dialogs) -> None:
    dialogs.open_create(("/x/a-Q8_0.gguf", "/x/b-Q8_0.gguf"))
    dialogs.open_create(("/x/c-Q8_0.gguf",))
    QApplication.processEvents()
    dialog = created(dialogs)
    assert dialog is not None
    assert (dialog.windowTitle(), dialog.field.text()) == ("Create from file", "c:q8_0")


def test_what_was_chosen_is_looked_at_whatever_it_is_called(dialogs: Dialogs, scene: Scene) -> None:
    with emitted(scene.commands.create_files_requested) as asked:
        dialogs.open_create(("/x/model.bin",))
    assert [group.path for group in asked] == ["/x/model.bin"]


def test_no_file_asks_for_one(dialogs: Dialogs) -> None:
    dialogs.open_create()
    choosers = [w for w in QApplication.topLevelWidgets() if isinstance(w, QFileDialog)]
    (chooser,) = [each for each in choosers if each.isVisible()]
    chooser.filesSelected.emit(["/x/a-Q8_0.gguf"])
    chooser.close()
    assert created(dialogs) is not None


def test_what_was_asked_for_can_be_changed(dialogs: Dialogs, scene: Scene) -> None:
    item = create("mine:q8", CreateState.FAILED)
    assert dialogs.open_create_change(item.id) is None
    scene.state.creates.put(item)
    dialog = dialogs.open_create_change(item.id)
    assert dialog is not None
    assert dialog.field.text() == "mine:q8"


def test_no_file_is_asked_about_when_all_is_closed(dialogs: Dialogs) -> None:
    dialogs.open_create(("/x/a-Q8_0.gguf", "/x/b-Q8_0.gguf"))
    dialogs.close_all()
    QApplication.processEvents()
    assert created(dialogs) is None


def test_who_quits_hears_what_goes_on(dialogs: Dialogs, scene: Scene) -> None:
    scene.state.creates.put(create("x:1", CreateState.MAKING))
    dialog = dialogs.ask_quit(1)
    assert "Ollama goes on with 1 model by itself." in texts(dialog)


def declared_kinds() -> dict[str, str]:
    """Name → module, as type checkers are told."""
    tree = ast.parse(inspect.getsource(dialog_kinds))
    return {
        alias.name: node.module or ""
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_each_kind_of_dialog_is_the_one_that_is_declared() -> None:
    declared = declared_kinds()
    assert sorted(declared) == sorted(dialog_kinds.__all__)
    for name, module in declared.items():
        assert getattr(dialog_kinds, name) is getattr(importlib.import_module(module), name), name


def test_a_kind_of_dialog_that_is_none() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        getattr(dialog_kinds, "nonsense")  # noqa: B009
