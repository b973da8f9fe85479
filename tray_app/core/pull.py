"""PullTracker: the lines of one pull stream → PullProgress, one honest bar for the whole model.

Facts about the stream are in Ollama's server (`PullModel`, `download.go`): layers come one after
the other, a finished layer may emit no line at all, the last line of a layer often has
completed < total, `completed` starts at the resumed offset and may go backwards, and the same
line is repeated every 60 ms while nothing arrives. The tracker has no clock; callers pass
monotonic seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tray_app.core.errors import BadAnswer, OllamaError, pull_error
from tray_app.core.progress import LayerProgress, LayerState, PullPhase, PullProgress
from tray_app.core.records import LayerKind, Manifest

__all__ = ["LayerProgress", "LayerState", "PullPhase", "PullProgress", "PullTracker", "SpeedMeter"]

SPEED_WINDOW_S = 5.0
ETA_WINDOW_S = 20.0
ETA_HIDDEN_S = 5.0
MAX_PERMILLE = 990  # never 100 % before the server says success
_MAX_BYTES = 2**63 - 1


@dataclass(slots=True)
class _Layer:
    kind: LayerKind
    total: int
    completed: int = 0  # shown: never goes back
    raw: int = 0  # what the server said last
    state: LayerState = LayerState.WAITING


class SpeedMeter:
    """Mean speed over a sliding window. Bytes are counted as increments, so a resumed offset or
    a pause never makes a wild number."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()
        self._since_s: float | None = None

    def add(self, now_s: float, count_bytes: int) -> None:
        if self._since_s is None:
            self._since_s = now_s
        self._samples.append((now_s, count_bytes))
        while self._samples and self._samples[0][0] < now_s - ETA_WINDOW_S:
            self._samples.popleft()

    def restart(self) -> None:
        """Forget everything: the link was idle on purpose."""
        self._samples.clear()
        self._since_s = None

    def age_s(self, now_s: float) -> float:
        return 0.0 if self._since_s is None else now_s - self._since_s

    def mean(self, now_s: float, window_s: float) -> float | None:
        """Bytes per second over the last `window_s`; None in the first second."""
        span = min(window_s, self.age_s(now_s))
        if span < 1.0:
            return None
        return sum(n for t, n in self._samples if t > now_s - window_s) / span


class PullTracker:
    """Follows one pull, over as many attempts as it takes.

    `manifest` gives exact totals; without it they grow as layers are heard of. `new_attempt`
    keeps what was reached: the bar never goes back over pause, resume, fault or restart.
    """

    def __init__(self, name: str, manifest: Manifest | None = None, floor_bytes: int = 0) -> None:
        self.name = name
        self._layers: dict[str, _Layer] = {}
        self._is_total_known = False
        self._phase = PullPhase.MANIFEST
        self._phase_since_s = 0.0
        self._current: str | None = None
        self._floor_bytes = floor_bytes
        self._floor_permille = 0
        self._meter = SpeedMeter()
        self.new_bytes = 0
        self.last_byte_s = 0.0
        if manifest is not None:
            self.set_manifest(manifest)

    def set_manifest(self, manifest: Manifest) -> None:
        """Learn the layers and their sizes, at any moment of the pull."""
        heard = self._layers
        self._layers = {}
        for layer in manifest.layers:
            old = heard.pop(layer.digest, None)
            self._layers[layer.digest] = old or _Layer(layer.kind, layer.size_bytes or 0)
            if layer.size_bytes is not None:
                self._layers[layer.digest].total = layer.size_bytes
            self._layers[layer.digest].kind = layer.kind
        self._layers.update(heard)
        self._is_total_known = not heard and all(
            layer.size_bytes is not None for layer in manifest.layers
        )

    def new_attempt(self, now_s: float) -> None:
        """A new request for the same pull starts: phases begin again, bytes do not."""
        self._enter(PullPhase.MANIFEST, now_s)
        self._current = None
        self._meter.restart()
        self.last_byte_s = now_s
        for layer in self._layers.values():
            if layer.state is LayerState.RUNNING:
                layer.state = LayerState.WAITING

    def feed(self, line: Mapping[str, Any], now_s: float) -> OllamaError | None:
        """Take one decoded line. Returns the error the line reports, if it does.

        Raises BadAnswer when a field has a wrong type.
        """
        error = line.get("error")
        if error is not None:
            return pull_error(self.name, error if isinstance(error, str) else repr(error))
        status = line.get("status")
        if status is not None and not isinstance(status, str):
            raise BadAnswer(self.name, repr(status)[:200], "status")
        digest = line.get("digest")
        if digest is not None and not isinstance(digest, str):
            raise BadAnswer(self.name, repr(digest)[:200], "digest")
        if digest and digest.startswith("sha256:"):
            self._feed_layer(digest, _size(line, "total"), _size(line, "completed"), now_s)
        elif status:
            self._feed_status(status, now_s)
        return None

    def _feed_layer(self, digest: str, total: int, completed: int, now_s: float) -> None:
        # A layer line after "verifying" belongs to a joined download; the phase is the stream's.
        self._enter(PullPhase.DOWNLOAD, now_s)
        layer = self._layers.get(digest)
        is_first = layer is None or layer.state is LayerState.WAITING
        if layer is None:
            layer = self._layers[digest] = _Layer(LayerKind.OTHER, total)
            self._is_total_known = False
        layer.total = max(layer.total, total, completed)
        if digest != self._current:
            if self._current is not None:
                self._finish(self._current)
            self._finish_before(digest)
            self._current = digest
        if is_first:
            # The first line tells a resumed offset: those bytes were not fetched just now.
            gained = 0
            if layer.completed == 0 and completed >= layer.total:
                layer.state = LayerState.HERE
            else:
                layer.state = LayerState.RUNNING
            if completed > layer.completed:
                self.last_byte_s = now_s
        else:
            gained = max(0, completed - layer.raw)
            if layer.state is LayerState.RUNNING and layer.total and completed >= layer.total:
                layer.state = LayerState.DONE
        if completed != layer.raw or is_first:
            layer.raw = completed
        if gained:
            self.last_byte_s = now_s
            self.new_bytes += gained
        self._meter.add(now_s, gained)
        layer.completed = max(layer.completed, min(completed, layer.total))

    def _feed_status(self, status: str, now_s: float) -> None:
        if status.startswith("verifying"):
            self._finish_all()
            self._enter(PullPhase.VERIFY, now_s)
        elif status.startswith(("writing manifest", "removing ")):
            self._finish_all()
            self._enter(PullPhase.WRITE, now_s)
        elif status == "success":
            self._finish_all()
            self._enter(PullPhase.DONE, now_s)
        # Anything else ("pulling manifest", "couldn't remove unused layers: …") changes nothing.

    def _finish(self, digest: str) -> None:
        layer = self._layers[digest]
        if layer.state is not LayerState.HERE:
            layer.state = LayerState.DONE
        layer.completed = layer.raw = layer.total

    def _finish_before(self, digest: str) -> None:
        """Layers come strictly in order: those before `digest` are complete, with or without a
        line of their own."""
        if not self._is_total_known:
            return
        for other, layer in self._layers.items():
            if other == digest:
                return
            if layer.state in (LayerState.WAITING, LayerState.RUNNING):
                self._finish(other)

    def _finish_all(self) -> None:
        for digest, layer in self._layers.items():
            if layer.state in (LayerState.WAITING, LayerState.RUNNING):
                self._finish(digest)

    def _enter(self, phase: PullPhase, now_s: float) -> None:
        if phase is not self._phase or self._phase_since_s == 0.0:
            self._phase = phase
            self._phase_since_s = now_s

    def progress(self, now_s: float) -> PullProgress:
        """The state for a screen, at any time (speed falls when nothing arrives)."""
        completed = sum(layer.completed for layer in self._layers.values())
        total = sum(layer.total for layer in self._layers.values()) if self._layers else None
        lag = sum(layer.completed - layer.raw for layer in self._layers.values()
                  if layer.state is LayerState.RUNNING)  # fmt: skip
        completed = max(completed, self._floor_bytes)
        self._floor_bytes = completed
        if total is not None and total < completed:
            total = completed
        permille: int | None = None
        if self._phase is PullPhase.DONE:
            permille = 1000
        elif total:
            permille = max(self._floor_permille, min(MAX_PERMILLE, completed * 1000 // total))
            self._floor_permille = permille
        speed = eta = None
        if self._phase is PullPhase.DOWNLOAD:
            speed = self._meter.mean(now_s, SPEED_WINDOW_S)
            long_mean = self._meter.mean(now_s, ETA_WINDOW_S)
            if long_mean and total and self._meter.age_s(now_s) >= ETA_HIDDEN_S:
                eta = max(0.0, (total - completed + lag) / long_mean)
        return PullProgress(
            phase=self._phase,
            completed_bytes=completed,
            total_bytes=total,
            is_total_known=self._is_total_known,
            permille=permille,
            speed_bytes_s=speed,
            eta_s=eta,
            refetched_bytes=max(0, lag),
            phase_since_s=self._phase_since_s,
            layers=tuple(
                LayerProgress(digest, layer.kind, layer.total, layer.completed, layer.state)
                for digest, layer in self._layers.items()
            ),
        )

    @property
    def phase(self) -> PullPhase:
        return self._phase


def _size(line: Mapping[str, Any], key: str) -> int:
    """`total` / `completed`: absent means 0; negatives and nonsense are named."""
    value = line.get(key)
    if value is None:
        return 0
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadAnswer("", repr(value)[:200], key)
    return min(max(0, value), _MAX_BYTES)
