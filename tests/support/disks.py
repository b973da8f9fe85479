"""A disk as the pictures and tests of its window know it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tests.shots import data
from tray_app.core.disk.contents import (
    LeftFolder,
    ModelBytes,
    StoreContents,
    Unfinished,
)
from tray_app.core.disk.freeing import Freeing, HeldBy, Standing, offers, suggestion
from tray_app.core.disk.report import DiskReport
from tray_app.core.payloads import DiskTarget
from tray_app.core.pulls.progress import LayerProgress, LayerState, PullPhase, PullProgress
from tray_app.core.pulls.states import Hold, PullItem, PullState
from tray_app.core.records import Layer, LayerKind, ModelRecord, Poll, Snapshot
from tray_app.core.sharing import KnownLayers, LayerIndex
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.core.use.ledger import UNWATCHED, Known, LastUse
from tray_app.state.app_state import AppState

FOLDER = "/usr/share/ollama"
GB = 1_000_000_000
MISSING = 14_400_000_000
NOW_S = data.NOW.timestamp()
TARGET = DiskTarget(data.SERVER, "disk")
OLD = ModelRecord(data.SERVER, "llava:13b-before-2026-04-20", "0d" * 32, 7_400_000_000, data.NOW)
MODELS = (*data.MODELS, OLD)
_WATCHED = data.NOW - timedelta(days=62)


def _ago(**ago: float) -> datetime:
    return data.NOW - timedelta(**ago)


STANDINGS = {
    "llava:13b-before-2026-04-20": Standing(UNWATCHED, is_backup=True),
    "deepseek-r1:14b": Standing(LastUse(Known.BEFORE, _WATCHED, 0, 61)),
    "llava:13b": Standing(LastUse(Known.USED, _ago(days=50), 2, 61)),
    "gemma3:4b": Standing(LastUse(Known.USED, _ago(days=1), 19, 61)),
    "mistral:7b": Standing(LastUse(Known.BEFORE, _WATCHED, 0, 61)),
    "meeting-notes:latest": Standing(LastUse(Known.USED, _ago(hours=2), 30, 61), is_made_here=True),
    "qwen3:8b": Standing(LastUse(Known.NOW), HeldBy.LOADED),
    "llama3.2:latest": Standing(LastUse(Known.NOW), HeldBy.LOADED),
    "nomic-embed-text:latest": Standing(UNWATCHED, HeldBy.STARRED),
    "hf.co/bartowski/Qwen2.5-Coder-14B-Instruct-GGUF:Q4_K_M": Standing(UNWATCHED, HeldBy.STARRED),
    "phi4:14b": Standing(UNWATCHED, HeldBy.PINNED),
}


def layer_index() -> LayerIndex:
    """Whole manifests of all, two of which have their weights in common."""
    known = {}
    for model in MODELS:
        size = model.size_bytes or 0
        is_pair = model.name in ("mistral:7b", "meeting-notes:latest")
        weights = "sha256:" + "e" * 64 if is_pair else f"sha256:{model.digest}"
        own = Layer(f"sha256:{model.digest[::-1]}x", LayerKind.TEMPLATE, 1_300)
        known[model.digest] = KnownLayers(
            (Layer(weights, LayerKind.MODEL, size - 1_300), own), is_whole=True
        )
    return LayerIndex(known)


def freeing(
    target_bytes: int = 0, models: tuple[ModelRecord, ...] = MODELS, index: LayerIndex | None = None
) -> Freeing:
    """What could be freed of them."""
    none = Standing(LastUse(Known.BEFORE, _WATCHED, 0, 61))
    index = layer_index() if index is None else index
    found = offers(models, index, lambda record: STANDINGS.get(record.name, none))
    suggested = suggestion(found, target_bytes, data.NOW) if target_bytes else None
    return Freeing(data.SERVER, found, target_bytes, suggested)


BIG_LAYER, SMALL_LAYER, LOST_LAYER = (f"sha256:{letter * 64}" for letter in "678")


def _item(item_id: str, name: str, state: PullState, layer: str, permille: int) -> PullItem:
    total = 42 * GB
    done = total * permille // 1000
    row = LayerProgress(layer, LayerKind.MODEL, total, done, LayerState.RUNNING)
    progress = PullProgress(
        PullPhase.DOWNLOAD, done, total, is_total_known=True, permille=permille, layers=(row,)
    )
    return PullItem(
        item_id, data.SERVER, name, state, _ago(hours=3), progress=progress,
        state_since_s=data.NOW_S - 1_000,
    )  # fmt: skip


WAITING = replace(
    _item("disk", "deepseek-r1:70b", PullState.WAITING, BIG_LAYER, 660),
    hold=Hold.DISK,
    missing_bytes=MISSING,
    position=1,
)
CANCELED = _item("gone", "qwen3:32b", PullState.CANCELED, SMALL_LAYER, 120)


def contents() -> StoreContents:
    """What lies in the folder."""
    shared = ("meeting-notes:latest", "mistral:7b")
    models = [
        ModelBytes((model.name,), model.size_bytes or 0)
        for model in data.MODELS
        if not model.is_cloud and model.name not in shared
    ]
    models.append(ModelBytes(shared, 4_370_000_000))
    models.sort(key=lambda each: -each.disk_bytes)
    unfinished = (
        Unfinished(BIG_LAYER, 28_100_000_000, 42 * GB, NOW_S - 7_200, NOW_S - 7_200),
        Unfinished(SMALL_LAYER, 2_400_000_000, 20 * GB, NOW_S - 9 * 86_400, NOW_S - 9 * 86_400),
        Unfinished(LOST_LAYER, 310_000_000, 2 * GB, NOW_S - 35 * 86_400, NOW_S - 35 * 86_400),
    )
    folders = (LeftFolder(f"{FOLDER}/blobs/split-gguf-3812004417", 1_900_000_000, NOW_S - 9_999),)
    return StoreContents(
        FOLDER,
        87_700_000_000,
        {str(number): each.disk_bytes for number, each in enumerate(models)},
        tuple(models),
        unfinished,
        3,
        4_700_000_000,
        NOW_S - 40 * 60,
        folders,
        removable_bytes=35_500_000_000,
    )


def report(found: StoreContents | None = None, **more: object) -> DiskReport:
    """A look at it."""
    return replace(
        DiskReport(data.SERVER, FOLDER, found or contents(), 5 * GB, 128 * GB, taken_s=NOW_S),
        **more,  # type: ignore[arg-type]
    )


def tell(state: AppState, *, target_bytes: int = 0) -> None:
    """Have the state know all of it."""
    state.set_layer_index(layer_index())
    snapshot = state.snapshot(data.SERVER)
    assert snapshot is not None
    state.take_poll(_poll(state, replace(snapshot, models=MODELS)))
    made = Made(
        data.SERVER, OLD.name, OLD.digest, MadeBy.BACKUP, _ago(days=14), "llava:13b",
        _ago(days=-16),
    )  # fmt: skip
    state.set_backups((made,), ())
    state.set_downloads((WAITING, CANCELED))
    state.disk.put_report(report())
    state.disk.put_freeing(freeing(target_bytes))


def _poll(state: AppState, snapshot: Snapshot) -> Poll:
    status = state.status(data.SERVER)
    assert status is not None
    return Poll(status, snapshot)
