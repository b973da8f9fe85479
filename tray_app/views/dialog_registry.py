"""What the open dialogs know: facts as they come, kept for the dialogs that open later.

`dialog_host` opens dialogs and passes their wishes on; here they are told things.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QDialog, QWidget

from tray_app.core.estimate import PullEstimate
from tray_app.core.payloads import (
    BusyModel,
    DeleteOutcome,
    Failure,
    ModelRef,
    Recommendations,
    ServerTest,
    Verb,
)
from tray_app.core.pulls.history import History
from tray_app.core.pulls.rules import SystemConditions
from tray_app.core.pulls.states import PullItem
from tray_app.core.records import ModelInfo, ModelKey, ModelRecord, ServerStatus, Snapshot
from tray_app.core.sharing import LayerIndex
from tray_app.settings import Settings
from tray_app.text import Message, delete_result, failure_text, tr
from tray_app.views.components.message_box import MessageBox, show_message
from tray_app.views.details.dialog import DetailsDialog
from tray_app.views.downloads.history_dialog import HistoryDialog
from tray_app.views.pull.dialog import PullDialog
from tray_app.views.questions.delete import DeleteDialog
from tray_app.views.questions.duplicate import DuplicateDialog
from tray_app.views.questions.running_pulls import CancelDialog
from tray_app.views.settings.dialog import SettingsDialog

D = TypeVar("D", bound=QDialog)


class DialogRegistry(QObject):
    """Knows which dialogs are open, and keeps what they show up to date.

    Thread: GUI.
    """

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._window: QWidget | None = None
        self._snapshots: dict[str, Snapshot] = {}
        self._statuses: dict[str, ServerStatus] = {}
        self._recommendations: dict[str, Recommendations] = {}
        self._items: tuple[PullItem, ...] = ()
        self._layer_index = LayerIndex()
        self._history = History()
        self._label = ""
        self._address = ""
        self._autostart: bool | None = None
        self._is_tray_available = True
        self._conditions = SystemConditions()
        self._log_folder = ""
        self._details: dict[ModelKey, DetailsDialog] = {}
        self._others: dict[type[QDialog], QDialog] = {}
        self._boxes: list[MessageBox] = []
        self._crash: MessageBox | None = None
        self._closed: list[QDialog] = []

    def set_window(self, window: QWidget | None) -> None:
        """The window that dialogs belong to."""
        self._window = window

    def details_dialogs(self) -> tuple[DetailsDialog, ...]:
        """The open details."""
        return tuple(self._details.values())

    def settings_dialog(self) -> SettingsDialog | None:
        """The settings, when they are open."""
        return self._open_one(SettingsDialog)

    def show_message(self, message: Message, parent: QWidget | None = None) -> MessageBox:
        """A message box on `parent` or on the window."""
        box = show_message(message, parent or self._parent())
        self._boxes.append(box)
        box.finished.connect(self._on_box_finished)
        return box

    @property
    def is_crash_shown(self) -> bool:
        """Whether the box of `show_crash` is open."""
        return self._crash is not None

    def show_crash(self, message: Message) -> None:
        """Tell of errors nobody caught: in the one box, however many come."""
        if self._crash is None:
            self._crash = self.show_message(message)
        else:
            self._crash.set_message(message)

    def set_snapshot(self, snapshot: Snapshot) -> None:
        """The models and what is loaded."""
        self._snapshots[snapshot.server_id] = snapshot
        for dialog in self._all():
            if isinstance(dialog, DetailsDialog | PullDialog | DeleteDialog | DuplicateDialog):
                dialog.set_snapshot(snapshot)

    def set_status(self, status: ServerStatus) -> None:
        """How a server stands."""
        self._statuses[status.server_id] = status
        for dialog in self._details.values():
            if dialog.ref.server_id == status.server_id:
                dialog.set_online(status.is_online)
        settings = self._open_one(SettingsDialog)
        if settings is not None and status.server_id == self._settings.server().id:
            settings.set_status(status)

    def set_server_label(self, label: str, address: str = "") -> None:
        """How the server is called."""
        self._label, self._address = label, address
        for dialog in self._details.values():
            dialog.set_server_label(label)
        pull = self._open_one(PullDialog)
        if pull is not None:
            pull.set_server_label(label)

    def set_layer_index(self, layer_index: LayerIndex) -> None:
        """What models consist of."""
        self._layer_index = layer_index
        for dialog in self._all():
            if isinstance(dialog, DetailsDialog | DeleteDialog):
                dialog.set_layer_index(layer_index)

    def set_recommendations(self, recommendations: Recommendations) -> None:
        """What Ollama suggests."""
        self._recommendations[recommendations.server_id] = recommendations
        dialog = self._open_one(PullDialog)
        if dialog is not None:
            dialog.set_recommendations(recommendations)

    def set_pull_items(self, items: tuple[PullItem, ...]) -> None:
        """All downloads."""
        self._items = items
        for dialog in self._all():
            if isinstance(dialog, PullDialog | DeleteDialog | CancelDialog):
                dialog.set_pull_items(items)

    def set_pull_estimate(self, estimate: PullEstimate) -> None:
        """What a pull would mean."""
        dialog = self._open_one(PullDialog)
        if dialog is not None:
            dialog.set_pull_estimate(estimate)

    def set_history(self, history: History) -> None:
        """What became of downloads."""
        self._history = history
        dialog = self._open_one(HistoryDialog)
        if dialog is not None:
            dialog.set_history(history)

    def set_busy(self, busy: BusyModel) -> None:
        """What is being done to a model."""
        dialog = self._details.get(busy.ref.key)
        if dialog is not None:
            dialog.set_busy(busy)

    def set_server_test(self, test: ServerTest) -> None:
        """What a test of an address found."""
        dialog = self._open_one(SettingsDialog)
        if dialog is not None:
            dialog.set_server_test(test)

    def set_autostart(self, enabled: bool | None) -> None:
        """What the system says about starting at login; None = not to be had here."""
        self._autostart = enabled
        dialog = self._open_one(SettingsDialog)
        if dialog is not None:
            dialog.general.set_autostart(enabled)

    def set_tray_available(self, available: bool) -> None:
        """Whether this desktop shows a tray."""
        self._is_tray_available = available
        dialog = self._open_one(SettingsDialog)
        if dialog is not None:
            dialog.general.set_tray_available(available)

    def set_conditions(self, conditions: SystemConditions) -> None:
        """What the system tells of power supply and network."""
        self._conditions = conditions
        dialog = self._open_one(SettingsDialog)
        if dialog is not None:
            dialog.downloads.set_conditions(conditions)

    def set_log_folder(self, folder: str) -> None:
        """Where the log is."""
        self._log_folder = folder

    def show_diagnostics_copied(self) -> None:
        """The report that was asked for is on the clipboard."""
        dialog = self._open_one(SettingsDialog)
        if dialog is not None and dialog.about.isVisible():
            dialog.about.show_copied()

    def show_details(self, info: ModelInfo) -> None:
        """The details of a model have come."""
        dialog = self._details.get(info.key)
        if dialog is not None:
            dialog.show_info(info)

    def show_failure(self, failure: Failure) -> None:
        """Something that a person asked for did not work: said where it was asked for."""
        if failure.verb in (Verb.PULL, Verb.TEST, Verb.DELETE):
            return  # said in the row, on the card, and by set_deleted
        message = failure_text(failure, self._label, address=self._address)
        dialog = self._details.get(failure.ref.key)
        if failure.verb is Verb.SHOW:
            if dialog is not None:
                dialog.show_error(message)
            return
        self.show_message(message, dialog if dialog and dialog.isActiveWindow() else None)

    def set_deleted(self, outcome: DeleteOutcome) -> None:
        """What became of a delete. What went well is seen in the table."""
        if not outcome.failures:
            return
        details = "\n".join(f"{failure.ref.name}: {failure.error}" for failure in outcome.failures)
        body = delete_result(outcome, None, self._label)
        self.show_message(Message(tr("Not everything was deleted"), body, details=details))

    def _parent(self) -> QWidget | None:
        # A dialog of a hidden window would not show on some desktops.
        return self._window if self._window is not None and self._window.isVisible() else None

    def _all(self) -> tuple[QDialog, ...]:
        return (*self._details.values(), *self._others.values())

    def _open_one(self, kind: type[D]) -> D | None:
        found = self._others.get(kind)
        return found if isinstance(found, kind) else None

    def _keep(self, dialog: QDialog) -> None:
        self._others[type(dialog)] = dialog
        dialog.finished.connect(self._on_other_finished)

    def _close_one(self, kind: type[QDialog]) -> None:
        found = self._others.get(kind)
        if found is not None:
            found.reject()

    def _on_other_finished(self) -> None:
        gone = self.sender()
        self._let_go([one for one in self._others.values() if one is gone])
        self._others = {kind: one for kind, one in self._others.items() if one is not gone}

    def _on_box_finished(self) -> None:
        gone = self.sender()
        if gone is self._crash:
            self._crash = None
        self._let_go([box for box in self._boxes if box is gone])
        self._boxes = [box for box in self._boxes if box is not gone]

    def _let_go(self, dialogs: Sequence[QDialog]) -> None:
        """Hold on to dialogs until they are done with closing: without a parent, this is the
        last reference, and dropping it here would delete them under Qt's feet."""
        self._closed.extend(dialogs)
        QTimer.singleShot(0, self._on_closed)

    def _on_closed(self) -> None:
        self._closed.clear()

    def _record(self, ref: ModelRef) -> ModelRecord | None:
        snapshot = self._snapshots.get(ref.server_id)
        models = snapshot.models if snapshot else ()
        return next((model for model in models if model.key == ref.key), None)

    def _is_online(self, server_id: str) -> bool:
        status = self._statuses.get(server_id)
        return status is None or status.is_online
