"""The settings page Servers: those that there are, in their order, each switched on or off."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from tray_app.core.pulls.states import UNFINISHED
from tray_app.text import tr
from tray_app.views.components.buttons import Button
from tray_app.views.settings.rows import SettingsPage
from tray_app.views.settings.server_rows import ServerCard, ServerFacts
from tray_app.views.settings.this_computer import add_this_computer

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.settings import ServerEntry, Settings
    from tray_app.state.app_state import AppState


class ServersPage(SettingsPage):
    """Follows the settings and the state. What is edited further, the form edits."""

    def __init__(
        self,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(settings, parent)
        self._state = state
        self._commands = commands
        self.card = ServerCard(self)
        self.column.addWidget(self.card)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self.add_button = Button(tr("&Add server…"), "plus", parent=self)
        self.add_button.clicked.connect(self._on_add_clicked)
        self.doctor_button = Button(tr("Run &doctor…"), "verify", parent=self)
        self.doctor_button.clicked.connect(self._on_doctor_clicked)
        for button in (self.add_button, self.doctor_button):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.column.addSpacing(4)
        self.column.addLayout(buttons)
        self._last = add_this_computer(self)
        self.finish()
        card = self.card
        card.switched.connect(self._on_switched)
        card.edit_clicked.connect(commands.server_form_requested)
        card.remove_clicked.connect(commands.server_remove_dialog_requested)
        card.test_clicked.connect(commands.server_test_dialog_requested)
        card.wake_clicked.connect(commands.wake_requested)
        card.doctor_clicked.connect(commands.doctor_dialog_requested)
        card.duplicate_clicked.connect(commands.server_duplicate_dialog_requested)
        card.default_clicked.connect(self._on_default_clicked)
        card.in_all_clicked.connect(self._on_in_all_clicked)
        card.up_clicked.connect(self._on_up_clicked)
        card.down_clicked.connect(self._on_down_clicked)
        for changed in (
            state.server_changed,
            state.status_changed,
            state.start_changed,
            state.secret_changed,
            state.download_removed,
            state.newest_ollama_changed,
        ):
            changed.connect(self._fill)
        state.download_changed.connect(self._on_state_download_changed)
        self._fill()

    def focus_first(self) -> None:
        """To the list, as it is what the page is about."""
        self.card.focus_first()

    @Slot()
    def _fill(self) -> None:
        """Show what is so now; of equal facts nothing changes."""
        entries = self.settings.servers()
        on = [entry for entry in entries if entry.is_on]
        default_id = self.settings.server().id
        self.card.set_servers(
            tuple(
                ServerFacts(
                    entry,
                    self.settings.address(entry),
                    status=self._state.status(entry.id) if entry.is_on else None,
                    start=self._state.start_of(entry.id),
                    is_default=entry.id == default_id,
                    is_last_on=on == [entry],
                    is_alone=len(entries) == 1,
                    newest=self._state.newest_ollama,
                    downloads=self._unfinished(entry) if entry.is_leaving else 0,
                )
                for entry in entries
            )
        )
        stops = (*self.card.server_rows, self.add_button, self.doctor_button, self._last)
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _unfinished(self, entry: ServerEntry) -> int:
        return sum(
            item.server_id == entry.id and item.state in UNFINISHED
            for item in self._state.downloads
        )

    @Slot()
    def _on_state_download_changed(self) -> None:
        # Progress comes often, and is nothing that is said here.
        if any(entry.is_leaving for entry in self.settings.values.servers):
            self._fill()

    def _on_settings_changed(self, name: str) -> None:
        super()._on_settings_changed(name)
        if name in ("servers", "default_server"):
            self._fill()

    def _entry(self, server_id: str) -> ServerEntry:
        return self.settings.server(server_id)

    @Slot(str)
    def _on_switched(self, server_id: str) -> None:
        self.settings.change_server(server_id, is_on=not self._entry(server_id).is_on)

    @Slot(str)
    def _on_default_clicked(self, server_id: str) -> None:
        self.settings.set("default_server", server_id)

    @Slot(str)
    def _on_in_all_clicked(self, server_id: str) -> None:
        self.settings.change_server(server_id, is_in_all=not self._entry(server_id).is_in_all)

    @Slot(str)
    def _on_up_clicked(self, server_id: str) -> None:
        self._move(server_id, -1)

    @Slot(str)
    def _on_down_clicked(self, server_id: str) -> None:
        self._move(server_id, 1)

    def _move(self, server_id: str, step: int) -> None:
        def moved(found: tuple[ServerEntry, ...]) -> tuple[ServerEntry, ...]:
            entries = list(found)
            places = (index for index, entry in enumerate(entries) if entry.id == server_id)
            place = next(places, None)
            if place is not None and 0 <= place + step < len(entries):
                entries.insert(place + step, entries.pop(place))
            return tuple(entries)

        self.settings.change_servers(moved)

    @Slot()
    def _on_add_clicked(self) -> None:
        self._commands.server_form_requested.emit("")

    @Slot()
    def _on_doctor_clicked(self) -> None:
        self._commands.doctor_dialog_requested.emit("")
