"""PullTracker: the lines of one pull stream → PullProgress, one honest bar for the whole model.

Facts about the stream are in Ollama's server (`PullModel`, `download.go`): layers come one after
the other, a finished layer may emit no line at all, the last line of a layer often has
completed < total, `completed` starts at the resumed offset and may go backwards, and the same
line is repeated every 60 ms while nothing arrives. No clock: callers pass monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tray_app.core.decode import MAX_INT, MAX_WORD, size_field, text_field
from tray_app.core.errors import BadAnswer, OllamaError
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.pulls.progress import LayerProgress, LayerState, PullPhase, PullProgress
from tray_app.core.pulls.registry_errors import pull_error
from tray_app.core.pulls.speed import ETA_WINDOW_S, MAX_BYTES_S, SPEED_WINDOW_S, SpeedMeter
from tray_app.core.records import LayerKind, Manifest

__all__ = ["LayerProgress", "LayerState", "PullPhase", "PullProgress", "PullTracker", "SpeedMeter"]

ETA_HIDDEN_S = 5.0
MAX_PERMILLE = 990  # never 100 % before the server says success
# Safetensors models: one line for all blobs together, its total covers the whole model.
AGGREGATE_DIGEST = "sha256:model"
_UNTOLD_BYTES = 64_000_000  # so much may arrive between two lines, whatever our clock says
_MAX_HEARD = 1000  # layers; real models have less than 10, or one line for hundreds of them


@dataclass(slots=True)
class _Layer:
    kind: LayerKind
    total: int = 0  # 0 = not told
    completed: int = 0  # shown: never goes back
    raw: int = 0  # what the server said last
    state: LayerState = LayerState.WAITING
    is_heard: bool = False  # in this attempt

    @property
    def shown_total(self) -> int:
        return max(self.total, self.completed)

    @property
    def is_complete(self) -> bool:
        return self.state in (LayerState.DONE, LayerState.HERE)


class PullTracker:
    """Follows one pull, over as many attempts as it takes.

    `manifest` gives exact totals; without it they grow as layers are heard of. `reached` is
    what an earlier run of the program has shown. `new_attempt` keeps what was reached: the bar
    never goes back over pause, resume, fault or restart. After `success` nothing changes any more.

    `new_bytes` counts what was fetched meanwhile, `last_byte_s` is the last sign of progress.
    """

    def __init__(
        self, name: str, manifest: Manifest | None = None, reached: PullProgress | None = None
    ) -> None:
        self.name = name
        self._layers: dict[str, _Layer] = {}
        self._aggregate: _Layer | None = None
        self._has_whole_manifest = False
        self._has_tensors = False
        self._phase = PullPhase.MANIFEST
        self._phase_since_s: float | None = None
        self._current: str | None = None
        self._floor_bytes = 0
        self._floor_permille: int | None = None
        self._meter = SpeedMeter()
        self.has_kept_layers = False
        """Whether the server could not remove what nobody uses any more."""
        self.new_bytes = 0
        self.last_byte_s = 0.0
        self._fed_s = 0.0
        if reached is not None:
            self._restore(reached)
        if manifest is not None:
            self.set_manifest(manifest)

    @property
    def phase(self) -> PullPhase:
        return self._phase

    def _restore(self, reached: PullProgress) -> None:
        self._floor_bytes = max(0, reached.completed_bytes)
        if reached.permille is not None:
            self._floor_permille = min(reached.permille, MAX_PERMILLE)
        self._has_whole_manifest = reached.is_total_known and bool(reached.layers)
        for layer in reached.layers:
            done = min(layer.completed_bytes, layer.total_bytes)
            restored = _Layer(layer.kind, layer.total_bytes, done, done)
            if layer.digest == AGGREGATE_DIGEST:
                self._aggregate = restored
                self._has_whole_manifest = False
            else:
                self._layers[layer.digest] = restored

    def set_manifest(self, manifest: Manifest) -> None:
        """Learn the layers and their sizes, at any moment of the pull.

        Layers that the stream tells of and the manifest does not are kept: then the manifest is
        not that of what the server fetches, and the total not exact.
        """
        known = self._layers
        self._layers = {}
        for told in manifest.layers:
            layer = known.pop(told.digest, None) or _Layer(told.kind)
            layer.kind = told.kind
            if told.size_bytes is not None:
                layer.total = told.size_bytes
                layer.completed = min(layer.completed, layer.total)
                layer.raw = min(layer.raw, layer.total)
            if layer.is_complete:
                layer.completed = layer.raw = layer.shown_total
            self._layers[told.digest] = layer
        foreign = {digest: layer for digest, layer in known.items() if layer.is_heard}
        self._layers.update(foreign)
        self._has_whole_manifest = not foreign and all(
            layer.size_bytes is not None for layer in manifest.layers
        )
        self._has_tensors = any(layer.kind is LayerKind.TENSOR for layer in manifest.layers)
        if self._current not in self._layers:
            self._current = None

    def new_attempt(self, now_s: float) -> None:
        """A new request for the same pull starts: phases begin again, bytes do not."""
        if self._phase is PullPhase.DONE:
            return
        self._phase = PullPhase.MANIFEST
        self._phase_since_s = now_s
        self._current = None
        self._meter.restart()
        self.last_byte_s = self._fed_s = now_s
        for layer in self._all_layers():
            layer.is_heard = False
            if layer.state is LayerState.RUNNING:
                layer.state = LayerState.WAITING

    def feed(
        self, line: Mapping[str, Any], now_s: float, now: datetime | None = None
    ) -> OllamaError | None:
        """Take one decoded line. Returns the error the line reports, if it does; with `now` it
        knows how long it is to a moment that the error names.

        Raises BadAnswer when a field has a wrong type.
        """
        error = line.get("error")
        if error is not None:
            return pull_error(self.name, error, now)
        status, digest = (text_field(line, key, self.name) for key in ("status", "digest"))
        total, completed = (size_field(line, key, self.name) for key in ("total", "completed"))
        if self._phase is PullPhase.DONE:
            return None
        if self._phase_since_s is None:
            self._phase_since_s = self.last_byte_s = self._fed_s = now_s
        if digest.startswith("sha256:"):
            self._enter(PullPhase.DOWNLOAD, now_s)
            self._feed_layer(digest, total, completed, now_s)
        else:
            self._feed_status(status, now_s)
        self._fed_s = now_s
        return None

    def _feed_layer(self, digest: str, total: int, completed: int, now_s: float) -> None:
        layer = self._layer(digest)
        layer.total = max(layer.total, total)
        if layer.total:
            completed = min(completed, layer.total)
        if digest != self._current:
            self._finish_before(digest, now_s)
            self._current = digest
            self.last_byte_s = now_s
        # The first line of an attempt tells where it resumes: nothing was fetched just now.
        gained = max(0, completed - layer.raw) if layer.is_heard else 0
        if gained or completed > layer.completed:
            self.last_byte_s = now_s
        self.new_bytes += gained
        self._meter.add(now_s, gained)
        if completed < layer.total or not layer.total:
            layer.state = LayerState.RUNNING
        elif layer.state is LayerState.WAITING and not layer.completed:
            layer.state = LayerState.HERE
        elif layer.state is not LayerState.HERE:
            layer.state = LayerState.DONE
        layer.is_heard = True
        layer.raw = completed
        layer.completed = max(layer.completed, completed)

    def _layer(self, digest: str) -> _Layer:
        if digest == AGGREGATE_DIGEST:
            if self._aggregate is None:
                self._aggregate = _Layer(LayerKind.MODEL)
            return self._aggregate
        if digest not in self._layers:
            if len(self._layers) >= _MAX_HEARD or len(digest) > MAX_WORD:
                raise BadAnswer(self.name, f"{len(self._layers)} layers, {digest[:80]}", "digest")
            self._layers[digest] = _Layer(LayerKind.OTHER)
            self._has_whole_manifest = False
        return self._layers[digest]

    def _feed_status(self, status: str, now_s: float) -> None:
        if status.startswith("verifying"):
            phase = PullPhase.VERIFY
        elif status.startswith(("writing manifest", "removing ")):
            phase = PullPhase.WRITE
        elif status == "success":
            phase = PullPhase.DONE
        else:
            # Else "pulling manifest", or what is new to us.
            self.has_kept_layers |= status.startswith("couldn't remove unused layers")
            return
        for layer in self._all_layers():
            self._finish(layer, now_s)
        self._enter(phase, now_s)

    def _finish_before(self, digest: str, now_s: float) -> None:
        """Layers come strictly in order: those before `digest` are complete, with or without a
        line of their own. Without a manifest this is known of the one just left."""
        if self._current in self._layers:
            self._finish(self._layers[self._current], now_s)
        if self._has_whole_manifest and digest in self._layers:
            for other, layer in self._layers.items():
                if other == digest:
                    return
                self._finish(layer, now_s)

    def _finish(self, layer: _Layer, now_s: float) -> None:
        if layer.is_complete:
            return
        # A layer that is already there has a line of its own; one without was fetched quickly.
        # Blobs of safetensors models have none in either case.
        if self._aggregate is None and not self._has_tensors:
            reached = layer.raw if layer.is_heard else layer.completed
            untold = max(0, layer.total - reached)
            # A manifest may lie: what nobody told of counts only where it can have arrived.
            since_s = max(0.0, now_s - self._fed_s)
            if untold <= max(reached, _UNTOLD_BYTES + since_s * MAX_BYTES_S):
                self.new_bytes += untold
        layer.state = LayerState.DONE
        layer.completed = layer.raw = layer.shown_total

    def _enter(self, phase: PullPhase, now_s: float) -> None:
        if phase is not self._phase:
            self._phase = phase
            self._phase_since_s = self.last_byte_s = now_s

    def _all_layers(self) -> Iterator[_Layer]:
        yield from self._layers.values()
        if self._aggregate is not None:
            yield self._aggregate

    def progress(self, now_s: float) -> PullProgress:
        """The state for a screen, at any time (speed falls when nothing arrives)."""
        rows = self._rows()
        counted = list(rows.values())
        reached = sum(layer.completed for layer in counted)
        completed = min(MAX_INT, max(self._floor_bytes, reached))
        total: int | None = None
        if counted:
            whole = self._layers.values() if self._has_whole_manifest else counted
            total = min(MAX_INT, max(completed, sum(layer.shown_total for layer in whole)))
            if self._phase is PullPhase.DONE:
                completed = total
        self._floor_bytes = completed
        running = [layer for layer in counted if layer.state is LayerState.RUNNING]
        lag = sum(layer.completed - layer.raw for layer in running)
        if running and self.is_total_known:
            lag += max(0, completed - reached)  # an earlier run had shown more
        speed = eta = None
        if self._phase is PullPhase.DOWNLOAD:
            speed = self._meter.mean(now_s, SPEED_WINDOW_S)
            long_mean = self._meter.mean(now_s, ETA_WINDOW_S)
            if long_mean and total and self._meter.age_s(now_s) >= ETA_HIDDEN_S:
                eta = (total - completed + lag) / long_mean
        return PullProgress(
            phase=self._phase,
            completed_bytes=completed,
            total_bytes=total,
            is_total_known=self.is_total_known,
            permille=self._permille(completed, total),
            speed_bytes_s=speed,
            eta_s=eta,
            refetched_bytes=lag,
            phase_since_s=self._phase_since_s or 0.0,
            layers=tuple(
                LayerProgress(digest, layer.kind, layer.shown_total, layer.completed, layer.state)
                for digest, layer in rows.items()
            ),
        )

    @property
    def is_total_known(self) -> bool:
        """Whether the total is that of the whole model, not only of what was heard so far."""
        return self._has_whole_manifest or bool(self._aggregate and self._aggregate.total)

    def _rows(self) -> dict[str, _Layer]:
        """The layers, or the one line that stands for all of them."""
        if self._aggregate and self._aggregate.total:
            return {AGGREGATE_DIGEST: self._aggregate}
        return self._layers

    def _permille(self, completed: int, total: int | None) -> int | None:
        if self._phase is PullPhase.DONE:
            return 1000
        is_open = self._phase in (PullPhase.MANIFEST, PullPhase.DOWNLOAD)
        # All that was heard of is here, but the big layer may be still to come.
        is_guess = is_open and not self.is_total_known and total == completed
        if total and not is_guess:
            value = min(MAX_PERMILLE, completed * 1000 // total)
            self._floor_permille = max(value, self._floor_permille or 0)
        return self._floor_permille
