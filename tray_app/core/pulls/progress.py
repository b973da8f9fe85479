"""How far a pull is, as data. The arithmetic that makes it lives in `core.pull`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass

if TYPE_CHECKING:
    from tray_app.core.records import LayerKind


class PullPhase(StrEnum):
    """Phases in the order of the stream."""

    MANIFEST = "manifest"
    DOWNLOAD = "download"
    VERIFY = "verify"
    WRITE = "write"
    DONE = "done"


class LayerState(StrEnum):
    """Where one layer stands. HERE: it was complete when first heard of."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    HERE = "here"


@dataclass(frozen=True, slots=True)
class LayerProgress:
    """One layer of a pull; `digest` is `sha256:` + 64 hex."""

    digest: str
    kind: LayerKind
    total_bytes: int
    completed_bytes: int
    state: LayerState


@dataclass(frozen=True, slots=True)
class PullProgress:
    """How far a pull is. Bytes are of the whole model.

    `total_bytes` is exact when `is_total_known`, else what the stream has told so far ("at
    least"); None before anything is known. `completed_bytes` and `permille` (0…1000) never
    decrease; `permille` is None as long as a number would be a guess, at most 990 before the
    server says success. `refetched_bytes` is how far the server fell behind what is shown.
    `speed_bytes_s` and `eta_s` are None when there is nothing honest to say.
    """

    phase: PullPhase
    completed_bytes: int = 0
    total_bytes: int | None = None
    is_total_known: bool = False
    permille: int | None = None
    speed_bytes_s: float | None = None
    eta_s: float | None = None
    refetched_bytes: int = 0
    phase_since_s: float = 0.0
    layers: tuple[LayerProgress, ...] = ()
