"""What became of downloads: one record for each that finished or failed, for thirty days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from tray_app.core.errors import OllamaError
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.pulls.progress import LayerState
from tray_app.core.pulls.states import PullItem, PullState

KEPT = timedelta(days=30)
MAX_RECORDS = 1000


@dataclass(frozen=True, slots=True)
class PullRecord:
    """One ended download. `fetched_bytes` never exceeds the model's size; `active_s` is without
    the time in which it waited or was paused. `error` None = it is installed; `was_here`: every
    layer had been there already."""

    server_id: str
    name: str
    finished_at: datetime
    fetched_bytes: int = 0
    active_s: float = 0.0
    error: OllamaError | None = None
    is_update: bool = False
    was_here: bool = False

    @property
    def mean_speed_bytes_s(self) -> float | None:
        """None when it was too little or too short to say."""
        if not self.fetched_bytes or self.active_s < 1:
            return None
        return self.fetched_bytes / self.active_s

    @classmethod
    def of_item(cls, item: PullItem) -> PullRecord | None:
        """The record of an ended download; None for one that is none or was only canceled."""
        if item.state not in (PullState.DONE, PullState.FAILED) or item.finished_at is None:
            return None
        error = None
        if item.state is PullState.FAILED:
            error = item.error or OllamaError(item.name)
        return cls(
            server_id=item.server_id,
            name=item.name,
            finished_at=item.finished_at,
            fetched_bytes=item.net_bytes,
            active_s=item.active_s,
            error=error,
            is_update=bool(item.old_digest),
            was_here=not item.fetched_bytes and _was_here(item),
        )


def _was_here(item: PullItem) -> bool:
    # A small layer may be fetched between two lines and never be heard of: 0 bytes prove nothing.
    layers = item.progress.layers if item.progress else ()
    return bool(layers) and all(layer.state is LayerState.HERE for layer in layers)


@dataclass(frozen=True, slots=True)
class History:
    """All records, the newest first. `broken_path` names a file that could not be read."""

    records: tuple[PullRecord, ...] = ()
    broken_path: str = ""


def kept(records: Iterable[PullRecord], now: datetime) -> tuple[PullRecord, ...]:
    """The records young enough, the newest first."""
    young = [record for record in records if now - record.finished_at < KEPT]
    young.sort(key=lambda record: record.finished_at, reverse=True)
    return tuple(young[:MAX_RECORDS])
