"""TargetChoice: which servers the pull dialog offers, and which of them a person wants."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from tray_app.core.names import canonical
from tray_app.views.pull.targets import TargetFacts, is_ticked

if TYPE_CHECKING:
    from tray_app.core.payloads import ModelRef
    from tray_app.core.records import Server
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState


class TargetChoice:
    """Servers that were on at any time since the dialog opened, in the order of the settings.

    At first those are wanted that were wanted last time, else the one that is shown, else the
    default one; of a model of another server, `elsewhere`, all that do not have it.
    """

    def __init__(
        self, settings: Settings, state: AppState, elsewhere: ModelRef | None = None
    ) -> None:
        self._settings = settings
        self._state = state
        self._elsewhere = elsewhere
        self._servers: dict[str, Server] = {}
        self._chosen: dict[str, bool] = {}
        self.take_servers()
        self._wanted = self._wanted_at_first()

    @property
    def servers(self) -> Mapping[str, Server]:
        """By id. One that is switched off meanwhile is as it was."""
        return self._servers

    def is_used(self, server_id: str) -> bool:
        """Whether it is still switched on."""
        return any(server.id == server_id for server in self._state.servers)

    def take_servers(self) -> None:
        """Those that have come stand behind the others: no row moves."""
        for server in self._state.servers:
            self._servers[server.id] = server

    def choose(self, server_id: str, is_on: bool) -> None:
        """A person ticks a server, or takes the tick away."""
        self._chosen[server_id] = is_on

    def boxes(self, facts: Mapping[str, TargetFacts]) -> dict[str, bool]:
        """Which boxes are ticked where this is known."""
        return {
            server_id: is_ticked(
                each, self._chosen.get(server_id), is_wanted=server_id in self._wanted
            )
            for server_id, each in facts.items()
        }

    def remember(self) -> None:
        """Start from here next time. What was chosen for a model of another server is about that
        one."""
        if self._elsewhere is None and len(self._servers) > 1:
            wishes = (
                server_id
                for server_id in self._servers
                if self._chosen.get(server_id, server_id in self._wanted)
            )
            self._settings.set("pull_servers", tuple(wishes))

    def _wanted_at_first(self) -> Collection[str]:
        if self._elsewhere is not None:
            key = canonical(self._elsewhere.name)
            return {each for each in self._servers if key not in self._state.installed(each)}
        last = {each for each in self._settings.values.pull_servers if each in self._servers}
        return last or {self._state.server.id}
