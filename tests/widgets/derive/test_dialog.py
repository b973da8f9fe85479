"""The form of *New from this model*, *Edit* and *Rebuild*: what it says, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.support import facts
from tests.widgets.helpers import button, emitted, shown
from tests.widgets.windows import Told
from tray_app.commands import Commands
from tray_app.core.creates.records import Derived, DeriveRequest, FormKind, ModelChanges
from tray_app.core.errors import ServerFailed, Unreachable
from tray_app.core.payloads import BusyModel, Failure, ModelRef, Verb
from tray_app.core.records import ModelInfo, ModelRecord, RunningModel, Server, ServerState
from tray_app.core.updates.facts import ModelVerdict
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.core.updates.verdicts import Standing, Verdict
from tray_app.state.app_state import AppState
from tray_app.views.components.question import Question
from tray_app.views.derive.dialog import DeriveDialog
from tray_app.views.pull.license_dialog import LicenseDialog

BASE, NOTES = "mistral:7b", "meeting-notes:latest"
PARAMETERS = """num_ctx                        4096
temperature                    0.7
stop                           "[INST]"
stop                           "[/INST]"
top_p                          0.95"""


@dataclass
class World:
    state: AppState
    commands: Commands
    told: Told


def ref(name: str) -> ModelRef:
    record = data.record(name)
    return ModelRef(data.SERVER, name, record.digest)


def info(name: str, **more: Any) -> ModelInfo:
    known = ModelInfo(
        data.SERVER,
        name,
        data.record(name).digest,
        license="Apache License\n  Version 2.0",
        parameters=PARAMETERS,
        template="{{ .Prompt }}",
    )
    return replace(known, **more)


@pytest.fixture
def world(qtbot: QtBot) -> World:
    state, commands, told = (
        AppState(Server(data.SERVER, "This computer", data.ADDRESS)),
        Commands(),
        Told(),
    )
    facts.set_status(state, data.status())
    facts.set_snapshot(state, data.snapshot())
    told.listen(commands, ["derive_requested", "details_requested"])
    return World(state, commands, told)


def opened(
    qtbot: QtBot, world: World, kind: FormKind = FormKind.NEW, name: str = BASE, **more: Any
) -> DeriveDialog:
    dialog = DeriveDialog(kind, ref(name), world.state, world.commands, clock=data.clock, **more)
    return shown(qtbot, dialog)


@pytest.fixture
def new(qtbot: QtBot, world: World) -> DeriveDialog:
    world.state.set_details(info(BASE))
    return opened(qtbot, world)


@pytest.fixture
def edit(qtbot: QtBot, world: World) -> DeriveDialog:
    record = data.record(NOTES)
    made = Made(data.SERVER, NOTES, record.digest, MadeBy.CREATE, data.NOW, source=BASE)
    verdict = Verdict(Standing.MADE_HERE, record.digest)
    world.state.set_verdict(ModelVerdict(record.key, verdict, made=made))
    world.state.set_details(info(NOTES, system="Be kind.", messages=(("user", "hi"),)))
    return opened(qtbot, world, FormKind.EDIT, NOTES)


def reason(dialog: DeriveDialog) -> str:
    """Why the button is off; "" = it is not."""
    assert dialog.create_button.isEnabled() is not bool(dialog.create_button.toolTip())
    return dialog.create_button.toolTip()


def row(dialog: DeriveDialog, name: str) -> tuple[str, str, str]:
    """Text, note and button of a parameter."""
    view = dialog.parameters.view(name)
    assert view is not None
    return view.field.text(), view.note.text(), view.button.accessibleName()


def write(dialog: DeriveDialog, name: str, text: str) -> None:
    """Type into the field of a parameter."""
    view = dialog.parameters.view(name)
    assert view is not None
    view.field.setFocus()
    view.field.selectAll()
    if text:
        QTest.keyClicks(view.field, text)
    else:
        QTest.keyClick(view.field, Qt.Key.Key_Delete)


def test_it_opens_with_what_the_base_has(new: DeriveDialog) -> None:
    assert new.windowTitle() == "New from mistral:7b"
    assert new.base_words.text() == "4.4\u00a0GB, shared. Takes no extra disk space."
    assert new.name_field.text() == "mistral-custom:7b"
    assert new.name_field.selectedText() == "mistral-custom"
    assert new.name_helper.text == "Free on “This computer”."
    assert new.system_helper.text == "mistral:7b has none."
    assert [view.name_label.text() for view in new.parameters.views] == [
        *("num_ctx", "temperature", "stop", "top_p"),
    ]
    away = "Don’t take it over: back to Ollama’s default"
    assert row(new, "temperature") == ("0.7", "as in mistral:7b", f"{away}, temperature")
    assert row(new, "stop")[0] == '"[INST]", "[/INST]"'
    states = [fold.head.state.text() for fold in new.folds]
    assert states == [
        "as in mistral:7b, 13 characters",
        "none",
        "Apache License 2.0, as in mistral:7b",
    ]
    assert new.sent.text == "FROM mistral:7b\n\n# Nothing is changed yet"
    assert reason(new) == "Change something first"
    assert not new.keep_box.isVisible()


def test_only_what_is_changed_is_asked_for(new: DeriveDialog, world: World) -> None:
    new.name_field.setText("mistral-minutes:7b")
    QTest.keyClicks(new.system.editor, "Be terse.")
    write(new, "num_ctx", "32768")
    write(new, "temperature", "0.2")
    view = new.parameters.view("top_p")
    assert view is not None
    view.button.click()
    assert row(new, "num_ctx")[1:] == ("instead of 4,096", "Back to 4,096, num_ctx")
    assert row(new, "top_p") == (
        "", "back to Ollama’s default, 0.9", "Take over again, top_p",
    )  # fmt: skip
    assert new.sent.text.split("\n") == [
        "FROM mistral:7b",
        'SYSTEM """Be terse."""',
        "PARAMETER num_ctx 32768",
        "PARAMETER temperature 0.2",
        "",
        "# top_p: back to the default",
    ]
    assert reason(new) == ""
    new.create_button.click()
    changes = ModelChanges(
        system="Be terse.",
        parameters=(("num_ctx", 32768), ("temperature", 0.2), ("top_p", None)),
    )
    assert world.told.take("derive_requested") == [
        DeriveRequest(ref(BASE), "mistral-minutes:7b", changes)
    ]


def test_what_is_taken_back_is_as_before(new: DeriveDialog) -> None:
    write(new, "temperature", "0.2")
    for name in ("temperature", "stop", "stop"):
        view = new.parameters.view(name)
        assert view is not None
        view.button.click()
        if name == "stop" and view.field.text() == "":
            assert row(new, "stop")[1] == "emptied, had 2 values"
    assert reason(new) == "Change something first"
    assert not new.form.is_touched


@pytest.mark.parametrize(
    ("name", "text", "note"),
    [
        ("num_ctx", "0", "A whole number, 1 or more"),
        ("num_ctx", "8192.7", "A whole number, 1 or more"),
        ("temperature", "warm", "A number"),
        ("stop", "a, b", "Values in quotes, with commas between"),
    ],
)
def test_what_is_wrong_is_said_in_its_row(
    new: DeriveDialog, name: str, text: str, note: str
) -> None:
    write(new, name, text)
    view = new.parameters.view(name)
    assert view is not None
    assert view.note.text() == note
    assert view.field.property("invalid") is True
    assert reason(new) == f"Correct {name} first"
    assert new.sent.text.endswith(f"# {name}: no usable value yet")
    view.button.click()
    assert view.field.property("invalid") is False


def test_one_is_added_and_removed_again(new: DeriveDialog, qtbot: QtBot) -> None:
    new.parameters.add_button.click()
    menu = new.parameters.menu
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts[0].startswith("top_k\t")
    assert texts[-1] == "Other name…"
    next(a for a in menu.actions() if a.text().startswith("use_mmap\t")).trigger()
    menu.close()
    view = new.parameters.view("use_mmap")
    assert view is not None
    assert (view.combo.currentText(), view.note.text()) == ("Yes", "new")
    assert new.form.changes.parameters == (("use_mmap", True),)
    view.combo.setFocus()
    QTest.keyClick(view.combo, Qt.Key.Key_Down)
    assert new.form.changes.parameters == (("use_mmap", False),)
    view.button.click()
    assert new.parameters.view("use_mmap") is None
    assert new.form.changes.is_empty
    assert new.focusWidget() is new.parameters.add_button


def test_one_that_is_new_needs_a_value(new: DeriveDialog) -> None:
    new.parameters.add("top_k")
    assert reason(new) == "Correct top_k first"
    write(new, "top_k", "4")
    assert reason(new) == ""


def test_one_of_any_name(new: DeriveDialog) -> None:
    new.parameters.add("")
    view = new.parameters.view("")
    assert view is not None
    assert view.name_field is not None
    assert new.focusWidget() is view.name_field
    QTest.keyClicks(view.name_field, "temperature")
    assert view.name_field.property("invalid") is True, "there is one already"
    QTest.keyClicks(view.field, "3")
    assert new.form.changes.is_empty
    QTest.keyClicks(view.name_field, "_x")
    assert view.note.text() == "This Ollama ignores it"
    assert new.form.changes.parameters == (("temperature_x", 3),)
    view.button.click()
    assert new.form.changes.is_empty


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a b", "A name can’t contain a space."),
        ("LLAMA3.2", "LLAMA3.2:latest exists. Creating would replace it."),
        ("x:cloud", "“:cloud” has a meaning of its own. Choose another tag."),
        ("x:local", "“:local” has a meaning of its own. Choose another tag."),
    ],
)
def test_names_that_cannot_be(new: DeriveDialog, name: str, said: str) -> None:
    QTest.keyClicks(new.system.editor, "x")
    new.name_field.setText(name)
    assert new.name_helper.text == said
    assert reason(new) == "Correct the name first"


def test_a_name_that_is_taken_meanwhile(new: DeriveDialog, world: World) -> None:
    QTest.keyClicks(new.system.editor, "x")
    assert reason(new) == ""
    made = replace(data.record(BASE), name="mistral-custom:7b", digest="9" * 64)
    facts.set_snapshot(world.state, data.snapshot((*data.MODELS, made)))
    assert reason(new) == "Correct the name first"


def test_an_emptied_system_prompt(edit: DeriveDialog) -> None:
    edit.system.editor.selectAll()
    QTest.keyClick(edit.system.editor, Qt.Key.Key_Delete)
    words = "Ollama can’t remove a system prompt. One blank takes its place."
    assert edit.system_helper.text == words
    assert 'SYSTEM " "' in edit.sent.text
    assert edit.form.changes.system == " "


def test_another_system_prompt_can_be_taken_back(qtbot: QtBot, world: World) -> None:
    world.state.set_details(info(BASE, system="Be kind."))
    dialog = opened(qtbot, world)
    assert dialog.system_helper.text == "As in mistral:7b."
    QTest.keyClicks(dialog.system.editor, "x")
    assert dialog.system_helper.text == "Instead of mistral:7b’s."
    button(dialog, "Take it over again").click()
    assert dialog.system.text == "Be kind."
    assert dialog.form.changes.is_empty


def test_line_ends_of_the_base_are_no_change(qtbot: QtBot, world: World) -> None:
    world.state.set_details(info(BASE, system="a\r\nb\u00a0c", template="{{\r\n}}"))
    dialog = opened(qtbot, world)
    assert dialog.form.changes.is_empty
    write(dialog, "temperature", "0.1")
    assert dialog.form.changes == ModelChanges(parameters=(("temperature", 0.1),))


def test_an_edit_replaces_what_is_seen(edit: DeriveDialog, world: World) -> None:
    assert edit.windowTitle() == "Edit meeting-notes:latest"
    assert edit.base_words.text() == "Made here from mistral:7b. Takes no extra disk space."
    assert not edit.name_field.isVisible()
    assert not edit.loaded_note.isVisible()
    assert edit.keep_box.text() == (
        "&Keep the version of today as meeting-notes:latest-before-2026-05-04"
    )
    write(edit, "temperature", "0.1")
    edit.create_button.click()
    (request,) = world.told.take("derive_requested")
    assert request == DeriveRequest(
        ref(NOTES),
        NOTES,
        ModelChanges(parameters=(("temperature", 0.1),)),
        keep_name="meeting-notes:latest-before-2026-05-04",
        replaces=data.digest(NOTES),
    )


def test_an_edit_of_a_loaded_one_without_a_copy(edit: DeriveDialog, world: World) -> None:
    running = (RunningModel(data.SERVER, NOTES, data.digest(NOTES)),)
    facts.set_snapshot(world.state, replace(data.snapshot(), running=running))
    assert edit.loaded_note.text == "It’s loaded now and will be unloaded first."
    write(edit, "temperature", "0.1")
    edit.keep_box.click()
    edit.create_button.click()
    (request,) = world.told.take("derive_requested")
    assert (request.may_unload, request.keep_name) == (True, "")


def test_a_model_is_rebuilt_with_what_is_its_own(qtbot: QtBot, world: World) -> None:
    own = info(NOTES, system="Mine.", parameters="temperature 0.1\nnum_ctx 4096")
    dialog = opened(qtbot, world, FormKind.REBUILD, BASE, child=ref(NOTES))
    assert reason(dialog) == "Reading mistral:7b…"
    assert world.told.take("details_requested") == [ref(BASE), ref(NOTES)]
    world.state.set_details(info(BASE))
    assert reason(dialog) == "Reading mistral:7b…"
    world.state.set_details(own)
    assert dialog.windowTitle() == "Rebuild meeting-notes:latest"
    assert dialog.system.text == "Mine."
    assert reason(dialog) == ""
    dialog.create_button.click()
    (request,) = world.told.take("derive_requested")
    assert (request.base, request.name, request.replaces) == (
        ref(BASE), NOTES, data.digest(NOTES),
    )  # fmt: skip
    assert request.changes == ModelChanges(system="Mine.", parameters=(("temperature", 0.1),))


def test_a_model_that_is_rebuilt_by_others_meanwhile(qtbot: QtBot, world: World) -> None:
    world.state.set_details(info(BASE))
    world.state.set_details(info(NOTES, system="Mine."))
    dialog = opened(qtbot, world, FormKind.REBUILD, BASE, child=ref(NOTES))
    assert reason(dialog) == ""
    facts.set_snapshot(world.state, data.snapshot(changed(data.MODELS, NOTES, "7" * 64)))
    words = "meeting-notes:latest has changed meanwhile. Close this and open it again."
    assert reason(dialog) == words
    assert dialog.banner.shown is not None
    assert dialog.banner.shown.text == words


def test_a_model_that_is_edited_by_others_meanwhile(edit: DeriveDialog, world: World) -> None:
    write(edit, "temperature", "0.1")
    facts.set_snapshot(world.state, data.snapshot(changed(data.MODELS, NOTES, "7" * 64)))
    assert edit.banner.shown is not None
    assert edit.banner.shown.text == (
        "meeting-notes:latest has changed meanwhile. What it is now was read again."
    )
    world.state.set_details(replace(info(NOTES, system="Other."), digest="7" * 64))
    assert edit.system.text == "Other."
    edit.create_button.click()
    (request,) = world.told.take("derive_requested")
    assert (request.replaces, request.base.digest) == ("7" * 64, "7" * 64)
    assert request.changes == ModelChanges(parameters=(("temperature", 0.1),))


def test_page_keys_scroll_the_form(new: DeriveDialog) -> None:
    new.resize(640, 480)
    bar = new.form_scroller.verticalScrollBar()
    assert (bar.value(), bar.maximum() > 0) == (0, True)
    QTest.keyClick(new.name_field, Qt.Key.Key_PageDown)
    assert bar.value() > 0
    QTest.keyClick(new.name_field, Qt.Key.Key_PageUp)
    assert bar.value() == 0


def test_a_long_text_is_shown_in_part_and_copied_whole(new: DeriveDialog) -> None:
    new.system.editor.setPlainText("x" * 100_000)
    assert len(new.sent.editor.toPlainText()) == 20_001
    new.sent.copy_button.click()
    assert len(QGuiApplication.clipboard().text()) > 100_000


def started(dialog: DeriveDialog, world: World) -> DeriveRequest:
    """It was asked for."""
    QTest.keyClicks(dialog.system.editor, "x")
    dialog.create_button.click()
    (request,) = world.told.take("derive_requested")
    assert isinstance(request, DeriveRequest)
    return request


def test_while_it_runs_the_form_waits(new: DeriveDialog, world: World) -> None:
    request = started(new, world)
    assert new.create_button.text() == "Creating…"
    assert not new.create_button.isEnabled()
    assert not new.name_field.isEnabled()
    assert new.cancel_button.isEnabled()
    other = replace(request, name="other:latest")
    world.state.creates.tell_derived(Derived(other, ref(BASE)))
    assert new.isVisible()
    world.state.creates.tell_derived(Derived(request, ref(BASE)))
    assert not new.isVisible()
    assert new.result() == QDialog.DialogCode.Accepted


def test_cancel_only_closes_while_it_runs(new: DeriveDialog, world: World) -> None:
    started(new, world)
    new.cancel_button.click()
    assert not new.isVisible()
    assert new.findChildren(Question) == []


def failed(new: DeriveDialog, world: World, request: DeriveRequest, text: str) -> None:
    made = ModelRef(data.SERVER, request.name)
    world.state.tell_failed(Failure(Verb.CREATE, made, ServerFailed(request.name, text, 500)))


def test_a_failure_is_told_above_the_form(new: DeriveDialog, world: World) -> None:
    request = started(new, world)
    failed(new, world, replace(request, name="other:latest"), "disk on fire")
    assert new.request is not None
    failed(new, world, request, "disk on fire")
    assert new.notice.isVisible()
    assert new.notice.title == "Can’t make mistral-custom:7b"
    assert "disk on fire" in new.notice.body
    assert new.request is None
    assert (new.create_button.text(), reason(new)) == ("C&reate", "")
    assert new.system.text == "x"


def test_a_broken_template_is_told_under_it(new: DeriveDialog, world: World) -> None:
    request = started(new, world)
    failed(new, world, request, "template error: template: :1: unclosed action")
    assert not new.notice.isVisible()
    assert new.template.is_open
    assert new.template.note.text == "template error: template: :1: unclosed action"
    assert new.focusWidget() is new.template.box.editor
    new.create_button.click()
    assert new.template.note.text == ""


def test_a_base_that_cannot_be_read(qtbot: QtBot, world: World) -> None:
    dialog = opened(qtbot, world)
    assert reason(dialog) == "Reading mistral:7b…"
    world.told.take("details_requested")
    world.state.tell_failed(Failure(Verb.SHOW, ref(BASE), Unreachable("x")))
    assert reason(dialog) == "mistral:7b couldn’t be read"
    dialog.notice.button.click()
    assert world.told.take("details_requested") == [ref(BASE)]
    world.state.set_details(info(BASE))
    assert reason(dialog) == "Change something first"
    assert not dialog.notice.isVisible()


def changed(models: tuple[ModelRecord, ...], name: str, digest: str) -> tuple[ModelRecord, ...]:
    return tuple(replace(m, digest=digest) if m.name == name else m for m in models)


def test_a_base_that_is_updated_is_read_again(new: DeriveDialog, world: World) -> None:
    QTest.keyClicks(new.system.editor, "Be terse.")
    facts.set_snapshot(world.state, data.snapshot(changed(data.MODELS, BASE, "7" * 64)))
    assert new.banner.shown is not None
    assert new.banner.shown.text == "mistral:7b was updated. What is taken over was read again."
    newer = ModelRef(data.SERVER, BASE, "7" * 64)
    assert world.told.take("details_requested") == [newer]
    world.state.set_details(replace(info(BASE), digest="7" * 64, parameters="temperature 0.5"))
    assert row(new, "temperature")[0] == "0.5"
    assert new.system.text == "Be terse."
    new.create_button.click()
    assert world.told.take("derive_requested")[0].base == newer


def test_a_base_that_is_deleted_and_comes_back(new: DeriveDialog, world: World) -> None:
    QTest.keyClicks(new.system.editor, "x")
    left = tuple(model for model in data.MODELS if model.name != BASE)
    facts.set_snapshot(world.state, data.snapshot(left))
    assert new.banner.isVisible()
    assert reason(new) == "mistral:7b was deleted"
    facts.set_snapshot(world.state, data.snapshot())
    assert not new.banner.isVisible()
    assert reason(new) == ""
    facts.set_snapshot(world.state, data.snapshot(()))
    assert reason(new) == "mistral:7b was deleted"


def test_a_server_that_is_away(new: DeriveDialog, world: World) -> None:
    QTest.keyClicks(new.system.editor, "x")
    status = replace(data.status(), state=ServerState.OFFLINE)
    facts.set_status(world.state, status)
    assert reason(new) == "Can’t reach “This computer”"


def test_work_that_is_done_on_it_is_waited_for(edit: DeriveDialog, world: World) -> None:
    write(edit, "temperature", "0.1")
    world.state.set_busy(BusyModel(ref(NOTES), Verb.PULL))
    assert reason(edit) == "Wait until the present work on it is done"
    world.state.set_busy(BusyModel(ref(NOTES), None))
    assert reason(edit) == ""


def test_changes_are_not_thrown_away_unasked(new: DeriveDialog) -> None:
    QTest.keyClicks(new.system.editor, "x")
    QTest.keyClick(new, Qt.Key.Key_Escape)
    (question,) = new.findChildren(Question)
    assert question.isVisible()
    assert question.title.text() == "Discard the changes?"
    assert question.cancel_button.isDefault()
    button(question, "Keep editing").click()
    assert new.isVisible()
    new.cancel_button.click()
    question = next(each for each in new.findChildren(Question) if each.isVisible())
    button(question, "Discard").click()
    assert not new.isVisible()


def test_without_changes_it_just_closes(new: DeriveDialog) -> None:
    QTest.keyClick(new, Qt.Key.Key_Escape)
    assert not new.isVisible()


def test_a_program_that_ends_asks_nothing(new: DeriveDialog) -> None:
    QTest.keyClicks(new.system.editor, "x")
    new.closeEvent(QCloseEvent())
    assert not new.isVisible()
    assert new.findChildren(Question) == []


def test_in_a_narrow_window_what_is_sent_has_one_of_its_own(new: DeriveDialog) -> None:
    assert new.sent.isVisible()
    assert not new.sent_button.isVisible()
    new.resize(640, 480)
    assert (new.width(), new.height()) == (640, 480)
    assert not new.sent.isVisible()
    new.sent_button.click()
    (reader,) = new.findChildren(LicenseDialog)
    assert reader.reader.editor.toPlainText() == new.sent.text
    reader.close()
    new.resize(760, 480)
    assert new.sent.isVisible()


def test_messages_that_cannot_be_read(edit: DeriveDialog) -> None:
    assert edit.messages.note.text == "They can be replaced, not removed."
    edit.messages.open()
    edit.messages.box.editor.setPlainText("hello")
    assert reason(edit) == "Correct the messages first"
    assert edit.messages.link.isVisible()
    edit.messages.link.click()
    assert edit.messages.box.text == "user: hi"
    assert reason(edit) == "Change something first"


def test_tab_goes_through_it_in_order(new: DeriveDialog) -> None:
    new.name_field.setFocus()
    stops = []
    for _ in range(16):
        QTest.keyClick(new.focusWidget(), Qt.Key.Key_Tab)
        stops.append(new.focusWidget())
    views = new.parameters.views
    rows = [stop for view in views for stop in (view.field, view.button)]
    heads = [fold.head for fold in new.folds]
    assert stops == [
        new.system.editor,
        *rows,
        new.parameters.add_button,
        *heads,
        new.sent.copy_button,
        new.cancel_button,
        new.name_field,
    ]


def test_what_is_sent_can_be_copied(new: DeriveDialog) -> None:
    new.sent.copy_button.click()
    assert QGuiApplication.clipboard().text() == new.sent.text


def test_nothing_is_asked_of_the_server_while_one_types(new: DeriveDialog, world: World) -> None:
    with emitted(world.commands.details_requested) as asked:
        QTest.keyClicks(new.system.editor, "Be terse.")
        write(new, "num_ctx", "1")
    assert asked == []
