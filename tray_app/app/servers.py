"""Servers: those that are set up, as jobs, pollers, downloads and the state see them."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import OllamaError
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.pulls.states import UNFINISHED
from tray_app.core.records import Poll, Server, ServerState, ServerStatus
from tray_app.core.sign_in import OriginSignIn, Secrets, request_headers
from tray_app.ollama.local_store import LocalStore
from tray_app.settings.servers import endpoint_of
from tray_app.workers.jobs import Target

if TYPE_CHECKING:
    from tray_app.core.payloads import SecretsGiven, ServerDraft, ServerRemoval
    from tray_app.settings import ServerEntry, Settings
    from tray_app.state.app_state import AppState
    from tray_app.workers.operations import Operations
    from tray_app.workers.pollers import Pollers
    from tray_app.workers.pulls.queue import PullQueue
    from tray_app.workers.sign_ins import SignIns

_log = logging.getLogger(__name__)


def shown_server(settings: Settings, entry: ServerEntry) -> Server:
    """A server as the state keeps it."""
    address = settings.address(entry)
    return Server(
        entry.id, entry.label, address, entry.is_in_all, bool(entry.mac), entry.is_leaving
    )


class ServerTargets:
    """Where jobs for a server go: its entry of the settings with what signs in to it.

    Thread: GUI thread; it holds no connection.
    """

    def __init__(self, settings: Settings, sign_ins: SignIns) -> None:
        self._settings = settings
        self._sign_ins = sign_ins
        self._store = LocalStore()

    def target(self, server_id: str) -> Target | None:
        """None for a server that is not used, and for one that cannot be asked now."""
        entry = next((e for e in self._settings.servers_on() if e.id == server_id), None)
        if entry is None:
            return None
        endpoint = self.endpoint(entry)
        if not isinstance(endpoint, Endpoint):
            return None
        return Target(server_id, endpoint, self._store_for(entry, endpoint))

    def origin(self, entry: ServerEntry) -> str:
        """Its address without what signs in; "" = none that can be used."""
        try:
            return str(endpoint_of(entry, os.environ))
        except OllamaError:
            return ""

    def endpoint(self, entry: ServerEntry) -> Endpoint | OllamaError | None:
        """Where it is asked; why it cannot be; None while what signs in is not there."""
        headers = self._sign_ins.headers(entry.id)
        if headers is None:
            return None
        try:
            return endpoint_of(entry, os.environ, headers)
        except OllamaError as error:
            _log.info("address of %s: %s", entry.id, error)
            return error

    def _store_for(self, entry: ServerEntry, endpoint: Endpoint) -> LocalStore | None:
        """Where this computer sees the server's models; None = nowhere."""
        if entry.models_folder:
            return LocalStore([Path(entry.models_folder)])
        return self._store if endpoint.is_loopback else None


@dataclass(frozen=True)
class ServerParts:
    """Who is told when the servers are others."""

    state: AppState
    targets: ServerTargets
    sign_ins: SignIns
    pollers: Pollers
    queue: PullQueue
    operations: Operations


class Servers(QObject):
    """Has what the settings say done: whom to poll, who is shown, whose downloads may run.

    Thread: GUI thread.
    """

    def __init__(
        self, settings: Settings, parts: ServerParts, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._parts = parts
        self._polled: dict[str, Endpoint] = {}
        parts.sign_ins.changed.connect(self._on_sign_ins_changed)
        parts.queue.item_ended.connect(self._remove_left)
        parts.queue.item_removed.connect(self._remove_left)
        settings.changed.connect(self._on_settings_changed)

    def take(self) -> None:
        """Do as the settings say: read what signs in, ask those that are on, and nobody else."""
        settings, parts = self._settings, self._parts
        entries, used = settings.servers(), settings.servers_on()
        parts.state.set_servers(
            tuple(shown_server(settings, entry) for entry in used),
            settings.server().id,
            settings.values.shown_server,
            tuple(shown_server(settings, entry) for entry in entries if entry not in used),
        )
        parts.sign_ins.set_servers({entry.id: self._sign_in_of(entry) for entry in used})
        used_ids = {entry.id for entry in used}
        for server_id in set(self._polled) - used_ids:
            self._stop(server_id)
        for entry in used:
            self._poll(entry)
        parts.queue.set_servers({entry.id: entry.id in used_ids for entry in entries})
        self._remove_left()

    def show(self, server_id: str) -> None:
        """Show this server alone, or all ("")."""
        self._settings.set("shown_server", server_id)

    @property
    def origins(self) -> dict[str, str]:
        """Where each server is that is on, by id, without what signs in."""
        found = {each.id: self._parts.targets.origin(each) for each in self._settings.servers_on()}
        return {server_id: origin for server_id, origin in found.items() if origin}

    @property
    def problem(self) -> OllamaError | None:
        """Why nothing can be asked of the default server: its address is none."""
        found = self._parts.targets.endpoint(self._settings.server())
        return found if isinstance(found, OllamaError) else None

    @Slot(object)
    def keep_secrets(self, given: SecretsGiven) -> None:
        """Sign in with these from now on, and have the keyring keep them."""
        sign_ins = self._parts.sign_ins
        known = sign_ins.secrets(given.server_id)
        sign_ins.keep(given.server_id, given.secrets.with_kept(given.kept, known))

    @Slot(object)
    def test(self, draft: ServerDraft) -> None:
        """Try a server as a form has it."""
        known = self._parts.sign_ins.secrets(draft.server_id)
        secrets = replace(draft.secrets, origin=draft.endpoint.origin).with_kept(draft.kept, known)
        try:
            headers = request_headers(draft.sign_in, secrets)
        except ValueError:  # not all of it is known: what is asked for then, the server says
            headers = {}
        access = replace(draft.endpoint.access, headers=tuple(headers.items()))
        endpoint = draft.endpoint.with_access(access)
        self._parts.operations.test_server(replace(draft, endpoint=endpoint, secrets=Secrets()))

    @Slot(object)
    def remove(self, removal: ServerRemoval) -> None:
        """Take a server off the list; what was downloaded stays in the history."""
        entry = self._entry(removal.server_id)
        if entry is None or entry.is_given:
            return
        if removal.drops_downloads:
            for item in self._unfinished(entry.id):
                self._parts.queue.cancel(item)
        elif self._unfinished(entry.id):
            self._settings.change_server(entry.id, is_leaving=True)
            return
        self._drop(entry)

    @Slot()
    def _remove_left(self) -> None:
        """Those that waited for their last download go now."""
        for entry in self._settings.servers():
            if entry.is_leaving and not self._unfinished(entry.id):
                self._drop(entry)

    def _drop(self, entry: ServerEntry) -> None:
        self._parts.sign_ins.forget(entry.id, has_secret=entry.sign_in.needs_secret)
        self._settings.change_servers(
            lambda found: tuple(each for each in found if each.id != entry.id)
        )

    def _unfinished(self, server_id: str) -> list[str]:
        return [
            item.id
            for item in self._parts.queue.items()
            if item.server_id == server_id and item.state in UNFINISHED
        ]

    def _sign_in_of(self, entry: ServerEntry) -> OriginSignIn:
        try:
            origin = self._settings.endpoint(entry).origin
        except OllamaError:
            origin = ""
        return OriginSignIn(entry.sign_in, origin)

    def _entry(self, server_id: str) -> ServerEntry | None:
        return next((each for each in self._settings.servers() if each.id == server_id), None)

    def _poll(self, entry: ServerEntry) -> None:
        """Ask it from now on, at another address if that has changed; or say why it is not."""
        endpoint = self._parts.targets.endpoint(entry)
        if endpoint == self._polled.get(entry.id):
            if endpoint is None:
                self._tell_waiting(entry.id)
            return
        if isinstance(endpoint, Endpoint):
            if entry.id in self._polled:
                self._parts.operations.forget_server(entry.id)
            self._polled[entry.id] = endpoint
            self._parts.pollers.start(entry.id, endpoint)
            return
        self._stop(entry.id)  # never the server of the address before
        if endpoint is None:
            self._tell_waiting(entry.id)
        else:
            self._tell(ServerStatus(entry.id, ServerState.REFUSED, _now(), error=endpoint))

    def _stop(self, server_id: str) -> None:
        self._parts.pollers.stop(server_id)
        self._parts.queue.set_server_online(server_id, False)
        self._polled.pop(server_id, None)

    def _tell_waiting(self, server_id: str) -> None:
        secret = self._parts.sign_ins.state(server_id)
        old = self._parts.state.status(server_id)
        if old is not None and old.state is ServerState.WAITING and old.secret is secret:
            return
        self._tell(ServerStatus(server_id, ServerState.WAITING, _now(), secret=secret))

    def _tell(self, status: ServerStatus) -> None:
        self._parts.state.take_poll(Poll(status))

    @Slot(str)
    def _on_sign_ins_changed(self, server_id: str) -> None:
        sign_ins = self._parts.sign_ins
        self._parts.state.set_secret(
            server_id,
            sign_ins.state(server_id),
            is_elsewhere=sign_ins.is_elsewhere(server_id),
        )
        entry = self._entry(server_id)
        if entry is not None and entry.is_on:
            self._poll(entry)

    @Slot(str)
    def _on_settings_changed(self, name: str) -> None:
        if name in ("servers", "default_server", "shown_server"):
            self.take()


def _now() -> datetime:
    return datetime.now(UTC)
