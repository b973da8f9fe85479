"""PullStore: the download queue on disk. What survives a restart stands here.

How a file is checked, kept and written is `record_file`; which values may stand in it
`stored_values`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tray_app.core.decode import MAX_INT
from tray_app.core.pulls.policy import has_named_time
from tray_app.core.pulls.progress import LayerProgress, LayerState, PullPhase, PullProgress
from tray_app.core.pulls.states import ACTIVE, PullItem, PullState
from tray_app.core.pulls.updates import UpdatePlan
from tray_app.core.records import LayerKind
from tray_app.workers.pulls import stored_values as stored
from tray_app.workers.pulls.record_file import RecordFile

_MAX_LAYERS = 10_000
_MAX_PERMILLE = 1000
_MAX_ATTEMPT = 1000
_MAX_DAYS = 3650


class PullStore(RecordFile[PullItem]):
    """The queue file."""

    _key = "items"

    def load(self) -> tuple[PullItem, ...]:
        """The stored items in order; running ones come back as waiting, those that a registry made
        wait for a time with that time."""
        return self.load_records()

    def _to_json(self, record: PullItem) -> dict[str, Any]:
        return item_to_json(record)

    def _from_json(self, entry: Any) -> PullItem:
        return item_from_json(entry)

    def _identity(self, record: PullItem) -> object:
        return record.id


def item_to_json(item: PullItem) -> dict[str, Any]:
    """Everything of an item that outlives the process; monotonic times do not."""
    entry: dict[str, Any] = {
        "id": item.id,
        "server_id": item.server_id,
        "name": item.name,
        "state": item.state.value,
        "old_digest": item.old_digest,
        "fetched_bytes": item.fetched_bytes,
        "active_s": item.active_s,
    }
    for field in ("added_at", "started_at", "finished_at"):
        moment = getattr(item, field)
        entry[field] = moment.isoformat() if moment else None
    if item.progress is not None:
        entry["progress"] = _progress_to_json(item.progress)
    if item.error is not None:
        entry["error"] = stored.error_to_json(item.error)
    if item.update is not None:
        entry["update"] = _update_to_json(item.update)
    if item.retry_at is not None:
        entry["retry_at"] = item.retry_at.isoformat()
        entry["attempt"] = item.attempt
    return entry


def item_from_json(value: Any) -> PullItem:
    """Raises ValueError, TypeError or KeyError for what is no stored item."""
    entry = stored.fields_of(value)
    started_at, finished_at = entry.get("started_at"), entry.get("finished_at")
    state = PullState(entry["state"])
    progress, error = entry.get("progress"), entry.get("error")
    item = PullItem(
        id=stored.name(entry["id"]),
        server_id=stored.text(entry["server_id"]),
        name=stored.name(entry["name"]),
        state=state,
        added_at=stored.moment(entry["added_at"]),
        started_at=None if started_at is None else stored.moment(started_at),
        finished_at=None if finished_at is None else stored.moment(finished_at),
        progress=None if progress is None else _progress_from_json(progress),
        error=None if error is None else stored.error_from_json(error),
        old_digest=stored.text(entry.get("old_digest", "")),
        fetched_bytes=stored.whole(entry.get("fetched_bytes", 0)),
        active_s=stored.seconds(entry.get("active_s", 0.0)),
        update=_update_from_json(entry["update"]) if entry.get("update") is not None else None,
    )
    if state is PullState.RETRYING and has_named_time(item) and "retry_at" in entry:
        # Who asked to be left alone does not know that we were started anew.
        retry_at, attempt = stored.moment(entry["retry_at"]), stored.whole(entry.get("attempt", 0))
        return replace(item, retry_at=retry_at, attempt=min(attempt, _MAX_ATTEMPT))
    if state in ACTIVE or state is PullState.RETRYING:
        return replace(item, state=PullState.WAITING, error=None)
    return item


def _update_to_json(plan: UpdatePlan) -> dict[str, Any]:
    return {
        "keep_days": plan.keep_days,
        "loads_again": plan.loads_again,
        "kept_name": plan.kept_name,
        "was_loaded": plan.was_loaded,
        "keep_alive_s": plan.keep_alive_s,
        "context_length": plan.context_length,
        "was_current": plan.was_current,
        "kept_layers": plan.kept_layers,
    }


def _update_from_json(value: Any) -> UpdatePlan:
    """What was under way begins anew; what was done stays done."""
    entry = stored.fields_of(value)
    context, keep_alive_s = entry.get("context_length"), entry.get("keep_alive_s")
    if keep_alive_s is not None and keep_alive_s != -1:
        keep_alive_s = stored.whole(keep_alive_s)
    return UpdatePlan(
        keep_days=stored.whole(entry.get("keep_days", 0), _MAX_DAYS),
        loads_again=stored.flag(entry.get("loads_again", False)),
        kept_name=stored.text(entry.get("kept_name", "")),
        was_loaded=stored.flag(entry.get("was_loaded", False)),
        keep_alive_s=keep_alive_s,
        context_length=None if context is None else stored.whole(context),
        was_current=stored.flag(entry.get("was_current", False)),
        kept_layers=stored.flag(entry.get("kept_layers", False)),
    )


def _progress_to_json(progress: PullProgress) -> dict[str, Any]:
    return {
        "completed_bytes": progress.completed_bytes,
        "total_bytes": progress.total_bytes,
        "is_total_known": progress.is_total_known,
        "permille": progress.permille,
        "layers": [
            [la.digest, la.kind.value, la.total_bytes, la.completed_bytes, la.state.value]
            for la in progress.layers
        ],
    }


def _progress_from_json(value: Any) -> PullProgress:
    entry = stored.fields_of(value)
    total, permille = entry.get("total_bytes"), entry.get("permille")
    layers = stored.listed(entry.get("layers", []))
    if len(layers) > _MAX_LAYERS:
        raise ValueError("too many layers")
    progress = PullProgress(
        phase=PullPhase.MANIFEST,
        completed_bytes=stored.whole(entry["completed_bytes"]),
        total_bytes=None if total is None else stored.whole(total),
        is_total_known=stored.flag(entry.get("is_total_known", False)),
        permille=None if permille is None else stored.whole(permille, _MAX_PERMILLE),
        layers=tuple(map(_layer_from_json, layers)),
    )
    if sum(layer.total_bytes for layer in progress.layers) > MAX_INT:
        raise ValueError("layers of more bytes than there can be")
    return progress


def _layer_from_json(value: Any) -> LayerProgress:
    digest, kind, total, completed, state = stored.listed(value)
    return LayerProgress(
        stored.text(digest),
        LayerKind(kind),
        stored.whole(total),
        stored.whole(completed),
        LayerState(state),
    )
