"""The jobs that give models other names: copy, rename, and clean up after a copy that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tray_app.ollama.renaming import clean_up, copy_model, rename_model
from tray_app.workers.jobs import ServerJob, Target

if TYPE_CHECKING:
    from tray_app.core.payloads import CopyRequest, ModelRef, RenameRequest
    from tray_app.core.renaming import RenameOutcome
    from tray_app.ollama.client import OllamaClient


class CopyJob(ServerJob):
    """Copy a model to a name that is free. Outcome: RenameOutcome, whatever came of it."""

    def __init__(self, target: Target, request: CopyRequest) -> None:
        super().__init__(target, ("copy", target.server_id, request))
        self.request = request

    def work(self, client: OllamaClient) -> RenameOutcome:
        return copy_model(client, self.request.source, self.request.destination)


class RenameJob(ServerJob):
    """Give a model another name. Outcome: RenameOutcome, whatever came of it."""

    def __init__(self, target: Target, request: RenameRequest) -> None:
        super().__init__(target, ("rename", target.server_id, request))
        self.request = request

    def work(self, client: OllamaClient) -> RenameOutcome:
        request = self.request
        return rename_model(
            client, request.source, request.destination, may_unload=request.may_unload
        )


class CleanUpJob(ServerJob):
    """Cure the name that a copy on a full disk has left. Outcome: whether nothing is left of it."""

    def __init__(self, target: Target, ref: ModelRef) -> None:
        super().__init__(target, ("clean up", ref.key))
        self.ref = ref

    def work(self, client: OllamaClient) -> bool:
        return clean_up(client, self.ref.name)
