"""ProjectFacts: what is known of this program itself: its pages, its folders, a newer release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tray_app.core.lazy_dataclasses import dataclass

if TYPE_CHECKING:
    from tray_app.core.releases import Release


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the program keeps things, "" = nowhere."""

    settings: str = ""
    data: str = ""
    cache: str = ""
    log: str = ""


class ProjectFacts(QObject):
    """Signals: `release_changed` when there is a newer release, or none any more, or a person has
    heard of it; `can_ask_changed`."""

    release_changed = Signal()
    can_ask_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folders = Folders()
        self.home = ""
        """The page of the project; "" = it has none yet."""
        self.issues = ""
        """Where faults are reported; "" = nowhere yet."""
        self.can_ask = False
        """Whether newer releases can be asked for, and nobody else brings them."""
        self.packaged_by = ""
        self.release: Release | None = None
        """A newer one, which is not skipped."""
        self.is_told = True
        """Whether a person has heard of that."""

    def set_pages(self, home: str, issues: str) -> None:
        self.home, self.issues = home, issues

    def set_can_ask(self, can_ask: bool, packaged_by: str = "") -> None:
        if (can_ask, packaged_by) != (self.can_ask, self.packaged_by):
            self.can_ask, self.packaged_by = can_ask, packaged_by
            self.can_ask_changed.emit()

    def set_release(self, release: Release | None, *, is_told: bool = True) -> None:
        if (release, is_told) != (self.release, self.is_told):
            self.release, self.is_told = release, is_told
            self.release_changed.emit()
