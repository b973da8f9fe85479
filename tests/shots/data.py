"""What the pictures show: the same models, downloads and moments each time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tray_app.core.errors import DiskFull, Unreachable
from tray_app.core.pulls.progress import LayerProgress, LayerState, PullPhase, PullProgress
from tray_app.core.pulls.states import PullItem, PullState, PullSummary
from tray_app.core.records import (
    Layer,
    LayerKind,
    ModelDetails,
    ModelRecord,
    Recommendation,
    RunningModel,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.core.sharing import KnownLayers, LayerIndex
from tray_app.core.updates.facts import ModelVerdict
from tray_app.core.updates.verdicts import NO_MARKS, Marks, Standing, Verdict

NOW = datetime(2026, 5, 4, 14, 32, 12, tzinfo=UTC)
NOW_S = 100_000.0
SERVER = "local"
ADDRESS = "127.0.0.1:11434"


def clock() -> datetime:
    """The moment of the pictures."""
    return NOW


def clock_s() -> float:
    """The same as monotonic seconds."""
    return NOW_S


def digest(name: str) -> str:
    """A digest that looks like one."""
    known = {"qwen3:8b": "500a1f067a9f"}
    start = known.get(name, f"{sum(ord(c) * 7919**i for i, c in enumerate(name)) % 16**12:012x}")
    return (start * 6)[:64]


def _model(
    name: str,
    size_bytes: int,
    days: float,
    parameters: str,
    quantization: str = "Q4_K_M",
    family: str = "llama",
    capabilities: tuple[str, ...] = ("completion", "tools"),
    context: int = 131_072,
    remote: str = "",
) -> ModelRecord:
    return ModelRecord(
        server_id=SERVER,
        name=name,
        digest=digest(name),
        size_bytes=size_bytes,
        modified_at=NOW - timedelta(days=days),
        details=ModelDetails(
            format="" if remote else "gguf",
            family=family,
            families=(family,),
            parameter_size=parameters,
            quantization_level=quantization,
            context_length=context,
            embedding_length=4096,
        ),
        capabilities=capabilities,
        remote_model=name.removesuffix("-cloud") if remote else "",
        remote_host=remote,
    )


_VISION = ("completion", "vision")
MODELS = (
    _model("deepseek-r1:14b", 9_000_000_000, 5, "14.8B", family="qwen2",
           capabilities=("completion", "tools", "thinking")),
    _model("gemma3:4b", 3_340_000_000, 62, "4.3B", family="gemma3", capabilities=_VISION),
    _model("gpt-oss:120b-cloud", 384, 1, "116.8B", "MXFP4", "gptoss", remote="https://ollama.com:443",
           capabilities=("completion", "tools", "thinking")),
    _model("hf.co/bartowski/Qwen2.5-Coder-14B-Instruct-GGUF:Q4_K_M", 8_990_000_000, 43, "14.8B",
           family="qwen2", capabilities=("completion", "tools", "insert"), context=32_768),
    _model("llama3.2:latest", 2_020_000_000, 22, "3.2B"),
    _model("llava:13b", 8_010_000_000, 130, "13B", "Q4_0", capabilities=_VISION, context=4096),
    _model("meeting-notes:latest", 4_370_000_000, 0.2208, "7.2B", context=32_768),
    _model("mistral:7b", 4_370_000_000, 128, "7.2B", context=32_768),
    _model("nomic-embed-text:latest", 274_300_000, 250, "137M", "F16", "nomic-bert",
           capabilities=("embedding",), context=2048),
    _model("phi4:14b", 9_050_000_000, 36, "14.7B", family="phi3", capabilities=("completion",),
           context=16_384),
    _model("qwen3:8b", 5_220_000_000, 2, "8.2B", family="qwen3",
           capabilities=("completion", "tools", "thinking"), context=40_960),
)  # fmt: skip
CHECKED = NOW - timedelta(hours=2)


def judged(
    record: ModelRecord,
    standing: Standing = Standing.WEIGHTS,
    fetch_bytes: int | None = None,
    *,
    total_bytes: int | None = None,
    parts: tuple[LayerKind, ...] = (LayerKind.MODEL,),
    marks: Marks = NO_MARKS,
    **more: Any,
) -> ModelVerdict:
    """How a model stands to its registry."""
    here = record.size_bytes or 0
    found = Verdict(
        standing,
        record.digest,
        digest(f"{record.name} there"),
        checked_at=CHECKED,
        pushed_at=NOW - timedelta(days=2),
        total_bytes=here if total_bytes is None else total_bytes,
        here_bytes=here,
        fetch_bytes=fetch_bytes,
        parts=parts,
    )
    return ModelVerdict(record.key, replace(found, **more), marks)


def verdicts() -> tuple[ModelVerdict, ...]:
    """Two with a newer version, one that stays as it is."""
    records = {record.name: record for record in MODELS}
    return (
        judged(records["llava:13b"], fetch_bytes=7_370_000_000),
        judged(records["mistral:7b"], Standing.SMALL, 2_000, parts=(LayerKind.TEMPLATE,)),
        judged(records["phi4:14b"], Standing.CURRENT, marks=Marks(is_pinned=True)),
    )


RUNNING = (
    RunningModel(SERVER, "qwen3:8b", digest("qwen3:8b"), 6_300_000_000, 6_300_000_000,
                 NOW + timedelta(minutes=4, seconds=12), 4096),
    RunningModel(SERVER, "llama3.2:latest", digest("llama3.2:latest"), 2_900_000_000,
                 2_900_000_000, NOW + timedelta(minutes=4), 4096),
)  # fmt: skip


def record(name: str) -> ModelRecord:
    """One of MODELS."""
    return next(model for model in MODELS if model.name == name)


def snapshot(models: tuple[ModelRecord, ...] = MODELS) -> Snapshot:
    """An answer twelve seconds old."""
    running = RUNNING if models else ()
    taken_at = NOW - timedelta(seconds=12)
    return Snapshot(SERVER, models, running, "0.33.1", taken_at, NOW_S - 12)


def status(state: ServerState = ServerState.ONLINE, *, reached: bool = True) -> ServerStatus:
    """How the server stands."""
    error = None
    if state is ServerState.OFFLINE:
        error = Unreachable(ADDRESS, "ECONNREFUSED")
        error.request = "GET http://127.0.0.1:11434/api/version"
    away = state is ServerState.OFFLINE
    return ServerStatus(
        SERVER,
        state,
        since=NOW,
        version="0.33.1" if state is ServerState.ONLINE else "",
        error=error,
        last_answer_at=NOW if reached else None,
        retry_s=NOW_S + 12 if away else None,
    )


def _layer(number: int, kind: LayerKind, size_bytes: int) -> Layer:
    return Layer(f"sha256:{number:064x}", kind, size_bytes)


def layer_index() -> LayerIndex:
    """Every model whole; mistral and meeting-notes share their weights."""
    known = {}
    for number, model in enumerate(MODELS):
        size = model.size_bytes or 0
        weights = number
        if model.name == "mistral:7b":
            weights = MODELS.index(record("meeting-notes:latest"))
        layers = (
            _layer(1000 + weights, LayerKind.MODEL, size - 1300),
            _layer(2000 + number, LayerKind.TEMPLATE, 1300),
        )
        known[model.digest] = KnownLayers(layers, is_whole=True)
    return LayerIndex(known)


SUGGESTIONS = (
    Recommendation("llama3.2:3b", "Small general chat model. Runs on most computers.",
                   3_000_000_000),
    Recommendation("qwen3:8b", "Chat, reasoning and tools.", 8_000_000_000),
    Recommendation("nomic-embed-text", "Turns text into vectors for search."),
)  # fmt: skip


def _progress(
    phase: PullPhase,
    done: int,
    total: int,
    speed: float | None = None,
    eta_s: float | None = None,
    layers: tuple[LayerProgress, ...] = (),
) -> PullProgress:
    return PullProgress(
        phase=phase, completed_bytes=done, total_bytes=total, is_total_known=True,
        permille=min(990, done * 1000 // total), speed_bytes_s=speed, eta_s=eta_s,
        phase_since_s=NOW_S - 72, layers=layers,
    )  # fmt: skip


def _part(
    digest_start: str, kind: LayerKind, done: int, total: int, state: LayerState
) -> LayerProgress:
    return LayerProgress("sha256:" + (digest_start * 6)[:64], kind, total, done, state)


_LAYERS = (
    _part("a8cc1361f314", LayerKind.MODEL, 6_100_000_000, 9_280_000_000, LayerState.RUNNING),
    _part("ae370d884f10", LayerKind.TEMPLATE, 1723, 1723, LayerState.HERE),
    _part("d18a5cc71b84", LayerKind.LICENSE, 11_338, 11_338, LayerState.HERE),
    _part("cff3f395ef37", LayerKind.PARAMS, 0, 120, LayerState.WAITING),
)


def _pull(name: str, state: PullState, progress: PullProgress | None, **more: object) -> PullItem:
    return PullItem(id=name, server_id=SERVER, name=name, state=state, progress=progress,
                    added_at=NOW - timedelta(minutes=9), **more)  # type: ignore[arg-type] # fmt: skip


PULLS = (
    _pull("qwen3:14b", PullState.RUNNING,
          _progress(PullPhase.DOWNLOAD, 6_140_000_000, 9_280_000_000, 41_800_000.0, 76.0, _LAYERS)),
    _pull("gemma3:12b", PullState.VERIFYING, _progress(PullPhase.VERIFY, 8_100, 8_150),
          state_since_s=NOW_S - 72),
    _pull("llava:34b", PullState.PAUSED, _progress(PullPhase.DOWNLOAD, 7_670_000_000,
                                                   20_170_000_000)),
    _pull("deepseek-r1:70b", PullState.FAILED, None,
          error=DiskFull("deepseek-r1:70b", "", 42_500_000_000, 28_100_000_000),
          finished_at=NOW - timedelta(minutes=30)),
)  # fmt: skip
SUMMARY = PullSummary(
    active=2, paused=1, failed=1, permille=820, completed_bytes=14_290_000_000,
    total_bytes=17_430_000_000, speed_bytes_s=41_800_000.0, eta_s=76.0,
)  # fmt: skip
