"""Records → the JSON of `--json`. Keys are those of Ollama's API, so that scripts know them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tray_app.core.use.ledger import UNWATCHED, Known, LastUse

if TYPE_CHECKING:
    from tray_app.core.records import ModelInfo, ModelRecord, RunningModel, Snapshot
    from tray_app.core.sharing import DiskUse


def model(record: ModelRecord) -> dict[str, Any]:
    """One row of `list`."""
    found: dict[str, Any] = {
        "name": record.name,
        "digest": record.digest,
        "size": record.size_bytes,
        "modified_at": _time(record.modified_at),
        "details": _details(record),
        "capabilities": list(record.capabilities),
    }
    if record.is_cloud:
        found |= {"remote_model": record.remote_model, "remote_host": record.remote_host}
    return found


def last_use(use: LastUse | None) -> dict[str, Any]:
    """Beside a row of `list --sort used`. `last_used_at` null = never seen in use; then `last_use`
    says why: "now", "not_yet", "before" or "unknown"."""
    use = use or UNWATCHED
    is_seen = use.known is Known.USED
    return {
        "last_use": use.known.value,
        "last_used_at": _time(use.at) if is_seen else None,
        "used_days": use.used_days,
        "watched_days": use.watched_days,
    }


def running(row: RunningModel) -> dict[str, Any]:
    """One row of `ps`; `expires_at` null = until it is unloaded."""
    return {
        "name": row.name,
        "digest": row.digest,
        "size": row.size_bytes,
        "size_vram": row.size_vram_bytes,
        "expires_at": _time(row.expires_at),
        "context_length": row.context_length,
        "details": _details(row),
    }


def info(shown: ModelInfo) -> dict[str, Any]:
    """`show`."""
    return {
        "name": shown.name,
        "digest": shown.digest,
        "details": _details(shown),
        "capabilities": list(shown.capabilities),
        "modified_at": _time(shown.modified_at),
        "requires": shown.requires,
        "parameters": shown.parameters,
        "system": shown.system,
        "template": shown.template,
        "messages": [{"role": role, "content": words} for role, words in shown.messages],
        "license": shown.license,
        "modelfile": shown.modelfile,
        "model_info": dict(shown.model_info),
        "remote_model": shown.remote_model,
        "remote_host": shown.remote_host,
    }


def status(snapshot: Snapshot, address: str, use: DiskUse) -> dict[str, Any]:
    """`status` of a server that answers; `running` null = it is too old to tell. `size` counts
    shared layers once; with `size_is_bound` it may be less."""
    rows = snapshot.running
    return {
        "server": address,
        "state": "online",
        "version": snapshot.version,
        "models": len(snapshot.models),
        "size": use.stored_bytes,
        "size_is_bound": use.is_bound,
        "running": None if rows is None else [running(row) for row in rows],
        "problems": list(snapshot.problems),
    }


def _details(record: ModelRecord | RunningModel | ModelInfo) -> dict[str, Any]:
    return {
        key: list(v) if isinstance(v, tuple) else v for key, v in asdict(record.details).items()
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
