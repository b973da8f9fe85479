"""RenameReports: what the main window tells of names that models were given, and how to take that
back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from tray_app import text
from tray_app.core.payloads import CopyRequest, ModelRef, RenameRequest
from tray_app.core.renaming import CleanUp, Ending, RenameOutcome
from tray_app.text import copied_line, tr
from tray_app.views.components.banner import BannerText
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tray_app.commands import Commands
    from tray_app.state.app_state import AppState
    from tray_app.views.main_window.awaited_model import AwaitedModel
    from tray_app.views.main_window.shown_servers import ShownServers

_UNDO = "undo_rename"
_DETAILS = "show_kept_copy"
_CLEAN_UP = "clean_up_copy"
_SEEN = "rename_failure_seen"


class RenameReports(QObject):
    """`actions`: what the buttons of its notices do, by their keys.

    Signals: `notice_made` (BannerText). Thread: GUI.
    """

    notice_made = Signal(object)  # BannerText

    def __init__(
        self,
        state: AppState,
        commands: Commands,
        shown: ShownServers,
        awaited: AwaitedModel,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._state = state
        self._commands = commands
        self._shown = shown
        self._awaited = awaited
        self._last: RenameOutcome | None = None
        self._damaged: ModelRef | None = None
        state.copied.connect(self._on_state_copied)
        state.renames.renamed.connect(self._on_renames_renamed)
        state.renames.failed.connect(self._on_renames_failed)
        state.renames.cleaned_up.connect(self._on_renames_cleaned_up)
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
            self.notice_made.emit(BannerText(copied_line(request), Tone.OK))
            self._await(request.destination, request.source)

    @Slot(object)
    def _on_renames_renamed(self, outcome: RenameOutcome) -> None:
        """Say it; for as long as that stands, it can be taken back."""
        if self._shown.is_listed(outcome.source.server_id):
            self._last = outcome
            undo = ((_UNDO, tr("Undo")),)
            self.notice_made.emit(BannerText(text.rename_line(outcome), Tone.OK, undo))
            self._await(outcome.ref.name, outcome.source)

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
            self._await(outcome.ref.name, outcome.source)
        notice = BannerText(text.rename_line(outcome), Tone.WARN, actions, stays=True)
        self.notice_made.emit(notice)

    @Slot(object)
    def _on_renames_cleaned_up(self, found: CleanUp) -> None:
        self._damaged = found.ref
        if found.is_clean:
            self.notice_made.emit(BannerText(text.clean_up_line(found), Tone.OK))
        else:
            again = ((_CLEAN_UP, tr("Try to clean up")),)
            notice = BannerText(text.clean_up_line(found), Tone.WARN, again, stays=True)
            self.notice_made.emit(notice)

    def _await(self, name: str, source: ModelRef) -> None:
        """Of whatever digest: it is said where that is another than it should be."""
        self._awaited.wait_for(ModelRef(source.server_id, name), source)

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
