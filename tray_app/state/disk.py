"""DiskFacts: the newest of what lies on the disks of servers, and of what could be freed there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from tray_app.core.disk.freeing import Freeing
    from tray_app.core.disk.report import DiskReport


class DiskFacts(QObject):
    """Signals: `report_changed` and `freeing_changed` with the id of a server. Of one that nobody
    looks at, nothing is known."""

    report_changed = Signal(str)
    freeing_changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reports: dict[str, DiskReport] = {}
        self._freeing: dict[str, Freeing] = {}

    def report(self, server_id: str) -> DiskReport | None:
        """What the last look has found; None = there was none yet."""
        return self._reports.get(server_id)

    def freeing(self, server_id: str) -> Freeing | None:
        """What could be freed; None = it is not worked out yet."""
        return self._freeing.get(server_id)

    def put_report(self, report: DiskReport) -> None:
        self._reports[report.server_id] = report
        self.report_changed.emit(report.server_id)

    def put_freeing(self, freeing: Freeing) -> None:
        self._freeing[freeing.server_id] = freeing
        self.freeing_changed.emit(freeing.server_id)

    def forget(self, server_id: str) -> None:
        """Nobody looks any more: what is known is soon out of date."""
        self._reports.pop(server_id, None)
        self._freeing.pop(server_id, None)
