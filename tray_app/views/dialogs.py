"""DialogHost: opens the dialogs and passes their wishes on.

Dialogs open with what is known by now and never wait. One details window per model, one of each
other kind at a time. What open dialogs are told is `dialog_registry`'s business.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QWidget

from tray_app.core.payloads import ModelRef, ModelRefs
from tray_app.core.pulls.states import PullItem
from tray_app.views.details.dialog import DetailsDialog
from tray_app.views.dialog_registry import DialogRegistry
from tray_app.views.downloads.history_dialog import HistoryDialog
from tray_app.views.pull.dialog import PullDialog
from tray_app.views.questions.delete import DeleteDialog
from tray_app.views.questions.duplicate import DuplicateDialog
from tray_app.views.questions.running_pulls import CancelDialog, QuitDialog
from tray_app.views.settings.dialog import SettingsDialog


class DialogHost(DialogRegistry):
    """Signals: the wishes of all dialogs (`*_requested`, payload in the comment),
    quit_confirmed() after ask_quit, cancel_confirmed(id) after ask_cancel.

    Thread: GUI.
    """

    details_requested = Signal(object)  # ModelRef
    pull_requested = Signal(object)  # PullRequest
    pull_show_requested = Signal(str)  # id of a download
    delete_requested = Signal(object)  # DeleteRequest
    load_requested = Signal(object)  # LoadRequest
    unload_requested = Signal(object)  # ModelRef
    copy_requested = Signal(object)  # CopyRequest
    layers_requested = Signal(object)  # ModelRefs
    server_test_requested = Signal(str)  # address
    autostart_requested = Signal(bool)
    diagnostics_requested = Signal()
    estimate_requested = Signal(object)  # ModelRef
    estimate_cancel_requested = Signal()
    quit_confirmed = Signal()
    cancel_confirmed = Signal(str)  # id of a download
    notice_test_requested = Signal()
    history_clear_requested = Signal()

    def open_details(self, ref: ModelRef) -> DetailsDialog:
        """The details of a model, in the window that shows them already if there is one."""
        dialog = self._details.get(ref.key)
        if dialog is not None:
            _raise(dialog)
            return dialog
        dialog = DetailsDialog(ref, self._label, self._parent())
        self._details[ref.key] = dialog
        size = self._settings.values.details_size
        if len(size) == 2:
            dialog.resize(*size)
        dialog.details_requested.connect(self.details_requested)
        dialog.load_requested.connect(self.load_requested)
        dialog.unload_requested.connect(self.unload_requested)
        dialog.delete_requested.connect(self._on_details_delete_requested)
        dialog.duplicate_requested.connect(self._on_details_duplicate_requested)
        dialog.finished.connect(self._on_details_finished)
        dialog.set_layer_index(self._layer_index)
        snapshot = self._snapshots.get(ref.server_id)
        if snapshot is not None:
            dialog.set_snapshot(snapshot)
        dialog.set_online(self._is_online(ref.server_id))
        dialog.show()
        dialog.start()
        self._ask_for_layers(ref.server_id)
        return dialog

    def open_pull(self, text: str = "") -> PullDialog:
        """The pull dialog, filled with `text`; it never starts a pull by itself."""
        dialog = self._open_one(PullDialog)
        if dialog is None:
            server_id = self._settings.server().id
            dialog = PullDialog(server_id, self._parent())
            dialog.pull_requested.connect(self.pull_requested)
            dialog.pull_show_requested.connect(self.pull_show_requested)
            dialog.estimate_requested.connect(self.estimate_requested)
            dialog.estimate_cancel_requested.connect(self.estimate_cancel_requested)
            dialog.set_server_label(self._label)
            dialog.set_keep_free(self._settings.values.keep_free_gb * 10**9)
            if server_id in self._snapshots:
                dialog.set_snapshot(self._snapshots[server_id])
            if server_id in self._recommendations:
                dialog.set_recommendations(self._recommendations[server_id])
            dialog.set_pull_items(self._items)
            self._keep(dialog)
            self._ask_for_layers(server_id)  # what is here already need not be fetched
        if text:
            dialog.set_text(text)
        dialog.open()
        return dialog

    def open_delete(self, refs: ModelRefs, parent: QWidget | None = None) -> DeleteDialog | None:
        """The question before a delete; None when none of them is there any more."""
        found = [(ref, self._record(ref)) for ref in refs.refs]
        present = [(ref, record) for ref, record in found if record is not None]
        if not present:
            return None
        self._close_one(DeleteDialog)
        wanted = ModelRefs(tuple(ref for ref, _ in present))
        label = self._label if len(self._settings.servers()) > 1 else ""
        dialog = DeleteDialog(
            wanted,
            [record for _, record in present],
            server_label=label,
            parent=parent or self._parent(),
        )
        server_id = wanted.refs[0].server_id
        dialog.set_layer_index(self._layer_index)
        dialog.set_snapshot(self._snapshots[server_id])
        dialog.set_pull_items(self._items)
        dialog.delete_requested.connect(self.delete_requested)
        self._keep(dialog)
        dialog.open()
        self._ask_for_layers(server_id)
        return dialog

    def open_duplicate(self, ref: ModelRef, parent: QWidget | None = None) -> DuplicateDialog:
        """Copy a model to another name."""
        self._close_one(DuplicateDialog)
        dialog = DuplicateDialog(ref, parent or self._parent())
        if ref.server_id in self._snapshots:
            dialog.set_snapshot(self._snapshots[ref.server_id])
        dialog.copy_requested.connect(self.copy_requested)
        self._keep(dialog)
        dialog.open()
        return dialog

    def open_settings(self, page: str = "") -> SettingsDialog:
        """The settings, at `page` ("" = where they are)."""
        dialog = self._open_one(SettingsDialog)
        if dialog is None:
            dialog = SettingsDialog(self._settings, self._parent())
            dialog.server_test_requested.connect(self.server_test_requested)
            dialog.autostart_requested.connect(self.autostart_requested)
            dialog.diagnostics_requested.connect(self.diagnostics_requested)
            dialog.set_status(self._statuses.get(self._settings.server().id))
            dialog.notice_test_requested.connect(self.notice_test_requested)
            dialog.downloads.set_conditions(self._conditions)
            dialog.general.set_autostart(self._autostart)
            dialog.general.set_tray_available(self._is_tray_available)
            dialog.about.set_log_folder(self._log_folder)
            self._keep(dialog)
        if page:
            dialog.show_page(page)
        dialog.show()
        _raise(dialog)
        return dialog

    def open_history(self) -> HistoryDialog:
        """What became of downloads."""
        dialog = self._open_one(HistoryDialog)
        if dialog is None:
            dialog = HistoryDialog(self._label, self._parent())
            dialog.set_history(self._history)
            dialog.clear_requested.connect(self.history_clear_requested)
            self._keep(dialog)
        dialog.show()
        _raise(dialog)
        return dialog

    def ask_quit(self, running: int) -> QuitDialog:
        """Ask whether to quit while `running` downloads run."""
        dialog = self._open_one(QuitDialog)
        if dialog is None:
            dialog = QuitDialog(running, self._parent())
            dialog.quit_confirmed.connect(self.quit_confirmed)
            self._keep(dialog)
        dialog.open()
        _raise(dialog)
        return dialog

    def ask_cancel(self, item: PullItem) -> CancelDialog:
        """Ask whether to give up a download of which much is there."""
        self._close_one(CancelDialog)
        dialog = CancelDialog(item, self._label, self._parent())
        dialog.cancel_confirmed.connect(self.cancel_confirmed)
        self._keep(dialog)
        dialog.open()
        _raise(dialog)
        return dialog

    def close_all(self) -> None:
        """Close everything; wishes already made stand."""
        for dialog in (*self._details.values(), *self._others.values(), *self._boxes):
            dialog.close()

    def _on_details_finished(self) -> None:
        dialog = self.sender()
        if isinstance(dialog, DetailsDialog):
            self._details.pop(dialog.ref.key, None)
            for child in (*self._others.values(), *self._boxes):
                if child.parent() is dialog:
                    child.reject()  # or it would be deleted with its window, unheard
            self._let_go([dialog])
            if not dialog.isMaximized():
                self._settings.set("details_size", (dialog.width(), dialog.height()))

    def _on_details_delete_requested(self, refs: ModelRefs) -> None:
        self.open_delete(refs, self._details.get(refs.refs[0].key))

    def _on_details_duplicate_requested(self, ref: ModelRef) -> None:
        self.open_duplicate(ref, self._details.get(ref.key))

    def _ask_for_layers(self, server_id: str) -> None:
        snapshot = self._snapshots.get(server_id)
        models = snapshot.models if snapshot else ()
        unknown = [m for m in models if not m.is_cloud and self._layer_index.of(m) is None]
        if unknown:
            refs = tuple(ModelRef(m.server_id, m.name, m.digest) for m in unknown)
            self.layers_requested.emit(ModelRefs(refs))


def _raise(dialog: QDialog) -> None:
    if dialog.isMinimized():
        dialog.showNormal()
    dialog.raise_()
    dialog.activateWindow()
