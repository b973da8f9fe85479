"""Listings: what servers list, as the queue needs it: the digest of a name."""

from __future__ import annotations

from tray_app.core.installed import InstalledModels
from tray_app.core.names import canonical
from tray_app.core.records import ModelRecord, Snapshot

_Listed = tuple[tuple[ModelRecord, ...], InstalledModels | None, tuple[ModelRecord, ...]]


class Listings:
    """The last list of each server. Names are understood when somebody asks for one."""

    def __init__(self) -> None:
        # With names understood what they listed when that was asked last.
        self._models: dict[str, _Listed] = {}

    def note(self, snapshot: Snapshot) -> None:
        _, listed, of = self._models.get(snapshot.server_id, ((), None, ()))
        self._models[snapshot.server_id] = (snapshot.models, listed, of)

    def digest_of(self, server_id: str, name: str) -> str | None:
        """The digest that a server lists for a name: "" = none, None = no list yet."""
        if server_id not in self._models:
            return None
        models, listed, of = self._models[server_id]
        if listed is None or of is not models:
            listed = InstalledModels(models, listed)  # thousands: only new names are understood
            self._models[server_id] = (models, listed, models)
        found = listed.by_key.get(canonical(name))
        return found.digest if found is not None else ""
