"""What became of downloads: a table of those that finished or failed in the last thirty days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialogButtonBox, QTreeWidgetItem, QWidget

from tray_app.text import (
    history_note,
    history_row,
    history_titles,
    server_name,
    tooltip,
    tr,
    utc_now,
)
from tray_app.views.components.buttons import Button
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.tables import DIM_ROLE, CardTable, in_card
from tray_app.views.theme import TextRole, Tone

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from tray_app.commands import Commands
    from tray_app.core.pulls.history import PullRecord
    from tray_app.state.app_state import AppState

_NUMBERS = (2, 3, 4)
_RESULT = 5
_TRAILING = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter


class HistoryDialog(DialogFrame):
    """Modeless."""

    def __init__(
        self,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(tr("Download history"), parent)
        self._state = state
        self._clock = clock
        self._shown: tuple[PullRecord, ...] = ()
        self._note = PlainLabel(role=TextRole.SECONDARY, parent=self)
        self.table = CardTable(history_titles(), (), self, row_height=30)
        self.table.share_room(0, _RESULT)
        self.table.setAccessibleName(tr("Download history"))
        head = self.table.headerItem()
        for column in _NUMBERS:
            head.setTextAlignment(column, _TRAILING)
        self.body.addWidget(self._note)
        self.body.addWidget(in_card(self.table, self), 1)
        self.clear_button = self.add_left(Button(tr("C&lear history"), "trash", parent=self))
        self.clear_button.clicked.connect(commands.history_clear_requested)
        close = Button(tr("Close"), parent=self)
        self.add_button(close, QDialogButtonBox.ButtonRole.RejectRole).clicked.connect(self.reject)
        close.setDefault(True)
        self.set_least_size(640, 320)
        self.resize(960, 460)
        self.follow(state.history_changed, self._update)
        self.follow(state.server_changed, self._update)
        self._update()

    @Slot()
    def _update(self) -> None:
        """Show the records; the current one stays current as long as it is there."""
        history = self._state.history
        old, self._shown = self._shown, history.records
        self._note.setText(history_note(history))
        self._note.set_state(Tone.WARN if history.broken_path else None)
        if not history.records and self.focusWidget() is self.clear_button:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self.clear_button.setEnabled(bool(history.records))
        place = self.table.currentIndex().row()
        current = old[place] if 0 <= place < len(old) else None
        scrolled = self.table.verticalScrollBar().value()
        self.table.clear()
        self.table.addTopLevelItems(self._rows())
        self.table.fit_columns()
        if history.records:
            row = history.records.index(current) if current in history.records else 0
            self.table.setCurrentIndex(self.table.model().index(row, 0))
        self.table.verticalScrollBar().setValue(scrolled)

    def _rows(self) -> list[QTreeWidgetItem]:
        now, servers = self._clock(), self._state.servers
        known = {server.id: server for server in (*servers, *self._state.servers_off)}
        labels = {each: server_name(of.label, of.address) for each, of in known.items()}
        only = servers[0].id if len(servers) == 1 else ""
        rows = []
        for record in self._shown:
            label = labels.get(record.server_id, "")
            words = history_row(record, now, label, is_named=record.server_id != only)
            row = QTreeWidgetItem(list(words))
            for column in _NUMBERS:
                row.setTextAlignment(column, _TRAILING)
            for column in range(1, _RESULT):
                row.setData(column, DIM_ROLE, True)
            row.setToolTip(0, tooltip(words.name))
            row.setToolTip(_RESULT, tooltip(words.result))
            rows.append(row)
        return rows

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
