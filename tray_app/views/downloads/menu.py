"""The context menu of a download."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from tray_app.core.errors import BadName
from tray_app.core.names import ModelName
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.shell import pasteable
from tray_app.text import pull_reason, registry_name, tr
from tray_app.views.downloads.panel_row import RowRequest
from tray_app.views.downloads.row_states import RowAction, can_start, look_of, why_disabled


class DownloadMenu(QMenu):
    """Deletes itself when it closes.

    Signals: requested(RowRequest), top_requested(id).
    """

    requested = Signal(object)  # RowRequest
    top_requested = Signal(str)

    def __init__(self, item: PullItem, server: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._item = item
        self._server = server
        self.setToolTipsVisible(True)
        self.aboutToHide.connect(self.deleteLater)
        look = look_of(item)
        wishes = [look.first, look.second]
        if look.first is RowAction.FREE_UP:
            wishes.insert(1, RowAction.START)  # whatever the disk says
        for action in wishes:
            if action is not None and action is not RowAction.SHOW:
                is_start = action is RowAction.START
                self._add_wish(action, can_start(item) if is_start else look.are_enabled)
        if item.state is PullState.WAITING:
            self.addAction(tr("Move to &top")).triggered.connect(self._on_top_triggered)
        self.addSeparator()
        self.addAction(tr("Copy &name")).triggered.connect(self._on_copy_name_triggered)
        if item.state is PullState.FAILED:
            self.addAction(tr("Copy &error")).triggered.connect(self._on_copy_error_triggered)
        if item.state is PullState.DONE:
            self._add_wish(RowAction.SHOW, True)
        self._url = _page_url(item.name)
        if self._url:
            text = tr("&Open page on {registry}").format(registry=registry_name(item.name))
            self.addAction(text).triggered.connect(self._on_page_triggered)

    def _add_wish(self, action: RowAction, enabled: bool) -> None:
        text = {
            RowAction.PAUSE: tr("&Pause"),
            RowAction.RESUME: tr("&Resume"),
            RowAction.START: tr("&Start now"),
            RowAction.RETRY: tr("&Retry"),
            RowAction.CANCEL: tr("&Cancel"),
            RowAction.REMOVE: tr("Re&move from this list"),
            RowAction.SHOW: tr("Show &model"),
            RowAction.LOOK: tr("&Look…"),
            RowAction.FREE_UP: tr("&Free up space…"),
        }[action]
        entry = self.addAction(text)
        entry.setEnabled(enabled)
        if not enabled:
            entry.setToolTip(why_disabled(action, self._item, self._server))
        entry.setData(action.value)
        entry.triggered.connect(self._on_wish_triggered)

    def _on_wish_triggered(self) -> None:
        entry = self.sender()
        action = RowAction(entry.data())  # type: ignore[attr-defined]
        self.requested.emit(RowRequest(self._item.id, action))

    def _on_top_triggered(self) -> None:
        self.top_requested.emit(self._item.id)

    def _on_copy_name_triggered(self) -> None:
        QGuiApplication.clipboard().setText(pasteable(self._item.name))

    def _on_copy_error_triggered(self) -> None:
        raw = self._item.error.context if self._item.error else ""
        text = "\n".join(part for part in (pull_reason(self._item, self._server), raw) if part)
        QGuiApplication.clipboard().setText(text)

    def _on_page_triggered(self) -> None:
        QDesktopServices.openUrl(QUrl(self._url))


def _page_url(name: str) -> str:
    try:
        return ModelName.parse(name).page_url
    except BadName:
        return ""
