"""PanelFacts: what the panel, its button and people who do not see it are told of downloads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from tray_app.core.creates.records import CreateItem, CreateRequest
    from tray_app.core.pulls.states import PullItem
    from tray_app.core.records import ModelKey
    from tray_app.state.app_state import AppState
    from tray_app.views.downloads.panel import DownloadsPanel
    from tray_app.views.main_window.announcer import Announcer
    from tray_app.views.main_window.top_bar import TopBar


class PanelFacts(QObject):
    """Follows downloads and models that are made. `open_panel` is called for a new one, `show` with
    the id of one that a person has just asked for."""

    def __init__(
        self,
        state: AppState,
        panel: DownloadsPanel,
        top_bar: TopBar,
        announcer: Announcer,
        open_panel: Callable[[], object],
        show: Callable[[str], object],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._panel = panel
        self._top_bar = top_bar
        self._announcer = announcer
        self._open_panel = open_panel
        self._show = show
        self._known: set[str] = set()
        self._wanted: set[ModelKey] = set()
        state.awake_changed.connect(panel.set_kept_awake)
        state.download_changed.connect(self._on_state_download_changed)
        state.download_removed.connect(self._on_state_download_removed)
        state.downloads_order_changed.connect(self._on_state_downloads_order_changed)
        state.pull_summary_changed.connect(self._show_summary)
        state.creates.changed.connect(self._on_creates_changed)
        state.creates.removed.connect(self._on_creates_removed)

    def read(self) -> None:
        """What was so before the window was built."""
        state = self._state
        for item in state.downloads:
            self._on_state_download_changed(item)
        self._on_state_downloads_order_changed()
        for create in state.creates.items:
            self._on_creates_changed(create)
        self._show_summary()
        self._panel.set_kept_awake(state.is_kept_awake)

    @Slot(object)
    def expect(self, request: CreateRequest) -> None:
        """A person wants this made: its row is shown once it is there."""
        self._wanted.add((request.server_id, request.name))

    @Slot(object)
    def _on_state_download_changed(self, item: PullItem) -> None:
        self._panel.set_item(item)
        self._announcer.announce_pull(item)
        self._note(item.id, is_ended=item.is_ended)

    @Slot(str)
    def _on_state_download_removed(self, item_id: str) -> None:
        self._known.discard(item_id)
        self._announcer.forget_pull(item_id)
        self._panel.remove_item(item_id)

    @Slot()
    def _on_state_downloads_order_changed(self) -> None:
        self._panel.set_order(item.id for item in self._state.downloads)

    @Slot(object)
    def _on_creates_changed(self, item: CreateItem) -> None:
        self._panel.set_create(item)
        self._announcer.announce_create(item)
        self._note(item.id, is_ended=item.is_ended)
        self._show_summary()
        if item.key in self._wanted and not item.is_ended:
            self._wanted.discard(item.key)
            self._show(item.id)

    @Slot(str)
    def _on_creates_removed(self, item_id: str) -> None:
        self._on_state_download_removed(item_id)
        self._show_summary()

    def _note(self, item_id: str, *, is_ended: bool) -> None:
        is_new = item_id not in self._known
        self._known.add(item_id)
        if is_new and not is_ended:
            self._open_panel()

    @Slot()
    def _show_summary(self) -> None:
        summary = self._state.creates.counted(self._state.pull_summary)
        self._top_bar.set_summary(summary)
        self._panel.set_summary(summary)
