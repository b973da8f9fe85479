"""Pictures of the dialogs: pull, details, delete, duplicate, quit, settings, message."""

from dataclasses import replace
from datetime import datetime

from PySide6.QtWidgets import QWidget

from tests.shots import data
from tests.shots.registry import SHOTS, settle
from tests.shots.scene import Scene, blank, known
from tests.support import facts
from tray_app.core.errors import Unreachable, UnreachableKind
from tray_app.core.payloads import Failure, ModelRef, ModelRefs, Verb
from tray_app.core.pulls.rules import SystemConditions
from tray_app.core.pulls.states import PullState
from tray_app.core.records import ModelInfo, ModelRecord
from tray_app.core.updates.facts import CheckState, ModelVerdict
from tray_app.core.updates.verdicts import Standing, Verdict
from tray_app.text import Message
from tray_app.views.components.message_box import MessageBox
from tray_app.views.details.dialog import DetailsDialog
from tray_app.views.pull.dialog import PullDialog
from tray_app.views.questions.delete import DeleteDialog
from tray_app.views.questions.duplicate import DuplicateDialog
from tray_app.views.questions.running_pulls import CancelDialog, QuitDialog
from tray_app.views.settings.dialog import SettingsDialog

TEMPLATE = """{{- $lastUserIdx := -1 -}}
{{- range $idx, $msg := .Messages -}}
{{- if eq $msg.Role "user" }}{{ $lastUserIdx = $idx }}{{ end -}}
{{- end }}
{{- if or .System .Tools }}<|im_start|>system
{{ if .System }}
{{ .System }}
{{- end }}
{{- if .Tools }}

# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
{{- range .Tools }}
{"type": "function", "function": {{ .Function }}}
{{- end }}
</tools>
{{- end }}<|im_end|>
{{ end }}
"""
PARAMETERS = """stop                           "<|im_start|>"
stop                           "<|im_end|>"
temperature                    0.6
top_k                          20
top_p                          0.95"""
MODEL_INFO = (
    ("general.architecture", "qwen3"),
    ("general.file_type", 15),
    ("general.parameter_count", 8_190_735_360),
    ("general.quantization_version", 2),
    ("qwen3.attention.head_count", 32),
    ("qwen3.attention.head_count_kv", 8),
    ("qwen3.attention.key_length", 128),
    ("qwen3.block_count", 36),
    ("qwen3.context_length", 40_960),
    ("qwen3.embedding_length", 4_096),
    ("tokenizer.ggml.model", "gpt2"),
    ("tokenizer.ggml.tokens", ["a"] * 151_936),
)


def ref(record: ModelRecord) -> ModelRef:
    return ModelRef(record.server_id, record.name, record.digest)


def info(name: str) -> ModelInfo:
    """A full answer for a model of the pictures."""
    record = data.record(name)
    return ModelInfo(
        server_id=data.SERVER,
        name=name,
        digest=record.digest,
        details=record.details,
        license="Apache License\n    Version 2.0, January 2004\n    http://www.apache.org/licenses/",
        modelfile=f"FROM {name}\nTEMPLATE {TEMPLATE}",
        parameters=PARAMETERS,
        template=TEMPLATE,
        model_info=MODEL_INFO,
        capabilities=record.capabilities,
    )


def open_details(name: str, scene: Scene) -> DetailsDialog:
    """The details of a model, as soon as they are open."""
    parts = (scene.settings, scene.state, scene.commands)
    return DetailsDialog(ref(data.record(name)), *parts, clock=data.clock, clock_s=data.clock_s)


def details(name: str, tab: int) -> QWidget:
    """The details of a model, at a tab."""
    scene = known()
    scene.state.set_details(info(name))
    dialog = open_details(name, scene)
    dialog.tabs.setCurrentIndex(tab)
    return dialog


@SHOTS.add("details-overview")
def details_overview() -> QWidget:
    return details("qwen3:8b", 0)


@SHOTS.add("details-parameters")
def details_parameters() -> QWidget:
    return details("qwen3:8b", 2)


@SHOTS.add("details-template")
def details_template() -> QWidget:
    return details("qwen3:8b", 3)


@SHOTS.add("details-system-empty")
def details_system() -> QWidget:
    return details("qwen3:8b", 4)


@SHOTS.add("details-model-info")
def details_model_info() -> QWidget:
    return details("qwen3:8b", 7)


@SHOTS.add("details-layers")
def details_layers() -> QWidget:
    return details("mistral:7b", 8)


@SHOTS.add("details-failed")
def details_failed() -> QWidget:
    scene = blank()
    facts.set_snapshot(scene.state, data.snapshot())
    dialog = open_details("qwen3:8b", scene)
    error = Unreachable(data.ADDRESS, kind=UnreachableKind.LOST)
    scene.state.tell_failed(Failure(Verb.SHOW, dialog.ref, error))
    return dialog


@SHOTS.add("details-narrow", themes=("light",), locale="de_DE")
def details_narrow() -> QWidget:
    dialog = details("qwen3:8b", 0)
    dialog.resize(640, 480)
    return dialog


def pull(text: str, scene: Scene | None = None) -> PullDialog:
    """The pull dialog with a text pasted into it."""
    scene = scene or known()
    dialog = PullDialog(scene.settings, scene.state, scene.commands)
    if text:
        dialog.set_text(text)
    return dialog


@SHOTS.add("pull-blank")
def pull_blank() -> QWidget:
    return pull("")


@SHOTS.add("pull-pasted")
def pull_pasted() -> QWidget:
    return pull("ollama run llava:13b-v1.6")


@SHOTS.add("pull-space")
def pull_space() -> QWidget:
    return pull("qwen3 14b")


@SHOTS.add("pull-installed")
def pull_installed() -> QWidget:
    return pull("qwen3:8b")


@SHOTS.add("pull-downloading")
def pull_downloading() -> QWidget:
    return pull("qwen3:14b")


@SHOTS.add("pull-cloud")
def pull_cloud() -> QWidget:
    return pull("gpt-oss:20b-cloud")


def delete(*names: str) -> QWidget:
    """The question before deleting these."""
    made_here = data.record("meeting-notes:latest")
    notes = replace(made_here, details=replace(made_here.details, parent_model="mistral:7b"))
    models = tuple(notes if m.name == notes.name else m for m in data.MODELS)
    records = [next(m for m in models if m.name == name) for name in names]
    scene = known()
    facts.set_snapshot(scene.state, data.snapshot(models))
    refs = ModelRefs(tuple(map(ref, records)))
    return DeleteDialog(refs, scene.settings, scene.state, scene.commands)


@SHOTS.add("delete-one")
def delete_one() -> QWidget:
    return delete("qwen3:8b")


@SHOTS.add("delete-shared")
def delete_shared() -> QWidget:
    return delete("mistral:7b")


@SHOTS.add("delete-several")
def delete_several() -> QWidget:
    return delete("deepseek-r1:14b", "meeting-notes:latest", "mistral:7b", "qwen3:8b")


@SHOTS.add("delete-many", themes=("light",))
def delete_many() -> QWidget:
    return delete(*[m.name for m in data.MODELS])


@SHOTS.add("duplicate")
def duplicate() -> QWidget:
    scene = known()
    return DuplicateDialog(ref(data.record("qwen3:8b")), scene.state, scene.commands)


@SHOTS.add("quit")
def quit_question() -> QWidget:
    return QuitDialog(2, blank().commands)


@SHOTS.add("cancel")
def cancel() -> QWidget:
    running = next(item for item in data.PULLS if item.state is PullState.RUNNING)
    scene = known()
    return CancelDialog(running, scene.state, scene.commands)


@SHOTS.add("message")
def message() -> QWidget:
    return MessageBox(
        Message(
            "Can’t delete qwen3:8b",
            "Ollama says: “open /var/lib/ollama: permission denied”",
            "Look at the rights of the model folder.",
            details="HTTP 500",
        )
    )


def settings(page: str, scene: Scene | None = None) -> SettingsDialog:
    """The settings at a page."""
    scene = scene or known()
    scene.state.set_autostart(False)
    scene.state.set_conditions(SystemConditions(on_battery=False, is_metered=False))
    dialog = SettingsDialog(scene.settings, scene.state, scene.commands)
    dialog.show_page(page)
    return dialog


@SHOTS.add("settings-general")
def settings_general() -> QWidget:
    return settings("general")


@SHOTS.add("settings-downloads")
def settings_downloads() -> QWidget:
    return settings("downloads")


@SHOTS.add("settings-downloads-whole")
def settings_downloads_whole() -> QWidget:
    """As high as all of it, with a registry that is trusted and hours that are set."""
    dialog = settings("downloads")
    dialog.downloads.settings.update(
        {"insecure_hosts": ("registry.local:5000",), "is_quiet_at_times": True}
    )
    dialog.show()
    settle()
    dialog.resize(800, 1100)
    return dialog


@SHOTS.add("settings-downloads-narrow", themes=("light",))
def settings_downloads_narrow() -> QWidget:
    dialog = settings("downloads")
    dialog.resize(640, 900)
    return dialog


@SHOTS.add("settings-notifications")
def settings_notifications() -> QWidget:
    return settings("notifications")


@SHOTS.add("settings-updates")
def settings_updates() -> QWidget:
    dialog = settings("updates", checked())
    dialog.resize(800, 640)
    return dialog


def checked() -> Scene:
    """Two of fourteen have a newer version; two names are never looked up."""
    scene = known()
    verdict = Verdict(Standing.WEIGHTS, "a" * 64, "b" * 64, fetch_bytes=7_400_000_000)
    for name in ("llava:13b", "qwen3:8b"):
        scene.state.set_verdict(ModelVerdict((scene.state.server.id, name), verdict))
    nine = datetime.now().astimezone().replace(hour=9, minute=0)
    scene.state.set_update_check(CheckState(done=14, total=14, checked_at=nine))
    scene.state.set_never_looked_up(("ours/internal:latest", "secret-project:7b"))
    return scene


@SHOTS.add("settings-updates-checking", themes=("light",))
def settings_updates_checking() -> QWidget:
    scene = checked()
    scene.state.set_update_check(CheckState(True, 8, 14))
    dialog = settings("updates", scene)
    dialog.updates.choose.click()
    dialog.updates.show_names.click()
    dialog.resize(800, 900)
    return dialog


@SHOTS.add("settings-about")
def settings_about() -> QWidget:
    return settings("about")


@SHOTS.add("settings-narrow", themes=("light",))
def settings_narrow() -> QWidget:
    dialog = settings("general")
    dialog.resize(640, 440)
    return dialog
