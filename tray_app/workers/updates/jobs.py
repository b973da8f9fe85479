"""The jobs behind a check: ask a registry, ask a server for parts, write the ledger."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from tray_app.core.file_failures import FileFailed
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.records import Layer, ModelRecord
from tray_app.ollama.update_check import Line, Parts, ask_line, parts_of
from tray_app.ollama.updating import Replaced, expire, go_back, move_copy
from tray_app.workers.jobs import ServerJob, Target
from tray_app.workers.runner import Job

if TYPE_CHECKING:
    from tray_app.core.payloads import GoBackRequest, ModelRef, MoveRequest
    from tray_app.core.updates.answers import RegistryAnswer
    from tray_app.core.updates.asking import Question
    from tray_app.core.updates.backups import Fate
    from tray_app.core.updates.ledger import Ledger, Made, Record
    from tray_app.ollama.client import OllamaClient
    from tray_app.ollama.registry import Registry
    from tray_app.update_ledger import Changes, LedgerFile

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one question."""

    question: Question
    answer: RegistryAnswer


class AskJob(Job):
    """Asks the questions of a line, as long as there are any; up to two such jobs share one.

    Signals: `answered` after each.
    """

    answered = Signal(object)  # Answered

    def __init__(self, registry: Registry, line: Line) -> None:
        super().__init__()
        self.line = line
        self._registry = registry

    def perform(self) -> None:
        ask_line(self.line, self._registry, self.scope, self._tell)

    def _tell(self, question: Question, answer: RegistryAnswer) -> None:
        self.answered.emit(Answered(question, answer))


class PartsJob(ServerJob):
    """What a server has of a model. Outcome: Parts."""

    def __init__(self, target: Target, ref: ModelRef, there: tuple[Layer, ...] = ()) -> None:
        super().__init__(target, ("parts", ref, hash(there)))
        self.ref = ref
        self._there = there

    def work(self, client: OllamaClient) -> Parts:
        return parts_of(client, self.target.store, self.ref, self._there)


class RowJob(ServerJob):
    """A model's row in the list of its server as it is now. Outcome: ModelRecord, None = none."""

    def __init__(self, target: Target, ref: ModelRef) -> None:
        super().__init__(target)
        self.ref = ref

    def work(self, client: OllamaClient) -> ModelRecord | None:
        record = client.get(self.ref.name)
        return replace(record, server_id=self.ref.server_id) if record is not None else None


class ExpireJob(ServerJob):
    """Removes a kept version whose time is over. Outcome: Fate."""

    def __init__(self, target: Target, backup: Made, now: datetime) -> None:
        super().__init__(target, ("expire", backup.key))
        self.backup = backup
        self._now = now

    def work(self, client: OllamaClient) -> Fate:
        return expire(client, self.backup, self._now)


class GoBackJob(ServerJob):
    """Makes a model what its kept version is. Outcome: Replaced."""

    def __init__(self, target: Target, request: GoBackRequest) -> None:
        super().__init__(target)
        self.request = request

    def work(self, client: OllamaClient) -> Replaced:
        backup = self.request.backup
        return go_back(
            client, ModelRecord(backup.server_id, backup.name, backup.digest), self.request.name
        )


class MoveJob(ServerJob):
    """Lets a copy of an old version follow an update. Outcome: Replaced, None = it has changed
    meanwhile."""

    def __init__(self, target: Target, request: MoveRequest) -> None:
        super().__init__(target)
        self.request = request

    def work(self, client: OllamaClient) -> Replaced | None:
        copy, updated = self.request.copy, self.request.updated
        return move_copy(
            client,
            ModelRecord(copy.server_id, copy.name, copy.digest),
            ModelRecord(updated.server_id, updated.name, updated.digest),
        )


class LoadLedgerJob(Job):
    """Outcome: Ledger, as it is on disk."""

    def __init__(self, file: LedgerFile) -> None:
        super().__init__(("ledger", "load"))
        self._file = file

    def perform(self) -> Ledger:
        return self._file.load()


class SaveLedgerJob(Job):
    """Outcome: all that is on disk then where somebody else had written, else None."""

    def __init__(self, file: LedgerFile, changes: Changes, ours: tuple[Record, ...]) -> None:
        super().__init__()
        self._file = file
        self.changes = changes
        self._ours = ours

    def perform(self) -> tuple[Record, ...] | None:
        try:
            return self._file.write(self.changes, self._ours)
        except FileFailed as error:
            _log.info("the ledger could not be saved: %s", error.context)
            raise


class LookLedgerJob(Job):
    """Outcome: the ledger on disk, where somebody else has written it since; else None."""

    def __init__(self, file: LedgerFile) -> None:
        super().__init__(("ledger", "look"))
        self._file = file

    def perform(self) -> Ledger | None:
        return self._file.load() if self._file.has_changed() else None
