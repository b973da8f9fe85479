"""The downloads panel: a header with what goes on altogether, and the list of downloads.

Owns no download: closing it, or the window, changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, SignalInstance, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from tray_app.core.creates.records import CreateItem, CreateState
from tray_app.core.creates.summary import is_kind_installed
from tray_app.core.pulls.states import IN_TRANSFER, PullItem, PullState, PullSummary
from tray_app.text import (
    dotted,
    downloads_header,
    server_name,
    stays_awake,
    stays_awake_tip,
    tr,
)
from tray_app.views.components.buttons import IconButton
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.surfaces import Hairline
from tray_app.views.theme import TextRole

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent, QShowEvent

    from tray_app.commands import Commands
    from tray_app.state.app_state import AppState
    from tray_app.views.downloads.list_view import DownloadList
    from tray_app.views.downloads.row import DownloadRow

_MIN_LINE_WIDTH = 160
_PAUSABLE = IN_TRANSFER | {PullState.WAITING, PullState.RETRYING}
_CLEARABLE = frozenset({PullState.DONE, PullState.CANCELED})
_FAILED = frozenset({CreateState.FAILED})
_CREATES_CLEARABLE = frozenset({CreateState.DONE, CreateState.CANCELED, CreateState.DELETED})


class DownloadsPanel(QWidget):
    """Shows PullItems and CreateItems. `hide_button` takes the panel away.

    Signals: `model_clicked` (show it in the table), `left` (Esc among the rows).
    """

    model_clicked = Signal(object)  # ModelRef
    left = Signal()

    def __init__(
        self,
        commands: Commands,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._commands = commands
        self._clock = clock
        self._list: DownloadList | None = None
        self._state: AppState | None = None
        self._summary = PullSummary()
        self._is_kept_awake = False
        self._enabled_by: tuple[frozenset[PullState], set[CreateState]] | None = None
        self._title = PlainLabel(tr("Downloads"), TextRole.SECTION, wrap=False, parent=self)
        self._line = ElidedLabel(role=TextRole.SECONDARY, parent=self)
        self._pause_all = self._header_button("pause", tr("Pause all"))
        self._resume_all = self._header_button("play", tr("Resume all"))
        self._clear = self._header_button("check", tr("Clear finished"))
        self._menu = QMenu(self)
        self._retry_failed = self._menu.addAction(tr("&Retry all failed"))
        self._clear_failed = self._menu.addAction(tr("&Clear failed"))
        self._more = IconButton("more", tr("More about downloads"), size=28, parent=self)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(self._menu)
        self._history = IconButton("clock", tr("Download history…"), size=28, parent=self)
        self.hide_button = IconButton("chevron-down", tr("Hide downloads"), size=28, parent=self)
        self._pause_all.clicked.connect(commands.pulls_pause_all_requested)
        self._resume_all.clicked.connect(commands.pulls_resume_all_requested)
        self._clear.clicked.connect(self._on_clear_clicked)
        self._retry_failed.triggered.connect(self._on_retry_failed_triggered)
        self._clear_failed.triggered.connect(self._on_clear_failed_triggered)
        self._history.clicked.connect(commands.history_dialog_requested)
        self._worded = (self._pause_all, self._resume_all, self._clear)
        header = QHBoxLayout()
        header.setContentsMargins(16, 4, 12, 4)
        header.setSpacing(12)
        header.addWidget(self._title)
        header.addWidget(self._line, 1)
        for button in (*self._worded, self._history, self._more, self.hide_button):
            header.addWidget(button)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self._outer.addWidget(Hairline(self))
        self._outer.addLayout(header)
        self._outer.addWidget(Hairline(self))
        self.setMinimumHeight(132)
        self.set_summary(PullSummary())

    def _header_button(self, icon: str, text: str) -> IconButton:
        return IconButton(icon, text, text=text, size=32, parent=self)

    @property
    def list(self) -> DownloadList:
        """The rows. Most starts of the program have none: it is made for the first one, or to be
        seen."""
        if self._list is None:
            from tray_app.views.downloads.list_view import DownloadList

            made = DownloadList(self._commands, self.hide_button, self, clock=self._clock)
            self._list = made
            made.model_clicked.connect(self.model_clicked)
            made.left.connect(self.left)
            made.is_kind_there = self._is_kind_there
            self._outer.addWidget(made, 1)
            self._show_servers()
            for server in self._state.servers if self._state is not None else ():
                self._on_state_start_changed(server.id)
        return self._list

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.list.show()

    def set_item(self, item: PullItem) -> None:
        """Show `item`, a new one or a newer state of one that is here."""
        self.list.set_item(item)
        self._enable_buttons()

    def set_create(self, item: CreateItem) -> None:
        """Show a model that is made."""
        self.list.set_create(item)
        self._enable_buttons()

    def remove_item(self, item_id: str) -> None:
        """Take a row away."""
        if self._list is not None:
            self._list.remove_item(item_id)
            self._enable_buttons()

    def set_order(self, ids: Iterable[str]) -> None:
        """The order of all downloads, which are here."""
        if self._list is not None:
            self._list.set_order(ids)

    def set_summary(self, summary: PullSummary) -> None:
        """Write the header."""
        self._summary = summary
        self._write_line()
        self._enable_buttons()

    def follow_servers(self, state: AppState) -> None:
        """Have rows say on which server they are, and how that is being brought back, now and
        later."""
        self._state = state
        state.server_changed.connect(self._show_servers)
        state.start_changed.connect(self._on_state_start_changed)
        self._show_servers()
        for server in state.servers:
            self._on_state_start_changed(server.id)

    @Slot()
    def _show_servers(self) -> None:
        state = self._state
        if state is None or self._list is None:
            return
        known = (*state.servers, *state.servers_off)
        labels = {server.id: server_name(server.label, server.address) for server in known}
        self._list.set_servers(labels, state.servers[0].id if len(state.servers) == 1 else "")

    def _is_kind_there(self, server_id: str, kind: str) -> bool | None:
        """Whether a model of this architecture is installed; looked for only in a row that failed
        and is open."""
        snapshot = self._state.snapshot(server_id) if self._state is not None else None
        if snapshot is None or snapshot.is_old:
            return None
        return is_kind_installed(snapshot.models, kind)

    @Slot(str)
    def _on_state_start_changed(self, server_id: str) -> None:
        if self._state is not None and self._list is not None:
            self._list.set_start(server_id, self._state.start_of(server_id))

    @Slot(bool)
    def set_kept_awake(self, is_kept_awake: bool) -> None:
        """Whether this computer does not go to sleep meanwhile."""
        self._is_kept_awake = is_kept_awake
        self._write_line()

    def _write_line(self) -> None:
        is_awake = self._is_kept_awake
        self._line.setText(
            dotted(downloads_header(self._summary), stays_awake() if is_awake else "")
        )
        self._line.set_tip(stays_awake_tip() if is_awake else "", is_below=True)

    def reveal(self, item_id: str) -> None:
        """Scroll to a row and focus it."""
        if self._list is not None:
            self._list.reveal(item_id)

    def focus_first(self) -> bool:
        """Focus the first row, if there is one."""
        return self._list is not None and self._list.focus_first()

    def row(self, item_id: str) -> DownloadRow | None:
        """The row of a download."""
        return self._list.row(item_id) if self._list is not None else None

    def shown_ids(self) -> tuple[str, ...]:
        """Ids from top to bottom."""
        return self._list.shown_ids if self._list is not None else ()

    def _enable_buttons(self) -> None:
        states = self._list.states if self._list is not None else frozenset()
        creates = {item.state for item in self._creates()}
        if (states, creates) == self._enabled_by:
            return  # asked with every step of every download
        self._enabled_by = (states, creates)
        self._pause_all.setEnabled(bool(states & _PAUSABLE))
        self._resume_all.setEnabled(PullState.PAUSED in states)
        self._clear.setEnabled(bool(states & _CLEARABLE or creates & _CREATES_CLEARABLE))
        has_failed = PullState.FAILED in states or CreateState.FAILED in creates
        for action in (self._retry_failed, self._clear_failed):
            action.setEnabled(has_failed)
        # An open menu keeps its entries; a button that leads to none is no use.
        self._more.setEnabled(has_failed)

    def _creates(self) -> tuple[CreateItem, ...]:
        return self._list.creates() if self._list is not None else ()

    def _on_clear_clicked(self) -> None:
        self._commands.pulls_clear_requested.emit()
        self._for_creates(_CREATES_CLEARABLE, self._commands.create_remove_requested)

    def _on_retry_failed_triggered(self) -> None:
        self._commands.pulls_retry_failed_requested.emit()
        self._for_creates(_FAILED, self._commands.create_retry_requested)

    def _on_clear_failed_triggered(self) -> None:
        self._commands.pulls_clear_failed_requested.emit()
        self._for_creates(_FAILED, self._commands.create_remove_requested)

    def _for_creates(self, states: frozenset[CreateState], wanted: SignalInstance) -> None:
        for item in self._creates():
            if item.state in states:
                wanted.emit(item.id)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_header()

    def _fit_header(self) -> None:
        beside, only = (
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon,
            Qt.ToolButtonStyle.ToolButtonIconOnly,
        )
        for button in self._worded:
            button.setToolButtonStyle(beside)
        needed = 16 + self._title.sizeHint().width() + _MIN_LINE_WIDTH + 3 * 28 + 12 * 8
        needed += sum(button.sizeHint().width() for button in self._worded)
        if needed > self.width():
            for button in self._worded:
                button.setToolButtonStyle(only)
