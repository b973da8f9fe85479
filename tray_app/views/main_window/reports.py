"""Reports: what the main window tells of what was done: deleted, put on the clipboard. Of names
that models were given, rename_reports.py tells.

What was deleted on several servers at once is told once the last of them is through.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from tray_app import text
from tray_app.core.installed import InstalledModels
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.payloads import DeleteOutcome, Failure, ModelRef
from tray_app.core.sharing import freed, is_made_here
from tray_app.text import delete_result, tr
from tray_app.text.several import several_deleted
from tray_app.views.components.banner import BannerText
from tray_app.views.main_window.pane_actions import PULL
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tray_app.core.records import ModelRecord
    from tray_app.itemmodels.model_table import ModelTableModel
    from tray_app.state.app_state import AppState
    from tray_app.views.main_window.shown_servers import ShownServers


@dataclass
class _Deletion:
    """What has become of one on several servers so far."""

    deleted: list[ModelRef] = field(default_factory=list)
    gone: list[ModelRef] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    freed_bytes: int = 0
    is_exact: bool = True

    def __len__(self) -> int:
        return len(self.deleted) + len(self.gone) + len(self.failures)


class Reports(QObject):
    """Signals: `notice_made` (BannerText). Thread: GUI."""

    notice_made = Signal(object)  # BannerText

    def __init__(
        self,
        state: AppState,
        models: ModelTableModel,
        shown: ShownServers,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._state = state
        self._models = models
        self._shown = shown
        self._deletions: dict[tuple[ModelRef, ...], _Deletion] = {}
        state.deleted.connect(self._on_state_deleted)
        state.diagnostics_copied.connect(self._on_state_diagnostics_copied)

    @Slot(object)
    def _on_state_deleted(self, outcome: DeleteOutcome) -> None:
        """Say what is gone and what it freed; the way back is one click. Failures have a message
        box of their own."""
        if outcome.is_mixed:
            self._gather(outcome)
            return
        refs, lost = (
            tuple(ref for ref in part if self._shown.is_listed(ref.server_id))
            for part in (outcome.deleted, outcome.gone)
        )
        gone = self._records(refs)
        if not gone and not lost:
            return
        models = self._models.records((*refs, *lost)[0].server_id)
        effect = freed(gone, models, self._state.layer_index)
        words = delete_result(DeleteOutcome(refs, (), lost), effect)
        # A copy has another name than what it was made of: no registry would know it.
        installed = InstalledModels(models)
        can_pull = len(gone) == 1 and bool(effect.freed_bytes)
        if can_pull and is_made_here(gone[0], installed, self._state.layer_index):
            can_pull = False
        again = ((f"{PULL}{gone[0].name}", tr("Pull again")),) if can_pull else ()
        self.notice_made.emit(BannerText(words, Tone.INFO, again))

    def _gather(self, outcome: DeleteOutcome) -> None:
        found = self._deletions.setdefault(outcome.asked, _Deletion())
        gone = self._records(outcome.deleted)
        if gone:
            models = self._models.records(gone[0].server_id)
            effect = freed(gone, models, self._state.layer_index)
            found.freed_bytes += effect.freed_bytes
            found.is_exact = found.is_exact and effect.is_exact
        found.deleted += outcome.deleted
        found.gone += outcome.gone
        found.failures += outcome.failures
        if len(found) < len(outcome.asked):
            return
        del self._deletions[outcome.asked]
        whole = DeleteOutcome(tuple(found.deleted), tuple(found.failures), tuple(found.gone))
        failed = found.failures[0].ref.server_id if found.failures else ""
        words = several_deleted(
            whole,
            len({ref.server_id for ref in whole.deleted}),
            found.freed_bytes,
            found.is_exact,
            self._shown.label(failed) if failed else "",
        )
        self.notice_made.emit(BannerText(words, Tone.WARN if found.failures else Tone.INFO))

    def _records(self, refs: tuple[ModelRef, ...]) -> list[ModelRecord]:
        return [record for ref in refs if (record := self._models.record(ref.key))]

    @Slot()
    def _on_state_diagnostics_copied(self) -> None:
        """The report that was asked for is on the clipboard."""
        self.notice_made.emit(BannerText(text.diagnostics_copied(), Tone.INFO))
