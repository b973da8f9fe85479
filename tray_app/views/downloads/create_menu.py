"""The context menu of a model that is made."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from tray_app.core.creates.records import CreateItem, CreateState
from tray_app.core.shell import pasteable
from tray_app.text import tr
from tray_app.views.downloads.create_states import can_start_create, create_look
from tray_app.views.downloads.panel_row import RowRequest
from tray_app.views.downloads.row_states import RowAction


class CreateMenu(QMenu):
    """Deletes itself when it closes. `report` is what *Copy error* copies, "" = nothing failed.

    Signals: requested(RowRequest).
    """

    requested = Signal(object)  # RowRequest

    def __init__(self, item: CreateItem, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._item = item
        self._report = report
        self.setToolTipsVisible(True)
        self.aboutToHide.connect(self.deleteLater)
        look = create_look(item)
        for action in (*look.words, look.first, look.second):
            if action is not None and action is not RowAction.SHOW:
                self._add_wish(action)
        self.addSeparator()
        self.addAction(tr("Copy &name")).triggered.connect(self._on_copy_name_triggered)
        if report:
            self.addAction(tr("Copy &error")).triggered.connect(self._on_copy_error_triggered)
        if item.state is CreateState.DONE:
            self._add_wish(RowAction.SHOW)

    def _add_wish(self, action: RowAction) -> None:
        text = {
            RowAction.START: tr("&Start now"),
            RowAction.RETRY: tr("&Retry"),
            RowAction.CANCEL: tr("&Cancel"),
            RowAction.REMOVE: tr("Re&move from this list"),
            RowAction.SHOW: tr("Show &model"),
            RowAction.KEEP: tr("&Keep it"),
            RowAction.DELETE_WHEN_READY: tr("&Delete when ready"),
            RowAction.START_AGAIN: tr("&Start again"),
            RowAction.CHANGE: tr("C&hange…"),
            RowAction.CHOOSE: tr("C&hoose another file…"),
        }[action]
        entry = self.addAction(text)
        if action is RowAction.START and not can_start_create(self._item):
            entry.setEnabled(False)
            entry.setToolTip(tr("It starts by itself when the server answers"))
        entry.setData(action.value)
        entry.triggered.connect(self._on_wish_triggered)

    def _on_wish_triggered(self) -> None:
        entry = self.sender()
        action = RowAction(entry.data())  # type: ignore[attr-defined]
        self.requested.emit(RowRequest(self._item.id, action))

    def _on_copy_name_triggered(self) -> None:
        QGuiApplication.clipboard().setText(pasteable(self._item.name))

    def _on_copy_error_triggered(self) -> None:
        QGuiApplication.clipboard().setText(self._report)
