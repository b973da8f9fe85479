"""Pictures of lists: the plan of an import in its states, the question after it, drag and banner.

The facts are for tests, too.
"""

from __future__ import annotations

import json
from dataclasses import replace

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QWidget

from tests.shots import data
from tests.shots.main_window import window
from tests.shots.registry import SHOTS, settle
from tests.shots.scene import Scene, known
from tests.support import facts
from tray_app.core.estimate import DiskSpace
from tray_app.core.lists.planning import Looked
from tray_app.core.lists.reading import read_list
from tray_app.core.lists.requests import (
    Exported,
    ExportRequest,
    ListLookup,
    ListRead,
    ListSource,
    LookedUp,
    ServerSpace,
)
from tray_app.core.payloads import ModelRef, ModelRefs
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.records import Layer, LayerKind, Manifest, Server
from tray_app.core.updates.answers import AnswerKind, RegistryAnswer
from tray_app.text.lists import delete_rest_title
from tray_app.views.lists.dialog import ImportDialog
from tray_app.views.main_window.dropping import judge, judge_list
from tray_app.views.main_window.window import MainWindow
from tray_app.views.questions.delete import DeleteDialog

OLD = "0123456789ab" + "c" * 52
GB = 1_000_000_000


def text() -> str:
    """The list of the pictures: each kind of line."""
    listed = (
        *("qwen3:14b", "gemma3:12b", f"qwen2.5-coder:7b  # sha256:{OLD} 4.7 GB"),
        *(f"llava:13b  # sha256:{OLD} 8.0 GB", "llama3.2", "mistral:7b", "qwen3:8b"),
        *("deepseek-r1:70b", "old-experiment", "qwen 3 8b"),
    )
    return "\n".join(("# Ollama models of “studio”, 2026-04-24", *listed))


RECIPES = json.dumps(
    {
        "format": "ollama-models",
        "version": 1,
        "models": [{"name": "minutes", "recipe": {"base": "mistral:7b", "system": "Be brief."}}],
    }
)
SOURCE = ListSource("/home/me/models-studio.txt")
PUBLISHED = {
    "qwen3:14b": 9_300_000_000,
    "gemma3:12b": 8_100_000_000,
    "qwen2.5-coder:7b": 4_700_000_000,
    "llava:13b": 7_400_000_000,
}


def pull() -> PullItem:
    """One that is on its way."""
    failed = next(item for item in data.PULLS if item.name == "deepseek-r1:70b")
    running = data.PULLS[0].progress
    assert running is not None
    progress = replace(running, permille=660)
    return replace(failed, state=PullState.PAUSED, progress=progress, error=None, finished_at=None)


def looked_up(name: str) -> LookedUp:
    """What a registry said of one."""
    size = PUBLISHED.get(name)
    if size is None:
        return LookedUp(data.SERVER, name, Looked(RegistryAnswer(AnswerKind.ABSENT), frozenset()))
    digest = data.digest(f"published {name}")
    manifest = Manifest(digest, (Layer(f"sha256:{digest}", LayerKind.MODEL, size),))
    answer = RegistryAnswer(AnswerKind.MANIFEST, digest, None, manifest)
    return LookedUp(data.SERVER, name, Looked(answer, frozenset()))


def scene(*, is_several: bool = True) -> Scene:
    made = known("This computer")
    if is_several:
        made.state.set_servers(
            (Server(data.SERVER, "This computer", data.ADDRESS), Server("studio", "studio", "s:1")),
            data.SERVER,
            data.SERVER,
        )
        facts.set_status(made.state, data.status())
        facts.set_snapshot(made.state, data.snapshot())
    made.state.set_downloads((pull(),))
    made.state.set_layer_index(data.layer_index())
    made.state.lists.set_space(ServerSpace(data.SERVER, DiskSpace("/usr/share/ollama", 212 * GB)))
    return made


def dialog(
    made: Scene,
    words: str = "",
    *,
    recipes: str = RECIPES,
    done: int | None = None,
    parent: QWidget | None = None,
) -> ImportDialog:
    """The dialog with a list; `done` = so many names were looked up."""
    found = ImportDialog(SOURCE, made.settings, made.state, made.commands, parent)
    asked: list[str] = []
    made.commands.list_look_up_requested.connect(lambda question: asked.extend(question.names))
    found.show()
    raw = (words or text()).encode()
    models = read_list(raw, "models-studio.txt", recipes.encode() if recipes else None)
    made.state.lists.begin(ListLookup(data.SERVER, 0, 1))
    made.state.lists.tell_read(ListRead(SOURCE, models))
    made.state.lists.begin(ListLookup(data.SERVER, 0, len(asked)))
    count = len(asked) if done is None else done
    for name in asked[:count]:
        made.state.lists.put(looked_up(name))
    found._refresh()
    made.state.lists.set_lookup(ListLookup(data.SERVER, count, len(asked)))
    found._refresh()
    settle()
    return found


@SHOTS.add("import-plan")
def import_plan() -> QWidget:
    return dialog(scene())


@SHOTS.add("zh-import-plan", locale="zh_CN")
def chinese() -> QWidget:
    return dialog(scene())


@SHOTS.add("import-plan-mirrored", themes=("light",), is_mirrored=True)
def mirrored() -> QWidget:
    return dialog(scene())


@SHOTS.add("import-plan-contrast", themes=("light",), has_high_contrast=True)
def contrast() -> QWidget:
    return dialog(scene())


@SHOTS.add("import-looking-up", themes=("light",))
def looking() -> QWidget:
    return dialog(scene(), done=3)


@SHOTS.add("import-nothing-to-do", themes=("light",))
def nothing() -> QWidget:
    head = "# Ollama models of “studio”, 2026-04-24\n"
    return dialog(scene(), f"{head}llama3.2\nmistral:7b\nqwen3:8b\n", recipes="")


@SHOTS.add("import-smallest", themes=("light",))
def smallest() -> QWidget:
    made = dialog(scene())
    made.resize(640, 440)
    made.delete_box.setChecked(True)
    settle()
    return made


@SHOTS.add("import-too-large", themes=("light",))
def too_large() -> QWidget:
    made = scene()
    made.state.lists.set_space(ServerSpace(data.SERVER, DiskSpace("/usr/share/ollama", 9 * GB)))
    return dialog(made)


@SHOTS.add("import-no-list", themes=("light",))
def no_list() -> QWidget:
    return dialog(scene(is_several=False), "Shopping for Saturday\n" * 38, recipes="")


@SHOTS.add("import-delete-question")
def question() -> QWidget:
    made = scene(is_several=False)
    names = (
        "deepseek-r1:14b",
        "gemma3:4b",
        "hf.co/bartowski/Qwen2.5-Coder-14B-Instruct-GGUF:Q4_K_M",
        "nomic-embed-text:latest",
    )
    refs = tuple(ModelRef(data.SERVER, name, data.digest(name)) for name in names)
    parts = (made.settings, made.state, made.commands)
    found = DeleteDialog(ModelRefs(refs), *parts, title_of=delete_rest_title)
    found.show()
    settle()
    return found


def _main() -> MainWindow:
    made = window()
    facts.set_status(made._state, data.status())
    facts.set_snapshot(made._state, data.snapshot())
    settle()
    return made


@SHOTS.add("main-drop-list")
def drop() -> QWidget:
    made = _main()
    dragged = QMimeData()
    dragged.setUrls([QUrl.fromLocalFile(SOURCE.path)])
    assert judge(dragged).source == SOURCE
    models = read_list(text().encode(), "models-studio.txt", RECIPES.encode())
    overlay = made.pane._overlay
    overlay.set_dropped(judge_list(ListRead(SOURCE, models)))
    overlay.setGeometry(made.pane._stack.geometry())
    overlay.show()
    settle()
    return made


@SHOTS.add("main-after-export")
def after_export() -> QWidget:
    made = _main()
    request = ExportRequest(data.SERVER, "/home/me/ollama-models-this-computer.txt")
    made._state.lists.tell_exported(Exported(request, 11))
    settle()
    return made
