"""Pictures of updates: badges and filter of the table, the sheet, questions, the tab Version.

The facts are for tests, too.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from tests.shots import data, servers
from tests.shots.dialogs import open_details
from tests.shots.main_window import select, window
from tests.shots.registry import SHOTS, settle
from tests.shots.scene import Scene, blank, known
from tests.support import facts
from tray_app.core.errors import Changed
from tray_app.core.payloads import ModelRef, ModelRefs
from tray_app.core.pulls.rules import DiskSpace
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.pulls.updates import UpdatePlan, UpdateStep
from tray_app.core.records import Layer, LayerKind, ModelInfo
from tray_app.core.sharing import KnownLayers, LayerIndex
from tray_app.core.updates.answers import AnswerKind
from tray_app.core.updates.facts import AfterUpdate, CheckState, ModelVerdict
from tray_app.core.updates.ledger import Made, MadeBy, pack
from tray_app.core.updates.schedule import Every
from tray_app.core.updates.verdicts import Marks, Standing
from tray_app.views.components.labels import PlainLabel
from tray_app.views.details.version import VersionTab
from tray_app.views.main_window.window import MainWindow
from tray_app.views.theme import TextRole
from tray_app.views.updates.questions import ChangedDialog, GoBackDialog, ReplaceDialog
from tray_app.views.updates.sheet import UpdateSheet

TODAY = CheckState(total=11, done=11, checked_at=data.CHECKED)
"""The last look at all of them."""


def verdicts() -> tuple[ModelVerdict, ...]:
    """Three with a newer version, one that needs a newer Ollama, one that stays as it is."""
    by_name = {found.key[1]: found for found in data.verdicts()}
    return (
        *(by_name["llava:13b"], by_name["mistral:7b"]),
        data.judged(data.record("qwen3:8b"), fetch_bytes=5_000_000_000),
        data.judged(
            data.record("phi4:14b"),
            fetch_bytes=9_000_000_000,
            marks=Marks(is_pinned=True),
        ),
        data.judged(data.record("deepseek-r1:14b"), Standing.NEEDS_SERVER, requires="0.34.0"),
    )


def told(made: MainWindow) -> None:
    """Give a window all of it."""
    state = made._state
    for found in verdicts():
        state.set_verdict(found)
    state.set_update_check(TODAY)
    state.set_layer_index(data.layer_index())
    state.set_disk_space(DiskSpace(data.SERVER, 212_000_000_000))
    facts.set_status(state, data.status())
    facts.set_snapshot(state, data.snapshot())
    settle()


def _ref(name: str) -> ModelRef:
    return ModelRef(data.SERVER, name, data.digest(name))


def filled() -> MainWindow:
    made = window()
    told(made)
    select(made, "mistral:7b")
    made.view.setFocus()
    return made


@SHOTS.add("updates-main")
def main() -> QWidget:
    return filled()


@SHOTS.add("updates-filter")
def updates_filter() -> QWidget:
    made = filled()
    made.choose_filter("updates")
    settle()
    select(made, "llava:13b", "qwen3:8b")
    made.refresh_now()
    return made


@SHOTS.add("main-after-update")
def after_update() -> QWidget:
    made = filled()
    updated = _ref("mistral:7b")
    made._state.set_after_updates((AfterUpdate(updated, "a" * 64, (_ref("gemma3:4b"),)),))
    settle()
    return made


def sheet(scene: Scene) -> UpdateSheet:
    """The sheet, with all that there is."""
    parts = (scene.settings, scene.state, scene.commands)
    dialog = UpdateSheet(ModelRefs(()), *parts, clock=data.clock)
    dialog.show()
    settle()
    return dialog


@SHOTS.add("update-all")
def update_all() -> QWidget:
    scene = known()
    for found in verdicts():
        scene.state.set_verdict(found)
    scene.state.set_disk_space(DiskSpace(data.SERVER, 212_000_000_000))
    return sheet(scene)


@SHOTS.add("update-all-servers")
def update_all_servers() -> QWidget:
    scene = blank()
    servers.tell(scene.state)
    large = next(r for r in servers.MODELS[servers.NAS] if r.name == "deepseek-r1:32b")
    here = {record.name: record for record in servers.MODELS[servers.HERE]}
    scene.state.set_verdict(data.judged(large, fetch_bytes=19_900_000_000))
    scene.state.set_verdict(data.judged(here["qwen3:8b"], fetch_bytes=5_000_000_000))
    scene.state.set_disk_space(DiskSpace(servers.HERE, 212_000_000_000))
    return sheet(scene)


def _layer(number: int, kind: LayerKind, size_bytes: int) -> Layer:
    return Layer(f"sha256:{number:064x}", kind, size_bytes)


_THERE = (
    _layer(5001, LayerKind.MODEL, 7_370_000_000),
    _layer(5002, LayerKind.PROJECTOR, 645_000_000),
    _layer(5003, LayerKind.TEMPLATE, 67),
    _layer(5004, LayerKind.SYSTEM, 112),
    _layer(5005, LayerKind.LICENSE, 11_400),
)
_HERE = (
    _layer(4001, LayerKind.MODEL, 7_365_000_000),
    *(_THERE[1], _layer(4003, LayerKind.TEMPLATE, 45), _THERE[4]),
)


def llava() -> ModelVerdict:
    """Of which it is known what differs, layer by layer."""
    found = data.judged(data.record("llava:13b"), fetch_bytes=7_370_000_179)
    return replace(found, packed=pack(_THERE))


def version_scene() -> Scene:
    """What is known of llava:13b, here and there."""
    scene = known()
    index = dict(data.layer_index().by_digest)
    index[data.digest("llava:13b")] = KnownLayers(_HERE, is_whole=True)
    scene.state.set_layer_index(LayerIndex(index))
    scene.state.set_verdict(llava())
    return scene


def backup(name: str = "llava:13b") -> Made:
    """The old version of a model that is kept for a week."""
    return Made(
        *(data.SERVER, f"{name}-before-2026-05-02", "a" * 64, MadeBy.BACKUP),
        at=data.NOW - timedelta(days=2),
        source=name,
        keep_until=data.NOW + timedelta(days=5),
    )


@SHOTS.add("details-version")
def details_version() -> QWidget:
    dialog = open_details("llava:13b", version_scene())
    dialog.resize(800, 720)
    dialog.show_version()
    return dialog


def every_verdict() -> dict[str, ModelVerdict]:
    """By what is so."""
    record = data.record("mistral:7b")
    weights = data.judged(record, fetch_bytes=4_300_000_000)
    made = Made(data.SERVER, record.name, record.digest, MadeBy.CREATE, data.NOW, "llama3.2:3b")

    def with_(standing: Standing, **more: Any) -> ModelVerdict:
        return replace(weights, verdict=replace(weights.verdict, standing=standing, **more))

    unreachable = AnswerKind.UNREACHABLE
    return {
        "current": with_(Standing.CURRENT),
        "weights": weights,
        "weights, smaller there": with_(Standing.WEIGHTS, here_bytes=5_600_000_000),
        "small": with_(Standing.SMALL, fetch_bytes=2_000, parts=(LayerKind.TEMPLATE,)),
        "changed": with_(Standing.CHANGED),
        "needs server": with_(Standing.NEEDS_SERVER, requires="0.34.0"),
        "absent": with_(Standing.ABSENT),
        "made here": replace(with_(Standing.MADE_HERE), made=made),
        "unknown, never answered": with_(Standing.UNKNOWN, checked_at=None),
        "unknown, an older verdict stays": with_(Standing.CURRENT, failure=unreachable),
        "private or gone": with_(Standing.ABSENT, is_private=True),
        "not asked": with_(Standing.NOT_ASKED),
        "cloud": with_(Standing.CLOUD),
        "pinned": replace(weights, marks=Marks(is_pinned=True)),
        "skipped": replace(weights, marks=Marks(is_skipped=True)),
    }


@SHOTS.add("details-version-states")
def details_version_states() -> QWidget:
    page = QWidget()
    page.resize(1036, 1120)
    grid = QGridLayout(page)
    for number, (title, found) in enumerate(every_verdict().items()):
        scene = known()
        scene.state.set_verdict(found)
        scene.state.set_update_check(
            CheckState(every=Every.DAY, next_at=data.NOW + timedelta(hours=2, minutes=8))
        )
        tab = VersionTab(scene.state, scene.commands, page, clock=data.clock)
        tab.hide()
        tab.show_model(data.record("mistral:7b"), None)
        box = QVBoxLayout()
        box.addWidget(PlainLabel(title, TextRole.SECONDARY, parent=page))
        box.addWidget(tab.card)
        if number > 12:
            box.addWidget(tab.model_card)
        grid.addLayout(box, number % 8, number // 8)
    page.show()
    return page


def changed() -> ModelVerdict:
    """Of which nobody knows whether the registry's is the later one."""
    found = llava()
    verdict = replace(found.verdict, standing=Standing.CHANGED)
    return replace(
        found,
        verdict=verdict,
        packed=pack(
            each
            for each in _THERE
            if each.kind in (*(LayerKind.MODEL, LayerKind.PROJECTOR, LayerKind.LICENSE),)
        ),
    )


@SHOTS.add("update-confirm-changed")
def confirm_changed() -> QWidget:
    scene = version_scene()
    scene.state.set_verdict(changed())
    dialog = ReplaceDialog(_ref("llava:13b"), scene.settings, scene.state, scene.commands)
    dialog.show()
    return dialog


def make_here(scene: Scene) -> ModelRef:
    """Let a model be of a person's own making."""
    ref, found = _ref("llava:13b"), llava()
    verdict = replace(found.verdict, standing=Standing.MADE_HERE)
    scene.state.set_verdict(replace(found, verdict=verdict, packed=""))
    parameters = "num_ctx                        32768\ntemperature                    0.2"
    scene.state.set_details(
        ModelInfo(ref.server_id, ref.name, ref.digest, system="x" * 412, parameters=parameters)
    )
    return ref


@SHOTS.add("update-confirm-made")
def confirm_made() -> QWidget:
    scene = version_scene()
    ref = make_here(scene)
    dialog = ReplaceDialog(ref, scene.settings, scene.state, scene.commands)
    dialog.show()
    return dialog


def stopped() -> PullItem:
    """An update whose model has changed meanwhile."""
    return PullItem(
        *("u1", data.SERVER, "mistral:7b", PullState.FAILED),
        added_at=data.NOW,
        error=Changed("mistral:7b", "b" * 64),
        old_digest="a" * 64,
        update=UpdatePlan(),
    )


@SHOTS.add("update-confirm-meanwhile")
def confirm_meanwhile() -> QWidget:
    scene = known()
    scene.state.set_downloads((stopped(),))
    dialog = ChangedDialog(stopped(), scene.state, scene.commands)
    dialog.show()
    return dialog


@SHOTS.add("update-confirm-back")
def confirm_back() -> QWidget:
    scene = known()
    dialog = GoBackDialog(backup(), scene.state, scene.commands)
    dialog.show()
    return dialog


def updating() -> tuple[PullItem, ...]:
    """One update in each of its states."""
    running = next(item for item in data.PULLS if item.state is PullState.RUNNING)
    plan = UpdatePlan(keep_days=7)

    def item(number: int, name: str, state: PullState, **more: Any) -> PullItem:
        known_of = {"added_at": data.NOW, "state_since_s": data.NOW_S, "update": plan, **more}
        return PullItem(f"u{number}", data.SERVER, name, state, **known_of)

    kept = replace(plan, kept_name="mistral:7b-before-2026-05-04")
    return (
        replace(running, id="u0", name="llava:13b", update=plan),
        item(1, "qwen3:8b", PullState.PREPARING,
             update=replace(plan, step=UpdateStep.UNLOADING)),
        item(2, "gemma3:4b", PullState.PREPARING, update=replace(plan, step=UpdateStep.KEEPING)),
        item(3, "llama3.2:latest", PullState.WAITING, position=2),
        replace(stopped(), id="u4", finished_at=data.NOW),
        item(5, "phi4:14b", PullState.DONE, finished_at=data.NOW,
             update=replace(plan, was_current=True)),
        item(6, "mistral:7b", PullState.DONE, finished_at=data.NOW, update=kept),
        item(7, "codellama:7b", PullState.DONE, finished_at=data.NOW,
             update=UpdatePlan(kept_layers=True)),
    )  # fmt: skip


@SHOTS.add("downloads-updates")
def downloads_updates() -> QWidget:
    made = filled()
    made._state.set_downloads(updating())
    made.set_panel_open(True)
    made.splitter.setSizes([120, 480])
    settle()
    return made.panel


# In Chinese.


@SHOTS.add("updates-filter-zh", themes=("light",), locale="zh_CN")
def chinese_filter() -> QWidget:
    return updates_filter()


@SHOTS.add("update-all-zh", themes=("light",), locale="zh_CN")
def chinese_sheet() -> QWidget:
    return update_all()


@SHOTS.add("details-version-states-zh", themes=("light",), locale="zh_CN")
def chinese_states() -> QWidget:
    return details_version_states()


@SHOTS.add("downloads-updates-zh", themes=("light",), locale="zh_CN")
def chinese_downloads() -> QWidget:
    return downloads_updates()
