"""RenameFacts: what became of models that were to get another name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from tray_app.core.renaming import CleanUp, RenameOutcome


class RenameFacts(QObject):
    """Tells what happened once, and keeps nothing. That a model has another name now is heard by
    everybody who keeps something under the old one.

    Signals: `renamed` when a model has another name; `failed` when a copy or a rename came to
    nothing, or to half; `cleaned_up` when it was tried to undo what a failed copy had left. A copy
    that was made is told by `AppState.copied`.
    """

    renamed = Signal(object)  # RenameOutcome
    failed = Signal(object)  # RenameOutcome
    cleaned_up = Signal(object)  # CleanUp

    def tell_renamed(self, outcome: RenameOutcome) -> None:
        self.renamed.emit(outcome)

    def tell_failed(self, outcome: RenameOutcome) -> None:
        self.failed.emit(outcome)

    def tell_cleaned_up(self, found: CleanUp) -> None:
        self.cleaned_up.emit(found)
