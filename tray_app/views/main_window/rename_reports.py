"""RenameReports: what the main window tells of names that models were given, and how to take that
back. The model is selected as soon as it is in the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import canonical
from tray_app.core.payloads import CopyRequest, ModelRef, RenameRequest
from tray_app.core.renaming import CleanUp, Ending, RenameOutcome
from tray_app.text import copied_line, tr
from tray_app.text.renaming import clean_up_line, rename_line
from tray_app.views.components.announce import announce
from tray_app.views.components.banner import BannerText
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tray_app.commands import Commands
    from tray_app.core.records import ModelKey, Snapshot
    from tray_app.state.app_state import AppState
    from tray_app.views.main_window.shown_servers import ShownServers
    from tray_app.views.models.view import ModelView

_UNDO = "undo_rename"
_DETAILS = "show_kept_copy"
_CLEAN_UP = "clean_up_copy"
_SEEN = "rename_failure_seen"


@dataclass(frozen=True)
class _Awaited:
    """`ref` is not in the list yet. `selected` was selected when it was made of `source`."""

    ref: ModelRef
    source: ModelRef
    selected: frozenset[ModelKey]


class RenameReports(QObject):
    """`actions`: what the buttons of its notices do, by their keys.

    Signals: `notice_made` (BannerText), `model_found` (ModelRef: the model with the new name is in
    the list). Thread: GUI.
    """

    notice_made = Signal(object)  # BannerText
    model_found = Signal(object)  # ModelRef

    def __init__(
        self,
        state: AppState,
        commands: Commands,
        shown: ShownServers,
        view: ModelView,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._state = state
        self._commands = commands
        self._shown = shown
        self._view = view
        self._window = window
        self._last: RenameOutcome | None = None
        self._damaged: ModelRef | None = None
        self._awaited: _Awaited | None = None
        state.copied.connect(self._on_state_copied)
        state.renames.renamed.connect(self._on_renames_renamed)
        state.renames.failed.connect(self._on_renames_failed)
        state.renames.cleaned_up.connect(self._on_renames_cleaned_up)
        state.snapshot_changed.connect(self._on_state_snapshot_changed)
        view.selection_changed.connect(self._on_view_selection_changed)
        self.actions: dict[str, Callable[[], object]] = {
            _UNDO: self._undo,
            _DETAILS: self._show_copy,
            _CLEAN_UP: self._clean_up,
            _SEEN: lambda: None,
        }

    @Slot(object)
    def _on_state_copied(self, request: CopyRequest) -> None:
        """Say that there is a copy."""
        if self._shown.is_listed(request.source.server_id):
            self._tell(BannerText(copied_line(request), Tone.OK))
            copy = ModelRef(request.source.server_id, request.destination)
            self._await(copy, request.source)

    @Slot(object)
    def _on_renames_renamed(self, outcome: RenameOutcome) -> None:
        """Say it; for as long as that stands, it can be taken back."""
        if self._shown.is_listed(outcome.source.server_id):
            self._last = outcome
            self._tell(BannerText(rename_line(outcome), Tone.OK, ((_UNDO, tr("Undo")),)))
            self._await(outcome.ref, outcome.source)

    @Slot(object)
    def _on_renames_failed(self, outcome: RenameOutcome) -> None:
        """Say it until a person has seen it: it may have left something."""
        self._last = outcome
        actions = ((_SEEN, tr("Got it")),)
        if outcome.ending is Ending.DAMAGED:
            self._damaged = outcome.ref
            actions = ((_CLEAN_UP, tr("Try to clean up")),)
        elif outcome.name:
            actions = ((_DETAILS, tr("Details")),)
            self._await(outcome.ref, outcome.source)
        self._tell(BannerText(rename_line(outcome), Tone.WARN, actions, stays=True))

    @Slot(object)
    def _on_renames_cleaned_up(self, found: CleanUp) -> None:
        self._damaged = found.ref
        if found.is_clean:
            self._tell(BannerText(clean_up_line(found), Tone.OK))
        else:
            again = ((_CLEAN_UP, tr("Try to clean up")),)
            self._tell(BannerText(clean_up_line(found), Tone.WARN, again, stays=True))

    def _tell(self, notice: BannerText) -> None:
        self.notice_made.emit(notice)
        announce(self._window, notice.text)

    # What the buttons do.

    def _undo(self) -> None:
        """The same backwards."""
        if self._last is not None:
            request = RenameRequest(self._last.ref, self._last.source.name, may_unload=True)
            self._commands.rename_requested.emit(request)

    def _show_copy(self) -> None:
        if self._last is not None:
            self._commands.details_dialog_requested.emit(self._last.ref)

    def _clean_up(self) -> None:
        if self._damaged is not None:
            self._commands.clean_up_requested.emit(self._damaged)

    # The model in the list.

    def _await(self, ref: ModelRef, source: ModelRef) -> None:
        """Now or with a later list; in a turn of its own, as the table may not have this one."""
        self._awaited = _Awaited(ref, source, self._selected)
        QTimer.singleShot(0, self, self._find_awaited)

    @Slot(object)
    def _on_state_snapshot_changed(self, snapshot: Snapshot) -> None:
        if self._awaited is not None and self._awaited.ref.server_id == snapshot.server_id:
            self._find_awaited()

    @Slot()
    def _on_view_selection_changed(self) -> None:
        """Whoever has gone on to another model is left there. Once the old name has gone from the
        list, its neighbor is selected by itself."""
        awaited = self._awaited
        if awaited is None or self._selected <= awaited.selected:
            return
        if self._state.record(awaited.source.key) is not None:
            self._awaited = None

    @Slot()
    def _find_awaited(self) -> None:
        if self._awaited is None:
            return
        ref = self._awaited.ref
        found = self._state.installed(ref.server_id).by_key.get(canonical(ref.name))
        if found is not None:
            self._awaited = None
            self.model_found.emit(ModelRef(found.server_id, found.name, found.digest))

    @property
    def _selected(self) -> frozenset[ModelKey]:
        return frozenset(ref.key for ref in self._view.selected_refs())
