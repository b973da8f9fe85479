"""CurrentServer: the server that the program shows, and where its jobs go."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import OllamaError
from tray_app.core.records import Server
from tray_app.ollama.local_store import LocalStore
from tray_app.settings import ServerEntry, Settings
from tray_app.settings.servers import endpoint_of
from tray_app.workers.jobs import Target

_log = logging.getLogger(__name__)


class CurrentServer:
    """The settings' default server. Thread: any; it holds no connection."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store = LocalStore()

    @property
    def entry(self) -> ServerEntry:
        return self._settings.server()

    @property
    def shown(self) -> Server:
        """The server as the state keeps it."""
        entry = self.entry
        return Server(entry.id, entry.label, entry.address)

    def target(self, server_id: str) -> Target | None:
        """Where jobs for a server go; None for a server that is not set up any more."""
        if server_id != self.entry.id:
            return None
        try:
            endpoint = self._endpoint()
        except OllamaError as error:
            _log.info("address of %s: %s", server_id, error)
            return None
        return Target(server_id, endpoint, self._store_for(endpoint))

    @property
    def problem(self) -> OllamaError | None:
        """Why nothing can be asked of it: its address is none."""
        try:
            self._endpoint()
        except OllamaError as error:
            return error
        return None

    def _endpoint(self) -> Endpoint:
        return endpoint_of(self.entry, os.environ)

    def _store_for(self, endpoint: Endpoint) -> LocalStore | None:
        """Where this computer sees the server's models; None = nowhere."""
        folder = self.entry.models_folder
        if folder:
            return LocalStore([Path(folder)])
        return self._store if endpoint.is_loopback else None
