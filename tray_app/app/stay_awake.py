"""StayAwake: this computer does not go to sleep while bytes of a download move on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from tray_app.core.endpoint import is_local_address
from tray_app.core.pulls.rules import may_stay_awake
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.desktop.awake.system import system_awake

if TYPE_CHECKING:
    from tray_app.desktop.awake.base import Awake
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState


class StayAwake(QObject):
    """Work per event does not grow with the downloads. Thread: GUI thread. The system is not asked
    before the first byte moves."""

    def __init__(
        self,
        settings: Settings,
        state: AppState,
        parent: QObject | None = None,
        *,
        make: Callable[[QObject], Awake] = system_awake,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._state = state
        self._make = make
        self._awake: Awake | None = None
        self._moving: set[str] = set()
        self._local: dict[str, bool] = {}
        state.download_changed.connect(self._on_state_download_changed)
        state.download_removed.connect(self._on_state_download_removed)
        state.server_changed.connect(self._on_state_server_changed)
        state.conditions_changed.connect(self._look)
        settings.changed.connect(self._on_settings_changed)
        for item in state.downloads:
            self._on_state_download_changed(item)

    def close(self) -> None:
        """The program ends."""
        self._moving.clear()
        if self._awake is not None:
            self._awake.close()

    @Slot(object)
    def _on_state_download_changed(self, item: PullItem) -> None:
        is_moving = item.state is PullState.RUNNING and self._is_here(item.server_id)
        if is_moving is (item.id in self._moving):
            return
        if is_moving:
            self._moving.add(item.id)
        else:
            self._moving.discard(item.id)
        self._look()

    @Slot(str)
    def _on_state_download_removed(self, item_id: str) -> None:
        if item_id in self._moving:
            self._moving.discard(item_id)
            self._look()

    @Slot()
    def _on_state_server_changed(self) -> None:
        self._local.clear()
        for item_id in tuple(self._moving):
            item = self._state.download(item_id)
            if item is None or not self._is_here(item.server_id):
                self._moving.discard(item_id)
        self._look()

    @Slot(str)
    def _on_settings_changed(self, name: str) -> None:
        if name == "keep_awake":
            self._look()

    @Slot()
    def _look(self) -> None:
        """Hold while it is wanted and the battery lets us, else let go."""
        is_wanted = bool(self._moving) and self._settings.values.keep_awake
        if is_wanted and may_stay_awake(self._state.conditions):
            if self._awake is None:
                self._awake = self._make(self)
                self._awake.changed.connect(self._on_awake_changed)
            self._awake.hold()
        elif self._awake is not None:
            self._awake.release()

    @Slot()
    def _on_awake_changed(self) -> None:
        self._state.set_kept_awake(self._awake is not None and self._awake.is_held)

    def _is_here(self, server_id: str) -> bool:
        if server_id not in self._local:
            address = self._state.server_of(server_id).address
            known = any(server.id == server_id for server in self._state.servers)
            self._local[server_id] = known and is_local_address(address)
        return self._local[server_id]
