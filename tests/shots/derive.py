"""Pictures of *New from this model* and *Edit*, and of what is told afterwards."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from tests.shots import data
from tests.shots.main_window import window
from tests.shots.registry import SHOTS, settle
from tests.shots.scene import Scene, known
from tests.support import facts
from tray_app.core.creates.records import Derived, DeriveRequest, FormKind, ModelChanges
from tray_app.core.payloads import ModelRef
from tray_app.core.records import ModelInfo, ModelRecord
from tray_app.core.updates.facts import ModelVerdict
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.core.updates.verdicts import Standing, Verdict
from tray_app.views.derive.dialog import DeriveDialog

_PROMPT = (
    "You write the minutes of a meeting. Answer in the language of the transcript. List "
    "decisions first, then who does what until when."
)
_LICENSE = "Apache License\n    Version 2.0, January 2004"
_MISTRAL = """num_ctx                        4096
temperature                    0.7
stop                           "[INST]"
stop                           "[/INST]"
top_p                          0.95"""
_NOTES = """num_ctx                        8192
temperature                    0.2
mirostat                       2
stop                           "[INST]"
stop                           "[/INST]\""""


def ref(record: ModelRecord) -> ModelRef:
    return ModelRef(record.server_id, record.name, record.digest)


def _info(name: str, parameters: str, system: str = "") -> ModelInfo:
    record = data.record(name)
    messages = (("user", "a"), ("assistant", "b")) if system else ()
    return ModelInfo(
        data.SERVER,
        name,
        record.digest,
        license=_LICENSE,
        parameters=parameters,
        template="{{ .Prompt }}" + "x" * 788,
        system=system,
        messages=messages,
    )


def _open(kind: FormKind, name: str, scene: Scene) -> DeriveDialog:
    return DeriveDialog(kind, ref(data.record(name)), scene.state, scene.commands, clock=data.clock)


def new_from_model() -> DeriveDialog:
    """A model of mistral:7b, half done."""
    scene = known("This computer")
    scene.state.set_details(_info("mistral:7b", _MISTRAL))
    dialog = _open(FormKind.NEW, "mistral:7b", scene)
    dialog.name_field.setText("mistral-minutes:7b")
    dialog.system.editor.setPlainText(_PROMPT)
    for name, text in (("num_ctx", "32768"), ("temperature", "0.2")):
        view = dialog.parameters.view(name)
        assert view is not None
        view.typed.emit(text)
    view = dialog.parameters.view("top_p")
    assert view is not None
    view.button.click()
    return dialog


SHOTS.add("new-from-model", has_high_contrast=False)(new_from_model)


@SHOTS.add("new-from-model-min-640x480")
def new_from_model_small() -> QWidget:
    dialog = new_from_model()
    dialog.resize(640, 480)
    return dialog


@SHOTS.add("zh-new-from-model", locale="zh_CN", themes=("light",))
def new_from_model_chinese() -> QWidget:
    return new_from_model()


def edit_model() -> DeriveDialog:
    """meeting-notes:latest, with everything that can be wrong or special."""
    scene = known("This computer")
    record = data.record("meeting-notes:latest")
    made = Made(
        data.SERVER, record.name, record.digest, MadeBy.CREATE, data.NOW, source="mistral:7b"
    )
    verdict = Verdict(Standing.MADE_HERE, record.digest)
    scene.state.set_verdict(ModelVerdict(record.key, verdict, made=made))
    scene.state.set_details(_info(record.name, _NOTES, _PROMPT))
    dialog = _open(FormKind.EDIT, record.name, scene)
    dialog.system.editor.setPlainText("")
    dialog.parameters.add("use_mmap")
    for name, text in (("num_ctx", "0"), ("stop", "")):
        view = dialog.parameters.view(name)
        assert view is not None
        view.typed.emit(text)
    dialog.messages.open()
    return dialog


SHOTS.add("edit-model")(edit_model)


@SHOTS.add("edit-model-bottom", themes=("light",))
def edit_model_bottom() -> QWidget:
    dialog = edit_model()
    dialog.template.open()
    dialog.template.box.editor.setPlainText("{{ .Prompt")
    dialog.template.note.say("template error: template: :1: unclosed action", "error")
    dialog.show()
    settle()
    bar = dialog.form_scroller.verticalScrollBar()
    bar.setValue(bar.maximum())
    return dialog


@SHOTS.add("created-lost-capability")
def created_lost_capability() -> QWidget:
    made = window()
    state = made._state
    base = data.record("mistral:7b")
    new = replace(base, name="mistral-minutes:7b", digest="a" * 64, modified_at=data.NOW)
    request = DeriveRequest(ref(base), new.name, ModelChanges(system="x"))
    state.creates.tell_derived(Derived(request, ref(new), ("tools",), "0.33.1"))
    facts.set_snapshot(state, data.snapshot((*data.MODELS, new)))
    made.refresh_now()
    return made
