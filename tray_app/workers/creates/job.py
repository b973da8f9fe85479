"""CreateJob: one attempt at one create, in its server's lane. Decides nothing: the queue does.

And DeleteMadeJob, which takes away what nobody wants any more by the time it is made.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from tray_app.core.errors import Cancelled, Changed, OllamaError
from tray_app.ollama.client import ClientFactory, OllamaClient, open_client
from tray_app.ollama.creating import Begun, Creating, Pace
from tray_app.ollama.deleting import delete_unloaded
from tray_app.workers.jobs import ServerJob, Target
from tray_app.workers.runner import Job

if TYPE_CHECKING:
    from tray_app.core.creates.records import CreateItem
    from tray_app.core.creates.uploads import KnownFile
    from tray_app.core.records import ModelRecord

_KNOWN_MODELS = 20
"""Installed models by which the server's folder is recognised."""


class CreateJob(Job):
    """Makes the model of `item`. Outcome: its ModelRecord; None = it was unwanted, and did not
    come.

    Signals: `reported` with each step, and at most ten times a second; `ready` when nothing is left
    but to ask the server, which waits for `allow`; then those of Job. After a failure `may_go_on`
    tells whether the server may still be at it, `free_bytes` what is free on its disk.
    Thread: see Job. `allow` may be called from any thread.
    """

    reported = Signal(object)  # CreateReport
    ready = Signal()

    def __init__(
        self,
        target: Target,
        item: CreateItem,
        known: Iterable[KnownFile] = (),
        begun: Begun | None = None,
        *,
        pace: Pace | None = None,
        client_factory: ClientFactory = open_client,
    ) -> None:
        super().__init__(("create", item.id))
        self.target = target
        self.item_id = item.id
        self._request = item.request
        self._known = tuple(known)
        self._begun = begun
        self._pace = pace
        self._client_factory = client_factory
        self._allowed = threading.Event()
        self.may_go_on = False
        self.free_bytes: int | None = None

    def allow(self) -> None:
        """It is written down that the server is asked: do it."""
        self._allowed.set()

    def perform(self) -> ModelRecord | None:
        client = self._client_factory(self.target.endpoint, self.target.server_id, self.scope)
        try:
            creating = Creating(
                client,
                self._request,
                self.reported.emit,
                self._await_leave,
                known=self._known,
                begun=self._begun,
                pace=self._pace,
            )
            try:
                return creating.run()
            except OllamaError as error:
                self.may_go_on = creating.may_go_on
                if not isinstance(error, Cancelled):
                    self.free_bytes = self._free(creating.listed)
                raise
        finally:
            client.close()

    def _await_leave(self) -> None:
        self._allowed.clear()
        self.ready.emit()
        with self.scope.waking(self._allowed.set):
            self._allowed.wait()
        self.scope.raise_if_cancelled(self._request.name)

    def _free(self, rows: tuple[ModelRecord, ...]) -> int | None:
        if self.target.store is None:
            return None
        return self.target.store.free_bytes(
            [(row.name, row.digest) for row in rows[:_KNOWN_MODELS]]
        )


class DeleteMadeJob(ServerJob):
    """Delete a model that we have just had made. Outcome: whether it is gone now; what has become
    another one meanwhile stays."""

    def __init__(self, target: Target, item_id: str, record: ModelRecord) -> None:
        super().__init__(target, ("delete made", item_id))
        self.item_id = item_id
        self._record = record

    def work(self, client: OllamaClient) -> bool:
        try:
            delete_unloaded(client, self._record)
        except Changed:
            return False
        return True
