"""Create from file: every state of the dialog, what it asks for, keys and names."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.shots import creates as shots
from tests.shots import data
from tests.shots.creates import (
    ADAPTER,
    CODER,
    FOLDER,
    GB,
    GEMMA,
    LLAMA,
    NAS,
    NOT_GGUF,
    OLD_SERVER,
    PART_MISSING,
    PROJECTOR,
    STUDIO,
    UNKNOWN,
)
from tests.shots.scene import Scene, known
from tests.support import facts
from tests.widgets.helpers import button, emitted, plain, shown, texts
from tray_app.core.creates.files import FileFacts, FileStamp, Projector
from tray_app.core.creates.groups import FileGroup
from tray_app.core.creates.records import CreateItem, CreateState
from tray_app.core.gguf.records import FileFault, Refusal
from tray_app.core.payloads import DiskTarget
from tray_app.core.pulls.rules import DiskSpace
from tray_app.core.records import Server, ServerState, ServerStatus, Snapshot
from tray_app.state.app_state import AppState
from tray_app.views.components.buttons import Kind
from tray_app.views.creates.dialog import CreateDialog, Place


@pytest.fixture
def scene() -> Scene:
    made = known("This computer")
    made.state.set_disk_space(DiskSpace(data.SERVER, 212 * GB))
    return made


def several(state: AppState, shown_id: str = "") -> None:
    """Two more servers, one of them old."""
    others = tuple(Server(name, name, f"http://{name}:11434") for name in (STUDIO, NAS))
    own = Server(data.SERVER, "This computer", data.ADDRESS)
    state.set_servers((own, *others), data.SERVER, shown_id or data.SERVER)
    for name, version in ((STUDIO, "0.33.1"), (NAS, "0.9.2")):
        status = ServerStatus(name, ServerState.ONLINE, data.NOW, last_answer_at=data.NOW)
        facts.set_status(state, status)
        facts.set_snapshot(state, Snapshot(name, (), (), version, data.NOW, data.NOW_S))


def opened(
    qtbot: QtBot,
    scene: Scene,
    found: FileFacts | None = None,
    *,
    path: str = GEMMA.path,
    changed: CreateItem | None = None,
    place: Place = Place(),  # noqa: B008, it is frozen
) -> CreateDialog:
    path = found.path if found is not None else path
    group = FileGroup(path, (path,))
    made = CreateDialog(group, scene.state, scene.commands, changed=changed, place=place)
    shown(qtbot, made)
    if found is not None:
        scene.state.creates.tell_file(found)
    return made


def said(dialog: QWidget) -> list[str]:
    return [text.replace("\u00a0", " ") for text in texts(dialog)]


def type_name(dialog: CreateDialog, text: str) -> None:
    """As a person: what was there is replaced."""
    dialog.field.selectAll()
    dialog.field.insert(text)
    dialog.field.textEdited.emit(text)


def choose(dialog: CreateDialog, field: str, value: str) -> None:
    combo = getattr(dialog, field)
    combo = getattr(combo, "combo", combo)
    index = combo.findData(value)
    assert index >= 0
    combo.setCurrentIndex(index)
    combo.activated.emit(index)


def state_of(dialog: CreateDialog) -> tuple[str, bool]:
    """The button's words and whether it can be used."""
    return plain(dialog.create_button.text()), dialog.create_button.isEnabled()


# What is said.


def test_a_file_in_f16_with_its_projector(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, GEMMA)
    assert said(dialog)[:2] == [
        "gemma-3-4b-it-F16.gguf",
        "Gemma 3 4B · F16 · 7.8 GB · context 131,072 · chat template",
    ]
    assert plain(dialog.card.box.text()) == (
        "With mmproj-gemma-3-4b-F16.gguf, so that it sees pictures"
    )
    assert dialog.card.box.isChecked()
    assert not dialog.notice.isVisible()
    assert dialog.field.text() == "gemma-3-4b-it:f16"
    assert dialog.helper.text == "Made from the file’s name. Free on “This computer”."
    assert not dialog.server.isVisible()
    items = [dialog.quantize.combo.itemText(n) for n in range(dialog.quantize.combo.count())]
    assert [item.replace("\u00a0", " ") for item in items] == [
        *("Keep F16", "Q8_0, about 4.1 GB", "Q4_K_M, about 2.5 GB", "Q4_K_S, about 2.4 GB"),
    ]
    assert dialog.cost.figure.text() == "8.7\u00a0GB"
    assert "Enough: needs up to 25 GB for now" in said(dialog)
    assert state_of(dialog) == ("Create", True)


def test_quantizing_changes_name_and_cost(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, GEMMA)
    choose(dialog, "quantize", "Q4_K_M")
    assert dialog.field.text() == "gemma-3-4b-it:q4_k_m"
    assert "Enough: needs 14 GB for now" in said(dialog)
    body = (
        "212 GB free on “This computer”. Afterwards 11 GB are taken; 7.8 GB of them go when Ollama "
        "is started more than an hour later."
    )
    assert body in said(dialog)
    choose(dialog, "quantize", "")
    assert dialog.field.text() == "gemma-3-4b-it:f16"


def test_a_typed_name_stays(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, GEMMA)
    type_name(dialog, "mine")
    choose(dialog, "quantize", "Q8_0")
    assert dialog.field.text() == "mine"
    assert dialog.helper.text == "Free on “This computer”."


def test_without_the_projector_less_is_uploaded(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, GEMMA)
    dialog.card.box.click()
    assert dialog.cost.figure.text() == "7.8\u00a0GB"


def test_several_projectors_can_be_chosen_from(qtbot: QtBot, scene: Scene) -> None:
    other = Projector(FOLDER + "mmproj-BF16.gguf", 900_000_000, hears=True, is_likely=False)
    dialog = opened(qtbot, scene, replace(GEMMA, projectors=(PROJECTOR, other)))
    assert plain(dialog.card.box.text()) == "With"
    with emitted(scene.commands.create_requested) as asked:
        dialog.card.combo.setCurrentIndex(1)
        dialog.card.combo.activated.emit(1)
        assert dialog.card.box.accessibleName() == (
            "With mmproj-BF16.gguf, so that it sees pictures and hears sound"
        )
        dialog.create_button.click()
    assert (asked[0].projector, asked[0].projector_bytes) == (other.path, 900_000_000)


def test_a_projector_of_another_model_is_offered_only(qtbot: QtBot, scene: Scene) -> None:
    other = replace(PROJECTOR, is_likely=False)
    dialog = opened(qtbot, scene, replace(GEMMA, projectors=(other,)))
    assert not dialog.card.box.isChecked()


def test_parts_and_a_pull_instead(qtbot: QtBot, scene: Scene) -> None:
    scene.state.set_disk_space(DiskSpace(data.SERVER, 28_100_000_000))
    dialog = opened(qtbot, scene, CODER, place=Place(1, 3))
    assert dialog.windowTitle() == "Create from file (1 of 3)"
    assert "All 4 parts are there" in said(dialog)
    assert dialog.notice.title == "Pulling it needs a third of the space"
    assert dialog.notice.body == (
        "hf.co/bartowski/Qwen2.5-Coder-32B-Instruct-GGUF:Q4_K_M has the same name."
    )
    assert "Not enough: needs up to 60 GB for now" in said(dialog)
    assert state_of(dialog) == ("Create anyway", True)
    assert dialog.create_button.kind is Kind.NORMAL
    with (
        emitted(scene.commands.pull_dialog_requested) as pulled,
        emitted(scene.commands.create_requested) as asked,
    ):
        button(dialog, "Pull instead…").click()
    assert (pulled, asked) == ([CODER.pull_hint], [])
    assert not dialog.isVisible()


def test_while_it_is_read_nothing_can_be_created(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene)
    assert "Reading the file…" in said(dialog)
    assert dialog.field.text() == "gemma-3-4b-it:f16"
    assert not dialog.cost.isVisible()
    qtbot.waitUntil(dialog.cost.isVisible)  # its bones
    assert state_of(dialog) == ("Create", False)
    scene.state.creates.tell_file(GEMMA)
    assert "Reading the file…" not in said(dialog)


def test_a_missing_part_can_be_looked_for_again(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, PART_MISSING)
    assert dialog.notice.title == "Part 3 of 4 is missing"
    again = button(dialog, "Look again")
    assert again.hasFocus()
    assert not dialog.field.isVisible()
    assert state_of(dialog) == ("Create", False)
    with emitted(scene.commands.create_files_requested) as asked:
        again.click()
    assert [group.path for group in asked] == [PART_MISSING.path]
    whole = replace(PART_MISSING, refusal=None, missing=())
    scene.state.creates.tell_file(whole)
    assert dialog.field.isVisible()
    assert state_of(dialog) == ("Create", True)


def test_what_is_no_gguf_file(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, NOT_GGUF)
    assert dialog.notice.title == "This isn’t a GGUF file"
    assert button(dialog, "Choose…").hasFocus()
    assert state_of(dialog) == ("Create", False)


def test_a_name_that_exists(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, LLAMA)
    type_name(dialog, "llama3.2")
    assert dialog.helper.text == "llama3.2:latest exists. Creating would replace it."
    assert dialog.field.accessibleDescription() == dialog.helper.text
    assert dialog.field.property("invalid")
    assert state_of(dialog) == ("Create", False)
    type_name(dialog, "llama3.2:mine")
    assert state_of(dialog) == ("Create", True)


def test_the_name_is_looked_at_with_each_list(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, GEMMA)
    taken = replace(data.MODELS[0], name="Gemma-3-4b-it:F16")
    facts.set_snapshot(scene.state, data.snapshot((*data.MODELS, taken)))
    assert dialog.helper.text == "Gemma-3-4b-it:F16 exists. Creating would replace it."
    facts.set_snapshot(scene.state, data.snapshot())
    assert state_of(dialog) == ("Create", True)


def test_a_name_that_is_on_its_way(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, GEMMA)
    item = shots.create("gemma-3-4b-it:f16", CreateState.UPLOADING)
    scene.state.creates.put(item)
    assert dialog.helper.text == "gemma-3-4b-it:f16 is in the downloads already."
    scene.state.creates.put(replace(item, state=CreateState.CANCELED))
    assert state_of(dialog) == ("Create", True)
    type_name(dialog, data.PULLS[0].name)
    assert dialog.helper.text == f"{data.PULLS[0].name} is in the downloads already."


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a b", "A name can’t contain a space."),
        ("x:local", "“:local” has a meaning of its own. Choose another tag."),
        ("x:7b-cloud", "“:7b-cloud” has a meaning of its own. Choose another tag."),
        ("", "Type a name first."),
    ],
)
def test_a_name_that_cannot_be(qtbot: QtBot, scene: Scene, name: str, expected: str) -> None:
    dialog = opened(qtbot, scene, GEMMA)
    dialog.field.clear()
    type_name(dialog, name)
    assert dialog.helper.text == expected
    assert state_of(dialog) == ("Create", False)


def test_an_old_server_takes_no_projector(qtbot: QtBot, scene: Scene) -> None:
    several(scene.state)
    dialog = opened(qtbot, scene, OLD_SERVER)
    assert state_of(dialog) == ("Create", True)
    choose(dialog, "server", NAS)
    line = (
        "“nas” runs Ollama 0.9.2, which takes no projector. Update it, or leave the projector out."
    )
    assert dialog.server_helper.text == line
    assert dialog.server.combo.accessibleDescription() == line
    assert state_of(dialog) == ("Create", False)
    dialog.card.box.click()
    assert dialog.server_helper.text == ""
    assert dialog.create_button.isEnabled()


def test_a_server_that_is_away_gets_it_later(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, LLAMA)
    facts.set_status(scene.state, data.status(ServerState.OFFLINE))
    assert dialog.server_helper.text == (
        "Can’t reach “This computer”. It’s created when it is back."
    )
    assert dialog.server_helper.isVisible()
    assert state_of(dialog) == ("Create", True)


def test_the_disk_of_another_computer_is_not_known(qtbot: QtBot, scene: Scene) -> None:
    several(scene.state, STUDIO)
    dialog = opened(qtbot, scene, LLAMA)
    assert dialog.server_id == STUDIO
    lines = said(dialog)
    assert "Not known for another computer" in lines
    assert "It needs up to 6.1 GB for now." in lines


def test_an_unknown_architecture(qtbot: QtBot, scene: Scene) -> None:
    scene.state.set_disk_space(DiskSpace(data.SERVER, 900 * GB))
    dialog = opened(qtbot, scene, UNKNOWN)
    assert dialog.notice.title == "“This computer” may not know “brandnew-m9”"
    assert state_of(dialog) == ("Create anyway", True)


def test_an_adapter_wants_its_base(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, ADAPTER)
    assert dialog.notice.title == "This is an adapter, not a model"
    assert state_of(dialog) == ("Create", False)
    names = [dialog.base.itemText(n) for n in range(dialog.base.count())]
    assert names[:2] == ["Choose a model", "llama3.2:latest"]
    assert "gpt-oss:120b-cloud" not in names
    choose(dialog, "base", "mistral:7b")
    assert state_of(dialog) == ("Create", True)
    with emitted(scene.commands.create_requested) as asked:
        dialog.create_button.click()
    assert (asked[0].adapter, asked[0].base) == (True, "mistral:7b")


# A file that changes.


def stamped(found: FileFacts, ns: int, size_bytes: int = 0) -> FileFacts:
    stamp = FileStamp(found.path, size_bytes or found.size_bytes, ns)
    return replace(found, stamps=(stamp,), size_bytes=stamp.size_bytes)


def test_a_file_that_was_written_to_is_told(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, LLAMA)
    scene.state.creates.tell_file(stamped(LLAMA, 2, 3 * GB))
    assert dialog.notice.title == "The file has changed"
    assert state_of(dialog) == ("Create", False)
    assert button(dialog, "Look again").hasFocus()
    assert dialog.cost.figure.text() == "2.0\u00a0GB"
    button(dialog, "Look again").click()
    assert dialog.cost.figure.text() == "3\u00a0GB"
    assert state_of(dialog) == ("Create", True)


def test_a_file_that_is_as_it_was_again_is_fine(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, LLAMA)
    scene.state.creates.tell_file(stamped(LLAMA, 2))
    scene.state.creates.tell_file(replace(LLAMA))
    assert state_of(dialog) == ("Create", True)


def test_a_file_that_is_gone_is_told(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, LLAMA)
    gone = FileFacts(LLAMA.path, LLAMA.files, refusal=Refusal(FileFault.GONE, LLAMA.path))
    scene.state.creates.tell_file(gone)
    assert dialog.notice.title == "The file isn’t there any more"
    assert state_of(dialog) == ("Create", False)
    scene.state.creates.tell_file(LLAMA)
    assert state_of(dialog) == ("Create", True)


def test_file_and_disk_are_looked_at_again(
    qtbot: QtBot, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tray_app.views.creates.dialog.LOOK_MS", 20)
    dialog = opened(qtbot, scene, LLAMA)
    with (
        emitted(scene.commands.create_files_requested) as files,
        emitted(scene.commands.disk_requested) as disks,
    ):
        qtbot.waitUntil(lambda: len(files) >= 2 and len(disks) >= 2)
        dialog.reject()
        count = len(files)
    assert set(disks) == {data.SERVER}
    assert not dialog._look_timer.isActive()
    assert len(files) == count


def test_a_disk_that_is_too_small_can_be_cleared(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, LLAMA)
    assert dialog.cost.free_button.isHidden()
    scene.state.set_disk_space(DiskSpace(data.SERVER, GB))
    with emitted(scene.commands.disk_dialog_requested) as targets:
        dialog.cost.free_button.click()
    cost = dialog._standing.cost
    assert cost is not None
    missing = cost.needed_bytes - GB
    assert targets == [DiskTarget(data.SERVER, "", dialog.field.text(), missing)]
    scene.state.set_disk_space(DiskSpace(data.SERVER, 212 * GB))
    assert dialog.cost.free_button.isHidden()


def test_the_disk_is_live(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, LLAMA)
    scene.state.set_disk_space(DiskSpace(data.SERVER, GB))
    assert "Not enough: needs up to 6.1 GB for now" in said(dialog)
    assert state_of(dialog) == ("Create anyway", True)


def test_what_is_said_of_another_file_is_not_heard(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene)
    scene.state.creates.tell_file(LLAMA)
    assert dialog.facts is None


# Asking.


def test_it_asks_for_what_is_shown(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, GEMMA)
    choose(dialog, "quantize", "Q4_K_M")
    with emitted(scene.commands.create_requested) as asked:
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    (request,) = asked
    assert (request.server_id, request.name) == (data.SERVER, "gemma-3-4b-it:q4_k_m")
    assert (request.files, request.projector) == ((GEMMA.path,), PROJECTOR.path)
    assert (request.quantize, request.architecture, request.file_type) == (
        *("Q4_K_M", "gemma3", "F16"),
    )
    assert (request.size_bytes, request.projector_bytes) == (7_800_000_000, 851_000_000)


def test_enter_does_nothing_while_it_cannot_be(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, LLAMA)
    type_name(dialog, "llama3.2")
    with emitted(scene.commands.create_requested) as asked:
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert asked == []
    assert dialog.isVisible()


def test_the_tag_is_written_out(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, GEMMA)
    type_name(dialog, "mine")
    with emitted(scene.commands.create_requested) as asked:
        dialog.create_button.click()
    assert asked[0].name == "mine:latest"


def test_it_can_be_changed_afterwards(qtbot: QtBot, scene: Scene) -> None:
    item = shots.create("mine:q8", CreateState.FAILED, quantize="Q8_0", size_bytes=7_800_000_000)
    request = replace(item.request, files=GEMMA.files, projector="")
    item = replace(item, request=request, uploaded=GEMMA.files)
    scene.state.creates.put(item)
    dialog = opened(qtbot, scene, GEMMA, changed=item)
    assert dialog.field.text() == "mine:q8"
    assert dialog.quantize.combo.currentData() == "Q8_0"
    assert not dialog.card.box.isChecked()
    assert "Nothing: it’s already on the server" in said(dialog)
    choose(dialog, "quantize", "")
    assert dialog.field.text() == "mine:q8"
    with (
        emitted(scene.commands.create_requested) as asked,
        emitted(scene.commands.create_remove_requested) as removed,
    ):
        dialog.create_button.click()
    assert (asked[0].quantize, removed) == ("", [item.id])


def test_another_file_can_be_chosen(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, GEMMA)
    with emitted(scene.commands.create_files_requested) as asked:
        button(dialog, "Choose…").click()
        chooser = dialog.findChild(QFileDialog)
        assert chooser is not None
        chooser.filesSelected.emit([CODER.files[1], CODER.files[0]])
        chooser.close()
    assert asked[-1].path == CODER.path
    assert dialog.field.text() == "qwen2.5-coder-32b-instruct:q4_k_m"
    assert "Reading the file…" in said(dialog)


# Keys and names.


def test_the_name_is_ready_to_be_typed_over(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, GEMMA)
    assert dialog.field.hasFocus()
    assert dialog.field.selectedText() == "gemma-3-4b-it"


def test_the_order_of_tab(qtbot: QtBot, scene: Scene) -> None:
    several(scene.state)
    scene.state.set_disk_space(DiskSpace(data.SERVER, GB))
    found = replace(GEMMA, pull_hint="hf.co/google/gemma:F16")
    dialog = opened(qtbot, scene, found)
    dialog.card.choose.setFocus()
    order: list[QWidget | None] = []
    for _ in range(9):
        order.append(QApplication.focusWidget())
        dialog.focusNextChild()
    cancel = button(dialog, "Cancel")
    expected = [
        *(dialog.card.choose, dialog.card.box, dialog.field, dialog.server.combo),
        *(dialog.quantize.combo, dialog.notice.button, dialog.cost.free_button),
        *(cancel, dialog.create_button),
    ]
    assert order == expected


def test_names_for_who_does_not_see(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, GEMMA)
    spoken = "File gemma-3-4b-it-F16.gguf, Gemma 3 4B, F16, 7.8 gigabytes"
    assert dialog.card.name.accessibleName() == spoken
    assert dialog.cost.figure.accessibleName() == "To upload: 8.7\u00a0GB"
    label = dialog._name_label
    assert isinstance(label.buddy(), QLineEdit)


def test_fields_stand_beneath_each_other_where_they_do_not_fit(qtbot: QtBot, scene: Scene) -> None:
    several(scene.state)
    dialog = opened(qtbot, scene, GEMMA)
    assert not dialog.pair.is_stacked
    dialog.server.label.setText("A label in a language with rather long words for this, it seems")
    dialog.pair.arrange()
    assert dialog.pair.is_stacked


def test_a_server_that_is_added_can_be_chosen(qtbot: QtBot, scene: Scene) -> None:
    dialog = opened(qtbot, scene, LLAMA)
    assert not dialog.server.isVisible()
    several(scene.state)
    assert dialog.server.isVisible()
    assert dialog.server_id == data.SERVER


def test_what_only_goes_on_changes_nothing(
    qtbot: QtBot, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Downloads tell of themselves ten times a second."""
    dialog = opened(qtbot, scene, GEMMA)
    counted: list[int] = []
    monkeypatch.setattr(dialog.cost, "show_cost", lambda *_: counted.append(1))
    running = data.PULLS[0]
    assert running.progress is not None
    for done in range(20):
        progress = replace(running.progress, completed_bytes=done)
        facts.set_download(scene.state, replace(running, progress=progress))
    assert counted == []
    facts.set_download(scene.state, replace(running, id="other", name="new:1"))
    assert counted


def test_a_poll_that_brings_the_same_models_keeps_the_choice_of_a_base(
    qtbot: QtBot, scene: Scene
) -> None:
    dialog = opened(qtbot, scene, ADAPTER)
    choose(dialog, "base", "mistral:7b")
    facts.set_snapshot(scene.state, data.snapshot())
    without = tuple(each for each in data.MODELS if each.name != "gemma3:4b")
    facts.set_snapshot(scene.state, data.snapshot(without))
    assert dialog.base.currentData() == "mistral:7b"
    gone = tuple(each for each in data.MODELS if each.name != "mistral:7b")
    facts.set_snapshot(scene.state, data.snapshot(gone))
    assert dialog.base.currentData() == ""
    assert state_of(dialog) == ("Create", False)
