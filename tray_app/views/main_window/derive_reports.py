"""DeriveReports: what the main window tells of models that were made of others, and edited.

What a server has dropped is told until a person has looked; all else for some seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from tray_app import text
from tray_app.core.creates.records import Derived, Undone, UndoRequest
from tray_app.core.payloads import ModelRefs
from tray_app.text import tr
from tray_app.views.components.banner import BannerText
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tray_app.commands import Commands
    from tray_app.core.records import Snapshot
    from tray_app.state.app_state import AppState
    from tray_app.views.main_window.awaited_model import AwaitedModel
    from tray_app.views.main_window.shown_servers import ShownServers
    from tray_app.views.models.view import ModelView


class DeriveReports(QObject):
    """Signals: `changed` when there is something else to say, `notice_made` (BannerText). Thread:
    GUI."""

    changed = Signal()
    notice_made = Signal(object)  # BannerText

    def __init__(
        self,
        state: AppState,
        commands: Commands,
        shown: ShownServers,
        view: ModelView,
        awaited: AwaitedModel,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._state = state
        self._commands = commands
        self._shown = shown
        self._view = view
        self._awaited = awaited
        self._last: Derived | None = None
        self._lost: Derived | None = None  # until a person has looked
        self.actions: dict[str, Callable[[], object]] = {
            "derived_details": self._show_details,
            "derived_delete": self._delete,
            "derived_undo": self._undo,
        }
        """What their buttons do, by their keys."""
        state.creates.derived.connect(self._on_derived)
        state.creates.undone.connect(self._on_undone)
        state.snapshot_changed.connect(self._on_state_snapshot_changed)

    def banner(self) -> BannerText | None:
        """What stays until it is answered."""
        lost = self._lost
        if lost is None or not self._shown.is_listed(lost.ref.server_id):
            return None
        actions = [("derived_details", tr("Details"))]
        if not lost.request.is_edit:
            actions.append(("derived_delete", tr("Delete it…")))
        elif lost.kept is not None:
            actions.append(("derived_undo", tr("Undo")))
        return BannerText(text.derived_line(lost), Tone.WARN, tuple(actions))

    @Slot(object)
    def _on_derived(self, derived: Derived) -> None:
        self._last = derived
        self._lost = derived if derived.lost else None
        is_listed = self._shown.is_listed(derived.ref.server_id)
        if is_listed:
            self._awaited.wait_for(derived.ref, derived.request.base)
        self.changed.emit()
        if derived.lost or not is_listed:
            return
        actions: tuple[tuple[str, str], ...] = ()
        if not derived.request.is_edit:
            actions = (("derived_details", tr("Details")),)
        elif derived.kept is not None:
            actions = (("derived_undo", tr("Undo")),)
        self.notice_made.emit(BannerText(text.derived_line(derived), Tone.OK, actions))

    @Slot(object)
    def _on_undone(self, undone: Undone) -> None:
        if self._lost is not None and self._lost.ref.key == undone.edited.key:
            self._lost = None
            self.changed.emit()
        if self._shown.is_listed(undone.edited.server_id):
            self.notice_made.emit(BannerText(text.undone_line(undone.edited.name), Tone.OK))

    @Slot(object)
    def _on_state_snapshot_changed(self, snapshot: Snapshot) -> None:
        lost, is_waiting = self._lost, self._awaited.is_waiting
        if lost is not None and not is_waiting and snapshot.server_id == lost.ref.server_id:
            record = self._state.record(lost.ref.key)
            if record is None or record.digest != lost.ref.digest:
                self._lost = None  # it is gone, or another one by now
                self.changed.emit()

    # What the buttons do.

    def _answered(self) -> Derived | None:
        """What it is about, of which nothing more is said."""
        found = self._lost or self._last
        if self._lost is not None:
            self._lost = None
            self.changed.emit()
        return found

    def _show_details(self) -> None:
        found = self._answered()
        if found is not None:
            self._commands.details_dialog_requested.emit(found.ref)

    def _delete(self) -> None:
        found = self._answered()
        if found is not None:
            self._commands.delete_dialog_requested.emit(ModelRefs((found.ref,)))

    def _undo(self) -> None:
        found = self._answered()
        if found is not None and found.kept is not None:
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)  # the button goes
            self._commands.derive_undo_requested.emit(UndoRequest(found.ref, found.kept))
