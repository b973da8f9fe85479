"""Pictures of renaming: the question in its states, and what is said afterwards."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from tests.shots import data
from tests.shots.dialogs import ref
from tests.shots.main_window import filled, select
from tests.shots.registry import SHOTS, settle
from tests.shots.scene import known
from tests.support import facts
from tray_app.core.errors import ServerFailed
from tray_app.core.payloads import BusyModel, ModelRef, Verb
from tray_app.core.renaming import Ending, RenameOutcome
from tray_app.views.main_window.window import MainWindow
from tray_app.views.questions.rename import RenameDialog

NEW = "qwen3-main:8b"


def rename(name: str, *, of: str = "qwen3:8b", is_kept: bool = False) -> RenameDialog:
    """The question, with a name typed."""
    scene = known()
    source = ref(data.record(of))
    dialog = RenameDialog(source, scene.state, scene.commands, is_kept=is_kept)
    dialog.show()
    dialog.name.field.setText(name)
    settle()
    return dialog


@SHOTS.add("rename")
def rename_loaded() -> QWidget:
    return rename(NEW, is_kept=True)


@SHOTS.add("rename-unchanged", themes=("light",))
def rename_unchanged() -> QWidget:
    dialog = rename("mistral:7b", of="mistral:7b")
    dialog.name.select_name()
    return dialog


@SHOTS.add("rename-case-only")
def rename_case_only() -> QWidget:
    return rename("Mistral:7b", of="mistral:7b")


@SHOTS.add("rename-exists", themes=("light",))
def rename_exists() -> QWidget:
    return rename("qwen3:8b", of="mistral:7b")


@SHOTS.add("rename-reserved", themes=("light",))
def rename_reserved() -> QWidget:
    return rename("mistral:local", of="mistral:7b")


@SHOTS.add("rename-busy", themes=("light",))
def rename_busy() -> QWidget:
    scene = known()
    source = ref(data.record("phi4:14b"))
    scene.state.set_busy(BusyModel(source, Verb.DELETE))
    dialog = RenameDialog(source, scene.state, scene.commands)
    dialog.name.field.setText("phi-big:14b")
    return dialog


def told(ending: Ending, name: str = NEW, **more: object) -> MainWindow:
    """The smallest window after a rename, or after one that failed."""
    window = filled(720, 440)
    state, source = window._state, ref(data.record("qwen3:8b"))
    outcome = RenameOutcome(source, NEW, ending, name, source.digest, **more)  # type: ignore[arg-type]
    renames = state.renames
    (renames.tell_renamed if ending.is_done else renames.tell_failed)(outcome)
    old = data.record("qwen3:8b")
    others = tuple(model for model in data.MODELS if model is not old)
    copies = (replace(old, name=name),) if name else ()
    kept = () if ending.is_done else (old,)
    snapshot = data.snapshot((*others, *kept, *copies))
    facts.set_snapshot(state, replace(snapshot, running=snapshot.running[1:]))  # type: ignore[index]
    settle()
    return window


@SHOTS.add("rename-result")
def renamed() -> QWidget:
    return told(Ending.RENAMED)


@SHOTS.add("rename-result-folded", themes=("light",))
def renamed_folded() -> QWidget:
    return told(Ending.RENAMED, "qwen3-main:8B")


@SHOTS.add("rename-differs")
def differs() -> QWidget:
    return told(Ending.DIFFERS)


@SHOTS.add("rename-damaged", themes=("light",))
def damaged() -> QWidget:
    full = ServerFailed("qwen3:8b", "write /x: copy_file_range: no space left on device")
    return told(Ending.DAMAGED, "", error=full)


@SHOTS.add("rename-running", themes=("light",))
def running() -> QWidget:
    window = filled()
    select(window, "mistral:7b")
    window._state.set_busy(BusyModel(ModelRef(data.SERVER, "mistral:7b"), Verb.RENAME))
    return window
