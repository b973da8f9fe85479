"""ModelActions: what can be done with the selected models, and why not.

The buttons of the filter bar, the row menu and the shortcuts all ask here, so that they agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from tray_app.core.errors import BadName
from tray_app.core.names import ModelName
from tray_app.core.payloads import LoadRequest, ModelRef, ModelRefs
from tray_app.itemmodels.rows import ModelRow
from tray_app.text import is_forever, tr

FOREVER_S = -1


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why an action cannot be used now; "" = it can."""

    details: str = ""
    load: str = ""
    update: str = ""
    delete: str = ""
    duplicate: str = ""


def ref_of(row: ModelRow) -> ModelRef:
    """What a row stands for, as it is seen now."""
    return ModelRef(row.record.server_id, row.record.name, row.record.digest)


class ModelActions(QObject):
    """The selection and the wishes about it.

    Signals: `changed` when the selection or the reasons may differ; the wishes.
    """

    changed = Signal()
    details_requested = Signal(object)  # ModelRef
    load_requested = Signal(object)  # LoadRequest
    unload_requested = Signal(object)  # ModelRef
    update_requested = Signal(object)  # ModelRefs
    delete_requested = Signal(object)  # ModelRefs
    duplicate_requested = Signal(object)  # ModelRef

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[ModelRow, ...] = ()
        self._offline = ""
        self._reasons = Reasons()
        self.update_state((), "")

    @property
    def rows(self) -> tuple[ModelRow, ...]:
        """The selected rows, top to bottom."""
        return self._rows

    @property
    def reasons(self) -> Reasons:
        return self._reasons

    def update_state(self, rows: Sequence[ModelRow], offline_server: str) -> None:
        """The selection, and the name of the server when it is out of reach ("" = it is there)."""
        self._rows = tuple(rows)
        self._offline = offline_server
        self._reasons = Reasons(
            details=self._single_reason(),
            load=self._load_reason(),
            update=self._update_reason(),
            delete=self._reach_reason() or self._busy_reason(),
            duplicate=self._single_reason() or self._reach_reason() or self._busy_reason(),
        )
        self.changed.emit()

    @property
    def is_unload(self) -> bool:
        """Whether the one button for both unloads: everything selected is loaded."""
        local = [row for row in self._rows if not row.is_cloud]
        return bool(local) and all(row.is_loaded for row in local)

    @property
    def is_kept(self) -> bool:
        """Whether the selected model stays loaded until it is unloaded."""
        return len(self._rows) == 1 and _is_kept(self._rows[0])

    @property
    def page_url(self) -> str:
        """The page about the selected model, "" when there is none."""
        if len(self._rows) != 1:
            return ""
        try:
            return ModelName.parse(self._rows[0].record.name).page_url
        except BadName:
            return ""

    def details(self) -> None:
        if not self._reasons.details:
            self.details_requested.emit(ref_of(self._rows[0]))

    def load_or_unload(self) -> None:
        if self._reasons.load:
            return
        if self.is_unload:
            for row in self._rows:
                self.unload_requested.emit(ref_of(row))
            return
        for row in self._rows:
            if not row.is_cloud and not row.is_loaded:
                self.load_requested.emit(LoadRequest(ref_of(row)))

    def keep_loaded(self, is_kept: bool) -> None:
        """Load until it is unloaded by hand, or back to the server's usual time."""
        if self._reasons.load or len(self._rows) != 1:
            return
        row = self._rows[0]
        context = row.running.context_length if row.running else None
        self.load_requested.emit(LoadRequest(ref_of(row), FOREVER_S if is_kept else None, context))

    def update(self) -> None:
        if not self._reasons.update:
            stale = [ref_of(row) for row in self._rows if row.is_update]
            self.update_requested.emit(ModelRefs(tuple(stale)))

    def delete(self) -> None:
        if not self._reasons.delete:
            self.delete_requested.emit(ModelRefs(tuple(ref_of(row) for row in self._rows)))

    def duplicate(self) -> None:
        if not self._reasons.duplicate:
            self.duplicate_requested.emit(ref_of(self._rows[0]))

    def open_page(self) -> None:
        if self.page_url:
            QDesktopServices.openUrl(QUrl(self.page_url))

    def names(self) -> str:
        """The selected names, one a line, for the clipboard."""
        return "\n".join(row.record.name for row in self._rows)

    def run_command(self) -> str:
        """What to type to talk to the selected model."""
        return f"ollama run {self._rows[0].record.name}" if len(self._rows) == 1 else ""

    def _none_reason(self) -> str:
        return "" if self._rows else tr("Select a model first")

    def _single_reason(self) -> str:
        if len(self._rows) > 1:
            return tr("Select one model only")
        return self._none_reason()

    def _reach_reason(self) -> str:
        if self._rows and self._offline:
            return tr("Can’t reach “{server}”").format(server=self._offline)
        return self._none_reason()

    def _busy_reason(self) -> str:
        if any(row.busy is not None for row in self._rows):
            return tr("Wait until the present work on it is done")
        return ""

    def _load_reason(self) -> str:
        reason = self._reach_reason() or self._busy_reason()
        if not reason and all(row.is_cloud for row in self._rows):
            return tr("Cloud models aren’t loaded here")
        return reason

    def _update_reason(self) -> str:
        reason = self._reach_reason() or self._busy_reason()
        if not reason and not any(row.is_update for row in self._rows):
            return tr("No newer version is known")
        return reason


def _is_kept(row: ModelRow) -> bool:
    running = row.running
    if running is None:
        return False
    return is_forever(running.expires_at, datetime.now(UTC))
