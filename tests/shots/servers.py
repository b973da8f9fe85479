"""Pictures of several servers in one window: one of them is off, with its list of before.

The facts are for tests, too.
"""

from dataclasses import replace
from datetime import timedelta

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QMenu, QWidget

from tests.shots import data
from tests.shots.main_window import _owned, window
from tests.shots.registry import SHOTS, settle
from tests.shots.scene import blank
from tests.support import facts
from tray_app.core.errors import Unreachable
from tray_app.core.payloads import ModelRef, ModelRefs
from tray_app.core.records import (
    Layer,
    LayerKind,
    ModelKey,
    ModelRecord,
    RunningModel,
    Server,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.core.sharing import KnownLayers, LayerIndex
from tray_app.core.updates.facts import ModelVerdict
from tray_app.core.updates.verdicts import Marks, Standing
from tray_app.itemmodels.comparison import Comparison, ComparisonKind
from tray_app.state.app_state import AppState
from tray_app.views.main_window.window import MainWindow
from tray_app.views.questions.delete import DeleteDialog

HERE, STUDIO, NAS = data.SERVER, "studio", "nas"
SERVERS = (
    Server(HERE, "", data.ADDRESS),
    Server(STUDIO, "studio", "studio.lan:11434"),
    Server(NAS, "nas", "nas.lan:11434", can_wake=True),
)
OFF_SINCE = data.NOW - timedelta(minutes=30)


def _on(server_id: str, *rows: tuple[str, float]) -> tuple[ModelRecord, ...]:
    return tuple(
        replace(
            data.record(name),
            server_id=server_id,
            modified_at=data.NOW - timedelta(days=days),
        )
        for name, days in rows
    )


_LARGE = replace(
    data.record("deepseek-r1:14b"),
    server_id=NAS,
    name="deepseek-r1:32b",
    digest=data.digest("deepseek-r1:32b"),
    size_bytes=19_900_000_000,
    modified_at=data.NOW - timedelta(days=62),
    details=replace(data.record("deepseek-r1:14b").details, parameter_size="32.8B"),
)
MODELS = {
    HERE: _on(
        HERE,
        *(("deepseek-r1:14b", 5), ("gpt-oss:120b-cloud", 1), ("llama3.2:latest", 22)),
        *(("llava:13b", 130), ("meeting-notes:latest", 0.2208), ("mistral:7b", 128)),
        ("qwen3:8b", 2),
    ),
    STUDIO: _on(
        STUDIO,
        *(("gemma3:4b", 62), ("phi4:14b", 36), ("qwen3:8b", 2)),
        ("hf.co/bartowski/Qwen2.5-Coder-14B-Instruct-GGUF:Q4_K_M", 43),
    ),
    NAS: (_LARGE, *_on(NAS, ("llama3.2:latest", 93), ("nomic-embed-text:latest", 250))),
}
_RUNNING: dict[str, tuple[RunningModel, ...]] = {HERE: data.RUNNING, STUDIO: (), NAS: ()}
_VERSIONS = {HERE: "0.33.1", STUDIO: "0.32.4", NAS: "0.33.1"}


def snapshot(server_id: str) -> Snapshot:
    """What a server answered two seconds ago; the one that is off, longer ago."""
    taken_at = OFF_SINCE if server_id == NAS else data.NOW - timedelta(seconds=2)
    models, running = MODELS[server_id], _RUNNING[server_id]
    return Snapshot(server_id, models, running, _VERSIONS[server_id], taken_at, data.NOW_S - 2)


def status(server_id: str, state: ServerState = ServerState.ONLINE) -> ServerStatus:
    """How a server stands."""
    is_online = state is ServerState.ONLINE
    error = Unreachable("nas.lan:11434", "EHOSTUNREACH") if state is ServerState.OFFLINE else None
    return ServerStatus(
        server_id,
        state,
        since=data.NOW if is_online else OFF_SINCE,
        version=_VERSIONS[server_id] if is_online else "",
        error=error,
        last_answer_at=data.NOW if is_online else OFF_SINCE,
    )


def layer_index(*, without: str = "") -> LayerIndex:
    """Every model whole, but those of one server."""
    known = dict(data.layer_index().by_digest)
    weights = Layer(f"sha256:{99:064x}", LayerKind.MODEL, _LARGE.size_bytes)
    known[_LARGE.digest] = KnownLayers((weights,), is_whole=True)
    for record in MODELS.get(without, ()):
        if record.name != "qwen3:8b":
            known.pop(record.digest, None)
    return LayerIndex(known)


def verdicts() -> tuple[ModelVerdict, ...]:
    """One update here, one on "studio", where one model stays as it is."""
    records = {record.key: record for records in MODELS.values() for record in records}
    return (
        data.judged(records[HERE, "llava:13b"], fetch_bytes=7_370_000_000),
        data.judged(records[STUDIO, "qwen3:8b"], fetch_bytes=5_000_000_000),
        data.judged(records[STUDIO, "phi4:14b"], Standing.CURRENT, marks=Marks(is_pinned=True)),
    )


def tell(state: AppState, *, off: str = NAS) -> None:
    """All of it; `off` has answered before ("" = all are on)."""
    state.set_servers(SERVERS, HERE, "")
    state.set_layer_index(layer_index())
    for server in SERVERS:
        facts.set_status(state, status(server.id))
        facts.set_snapshot(state, snapshot(server.id))
    for found in verdicts():
        state.set_verdict(found)
    if off:
        facts.set_status(state, status(off, ServerState.OFFLINE))


def filled(width: int = 960, height: int = 640, *, off: str = NAS) -> MainWindow:
    """A window with all of it, one row selected."""
    made = window(width, height)
    tell(made._state, off=off)
    settle()
    select(made, (STUDIO, "gemma3:4b"))
    made.view.setFocus()
    return made


def select(made: MainWindow, *keys: ModelKey) -> None:
    """Select these models only."""
    flags = QItemSelectionModel.SelectionFlag
    model = made.view.selectionModel()
    model.clearSelection()
    for key in keys:
        model.setCurrentIndex(made.models.find(key), flags.Select | flags.Rows)
    settle()


MIXED = ((NAS, "llama3.2:latest"), (HERE, "llava:13b"), (HERE, "qwen3:8b"), (STUDIO, "qwen3:8b"))


@SHOTS.add("main-servers")
def main_servers() -> QWidget:
    return filled()


@SHOTS.add("main-servers-zh", themes=("light",), locale="zh_CN")
def chinese() -> QWidget:
    return filled()


@SHOTS.add("main-servers-720x440", themes=("light",))
def smallest() -> QWidget:
    return filled(720, 440)


@SHOTS.add("main-servers-mirrored", themes=("light",), is_mirrored=True)
def mirrored() -> QWidget:
    return filled()


@SHOTS.add("main-servers-contrast", themes=("light",), has_high_contrast=True)
def high_contrast() -> QWidget:
    return filled()


@SHOTS.add("main-servers-selection", themes=("light",))
def selection() -> QWidget:
    made = filled(960, 720)
    select(made, *MIXED)
    return made


@SHOTS.add("main-servers-switcher")
def switcher() -> QWidget:
    made = filled()
    made.server_menu.fill()
    return _owned(made.server_menu, made)


@SHOTS.add("main-servers-missing")
def missing() -> QWidget:
    made = filled()
    made.choose_comparison(Comparison(ComparisonKind.MISSING, STUDIO))
    settle()
    return made


@SHOTS.add("menu-row-servers", themes=("light",))
def menu_row() -> QWidget:
    made = filled()
    made.refresh_now()
    return _owned(made.row_menu(), made)


@SHOTS.add("menu-more-servers", themes=("light",))
def menu_more() -> QWidget:
    made = filled()
    made.fill_more_menu()
    return _owned(made.more_menu, made)


@SHOTS.add("menu-compare", themes=("light",))
def menu_compare() -> QWidget:
    made = filled()
    made.fill_more_menu()
    compare = next(m for m in made.more_menu.findChildren(QMenu) if "Compare" in m.title())
    return _owned(compare, made)


@SHOTS.add("delete-servers")
def delete() -> QWidget:
    scene = blank()
    tell(scene.state)
    scene.state.set_layer_index(layer_index(without=STUDIO))
    refs = tuple(ModelRef(*key) for key in MIXED)
    return DeleteDialog(ModelRefs(refs), scene.settings, scene.state, scene.commands)


@SHOTS.add("main-servers-none-answers", themes=("light",))
def none_answers() -> QWidget:
    made = window()
    made._state.set_servers(SERVERS, HERE, "")
    for server in SERVERS:
        away = replace(status(server.id, ServerState.OFFLINE), last_answer_at=None)
        facts.set_status(made._state, away)
    settle()
    return made
