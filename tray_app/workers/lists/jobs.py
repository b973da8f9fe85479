"""The jobs behind lists: read one, write one, look which layers a server has, and at its disk."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app import jsonfile
from tray_app.core.errors import Cancelled, OllamaError
from tray_app.core.estimate import DiskSpace
from tray_app.core.lists.reading import read_held, read_list
from tray_app.core.lists.writing import VERSION, held_json
from tray_app.list_files import read_list_file, write_list_file
from tray_app.ollama.lists import exported, held_of
from tray_app.ollama.local_store import LocalStore, free_bytes_in
from tray_app.workers.jobs import ServerJob, Target
from tray_app.workers.runner import Job

if TYPE_CHECKING:
    from tray_app.core.lists.recipes import Making
    from tray_app.core.lists.records import ListEntry, ModelList
    from tray_app.core.lists.requests import ExportRequest, ListSource
    from tray_app.core.records import Layer, ModelRecord
    from tray_app.ollama.client import OllamaClient

_log = logging.getLogger(__name__)


class ReadListJob(Job):
    """Outcome: ModelList. Fails with BadList, or FileFailed."""

    def __init__(self, source: ListSource) -> None:
        super().__init__()
        self.source = source

    def perform(self) -> ModelList:
        if not self.source.path:
            return read_list(self.source.text.encode("utf-8", "replace"))
        return read_list_file(Path(self.source.path))


class LoadRecipesJob(Job):
    """What an earlier run still had to make. Outcome: (server id, ListEntry) pairs."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def perform(self) -> tuple[tuple[str, ListEntry], ...]:
        try:
            content = jsonfile.read(self._file)
            return read_held(jsonfile.listed(content, "recipes", VERSION)) if content else ()
        except jsonfile.BrokenFile as error:
            _log.warning("recipes that waited can’t be read: %s", error)
            with suppress(OSError):
                jsonfile.put_aside(self._file)
        except OSError as error:
            _log.warning("recipes that waited can’t be read: %s", error)
        return ()


class SaveRecipesJob(Job):
    """Writes down what is still to be made."""

    def __init__(self, file: Path, held: tuple[tuple[str, ListEntry], ...]) -> None:
        super().__init__()
        self._file = file
        self._held = held

    def perform(self) -> None:
        try:
            if self._held or self._file.exists():
                jsonfile.write(self._file, held_json(self._held))
        except OSError as error:
            _log.warning("recipes that wait could not be saved: %s", error)


class ExportJob(ServerJob):
    """Writes a list of the models of a server. Outcome: how many are in it."""

    def __init__(
        self,
        target: Target,
        request: ExportRequest,
        models: Sequence[ModelRecord],
        makings: Sequence[Making],
        server: str,
        today: date,
    ) -> None:
        super().__init__(target)
        self.request = request
        self._models = tuple(models)
        self._makings = tuple(makings)
        self._server = server
        self._today = today

    def work(self, client: OllamaClient) -> int:
        text = exported(
            client,
            self._models,
            self._makings,
            server=self._server,
            today=self._today,
            with_recipes=self.request.has_recipes,
        )
        write_list_file(Path(self.request.path), text)
        return len(self._models)


class HeldJob(ServerJob):
    """Which of these layers a server has. Outcome: frozenset of digests for each key."""

    def __init__(
        self, target: Target, folder: Path | None, wanted: Mapping[str, tuple[Layer, ...]]
    ) -> None:
        super().__init__(target)
        self.wanted = dict(wanted)
        self._folder = folder

    def work(self, client: OllamaClient) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for key, layers in self.wanted.items():
            self.scope.raise_if_cancelled()
            try:
                found[key] = held_of(client, self._folder, layers)
            except Cancelled:
                raise
            except OllamaError as error:
                # What it has already makes a download smaller, and is no reason to say nothing.
                _log.info("what is there of %s is not known: %s", key, error)
                found[key] = frozenset()
        return found


class DiskJob(Job):
    """Where a server on this computer keeps its models. Outcome: DiskSpace, None = not known."""

    def __init__(
        self, server_id: str, store: LocalStore, known: tuple[tuple[str, str], ...]
    ) -> None:
        super().__init__()
        self.server_id = server_id
        self._store = store
        self._known = known

    def perform(self) -> DiskSpace | None:
        folder = self._store.models_folder(self._known)
        free = free_bytes_in(folder) if folder is not None else None
        return DiskSpace(str(folder), free) if free is not None else None
