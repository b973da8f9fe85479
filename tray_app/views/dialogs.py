"""Dialogs: opens the dialogs, and tells in message boxes what went wrong.

Dialogs open with what is known by now and never wait; each reads and follows the state by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from tray_app.core.creates.records import FormKind
from tray_app.core.endpoint import shown_address
from tray_app.core.lists.requests import ExportRequest, ListSource
from tray_app.core.payloads import DeleteOutcome, DiskTarget, Failure, ModelRef, ModelRefs, Verb
from tray_app.core.records import ModelKey, Server
from tray_app.text import Message, delete_result, failure_text, server_name, tr
from tray_app.views import dialog_kinds as kinds

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.core.creates.groups import FileGroup
    from tray_app.core.creates.records import RebuildRequest
    from tray_app.core.pulls.states import PullItem
    from tray_app.core.renaming import RenameOutcome
    from tray_app.settings import ServerEntry, Settings
    from tray_app.state.app_state import AppState
    from tray_app.views.components.message_box import MessageBox

_TOLD_IN_PLACE = frozenset({Verb.SHOW, Verb.PULL, Verb.TEST, Verb.DELETE})
"""In the details, in the row, on the card; of a deletion, once it is over."""

LAYERS_MS = 100
"""By then a dialog is painted, which reading all models' layers would hold up."""

D = TypeVar("D", bound=QDialog)
Key = ModelKey | type[QDialog] | QDialog
_DISK = "\0disk space"
"""No model has such a name: the windows of servers stand beside those of models."""


class Dialogs(QObject):
    """One details window per model, one dialog of each other kind, any number of boxes.

    Thread: GUI.
    """

    def __init__(
        self,
        settings: Settings,
        state: AppState,
        commands: Commands,
        window: QWidget | None = None,
        parent: QObject | None = None,
    ) -> None:
        """`window` is what dialogs belong to."""
        super().__init__(parent)
        self._settings = settings
        self._state = state
        self._commands = commands
        self._window = window
        self._open: dict[Key, QDialog] = {}
        self._closed: list[QDialog] = []
        self._crash: MessageBox | None = None
        self._groups: list[FileGroup] = []  # files that wait for their dialog
        self._place: kinds.Place | None = None
        self._layers_of: dict[str, None] = {}  # servers whose layers a dialog wants to know
        self._layers_timer = QTimer(self, singleShot=True, interval=LAYERS_MS)
        self._layers_timer.timeout.connect(self._on_layers_timer_timeout)
        state.failed.connect(self._on_state_failed)
        state.deleted.connect(self._on_state_deleted)
        state.renames.renamed.connect(self._on_renames_renamed)

    def details_dialogs(self) -> tuple[kinds.DetailsDialog, ...]:
        """The open details."""
        return tuple(each for each in self._open.values() if isinstance(each, kinds.DetailsDialog))

    def settings_dialog(self) -> kinds.SettingsDialog | None:
        """The settings, when they are open."""
        return self._find(kinds.SettingsDialog)

    def doctor_dialog(self) -> kinds.DoctorDialog | None:
        """The doctor, when it is open."""
        return self._find(kinds.DoctorDialog)

    def open_details(self, ref: ModelRef) -> kinds.DetailsDialog:
        """The details of a model, in the window that shows them already if there is one."""
        dialog = self._find(kinds.DetailsDialog, ref.key)
        if dialog is not None:
            self._bring_to_front(dialog)
            return dialog
        dialog = kinds.DetailsDialog(ref, self._settings, self._state, self._commands, self._host)
        dialog.delete_clicked.connect(self._on_details_delete_clicked)
        dialog.duplicate_clicked.connect(self._on_details_duplicate_clicked)
        self._keep(dialog, ref.key)
        dialog.show()
        self._ask_for_layers(ref.server_id)
        return dialog

    def open_pull(self, text: str = "") -> kinds.PullDialog:
        """The pull dialog, filled with `text`; it never starts a pull by itself."""
        dialog = self._find(kinds.PullDialog)
        if dialog is None:
            dialog = self._new_pull()
        if text:
            dialog.set_text(text)
        dialog.open()
        return dialog

    def open_pull_elsewhere(self, ref: ModelRef) -> kinds.PullDialog:
        """The pull dialog for a model of one server, with those ticked that do not have it."""
        self._close_one(kinds.PullDialog)
        dialog = self._new_pull(ref)
        dialog.open()
        return dialog

    def _new_pull(self, elsewhere: ModelRef | None = None) -> kinds.PullDialog:
        parts = (self._settings, self._state, self._commands)
        dialog = kinds.PullDialog(*parts, self._host, elsewhere=elsewhere)
        self._keep(dialog)
        # What is there already need not be fetched.
        for server in self._state.servers:
            self._ask_for_layers(server.id)
        return dialog

    def open_disk(self, target: DiskTarget) -> kinds.DiskDialog:
        """The disk space of a server, in the window that shows it already if there is one."""
        key = (target.server_id, _DISK)
        dialog = self._find(kinds.DiskDialog, key)
        if dialog is not None:
            dialog.set_target(target)
            self._bring_to_front(dialog)
            return dialog
        dialog = kinds.DiskDialog(target, self._settings, self._state, self._commands, self._host)
        dialog.delete_clicked.connect(self._on_disk_delete_clicked)
        self._keep(dialog, key)
        self._bring_to_front(dialog)
        self._ask_for_layers(target.server_id)
        return dialog

    def disk_dialogs(self) -> tuple[kinds.DiskDialog, ...]:
        """The open windows of disk space."""
        return tuple(each for each in self._open.values() if isinstance(each, kinds.DiskDialog))

    def open_create(self, paths: tuple[str, ...] = ()) -> None:
        """Make models of these files, one dialog after the other; () = ask for files first."""
        if not paths:
            kinds.ask_for_files(self._host, self.open_create)
            return
        # What was chosen as a model is looked at, whatever it is called.
        from tray_app.core.creates.groups import FileGroup, group_paths

        groups = list(group_paths(paths)) or [FileGroup(path, (path,)) for path in paths]
        self._close_one(kinds.CreateDialog)
        self._groups, self._place = groups, kinds.Place(0, len(groups))
        self._open_next_create()

    def open_create_change(self, item_id: str) -> kinds.CreateDialog | None:
        """The dialog again, filled in as it was; None when that is gone."""
        item = self._state.creates.item(item_id)
        if item is None:
            return None
        self._close_one(kinds.CreateDialog)
        request = item.request
        from tray_app.core.creates.groups import FileGroup

        group = FileGroup(request.files[0], request.files, request.projector)
        dialog = kinds.CreateDialog(group, self._state, self._commands, self._host, changed=item)
        self._keep(dialog)
        dialog.open()
        return dialog

    def _open_next_create(self) -> None:
        if not self._groups:
            return
        before = self._place or kinds.Place()
        self._place = kinds.Place(before.number + 1, before.count)
        group = self._groups.pop(0)
        dialog = kinds.CreateDialog(
            group, self._state, self._commands, self._host, place=self._place
        )
        # What was asked for meanwhile comes first: the pull dialog of one that is pulled instead.
        dialog.finished.connect(self._on_create_finished, Qt.ConnectionType.QueuedConnection)
        self._keep(dialog)
        dialog.open()

    @Slot()
    def _on_create_finished(self) -> None:
        if self._find(kinds.CreateDialog) is not None:
            return  # another took its place
        pull = self._find(kinds.PullDialog)
        if pull is not None and self._groups:
            pull.finished.connect(self._on_create_finished, Qt.ConnectionType.QueuedConnection)
        else:
            self._open_next_create()

    def open_delete(
        self,
        refs: ModelRefs,
        parent: QWidget | None = None,
        title_of: Callable[[int, str], str] | None = None,
    ) -> kinds.DeleteDialog | None:
        """The question before a delete; None when none of them is there any more."""
        if all(self._state.record(ref.key) is None for ref in refs.refs):
            return None
        self._close_one(kinds.DeleteDialog)
        parts = (self._settings, self._state, self._commands)
        dialog = kinds.DeleteDialog(refs, *parts, parent or self._host, title_of=title_of)
        self._keep(dialog)
        dialog.open()
        for server_id in dict.fromkeys(ref.server_id for ref in refs.refs):
            self._ask_for_layers(server_id)
        return dialog

    def open_export(self, server_id: str) -> None:
        """Ask where to save the list of a server's models."""
        server = self._state.server_of(server_id)

        def save(path: str) -> None:
            self._commands.export_requested.emit(ExportRequest(server_id, path))

        kinds.ask_where_to_save(self._host, _label(server), save)

    def open_import(self, source: ListSource) -> kinds.ImportDialog | None:
        """The plan of an import; without a list, a file is asked for first."""
        if source.is_asked_for:
            kinds.ask_for_list(
                self._host, lambda path: self.open_import(replace(source, path=path))
            )
            return None
        self._close_one(kinds.ImportDialog)
        dialog = kinds.ImportDialog(source, self._settings, self._state, self._commands, self._host)
        dialog.delete_wanted.connect(self._on_import_delete_wanted)
        self._keep(dialog)
        dialog.open()
        self._ask_for_layers(dialog.server_id)
        return dialog

    @Slot(object)
    def _on_import_delete_wanted(self, refs: ModelRefs) -> None:
        """What a list does not name is asked about apart."""
        from tray_app.text.lists import delete_rest_title

        self.open_delete(refs, title_of=delete_rest_title)

    def open_duplicate(self, ref: ModelRef, parent: QWidget | None = None) -> kinds.DuplicateDialog:
        """Copy a model to another name."""
        self._close_one(kinds.DuplicateDialog)
        dialog = kinds.DuplicateDialog(ref, self._state, self._commands, parent or self._host)
        self._keep(dialog)
        dialog.open()
        return dialog

    def open_derive(self, ref: ModelRef) -> kinds.DeriveDialog:
        """Make a model of this one."""
        return self._open_form_of(FormKind.NEW, ref)

    def open_edit(self, ref: ModelRef) -> kinds.DeriveDialog:
        """Edit a model that was made here."""
        return self._open_form_of(FormKind.EDIT, ref)

    def open_rebuild(self, request: RebuildRequest) -> kinds.DeriveDialog:
        """Build a model anew on the version that its base has now."""
        return self._open_form_of(FormKind.REBUILD, request.base, request.child)

    def _open_form_of(
        self, kind: FormKind, ref: ModelRef, child: ModelRef | None = None
    ) -> kinds.DeriveDialog:
        """What stands unsaved in another one is not thrown away."""
        dialog = self._find(kinds.DeriveDialog)
        if dialog is not None and dialog.form.is_touched:
            self._bring_to_front(dialog)
            return dialog
        self._close_one(kinds.DeriveDialog)
        dialog = kinds.DeriveDialog(kind, ref, self._state, self._commands, self._host, child=child)
        self._keep(dialog)
        dialog.open()
        self._ask_for_layers(ref.server_id)
        return dialog

    def open_rename(self, ref: ModelRef) -> kinds.RenameDialog:
        """Give a model another name."""
        self._close_one(kinds.RenameDialog)
        is_kept = self._state.keeping.kept_model(ref.key) is not None
        dialog = kinds.RenameDialog(ref, self._state, self._commands, self._asker, is_kept=is_kept)
        self._keep(dialog)
        dialog.open()
        return dialog

    def open_version(self, ref: ModelRef) -> kinds.DetailsDialog:
        """The details of a model, at what differs from its registry."""
        dialog = self.open_details(ref)
        dialog.show_version()
        return dialog

    def open_updates(self, refs: ModelRefs) -> kinds.UpdateSheet | None:
        """The sheet before updates; None when there is nothing to list."""
        self._close_one(kinds.UpdateSheet)
        if not kinds.listed_refs(refs.refs, self._state):
            return None
        dialog = kinds.UpdateSheet(refs, self._settings, self._state, self._commands, self._host)
        self._keep(dialog)
        dialog.open()
        for server_id in dict.fromkeys(ref.server_id for ref in dialog.refs):
            self._ask_for_layers(server_id)
        return dialog

    def open_replace(self, ref: ModelRef) -> kinds.ReplaceDialog:
        """The question before a model is replaced that may be lost."""
        dialog = kinds.ReplaceDialog(ref, self._settings, self._state, self._commands, self._host)
        self._keep(dialog, dialog)  # a name may be pulled to several servers: each asks
        dialog.open()
        return dialog

    def open_changed(self, item_id: str) -> kinds.ChangedDialog | None:
        """What is to become of an update whose model has changed meanwhile; None when it has
        gone."""
        item = self._state.download(item_id)
        if item is None:
            return None
        self._close_one(kinds.ChangedDialog)
        dialog = kinds.ChangedDialog(item, self._state, self._commands, self._host)
        self._keep(dialog)
        dialog.open()
        return dialog

    def open_go_back(self, ref: ModelRef) -> kinds.GoBackDialog | None:
        """The question before going back to a kept version; None when it is kept no more."""
        made = next(
            (
                each
                for each in self._state.backups
                if (each.server_id, each.name) == ref.key and each.digest == ref.digest
            ),
            None,
        )
        if made is None:
            return None
        self._close_one(kinds.GoBackDialog)
        dialog = kinds.GoBackDialog(made, self._state, self._commands, self._asker)
        self._keep(dialog)
        dialog.open()
        return dialog

    def open_settings(self, page: str = "") -> kinds.SettingsDialog:
        """The settings, at `page` ("" = where they are)."""
        dialog = self._find(kinds.SettingsDialog)
        if dialog is None:
            dialog = kinds.SettingsDialog(self._settings, self._state, self._commands, self._host)
            self._keep(dialog)
        if page:
            dialog.show_page(page)
        self._bring_to_front(dialog)
        return dialog

    def open_server_form(self, server_id: str = "") -> kinds.ServerForm:
        """The form of a server, "" = a new one. One is open at a time; what stands unsaved in
        another one is not thrown away."""
        return self._open_form(self._settings.server(server_id) if server_id else None)

    def open_server(self, address: str, server_id: str = "") -> kinds.ServerForm:
        """The form of a server ("" = the one that is shown), with another address filled in."""
        server_id = server_id or self._state.server.id
        form = self.open_server_form(server_id)
        if form.server_id == server_id:
            form.fill_in(address)
        return form

    def open_server_test(self, server_id: str) -> kinds.ServerForm:
        """The form of a server, which is tried at once."""
        form = self.open_server_form(server_id)
        if form.server_id == server_id:
            form.test()
        return form

    def open_server_duplicate(self, server_id: str) -> kinds.ServerForm:
        """The form of a new server like another one, without its secret."""
        entry = self._settings.server(server_id)
        address = shown_address(self._settings.address(entry))
        return self._open_form(replace(entry, id="", label="", address=address, is_leaving=False))

    def open_remove_server(self, server_id: str) -> kinds.RemoveServerDialog | None:
        """The question before a server is removed; None where there is none to remove."""
        entries = self._settings.servers()
        if all(entry.id != server_id or entry.is_given for entry in entries):
            return None
        self._close_one(kinds.RemoveServerDialog)
        dialog = kinds.RemoveServerDialog(
            server_id, self._settings, self._state, self._commands, self._asker
        )
        self._keep(dialog)
        dialog.open()
        return dialog

    def _open_form(self, entry: ServerEntry | None) -> kinds.ServerForm:
        form = self._find(kinds.ServerForm)
        is_same = form is not None and entry is not None and form.server_id == entry.id
        if form is not None and not is_same and not form.is_changed:
            form.reject()
            form = None
        if form is None:
            form = kinds.ServerForm(entry, self._settings, self._state, self._commands, self._asker)
            self._keep(form)
            form.open()
        self._bring_to_front(form)
        return form

    def open_doctor(self, server_id: str = "", *, shows_newer: bool = False) -> kinds.DoctorDialog:
        """Look for what is wrong, with this server first ("" = with the default one); and show
        what is said of a newer Ollama."""
        from tray_app.core.diagnosis.findings import FindingKind

        dialog = self._find(kinds.DoctorDialog)
        if dialog is None:
            dialog = kinds.DoctorDialog(self._settings, self._state, self._commands, self._host)
            self._keep(dialog)
        self._bring_to_front(dialog)
        dialog.look(server_id, FindingKind.NEWER_OLLAMA if shows_newer else None)
        return dialog

    def open_history(self) -> kinds.HistoryDialog:
        """What became of downloads."""
        dialog = self._find(kinds.HistoryDialog)
        if dialog is None:
            dialog = kinds.HistoryDialog(self._state, self._commands, self._host)
            self._keep(dialog)
        self._bring_to_front(dialog)
        return dialog

    def open_help(self) -> kinds.HelpDialog:
        """Keys, folders, and what leaves this computer."""
        dialog = self._find(kinds.HelpDialog)
        if dialog is None:
            dialog = kinds.HelpDialog(self._state.project, self._host)
            self._keep(dialog)
        self._bring_to_front(dialog)
        return dialog

    def ask_quit(self, running: int) -> kinds.QuitDialog:
        """Ask whether to quit while `running` downloads run, models that are made among them."""
        dialog = self._find(kinds.QuitDialog)
        if dialog is None:
            goes_on = self._state.creates.at_server
            dialog = kinds.QuitDialog(
                max(0, running - goes_on), self._commands, self._host, goes_on
            )
            self._keep(dialog)
        dialog.open()
        self._bring_to_front(dialog)
        return dialog

    def ask_cancel(self, item: PullItem) -> kinds.CancelDialog:
        """Ask whether to give up a download of which much is there."""
        self._close_one(kinds.CancelDialog)
        dialog = kinds.CancelDialog(item, self._state, self._commands, self._host)
        self._keep(dialog)
        dialog.open()
        self._bring_to_front(dialog)
        return dialog

    def show_message(self, message: Message, parent: QWidget | None = None) -> MessageBox:
        """A message box on `parent` or on the window."""
        from tray_app.views.components.message_box import show_message

        box = show_message(message, parent or self._host)
        self._keep(box, box)
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

    def close_all(self) -> None:
        """Close everything; wishes already made stand."""
        self._groups.clear()
        for dialog in tuple(self._open.values()):
            dialog.close()

    def dismiss(self) -> None:
        """Others take over: close everything, and tell nothing any more."""
        self._state.failed.disconnect(self._on_state_failed)
        self._state.deleted.disconnect(self._on_state_deleted)
        self._state.renames.renamed.disconnect(self._on_renames_renamed)
        doctor = self.doctor_dialog()
        if doctor is not None:
            doctor.hand_over()
        for disk in self.disk_dialogs():
            disk.hand_over()
        self.close_all()

    # what went wrong

    @Slot(object)
    def _on_state_failed(self, failure: Failure) -> None:
        """Something that a person asked for did not work: said where it was asked for."""
        if failure.verb in _TOLD_IN_PLACE:
            return
        form = self._find(kinds.DeriveDialog)
        if form is not None and form.tells(failure):
            return
        server = self._state.server_of(failure.ref.server_id)
        message = failure_text(failure, _label(server), address=server.address)
        dialog = self._find(kinds.DetailsDialog, failure.ref.key)
        self.show_message(message, dialog if dialog and dialog.isActiveWindow() else None)

    @Slot(object)
    def _on_state_deleted(self, outcome: DeleteOutcome) -> None:
        """What went well is seen in the table, and what became of a deletion on several servers in
        the window's banner."""
        if not outcome.failures or outcome.is_mixed:
            return
        details = "\n".join(f"{failure.ref.name}: {failure.error}" for failure in outcome.failures)
        server = self._state.server_of(outcome.failures[0].ref.server_id)
        body = delete_result(outcome, None, _label(server))
        self.show_message(Message(tr("Not everything was deleted"), body, details=details))

    @Slot(object)
    def _on_renames_renamed(self, outcome: RenameOutcome) -> None:
        """The details of a model go on under its new name."""
        dialog = self._find(kinds.DetailsDialog, outcome.source.key)
        if dialog is not None:
            del self._open[outcome.source.key]
            self._open[outcome.ref.key] = dialog
            dialog.follow_rename(outcome.ref)

    # the open dialogs

    @property
    def _host(self) -> QWidget | None:
        """What a new dialog belongs to: beneath a modal one it could not be used."""
        modal = QApplication.activeModalWidget()
        ours = (*self._open.values(), self._window)
        if isinstance(modal, QDialog) and any(
            each is modal or (each is not None and each.isAncestorOf(modal)) for each in ours
        ):
            return modal
        # A dialog of a hidden window would not show on some desktops.
        return self._window if self._window is not None and self._window.isVisible() else None

    @property
    def _asker(self) -> QWidget | None:
        """The dialog in front, which gets the focus back; else what any dialog belongs to."""
        active = QApplication.activeWindow()
        found = next((each for each in self._open.values() if each is active), None)
        return found or self._host

    def _bring_to_front(self, dialog: QDialog) -> None:
        """Also one that was there before a modal dialog, which blocks it."""
        host = self._host
        if isinstance(host, QDialog) and host is not dialog and not host.isAncestorOf(dialog):
            # It comes back to the window when that one goes.
            host.finished.connect(self._on_dialog_finished, Qt.ConnectionType.UniqueConnection)
            if not dialog.isAncestorOf(host):
                _move_to(dialog, host)
        if dialog.isMinimized():
            dialog.showNormal()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _find(self, kind: type[D], key: ModelKey | None = None) -> D | None:
        found = self._open.get(key or kind)
        return found if isinstance(found, kind) else None

    def _keep(self, dialog: QDialog, key: Key | None = None) -> None:
        self._open[key or type(dialog)] = dialog
        dialog.finished.connect(self._on_dialog_finished)

    def _close_one(self, kind: type[QDialog]) -> None:
        found = self._find(kind)
        if found is not None:
            found.reject()

    @Slot()
    def _on_dialog_finished(self) -> None:
        gone = self.sender()
        if gone is self._crash:
            self._crash = None
        # Without a parent, this is the last reference: dropping it here would delete the dialog
        # under Qt's feet.
        self._closed += [each for each in self._open.values() if each is gone]
        QTimer.singleShot(0, self._closed.clear)
        self._open = {key: each for key, each in self._open.items() if each is not gone}
        for child in tuple(self._open.values()):
            # Or it would be deleted with its window, unheard.
            if child.parent() is gone and _is_asked_there(child):
                child.reject()  # it was asked there
            elif child.parent() is gone:
                was_visible = child.isVisible()
                _move_to(child, self._window)
                child.setVisible(was_visible)

    @Slot(object)
    def _on_details_delete_clicked(self, ref: ModelRef) -> None:
        self.open_delete(ModelRefs((ref,)), self._find(kinds.DetailsDialog, ref.key))

    @Slot(object)
    def _on_details_duplicate_clicked(self, ref: ModelRef) -> None:
        self.open_duplicate(ref, self._find(kinds.DetailsDialog, ref.key))

    @Slot(object)
    def _on_disk_delete_clicked(self, refs: ModelRefs) -> None:
        found = self._find(kinds.DiskDialog, (refs.refs[0].server_id, _DISK))
        self.open_delete(refs, found)

    def _ask_for_layers(self, server_id: str) -> None:
        self._layers_of[server_id] = None
        self._layers_timer.start()

    @Slot()
    def _on_layers_timer_timeout(self) -> None:
        asked, self._layers_of = self._layers_of, {}
        for server_id in asked:
            self._commands.layers_requested.emit(server_id)


def _is_asked_there(dialog: QDialog) -> bool:
    """Whether it closes with the window that it belongs to."""
    there = (kinds.DeleteDialog, kinds.DuplicateDialog, kinds.RenameDialog)
    return isinstance(
        dialog, (*there, kinds.RemoveServerDialog, kinds.ReplaceDialog, kinds.GoBackDialog)
    )


def _label(server: Server) -> str:
    return server_name(server.label, server.address)


def _move_to(dialog: QDialog, host: QWidget | None) -> None:
    """Have it belong to another window, at the same place."""
    place = dialog.pos()
    dialog.setParent(host, dialog.windowFlags())
    dialog.move(place)
