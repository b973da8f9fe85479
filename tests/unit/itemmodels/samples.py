"""Records and snapshots that the tests of the item models are about."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from tray_app.core.records import ModelDetails, ModelKey, ModelRecord, RunningModel, Snapshot
from tray_app.core.updates.verdicts import NO_MARKS, Marks, Standing, Verdict

NOW = datetime(2026, 5, 4, 14, 32, tzinfo=UTC)


def model(
    name: str,
    size_bytes: int | None = 1_000_000_000,
    *,
    server_id: str = "local",
    digest: str = "",
    days: int | None = 1,
    quantization: str = "Q4_K_M",
    parameters: str = "8.0B",
    family: str = "llama",
    capabilities: tuple[str, ...] = ("completion",),
    remote_host: str = "",
) -> ModelRecord:
    """A record with what matters said and the rest believable."""
    return ModelRecord(
        server_id=server_id,
        name=name,
        digest=digest or f"{abs(hash((server_id, name))):064x}"[-64:],
        size_bytes=size_bytes,
        modified_at=None if days is None else NOW - timedelta(days=days),
        details=ModelDetails(
            format="gguf",
            family=family,
            families=(family,) if family else (),
            parameter_size=parameters,
            quantization_level=quantization,
        ),
        capabilities=capabilities,
        remote_host=remote_host,
    )


def running(name: str, *, server_id: str = "local", digest: str = "") -> RunningModel:
    """A loaded model, wholly in graphics memory."""
    return RunningModel(
        server_id,
        name,
        digest,
        size_bytes=6_300_000_000,
        size_vram_bytes=6_300_000_000,
        expires_at=NOW + timedelta(minutes=4),
        context_length=4096,
    )


def snapshot(
    models: Iterable[ModelRecord],
    loaded: Iterable[RunningModel] | None = (),
    server_id: str = "local",
) -> Snapshot:
    """One poll's answer."""
    return Snapshot(
        server_id=server_id,
        models=tuple(models),
        running=None if loaded is None else tuple(loaded),
        version="0.33.1",
        taken_at=NOW,
        taken_s=0.0,
    )


def verdict(
    record: ModelRecord, standing: Standing = Standing.WEIGHTS, fetch_bytes: int = 900_000_000
) -> Verdict:
    """How a model stands to its registry."""
    return Verdict(
        standing,
        record.digest,
        "f" * 64,
        checked_at=NOW,
        total_bytes=1_000_000_000,
        here_bytes=1_000_000_000,
        fetch_bytes=fetch_bytes,
        requires="0.34.0",
    )


def judged_of(
    verdicts: Mapping[ModelKey, Verdict],
    marks: Mapping[ModelKey, Marks] = {},
) -> Callable[[ModelKey], tuple[Verdict, Marks]]:
    """Who tells what is known of these."""
    return lambda key: (verdicts.get(key, Verdict()), marks.get(key, NO_MARKS))
