"""CreateFiles: has the files read that models are to be made of, for the dialog that asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.core.creates.files import FileFacts
    from tray_app.core.creates.groups import FileGroup
    from tray_app.state.app_state import AppState
    from tray_app.workers.runner import JobRunner

_LANE = "files of models"


class CreateFiles(QObject):
    """Thread: GUI thread; reading has a lane of its own, as a disk may be slow or asleep."""

    def __init__(
        self,
        runner: JobRunner,
        state: AppState,
        commands: Commands,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._state = state
        self._known: FileFacts | None = None
        commands.create_files_requested.connect(self.read)

    @Slot(object)
    def read(self, group: FileGroup) -> None:
        """Read it; what is known of the same file only if that has changed since."""
        from tray_app.workers.creates.reading import ReadFileJob

        known = self._known
        is_same = known is not None and known.path == group.path
        job = ReadFileJob(group.path, group.projector, known if is_same else None)
        job.succeeded.connect(self._on_job_succeeded)
        self._runner.submit(job, _LANE)

    @Slot(object)
    def _on_job_succeeded(self, facts: FileFacts) -> None:
        self._known = facts
        self._state.creates.tell_file(facts)
