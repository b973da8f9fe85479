"""PullJob: one attempt at one pull, in a lane's thread. Decides nothing: the queue does that."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tray_app.core.errors import IncompletePull, OllamaError
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.pulls.tracker import PullPhase, PullProgress, PullTracker
from tray_app.ollama.client import ClientFactory, OllamaClient, open_client
from tray_app.ollama.ensure import pulled
from tray_app.workers.pulls.preparation import Preparation
from tray_app.workers.runner import Job

if TYPE_CHECKING:
    from tray_app.core.pulls.states import PullItem
    from tray_app.core.records import Manifest
    from tray_app.workers.jobs import Target


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


REPORT_EVERY_S = 0.2
"""Progress reaches the screen at most ten times a second."""


@dataclass(frozen=True, slots=True)
class PullReport:
    """What an attempt has reached. `last_byte_s` is when a byte last came (monotonic)."""

    item_id: str
    progress: PullProgress
    last_byte_s: float
    new_bytes: int


class PullJob(Job):
    """Streams one pull through `tracker`, which outlives the attempt. Done is what the server lists
    afterwards, not what it calls a success.

    Signals: `progressed` at most ten times a second, at every change of phase, and last before
    the end; then those of Job. Outcome: the last PullReport. Of an update first: `prepared` with
    each step of it; one that turns out to be needless ends without a pull.
    Thread: see Job. `offer_manifest` may be called from any thread.
    """

    progressed = Signal(object)  # PullReport
    prepared = Signal(object)  # UpdatePlan

    def __init__(
        self,
        target: Target,
        item: PullItem,
        tracker: PullTracker,
        *,
        is_insecure: bool = False,
        client_factory: ClientFactory = open_client,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(("pull", item.id), parent)
        self.target = target
        self.item_id = item.id
        self.name = item.name
        self._item = item
        self._tracker = tracker
        self._is_insecure = is_insecure
        self._client_factory = client_factory
        self._clock = clock
        self._preparation: Preparation | None = None
        self._offered: Manifest | None = None
        self._reported_s = 0.0
        self._reported_phase: PullPhase | None = None

    def offer_manifest(self, manifest: Manifest) -> None:
        """The sizes of all layers, once known; taken up with the next line."""
        self._offered = manifest

    def perform(self) -> PullReport:
        self._tracker.new_attempt(self._clock())
        client = self._client_factory(self.target.endpoint, self.target.server_id, self.scope)
        try:
            if not self._is_needed(client):
                return self._send(self._clock())
            for line in client.pull(self.name, is_insecure=self._is_insecure):
                now_s = self._clock()
                error = self._tracker.feed(line, now_s, datetime.now(UTC))
                if error is not None:
                    raise error
                self._take_manifest()
                self._report(now_s)
                if self._tracker.phase is PullPhase.DONE:
                    pulled(client, self.name)
                    self._tell_kept_layers()
                    return self._send(now_s)
        except OllamaError:
            self._send(self._clock())
            raise
        finally:
            client.close()
        self._send(self._clock())
        raise IncompletePull(self.name)

    def _is_needed(self, client: OllamaClient) -> bool:
        plan = self._item.update
        if plan is None:
            return True
        self._preparation = Preparation(
            self._item,
            plan,
            self.prepared.emit,
            is_insecure=self._is_insecure,
            today=_today,
        )
        return self._preparation.run(client)

    def _tell_kept_layers(self) -> None:
        """A success all the same."""
        if self._preparation is not None and self._tracker.has_kept_layers:
            self.prepared.emit(replace(self._preparation.plan, kept_layers=True))

    def _take_manifest(self) -> None:
        manifest, self._offered = self._offered, None
        if manifest is not None:
            self._tracker.set_manifest(manifest)

    def _report(self, now_s: float) -> None:
        phase = self._tracker.phase
        if phase is self._reported_phase and now_s - self._reported_s < REPORT_EVERY_S:
            return
        self._send(now_s)

    def _send(self, now_s: float) -> PullReport:
        self._reported_s = now_s
        self._reported_phase = self._tracker.phase
        report = PullReport(
            self.item_id,
            self._tracker.progress(now_s),
            self._tracker.last_byte_s,
            self._tracker.new_bytes,
        )
        self.progressed.emit(report)
        return report
