"""What counts of a server for a model that is to be made there, read from the state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tray_app.core.creates.refusals import ServerStanding, families_of, names_of
from tray_app.core.endpoint import is_local_address
from tray_app.core.names import canonical

if TYPE_CHECKING:
    from tray_app.core.creates.records import CreateItem
    from tray_app.core.installed import InstalledModels
    from tray_app.core.records import ModelRecord, Server
    from tray_app.state.app_state import AppState


class InstalledNames(Mapping[str, str]):
    """The names of installed models by their canonical ones; nothing is copied."""

    def __init__(self, installed: InstalledModels) -> None:
        self._by_key = installed.by_key

    def __getitem__(self, key: str) -> str:
        return self._by_key[key].name

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)


class Places:
    """Reads the state. `changed` is an item that is made anew: its name is not in its own way, and
    what it has uploaded is there already."""

    def __init__(self, state: AppState, changed: CreateItem | None = None) -> None:
        self._state = state
        self._changed = changed
        self._families: tuple[tuple[ModelRecord, ...], frozenset[str]] = ((), frozenset())

    def standing(self, server_id: str, in_line: tuple[str, ...]) -> ServerStanding:
        """What is known of the server now, where `in_line` is on its way."""
        state = self._state
        snapshot = state.snapshot(server_id)
        models = snapshot.models if snapshot is not None else ()
        if self._families[0] is not models:  # most polls bring the very same ones
            self._families = (models, families_of(models))
        disk = state.disk_space(server_id)
        return ServerStanding(
            version=snapshot.version if snapshot is not None else "",
            is_online=state.is_online(server_id),
            names=InstalledNames(state.installed(server_id)),
            in_line=names_of(in_line),
            families=self._families[1],
            free_bytes=disk.free_bytes if disk is not None and self.is_here(server_id) else None,
            held_bytes=self._held_bytes(server_id),
        )

    def in_line(self, server_id: str) -> tuple[str, ...]:
        """The names of what is made or downloaded there."""
        own = self._changed.id if self._changed is not None else ""
        made = [
            item.name
            for item in self._state.creates.items
            if item.server_id == server_id and not item.is_ended and item.id != own
        ]
        pulled = [
            item.name
            for item in self._state.downloads
            if item.server_id == server_id and not item.is_ended
        ]
        return (*made, *pulled)

    def _held_bytes(self, server_id: str) -> int:
        item = self._changed
        if item is None or item.server_id != server_id:
            return 0
        request = item.request
        are_there = item.was_on_server or set(request.files) <= set(item.uploaded)
        held = request.size_bytes if are_there else 0
        if request.projector and (item.was_on_server or request.projector in item.uploaded):
            held += request.projector_bytes
        return held

    def server(self, server_id: str) -> Server:
        return self._state.server_of(server_id)

    def is_here(self, server_id: str) -> bool:
        """Whether the server is on this computer, so that its disk can be looked at."""
        return is_local_address(self.server(server_id).address)

    def is_measured(self, server_id: str) -> bool:
        """Whether its disk was looked at."""
        return self._state.disk_space(server_id) is not None

    def is_listed(self, server_id: str) -> bool:
        """Whether its list of models is the one of now."""
        return self._state.is_fresh(server_id)

    def has_model(self, server_id: str, name: str) -> bool:
        """Whether it is installed there."""
        return canonical(name) in self._state.installed(server_id)

    def models(self, server_id: str) -> tuple[ModelRecord, ...]:
        """Those of its last list."""
        snapshot = self._state.snapshot(server_id)
        return snapshot.models if snapshot is not None and not snapshot.is_old else ()
